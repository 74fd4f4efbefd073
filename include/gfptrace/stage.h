/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of a request through the allocator, as the BPF programs see it.
 *
 *	walks    of a request that is under way: which stages it went through, when, how long.
 *		 Beside each frame (gfptrace/layout.h), and good while its tag has GFT_STAGED
 *	stages   of the requests that ended: a histogram for each stage and kind of request that
 *		 occurs. Shared by all CPUs, since requests with a stage are slow anyway
 *	slowest  by CPU: the slowest requests of this window and of the one before
 */
#ifndef GFPTRACE_STAGE_H
#define GFPTRACE_STAGE_H

#include <gfptrace/failure.h>
#include <gfptrace/layout.h>

enum gft_stage {
	GFT_STAGE_BUDDY,   /* pages came from the buddy allocator, not from the per-CPU list */
	GFT_STAGE_STEAL,   /* from blocks of another migrate type */
	GFT_STAGE_KSWAPD,  /* the slow path began and called kswapd */
	GFT_STAGE_COMPACT, /* direct compaction */
	GFT_STAGE_RECLAIM, /* direct reclaim */
	GFT_STAGE_MEMCG,   /* reclaim in the memory cgroup that the pages are charged to */
	GFT_STAGE_RETRY,   /* it asked whether to try reclaim or compaction once more */
	GFT_STAGE_OOM,
	GFT_STAGE_TLB,	    /* TLBs were flushed on this CPU */
	GFT_STAGE_SEARCH,   /* outside the stages that have a length: looking through free lists */
	GFT_STAGE_RUNQUEUE, /* there, too: ready to run, and another task ran */
	GFT_STAGE_AUTOPSY,  /* the tracer looked why it failed */
	GFT_STAGES
};

/* Those that begin and end at functions: between two of them is SEARCH or RUNQUEUE. */
#define GFT_STAGES_LONG                                                               \
	(1u << GFT_STAGE_KSWAPD | 1u << GFT_STAGE_COMPACT | 1u << GFT_STAGE_RECLAIM | \
	 1u << GFT_STAGE_MEMCG | 1u << GFT_STAGE_OOM)

/* Instead of a set of stages: they are not known. */
#define GFT_SEEN_UNKNOWN (1u << 31)

/* How deep it went. The names are the report's. */
enum gft_path {
	GFT_PATH_PCP,
	GFT_PATH_BUDDY,
	GFT_PATH_STEAL,
	GFT_PATH_SLOW, /* into the slow path, which needed nothing of the following */
	GFT_PATH_COMPACT,
	GFT_PATH_RECLAIM,
	GFT_PATH_OOM,
	GFT_PATHS
};

#ifndef __bpf__
#define GFT_PATH_NAMES                                                       \
	{                                                                    \
		"pcp", "buddy", "steal", "slow", "compact", "reclaim", "oom" \
	}
#endif

/* `seen`: a set of 1 << enum gft_stage. */
GFT_INLINE enum gft_path gft_path_of(__u32 seen)
{
	if (seen & 1u << GFT_STAGE_OOM)
		return GFT_PATH_OOM;
	if (seen & (1u << GFT_STAGE_RECLAIM | 1u << GFT_STAGE_MEMCG))
		return GFT_PATH_RECLAIM;
	if (seen & 1u << GFT_STAGE_COMPACT)
		return GFT_PATH_COMPACT;
	if (seen & (1u << GFT_STAGE_KSWAPD | 1u << GFT_STAGE_RETRY | 1u << GFT_STAGE_AUTOPSY))
		return GFT_PATH_SLOW;
	if (seen & 1u << GFT_STAGE_STEAL)
		return GFT_PATH_STEAL;
	return seen & 1u << GFT_STAGE_BUDDY ? GFT_PATH_BUDDY : GFT_PATH_PCP;
}

/*
 * Beside the paths, in the keys of the counters: the first ones again, + GFT_PATHS, for requests
 * with __GFP_ZERO, from which is derived what zero-filling takes.
 */
#define GFT_PATHS_ZEROED 2 /* pcp, buddy */

#define GFT_EVENTS	12 /* of a request that are remembered one by one */
#define GFT_STAGE_SHIFT 56
#define GFT_NO_DURATION (~0ull)

