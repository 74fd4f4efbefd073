// SPDX-License-Identifier: GPL-2.0-only
/* What an option's value is, for a shell: told by its type and its metavar. */
#include <string.h>

#include "format/formats.h"
#include "generate.h"

bool option__is_of(const struct option_row *row, enum command command)
{
	return row->commands & 1u << command;
}

static enum value value_of_metavar(const char *metavar)
{
	static const struct {
		const char *metavar;
		enum value value;
	} metavars[] = {
		{"FILE", VALUE_FILE},	{"PATH", VALUE_CGROUP},	      {"GLOB", VALUE_COMM},
		{"NAME", VALUE_MODULE}, {"ADDR:PORT", VALUE_ADDRESS},
	};
	size_t i;

	for (i = 0; i < sizeof(metavars) / sizeof(*metavars); i++)
		if (!strcmp(metavar, metavars[i].metavar))
			return metavars[i].value;
	return VALUE_ANY;
}

enum value option__value(const struct option_row *row)
{
	if (!row->metavar)
		return VALUE_NONE;
	switch (row->type) {
	case OPTION_WORDS:
	case OPTION_EVENT:
		return VALUE_LIST;
	case OPTION_CHOICE:
	case OPTION_FORMAT:
		return VALUE_WORDS;
	case OPTION_PIDS:
		return VALUE_PIDS;
	default:
		return value_of_metavar(row->metavar);
	}
}

static void add_word(char *words, size_t size, const char *word)
{
	size_t length = strlen(words);

	snprintf(words + length, size - length, "%s%s", length ? " " : "", word);
}

void option__words(const struct option_row *row, char *words, size_t size)
{
	const struct format *format;
	unsigned int i;

	*words = '\0';
	if (row->type == OPTION_EVENT) {
		add_word(words, size, "failure");
		add_word(words, size, "latency>");
	} else if (row->words) {
		for (i = 0; i < row->nr_words; i++)
			add_word(words, size, row->words[i]);
	} else if (row->type == OPTION_FORMAT) {
		for (format = formats; format->name; format++)
			add_word(words, size, format->name);
	}
}

enum operand command__operand(enum command command)
{
	if (!command_table[command].takes_operands)
		return OPERAND_NONE;
	return command == COMMAND_EXERCISE ? OPERAND_SCENARIO : OPERAND_FILE;
}
