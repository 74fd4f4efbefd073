// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "format/formats.h"

const struct format formats[] = {
	{"text", "tables and histograms for people", report__write_text},
	{"json", "gfptrace.report/1, see doc/report-schema.md", report__write_json},
	{"html", "one page with drawings, for a browser; it loads and runs nothing",
	 report__write_html},
	{"prom", "metrics in Prometheus's text exposition format", report__write_prom},
	{"folded", "stacks of failures, the slowest and lint, for flame graphs",
	 report__write_folded},
	{0},
};

const struct format *format__find(const char *name)
{
	const struct format *format;

	for (format = formats; format->name; format++)
		if (!strcmp(format->name, name))
			return format;
	return NULL;
}