/* A stretch of a request. What comes when all are taken prolongs the last one of its stage. */
struct gft_event {
	__u64 start;	/* ns since the request's, and the stage << GFT_STAGE_SHIFT */
	__u64 duration; /* ns; GFT_NO_DURATION: only its begin is known */
};

/*
 * By frame. A request's stages follow one another: none lies within another, so the times may
 * be added up. (Requests that reclaim makes for itself have frames of their own.) What lies
 * between those that have a length is told apart by the task's run_delay and is no event.
 */
struct gft_walk {
	__u64 tag;   /* of the frame, without its flags: whose walk this is */
	__u64 start; /* of the frame */
	__u32 seen;  /* set of 1 << enum gft_stage */
	__u32 events;
	__u32 open;  /* the stage that is under way + 1; 0: none */
	__u32 place; /* of its event */
	__u64 begun; /* ns: when */
	__u64 left;  /* ns: when the one before ended, or the request began */
	__u64 delay; /* ns: the task's run_delay then */
	__u64 ns[GFT_STAGES];
	struct gft_event event[GFT_EVENTS];
};

/* Of so many: by frame, or by line where no entry leaves frames. */
#define GFT_WALKS(timed) (GFT_FRAME_LINES * ((timed) ? GFT_LINE_FRAMES : 1))

/* Which requests share a histogram. */
#define GFT_STAGE_CLASS	  GFT_STAGES
#define GFT_STAGE_ORDER	  (GFT_STAGE_CLASS * GFT_CLASSES)
#define GFT_STAGE_CONTEXT (GFT_STAGE_ORDER * GFT_ORDERS_MAX)
#define GFT_STAGE_KINDS	  (GFT_STAGE_CONTEXT * GFT_CONTEXTS)
#define GFT_STAGE_SERIES  128 /* the first GFT_STAGES take what finds no place */

GFT_INLINE __u32 gft_stage_kind(__u32 stage, __u32 class, __u32 order, __u32 context)
{
	return stage + class * GFT_STAGE_CLASS + order * GFT_STAGE_ORDER +
	       context * GFT_STAGE_CONTEXT;
}

struct gft_stage_series {
	__u64 count; /* requests */
	__u64 sum;   /* ns */
	__u64 max;
	__u64 kind; /* gft_stage_kind() */
	__u64 bucket[GFT_BUCKETS];
};

struct gft_stages {
	__u32 place[GFT_STAGE_KINDS]; /* its series; 0: none yet */
	__u32 used;		      /* series beside the first GFT_STAGES */
	__u32 pad;
	__u64 dropped; /* walks that were of another request, or longer than it */
	struct gft_stage_series series[GFT_STAGE_SERIES];
};

struct gft_slow {
	__u64 epoch; /* in which it ended; another one than the half's: free */
	__u64 end;   /* ns, bpf_ktime_get_ns() */
	__u64 latency;
	__u32 gfp;
	__u32 order;
	__u32 context;
	__u32 seen;
	__u32 pid; /* 0 in interrupts */
	__u32 failed;
	__u32 events;
	__u32 frames;
	char comm[GFT_COMM_LEN];
	struct gft_event event[GFT_EVENTS];
	__u64 stack[GFT_STACK];
};

#define GFT_SLOWEST_MAX	   32	/* of --slowest: a power of two */
#define GFT_SLOW_FLOOR	   2048 /* ns; no request that is faster is one of the slowest */
#define GFT_SLOWEST_EPOCHS 2	/* this window and the one before, which is being read */

/* By CPU. */
struct gft_slowest {
	__u32 busy;
	__u32 place;  /* of the fastest that is kept */
	__u64 least;  /* ns: its latency; 0: the place is free */
	__u64 second; /* of the next */
	__u64 missed; /* that came while another one was being kept */
	struct gft_slow slow[GFT_SLOWEST_EPOCHS][GFT_SLOWEST_MAX];
};

_Static_assert(sizeof(struct gft_walk) % 8 == 0, "walks lie side by side");
_Static_assert(sizeof(struct gft_slow) % 8 == 0, "so do the slowest");

#endif
