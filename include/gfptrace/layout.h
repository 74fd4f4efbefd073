/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies in the maps: written by the BPF programs, read by user space.
 *
 *	config  set once between open and load, constant afterwards; the verifier
 *		removes what it turns off
 *	frames  requests that are under way, found by their place on the stack
 *	cpus    one element a CPU: its row (counters, and the table that gives each
 *		combination of labels its slot), then its series (a histogram for each
 *		combination that occurs), one a slot, then blocks by cache colour. One
 *		lookup finds them all.
 *
 * Counters only grow. A CPU's element is written by that CPU only, by programs that
 * do not nest there (each copy of the programs has a map of its own), so nothing
 * needs an atomic operation; the fields are grouped by the program that writes them.
 */
#ifndef GFPTRACE_LAYOUT_H
#define GFPTRACE_LAYOUT_H

#include <gfptrace/buckets.h>
#include <gfptrace/classes.h>
#include <gfptrace/colours.h>
#include <gfptrace/types.h>

/*
 * The keys of a series in the kernel. Class, order and context are always among
 * them: failures and alignment need them, and user space folds what `--by` does
 * not ask for. The CPU is the row, so it needs no key.
 */
enum gft_key {
	GFT_KEY_RANGE,	     /* node and zone: index of the pfn range + 1; 0: no page */
	GFT_KEY_MIGRATETYPE, /* of the block + 1; 0: no page */
	GFT_KEY_COMM,	     /* index in the row's names + 1; 0: interrupt; last: other */
	GFT_KEY_CGROUP,	     /* the same */
	GFT_KEY_PATH,	     /* enum gft_path + 1, GFT_PATHS_ZEROED more; 0: not known */
	GFT_KEY_CALLER,	     /* gfptrace/callers.h */
	GFT_KEY_QUALITY,     /* enum gft_quality, a set, + 1; 0: no block of the test module */
	GFT_KEY_CONTEXT,
	GFT_KEY_ORDER,
	GFT_KEY_CLASS,
	GFT_KEYS
};

/* Orders the maps can hold, the one above the largest included; MAX_ORDER is 10, or 13 on arm64. */
#define GFT_ORDERS_MAX	   16
#define GFT_STRIDE_ORDER   GFT_CLASSES
#define GFT_STRIDE_CONTEXT (GFT_STRIDE_ORDER * GFT_ORDERS_MAX)
#define GFT_COMBINATIONS   (GFT_STRIDE_CONTEXT * GFT_CONTEXTS) /* of class, order and context */

/*
 * A plain run (bpf/maps.bpf.h) is one on a kernel with these. The bits that tell the classes
 * apart have had the same places from v6.1 to v6.18; the multiplier is what gfp_hash__find()
 * finds for them.
 */
#define GFT_PLAIN_PAGE_SHIFT   12
#define GFT_PLAIN_STRUCT_SHIFT 6
#define GFT_PLAIN_MAX_ORDER    10
#define GFT_PLAIN_CLASS_MASK   0x1c04e8u
#define GFT_PLAIN_CLASS_MAGIC  0x4a8ca751u

/*
 * As many copies of the programs as lose nothing: a hardirq interrupts at most two contexts,
 * task and softirq, that each hold one.
 */
#define GFT_COPIES	    3
#define GFT_RANGES_MAX	    127 /* zones of all nodes */
#define GFT_NAMES	    62	/* comms or cgroups a CPU can tell apart */
#define GFT_NAME_KEYS	    (GFT_NAMES + 2)
#define GFT_COMM_LEN	    16
#define GFT_PIDS_MAX	    16
#define GFT_CLASS_BITS	    10
#define GFT_CLASS_TABLE	    (1u << GFT_CLASS_BITS)
#define GFT_SLOT_OTHER	    0 /* the series that takes what has no slot */
#define GFT_SLOT_UNCLAIMED  0xffff
#define GFT_SLOT_FILTERED   0xfffe
#define GFT_ALIGN_LOW	    32 /* alignments that the lowest bits of the pfn tell */
#define GFT_ALIGN_SLOTS	    64
#define GFT_ALIGN_CAP_SHIFT 30 /* alignments are counted up to 1 GiB */

