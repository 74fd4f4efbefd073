/* SPDX-License-Identifier: GPL-2.0-only */
/* The option table: one row an option, for the parser and the help. */
#ifndef GFPTRACE_USER_OPTIONS_TABLE_H
#define GFPTRACE_USER_OPTIONS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/options.h"

enum option_type {
	OPTION_FLAG,	 /* bool */
	OPTION_QUIET,	 /* int verbosity */
	OPTION_VERBOSE,	 /* int verbosity */
	OPTION_DURATION, /* uint64_t, ns */
	OPTION_SIZE,	 /* uint64_t, bytes */
	OPTION_TEXT,	 /* const char *, not empty, `max` bytes at most */
	OPTION_FORMAT,	 /* const struct format *; `words`: those that the command writes */
	OPTION_WORDS,	 /* bool[], indexed by `words` */
	OPTION_NUMBERS,	 /* bool[], indexed by numbers and ranges, min .. max */
	OPTION_PIDS,	 /* pids and nr_pids, min .. max */
	OPTION_CHOICE,	 /* an enum, indexed by `words` */
	OPTION_PERCENT,	 /* double, more than 0, at most `max`, 0: 100 */
	OPTION_LIST,	 /* struct option_list, each not empty, `max` bytes at most */
	OPTION_EVENT,	 /* stop_on */
	OPTION_COUNT,	 /* uint64_t, min .. max */
	OPTION_ADDRESS,	 /* struct address */
};

struct option_row {
	const char *name; /* without dashes */
	char short_name;  /* 0: none */
	enum option_type type;
	const char *metavar;
	const char *group; /* heading in --help */
	const char *help;
	const char *fallback;  /* the default as --help shows it; NULL: none */
	unsigned int commands; /* bits, 1 << enum command */
	size_t offset;	       /* into struct options */
	size_t given;	       /* offset of a bool to set, 0: none */
	const char *const *words;
	unsigned int nr_words;
	uint64_t min, max;
};

extern const struct option_row option_table[]; /* ends with a NULL name */

struct command_row {
	const char *name;
	const char *summary;
	const char *usage;	 /* what follows "gfptrace NAME" */
	const char *description; /* a paragraph or two */
	bool takes_command;	 /* "--" begins a command to run */
	bool takes_operands;
};

extern const struct command_row command_table[COMMANDS];

/* "json" for "jsn": the nearest of `nr` words that is at most two edits away, or NULL. */
const char *word__nearest(const char *word, const char *const *words, size_t nr);

#endif
