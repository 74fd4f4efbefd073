// SPDX-License-Identifier: GPL-2.0-only
/* The metrics whose series are put together from several parts of the report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfptrace/classes.h>

#include "metrics/series.h"
#include "base/text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

void sample__begin(struct metric_sample *sample, const struct labels *labels)
{
	*sample = (struct metric_sample){};
	for (size_t i = 0; labels && i < DIMENSIONS; i++)
		if (labels->value[i])
			sample__add_label(sample, dimension_names[i], labels->value[i]);
}

void sample__add_label(struct metric_sample *sample, const char *name, const char *value)
{
	sample->labels[sample->nr_labels++] = (struct metric_label){name, value};
}

int sample__exact(struct metric_sample *sample, double value, metric_visit *visit, void *context)
{
	sample->value = sample->low = sample->high = value;
	return visit(sample, context);
}

char *sample__format(const struct metric_sample *sample)
{
	char *text = NULL, *value;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	for (size_t i = 0; i < sample->nr_labels; i++) {
		value = text__escape(sample->labels[i].value);
		fprintf(file, "%s%s=\"%s\"", i ? "," : "{", sample->labels[i].name,
			value ? value : "");
		free(value);
	}
	fputs(sample->nr_labels ? "}" : "the whole report", file);
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

static bool are_equal(const struct labels *a, const struct labels *b, const bool by[DIMENSIONS])
{
	for (size_t i = 0; i < DIMENSIONS; i++) {
		const char *x = by[i] ? a->value[i] : NULL, *y = by[i] ? b->value[i] : NULL;

		if ((x == NULL) != (y == NULL) || (x && strcmp(x, y) != 0))
			return false;
	}
	return true;
}

/* The labels of a series that --by asked for. */
static struct labels only(const struct labels *labels, const bool by[DIMENSIONS])
{
	struct labels result = {};

	for (size_t i = 0; i < DIMENSIONS; i++)
		result.value[i] = by[i] ? labels->value[i] : NULL;
	return result;
}

/* The place of a series among those that have an alignment and those that only failed. */
struct place {
	const struct labels *labels;
	uint64_t count;
};

static struct place place_at(const struct report *report, size_t i)
{
	if (i < report->nr_alignment)
		return (struct place){&report->alignment[i].labels, report->alignment[i].count};
	i -= report->nr_alignment;
	return (struct place){&report->failures[i].labels, report->failures[i].count};
}

/* Where latencies do not tell all requests: blocks and failures of equal labels together. */
static int visit_counts(const struct report *report, metric_visit *visit, void *context)
{
	size_t nr = report->nr_alignment + report->nr_failures, i, j;
	struct metric_sample sample;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		struct place place = place_at(report, i), other;
		struct labels labels = only(place.labels, report->by);

		for (j = 0; j < i; j++)
			if (are_equal(place_at(report, j).labels, place.labels, report->by))
				break;
		if (j < i)
			continue; /* counted with that one */
		for (j = i + 1; j < nr; j++) {
			other = place_at(report, j);
			if (are_equal(other.labels, place.labels, report->by))
				place.count += other.count;
		}
		sample__begin(&sample, &labels);
		sample.count = place.count;
		err = sample__exact(&sample, (double)place.count, visit, context);
	}
	return err;
}

METRIC_VISITOR(visit_requests)
{
	struct metric_sample sample;
	int err = 0;

	(void)query;
	if (!report->nr_latency)
		return visit_counts(report, visit, context);
	for (size_t i = 0; i < report->nr_latency && !err; i++) {
		sample__begin(&sample, &report->latency[i].labels);
		sample.count = report->latency[i].count;
		err = sample__exact(&sample, (double)sample.count, visit, context);
	}
	return err;
}

static const char *const class_names[] = GFT_CLASS_NAMES;
static const char *const context_names[] = GFT_CONTEXT_NAMES;
static const char *const reason_names[] = GFT_REASON_NAMES;
static const char *const order_names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};

/* Labels that every failure has; their values where a series does not tell which it was. */
static const struct {
	enum dimension dimension;
	const char *const *names;
	size_t nr;
} failure_labels[] = {
	{DIM_CLASS, class_names, LENGTH(class_names)},
	{DIM_ORDER, order_names, LENGTH(order_names)},
	{DIM_CONTEXT, context_names, LENGTH(context_names)},
};

/* No failure of these requests, for any reason that the report can tell. */
static int visit_no_failure(const struct report *report, const struct labels *labels,
			    metric_visit *visit, void *context)
{
	bool blind = report__why_blind(report, "reasons beyond invalid and memcg");
	struct metric_sample sample;
	int err = 0;

	for (size_t i = 0; i < LENGTH(reason_names) && !err; i++) {
		if (blind && i != GFT_INVALID && i != GFT_MEMCG && i != GFT_UNKNOWN)
			continue;
		sample__begin(&sample, labels);
		sample__add_label(&sample, "reason", reason_names[i]);
		err = sample__exact(&sample, 0, visit, context);
	}
	return err;
}

static int fill_labels(const struct report *report, struct labels labels, size_t next,
		       metric_visit *visit, void *context)
{
	enum dimension dimension;
	int err = 0;

	if (next == LENGTH(failure_labels))
		return visit_no_failure(report, &labels, visit, context);
	dimension = failure_labels[next].dimension;
	if (labels.value[dimension])
		return fill_labels(report, labels, next + 1, visit, context);
	for (size_t i = 0; i < failure_labels[next].nr && !err; i++) {
		labels.value[dimension] = failure_labels[next].names[i];
		err = fill_labels(report, labels, next + 1, visit, context);
	}
	return err;
}