/* What is counted of the place where a block lies. */
enum gft_places {
	GFT_PLACES_NONE, /* its page frame number is not known */
	GFT_PLACES_ALIGNMENT,
	GFT_PLACES_COLOURS, /* and its colour */
};

/* Consecutive pages of one zone. */
struct gft_range {
	__u64 start; /* pfn */
	__u64 pages;
};

struct gft_config {
	__u64 vmemmap;		 /* address of the struct page of pfn 0; 0: unknown, no alignment */
	__u64 mem_section;	 /* address of that variable (mm/sparse.c), for migrate types */
	__u32 page_struct;	 /* sizeof(struct page) */
	__u32 page_struct_shift; /* its log2, or 0 where it is no power of two */
	__u32 page_shift;
	__u32 max_order; /* the largest */
	__u32 places;	 /* enum gft_places */
	__u32 timed;	 /* there is an entry program: latency is measured */
	__u32 marked;	 /* count only the module's requests */
	__u32 preempt_rt;
	__u32 context_by_stack;	 /* preempt_count is not what we take it for */
	__u32 uncounted_entries; /* the kernel may skip one and not count it: kprobes, to v6.6 */
	__u32 memcg_by_warn;	 /* the program on warn_alloc is there to tell memcg refusals */

	/* class: table[((gfp & mask) * magic) >> (32 - GFT_CLASS_BITS)] */
	__u32 class_mask;
	__u32 class_magic;
	__u32 gfp_account;
	__u32 gfp_zero;
	__u32 pageblock_order;
	__u32 pageblock_shift; /* log2 of the flag bits of a block */

	__u32 stride[GFT_KEYS];	 /* 0: not a key */
	__u32 combinations;	 /* product of the keys' sizes */
	__u32 slots[GFT_COPIES]; /* series a CPU has in each copy of the programs, `other` included
				  */
	__u32 series_offset;	 /* of the first series from the row */

	/* counters of blocks by colour: see gfptrace/colours.h */
	__u32 colours; /* 0: not asked for, or not known */
	__u32 colour_slots;
	__u32 colour_offset[GFT_COPIES]; /* from the row */
	struct gft_colour_slots colour[GFT_ORDERS_MAX];

	__u32 cpus; /* possible */
	__u32 nr_ranges;
	__u32 by_range, by_migratetype, by_comm, by_cgroup, by_path, by_caller, by_quality;
	__u32 slowest;		 /* how many of the slowest requests a CPU keeps; 0: none */
	__u32 callers;		 /* the stack is wanted: by_caller, by_module or stacks */
	__u32 by_module, stacks; /* --module, --stacks */
	__u32 lint;
	__u32 line_shift; /* log2 of the size of a cache line, where slabs are looked at; or 0 */
	__u32 classes, orders, contexts; /* that are counted: a bit for each */

	/* filters of tasks; with any of them interrupts do not count */
	__u32 filter_task, filter_comm, filter_cgroup, nr_pids;
	__u32 pid_namespace; /* pids are those of another namespace than the first */
	__u64 pid_namespace_dev, pid_namespace_ino;
	__u32 pids[GFT_PIDS_MAX];

	struct gft_range range[GFT_RANGES_MAX];
};

/*
 * A glob as an automaton whose state is one bit for each place in the pattern; filled by
 * user/trace/glob.c.
 */
struct gft_glob {
	__u32 match[256]; /* for each byte: the places that it moves on from */
	__u32 stay;	  /* places behind a `*`: any byte may be swallowed there */
	__u32 accept;
	__u32 start;
	__u32 pad;
};

GFT_INLINE __u32 gft_glob_step(const volatile struct gft_glob *glob, __u32 state, __u8 byte)
{
	return (state & glob->match[byte]) << 1 | (state & glob->stay);
}

/*
 * A request that is under way. The tag is the stack address of its entry; two
 * requests that are alive at once never share one. Requests of one kernel stack
 * share a line.
 */
struct gft_frame {
	__u64 tag;    /* the stack address and flags; 0: free */
	__u64 start;  /* ns, bpf_ktime_get_ns() */
	__u32 gfp;    /* as asked for */
	__u32 skip;   /* in the first of a line: requests to leave out before the next is timed */
	__u64 warned; /* warn_alloc() was called, for this reason + 1. The exit takes it back. */
};

