/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF programs: the only file that knows the skeleton.
 *
 *	tracer__open      choose the tier by trying: load and attach the entries
 *	tracer__activate  attach the exit: from here on requests count
 *	tracer__stop      detach the exit: the counters stand still and can be read
 *	tracer__close     accepts NULL
 *
 * The exit is attached last and detached first, so a request that was under way at
 * either moment is in no count, not even that of the missed.
 */
#ifndef GFPTRACE_USER_TRACER_H
#define GFPTRACE_USER_TRACER_H

#include "kernel.h"
#include "plan.h"

struct tracer;

/* A way to attach that was tried: `err` 0 or why it cannot be had here. */
struct tier_trial {
	enum tier tier;
	int err;
	const char *step; /* "load", "attach" or "" */
};

struct tier_trials {
	struct tier_trial trial[TIERS];
	size_t count;
};

/*
 * Load for the tier asked for, or for the best that this kernel lets us have. Returns 0
 * or a negative errno; -ENOENT where the plan asks for a tier that has no entry function.
 * `trials`, filled in any case, says what was tried.
 */
int tracer__open(struct tracer **tracer, const struct kernel *kernel, const struct plan *plan,
		 struct tier_trials *trials);
int tracer__activate(struct tracer *tracer);
void tracer__stop(struct tracer *tracer);
void tracer__close(struct tracer *tracer);

enum tier tracer__tier(const struct tracer *tracer);
bool tracer__bulk(const struct tracer *tracer);		 /* bulk calls are counted */
bool tracer__timed(const struct tracer *tracer);	 /* latency is measured */
bool tracer__memcg(const struct tracer *tracer);	 /* memcg refusals are told apart */
bool tracer__places(const struct tracer *tracer);	 /* alignment and zones are known */
bool tracer__exact_context(const struct tracer *tracer); /* softirq and hardirq are told apart */
uint64_t tracer__memory(const struct tracer *tracer);	 /* bytes of its maps */

/* The counters, mapped for reading. */
struct tracer_view {
	const struct gft_row *rows;
	size_t row_size;
	const void *series; /* struct gft_series, by CPU * slots + slot */
	size_t series_size;
	const struct gft_names *names; /* NULL where no name is a key */
};
struct tracer_view tracer__view(const struct tracer *tracer);

/* A program that is attached, and what the kernel says of it. */
struct tracer_program {
	const char *name;
	char attach[96];
	uint64_t runs, ns; /* 0 unless the kernel's BPF statistics are on */
	uint64_t misses;   /* runs that were skipped, because it was already running there */
	bool is_exit, is_bulk;
};

/* Fill at most `most` programs; returns how many. */
size_t tracer__programs(const struct tracer *tracer, struct tracer_program *programs, size_t most);

#define TRACER_PROGRAMS 8

#endif
