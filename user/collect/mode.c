// SPDX-License-Identifier: GPL-2.0-only
#include "collect/mode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "collect/slabs.h"

int describe__host(struct report *report, const struct kernel *kernel)
{
	report->tool.name = "gfptrace";
	report->tool.version = GFPTRACE_VERSION;
	report->host.kernel = report__string(report, kernel->name.release);
	report->host.arch = report__string(report, kernel->name.machine);
	report->host.preempt = kernel->preempt;
	report->host.clock = kernel->icount ? "icount" : "monotonic";
	report->host.cpus = kernel->cpus_online;
	report->host.page_size = kernel->page_size;
	return report->host.kernel && report->host.arch ? 0 : -ENOMEM;
}

/* What this tracer sees, or why not; `why` NULL where there is nothing to say. */
struct sight {
	bool seen;
	const char *what, *why;
};

static int describe_sights(struct report *report, const struct sight *sights, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		if (sights[i].seen)
			err = report__add_sees(report, sights[i].what);
		else
			err = report__add_blind(report, sights[i].what, sights[i].why);
	}
	return err;
}

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Why the reasons beyond invalid and memcg are not known, where they are not. */
static const char *no_reasons(const struct tracer *tracer)
{
	return tracer__zones(tracer)->used
		       ? "more zones than are looked at: a reason may be that of some of them"
		       : "the zones were not found by their kswapd threads: shown as unknown";
}

static const char *no_context(const struct kernel *kernel)
{
	return kernel->no_context
		       ? kernel->no_context
		       : "preempt_count cannot be read: every interrupt is shown as softirq";
}

/* Why not a better tier. */
static int describe_tier(struct report *report, const struct tracer *tracer)
{
	const struct tier_trials *trials = tracer__trials(tracer);
	char what[32], why[160];
	int err = 0;

	for (size_t i = 0; i < trials->count && !err; i++) {
		const struct tier_trial *trial = &trials->trial[i];

		if (!trial->err)
			continue;
		/* no tier of that name with --failures-only */
		if (tracer__failures_only(tracer) && trial->tier == TIER_FEXIT)
			continue;
		snprintf(what, sizeof(what), BLIND_TIER "%s", tier_names[trial->tier]);
		snprintf(why, sizeof(why), "%s: %s", trial->step, trial__why(trial));
		err = report__add_blind(report, what, trial->why ? trial->why : why);
	}
	return err;
}

static int describe_failures_only(struct report *report, const struct kernel *kernel,
				  const struct tracer *tracer)
{
	bool kprobe = tracer__tier(tracer) == TIER_KPROBE;
	int err;
	const struct sight sights[] = {
		{true, "failures", NULL},
		{tracer__exact_context(tracer), "softirq apart from hardirq", no_context(kernel)},
		{false, "requests that succeed", "--failures-only: nothing looks at them"},
		{false, "latency, alignment and placement", "they are of requests that succeed"},
		{false, "stages and path", "nothing looks at a request before it fails"},
		{false, "failures: invalid order",
		 "such a request returns before it is searched for"},
		{false, "failures: memcg",
		 kprobe ? "a refused charge passes by the search: without --failures-only it is "
			  "seen"
			: "without the entry a refused charge is like a failed search"},
		{false, "failures: injected", "fault injection returns before the search"},
		{tracer__reasons(tracer), "reasons beyond invalid and memcg", no_reasons(tracer)},
		{false, "classes user and kernel apart",
		 "the gfp may have gained __GFP_HARDWALL there: both are shown as kernel"},
		{!kprobe, "failures while another kprobe program runs on that CPU",
		 "all kprobe programs share one guard, and not every kernel counts what it skips"},
		{kprobe, "failures at no cost to requests that succeed",
		 "no kprobe on warn_alloc: a program at the end of every request passes over those "
		 "that succeeded"},
	};

	report->mode.tier = tier_names[tracer__tier(tracer)];
	report->mode.entry = kprobe ? "warn_alloc" : "mm_page_alloc";
	report->mode.bulk_entry = "";
	report->mode.coverage_copies = 1;
	err = describe_tier(report, tracer);
	return err ? err : describe_sights(report, sights, LENGTH(sights));
}

static const char other_arguments[] = "its tracepoint has other arguments than gfptrace knows";

