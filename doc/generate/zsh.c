// SPDX-License-Identifier: GPL-2.0-only
/* For each command a function that calls _arguments; the rest is doc/completion/gfptrace.zsh. */
#include <string.h>

#include "generate.h"

/* Inside '...[text]...': what ends the quotes or the brackets is escaped. */
static void write_text(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", file);
		else if (strchr("[]:\\", *text))
			fputc('\\', file);
		fputc(*text, file);
	}
}

static void write_action(FILE *file, const struct option_row *row)
{
	char words[512];

	option__words(row, words, sizeof(words));
	switch (option__value(row)) {
	case VALUE_WORDS:
		fprintf(file, "(%s)", words);
		return;
	case VALUE_LIST:
		fprintf(file, "_sequence compadd - ");
		write_text(file, words);
		return;
	case VALUE_FILE:
		fputs("_files", file);
		return;
	case VALUE_CGROUP:
		fputs("_gfptrace_cgroups", file);
		return;
	case VALUE_PIDS:
		fputs("_sequence _pids", file);
		return;
	case VALUE_COMM:
		fputs("_gfptrace_comms", file);
		return;
	case VALUE_MODULE:
		fputs("_gfptrace_modules", file);
		return;
	case VALUE_ADDRESS:
		fputs("(127.0.0.1\\:9437)", file);
		return;
	case VALUE_NONE:
	case VALUE_ANY:
		break;
	}
}

static bool may_repeat(const struct option_row *row)
{
	return row->type == OPTION_LIST || row->type == OPTION_PIDS;
}

static void write_option(FILE *file, const struct option_row *row)
{
	const char *value = row->metavar ? "=" : "";

	fputs("\t\t", file);
	if (may_repeat(row))
		fputs("'*'", file);
	else if (row->short_name)
		fprintf(file, "'(-%c --%s)'", row->short_name, row->name);
	if (row->short_name)
		fprintf(file, "{-%c%s,--%s%s}", row->short_name, row->metavar ? "+" : "", row->name,
			value);
	else
		fprintf(file, "--%s%s", row->name, value);
	fputs("'[", file);
	write_text(file, row->help);
	fputc(']', file);
	if (row->metavar) {
		fputc(':', file);
		write_text(file, row->metavar);
		fputc(':', file);
		write_action(file, row);
	}
	fputs("' \\\n", file);
}

static void write_command(FILE *file, enum command command)
{
	static const char *const operands[] = {"", "'*:file:_files'",
					       "'*:scenario:_gfptrace_presets'"};
	const struct option_row *row;

	fprintf(file, "\n_gfptrace-%s() {\n", command_table[command].name);
	if (command_table[command].takes_command)
		fputs("\t_gfptrace_behind_dashes && return\n", file);
	fputs("\t_arguments -s -S \\\n", file);
	for (row = option_table; row->name; row++)
		if (option__is_of(row, command))
			write_option(file, row);
	fprintf(file, "\t\t%s\n}\n", operands[command__operand(command)]);
}

void zsh__completion(FILE *file)
{
	int i;

	fputs("#compdef gfptrace\n"
	      "# SPDX-License-Identifier: GPL-2.0-only\n"
	      "# zsh completion for gfptrace, made from its option table\n\n"
	      "_gfptrace_commands=(\n",
	      file);
	for (i = 0; i < COMMANDS; i++) {
		fprintf(file, "\t'%s:", command_table[i].name);
		write_text(file, command_table[i].summary);
		fputs("'\n", file);
	}
	fputs(")\n", file);
	for (i = 0; i < COMMANDS; i++)
		write_command(file, (enum command)i);
	fputc('\n', file);
}
