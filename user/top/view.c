// SPDX-License-Identifier: GPL-2.0-only
/* What the views ask of the reports. */
#include "top/view.h"

#include <stdlib.h>
#include <string.h>

const char *const top_levels_ascii[TOP_LEVELS] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
const char *const top_levels_utf8[TOP_LEVELS] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

const struct report *top_source__shown(const struct top_source *source)
{
	return source->total ? source->since : source->last;
}

/* Series begin with their labels, by which report__sort() has sorted them. */
_Static_assert(offsetof(struct latency, labels) == 0, "compared as labels");
_Static_assert(offsetof(struct alignment, labels) == 0, "compared as labels");

static int compare(const void *a, const void *b)
{
	return labels__compare(a, b);
}

const struct latency *top_view__latency(const struct report *report, const struct labels *labels)
{
	if (!report->nr_latency)
		return NULL;
	return bsearch(labels, report->latency, report->nr_latency, sizeof(*report->latency),
		       compare);
}

const struct alignment *top_view__alignment(const struct report *report,
					    const struct labels *labels)
{
	if (!report->nr_alignment)
		return NULL;
	return bsearch(labels, report->alignment, report->nr_alignment, sizeof(*report->alignment),
		       compare);
}

bool labels__include(const struct labels *labels, const struct labels *wanted)
{
	for (int i = 0; i < DIMENSIONS; i++)
		if (wanted->value[i] &&
		    (!labels->value[i] || strcmp(labels->value[i], wanted->value[i]) != 0))
			return false;
	return true;
}

uint64_t top_view__failed(const struct report *report, const struct labels *labels)
{
	uint64_t count = 0;

	for (size_t i = 0; i < report->nr_failures; i++)
		if (labels__include(&report->failures[i].labels, labels))
			count += report->failures[i].count;
	return count;
}

/* Blocks that a series got. The alignment is by order, too, whatever the series are by. */
static uint64_t count_blocks(const struct report *report, const struct labels *labels)
{
	const struct alignment *alignment = top_view__alignment(report, labels);
	uint64_t count = 0;

	if (alignment || report->by[DIM_ORDER])
		return alignment ? alignment->count : 0;
	for (size_t i = 0; i < report->nr_alignment; i++)
		if (labels__include(&report->alignment[i].labels, labels))
			count += report->alignment[i].count;
	return count;
}

uint64_t top_view__requests(const struct report *report, const struct labels *labels)
{
	const struct latency *latency = top_view__latency(report, labels);
	uint64_t timed = latency ? latency->count : 0;
	uint64_t seen = count_blocks(report, labels) + top_view__failed(report, labels);

	return seen > timed ? seen : timed; /* not all are timed; not every block is placed */
}

double top_view__rate(const struct report *report, uint64_t count)
{
	double seconds = (double)report->window.duration_ns / 1e9;

	return seconds > 0 ? (double)count / seconds : 0;
}

bool top_view__sees(const struct report *report, const char *what)
{
	for (size_t i = 0; i < report->mode.nr_sees; i++)
		if (!strcmp(report->mode.sees[i], what))
			return true;
	return false;
}

const char *top_view__blind(const struct report *report, const char *what)
{
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		if (!strncmp(report->mode.blind[i].what, what, strlen(what)))
			return report->mode.blind[i].why;
	return NULL;
}
