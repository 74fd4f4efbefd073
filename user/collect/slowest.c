// SPDX-License-Identifier: GPL-2.0-only
#include "collect/slowest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/backtrace.h"
#include "collect/stages.h"

/* What one CPU kept, and which it is. */
struct kept {
	struct gft_slow slow;
	uint32_t cpu;
};

static size_t frames_of(const struct gft_slow *slow)
{
	return slow->frames < GFT_STACK ? slow->frames : GFT_STACK;
}

/* The latency from which on a request is among the slowest of all CPUs. */
static uint64_t threshold(const struct slowest *slowest)
{
	uint64_t top[GFT_SLOWEST_MAX] = {};

	for (uint32_t cpu = 0; cpu < slowest->cpus; cpu++)
		for (uint32_t i = 0; i < slowest->most * GFT_SLOWEST_EPOCHS; i++) {
			const struct gft_slow *slow = &slowest->kept[cpu].slow[i % 2][i / 2];
			uint32_t place = slowest->most;

			for (; place && top[place - 1] < slow->latency; place--)
				if (place < slowest->most)
					top[place] = top[place - 1];
			if (place < slowest->most)
				top[place] = slow->latency;
		}
	return top[slowest->most - 1];
}

uint64_t slowest__dropped(const struct slowest *slowest)
{
	uint64_t dropped = 0;

	for (uint32_t cpu = 0; slowest->kept && cpu < slowest->cpus; cpu++)
		dropped += slowest->kept[cpu].missed;
	return dropped;
}

void slowest__want(const struct slowest *slowest, struct symbols *symbols)
{
	uint64_t least = slowest->kept && slowest->most ? threshold(slowest) : 0;

	for (uint32_t cpu = 0; slowest->kept && cpu < slowest->cpus; cpu++)
		for (int half = 0; half < GFT_SLOWEST_EPOCHS; half++)
			for (uint32_t i = 0; i < slowest->most; i++) {
				const struct gft_slow *slow = &slowest->kept[cpu].slow[half][i];

				/* of a stack that is being written: needless ones at worst */
				if (!slow->epoch || slow->latency < least)
					continue;
				for (size_t f = 0; f < frames_of(slow); f++)
					symbols__want(symbols, slow->stack[f]);
			}
}

static int compare(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return (x->slow.latency < y->slow.latency) - (x->slow.latency > y->slow.latency);
}

/* All of the epoch, the slowest first. Returns how many. */
static size_t collect(const struct slowest *slowest, uint64_t epoch, struct kept *kept)
{
	size_t count = 0;

	for (uint32_t cpu = 0; cpu < slowest->cpus; cpu++)
		for (uint32_t i = 0; i < slowest->most; i++) {
			const struct gft_slow *from =
				&slowest->kept[cpu].slow[epoch % GFT_SLOWEST_EPOCHS][i];

			/* written last, and unmade first */
			if (__atomic_load_n(&from->epoch, __ATOMIC_ACQUIRE) != epoch)
				continue;
			kept[count].slow = *from;
			kept[count].cpu = cpu;
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			if (__atomic_load_n(&from->epoch, __ATOMIC_RELAXED) == epoch)
				count++;
		}
	qsort(kept, count, sizeof(*kept), compare);
	return count;
}

static int set_labels(const struct slowest *slowest, const struct kept *kept,
		      const bool by[DIMENSIONS], struct report *report, struct labels *labels)
{
	static const char *const classes[] = GFT_CLASS_NAMES;
	static const char *const contexts[] = GFT_CONTEXT_NAMES;
	static const char *const paths[] = GFT_PATH_NAMES;
	uint32_t hash = (kept->slow.gfp & slowest->class_mask) * slowest->class_magic;
	uint8_t class = slowest->class_of[hash >> (32 - GFT_CLASS_BITS)];

	labels->value[DIM_CLASS] = classes[class % GFT_CLASSES];
	labels->value[DIM_ORDER] = report__printf(report, "%u", kept->slow.order);
	labels->value[DIM_CONTEXT] = contexts[kept->slow.context % GFT_CONTEXTS];
	if (slowest->paths && by[DIM_PATH])
		labels->value[DIM_PATH] = kept->slow.seen & GFT_SEEN_UNKNOWN
						  ? "none"
						  : paths[gft_path_of(kept->slow.seen)];
	if (by[DIM_CPU])
		labels->value[DIM_CPU] = report__printf(report, "%u", kept->cpu);
	return labels->value[DIM_ORDER] && (!by[DIM_CPU] || labels->value[DIM_CPU]) ? 0 : -ENOMEM;
}

/* A stage that was under way at the request's end, or whose end was not seen, lasts 0. */
static int add_stages(const struct gft_slow *from, struct slow *slow)
{
	for (uint32_t i = 0; i < from->events && i < GFT_EVENTS; i++) {
		const struct gft_event *event = &from->event[i];
		uint64_t start = event->start & ((1ull << GFT_STAGE_SHIFT) - 1);
		uint64_t duration = event->duration == GFT_NO_DURATION ? 0 : event->duration;
		struct slow_stage *stage;

		if (start > from->latency || duration > from->latency - start)
			continue;
		stage = slow__add_stage(slow);
		if (!stage)
			return -ENOMEM;
		stage->stage = gft_stage_names[(event->start >> GFT_STAGE_SHIFT) % GFT_STAGES];
		stage->start = start;
		stage->duration = duration;
	}
	return 0;
}

static int add_slow(const struct slowest *slowest, const struct kept *kept, uint64_t start_ns,
		    const bool by[DIMENSIONS], struct symbols *symbols, struct report *report)
{
	const struct gft_slow *from = &kept->slow;
	struct slow *slow = report__add_slow(report);
	uint64_t began = from->end - from->latency;
	char comm[GFT_COMM_LEN + 1] = {};

	if (!slow)
		return -ENOMEM;
	memcpy(comm, from->comm, GFT_COMM_LEN);
	slow->ts = began > start_ns ? began - start_ns : 0;
	slow->latency = from->latency;
	slow->pid = from->pid;
	slow->comm = report__string(report, comm);
	if (!slow->comm || set_labels(slowest, kept, by, report, &slow->labels) ||
	    add_stages(from, slow))
		return -ENOMEM;
	return backtrace__add(report, symbols, slowest->addresses, from->stack, frames_of(from),
			      &slow->stack, &slow->caller);
}

int slowest__report(const struct slowest *slowest, uint64_t epoch, uint64_t start_ns,
		    const bool by[DIMENSIONS], struct symbols *symbols, struct report *report)
{
	struct kept *kept;
	size_t count;
	int err = 0;

	if (!slowest->kept || !slowest->most)
		return 0;
	kept = calloc((size_t)slowest->cpus * slowest->most, sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	slowest__want(slowest, symbols);
	symbols__resolve(symbols);
	count = collect(slowest, epoch, kept);
	for (size_t i = 0; i < count && i < slowest->most && !err; i++)
		err = add_slow(slowest, &kept[i], start_ns, by, symbols, report);
	free(kept);
	return err;
}
