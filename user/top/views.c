// SPDX-License-Identifier: GPL-2.0-only
/* The views: a table each, but for the last one. */
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"
#include "format/text/text.h"
#include "format/text/table.h"
#include "top/cell.h"
#include "top/view.h"
#include "base/units.h"

static bool is_same(const struct failure *a, const struct failure *b)
{
	return !strcmp(a->reason, b->reason) && !labels__compare(&a->labels, &b->labels);
}

static uint64_t count_of(const struct report *report, const struct failure *failure)
{
	for (size_t i = 0; i < report->nr_failures; i++)
		if (is_same(&report->failures[i], failure))
			return report->failures[i].count;
	return 0;
}

static void fill_failures(struct top_table *table, const struct top_source *source)
{
	const struct report *since = source->since;
	bool used[DIMENSIONS] = {};

	if (!since->nr_failures)
		return;
	for (size_t i = 0; i < since->nr_failures; i++)
		labels__mark(&since->failures[i].labels, used);
	top_table__number_column(table, "fail/s", 0);
	top_table__number_column(table, "failed", 0);
	top_table__column(table, "reason", 0);
	top_table__label_columns(table, used);
	top_table__column(table, "in dmesg", 2);
	top_table__column(table, "asked by", 1);
	for (size_t i = 0; i < since->nr_failures; i++) {
		static const char *const answers[] = {"-", "no", "yes"};
		const struct failure *failure = &since->failures[i];
		uint64_t now = count_of(source->last, failure);

		top_table__row(table, top_table__key(&failure->labels, failure->reason), i);
		top_cell__count(table, top_view__rate(source->last, now), TOP_BAD);
		top_cell__count(table, (double)failure->count, TOP_PLAIN);
		top_table__text(table, failure->reason);
		top_table__labels(table, &failure->labels, used);
		top_table__text(table, answers[failure->dmesg_would_show]);
		top_table__text(table, failure->caller);
	}
}

static void note_failures(FILE *file, const struct top_source *source)
{
	const char *why = top_view__blind(source->since, "reasons");

	if (!source->since->nr_failures)
		fputs("no request has failed yet", file);
	else if (why)
		fprintf(file, "not every reason is seen: %s", why);
	else
		fputs("ENTER: why, in what state the zones were, and what would help", file);
}

/* They are the slowest since the start, whichever report is shown, and so are their times. */
static void fill_slowest(struct top_table *table, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source), *since = source->since;
	bool used[DIMENSIONS] = {};
	char word[UNITS_TEXT];

	if (!shown->nr_slowest)
		return;
	for (size_t i = 0; i < shown->nr_slowest; i++)
		labels__mark(&shown->slowest[i].labels, used);
	top_table__number_column(table, "latency", 0);
	top_table__number_column(table, "ago", 2);
	top_table__label_columns(table, used);
	top_table__column(table, "task", 1);
	top_table__number_column(table, "pid", 3);
	top_table__column(table, "asked by", 0);
	for (size_t i = 0; i < shown->nr_slowest; i++) {
		const struct slow *slow = &shown->slowest[i];
		uint64_t age = slow->ts < since->window.duration_ns
				       ? since->window.duration_ns - slow->ts
				       : 0;

		snprintf(word, sizeof(word), "%llu", (unsigned long long)slow->ts);
		top_table__row(table, top_table__key(&slow->labels, word), i);
		top_cell__time(table, shown, slow->latency);
		top_table__number(table, (double)age, TOP_PLAIN, format__duration(age, word));
		top_table__labels(table, &slow->labels, used);
		top_table__text(table, *slow->comm ? slow->comm : NULL);
		snprintf(word, sizeof(word), "%u", slow->pid);
		top_table__number(table, slow->pid, TOP_PLAIN, slow->pid ? word : "-");
		top_table__text(table, slow->caller);
	}
}

static void note_slowest(FILE *file, const struct top_source *source)
{
	const char *why = top_view__blind(source->since, "slowest");

	if (!why)
		why = top_view__blind(source->since, "latency");
	if (top_source__shown(source)->mode.slowest_dropped)
		fprintf(file, "%llu more ended while the list was being written; ",
			(unsigned long long)top_source__shown(source)->mode.slowest_dropped);
	if (top_source__shown(source)->nr_slowest)
		fputs("ENTER: where the time went, and the stack", file);
	else if (why)
		fprintf(file, "the slowest requests are not seen: %s", why);
	else
		fputs("no slow request yet", file);
}

