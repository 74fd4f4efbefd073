/* SPDX-License-Identifier: GPL-2.0-only */
/* To live on a machine that runs out of memory. */
#ifndef GFPTRACE_USER_SURVIVE_H
#define GFPTRACE_USER_SURVIVE_H

#include <stdbool.h>

/*
 * Before the start: what is freed from now on stays the process's. The BTF of a kernel is
 * 6 MB, and copied once: to have each page faulted in anew takes longer than to read it. survive()
 * gives back what is too much.
 */
void survive__ahead(void);

/*
 * Take memory for the report to come, lock everything in RAM and tell the OOM killer to
 * look elsewhere. Call it when the maps are there and the command is forked, which must
 * not inherit it. `timed`: the report will have latencies, for which it needs the most. What
 * cannot be had is left out, and told with -v.
 */
void survive(bool timed);

/* The last of them alone, for a process that has no report to make. Returns whether it failed. */
int protect_from_oom(void);

/*
 * Is memory so short that what asks the kernel for some (attaching programs, statistics) had
 * better wait? By MemAvailable, below a sixteenth of all. True where it cannot be told.
 */
bool memory_is_short(void);

#endif
