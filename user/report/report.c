// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report/array.h"

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

const char *const stage_names[] = {
	"pcp",	      "buddy", "steal", "kswapd", "compact", "reclaim",	 "retry",   "oom",
	"highatomic", "zero",  "tlb",	"memcg",  "search",  "runqueue", "autopsy", NULL,
};

size_t stage__rank(const char *name)
{
	size_t rank;

	for (rank = 0; stage_names[rank]; rank++)
		if (!strcmp(stage_names[rank], name))
			break;
	return rank;
}

struct string_pool {
	struct string_pool *next;
	char text[];
};

struct report *report__new(void)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return NULL;
	report->name = "";
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

static void free_failure(struct failure *failure)
{
	for (size_t i = 0; i < failure->nr_zones; i++) {
		for (size_t b = 0; b < failure->zones[i].nr_blocks; b++)
			free(failure->zones[i].blocks[b].types);
		free(failure->zones[i].blocks);
	}
	free(failure->zones);
	free(failure->stack.text);
	free(failure->gfp_names.text);
	free(failure->advice.text);
}

void report__keep_slowest(struct report *report, size_t most)
{
	for (; report->nr_slowest > most; report->nr_slowest--) {
		free(report->slowest[report->nr_slowest - 1].stack.text);
		free(report->slowest[report->nr_slowest - 1].stages);
	}
}

/* What hangs in the elements of the arrays. */
static void free_elements(struct report *report)
{
	size_t i;

	for (i = 0; i < report->nr_latency; i++)
		free(report->latency[i].buckets);
	for (i = 0; i < report->nr_alignment; i++)
		free(report->alignment[i].buckets);
	for (i = 0; i < report->nr_stages; i++)
		free(report->stages[i].buckets);
	for (i = 0; i < report->nr_failures; i++)
		free_failure(&report->failures[i]);
	for (i = 0; i < report->nr_headroom; i++)
		free(report->headroom[i].buckets);
	report__keep_slowest(report, 0);
	for (i = 0; i < report->nr_lint; i++)
		free(report->lint[i].stack.text);
	for (i = 0; i < report->nr_stacks; i++)
		free(report->stacks[i].stack.text);
	for (i = 0; i < report->nr_hosts; i++) {
		free(report->hosts[i].loss);
		free(report->hosts[i].blind);
	}
}

void report__free(struct report *report)
{
	struct string_pool *next;

	if (!report)
		return;
	free_elements(report);
	free(report->mode.sees);
	free(report->mode.blind);
	free(report->mode.changes);
	free(report->mode.stretches);
	free(report->window.argv);
	free(report->filter.classes);
	free(report->filter.orders);
	free(report->filter.contexts);
	free(report->filter.pids);
	free(report->loss);
	free(report->latency);
	free(report->alignment);
	free(report->zones);
	free(report->cache.counts);
	free(report->slabs);
	free(report->stages);
	free(report->failures);
	free(report->headroom);
	free(report->slowest);
	free(report->lint);
	free(report->stacks);
	free(report->hosts);
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

void report__adopt_strings(struct report *to, struct report *from)
{
	struct string_pool **end = &to->strings;

	while (*end)
		end = &(*end)->next;
	*end = from->strings;
	from->strings = NULL;
}

/* a + b, held at the largest number. */
static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t report__made(const struct report *report)
{
	return add(add(report->requests.counted, report->requests.filtered),
		   report->requests.missed);
}

uint64_t host__made(const struct host *host)
{
	return add(add(host->counted, host->filtered), host->missed);
}

double report__loss_ratio(const struct report *report)
{
	uint64_t made = report__made(report);

	return made ? (double)report->requests.missed / (double)made : 0;
}