/* What is derived has a sum, and perhaps no more. */
static void add_times(struct top_table *table, const struct report *report,
		      const struct stage *stage)
{
	const uint64_t times[] = {stage->p50, stage->p99, stage->max};

	for (size_t i = 0; i < 3; i++)
		if (stage->derived && !stage->p99)
			top_table__number(table, 0, TOP_DIM, "-");
		else
			top_cell__time(table, report, times[i]);
}

static void fill_stages(struct top_table *table, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source);
	bool used[DIMENSIONS] = {};

	if (!shown->nr_stages)
		return;
	for (size_t i = 0; i < shown->nr_stages; i++)
		labels__mark(&shown->stages[i].labels, used);
	top_table__column(table, "stage", 0);
	top_table__label_columns(table, used);
	top_table__number_column(table, source->total ? "req" : "req/s", 0);
	top_table__number_column(table, "p50", 1);
	top_table__number_column(table, "p99", 0);
	top_table__number_column(table, "max", 2);
	top_table__number_column(table, "total", 3);
	top_table__number_column(table, "share", 0);
	top_table__column(table, "of all time in requests", 4);
	for (size_t i = 0; i < shown->nr_stages; i++) {
		const struct stage *stage = &shown->stages[i];
		uint64_t share = (uint64_t)(stage->share * 1e6 + 0.5);

		top_table__row(table, top_table__key(&stage->labels, stage->stage), i);
		top_table__text(table, stage->stage);
		top_table__labels(table, &stage->labels, used);
		top_cell__figure(table, source, stage->count, TOP_PLAIN);
		add_times(table, shown, stage);
		top_cell__time(table, shown, stage->sum);
		top_cell__share(table, share, 1000000);
		top_cell__bar(table, share, 1000000);
	}
}

static void note_stages(FILE *file, const struct top_source *source)
{
	const char *why = top_view__blind(source->since, "stages");

	if (top_source__shown(source)->nr_stages)
		return;
	if (why && !top_view__sees(source->since, "stages")) /* some of them are never seen */
		fprintf(file, "stages are not seen: %s", why);
	else
		fputs("no request has gone through a stage that is watched", file);
}

static void add_alignments(struct top_table *table, const struct block_size *size)
{
	char text[512] = "", bytes[UNITS_TEXT], share[TEXT_SHARE];
	size_t length = 0;

	for (size_t i = 0; i < 64 && length < sizeof(text); i++)
		if (size->aligned[i])
			length +=
				(size_t)snprintf(text + length, sizeof(text) - length, "%s%s %s",
						 length ? "  " : "", format__size(1ull << i, bytes),
						 text__share(size->aligned[i], size->count, share));
	top_table__text(table, text);
}

static void fill_alignment(struct top_table *table, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source);
	struct block_size *sizes;
	char text[UNITS_TEXT];
	size_t nr;

	if (!shown->nr_alignment || fold__sizes(shown, &sizes, &nr))
		return;
	top_table__column(table, "order", 0);
	top_table__number_column(table, "size", 0);
	top_table__number_column(table, source->total ? "blocks" : "blocks/s", 0);
	top_table__number_column(table, source->total ? "memory" : "memory/s", 2);
	top_table__number_column(table, "below natural", 1);
	top_table__column(table, "aligned to exactly", 0);
	for (size_t i = 0; i < nr; i++) {
		uint64_t pages =
			shown->host.page_size ? sizes[i].natural / shown->host.page_size : 0;
		char order[UNITS_TEXT] = "other";

		if (pages)
			snprintf(order, sizeof(order), "%d", __builtin_ctzll(pages));
		top_table__row(table, sizes[i].natural, i);
		top_table__text(table, order);
		top_table__number(table, (double)sizes[i].natural, TOP_PLAIN,
				  pages ? format__size(sizes[i].natural, text) : "-");
		top_cell__figure(table, source, sizes[i].count, TOP_PLAIN);
		top_cell__memory(table, source, (double)sizes[i].count * (double)sizes[i].natural);
		top_cell__figure(table, source, sizes[i].below_natural, TOP_BAD);
		add_alignments(table, &sizes[i]);
	}
	free(sizes);
}

static void note_alignment(FILE *file, const struct top_source *source)
{
	const char *why = top_view__blind(source->since, "alignment");

	if (why)
		fprintf(file, "alignment is not seen: %s", why);
	else if (!top_source__shown(source)->nr_alignment)
		fputs("no block was given", file);
}

