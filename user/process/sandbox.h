/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What we may still ask of the kernel once all is attached, by seccomp(2). A system call that is
 * not foreseen fails with EPERM and is logged by the kernel: a report that lacks something is
 * worth more than none.
 */
#ifndef GFPTRACE_USER_SANDBOX_H
#define GFPTRACE_USER_SANDBOX_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Always allowed: to read, write, seek and close what is open, to wait, to tell the time, to have
 * memory (none of it executable), to reap children, and what the kernel counted of our programs.
 * Not: to open a file for writing, to rename or remove one, to make sockets or processes, to
 * execute, to load BPF programs.
 */
enum sandbox_group {
	SANDBOX_ATTACH = 1 << 0,  /* attach programs that are loaded: trampolines, tracepoints */
	SANDBOX_KPROBES = 1 << 1, /* kprobes, too */
	SANDBOX_READ = 1 << 2,	  /* open for reading: landlock.h says what */
	SANDBOX_NET = 1 << 3,	  /* serve on sockets that listen already */
	SANDBOX_TTY = 1 << 4,	  /* set up and read a terminal */
};

/*
 * For good. `groups`: those of enum sandbox_group; `pids`: the processes that may be signalled.
 * Returns 0 or a negative errno.
 */
int sandbox__enter(unsigned int groups, const pid_t *pids, size_t nr);

/* For the keeper (process/helper.h): what it does, and signals to these processes alone. */
int sandbox__enter_keeper(const pid_t *pids, size_t nr);

#endif
