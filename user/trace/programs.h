/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF programs with their maps, all copies of them in one object: loaded, attached,
 * detached. Together with locate.c the only file that knows the skeleton.
 *
 * A copy is a pair of an entry and an exit program with counters of its own, numbered from 1
 * (bpf/request.bpf.c). The first one knows how many requests there were; the others catch
 * what it skips.
 */
#ifndef GFPTRACE_USER_PROGRAMS_H
#define GFPTRACE_USER_PROGRAMS_H

#include <gfptrace/failure.h>
#include <gfptrace/headroom.h>

#include "kernel/kernel.h"
#include "collect/lint.h"
#include "trace/plan.h"
#include "trace/stage_probes.h"

struct programs;

struct programs_setup {
	const struct kernel *kernel;
	const struct plan *plan;
	enum tier tier;
	uint32_t copies;    /* to load, at most GFT_COPIES */
	bool failures_only; /* no entry; the exit is where a failure shows */
	struct gft_config config;
	struct stage_probes stages; /* to load */
};

/* The counters of one copy, mapped for reading. */
struct counters_view {
	const void *cpus; /* by CPU: struct gft_row, its series, its blocks by colour */
	size_t cpu_size;
	size_t series_offset, series_size;
	uint32_t slots;
	size_t colour_offset;
	const struct gft_names *names;	   /* by CPU; NULL where no name is a key */
	const struct gft_callers *callers; /* the same where no caller is a key */
};

/* With --slab, by call and CPU. */
struct slabs_view {
	const struct gft_slab_row *rows; /* NULL: not asked for */
	uint32_t cpus;
	uint32_t line; /* bytes */
	bool seen[GFT_SLAB_CALLS];
	uint64_t misses[GFT_SLAB_CALLS]; /* runs that were skipped */
};

/* A program that is or was attached, and what the kernel says of it. */
struct program_state {
	const char *name;
	char attach[96];
	uint32_t copy;
	uint64_t runs, ns; /* 0 unless the kernel's BPF statistics are on */
	uint64_t misses;   /* runs that were skipped, because it was already running there */
	bool is_exit, is_bulk;
	bool is_slab; /* runs for objects of slabs, not for pages */
};

/*
 * Load. Returns 0 or a negative errno; programs__close() is due for what *programs then
 * holds, if anything.
 */
int programs__open(struct programs **programs, const struct programs_setup *setup);
/* Bytes of the maps that it would make, which need not be possible here; 0: memory is short. */
uint64_t programs__size(const struct programs_setup *setup);
/* Is the programs' clock that of clock_gettime(CLOCK_MONOTONIC)? Returns 0 or -ENOTSUP. */
int programs__check_clock(const struct programs *programs);
/* Why contexts are not read as they are, at moments when they are known; NULL: they fit. */
const char *programs__check_contexts(struct programs *programs);
int programs__attach_entries(struct programs *programs, uint32_t copy);
/* From here on its requests count. The first copy also learns how far exit and entry are apart. */
int programs__attach_exits(struct programs *programs, uint32_t copy);
/*
 * Put the entry of the first copy before those of the others: the program that was attached
 * last runs first (kernel/bpf/trampoline.c), and the others then find its frame and are done.
 */
int programs__entry_first(struct programs *programs);
/* Requests of our own, for which the programs at functions and tracepoints run if any do. */
void programs__request_page(void);
void programs__request_pages(void);
/* Between the attaching of entries and that of exits: has the entry run for requests of ours? */
bool programs__entry_runs(const struct programs *programs);
/* Requests that the first copy has seen as a whole, filtered ones too. */
uint64_t programs__paired(const struct programs *programs);
/* Is it more than `before`? If not so far, requests of our own are made. */
bool programs__pair(const struct programs *programs, uint64_t before);
/* Time one request in `sample`; 1: every one. */
int programs__set_sample(struct programs *programs, uint32_t sample);
/* The exits first; the programs stay, for what the kernel counted of them. */
void programs__detach(struct programs *programs);
bool programs__are_attached(const struct programs *programs);
void programs__close(struct programs *programs); /* accepts NULL */

struct counters_view programs__view(const struct programs *programs, uint32_t copy);
/* By GFT_FAILURES: what was kept of failures, for the BPF side writes on. */
const struct gft_failure *programs__failures(const struct programs *programs);
/* By user and CPU: the callers seen, for the BPF side writes on; NULL: none is looked for. */
const struct gft_callers *programs__callers(const struct programs *programs, size_t *count);
/* With --stacks and --lint. */
struct stacks_view programs__stacks(const struct programs *programs);
struct stacks_view programs__lints(const struct programs *programs);
struct slabs_view programs__slabs(const struct programs *programs);

enum lint_sight programs__lint_sight(const struct programs *programs);
const struct gft_headrooms *programs__headrooms(const struct programs *programs); /* NULL: none */
const struct gft_zones *programs__zones(const struct programs *programs);
/* What is known of the stages of requests that ended; written on while it is read. */
const struct gft_stages *programs__stages(const struct programs *programs);
/* The stages that are seen, a set of 1 << enum gft_stage: what could be attached. */
uint32_t programs__sees(const struct programs *programs);
/* By CPU: the slowest requests; those of the epoch that is over stay until the next change. */
const struct gft_slowest *programs__slowest(const struct programs *programs);
/* The number of the one that goes on: what it has kept so far may be read. */
uint64_t programs__epoch(const struct programs *programs);
/* Begin a new epoch; returns the number of the one that is over. */
uint64_t programs__next_epoch(struct programs *programs);
uint64_t programs__memory(const struct programs *programs); /* bytes of the maps */
bool programs__bulk(const struct programs *programs);
bool programs__exact_context(const struct programs *programs);
/*
 * Further copies catch what the first one's entry misses: from here on do not take that for
 * a lost entry. What the first copy left behind alone is cleared away.
 */
void programs__trust_entries(struct programs *programs);

#define PROGRAMS_MAX ((size_t)(32 + STAGE_PROBES_MAX))
/* Fill at most `most` states; returns how many. */
size_t programs__states(const struct programs *programs, struct program_state *states, size_t most);

/* Send libbpf's own words to stderr only with -v. */
void programs__quiet_libbpf(void);

#endif
