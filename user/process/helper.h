/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What needs privileges when ours are gone: a second process, forked before anything is loaded,
 * that does these few things when asked and nothing else (sandbox__enter_keeper()):
 *
 *	remove a file that we made and did not fill, from a folder that may not be ours,
 *	switch the kernel's BPF statistics, to measure what the programs cost,
 *	send a signal to a command, which may have changed its user.
 *
 * A keeper that was not started does the same in this process.
 */
#ifndef GFPTRACE_USER_KEEPER_H
#define GFPTRACE_USER_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process/output_file.h"

#define KEEPER_FILES	8
#define KEEPER_COMMANDS 100

struct keeper {
	pid_t pid;			 /* 0: not started */
	int socket;			 /* -1: it did not answer, and is asked no more */
	pid_t commands[KEEPER_COMMANDS]; /* may be signalled */
	size_t nr_commands;
	int statistics; /* while they are on: a file that keeps them so, else 0 */
	struct made_file file[KEEPER_FILES];
	size_t nr_files;
};

/*
 * From here on the keeper's: if we end without a word, or are killed, it is removed if it is empty.
 * Before the start. Returns its number, or -ENOSPC.
 */
int keeper__add_file(struct keeper *keeper, struct made_file *made);

/*
 * Fork, where there is anything to be done: the processes `commands` may be signalled;
 * `statistics`: they will be asked for. Returns 0 or a negative errno.
 */
int keeper__start(struct keeper *keeper, const pid_t *commands, size_t nr, bool statistics);

/*
 * Each returns 0 or a negative errno; -ETIMEDOUT and -EPIPE: it was stopped or killed. What can be
 * done without it is done: a signal, as far as we may send it ourselves.
 */
int keeper__keep(struct keeper *keeper, int file);
int keeper__remove(struct keeper *keeper, int file);
int keeper__statistics(struct keeper *keeper, bool on);
int keeper__signal(struct keeper *keeper, pid_t pid, int signal);

/* Does not wait for one that was stopped. */
void keeper__end(struct keeper *keeper);

#endif
