/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan of a run: what the options ask for, in the terms of the BPF programs and
 * their maps. Made before anything is loaded; pure but for the lookup of --cgroup.
 */
#ifndef GFPTRACE_USER_PLAN_H
#define GFPTRACE_USER_PLAN_H

#include "kernel/kernel.h"
#include "cmd/options.h"
#include "kernel/wrappers.h"

struct plan {
	enum tier tier; /* as asked for */
	enum coverage coverage;
	struct gft_config config;
	uint32_t size[GFT_KEYS];		     /* values a key can take, 1 where it is none */
	uint8_t class_of[GFT_CLASS_TABLE];	     /* by the gfp that was asked for */
	uint8_t class_of_effective[GFT_CLASS_TABLE]; /* by the gfp that the tracepoint shows */
	struct gft_glob comm;
	int cgroup_fd; /* -1: none */
	uint64_t memory_limit;
	const struct wrappers *wrappers; /* NULL: no caller is looked for */
	const struct options *options;	 /* which series the filters let through */
};

/*
 * Returns 0 or a negative errno, with `problem` telling what is wrong with the options
 * on this kernel (-EINVAL), with the machine (-ENOENT, ...) or the limit (-ENOMEM).
 */
int plan__make(struct plan *plan, const struct kernel *kernel, const struct options *options,
	       char *problem, size_t size);
void plan__drop(struct plan *plan);

/* Map memory in bytes for this plan, as the kernel accounts it, with or without latency. */
uint64_t plan__memory(const struct plan *plan, const struct kernel *kernel, bool timed);

/* The value of each key of a combination, and whether the filters let it through. */
void plan__keys(const struct plan *plan, uint32_t combination, uint32_t key[GFT_KEYS]);
bool plan__passes(const struct plan *plan, uint32_t combination);

#endif
