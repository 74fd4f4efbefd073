// SPDX-License-Identifier: GPL-2.0-only
/* The page as a whole: -f html. */
#include "format/formats.h"
#include "format/html/html.h"

/* The policy first: nothing is loaded, nothing runs, whatever follows. */
static void write_top(FILE *file, const struct report *report)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<title>gfptrace: Linux ",
	      file);
	html__text(file, report->host.kernel);
	fputs(", ", file);
	html__text(file, report->window.start);
	fputs("</title>\n<style>\n", file);
	fputs(html_style, file);
	fputs("</style>\n</head>\n<body>\n<main>\n", file);
}

int report__write_html(FILE *file, const struct report *report,
		       const struct format_options *options)
{
	static int (*const sections[])(FILE *, const struct report *) = {
		html__head,	html__hosts,   html__latency,  html__heat,	html__labyrinth,
		html__failures, html__slowest, html__headroom, html__alignment, html__placement,
		html__slabs,	html__lint,    html__series,   html__cost,
	};
	size_t i;
	int err = 0;

	(void)options;
	write_top(file, report);
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]) && !err; i++)
		err = sections[i](file, report);
	fputs("</main>\n</body>\n</html>\n", file);
	return err;
}
