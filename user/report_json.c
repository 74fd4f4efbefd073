// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace.report/1, see doc/report-schema.md. The order of the fields is part of it. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include <gfptrace/classes.h>

#include "formats.h"
#include "report_json.h"
#include "words.h"

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

/* JSON's integers are signed here: what does not fit is held at the largest. */
static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *texts(const char *const *values, size_t nr)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < nr; i++)
		json_array_append_new(list, text(values[i]));
	return list;
}

static json_t *labels_of(const struct labels *labels)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		if (labels->value[i])
			json_object_set_new(object, dimension_names[i], text(labels->value[i]));
	return object;
}

static json_t *host_of(const struct report *report)
{
	return json_pack("{so so sI sI so so}", "kernel", text(report->host.kernel), "arch",
			 text(report->host.arch), "cpus", (json_int_t)report->host.cpus,
			 "page_size", (json_int_t)report->host.page_size, "preempt",
			 text(report->host.preempt), "clock", text(report->host.clock));
}

static json_t *mode_of(const struct report *report)
{
	json_t *blind = json_array(), *changes = json_array();
	size_t i;

	for (i = 0; i < report->mode.nr_blind; i++)
		json_array_append_new(blind,
				      json_pack("{so so}", "what", text(report->mode.blind[i].what),
						"why", text(report->mode.blind[i].why)));
	for (i = 0; i < report->mode.nr_changes; i++)
		json_array_append_new(changes,
				      json_pack("{so sI so}", "at_ns",
						number(report->mode.changes[i].at_ns), "copies",
						(json_int_t)report->mode.changes[i].copies, "why",
						text(report->mode.changes[i].why)));
	return json_pack("{so so so so so sI s{so sI so}}", "tier", text(report->mode.tier),
			 "entry", text_or_null(report->mode.entry), "bulk_entry",
			 text_or_null(report->mode.bulk_entry), "sees",
			 texts(report->mode.sees, report->mode.nr_sees), "blind", blind, "sample",
			 (json_int_t)report->mode.sample, "coverage", "asked",
			 text(report->mode.coverage_asked), "copies",
			 (json_int_t)report->mode.coverage_copies, "changes", changes);
}

static json_t *window_of(const struct report *report)
{
	json_t *command = json_null();

	if (report->window.has_command)
		command = json_pack("{so si}", "argv",
				    texts(report->window.argv, report->window.nr_argv), "exit",
				    report->window.command_exit);
	return json_pack("{so so so so}", "start", text(report->window.start), "duration_ns",
			 number(report->window.duration_ns), "stopped_by",
			 text(report->window.stopped_by), "command", command);
}

static json_t *filter_of(const struct report *report)
{
	json_t *pids = json_array();
	size_t i;

	for (i = 0; i < report->filter.nr_pids; i++)
		json_array_append_new(pids, json_integer(report->filter.pids[i]));
	return json_pack("{so so so so so so so}", "classes",
			 texts(report->filter.classes, report->filter.nr_classes), "orders",
			 texts(report->filter.orders, report->filter.nr_orders), "contexts",
			 texts(report->filter.contexts, report->filter.nr_contexts), "pids", pids,
			 "comm", text_or_null(report->filter.comm), "cgroup",
			 text_or_null(report->filter.cgroup), "module",
			 text_or_null(report->filter.module));
}

static json_t *requests_of(const struct report *report)
{
	return json_pack("{so so so so so so so}", "counted", number(report->requests.counted),
			 "missed", number(report->requests.missed), "succeeded",
			 number(report->requests.succeeded), "failed",
			 number(report->requests.failed), "pages", number(report->requests.pages),
			 "bulk_calls", number(report->requests.bulk_calls), "bulk_pages",
			 number(report->requests.bulk_pages));
}

static json_t *loss_of(const struct report *report)
{
	static const char *const names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
	json_t *list = json_array(), *contexts;
	size_t i, context;

	for (i = 0; i < report->nr_loss; i++) {
		contexts = json_array();
		for (context = 0; context < GFT_CONTEXTS; context++)
			if (report->loss[i].in_context[context])
				json_array_append_new(contexts, json_string(names[context]));
		json_array_append_new(
			list, json_pack("{so so so}", "cause", text(report->loss[i].cause), "count",
					number(report->loss[i].count), "contexts", contexts));
	}
	return list;
}

static json_t *latency_of(const struct report *report)
{
	json_t *list = json_array(), *buckets, *le;
	const struct latency *series;
	size_t i, b;

	for (i = 0; i < report->nr_latency; i++) {
		series = &report->latency[i];
		buckets = json_array();
		for (b = 0; b < series->nr_buckets; b++) {
			le = series->buckets[b].le == UINT64_MAX ? json_null()
								 : number(series->buckets[b].le);
			json_array_append_new(buckets, json_pack("{so so}", "le", le, "count",
								 number(series->buckets[b].count)));
		}
		json_array_append_new(
			list, json_pack("{so so so so so so so so so sf so}", "labels",
					labels_of(&series->labels), "count", number(series->count),
					"sum", number(series->sum), "min", number(series->min),
					"max", number(series->max), "p50", number(series->p50),
					"p90", number(series->p90), "p99", number(series->p99),
					"p999", number(series->p999), "error", series->error,
					"buckets", buckets));
	}
	return list;
}

