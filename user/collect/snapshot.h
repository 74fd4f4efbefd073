/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters at one moment, merged over the CPUs; and the difference of two. Pure:
 * works on a view of memory, whoever wrote it.
 */
#ifndef GFPTRACE_USER_SNAPSHOT_H
#define GFPTRACE_USER_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfptrace/layout.h>

#include "trace/plan.h"
#include "trace/programs.h"

#define SNAPSHOT_NO_CPU	   0xffff
#define SNAPSHOT_NAMES_MAX 4096

/* Names seen, over all CPUs and snapshots: index as in the keys, less 1. */
struct name_list {
	struct gft_name name[SNAPSHOT_NAMES_MAX];
	size_t count;
};

/* What tells two series apart. Keys as enum gft_key; comm, cgroup and caller index the name lists
 * + 1. */
struct series_key {
	uint16_t key[GFT_KEYS];
	uint16_t cpu;	/* SNAPSHOT_NO_CPU unless the report is by CPU */
	uint16_t other; /* 1: the combinations that found no slot */
	uint16_t copy;	/* 1: of further copies of the programs, which time all that they catch */
};

/* The spread of a sample (report/histogram.h) is kept for so many buckets together. */
#define SPREAD_SHIFT 3
#define SPREADS	     (GFT_BUCKETS / (1 << SPREAD_SHIFT) + 1)

struct series {
	struct series_key key;
	uint64_t sum, min, max;
	uint64_t failed[GFT_REASONS];
	uint64_t align[GFT_ALIGN_SLOTS];
	uint64_t unplaced;
	uint64_t timed;	  /* requests that were timed */
	uint64_t untimed; /* requests that were left out of the sample: in no bucket */
	/* In a weighed snapshot (weights.h): timed ones that stand for others, too, and the spread.
	 */
	uint64_t drawn;
	double spread[SPREADS];
	uint64_t held; /* untimed ones as they were seen before: snapshot__take() alone */
	uint64_t bucket[GFT_BUCKETS];
};

/* Counters that belong to no series. */
struct snapshot_totals {
	uint64_t unpaired, stale, table_full, other_pages;
	uint64_t filtered; /* requests that were paired and not asked for */
	uint64_t bulk_calls, bulk_pages;
	uint64_t checked, mismatched;
	uint64_t placement[GFT_RANGES_MAX + 1];
	uint64_t exit_misses; /* requests whose exit was skipped, in the first copy */
	uint64_t recovered;   /* of these and of the unpaired: those that other copies took */
	uint64_t bulk_misses;
};

struct snapshot {
	struct series *series;
	size_t count, capacity;
	uint32_t *index; /* open addressing: series + 1 */
	size_t index_size;
	struct snapshot_totals totals;
	uint64_t *colours; /* blocks, by the counters of gfptrace/colours.h; NULL: not counted */
	size_t nr_colours;
};

/* Where the counters are and how to read them. */
struct snapshot_source {
	const struct plan *plan;
	uint32_t cpus;
	bool timed;
	bool sampled; /* there was a time in which not every request was timed */
	bool by_cpu;
	bool copy; /* the view is a further copy's */
	struct counters_view view;
	struct name_list *comms, *cgroups, *callers; /* grow */
};

/* Room for `capacity` series. Returns 0 or -ENOMEM. */
int snapshot__init(struct snapshot *snapshot, size_t capacity);
/* Room for the counters of colours, too. Returns 0 or -ENOMEM. */
int snapshot__add_colours(struct snapshot *snapshot, size_t slots);
void snapshot__free(struct snapshot *snapshot);
/* Make `to` hold what `from` holds. Returns 0 or -ENOMEM. */
int snapshot__copy(struct snapshot *to, const struct snapshot *from);

/* The series of that key, NULL where there is none; a new one if need be, NULL when memory is
 * short. */
const struct series *snapshot__find(const struct snapshot *snapshot, const struct series_key *key);
struct series *snapshot__series(struct snapshot *snapshot, const struct series_key *key);

/*
 * Read the source's counters, in place of what the snapshot held: which is an earlier reading of
 * the same source, or nothing. Returns 0 or -ENOMEM.
 */
int snapshot__take(struct snapshot *snapshot, const struct snapshot_source *source);

/* Add what a further copy of the programs counted. Returns 0 or -ENOMEM. */
int snapshot__add_copy(struct snapshot *snapshot, const struct snapshot_source *source);

/* Requests that were made and that no copy paired. */
uint64_t totals__missed(const struct snapshot_totals *totals);

/*
 * Counters that are read while they run: where what copies caught was read after what the first one
 * missed, fewer seem to be missed than were, and now and then fewer than at the look before.
 * `missed` has those of the looks before this one, and holds: what differences of these totals miss
 * is never negative and adds up to what was missed in all.
 */
void totals__hold_missed(struct snapshot_totals *totals, uint64_t *missed);

/*
 * What came between two snapshots: later - earlier, into `difference`. min and max of a
 * series are exact if they fell into the stretch, else the bounds of its outermost
 * buckets. Returns 0 or -ENOMEM.
 */
int snapshot__subtract(struct snapshot *difference, const struct snapshot *later,
		       const struct snapshot *earlier);

/* Add the spread of a weighed series to GFT_BUCKETS ones, by its buckets' shares. */
void series__add_spread(const struct series *series, double *spread);

/* Requests of a series: those that got pages, those that failed, all. */
uint64_t series__succeeded(const struct series *series);
uint64_t series__failed(const struct series *series);
uint64_t series__count(const struct series *series);

#endif
