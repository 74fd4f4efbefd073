// SPDX-License-Identifier: GPL-2.0-only
/* The report as Prometheus reads it: the text exposition format, version 0.0.4. */
#include "format/prom/prom.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/formats.h"
#include "base/text.h"

void prom__family(FILE *file, const char *name, const char *type, const char *help)
{
	fprintf(file, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* The value of a label: what could leave its quotes, or drive a terminal, is escaped. */
static int write_label(FILE *file, char before, const char *name, const char *value)
{
	char *escaped = text__escape(value);

	if (!escaped)
		return -ENOMEM;
	fprintf(file, "%c%s=\"", before, name);
	for (const char *c = escaped; *c; c++) {
		if (*c == '\\' || *c == '"')
			fputc('\\', file);
		fputc(*c, file);
	}
	fputc('"', file);
	free(escaped);
	return 0;
}

int prom__sample(FILE *file, const char *name, const struct labels *labels,
		 const struct prom_label *extra, double value)
{
	char before = '{';
	int err = 0;

	fputs(name, file);
	for (size_t i = 0; labels && i < DIMENSIONS && !err; i++) {
		if (!labels->value[i])
			continue;
		err = write_label(file, before, dimension_names[i], labels->value[i]);
		before = ',';
	}
	for (; extra && extra->name && !err; extra++) {
		err = write_label(file, before, extra->name, extra->value);
		before = ',';
	}
	fprintf(file, "%s %.15g\n", before == ',' ? "}" : "", value);
	return err;
}

struct rank {
	uint64_t count;
	size_t index;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

int prom__keep(const uint64_t *counts, size_t nr, bool *kept)
{
	size_t most = nr <= PROM_SERIES ? nr : PROM_SERIES - 1, i;
	struct rank *ranks = calloc(nr + 1, sizeof(*ranks));

	if (!ranks)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		ranks[i] = (struct rank){counts[i], i};
	qsort(ranks, nr, sizeof(*ranks), compare_ranks);
	for (i = 0; i < nr; i++)
		kept[ranks[i].index] = i < most;
	free(ranks);
	return 0;
}

struct labels prom__other(const struct labels *labels)
{
	struct labels other = {};

	for (size_t i = 0; i < DIMENSIONS; i++)
		other.value[i] = labels->value[i] ? "other" : NULL;
	return other;
}

static int one(FILE *file, const char *name, const char *type, const char *help, double value)
{
	prom__family(file, name, type, help);
	return prom__sample(file, name, NULL, NULL, value);
}

static int write_info(FILE *file, const struct report *report)
{
	const struct prom_label labels[] = {
		{"version", report->tool.version}, {"kernel", report->host.kernel},
		{"arch", report->host.arch},	   {"clock", report->host.clock},
		{"tier", report->mode.tier},	   {NULL, NULL},
	};

	prom__family(file, "gfptrace_info", "gauge",
		     "Always 1; the labels tell what was traced, and how.");
	return prom__sample(file, "gfptrace_info", NULL, labels, 1);
}

/* The numbers of the whole report. */
static int write_totals(FILE *file, const struct report *report)
{
	const struct {
		const char *name, *type, *help;
		double value;
	} rows[] = {
		{"gfptrace_window_seconds", "gauge", "How long was traced.",
		 (double)report->window.duration_ns / 1e9},
		{"gfptrace_requests_succeeded_total", "counter",
		 "Requests counted that got a page.", (double)report->requests.succeeded},
		{"gfptrace_requests_failed_total", "counter", "Requests counted that got none.",
		 (double)report->requests.failed},
		{"gfptrace_requests_missed_total", "counter",
		 "Requests made on the machine and not counted.", (double)report->requests.missed},
		{"gfptrace_requests_filtered_total", "counter",
		 "Requests seen and kept out by the filter.", (double)report->requests.filtered},
		{"gfptrace_pages_total", "counter", "Pages in the blocks given out.",
		 (double)report->requests.pages},
		{"gfptrace_bulk_calls_total", "counter",
		 "Calls for pages in bulk, which are no requests.",
		 (double)report->requests.bulk_calls},
		{"gfptrace_bulk_pages_total", "counter", "Pages given out in bulk.",
		 (double)report->requests.bulk_pages},
		{"gfptrace_loss_ratio", "gauge",
		 "Share of the machine's requests that were missed.", report__loss_ratio(report)},
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++)
		err = one(file, rows[i].name, rows[i].type, rows[i].help, rows[i].value);
	/* what the kernel did not measure is no 0 */
	if (!err && report->cost.ns_per_request > 0)
		err = one(file, "gfptrace_cost_seconds_per_request", "gauge",
			  "Time that tracing itself took, per request.",
			  report->cost.ns_per_request / 1e9);
	if (!err && report->cost.cpu_share > 0)
		err = one(file, "gfptrace_cost_cpu_ratio", "gauge",
			  "Share of the machine's CPU time that tracing itself took.",
			  report->cost.cpu_share);
	return err;
}

/* Several failures may have one set of labels and differ by their caller, which is no label. */
static bool same_failure(const struct failure *a, const struct failure *b)
{
	for (size_t i = 0; i < DIMENSIONS; i++)
		if (text__compare_natural(a->labels.value[i], b->labels.value[i]))
			return false;
	return !strcmp(a->reason, b->reason);
}

struct failure_series {
	const struct failure *failure;
	double count;
};

/* The series of a failure, NULL where there is no room for another. */
static struct failure_series *series_of(struct failure_series *series, size_t *nr,
					const struct failure *failure)
{
	for (size_t i = 0; i < *nr; i++)
		if (same_failure(series[i].failure, failure))
			return &series[i];
	if (*nr == PROM_SERIES - 1)
		return NULL;
	series[*nr] = (struct failure_series){.failure = failure};
	return &series[(*nr)++];
}

static int write_failures(FILE *file, const struct report *report)
{
	struct failure_series series[PROM_SERIES], *found;
	struct prom_label reason[] = {{"reason", "other"}, {NULL, NULL}};
	struct labels other;
	double rest = 0;
	size_t nr = 0, i;
	int err = 0;

	prom__family(file, "gfptrace_failures_total", "counter", "Failed requests by reason.");
	for (i = 0; i < report->nr_failures; i++) { /* the most frequent first */
		found = series_of(series, &nr, &report->failures[i]);
		*(found ? &found->count : &rest) += (double)report->failures[i].count;
	}
	if (rest > 0) {
		other = prom__other(&report->failures[0].labels);
		err = prom__sample(file, "gfptrace_failures_total", &other, reason, rest);
	}
	for (i = 0; i < nr && !err; i++) {
		reason[0].value = series[i].failure->reason;
		err = prom__sample(file, "gfptrace_failures_total", &series[i].failure->labels,
				   reason, series[i].count);
	}
	return err;
}

static int write_loss(FILE *file, const struct report *report)
{
	struct prom_label cause[] = {{"cause", NULL}, {NULL, NULL}};
	int err = 0;

	prom__family(file, "gfptrace_loss_total", "counter", "Requests not counted, by cause.");
	for (size_t i = 0; i < report->nr_loss && i < PROM_SERIES && !err; i++) {
		cause[0].value = report->loss[i].cause;
		err = prom__sample(file, "gfptrace_loss_total", NULL, cause,
				   (double)report->loss[i].count);
	}
	return err;
}

static int write_blind(FILE *file, const struct report *report)
{
	struct prom_label what[] = {{"what", NULL}, {NULL, NULL}};
	size_t i, j;
	int err = 0;

	if (report->mode.nr_blind)
		prom__family(file, "gfptrace_blind", "gauge",
			     "1 for each thing that was not seen.");
	for (i = 0; i < report->mode.nr_blind && i < PROM_SERIES && !err; i++) {
		what[0].value = report->mode.blind[i].what;
		for (j = 0; j < i && strcmp(report->mode.blind[j].what, what[0].value) != 0; j++)
			;
		if (j == i) /* not seen for two reasons is not seen once */
			err = prom__sample(file, "gfptrace_blind", NULL, what, 1);
	}
	return err;
}

int report__write_prom(FILE *file, const struct report *report,
		       const struct format_options *options)
{
	static int (*const parts[])(FILE *, const struct report *) = {
		write_info,   write_totals,   prom__latency, write_failures,
		write_loss,   write_blind,    prom__blocks,  prom__placement,
		prom__stages, prom__headroom, prom__slabs,   prom__lint,
	};
	int err = 0;

	(void)options;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++)
		err = parts[i](file, report);
	return err;
}