/* With `marked`: the last frame of a stack that an exit took, for the check at the return. */
struct gft_taken {
	__u64 tag;
	__u32 gfp;
	__u32 pad;
};

/* Flags of a tag: stack addresses are multiples of 8. */
#define GFT_UNTIMED	1 /* left out of the sample: there is no start */
#define GFT_STAGED	2 /* its walk (gfptrace/stage.h) is filled */
#define GFT_FLAGS	3ull
#define GFT_STACK_SHIFT 14 /* at most THREAD_SIZE: a smaller guess only splits a stack in two */
#define GFT_LINE_FRAMES 4
#define GFT_LINE_SHIFT	7 /* log2 of the size of a line */
#define GFT_LINE_BITS	11
#define GFT_FRAME_LINES (1u << GFT_LINE_BITS)
/*
 * The exit lies less than this below its entry on the stack. Measured: 120 to 400 bytes, 592 on
 * arm64 with a trampoline that calls the function; a request nested in another one is further down.
 */
#define GFT_FRAME_WINDOW 1024

struct gft_line {
	struct gft_frame frame[GFT_LINE_FRAMES];
} __attribute__((aligned(GFT_CACHE_LINE)));

/* A bulk call that is under way; calls of one stack do not nest. */
struct gft_bulk_frame {
	__u64 tag;
	__u64 filled; /* places of the caller's array that were full before */
	__u64 start;  /* ns */
	__u64 wanted; /* pages */
};

struct gft_name {
	__u64 word[2]; /* comm, NUL-padded, or the cgroup's id and 0 */
};

struct gft_names {
	__u32 used_comms;
	__u32 used_cgroups;
	struct gft_name comm[GFT_NAMES];
	struct gft_name cgroup[GFT_NAMES];
};

struct gft_row {
	/* the exit program (preempt_count: set by user space before it is attached) */
	__u64 preempt_count; /* address of this CPU's, or 0 */
	__u64 entry_misses;  /* address of the count of skipped runs of the entry program, or 0 */
	__u64 misses_seen[GFT_CONTEXTS]; /* that count at the last exit in each kind of interrupt */
	__u64 exit_misses; /* the same of the exit program; read where entries are uncounted */
	__u64 exit_misses_seen[GFT_CONTEXTS]; /* as misses_seen, or when nothing was stale */
	__u64 last_exit[GFT_CONTEXTS];	      /* ns: the last exit in each context */
	__u64 irq_top; /* last byte of the stack that interrupts run on here; 0: not seen yet */
	/*
	 * The zone of this CPU's first page, as the addresses of its struct pages. Requests of
	 * one CPU mostly come from one zone: what lies there is not counted by zone, but is all
	 * that `placement` does not count.
	 */
	__u64 home_start;
	__u64 home_size;   /* bytes; 0: none yet */
	__u64 range_start; /* the same of the last page that lay elsewhere */
	__u64 range_size;
	__u32 home_index; /* + 1 */
	__u32 range_index;
	__u64 scratch;	  /* a pointer goes in, a number comes out */
	__u64 distance;	  /* of this CPU's exits below their entries, as last seen */
	__u64 slow_floor; /* ns: a request that takes as long may be one of the slowest; ~0: none */
	__u64 slow_end;	  /* ns: when such a one ended, from the fast path to the slow one */
	__u32 used_slots;
	__u32 pad_slots;
	__u64 unpaired;	   /* exits that found no entry */
	__u64 stale;	   /* entries whose exits were skipped, found and dropped */
	__u64 filtered;	   /* requests that were paired and not asked for */
	__u64 other_pages; /* pages of the series `other`, which has no order */
	__u64 placement[GFT_RANGES_MAX + 1]; /* by range, without home; [0]: in none known */

	/* the entry program */
	__u64 table_full __attribute__((aligned(GFT_CACHE_LINE)));
	__u64 invalid[GFT_CLASSES][GFT_CONTEXTS];

	/* the bulk exit program */
	__u64 bulk_calls __attribute__((aligned(GFT_CACHE_LINE)));
	__u64 bulk_pages;

