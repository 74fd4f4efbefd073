// SPDX-License-Identifier: GPL-2.0-only
/* --help, written from the tables. */
#include <stdio.h>
#include <string.h>

#include "cmd/options_table.h"

#define COLUMN 30 /* where the explanation begins */
#define WIDTH  90

/* Words of `text` from column COLUMN on, broken at WIDTH; the cursor stands at `column`. */
static void wrap(FILE *file, const char *text, size_t column)
{
	size_t length;

	if (column >= COLUMN) {
		fputc('\n', file);
		column = 0;
	}
	fprintf(file, "%*s", (int)(COLUMN - column), "");
	column = COLUMN;
	while (*text) {
		length = strcspn(text, " ");
		if (column > COLUMN && column + 1 + length > WIDTH) {
			fprintf(file, "\n%*s", COLUMN, "");
			column = COLUMN;
		} else if (column > COLUMN) {
			fputc(' ', file);
			column++;
		}
		fprintf(file, "%.*s", (int)length, text);
		column += length;
		text += length + strspn(text + length, " ");
	}
	fputc('\n', file);
}

static void help_option(FILE *file, const struct option_row *row)
{
	char left[64], help[256];
	int length;

	length = snprintf(left, sizeof(left), "  %c%c%c --%s%s%s", row->short_name ? '-' : ' ',
			  row->short_name ? row->short_name : ' ', row->short_name ? ',' : ' ',
			  row->name, row->metavar ? " " : "", row->metavar ? row->metavar : "");
	fputs(left, file);
	if (row->fallback)
		snprintf(help, sizeof(help), "%s (default: %s)", row->help, row->fallback);
	else
		snprintf(help, sizeof(help), "%s", row->help);
	wrap(file, help, (size_t)length);
}

void help__command(FILE *file, enum command command)
{
	const struct command_row *row = &command_table[command];
	const struct option_row *option;
	const char *group = "";

	fprintf(file, "Usage: gfptrace %s %s\n\n%s\n", row->name, row->usage, row->description);
	for (option = option_table; option->name; option++) {
		if (!(option->commands & 1u << command))
			continue;
		if (strcmp(group, option->group) != 0) {
			group = option->group;
			fprintf(file, "\n%s:\n", group);
		}
		help_option(file, option);
	}
	if (command == COMMAND_RUN || command == COMMAND_TOP || command == COMMAND_CHECK)
		fputs("\nTIME is a number with ns, us, ms, s or m; a bare number is seconds.\n",
		      file);
}

void help__usage(FILE *file)
{
	fputs("Usage: gfptrace COMMAND [OPTION...]\n"
	      "Try 'gfptrace --help'.\n",
	      file);
}

void help__program(FILE *file)
{
	size_t i;

	fputs("Usage: gfptrace COMMAND [OPTION...]\n\n"
	      "Show latency, alignment and failures of the Linux page allocator.\n\n"
	      "Commands:\n",
	      file);
	for (i = 0; i < COMMANDS; i++)
		fprintf(file, "  %-12s %s\n", command_table[i].name, command_table[i].summary);
	fputs("\n'gfptrace COMMAND --help' explains a command; 'gfptrace --version' says which\n"
	      "gfptrace this is. Try: gfptrace run -d 10\n"
	      "\nExit status: 0 done; 1 a rule is violated; 2 usage or unusable input; 3 this "
	      "kernel\n"
	      "or these privileges do not allow it; 4 internal error, or the report not written.\n",
	      file);
}
