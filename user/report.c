// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_array.h"
#include "words.h"

const char *const dimension_names[DIMENSIONS] = {
	[DIM_CLASS] = "class",
	[DIM_ORDER] = "order",
	[DIM_CONTEXT] = "context",
	[DIM_PATH] = "path",
	[DIM_NODE] = "node",
	[DIM_ZONE] = "zone",
	[DIM_MIGRATETYPE] = "migratetype",
	[DIM_CPU] = "cpu",
	[DIM_COMM] = "comm",
	[DIM_CGROUP] = "cgroup",
	[DIM_CALLER] = "caller",
	[DIM_QUALITY] = "quality",
};

struct string_pool {
	struct string_pool *next;
	char text[];
};

struct report *report__new(void)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return NULL;
	report->tool.name = "";
	report->tool.version = "";
	report->host.kernel = "";
	report->host.arch = "";
	report->host.preempt = "";
	report->host.clock = "";
	report->mode.tier = "";
	report->mode.entry = "";
	report->mode.bulk_entry = "";
	report->mode.sample = 1;
	report->mode.coverage_asked = "";
	report->window.start = "";
	report->window.stopped_by = "";
	report->filter.comm = "";
	report->filter.cgroup = "";
	report->filter.module = "";
	return report;
}

void report__free(struct report *report)
{
	struct string_pool *next;
	size_t i;

	if (!report)
		return;
	for (i = 0; i < report->nr_latency; i++)
		free(report->latency[i].buckets);
	for (i = 0; i < report->nr_alignment; i++)
		free(report->alignment[i].buckets);
	free(report->mode.sees);
	free(report->mode.blind);
	free(report->mode.changes);
	free(report->window.argv);
	free(report->filter.classes);
	free(report->filter.orders);
	free(report->filter.contexts);
	free(report->filter.pids);
	free(report->loss);
	free(report->latency);
	free(report->alignment);
	free(report->zones);
	free(report->failures);
	free(report->cost.programs);
	for (; report->strings; report->strings = next) {
		next = report->strings->next;
		free(report->strings);
	}
	free(report);
}

static char *new_string(struct report *report, size_t length)
{
	struct string_pool *string = malloc(sizeof(*string) + length + 1);

	if (!string)
		return NULL;
	string->next = report->strings;
	report->strings = string;
	string->text[length] = '\0';
	return string->text;
}

const char *report__string(struct report *report, const char *text)
{
	size_t length = strlen(text);
	char *copy = new_string(report, length);

	return copy ? memcpy(copy, text, length + 1) : NULL;
}

const char *report__printf(struct report *report, const char *format, ...)
{
	va_list args;
	char *copy = NULL;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return NULL;
	copy = new_string(report, (size_t)length);
	if (!copy)
		return NULL;
	va_start(args, format);
	vsnprintf(copy, (size_t)length + 1, format, args);
	va_end(args);
	return copy;
}

/* The capacity is the next power of two from 4 on, so it need not be kept. */
void *array__append(void *array, size_t *nr, size_t size)
{
	size_t capacity = *nr ? *nr * 2 : 4;
	char *elements, *larger;

	/* `array` points to a pointer of any type: memcpy reads and writes it lawfully. */
	memcpy(&elements, array, sizeof(elements));
	if (!*nr || (*nr >= 4 && !(*nr & (*nr - 1)))) {
		larger = reallocarray(elements, capacity, size);
		if (!larger)
			return NULL;
		elements = larger;
		memcpy(array, &elements, sizeof(elements));
	}
	return memset(elements + (*nr)++ * size, 0, size);
}

int report__add_sees(struct report *report, const char *what)
{
	const char *text = report__string(report, what);
	const char **slot;

	if (!text)
		return -ENOMEM;
	slot = array__append(&report->mode.sees, &report->mode.nr_sees, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = text;
	return 0;
}

int report__add_blind(struct report *report, const char *what, const char *why)
{
	struct blind blind = {report__string(report, what), report__string(report, why)};
	struct blind *slot;

	if (!blind.what || !blind.why)
		return -ENOMEM;
	slot = array__append(&report->mode.blind, &report->mode.nr_blind, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = blind;
	return 0;
}

struct latency *report__add_latency(struct report *report)
{
	return array__append(&report->latency, &report->nr_latency, sizeof(*report->latency));
}

struct alignment *report__add_alignment(struct report *report)
{
	return array__append(&report->alignment, &report->nr_alignment, sizeof(*report->alignment));
}

struct placement *report__add_zone(struct report *report)
{
	struct placement *zone =
		array__append(&report->zones, &report->nr_zones, sizeof(*report->zones));

	if (zone)
		zone->zone = "";
	return zone;
}

struct failure *report__add_failure(struct report *report)
{
	struct failure *failure =
		array__append(&report->failures, &report->nr_failures, sizeof(*report->failures));

	if (failure)
		failure->reason = "unknown";
	return failure;
}

struct loss *report__add_loss(struct report *report)
{
	struct loss *loss = array__append(&report->loss, &report->nr_loss, sizeof(*report->loss));

	if (loss)
		loss->cause = "";
	return loss;
}

struct program_cost *report__add_program(struct report *report)
{
	struct program_cost *program = array__append(
		&report->cost.programs, &report->cost.nr_programs, sizeof(*report->cost.programs));

	if (program)
		program->name = program->attach = "";
	return program;
}

struct coverage_change *report__add_change(struct report *report)
{
	struct coverage_change *change = array__append(
		&report->mode.changes, &report->mode.nr_changes, sizeof(*report->mode.changes));

	if (change)
		change->why = "";
	return change;
}

static int compare_labels(const struct labels *a, const struct labels *b)
{
	int order = 0;
	size_t i;

	for (i = 0; i < DIMENSIONS && !order; i++)
		order = text__compare_natural(a->value[i], b->value[i]);
	return order;
}

static int compare_latency(const void *a, const void *b)
{
	return compare_labels(&((const struct latency *)a)->labels,
			      &((const struct latency *)b)->labels);
}

static int compare_alignment(const void *a, const void *b)
{
	const struct alignment *x = a, *y = b;
	int order = compare_labels(&x->labels, &y->labels);

	return order ? order : (x->natural > y->natural) - (x->natural < y->natural);
}

static int compare_failures(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;
	int order;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	order = compare_labels(&x->labels, &y->labels);
	return order ? order : strcmp(x->reason, y->reason);
}

static int compare_zones(const void *a, const void *b)
{
	const struct placement *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return strcmp(x->zone, y->zone);
}

static void sort(void *array, size_t nr, size_t size, int (*compare)(const void *, const void *))
{
	if (nr)
		qsort(array, nr, size, compare);
}

void report__sort(struct report *report)
{
	sort(report->latency, report->nr_latency, sizeof(*report->latency), compare_latency);
	sort(report->alignment, report->nr_alignment, sizeof(*report->alignment),
	     compare_alignment);
	sort(report->zones, report->nr_zones, sizeof(*report->zones), compare_zones);
	sort(report->failures, report->nr_failures, sizeof(*report->failures), compare_failures);
}
