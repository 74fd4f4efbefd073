// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace.explain/1, see doc/explain-schema.md. The order of the fields is part of it. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "explain/explain.h"
#include "base/text.h"

static json_t *text(const char *value)
{
	char *clean = utf8__sanitize(value);
	json_t *json = clean ? json_string(clean) : NULL;

	free(clean);
	return json;
}

static json_t *text_or_null(const char *value)
{
	return value && *value ? text(value) : json_null();
}

/* null: not known */
static json_t *number(uint64_t value)
{
	if (value == AUTOPSY_UNKNOWN)
		return json_null();
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *bytes(const struct autopsy *autopsy, uint64_t pages)
{
	uint64_t product;

	if (pages == AUTOPSY_UNKNOWN)
		return json_null();
	if (__builtin_mul_overflow(pages, (uint64_t)autopsy->page_size, &product))
		product = INT64_MAX;
	return number(product);
}

static json_t *log_of(const struct explain *explain)
{
	const struct klog_stats *stats = &explain->stats;

	return json_pack("{so so so so so so so so so so so so}", "source", text(explain->source),
			 "lines", number(stats->lines), "failures", number(stats->failures), "ooms",
			 number(stats->ooms), "suppressed", number(stats->suppressed),
			 "without_memory", number(stats->without_memory), "headers_refused",
			 number(stats->headers_refused), "numbers_refused",
			 number(stats->numbers_refused), "strays", number(stats->strays), "others",
			 number(stats->others), "long_lines", number(stats->long_lines),
			 "not_shown", number(explain->not_grouped));
}

static json_t *request_of(const struct explain_group *group)
{
	const struct klog_event *event = &group->event;

	return json_pack("{sI so so so so so so}", "order", (json_int_t)event->autopsy.order,
			 "class", group->class ? json_string(group->class) : json_null(), "gfp",
			 text_or_null(event->gfp), "mode", number(event->mode), "nodemask",
			 text_or_null(event->nodemask), "cpuset", text_or_null(event->cpuset),
			 "mems_allowed", text_or_null(event->mems_allowed));
}

static json_t *task_of(const struct klog_event *event)
{
	return json_pack("{so so so sb so}", "comm", text(event->comm), "pid", number(event->pid),
			 "cpu", number(event->cpu), "in_interrupt", event->in_interrupt, "kernel",
			 text_or_null(event->kernel));
}

static json_t *blocks_of(const struct autopsy_zone *zone)
{
	static const char letters[] = "UMEHCI";
	json_t *list = json_array();
	char types[sizeof(letters)];
	uint32_t order, last = 0;

	if (!zone->blocks_known)
		return list;
	for (order = 0; order < AUTOPSY_ORDERS; order++)
		if (zone->blocks[order])
			last = order;
	for (order = 0; order <= last; order++) {
		size_t length = 0;

		for (size_t i = 0; letters[i]; i++)
			if (zone->types[order] >> i & 1)
				types[length++] = letters[i];
		types[length] = '\0';
		json_array_append_new(list, json_pack("{so ss}", "count",
						      number(zone->blocks[order]), "types", types));
	}
	return list;
}

static json_t *zone_of(const struct autopsy *autopsy, const struct autopsy_zone *zone)
{
	static const char *const places[] = {"yes", "too-high", "other-node", "perhaps"};
	struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);
	int index = autopsy__fragmentation_index(zone, autopsy->order);

	return json_pack(
		"{sI so so so so so so so so so so so so so ss so so so}", "node",
		(json_int_t)zone->node, "zone", text(zone->name), "free",
		bytes(autopsy, zone->free), "boost", bytes(autopsy, zone->boost), "min",
		bytes(autopsy, zone->min), "low", bytes(autopsy, zone->low), "high",
		bytes(autopsy, zone->high), "lowmem_reserve", bytes(autopsy, zone->lowmem_reserve),
		"reserved_highatomic", bytes(autopsy, zone->reserved_highatomic), "free_highatomic",
		bytes(autopsy, zone->free_highatomic), "free_cma", bytes(autopsy, zone->free_cma),
		"managed", bytes(autopsy, zone->managed), "pcp", bytes(autopsy, zone->pcp),
		"blocks", blocks_of(zone), "allowed", places[autopsy__place(autopsy, zone)],
		"must_stay", test.known ? bytes(autopsy, test.mark) : json_null(), "passes",
		test.known ? json_boolean(test.passes) : json_null(), "fragmentation_index",
		zone->blocks_known ? json_integer(index) : json_null());
}

