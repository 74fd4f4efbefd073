/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What needs privileges when ours are gone: a second process, forked before anything is loaded,
 * that does these few things when asked and nothing else (sandbox__enter_keeper()):
 *
 *	put a report in its place, in a folder that may not be ours,
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

#define KEEPER_FILES 8

struct keeper {
	pid_t pid; /* 0: not started */
	int socket;
	int statistics; /* while they are on: a file that keeps them so, else 0 */
	struct keeper_file {
		int folder;
		const char *temporary, *name; /* in that folder; NULL: placed or removed */
	} file[KEEPER_FILES];
	size_t nr_files;
};

/*
 * A file `temporary` that will be renamed to `name`, both in `folder` and the caller's until then.
 * Before the start. Returns its number, or -ENOSPC.
 */
int keeper__add_file(struct keeper *keeper, int folder, const char *temporary, const char *name);

/*
 * Fork, where there is anything to be done: the processes `commands` may be signalled;
 * `statistics`: they will be asked for. Returns 0 or a negative errno.
 */
int keeper__start(struct keeper *keeper, const pid_t *commands, size_t nr, bool statistics);

/* Each returns 0 or a negative errno. */
int keeper__place(struct keeper *keeper, int file);
int keeper__remove(struct keeper *keeper, int file);
int keeper__statistics(struct keeper *keeper, bool on);
int keeper__signal(struct keeper *keeper, pid_t pid, int signal);

/* What was neither placed nor removed is removed; so it is when we are killed. */
void keeper__end(struct keeper *keeper);

#endif