/* Which parts of the way through the allocator are seen. */
static int describe_stages(struct report *report, const struct tracer *tracer)
{
	const struct {
		enum gft_stage stage;
		const char *what, *why;
	} stages[] = {
		{GFT_STAGE_BUDDY, "stage buddy", "only with --by path: it costs something there"},
		{GFT_STAGE_STEAL, "stage steal", "no tracepoint mm_page_alloc_extfrag"},
		{GFT_STAGE_KSWAPD, "stage kswapd and the path slow",
		 "wake_all_kswapds cannot be attached to"},
		{GFT_STAGE_COMPACT, "stage compact", "try_to_compact_pages cannot be attached to"},
		{GFT_STAGE_RECLAIM, "stage reclaim", "try_to_free_pages cannot be attached to"},
		{GFT_STAGE_MEMCG, "stage memcg", "no tracepoint mm_vmscan_memcg_reclaim_begin"},
		{GFT_STAGE_RETRY, "stage retry", "no tracepoint reclaim_retry_zone"},
		{GFT_STAGE_OOM, "stage oom", "out_of_memory cannot be attached to"},
		{GFT_STAGE_TLB, "stage tlb", "only with --by path: it costs something there"},
		{GFT_STAGE_SEARCH, "stage search", "no other stage that has a length is seen"},
		{GFT_STAGE_RUNQUEUE, "stage runqueue",
		 "this kernel does not account it (CONFIG_SCHED_INFO): search has it, too"},
		{GFT_STAGE_AUTOPSY, "stage autopsy",
		 "no kprobe on warn_alloc: failures are looked at when their time is over"},
	};
	uint32_t sees = tracer__sees(tracer), strange = tracer__strange(tracer);
	int err = report__add_sees(report, "stages");

	_Static_assert(LENGTH(stages) == GFT_STAGES, "every stage is seen or blind");
	for (size_t i = 0; i < LENGTH(stages) && !err; i++)
		if (!(sees & 1u << stages[i].stage))
			err = report__add_blind(report, stages[i].what,
						strange & 1u << stages[i].stage ? other_arguments
										: stages[i].why);
	if (!err)
		err = report__add_blind(report, "stage highatomic",
					"the compiler has put it into its callers: there is "
					"nothing to attach to");
	if (!err)
		err = sees & 1u << GFT_STAGE_BUDDY
			      ? report__add_blind(report, "stage zero with init_on_alloc=1",
						  "it is derived from requests with and without "
						  "__GFP_ZERO, which are all filled there")
			      : report__add_blind(report, "stage zero",
						  "only with --by path: derived from requests "
						  "with and without __GFP_ZERO");
	if (!err)
		err = report__add_blind(report,
					"the slow path of requests without __GFP_KSWAPD_RECLAIM",
					"it is told by its call of kswapd: only what comes later "
					"is seen of theirs");
	return err;
}

/* Without the entry: what has tracepoints of its own. */
static int describe_stages_alone(struct report *report, const struct tracer *tracer)
{
	static const struct {
		enum gft_stage stage;
		const char *what;
	} stages[] = {
		{GFT_STAGE_RECLAIM, "stage reclaim"},
		{GFT_STAGE_COMPACT, "stage compact"},
		{GFT_STAGE_MEMCG, "stage memcg"},
	};
	const char *why = "the entry is not seen, so no stage knows its request";
	uint32_t strange = tracer__strange(tracer);

	for (size_t i = 0; i < LENGTH(stages); i++)
		if (strange & 1u << stages[i].stage &&
		    report__add_blind(report, stages[i].what, other_arguments))
			return -ENOMEM;
	if (!tracer__sees(tracer))
		return report__add_blind(report, "stages, path and the slowest requests", why);
	if (report__add_sees(
		    report,
		    "stages: reclaim, compact and memcg, each run by itself, whoever caused it"))
		return -ENOMEM;
	return report__add_blind(report, "other stages, path and the slowest requests", why);
}

/* Where they are asked for. */
static int describe_colours(struct report *report, const struct cache *cache,
			    const struct tracer *tracer)
{
	const char *what = "cache colours";

	if (!cache->colours && !cache->why)
		return 0;
	if (!cache->colours)
		return report__add_blind(report, what, cache->why);
	if (!tracer__places(tracer))
		return report__add_blind(report, what, "no page frame numbers, as for alignment");
	return report__add_sees(report, what);
}