/* Who asked and got what was asked for has failed 0 times: who did not ask has no series. */
static int visit_zero_failures(const struct report *report, metric_visit *visit, void *context)
{
	size_t nr = report->nr_latency ? report->nr_latency : report->nr_alignment, i;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		struct labels labels = report->nr_latency ? report->latency[i].labels
							  : report->alignment[i].labels;

		/* A request without a page has none of these. */
		for (size_t dim = DIM_NODE; dim <= DIM_MIGRATETYPE; dim++)
			labels.value[dim] = labels.value[dim] ? "none" : NULL;
		err = fill_labels(report, labels, 0, visit, context);
	}
	return err;
}

METRIC_VISITOR(visit_failures)
{
	struct metric_sample sample;
	int err = 0;

	for (size_t i = 0; i < report->nr_failures && !err; i++) {
		sample__begin(&sample, &report->failures[i].labels);
		sample__add_label(&sample, "reason", report->failures[i].reason);
		sample.count = report->failures[i].count;
		err = sample__exact(&sample, (double)sample.count, visit, context);
	}
	return err || !query->zeros ? err : visit_zero_failures(report, visit, context);
}

METRIC_VISITOR(visit_loss)
{
	static const char *const causes[] = {"recursion", "unpaired", "table-full"};
	struct metric_sample sample;
	int err = 0;

	for (size_t i = 0; i < report->nr_loss && !err; i++) {
		sample__begin(&sample, NULL);
		sample__add_label(&sample, "cause", report->loss[i].cause);
		err = sample__exact(&sample, (double)report->loss[i].count, visit, context);
	}
	for (size_t i = 0; query->zeros && i < LENGTH(causes) && !err; i++) {
		sample__begin(&sample, NULL);
		sample__add_label(&sample, "cause", causes[i]);
		err = sample__exact(&sample, 0, visit, context);
	}
	return err;
}

/* Not seen for two reasons is not seen once. */
METRIC_VISITOR(visit_blind)
{
	struct metric_sample sample;
	int err = 0;

	(void)query;
	for (size_t i = 0, j; i < report->mode.nr_blind && !err; i++) {
		const char *what = report->mode.blind[i].what;

		for (j = 0; j < i && strcmp(report->mode.blind[j].what, what) != 0; j++)
			;
		if (j < i)
			continue;
		sample__begin(&sample, NULL);
		sample__add_label(&sample, "what", what);
		err = sample__exact(&sample, 1, visit, context);
	}
	return err;
}

static int visit_stages(const struct report *report, double (*number)(const struct stage *),
			metric_visit *visit, void *context)
{
	struct metric_sample sample;
	int err = 0;

	for (size_t i = 0; i < report->nr_stages && !err; i++) {
		sample__begin(&sample, &report->stages[i].labels);
		sample__add_label(&sample, "stage", report->stages[i].stage);
		sample.count = report->stages[i].count;
		err = sample__exact(&sample, number(&report->stages[i]), visit, context);
	}
	return err;
}

static double stage_requests(const struct stage *stage)
{
	return (double)stage->count;
}

static double stage_seconds(const struct stage *stage)
{
	return (double)stage->sum;
}

static double stage_share(const struct stage *stage)
{
	return stage->share;
}

METRIC_VISITOR(visit_stage_requests)
{
	(void)query;
	return visit_stages(report, stage_requests, visit, context);
}

METRIC_VISITOR(visit_stage_seconds)
{
	(void)query;
	return visit_stages(report, stage_seconds, visit, context);
}

METRIC_VISITOR(visit_stage_ratio)
{
	(void)query;
	return visit_stages(report, stage_share, visit, context);
}

static int visit_headrooms(const struct report *report, bool reserves, metric_visit *visit,
			   void *context)
{
	struct metric_sample sample;
	int err = 0;

	for (size_t i = 0; i < report->nr_headroom && !err; i++) {
		const struct headroom *headroom = &report->headroom[i];

		sample__begin(&sample, &headroom->labels);
		sample.count = headroom->count;
		err = sample__exact(
			&sample, (double)(reserves ? headroom->touched_reserves : headroom->count),
			visit, context);
	}
	return err;
}

METRIC_VISITOR(visit_headroom)
{
	(void)query;
	return visit_headrooms(report, false, visit, context);
}

METRIC_VISITOR(visit_reserves)
{
	(void)query;
	return visit_headrooms(report, true, visit, context);
}

/* One series a kind, whoever the callers are. */
METRIC_VISITOR(visit_lint)
{
	struct metric_sample sample;
	size_t i, j;
	int err = 0;

	(void)query;
	for (i = 0; i < report->nr_lint && !err; i++) {
		const char *kind = report->lint[i].kind;
		double count = 0;

		for (j = 0; j < i && strcmp(report->lint[j].kind, kind) != 0; j++)
			;
		if (j < i)
			continue;
		for (; j < report->nr_lint; j++)
			if (!strcmp(report->lint[j].kind, kind))
				count += (double)report->lint[j].count;
		sample__begin(&sample, NULL);
		sample__add_label(&sample, "kind", kind);
		err = sample__exact(&sample, count, visit, context);
	}
	return err;
}
