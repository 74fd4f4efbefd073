// SPDX-License-Identifier: GPL-2.0-only
/* The reports that were merged, each with what it lost. */
#include <errno.h>
#include <stdlib.h>

#include "format/text/text.h"
#include "format/text/table.h"

/* "recursion 7, unpaired 2"; the caller frees it. */
static char *causes_of(const struct host *host)
{
	char *text = NULL, count[UNITS_COUNT];
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	for (size_t i = 0; i < host->nr_loss; i++)
		fprintf(file, "%s%s %s", i ? ", " : "", host->loss[i].cause,
			format__count(host->loss[i].count, count));
	if (!fclose(file))
		return text;
	free(text);
	return NULL;
}

static int add_host(struct table *table, const struct host *host)
{
	char text[UNITS_COUNT], share[TEXT_SHARE], *causes = causes_of(host);

	if (!causes)
		return -ENOMEM;
	table__cell(table, *host->name ? host->name : "-");
	table__cell(table, host->kernel);
	table__cell(table, host->tier);
	table__cell(table, format__duration(host->duration_ns, text));
	table__cell(table, format__count(host->counted, text));
	table__cell(table, format__count(host->missed, text));
	table__cell(table, text__share(host->missed, host__made(host), share));
	table__cell(table, causes);
	free(causes);
	return 0;
}

int text__hosts(FILE *file, const struct report *report, unsigned int width)
{
	static const struct {
		const char *title;
		bool right;
	} columns[] = {
		{"report", false}, {"kernel", false}, {"tier", false},	{"window", true},
		{"counted", true}, {"lost", true},    {"of all", true}, {"how", false},
	};
	struct table *table;
	int err = 0;

	(void)width;
	if (!report->nr_hosts)
		return 0;
	table = table__new();
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		table__column(table, columns[i].title, columns[i].right);
	for (size_t i = 0; i < report->nr_hosts && !err; i++)
		err = add_host(table, &report->hosts[i]);
	fputs("\nREPORTS\n", file);
	if (!err)
		err = table__write(file, table);
	table__free(table);
	return err;
}