int describe__mode(struct report *report, const struct kernel *kernel, const struct tracer *tracer)
{
	bool timed = tracer__timed(tracer);
	const struct sight sights[] = {
		{true, "requests", NULL},
		{timed, "latency", "the tracepoint fires at the end of a request only"},
		{true, "failures", NULL},
		{timed, "failures: invalid order", "such a request returns before the tracepoint"},
		{tracer__memcg(tracer), "failures: memcg",
		 "no kprobe on warn_alloc to tell a refused charge from a failed search"},
		{tracer__places(tracer), "alignment and placement", kernel->frames.why},
		{tracer__exact_context(tracer), "softirq apart from hardirq", no_context(kernel)},
		{tracer__bulk(tracer), "bulk requests",
		 "they pass by the tracepoint, and no trampoline can be attached"},
		{timed, "classes user and kernel apart",
		 "the tracepoint's gfp may have gained __GFP_HARDWALL: both are shown as kernel"},
		{timed, "gfp as asked for",
		 "the tracepoint's gfp has lost what memalloc_nofs/noio scopes forbid: such "
		 "requests are shown as nofs or noio"},
		{false, "latency of requests refused for their order",
		 timed ? "they return before the clock can be read again" : "no request is timed"},
		{false, "failures: injected", "fault injection returns before the tracepoint"},
		{false, "alloc_contig_range and memblock",
		 "they take pages without a request to the allocator"},
		{tracer__reasons(tracer), "reasons beyond invalid and memcg", no_reasons(tracer)},
		{tracer__memcg(tracer), "failures: nodemask of the request",
		 "no kprobe on warn_alloc, which is told it: one kept from other nodes is shown as "
		 "exhausted or unknown"},
		{tracer__headrooms(tracer), "headroom of requests that may not wait",
		 timed ? "no kprobe on wake_all_kswapds, where slow paths begin"
		       : "no kprobe tells where slow paths begin"},
	};
	const char *entry = timed ? kernel->facts.entry.name : "mm_page_alloc";
	const struct slabs_view slabs = tracer__slabs(tracer);
	int err;

	if (tracer__failures_only(tracer))
		return describe_failures_only(report, kernel, tracer);
	report->mode.tier = tier_names[tracer__tier(tracer)];
	report->mode.entry = entry;
	report->mode.bulk_entry = tracer__bulk(tracer) ? kernel->facts.bulk.name : "";
	report->mode.sample = 1;
	report->mode.coverage_copies = tracer__copies(tracer);
	err = describe_tier(report, tracer);
	if (!err && timed && !tracer__memcg(tracer))
		err = report__add_blind(report, "kprobes", tracer__why_no_kprobe(tracer));
	if (!err)
		err = describe_sights(report, sights, LENGTH(sights));
	if (!err)
		err = describe_colours(report, &kernel->cache, tracer);
	if (!err)
		err = lint__describe_sight(tracer__lint_sight(tracer), kernel->preempt_rt, report);
	if (!err)
		err = slabs__describe_sight(&slabs, kernel->line.why, report);
	if (err)
		return err;
	return timed ? describe_stages(report, tracer) : describe_stages_alone(report, tracer);
}

static int add_loss(struct report *report, const char *cause, uint64_t count)
{
	struct loss *loss = count ? report__add_loss(report) : NULL;

	if (!count)
		return 0;
	if (!loss)
		return -ENOMEM;
	loss->cause = cause;
	loss->count = count;
	return 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

int describe__losses(struct report *report, const struct snapshot *snapshot)
{
	const struct snapshot_totals *totals = &snapshot->totals;
	uint64_t missed = totals__missed(totals);
	/* what other copies took was not lost: first of what this one skipped */
	uint64_t unpaired = smaller(totals->unpaired, missed);
	/* a request that found the table full is one whose exit finds no entry */
	uint64_t full = smaller(totals->table_full, unpaired);
	int err = add_loss(report, "recursion", missed - unpaired);

	if (!err)
		err = add_loss(report, "unpaired", unpaired - full);
	if (!err)
		err = add_loss(report, "table-full", full);
	if (!err)
		err = add_loss(report, "bulk-recursion", totals->bulk_misses);
	return err;
}

int describe__cost(struct report *report, const struct tracer *tracer)
{
	struct program_state programs[PROGRAMS_MAX];
	size_t count = tracer__programs(tracer, programs, PROGRAMS_MAX);

	for (size_t i = 0; i < count; i++) {
		struct program_cost *cost = report__add_program(report);

		if (!cost)
			return -ENOMEM;
		cost->name = report__string(report, programs[i].name);
		cost->attach = report__string(report, programs[i].attach);
		if (!cost->name || !cost->attach)
			return -ENOMEM;
		cost->runs = programs[i].runs;
		cost->misses = programs[i].misses;
		cost->ns = programs[i].ns;
	}
	return 0;
}
