// SPDX-License-Identifier: GPL-2.0-only
/* Growing a report: a new element has no NULL where the schema has none. */
#include <errno.h>
#include <string.h>

#include "report/report.h"
#include "report/array.h"

static int append_text(struct report *report, const char ***texts, size_t *nr, const char *text)
{
	const char *copy = report__string(report, text);
	const char **slot;

	if (!copy)
		return -ENOMEM;
	slot = array__append(texts, nr, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = copy;
	return 0;
}

int report__add_sees(struct report *report, const char *what)
{
	return append_text(report, &report->mode.sees, &report->mode.nr_sees, what);
}

int report__add_text(struct report *report, struct text_list *list, const char *text)
{
	return append_text(report, &list->text, &list->nr, text);
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

const struct blind *report__find_blind(const struct report *report, const char *what)
{
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		if (!strncmp(report->mode.blind[i].what, what, strlen(what)))
			return &report->mode.blind[i];
	return NULL;
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

struct stage *report__add_stage(struct report *report)
{
	struct stage *stage =
		array__append(&report->stages, &report->nr_stages, sizeof(*report->stages));

	if (stage)
		stage->stage = "";
	return stage;
}

struct headroom *report__add_headroom(struct report *report)
{
	return array__append(&report->headroom, &report->nr_headroom, sizeof(*report->headroom));
}

struct slab *report__add_slab(struct report *report)
{
	struct slab *slab =
		array__append(&report->slabs, &report->nr_slabs, sizeof(*report->slabs));

	if (slab)
		slab->call = slab->cache = "";
	return slab;
}

struct slow *report__add_slow(struct report *report)
{
	struct slow *slow =
		array__append(&report->slowest, &report->nr_slowest, sizeof(*report->slowest));

	if (slow)
		slow->comm = "";
	return slow;
}

struct lint *report__add_lint(struct report *report)
{
	struct lint *lint = array__append(&report->lint, &report->nr_lint, sizeof(*report->lint));

	if (lint)
		lint->kind = lint->meaning = "";
	return lint;
}

struct stack_count *report__add_stack(struct report *report)
{
	return array__append(&report->stacks, &report->nr_stacks, sizeof(*report->stacks));
}

struct stretch *report__add_stretch(struct report *report)
{
	return array__append(&report->mode.stretches, &report->mode.nr_stretches,
			     sizeof(*report->mode.stretches));
}

struct zone_state *failure__add_zone(struct failure *failure)
{
	struct zone_state *zone =
		array__append(&failure->zones, &failure->nr_zones, sizeof(*failure->zones));

	if (zone) {
		zone->zone = "";
		zone->highatomic_free = zone->pcp = UINT64_MAX;
		zone->fragmentation_index = -1;
	}
	return zone;
}

struct free_blocks *zone__add_blocks(struct zone_state *zone)
{
	return array__append(&zone->blocks, &zone->nr_blocks, sizeof(*zone->blocks));
}

struct type_count *blocks__add_type(struct free_blocks *blocks)
{
	struct type_count *type =
		array__append(&blocks->types, &blocks->nr_types, sizeof(*blocks->types));

	if (type)
		type->type = "";
	return type;
}

struct slow_stage *slow__add_stage(struct slow *slow)
{
	struct slow_stage *stage =
		array__append(&slow->stages, &slow->nr_stages, sizeof(*slow->stages));

	if (stage)
		stage->stage = "";
	return stage;
}

int headroom__add_bucket(struct headroom *headroom, uint64_t le, uint64_t count)
{
	struct bucket *bucket = array__append(&headroom->buckets, &headroom->nr_buckets,
					      sizeof(*headroom->buckets));

	if (!bucket)
		return -ENOMEM;
	*bucket = (struct bucket){le, count};
	return 0;
}

int report__add_colour(struct report *report, uint64_t count)
{
	uint64_t *slot =
		array__append(&report->cache.counts, &report->cache.nr_counts, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = count;
	report->cache.colours = (uint32_t)report->cache.nr_counts;
	return 0;
}

struct host *report__add_host(struct report *report)
{
	struct host *host =
		array__append(&report->hosts, &report->nr_hosts, sizeof(*report->hosts));

	if (host)
		host->name = host->kernel = host->arch = host->tier = host->start = "";
	return host;
}

struct loss *host__add_loss(struct host *host)
{
	struct loss *loss = array__append(&host->loss, &host->nr_loss, sizeof(*host->loss));

	if (loss)
		loss->cause = "";
	return loss;
}

struct blind *host__add_blind(struct host *host)
{
	struct blind *blind = array__append(&host->blind, &host->nr_blind, sizeof(*host->blind));

	if (blind)
		blind->what = blind->why = "";
	return blind;
}
