// SPDX-License-Identifier: GPL-2.0-only
/* The table that doc/completion/gfptrace.bash reads: one option a line. */
#include "generate.h"

static const char *kind_of(enum value value)
{
	switch (value) {
	case VALUE_NONE:
		return "none";
	case VALUE_WORDS:
		return "words";
	case VALUE_LIST:
		return "list";
	case VALUE_FILE:
		return "file";
	case VALUE_CGROUP:
		return "cgroup";
	case VALUE_PIDS:
		return "pids";
	case VALUE_COMM:
		return "comm";
	case VALUE_MODULE:
		return "module";
	case VALUE_ADDRESS:
		return "address";
	case VALUE_ANY:
		break;
	}
	return "any";
}

static void write_option(FILE *file, enum command command, const struct option_row *row)
{
	char words[512];

	option__words(row, words, sizeof(words));
	fprintf(file, "%s -%c --%s %s%s%s\n", command_table[command].name,
		row->short_name ? row->short_name : '-', row->name, kind_of(option__value(row)),
		*words ? " " : "", words);
}

static void write_operand(FILE *file, enum command command)
{
	static const char *const operands[] = {"none", "file", "scenario"};

	fprintf(file, "%s . . %s%s\n", command_table[command].name,
		operands[command__operand(command)],
		command_table[command].takes_command ? " command" : "");
}

void bash__completion(FILE *file)
{
	const struct option_row *row;
	int i;

	fputs("# SPDX-License-Identifier: GPL-2.0-only\n"
	      "# bash completion for gfptrace, made from its option table\n"
	      "# command, short option (-- if none), long option, kind of value, words\n"
	      "_gfptrace_table='\n",
	      file);
	for (i = 0; i < COMMANDS; i++) {
		write_operand(file, (enum command)i);
		for (row = option_table; row->name; row++)
			if (option__is_of(row, (enum command)i))
				write_option(file, (enum command)i, row);
	}
	fputs("'\n", file);
}
