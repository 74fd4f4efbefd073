/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the man pages and the shell completions, written from the option table. */
#ifndef GFPTRACE_DOC_GENERATE_H
#define GFPTRACE_DOC_GENERATE_H

#include <stdio.h>

#include "cmd/options_table.h"

/* What a shell may offer as the value of an option. */
enum value {
	VALUE_NONE,    /* the option takes no value */
	VALUE_ANY,     /* nothing that we could guess */
	VALUE_WORDS,   /* one of some words */
	VALUE_LIST,    /* some of them, with commas */
	VALUE_FILE,    /* a file's name */
	VALUE_CGROUP,  /* a folder of the cgroup file system */
	VALUE_PIDS,    /* processes, with commas */
	VALUE_COMM,    /* the name of a task */
	VALUE_MODULE,  /* the name of a loaded module */
	VALUE_ADDRESS, /* ADDR:PORT */
};

enum value option__value(const struct option_row *row);

/* The words of a VALUE_WORDS or VALUE_LIST, parted by spaces, in a buffer of `size` bytes. */
void option__words(const struct option_row *row, char *words, size_t size);

/* Whether a command has this option and it is built. */
bool option__is_of(const struct option_row *row, enum command command);

/* What stands beside the command as an operand. */
enum operand {
	OPERAND_NONE,
	OPERAND_FILE,
	OPERAND_SCENARIO, /* of `exercise` */
};

enum operand command__operand(enum command command);

/* reStructuredText: the usage line, the options, the list of commands. */
void rst__synopsis(FILE *file, enum command command);
void rst__options(FILE *file, enum command command);
void rst__commands(FILE *file);

void bash__completion(FILE *file);
void zsh__completion(FILE *file);

#endif
