/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The metrics of a report: one table for the rules (rules.h) and the exporter, so that what
 * is watched and what is gated have the same names. A metric is a row and a function that
 * visits its series.
 */
#ifndef GFPTRACE_USER_METRICS_H
#define GFPTRACE_USER_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_SUMMARY };

/* How the values of a metric are held here: times in ns, shares from 0 to 1. */
enum metric_unit { METRIC_NUMBER, METRIC_NS, METRIC_SHARE };

/* What several series come to. */
enum metric_fold { METRIC_SUM, METRIC_WORST };

#define METRIC_LABELS (DIMENSIONS + 4)

struct metric_label {
	const char *name, *value;
};

struct metric_sample {
	struct metric_label labels[METRIC_LABELS];
	size_t nr_labels;
	double value;	  /* in the metric's unit */
	double low, high; /* the true value lies between: both are `value` where it is exact */
	bool open;	  /* too few were timed: it may be anything from `low` up */
	uint64_t count;	  /* of requests that it tells of; 0 where that means nothing */
	char quantile[16];
};

struct metric_query {
	const uint32_t *quantiles; /* parts per billion */
	size_t nr_quantiles;
	bool zeros; /* counters also where they are 0: reasons and causes that did not occur */
};

/* What an exporter asks for: 0.5, 0.9, 0.99 and 0.999; no zeros. */
extern const struct metric_query metric_usual;

/* Called for each series; anything but 0 ends the visit and is its result. */
typedef int metric_visit(const struct metric_sample *sample, void *context);

struct metric {
	const char *name;
	const char *family; /* of # TYPE and # HELP: a summary, its _sum and _count are one */
	const char *help;
	enum metric_type type;
	enum metric_unit unit;
	enum metric_fold fold;
	const char *sight;   /* what mode.blind calls it where it is not seen; NULL: always seen */
	bool has_dimensions; /* its labels are those of --by ... */
	const char *const *labels; /* ... and these, up to a NULL; NULL: none */
	int (*visit)(const struct report *report, const struct metric_query *query,
		     metric_visit *visit, void *context);
};

extern const struct metric metrics[]; /* by family; ends with a NULL name */

/* The metric of that name, NULL if there is none. */
const struct metric *metric__find(const char *name);

/* May a series of this metric have that label? */
bool metric__has_label(const struct metric *metric, const char *label);

/* A value as the metric's name has it: seconds, shares, numbers. */
double metric__base(const struct metric *metric, double value);

/* The value of a label, NULL where the sample does not have it. */
const char *sample__label(const struct metric_sample *sample, const char *name);

/* {class="atomic",order="0"}; the caller frees it. NULL when memory is short. */
char *sample__format(const struct metric_sample *sample);

/* Why the report is blind to `what`, NULL where it is not. */
const char *report__why_blind(const struct report *report, const char *what);

#endif
