/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel: everything about it that gfptrace asks before it attaches anything. */
#ifndef GFPTRACE_USER_KERNEL_H
#define GFPTRACE_USER_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>

#include <gfptrace/failure.h>

#include "kernel/btf_facts.h"
#include "kernel/cache.h"
#include "kernel/gfp.h"
#include "kernel/gfp_flags.h"
#include "kernel/zones.h"

/* How a page's frame number is told from its struct page: user/trace/locate.c. */
struct page_frames {
	uint64_t vmemmap; /* address of the struct page of pfn 0; 0: not known */
	const char *from; /* what told it; NULL: nothing did */
	bool pagemap;	  /* has numbers for us */
	char why[240];	  /* nothing did */
};

struct kernel {
	struct utsname name;
	struct btf *btf;
	struct btf_facts facts;
	struct gfp_bits gfp;
	struct gfp_flags gfp_flags;
	struct gft_failure_config failure; /* what BPF needs to know to tell why a request failed */
	struct zones zones;		   /* count 0 where /proc/zoneinfo cannot be read */
	uint32_t page_size;
	uint32_t cpus; /* possible: the maps have a row for each */
	uint32_t cpus_online;
	const char *preempt; /* none, voluntary, full, lazy, rt; "unknown" */
	bool preempt_rt;
	bool preempt_symbol;	   /* BPF can read preempt_count by its name */
	bool context_checked;	   /* trace/facts_check.c has held it against known contexts */
	const char *no_context;	   /* and it did not fit; NULL: it did */
	struct page_frames frames; /* set by locate__page_frames() */
	/* set by kernel__find_blocks() only */
	uint32_t pageblock_order;
	uint64_t section_symbol; /* where BPF finds the blocks' migrate types; 0: not shown */
	const char *no_quality;	 /* set by kernel__find_quality() only; NULL: it is there */
	struct cache_line line;	 /* of size 0 unless the session asks for it */
	struct cache cache;	 /* the session asks for it where colours are wanted */
	bool icount;		 /* tools/vm --icount: a nanosecond is an instruction */
	char problem[128];	 /* why kernel__read() failed, and what to do about it */
	char remedy[160];
};

/* Returns 0 or a negative errno with `problem` filled; kernel__close() is due in any case. */
int kernel__read(struct kernel *kernel);
/*
 * What only --by migratetype needs: /proc/kallsyms takes tens of milliseconds, and
 * /proc/pagetypeinfo locks each zone while its free lists are counted (mm/vmstat.c).
 */
void kernel__find_blocks(struct kernel *kernel);
/* What only --by quality needs: the events of the test module. */
void kernel__find_quality(struct kernel *kernel);
/* The parsed BTF, once more after it was lent. Returns 0 or a negative errno. */
int kernel__need_btf(struct kernel *kernel);
/* To libbpf, for the object that is loaded next: it keeps it. */
void kernel__lend_btf(struct kernel *kernel);
/* The facts stay; the parsed BTF, several MiB, goes. */
void kernel__forget_btf(struct kernel *kernel);
void kernel__close(struct kernel *kernel);

#endif
