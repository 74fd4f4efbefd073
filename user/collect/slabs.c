// SPDX-License-Identifier: GPL-2.0-only
#include "collect/slabs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const call_names[GFT_SLAB_CALLS] = {"kmalloc", "kmem_cache_alloc"};

static size_t size_of(const struct slabs_view *view)
{
	return (size_t)view->cpus * GFT_SLAB_CALLS * sizeof(struct gft_slab_row);
}

int slabs__init(struct slabs_state *state, const struct slabs_view *view)
{
	if (!view->rows)
		return 0;
	state->rows = aligned_alloc(GFT_CACHE_LINE, size_of(view));
	if (!state->rows)
		return -ENOMEM;
	/* touched now: there may be no memory later */
	memset(state->rows, 0, size_of(view));
	return 0;
}

void slabs__free(struct slabs_state *state)
{
	free(state->rows);
	state->rows = NULL;
}

void slabs__take(struct slabs_state *state, const struct slabs_view *view)
{
	memcpy(state->rows, view->rows, size_of(view));
	memcpy(state->misses, view->misses, sizeof(state->misses));
}

/* The series of the report that this one counts in. NULL when memory is short. */
static struct slab *series_of(struct report *report, const struct slab *like)
{
	struct slab *slab;

	for (size_t i = 0; i < report->nr_slabs; i++)
		if (!slab__compare(&report->slabs[i], like))
			return &report->slabs[i];
	slab = report__add_slab(report);
	if (!slab)
		return NULL;
	*slab = *like;
	slab->cache = report__string(report, like->cache);
	return slab->cache ? slab : NULL;
}

static struct labels labels_of(uint32_t labels)
{
	static const char *const contexts[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
	struct labels result = {};

	result.value[DIM_CLASS] = labels % GFT_SLAB_CLASSES ? "nowait" : "atomic";
	result.value[DIM_CONTEXT] = contexts[labels / GFT_SLAB_CLASSES % GFT_CONTEXTS];
	return result;
}

static int add(struct report *report, const struct slab *like, const struct gft_slab_counts *before,
	       const struct gft_slab_counts *now)
{
	struct slab *slab;

	if (now->requests == before->requests)
		return 0;
	slab = series_of(report, like);
	if (!slab)
		return -ENOMEM;
	slab->count += now->requests - before->requests;
	slab->failed += now->failed - before->failed;
	slab->requested += now->requested - before->requested;
	slab->allocated += now->allocated - before->allocated;
	slab->aligned += now->aligned - before->aligned;
	slab->crossing += now->crossing - before->crossing;
	slab->wide += now->wide - before->wide;
	report->slab.counted += now->requests - before->requests;
	return 0;
}

static int add_series(struct report *report, enum gft_slab_call call,
		      const struct gft_slab_counts *before, const struct gft_slab *now)
{
	char name[GFT_SLAB_NAME + 1] = {};
	const struct slab like = {
		.call = call_names[call],
		.cache = name,
		.size = now->size,
		.labels = labels_of((uint32_t)now->key % GFT_SLAB_LABELS),
	};

	memcpy(name, now->name, GFT_SLAB_NAME);
	if (call == GFT_KMEM_CACHE_ALLOC && !*name)
		*name = '?';
	return add(report, &like, before, &now->counts);
}

static int add_row(struct report *report, enum gft_slab_call call,
		   const struct gft_slab_row *before, const struct gft_slab_row *now)
{
	int err = 0;

	for (uint32_t i = 0; i < GFT_SLABS && !err; i++)
		if (now->series[i].key)
			err = add_series(report, call, &before->series[i].counts, &now->series[i]);
	for (uint32_t i = 0; i < GFT_SLAB_LABELS && !err; i++) {
		const struct slab like = {
			.call = call_names[call],
			.cache = "",
			.labels = labels_of(i),
		};

		err = add(report, &like, &before->other[i], &now->other[i]);
	}
	report->slab.patient += now->patient - before->patient;
	report->slab.filtered += now->filtered - before->filtered;
	report->slab.large += now->large - before->large;
	return err;
}

int slabs__describe(const struct slabs_view *view, const struct slabs_state *before,
		    const struct slabs_state *now, struct report *report)
{
	static const struct gft_slab_row nothing;
	int err = 0;

	report->slab.line = view->line;
	for (uint32_t call = 0; call < GFT_SLAB_CALLS && !err; call++) {
		report->slab.missed += now->misses[call] - before->misses[call];
		for (uint32_t cpu = 0; cpu < view->cpus && !err; cpu++) {
			uint32_t row = call * view->cpus + cpu;

			err = add_row(report, call, before->rows ? &before->rows[row] : &nothing,
				      &now->rows[row]);
		}
	}
	return err;
}

int slabs__describe_sight(const struct slabs_view *view, const char *line_guess,
			  struct report *report)
{
	static const char *const what[GFT_SLAB_CALLS] = {"slab objects of kmalloc",
							 "slab objects of kmem_cache_alloc"};
	int err = 0;

	if (!view->rows)
		return 0;
	for (uint32_t call = 0; call < GFT_SLAB_CALLS && !err; call++)
		err = view->seen[call]
			      ? report__add_sees(report, what[call])
			      : report__add_blind(report, what[call],
						  "no tracepoint with the arguments that it has "
						  "had since v6.1, or it cannot be attached to");
	if (!err)
		err = report__add_blind(report, "slab objects in bulk",
					"kmem_cache_alloc_bulk() passes by the tracepoints, and so "
					"does kmalloc_nolock()");
	if (!err)
		err = report__add_blind(report, "slab caches that the kernel has merged",
					"they are one cache there, with the name of the first");
	if (!err)
		err = report__add_blind(report, "kmalloc of more than two pages",
					"it takes pages, and is among their requests; its events, "
					"two of one request on some kernels, are only counted");
	if (!err && line_guess)
		err = report__add_blind(report, "size of a cache line", line_guess);
	return err;
}
