// SPDX-License-Identifier: GPL-2.0-only
#include "trace/stage_probes.h"

#include "kernel/probe.h"

/* A tracepoint, and the program at it. */
struct event_row {
	const char *program;
	const char *event;
	enum gft_stage stage;
	bool path;	   /* fires on fast paths too: only where the path is asked for */
	const char *types; /* of the arguments that the program reads: btf_facts__event() */
};

static const struct event_row events[] = {
	{"stage_buddy", "mm_page_alloc_zone_locked", GFT_STAGE_BUDDY, true, ""},
	{"stage_steal", "mm_page_alloc_extfrag", GFT_STAGE_STEAL, false, ""},
	{"stage_memcg_begin", "mm_vmscan_memcg_reclaim_begin", GFT_STAGE_MEMCG, false, ""},
	{"stage_memcg_end", "mm_vmscan_memcg_reclaim_end", GFT_STAGE_MEMCG, false, ""},
	{"stage_retry_reclaim", "reclaim_retry_zone", GFT_STAGE_RETRY, false, ""},
	{"stage_retry_compact", "compact_retry", GFT_STAGE_RETRY, false, ""},
	{"stage_tlb", "tlb_flush", GFT_STAGE_TLB, true, "il"},
};

/* Where no request has a frame: bpf/stage_alone.bpf.c. */
static const struct event_row events_alone[] = {
	{"alone_reclaim_begin", "mm_vmscan_direct_reclaim_begin", GFT_STAGE_RECLAIM, false, "ig"},
	{"alone_reclaim_end", "mm_vmscan_direct_reclaim_end", GFT_STAGE_RECLAIM, false, ""},
	{"alone_memcg_begin", "mm_vmscan_memcg_reclaim_begin", GFT_STAGE_MEMCG, false, "ig"},
	{"alone_memcg_end", "mm_vmscan_memcg_reclaim_end", GFT_STAGE_MEMCG, false, ""},
	{"alone_compact", "mm_compaction_try_to_compact_pages", GFT_STAGE_COMPACT, false, "ig"},
	{"alone_compact_begin", "mm_compaction_begin", GFT_STAGE_COMPACT, false, ""},
	{"alone_compact_end", "mm_compaction_end", GFT_STAGE_COMPACT, false, ""},
};

/* A function, and the programs at its begin and end. */
struct function_row {
	enum gft_stage stage;
	const char *function;
	const char *fentry, *fexit, *kprobe, *kretprobe;
};

static const struct function_row functions[] = {
	/* not by its tracepoints, which leave out throttle_direct_reclaim() */
	{GFT_STAGE_RECLAIM, "try_to_free_pages", "stage_reclaim_fentry", "stage_reclaim_fexit",
	 "stage_reclaim_kprobe", "stage_reclaim_return"},
	/* __alloc_pages_direct_reclaim() */
	{GFT_STAGE_RECLAIM, "drain_all_pages", "stage_drain_fentry", "stage_drain_fexit",
	 "stage_drain_kprobe", "stage_drain_return"},
	{GFT_STAGE_KSWAPD, "wake_all_kswapds", "stage_kswapd_fentry", "stage_kswapd_fexit",
	 "stage_kswapd_kprobe", "stage_kswapd_return"},
	{GFT_STAGE_COMPACT, "try_to_compact_pages", "stage_compact_fentry", "stage_compact_fexit",
	 "stage_compact_kprobe", "stage_compact_return"},
	{GFT_STAGE_OOM, "out_of_memory", "stage_oom_fentry", "stage_oom_fexit", "stage_oom_kprobe",
	 "stage_oom_return"},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void add(struct stage_probes *probes, enum gft_stage stage, const char *program,
		const char *how, const char *target)
{
	probes->probe[probes->count++] = (struct stage_probe){program, how, target, stage};
}

/*
 * Both ends or neither: what begins and never ends has no length. The end comes first: where it
 * cannot be attached, the begin is not. That trampolines work here is known from the entry's.
 */
static void add_function(struct stage_probes *probes, const struct btf *btf, enum tier tier,
			 const struct function_row *row)
{
	const char *step;

	if (tier == TIER_FEXIT && trial__has_function(btf, row->function)) {
		add(probes, row->stage, row->fexit, "fexit", row->function);
		add(probes, row->stage, row->fentry, "fentry", row->function);
	} else if (!trial__kprobe(row->function, &step)) {
		add(probes, row->stage, row->kretprobe, "kretprobe", row->function);
		add(probes, row->stage, row->kprobe, "kprobe", row->function);
	}
}

static void add_events(struct stage_probes *probes, const struct btf *btf,
		       const struct event_row *rows, size_t count, bool path)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].path && !path)
			continue;
		if (btf_facts__event(btf, rows[i].event, rows[i].types))
			add(probes, rows[i].stage, rows[i].program, "raw_tp", rows[i].event);
		else if (btf_facts__event(btf, rows[i].event, ""))
			probes->strange |= 1u << rows[i].stage;
	}
}

void stage_probes__choose(struct stage_probes *probes, const struct kernel *kernel, enum tier tier,
			  bool path)
{
	_Static_assert(LENGTH(events) + 2 * LENGTH(functions) <= STAGE_PROBES_MAX, "room for all");
	probes->count = 0;
	probes->strange = 0;
	if (tier == TIER_TRACEPOINT) {
		add_events(probes, kernel->btf, events_alone, LENGTH(events_alone), path);
		return;
	}
	add_events(probes, kernel->btf, events, LENGTH(events), path);
	for (size_t i = 0; i < LENGTH(functions); i++)
		add_function(probes, kernel->btf, tier, &functions[i]);
}
