// SPDX-License-Identifier: GPL-2.0-only
/* The events of gfptrace.report/1: single requests, and the state of the zones around them. */
#include "report/json_read_internal.h"

static void read_types(const struct json_node *node, struct report *report,
		       struct free_blocks *blocks)
{
	struct json_node types = json__object(node, "by_migratetype");
	struct type_count *type;
	const char *name = NULL;
	uint64_t sum = 0;

	while ((name = json__next_key(&types, name))) {
		type = blocks__add_type(blocks);
		if (!read__is_there(node, type))
			return;
		type->count = read__number(&types, name);
		type->type = report__string(report, name);
		read__is_there(node, type->type);
		if (__builtin_add_overflow(sum, type->count, &sum))
			json__fail(node, "by_migratetype", "the sum of the types overflows");
	}
	if (blocks->nr_types && sum != blocks->count)
		json__fail(node, "by_migratetype", "does not add up to count");
}

static void read_blocks(const struct json_node *node, struct report *report,
			struct zone_state *zone)
{
	size_t length = json__list(node, "blocks"), i;
	struct free_blocks *blocks;
	struct json_node element;

	for (i = 0; i < length && !json__failed(node->error); i++) {
		element = json__element(node, "blocks", i);
		blocks = zone__add_blocks(zone);
		if (!read__is_there(&element, blocks))
			return;
		blocks->order = read__small(&element, "order");
		blocks->count = read__number(&element, "count");
		read_types(&element, report, blocks);
	}
}

static void read_zone(const struct json_node *node, struct report *report, struct zone_state *zone)
{
	zone->node = read__small(node, "node");
	zone->zone = read__text(node, report, "zone");
	zone->free = read__number(node, "free");
	zone->min = read__number(node, "min");
	zone->low = read__number(node, "low");
	zone->high = read__number(node, "high");
	zone->boost = read__number(node, "boost");
	zone->lowmem_reserve = read__number(node, "lowmem_reserve");
	zone->highatomic_reserved = read__number(node, "highatomic_reserved");
	if (!json__is_null(node, "highatomic_free"))
		zone->highatomic_free = read__number(node, "highatomic_free");
	if (!json__is_null(node, "pcp"))
		zone->pcp = read__number(node, "pcp");
	zone->managed = read__number(node, "managed");
	zone->allowed = json__truth(node, "allowed");
	read_blocks(node, report, zone);
	if (!json__is_null(node, "fragmentation_index"))
		zone->fragmentation_index = json__real(node, "fragmentation_index");
}

static void read_zones(const struct json_node *node, struct report *report, struct failure *failure)
{
	struct zone_state *zone;
	struct json_node element;
	size_t length, i;

	if (json__is_null(node, "zones"))
		return;
	length = json__list(node, "zones");
	for (i = 0; i < length && !json__failed(node->error); i++) {
		element = json__element(node, "zones", i);
		zone = failure__add_zone(failure);
		if (!read__is_there(&element, zone))
			return;
		read_zone(&element, report, zone);
	}
}

static void read_gfp(const struct json_node *node, struct report *report, struct failure *failure)
{
	struct json_node gfp;

	if (!json__is_null(node, "gfp")) {
		gfp = json__object(node, "gfp");
		failure->has_gfp = true;
		failure->gfp = read__small(&gfp, "mask");
		read__list(&gfp, report, "names", &failure->gfp_names);
	}
	if (!json__is_null(node, "alloc_flags")) {
		failure->has_alloc_flags = true;
		failure->alloc_flags = read__small(node, "alloc_flags");
	}
}

static enum answer read_answer(const struct json_node *node, const char *key)
{
	if (json__is_null(node, key))
		return ANSWER_UNKNOWN;
	return json__truth(node, key) ? ANSWER_YES : ANSWER_NO;
}

static void read_failure(const struct json_node *node, struct report *report,
			 struct failure *failure)
{
	struct json_node labels = json__object(node, "labels");

	read__labels(node, report, &failure->labels);
	failure->reason = read__text(&labels, report, "reason");
	failure->count = read__number(node, "count");
	failure->caller = read__maybe(node, report, "caller");
	read__list(node, report, "stack", &failure->stack);
	read_gfp(node, report, failure);
	read_zones(node, report, failure);
	failure->later = json__truth(node, "later");
	failure->verdict = read__maybe(node, report, "verdict");
	read__list(node, report, "advice", &failure->advice);
	failure->dmesg_would_show = read_answer(node, "dmesg_would_show");
}

void read__failures(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "failures"), i;
	struct json_node element;
	struct failure *failure;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(root, "failures", i);
		failure = report__add_failure(report);
		if (!read__is_there(&element, failure))
			return;
		read_failure(&element, report, failure);
	}
}

static void read_slow_stages(const struct json_node *node, struct report *report, struct slow *slow)
{
	size_t length = json__list(node, "stages"), i;
	struct slow_stage *stage;
	struct json_node element;

	for (i = 0; i < length && !json__failed(node->error); i++) {
		element = json__element(node, "stages", i);
		stage = slow__add_stage(slow);
		if (!read__is_there(&element, stage))
			return;
		stage->stage = read__text(&element, report, "stage");
		stage->start = read__number(&element, "start");
		stage->duration = read__number(&element, "duration");
		if (stage->start > slow->latency || stage->duration > slow->latency - stage->start)
			json__fail(&element, "start", "the stage ends after its request");
	}
}

void read__slowest(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "slowest"), i;
	struct json_node element;
	struct slow *slow;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(root, "slowest", i);
		slow = report__add_slow(report);
		if (!read__is_there(&element, slow))
			return;
		slow->ts = read__number(&element, "ts");
		slow->latency = read__number(&element, "latency");
		read__labels(&element, report, &slow->labels);
		slow->comm = read__word(&element, report, "comm");
		slow->pid = read__small(&element, "pid");
		slow->caller = read__maybe(&element, report, "caller");
		read__list(&element, report, "stack", &slow->stack);
		read_slow_stages(&element, report, slow);
	}
}

void read__lint(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "lint"), i;
	struct json_node element;
	struct lint *lint;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(root, "lint", i);
		lint = report__add_lint(report);
		if (!read__is_there(&element, lint))
			return;
		lint->kind = read__text(&element, report, "kind");
		lint->count = read__number(&element, "count");
		lint->caller = read__maybe(&element, report, "caller");
		read__list(&element, report, "stack", &lint->stack);
		lint->meaning = read__text(&element, report, "meaning");
	}
}

void read__stacks(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "stacks"), i;
	struct json_node element;
	struct stack_count *stack;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(root, "stacks", i);
		stack = report__add_stack(report);
		if (!read__is_there(&element, stack))
			return;
		read__labels(&element, report, &stack->labels);
		stack->count = read__number(&element, "count");
		stack->caller = read__maybe(&element, report, "caller");
		read__list(&element, report, "stack", &stack->stack);
	}
}