	/* the checking program of `marked` */
	__u64 checked __attribute__((aligned(GFT_CACHE_LINE)));
	__u64 mismatched;

	/* slot of each combination: GFT_SLOT_UNCLAIMED, GFT_SLOT_FILTERED or an index */
	__u16 slot[] __attribute__((aligned(GFT_CACHE_LINE)));
};

/*
 * Alignment is counted by the lowest five bits of the pfn, as they are; where they are all
 * zero, in the order that a multiplication by a de Bruijn sequence gives. user/collect/summarize.c
 * inverts it.
 */
GFT_INLINE __u32 gft_align_high(__u64 pfn, __u32 page_shift)
{
	__u32 capped = (__u32)(pfn | 1ull << (GFT_ALIGN_CAP_SHIFT - page_shift));

	return GFT_ALIGN_LOW + (((capped & -capped) * 0x077cb531u) >> 27);
}

GFT_INLINE __u32 gft_align_slot(__u64 pfn, __u32 page_shift)
{
	__u32 low = (__u32)pfn % GFT_ALIGN_LOW;

	return low ? low : gft_align_high(pfn, page_shift);
}

struct gft_series {
	__u64 sum; /* ns */
	__u64 min;
	__u64 max;
	__u64 combination;
	__u64 failed[GFT_REASONS];
	__u64 align[GFT_ALIGN_SLOTS]; /* of the requests that succeeded, by gft_align_slot() */
	__u64 unplaced;		      /* requests that succeeded where the pfn is unknown */
	__u64 pad[3];
	__u64 bucket[]; /* GFT_BUCKETS where latency is measured */
};

#define GFT_SERIES_SIZE(timed)                                                                \
	GFT_ALIGN_UP(sizeof(struct gft_series) + ((timed) ? GFT_BUCKETS * sizeof(__u64) : 0), \
		     GFT_CACHE_LINE)
#define GFT_ROW_SIZE(combinations) \
	GFT_ALIGN_UP(sizeof(struct gft_row) + (combinations) * sizeof(__u16), GFT_CACHE_LINE)
#define GFT_CPU_SIZE(combinations, slots, timed) \
	(GFT_ROW_SIZE(combinations) + (slots)*GFT_SERIES_SIZE(timed))

/* A page as two programs at one firing of mm_page_alloc are handed it. */
struct gft_page_pair {
	__u64 page; /* struct page * */
	__u64 pfn;
};

/* What the calibration finds. */
#define GFT_CALIBRATION_PAGES 64
struct gft_calibration {
	__u32 tgid;
	__u32 used;
	__u32 used_pairs;
	__u32 pad;
	__u64 page[GFT_CALIBRATION_PAGES]; /* struct page *, of what this process faulted in */
	struct gft_page_pair pair[GFT_CALIBRATION_PAGES]; /* of anybody's requests */
};

/* Free blocks of a zone: the lowest and the highest struct page of those that lists begin and end
 * with. */
#define GFT_ZONE_PAGES 64
struct gft_zone_pages {
	__u64 start, pages; /* pfns that the zone spans */
	__u64 lowest, highest;
};

/* Argument and result of the program `locate`. */
struct gft_locate {
	__u32 cpu;
	__u32 pad;
	__u64 cfs; /* the address of rq->cfs of that CPU, or 0 */
	__u64 now; /* ns, bpf_ktime_get_ns() */
};

/* How often a context that is known was read as which: bpf/facts.bpf.c. */
struct gft_facts {
	__u32 read[GFT_CONTEXTS][GFT_CONTEXTS]; /* by what it is, by what it was read as */
};

/* Argument and result of the iterator `find_stats`: where a program's statistics are. */
struct gft_find_stats {
	__u32 id; /* of the program */
	__u32 pad;
	__u64 stats; /* struct bpf_prog_stats __percpu * */
};

_Static_assert(sizeof(struct gft_line) == 1 << GFT_LINE_SHIFT, "a line is two cache lines");
_Static_assert(sizeof(struct gft_series) % GFT_CACHE_LINE == 0, "buckets start a cache line");
_Static_assert(sizeof(struct gft_row) % GFT_CACHE_LINE == 0, "slots start a cache line");

#endif
