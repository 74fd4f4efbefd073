/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF programs as a whole: which tier, how many copies.
 *
 *	tracer__open      choose the tier by trying: load and attach the entries
 *	tracer__activate  attach the exits: from here on requests count
 *	tracer__escalate  put the further copies to work, if they wait
 *	tracer__sample    time fewer of the requests, or all
 *	tracer__stop      detach the exits: the counters stand still and can be read
 *	tracer__close     accepts NULL
 *
 * The exit is attached last and detached first, so a request that was under way at
 * either moment is in no count, not even that of the missed.
 */
#ifndef GFPTRACE_USER_TRACER_H
#define GFPTRACE_USER_TRACER_H

#include <string.h>

#include "trace/programs.h"

struct tracer;

/* A way to attach that was tried: `err` 0 or why it cannot be had here. */
struct tier_trial {
	enum tier tier;
	int err;
	const char *step; /* "load", "attach", "see" or "" */
	const char *why;  /* the cause where it is known, else NULL */
};

/* The cause of `err`, in words. */
static inline const char *trial__why(const struct tier_trial *trial)
{
	return trial->why ? trial->why : strerror(-trial->err);
}

struct tier_trials {
	struct tier_trial trial[TIERS];
	size_t count;
};

/* Which of the programs do not run at this moment, though they are attached. */
enum blindness {
	SEES_ALL,
	BLIND_TO_DETAILS, /* reasons of failures, headroom: what kprobes tell beside the requests */
	BLIND,
};

/*
 * Load for the tier asked for, or for the best that this kernel lets us have; with the
 * coverage `auto` and `exact` all copies. Returns 0 or a negative errno; -ENOENT where
 * the plan asks for a tier that has no entry function. `trials`, filled in any case, says
 * what was tried.
 */
int tracer__open(struct tracer **tracer, struct kernel *kernel, const struct plan *plan,
		 struct tier_trials *trials);
int tracer__activate(struct tracer *tracer);
/* Returns 0, -EALREADY if no copy waits, or another negative errno. */
int tracer__escalate(struct tracer *tracer);
/* Time one request in `sample`. Returns 0 or a negative errno. */
int tracer__sample(struct tracer *tracer, uint32_t sample);
/*
 * Do its programs still run? `idle`: no request was seen as a whole for a while, so that some of
 * our own are made. `why`, where they do not: the cause, which lasts.
 */
enum blindness tracer__look(struct tracer *tracer, bool idle, const char **why);
void tracer__stop(struct tracer *tracer);
void tracer__close(struct tracer *tracer);

enum tier tracer__tier(const struct tracer *tracer);
uint32_t tracer__copies(const struct tracer *tracer);  /* at work */
uint32_t tracer__waiting(const struct tracer *tracer); /* loaded, not at work */
bool tracer__bulk(const struct tracer *tracer);	       /* bulk calls are counted */
bool tracer__failures_only(const struct tracer *tracer);
bool tracer__timed(const struct tracer *tracer); /* latency is measured */
bool tracer__memcg(const struct tracer *tracer); /* memcg refusals are told apart */
/* Why no kprobe tells about failures and slow paths, where none does. */
const char *tracer__why_no_kprobe(const struct tracer *tracer);
/* The tiers that were tried before this one, best first. */
const struct tier_trials *tracer__trials(const struct tracer *tracer);
bool tracer__places(const struct tracer *tracer);	 /* alignment and zones are known */
bool tracer__exact_context(const struct tracer *tracer); /* softirq and hardirq are told apart */
uint64_t tracer__memory(const struct tracer *tracer);	 /* bytes of its maps */

/* What is kept of failures: programs.h. */
const struct gft_failure *tracer__failures(const struct tracer *tracer);
const struct gft_callers *tracer__callers(const struct tracer *tracer, size_t *count);
struct stacks_view tracer__stacks(const struct tracer *tracer);
struct stacks_view tracer__lints(const struct tracer *tracer);
struct slabs_view tracer__slabs(const struct tracer *tracer);
enum lint_sight tracer__lint_sight(const struct tracer *tracer);
/* NULL: they are not measured here. */
const struct gft_headrooms *tracer__headrooms(const struct tracer *tracer);
const struct gft_zones *tracer__zones(const struct tracer *tracer);
/* Is the reason of a failed search known? */
bool tracer__reasons(const struct tracer *tracer);

/* Stages and the slowest requests: programs.h. */
const struct gft_stages *tracer__stages(const struct tracer *tracer);
uint32_t tracer__sees(const struct tracer *tracer);
/* Stages that are not seen since their tracepoints have other arguments than we know. */
uint32_t tracer__strange(const struct tracer *tracer);
const struct gft_slowest *tracer__slowest(const struct tracer *tracer);
uint64_t tracer__epoch(const struct tracer *tracer);
uint64_t tracer__next_epoch(struct tracer *tracer);

/* The counters of all copies; returns how many, at most GFT_COPIES. */
size_t tracer__views(const struct tracer *tracer, struct counters_view views[GFT_COPIES]);

/* Fill at most `most` states (PROGRAMS_MAX hold all); returns how many. */
size_t tracer__programs(const struct tracer *tracer, struct program_state *states, size_t most);

#endif
