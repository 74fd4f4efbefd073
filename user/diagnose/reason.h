/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The autopsy of a failed request: the state of the allocator at that instant as a value,
 * and what follows from it. Pure: where the state comes from (BPF, /proc, a kernel log) is
 * not known here, and what the source does not say is AUTOPSY_UNKNOWN.
 *
 * Counts are pages of `page_size` bytes unless said otherwise.
 */
#ifndef GFPTRACE_USER_AUTOPSY_H
#define GFPTRACE_USER_AUTOPSY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfptrace/classes.h>

#define AUTOPSY_UNKNOWN UINT64_MAX
#define AUTOPSY_ORDERS	24 /* more than any kernel has (NR_PAGE_ORDERS) */
#define AUTOPSY_ZONES	64

/*
 * What the request's alloc_flags allow it beyond others (mm/internal.h, mm/page_alloc.c
 * gfp_to_alloc_flags()), by meaning, since the flags' names and bits change.
 */
enum autopsy_right {
	/* Half of the min watermark: ALLOC_MIN_RESERVE; ALLOC_HIGH before v6.3. */
	AUTOPSY_HALF = 1 << 0,
	/* A quarter of what then remains: ALLOC_NON_BLOCK beside ALLOC_MIN_RESERVE; ALLOC_HARDER
	 * (commit 1ebbb21811b7, v6.3). */
	AUTOPSY_QUARTER = 1 << 1,
	/* Half of what then remains: ALLOC_OOM. */
	AUTOPSY_OOM = 1 << 2,
	/* The highatomic reserve counts as free: any of ALLOC_RESERVES (commit ab3508854353,
	 * v6.3); ALLOC_HARDER or ALLOC_OOM before. */
	AUTOPSY_RESERVE = 1 << 3,
	/* ... and its blocks may be taken: ALLOC_HIGHATOMIC or ALLOC_OOM; ALLOC_HARDER. */
	AUTOPSY_RESERVE_BLOCKS = 1 << 4,
	/* Free pages of CMA areas count and may be taken: ALLOC_CMA. */
	AUTOPSY_CMA = 1 << 5,
	/* No watermark holds: ALLOC_NO_WATERMARKS (PF_MEMALLOC, __GFP_MEMALLOC). */
	AUTOPSY_NO_WATERMARKS = 1 << 6,
};

/* The migrate types that have free blocks of an order; the letters of a kernel log. */
enum autopsy_type {
	AUTOPSY_UNMOVABLE = 1 << 0,   /* U */
	AUTOPSY_MOVABLE = 1 << 1,     /* M */
	AUTOPSY_RECLAIMABLE = 1 << 2, /* E */
	AUTOPSY_HIGHATOMIC = 1 << 3,  /* H */
	AUTOPSY_CMA_TYPE = 1 << 4,    /* C */
	AUTOPSY_ISOLATED = 1 << 5,    /* I: for nobody */
};

/* May the request take pages of this zone? */
enum autopsy_place {
	AUTOPSY_ALLOWED,
	AUTOPSY_TOO_HIGH,   /* above the highest zone that the gfp allows (gfp_zone()) */
	AUTOPSY_OTHER_NODE, /* kept out by the nodemask, the cpuset or __GFP_THISNODE */
	AUTOPSY_PERHAPS,    /* not known */
};

struct autopsy_zone {
	uint32_t node;
	char name[16];
	enum autopsy_place place;
	/* `boost` is part of min, low and high, as the kernel prints them. */
	uint64_t free, boost, min, low, high;
	uint64_t lowmem_reserve; /* the entry of the request's highest zone */
	uint64_t reserved_highatomic;
	uint64_t free_highatomic; /* what is free of it; counted from v6.12 on */
	uint64_t free_cma;
	uint64_t managed;
	uint64_t pcp; /* in the per-CPU lists: not in `free`, not usable by others */
	bool blocks_known;
	uint64_t blocks[AUTOPSY_ORDERS]; /* free blocks of each order */
	bool types_known;
	uint8_t types[AUTOPSY_ORDERS]; /* enum autopsy_type: who has such blocks */
};