static void fill_placement(struct top_table *table, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source);
	uint64_t whole = 0;

	if (!shown->nr_zones)
		return;
	for (size_t i = 0; i < shown->nr_zones; i++)
		whole += shown->zones[i].count;
	top_table__column(table, "node", 0);
	top_table__column(table, "zone", 0);
	top_table__number_column(table, source->total ? "blocks" : "blocks/s", 0);
	top_table__number_column(table, "share", 0);
	top_table__column(table, "of the blocks", 1);
	for (size_t i = 0; i < shown->nr_zones; i++) {
		const struct placement *zone = &shown->zones[i];
		struct labels labels = {.value[DIM_ZONE] = zone->zone};
		char node[UNITS_TEXT];

		snprintf(node, sizeof(node), "%u", zone->node);
		top_table__row(table, top_table__key(&labels, node), i);
		top_table__text(table, node);
		top_table__text(table, zone->zone);
		top_cell__figure(table, source, zone->count, TOP_PLAIN);
		top_cell__share(table, zone->count, whole);
		top_cell__bar(table, zone->count, whole);
	}
}

static void note_placement(FILE *file, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source);
	const char *why = top_view__blind(source->since, "alignment");

	if (why)
		fprintf(file, "placement is not seen: %s", why);
	else if (!shown->nr_zones)
		fputs("no block was given", file);
	else if (shown->cache.colours)
		fprintf(file, "over %u colours of the cache: the fullest has %.2f times the mean",
			shown->cache.colours, shown->cache.skew);
}

static bool has_headroom(const struct report *since)
{
	return since->nr_headroom;
}

static void fill_reserves(struct top_table *table, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source);
	bool used[DIMENSIONS] = {};

	for (size_t i = 0; i < shown->nr_headroom; i++)
		labels__mark(&shown->headroom[i].labels, used);
	top_table__label_columns(table, used);
	top_table__number_column(table, source->total ? "req" : "req/s", 0);
	top_table__number_column(table, "below min", 0);
	top_table__number_column(table, "least headroom", 0);
	for (size_t i = 0; i < shown->nr_headroom; i++) {
		const struct headroom *headroom = &shown->headroom[i];
		char text[UNITS_COUNT + 8] = "-", count[UNITS_COUNT];
		uint64_t least = headroom->nr_buckets ? headroom->buckets[0].le : 0;

		if (headroom->nr_buckets && least != UINT64_MAX)
			snprintf(text, sizeof(text), "<= %s", format__count(least, count));
		top_table__row(table, top_table__key(&headroom->labels, NULL), i);
		top_table__labels(table, &headroom->labels, used);
		top_cell__figure(table, source, headroom->count, TOP_PLAIN);
		top_cell__count(table, (double)headroom->touched_reserves, TOP_WARN);
		top_table__number(table, (double)least, TOP_PLAIN, text);
	}
}

static void note_reserves(FILE *file, const struct top_source *source)
{
	if (top_source__shown(source)->nr_headroom)
		fputs("headroom: free pages above the request's own watermark", file);
}

static bool has_lint(const struct report *since)
{
	return since->nr_lint;
}

static void fill_lint(struct top_table *table, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source);
	struct labels labels = {};

	if (!shown->nr_lint)
		return;
	top_table__number_column(table, source->total ? "times" : "times/s", 0);
	top_table__column(table, "habit", 0);
	top_table__column(table, "asked by", 0);
	for (size_t i = 0; i < shown->nr_lint; i++) {
		const struct lint *lint = &shown->lint[i];

		labels.value[DIM_CALLER] = lint->caller;
		top_table__row(table, top_table__key(&labels, lint->kind), i);
		top_cell__figure(table, source, lint->count, TOP_WARN);
		top_table__text(table, lint->kind);
		top_table__text(table, lint->caller);
	}
}

const struct top_view top_views[] = {
	{"latency", "req/s", NULL, top_latency__fill, top_latency__note, top_page__series},
	{"failures", "fail/s", NULL, fill_failures, note_failures, top_page__failure},
	{"slowest", "latency", NULL, fill_slowest, note_slowest, top_page__slow},
	{"stages", NULL, NULL, fill_stages, note_stages, top_page__stage},
	{"align", NULL, NULL, fill_alignment, note_alignment, top_page__size},
	{"place", NULL, NULL, fill_placement, note_placement, NULL},
	{"cost", NULL, NULL, NULL, NULL, top_page__cost},
	{"reserves", NULL, has_headroom, fill_reserves, note_reserves, NULL},
	{"lint", NULL, has_lint, fill_lint, NULL, top_page__lint},
};

const size_t top_views_nr = sizeof(top_views) / sizeof(top_views[0]);
