/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel's BTF says of its page allocator. Pure: takes any BTF, a synthetic one too. */
#ifndef GFPTRACE_USER_BTF_FACTS_H
#define GFPTRACE_USER_BTF_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <gfptrace/layout.h>
#include <gfptrace/slab.h>

struct btf;

#define MIGRATETYPES_MAX 16
#define ZONE_TYPES_MAX	 16

/* A function that the tracer may attach to. */
struct entry_point {
	const char *name;   /* NULL: this kernel has none */
	bool bulk_has_list; /* bulk: a page_list comes before the page_array */
};

struct btf_facts {
	struct entry_point entry;
	struct entry_point bulk;
	uint32_t max_order;
	uint32_t page_struct; /* sizeof(struct page) */
	uint32_t nr_migratetypes;
	const char *migratetypes[MIGRATETYPES_MAX]; /* lower case, without MIGRATE_; static */
	uint32_t pageblock_bits;		    /* flags of a block, 0: unknown */
	bool mm_page_alloc_known;	    /* the tracepoint has the arguments that we read */
	bool has_mm_page_alloc;		    /* the tracepoint */
	uint32_t pfn_in_event;		    /* offset in what perf hands of it; 0: unknown */
	bool has_slab_call[GFT_SLAB_CALLS]; /* its tracepoint, as bpf/slab.bpf.c reads it */
	bool preempt_count_in_btf;
	/* Where a CPU's rq->cfs and, on x86, preempt_count lie in its per-CPU area: BTF tells it on
	 * x86, kallsyms elsewhere */
	bool has_percpu_offsets;
	uint32_t cfs_in_rq; /* offset of rq->cfs; 0: not there */
	int64_t cfs_offset, preempt_offset;
	uint32_t misses_offset; /* of bpf_prog_stats.misses; 0: not there */
	bool has_run_delay;	/* of tasks: CONFIG_SCHED_INFO */
};

/*
 * The choke point of single requests: the first function of the ladder (see
 * btf_facts.c) that exists with the prototype that this program understands.
 */
struct entry_point btf_facts__entry(const struct btf *btf);
struct entry_point btf_facts__bulk(const struct btf *btf);

/* Everything above. Returns 0, or -ENOENT where the BTF lacks struct zone or struct page. */
int btf_facts__read(const struct btf *btf, struct btf_facts *facts);

/*
 * Is a tracepoint there, and do its programs get the arguments that `types` names, one letter
 * each, at least? g: gfp_t, i: 4 bytes, l: 8 bytes, p: a pointer to struct page.
 */
bool btf_facts__event(const struct btf *btf, const char *event, const char *types);

/* The value of an enumerator; false where no enum of the BTF has it. */
bool btf_facts__enumerator(const struct btf *btf, const char *name, uint32_t *value);

#endif
