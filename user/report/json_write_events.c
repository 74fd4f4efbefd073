// SPDX-License-Identifier: GPL-2.0-only
/* The events of gfptrace.report/1: single requests, and the state of the zones around them. */
#include <stdlib.h>

#include "report/json_write_internal.h"
#include "base/text.h"

static json_t *texts_of(const struct text_list *list)
{
	return part__texts(list->text, list->nr);
}

static json_t *types_of(const struct free_blocks *blocks)
{
	json_t *types = json_object();
	char *name;
	size_t i;

	for (i = 0; i < blocks->nr_types; i++) {
		name = utf8__sanitize(blocks->types[i].type);
		if (name)
			json_object_set_new(types, name, part__number(blocks->types[i].count));
		free(name);
	}
	return types;
}

static json_t *blocks_of(const struct zone_state *zone)
{
	json_t *list = json_array();
	const struct free_blocks *blocks;
	size_t i;

	for (i = 0; i < zone->nr_blocks; i++) {
		blocks = &zone->blocks[i];
		json_array_append_new(list,
				      json_pack("{sI so so}", "order", (json_int_t)blocks->order,
						"count", part__number(blocks->count),
						"by_migratetype", types_of(blocks)));
	}
	return list;
}

static json_t *number_or_null(uint64_t number)
{
	return number == UINT64_MAX ? json_null() : part__number(number);
}

static json_t *zone_of(const struct zone_state *zone)
{
	json_t *index =
		zone->fragmentation_index < 0 ? json_null() : json_real(zone->fragmentation_index);

	return json_pack("{sI so so so so so so so so so so so sb so so}", "node",
			 (json_int_t)zone->node, "zone", part__text(zone->zone), "free",
			 part__number(zone->free), "min", part__number(zone->min), "low",
			 part__number(zone->low), "high", part__number(zone->high), "boost",
			 part__number(zone->boost), "lowmem_reserve",
			 part__number(zone->lowmem_reserve), "highatomic_reserved",
			 part__number(zone->highatomic_reserved), "highatomic_free",
			 number_or_null(zone->highatomic_free), "pcp", number_or_null(zone->pcp),
			 "managed", part__number(zone->managed), "allowed", zone->allowed, "blocks",
			 blocks_of(zone), "fragmentation_index", index);
}

static json_t *zones_of(const struct failure *failure)
{
	json_t *list;
	size_t i;

	if (!failure->nr_zones)
		return json_null();
	list = json_array();
	for (i = 0; i < failure->nr_zones; i++)
		json_array_append_new(list, zone_of(&failure->zones[i]));
	return list;
}

static json_t *gfp_of(const struct failure *failure)
{
	if (!failure->has_gfp)
		return json_null();
	return json_pack("{sI so}", "mask", (json_int_t)failure->gfp, "names",
			 texts_of(&failure->gfp_names));
}

static json_t *answer_of(enum answer answer)
{
	return answer == ANSWER_UNKNOWN ? json_null() : json_boolean(answer == ANSWER_YES);
}

static json_t *failure_of(const struct failure *failure)
{
	json_t *labels = part__labels(&failure->labels);
	json_t *alloc_flags =
		failure->has_alloc_flags ? json_integer(failure->alloc_flags) : json_null();

	json_object_set_new(labels, "reason", part__text(failure->reason));
	return json_pack("{so so so so so so so sb so so so}", "labels", labels, "count",
			 part__number(failure->count), "caller",
			 part__text_or_null(failure->caller), "stack", texts_of(&failure->stack),
			 "gfp", gfp_of(failure), "alloc_flags", alloc_flags, "zones",
			 zones_of(failure), "later", failure->later, "verdict",
			 part__text_or_null(failure->verdict), "advice", texts_of(&failure->advice),
			 "dmesg_would_show", answer_of(failure->dmesg_would_show));
}

json_t *part__failures(const struct report *report)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < report->nr_failures; i++)
		json_array_append_new(list, failure_of(&report->failures[i]));
	return list;
}

static json_t *slow_of(const struct slow *slow)
{
	json_t *stages = json_array();
	size_t i;

	for (i = 0; i < slow->nr_stages; i++)
		json_array_append_new(
			stages, json_pack("{so so so}", "stage", part__text(slow->stages[i].stage),
					  "start", part__number(slow->stages[i].start), "duration",
					  part__number(slow->stages[i].duration)));
	return json_pack("{so so so so sI so so so}", "ts", part__number(slow->ts), "latency",
			 part__number(slow->latency), "labels", part__labels(&slow->labels), "comm",
			 part__text_or_null(slow->comm), "pid", (json_int_t)slow->pid, "caller",
			 part__text_or_null(slow->caller), "stack", texts_of(&slow->stack),
			 "stages", stages);
}

json_t *part__slowest(const struct report *report)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < report->nr_slowest; i++)
		json_array_append_new(list, slow_of(&report->slowest[i]));
	return list;
}

json_t *part__lint(const struct report *report)
{
	json_t *list = json_array();
	const struct lint *lint;
	size_t i;

	for (i = 0; i < report->nr_lint; i++) {
		lint = &report->lint[i];
		json_array_append_new(list,
				      json_pack("{so so so so so}", "kind", part__text(lint->kind),
						"count", part__number(lint->count), "caller",
						part__text_or_null(lint->caller), "stack",
						texts_of(&lint->stack), "meaning",
						part__text(lint->meaning)));
	}
	return list;
}

json_t *part__stacks(const struct report *report)
{
	json_t *list = json_array();
	const struct stack_count *stack;
	size_t i;

	for (i = 0; i < report->nr_stacks; i++) {
		stack = &report->stacks[i];
		json_array_append_new(list, json_pack("{so so so so}", "labels",
						      part__labels(&stack->labels), "count",
						      part__number(stack->count), "caller",
						      part__text_or_null(stack->caller), "stack",
						      texts_of(&stack->stack)));
	}
	return list;
}