static json_t *zones_of(const struct autopsy *autopsy)
{
	json_t *list = json_array();

	for (size_t i = 0; i < autopsy->nr_zones; i++)
		json_array_append_new(list, zone_of(autopsy, &autopsy->zones[i]));
	return list;
}

static json_t *usage_of(const struct autopsy *autopsy)
{
	const struct autopsy_usage *usage = &autopsy->usage;

	return json_pack("{so so so so so so so so so so}", "free", bytes(autopsy, usage->free),
			 "anon", bytes(autopsy, usage->anon), "file", bytes(autopsy, usage->file),
			 "shmem", bytes(autopsy, usage->shmem), "unevictable",
			 bytes(autopsy, usage->unevictable), "dirty", bytes(autopsy, usage->dirty),
			 "slab_reclaimable", bytes(autopsy, usage->slab_reclaimable),
			 "slab_unreclaimable", bytes(autopsy, usage->slab_unreclaimable),
			 "swap_free", bytes(autopsy, usage->swap_free), "swap_total",
			 bytes(autopsy, usage->swap_total));
}

static json_t *oom_of(const struct klog_event *event)
{
	if (event->kind != KLOG_OOM)
		return json_null();
	return json_pack("{so so so so}", "constraint", text_or_null(event->constraint), "victim",
			 text_or_null(event->victim), "victim_pid", number(event->victim_pid),
			 "memcg_limit", number(event->autopsy.memcg_limit));
}

static json_t *group_of(const struct explain_group *group)
{
	static const char *const reasons[GFT_REASONS] = GFT_REASON_NAMES;
	const struct klog_event *event = &group->event;
	json_t *advice = json_array(), *stack = json_array();

	for (size_t i = 0; i < group->finding.nr_advice; i++)
		json_array_append_new(advice, text(group->finding.advice[i]));
	for (size_t i = 0; i < event->nr_stack; i++)
		json_array_append_new(stack, text(event->stack[i]));
	return json_pack("{ss so so so so so so so so so ss so so sb so so so}", "kind",
			 event->kind == KLOG_OOM ? "oom" : "failure", "count", number(group->count),
			 "first", text_or_null(group->first), "last", text_or_null(group->last),
			 "first_line", number(group->first_line), "last_line",
			 number(group->last_line), "request", request_of(group), "task",
			 task_of(event), "caller", text_or_null(event->requester), "stack", stack,
			 "reason", reasons[group->finding.reason], "verdict",
			 text(group->finding.verdict), "advice", advice, "mixed", event->mixed,
			 "zones", zones_of(&event->autopsy), "usage", usage_of(&event->autopsy),
			 "oom", oom_of(event));
}

int explain__write_json(FILE *file, const struct explain *explain)
{
	json_t *groups = json_array(), *json;
	int err = 0;

	for (size_t i = 0; i < explain->nr_groups; i++)
		json_array_append_new(groups, group_of(explain->groups[i]));
	json = json_pack("{ss s{ss ss} so so}", "schema", EXPLAIN_SCHEMA, "tool", "name",
			 "gfptrace", "version", GFPTRACE_VERSION, "log", log_of(explain),
			 "failures", groups);
	if (!json)
		return -ENOMEM;
	if (json_dumpf(json, file, JSON_INDENT(2)) && !ferror(file))
		err = -ENOMEM;
	fputc('\n', file);
	json_decref(json);
	return err;
}
