/* SPDX-License-Identifier: GPL-2.0-only */
/* What of the file system we may still read, by Landlock (v5.13). */
#ifndef GFPTRACE_PROCESS_LANDLOCK_H
#define GFPTRACE_PROCESS_LANDLOCK_H

#include <stddef.h>

/*
 * From here on nothing is opened but for reading, and below one of the open `folders`. For good,
 * after privilege__shed(). Returns 0 or a negative errno; -ENOSYS or -EOPNOTSUPP where the kernel
 * has no Landlock.
 */
int landlock__read_only(const int *folders, size_t nr);

#endif
