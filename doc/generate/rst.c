// SPDX-License-Identifier: GPL-2.0-only
/* The parts of the man pages that the tables know. */
#include <inttypes.h>
#include <string.h>

#include "generate.h"

/* Help texts are plain but for `names`, which stay as they are: rst shows them in italics. */
static void write_plain(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\*|_", *text))
			fputc('\\', file);
		fputc(*text, file);
	}
}

/* Capital letters and what joins them are a value to be filled in, the rest is said as it is. */
void rst__synopsis(FILE *file, enum command command)
{
	const char *rest = command_table[command].usage, *bar;

	/* "A | B" are two ways to call it. */
	do {
		bar = strstr(rest, " | ");
		fprintf(file, "| **gfptrace %s** ", command_table[command].name);
		for (; *rest && rest != bar; rest++) {
			if (strchr("\\*|_", *rest))
				fputc('\\', file);
			fputc(*rest, file);
		}
		fputc('\n', file);
		rest = bar ? bar + 3 : NULL;
	} while (rest);
}

static void write_heading(FILE *file, const char *group)
{
	size_t i;

	fprintf(file, "\n%s\n", group);
	for (i = 0; i < strlen(group); i++)
		fputc('-', file);
	fputs("\n\n", file);
}

static void write_option(FILE *file, const struct option_row *row)
{
	if (row->short_name)
		fprintf(file, "**-%c**, ", row->short_name);
	fprintf(file, "**--%s**", row->name);
	if (row->metavar) {
		fputs(" *", file);
		write_plain(file, row->metavar);
		fputc('*', file);
	}
	fputs("\n    ", file);
	write_plain(file, row->help);
	if (row->fallback) {
		fputs(" (default: ", file);
		write_plain(file, row->fallback);
		fputc(')', file);
	}
	if ((row->type == OPTION_COUNT || row->type == OPTION_PIDS) && row->max)
		fprintf(file, "; from %" PRIu64 " to %" PRIu64, row->min, row->max);
	fputs("\n\n", file);
}

void rst__options(FILE *file, enum command command)
{
	const struct option_row *row;
	const char *group = "";

	for (row = option_table; row->name; row++) {
		if (!option__is_of(row, command))
			continue;
		if (strcmp(group, row->group) != 0) {
			group = row->group;
			write_heading(file, group);
		}
		write_option(file, row);
	}
}

void rst__commands(FILE *file)
{
	int i;

	for (i = 0; i < COMMANDS; i++) {
		fprintf(file, "**gfptrace-%s**\\(1)\n    ", command_table[i].name);
		write_plain(file, command_table[i].summary);
		fputs("\n\n", file);
	}
}