static json_t *alignment_of(const struct report *report)
{
	json_t *list = json_array(), *buckets;
	const struct alignment *series;
	size_t i, b;

	for (i = 0; i < report->nr_alignment; i++) {
		series = &report->alignment[i];
		buckets = json_array();
		for (b = 0; b < series->nr_buckets; b++)
			json_array_append_new(buckets,
					      json_pack("{so so}", "align",
							number(series->buckets[b].align), "count",
							number(series->buckets[b].count)));
		json_array_append_new(
			list, json_pack("{so so so so so}", "labels", labels_of(&series->labels),
					"natural", number(series->natural), "count",
					number(series->count), "below_natural",
					number(series->below_natural), "buckets", buckets));
	}
	return list;
}

static json_t *placement_of(const struct report *report)
{
	json_t *zones = json_array();
	size_t i;

	for (i = 0; i < report->nr_zones; i++)
		json_array_append_new(zones, json_pack("{sI so so}", "node",
						       (json_int_t)report->zones[i].node, "zone",
						       text(report->zones[i].zone), "count",
						       number(report->zones[i].count)));
	return json_pack("{so sn}", "zones", zones, "cache_colours");
}

static json_t *failures_of(const struct report *report)
{
	json_t *list = json_array(), *labels;
	size_t i;

	for (i = 0; i < report->nr_failures; i++) {
		labels = labels_of(&report->failures[i].labels);
		json_object_set_new(labels, "reason", text(report->failures[i].reason));
		json_array_append_new(list,
				      json_pack("{so so sn s[] sn so s[] sn}", "labels", labels,
						"count", number(report->failures[i].count),
						"caller", "stack", "zones", "verdict",
						text_or_null(report->failures[i].verdict), "advice",
						"dmesg_would_show"));
	}
	return list;
}

static json_t *cost_of(const struct report *report)
{
	json_t *programs = json_array();
	const struct program_cost *program;
	size_t i;

	for (i = 0; i < report->cost.nr_programs; i++) {
		program = &report->cost.programs[i];
		json_array_append_new(
			programs,
			json_pack("{so so so so so}", "name", text(program->name), "attach",
				  text(program->attach), "runs", number(program->runs), "misses",
				  number(program->misses), "ns", number(program->ns)));
	}
	return json_pack("{so sf sf}", "programs", programs, "ns_per_request",
			 report->cost.ns_per_request, "cpu_share", report->cost.cpu_share);
}

/* The whole report, NULL when memory is short. */
static json_t *report_to_json(const struct report *report)
{
	return json_pack("{ss s{so so} so so so so so so so so so s[] so s[] s[] s[] so}", "schema",
			 REPORT_SCHEMA, "tool", "name", text(report->tool.name), "version",
			 text(report->tool.version), "host", host_of(report), "mode",
			 mode_of(report), "window", window_of(report), "filter", filter_of(report),
			 "requests", requests_of(report), "loss", loss_of(report), "latency",
			 latency_of(report), "alignment", alignment_of(report), "placement",
			 placement_of(report), "stages", "failures", failures_of(report),
			 "headroom", "slowest", "lint", "cost", cost_of(report));
}

/* Six digits tell every ratio; a number read back and written again gives the same text. */
#define DUMP (JSON_ENCODE_ANY | JSON_REAL_PRECISION(6))

/* One element a line: short enough to read, and a difference of two reports stays readable. */
static int write_list(FILE *file, const json_t *list)
{
	const json_t *element;
	size_t i;

	fputc('[', file);
	json_array_foreach(list, i, element)
	{
		fputs(i ? ",\n    " : "\n    ", file);
		if (json_dumpf(element, file, DUMP) && !ferror(file))
			return -ENOMEM;
	}
	fputs(json_array_size(list) ? "\n  ]" : "]", file);
	return 0;
}

int report__write_json(FILE *file, const struct report *report,
		       const struct format_options *options)
{
	json_t *json = report_to_json(report), *value;
	const char *key, *separator = "{\n";
	int err = 0;

	(void)options;
	if (!json)
		return -ENOMEM;
	json_object_foreach(json, key, value)
	{
		fprintf(file, "%s  \"%s\": ", separator, key);
		separator = ",\n";
		if (json_is_array(value))
			err = write_list(file, value);
		else if (json_dumpf(value, file, DUMP) && !ferror(file))
			err = -ENOMEM;
		if (err)
			break;
	}
	fputs("\n}\n", file);
	json_decref(json);
	return err;
}