/* Who holds the memory, over the whole machine. */
struct autopsy_usage {
	uint64_t anon, file, shmem, unevictable, dirty;
	uint64_t slab_reclaimable, slab_unreclaimable;
	uint64_t free;
	uint64_t swap_free, swap_total;
};

struct autopsy {
	uint32_t page_size; /* bytes */
	uint32_t order;
	/* Any migrate type may be served from blocks of U, M and E (fallbacks): a request's own
	 * tells nothing here beyond what its gfp does. */
	bool gfp_known;
	uint32_t gfp;		/* enum gfp_meaning (mm/gfp_names.h) */
	uint32_t rights;	/* enum autopsy_right; autopsy__rights() where not read */
	uint64_t largest_order; /* AUTOPSY_UNKNOWN: not told */
	uint64_t preferred_node;
	/* Which nodes: a nodemask, __GFP_THISNODE or a cpuset that binds this request */
	bool nodes_limited;
	/* Of requests like this one that failed one upon another, the most: a burst. 0: not told */
	uint64_t burst;
	uint64_t memcg_limit; /* bytes: memory.max of the cgroup whose charge was refused */

	/* A reason that only the source can know: GFT_MEMCG, GFT_INVALID, GFT_INJECTED; else
	 * GFT_UNKNOWN. */
	enum gft_reason given;
	/* The source found that the zones would serve the request, a moment before all that is
	 * here of them was read. */
	bool served;

	struct autopsy_zone zones[AUTOPSY_ZONES];
	size_t nr_zones;
	/* Free pages of zones that are not in the list: a log leaves out nodes not allowed. */
	uint64_t free_elsewhere;
	struct autopsy_usage usage;
};

/* The number, 0 where it is not known. */
static inline uint64_t autopsy__known(uint64_t number)
{
	return number == AUTOPSY_UNKNOWN ? 0 : number;
}

/* An autopsy of which nothing is known. */
void autopsy__init(struct autopsy *autopsy);
void autopsy_zone__init(struct autopsy_zone *zone);

/*
 * The rights that follow from gfp and order. Where kernels differ (whether GFP_NOWAIT and
 * __GFP_HIGH alone may count on the reserve) the stricter rule is taken: the request did fail.
 * A real-time task has more rights, and so has whoever frees memory (PF_MEMALLOC).
 */
uint32_t autopsy__rights(uint32_t gfp, uint32_t order);

/* A zone held against the request's watermark, as mm/page_alloc.c __zone_watermark_ok() does. */
struct autopsy_test {
	bool known;
	int64_t usable;	     /* free pages that count for this request, less 2^order - 1 */
	uint64_t mark;	     /* must be more than this: the lowered min and lowmem_reserve */
	bool passes_order_0; /* a request of one page would pass */
	bool has_block;	     /* a block of the order or larger that it may take */
	bool passes;	     /* would be served */
};

struct autopsy_test autopsy__test(const struct autopsy *autopsy, const struct autopsy_zone *zone,
				  uint32_t rights);

/* The zone's place, with what the preferred node tells of one that is AUTOPSY_PERHAPS. */
enum autopsy_place autopsy__place(const struct autopsy *autopsy, const struct autopsy_zone *zone);

/* Does it belong to the zones that the request could have used? */
bool autopsy__usable(const struct autopsy *autopsy, const struct autopsy_zone *zone);

enum gft_reason autopsy__reason(const struct autopsy *autopsy);

/*
 * mm/vmstat.c fragmentation_index(): -1000 if a block is there, else 0 (no memory) to 1000
 * (fragmented), in thousandths. The blocks must be known.
 */
int autopsy__fragmentation_index(const struct autopsy_zone *zone, uint32_t order);

/* What an expert would say. Sentences, to be shown as they are. */
#define AUTOPSY_ADVICE 6

struct autopsy_finding {
	enum gft_reason reason;
	char verdict[512];
	char advice[AUTOPSY_ADVICE][384];
	size_t nr_advice;
};

void autopsy__find(const struct autopsy *autopsy, struct autopsy_finding *finding);

#endif
