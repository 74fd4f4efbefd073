// SPDX-License-Identifier: GPL-2.0-only
/* The reports that were merged, each with what it lost and did not see. */
#include "format/html/html.h"

static void write_list(FILE *file, const struct host *host)
{
	fputs("<td>", file);
	for (size_t i = 0; i < host->nr_loss && i < HTML_EVENTS; i++) {
		fputs(i ? ", " : "", file);
		html__text(file, host->loss[i].cause);
		fputc(' ', file);
		html__count(file, host->loss[i].count);
	}
	fputs("</td><td>", file);
	for (size_t i = 0; i < host->nr_blind && i < HTML_EVENTS; i++) {
		fputs(i ? "; " : "", file);
		html__text(file, host->blind[i].what);
	}
	fputs("</td>", file);
}

static void write_host(FILE *file, const struct report *report, const struct host *host)
{
	fputs("<tr><td>", file);
	html__text(file, *host->name ? host->name : "-");
	fputs("</td><td>", file);
	html__text(file, host->kernel);
	fputs("</td><td>", file);
	html__text(file, host->tier);
	fputs("</td><td class=\"n\">", file);
	html__time(file, report, host->duration_ns);
	fputs("</td><td class=\"n\">", file);
	html__count(file, host->counted);
	fputs("</td><td class=\"n\">", file);
	html__count(file, host->missed);
	fputs("</td><td class=\"n\">", file);
	html__share(file, host->missed, host__made(host));
	fputs("</td>", file);
	write_list(file, host);
	fputs("</tr>\n", file);
}

int html__hosts(FILE *file, const struct report *report)
{
	static const char *const titles[] = {"window", "counted", "lost", "of all"};

	if (!report->nr_hosts)
		return 0;
	html__section(file, "reports", "Reports", "What must not be added up.");
	html__table(file, "The reports that were merged");
	fputs("<thead><tr><th scope=\"col\">report</th><th scope=\"col\">kernel</th>"
	      "<th scope=\"col\">tier</th>",
	      file);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		html__head_cell(file, titles[i]);
	fputs("<th scope=\"col\">how</th><th scope=\"col\">not seen</th></tr></thead><tbody>\n",
	      file);
	for (size_t i = 0; i < report->nr_hosts && i < HTML_SERIES; i++)
		write_host(file, report, &report->hosts[i]);
	html__table_end(file);
	html__left_out(file, report->nr_hosts, HTML_SERIES);
	html__section_end(file);
	return 0;
}
