/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Failed requests, as the BPF programs leave them: the zones of the machine, and for each
 * kind of failure the state that the last one of them found.
 */
#ifndef GFPTRACE_FAILURE_H
#define GFPTRACE_FAILURE_H

#include <gfptrace/layout.h>

#define GFT_ZONES      32 /* zones that have pages; those beyond are not looked at */
#define GFT_ZONE_NAME  16
#define GFT_STACK      24
#define GFT_FAILURES   64	    /* kinds of failures whose state is kept */
#define GFT_KEEP_NS    100000000ull /* the state is kept anew after so long */
#define GFT_BURST_NS   4000000ull   /* a burst of failures has no longer pause */
#define GFT_AREA_WORDS 256	    /* room for all struct free_area of a zone, 8 bytes each */

/* Where a zone is. Found once, before the first request. */
struct gft_zone {
	__u64 address; /* struct zone * */
	__u32 node;
	__u32 index; /* enum zone_type */
	char name[GFT_ZONE_NAME];
};

struct gft_zones {
	__u32 used;
	__u32 left_out; /* zones that found no room */
	__u32 nodes;	/* that have zones */
	__u32 pad;
	struct gft_zone zone[GFT_ZONES];
};

/* What is constant while the programs run: set between open and load. */
struct gft_failure_config {
	/* flags of a gfp; 0: this kernel has none such */
	__u32 high, direct_reclaim, nomemalloc, memalloc, movable, reclaimable, thisnode, kswapd;
	__u32 harder; /* before v6.3 (commit 1ebbb21811b7): real-time tasks have ALLOC_HARDER */
	__u32 orders; /* the largest + 1 */
	__u32 types;  /* migrate types */
	__u32 type_highatomic, type_cma, type_isolate; /* >= types: none */
	/* enum zone_type; a zone that this kernel lacks is the one that stands in for it */
	__u32 zone_dma, zone_dma32, zone_normal, zone_movable;
};

/* The migrate types that have free blocks, and what a request may do: user/diagnose/reason.h. */
enum gft_types {
	GFT_TYPES_HIGHATOMIC = 1 << 3,
	GFT_TYPES_CMA = 1 << 4,
	GFT_TYPES_ISOLATED = 1 << 5,
};

enum gft_right {
	GFT_RIGHT_HALF = 1 << 0,
	GFT_RIGHT_QUARTER = 1 << 1,
	GFT_RIGHT_OOM = 1 << 2,
	GFT_RIGHT_RESERVE = 1 << 3,
	GFT_RIGHT_RESERVE_BLOCKS = 1 << 4,
	GFT_RIGHT_CMA = 1 << 5,
	GFT_RIGHT_NO_WATERMARKS = 1 << 6,
};

enum gft_place { GFT_PLACE_ALLOWED, GFT_PLACE_TOO_HIGH, GFT_PLACE_OTHER_NODE, GFT_PLACE_PERHAPS };

#define GFT_NODE_UNKNOWN (~0u)

struct gft_zone_state {
	__u64 free;
	__u64 min, low, high; /* without boost */
	__u64 boost;
	__u64 lowmem_reserve;
	__u64 reserved_highatomic;
	__u64 free_highatomic; /* ~0: not counted by this kernel */
	__u64 free_cma;
	__u64 managed;
	__u32 place; /* enum gft_place */
	__u32 pad;
	__u32 blocks[GFT_ORDERS_MAX];
	__u8 types[GFT_ORDERS_MAX]; /* enum gft_types and 1 << type for the first three */
};

/* Which failures share a state. */
GFT_INLINE __u64 gft_failure_key(__u32 class, __u32 order, __u32 context, __u32 reason)
{
	return 1ull << 32 | (__u64)reason << 24 | (__u64)context << 16 | (__u64)order << 8 | class;
}

struct gft_failure {
	__u64 key;   /* gft_failure_key(); 0: free */
	__u64 turn;  /* odd: being written */
	__u64 at_ns; /* when the state was read */
	/* Bursts; CPUs that fail at once may count one too few. */
	__u64 last_ns; /* when the last failure of the kind was */
	__u64 burst;   /* failures of the burst that it belongs to, */
	__u64 worst;   /* and of the largest one */
	__u32 order;
	__u32 gfp; /* as the slow path had it */
	__u32 rights;
	__u32 highest_zone;   /* enum zone_type */
	__u32 preferred_node; /* GFT_NODE_UNKNOWN: it did not say */
	__u32 limited;	      /* a nodemask, __GFP_THISNODE or a cpuset binds it */
	__u32 zones;	      /* how many of the states are filled */
	__u32 frames;
	char comm[GFT_COMM_LEN];
	__u64 stack[GFT_STACK];
	struct gft_zone_state zone[GFT_ZONES];
};

/* By CPU: the failure that is looked at. */
struct gft_look {
	__u32 busy;
	/*
	 * What adds up in a loop lies here and not in a register: the verifier follows each value
	 * that a register may have, and not those of memory.
	 */
	__u32 types;		       /* that have a block for the request in the zone at hand */
	__u32 own, fragmented, others; /* what the zones say: bpf/autopsy.bpf.c */
	__u32 pad;
	/* the zone that has most for the request, GFT_ZONES: none; its pages above the mark */
	__u32 room_zone, touched;
	__s64 room;
	struct gft_failure failure;
	__u64 areas[GFT_AREA_WORDS]; /* zone->free_area as it is in memory */
};

/* The node that the last request of a stack wanted that woke kswapd. */
struct gft_wish {
	__u64 stack; /* its address >> GFT_STACK_SHIFT */
	__u64 node;
};

_Static_assert(sizeof(struct gft_zone_state) % 8 == 0, "states lie side by side");

#endif
