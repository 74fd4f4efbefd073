/* SPDX-License-Identifier: GPL-2.0-only */
/* Control groups of version 2: by path for the filter, by id for the labels. */
#ifndef GFPTRACE_USER_CGROUPS_H
#define GFPTRACE_USER_CGROUPS_H

#include <stddef.h>
#include <stdint.h>

/* A descriptor of the directory, or a negative errno; -ENOTSUP if it is on no cgroup2 mount. */
int cgroup__open(const char *path);

/* The root of all of them, which stays open; a negative errno where there is none. */
int cgroup__open_root(void);

/*
 * The path of a cgroup below its mount, "/" for the root, by the id that
 * bpf_get_current_cgroup_id() gives. Returns 0, or -ENOENT for one that is gone.
 */
int cgroup__path(uint64_t id, char *path, size_t size);

#endif
