// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace.report/1, see doc/report-schema.md. The order of the fields is part of it. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include <gfptrace/classes.h>

#include "format/formats.h"
#include "report/json_write.h"
#include "report/json_write_internal.h"
#include "base/text.h"

json_t *part__text(const char *value)
{
	char *clean = utf8__sanitize(value);
	json_t *json = clean ? json_string(clean) : NULL;

	free(clean);
	return json;
}

json_t *part__text_or_null(const char *value)
{
	return value && *value ? part__text(value) : json_null();
}

/* JSON's integers are signed here: what does not fit is held at the largest. */
json_t *part__number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *part__texts(const char *const *values, size_t nr)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < nr; i++)
		json_array_append_new(list, part__text(values[i]));
	return list;
}

json_t *part__labels(const struct labels *labels)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		if (labels->value[i])
			json_object_set_new(object, dimension_names[i],
					    part__text(labels->value[i]));
	return object;
}

json_t *part__buckets(const struct bucket *buckets, size_t nr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < nr; i++) {
		json_t *le =
			buckets[i].le == UINT64_MAX ? json_null() : part__number(buckets[i].le);

		json_array_append_new(list, json_pack("{so so}", "le", le, "count",
						      part__number(buckets[i].count)));
	}
	return list;
}

static json_t *host_of(const struct report *report)
{
	return json_pack("{so so sI sI so so}", "kernel", part__text(report->host.kernel), "arch",
			 part__text(report->host.arch), "cpus", (json_int_t)report->host.cpus,
			 "page_size", (json_int_t)report->host.page_size, "preempt",
			 part__text(report->host.preempt), "clock", part__text(report->host.clock));
}

static json_t *stretches_of(const struct report *report)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < report->mode.nr_stretches; i++)
		json_array_append_new(
			list, json_pack("{so so sI}", "from_ns",
					part__number(report->mode.stretches[i].from_ns), "to_ns",
					part__number(report->mode.stretches[i].to_ns), "sample",
					(json_int_t)report->mode.stretches[i].sample));
	return list;
}

static json_t *blind_of(const struct blind *blind, size_t nr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(list, json_pack("{so so}", "what", part__text(blind[i].what),
						      "why", part__text(blind[i].why)));
	return list;
}

static json_t *mode_of(const struct report *report)
{
	json_t *changes = json_array();
	size_t i;

	for (i = 0; i < report->mode.nr_changes; i++)
		json_array_append_new(
			changes, json_pack("{so sI so}", "at_ns",
					   part__number(report->mode.changes[i].at_ns), "copies",
					   (json_int_t)report->mode.changes[i].copies, "why",
					   part__text(report->mode.changes[i].why)));
	return json_pack("{so so so so so sI so so s{so sI so}}", "tier",
			 part__text(report->mode.tier), "entry",
			 part__text_or_null(report->mode.entry), "bulk_entry",
			 part__text_or_null(report->mode.bulk_entry), "sees",
			 part__texts(report->mode.sees, report->mode.nr_sees), "blind",
			 blind_of(report->mode.blind, report->mode.nr_blind), "sample",
			 (json_int_t)report->mode.sample, "sampled_stretches", stretches_of(report),
			 "slowest_dropped", part__number(report->mode.slowest_dropped), "coverage",
			 "asked", part__text(report->mode.coverage_asked), "copies",
			 (json_int_t)report->mode.coverage_copies, "changes", changes);
}

static json_t *window_of(const struct report *report)
{
	json_t *command = json_null();

	if (report->window.has_command)
		command = json_pack("{so si}", "argv",
				    part__texts(report->window.argv, report->window.nr_argv),
				    "exit", report->window.command_exit);
	return json_pack("{so so so so}", "start", part__text(report->window.start), "duration_ns",
			 part__number(report->window.duration_ns), "stopped_by",
			 part__text(report->window.stopped_by), "command", command);
}

static json_t *filter_of(const struct report *report)
{
	json_t *pids = json_array();
	size_t i;

	for (i = 0; i < report->filter.nr_pids; i++)
		json_array_append_new(pids, json_integer(report->filter.pids[i]));
	return json_pack("{so so so so so so so}", "classes",
			 part__texts(report->filter.classes, report->filter.nr_classes), "orders",
			 part__texts(report->filter.orders, report->filter.nr_orders), "contexts",
			 part__texts(report->filter.contexts, report->filter.nr_contexts), "pids",
			 pids, "comm", part__text_or_null(report->filter.comm), "cgroup",
			 part__text_or_null(report->filter.cgroup), "module",
			 part__text_or_null(report->filter.module));
}

static json_t *requests_of(const struct report *report)
{
	return json_pack("{so so so so so so so so}", "counted",
			 part__number(report->requests.counted), "missed",
			 part__number(report->requests.missed), "filtered",
			 part__number(report->requests.filtered), "succeeded",
			 part__number(report->requests.succeeded), "failed",
			 part__number(report->requests.failed), "pages",
			 part__number(report->requests.pages), "bulk_calls",
			 part__number(report->requests.bulk_calls), "bulk_pages",
			 part__number(report->requests.bulk_pages));
}

static json_t *loss_of(const struct loss *loss, size_t nr)
{
	static const char *const names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
	json_t *list = json_array(), *contexts;
	size_t i, context;

	for (i = 0; i < nr; i++) {
		contexts = json_array();
		for (context = 0; context < GFT_CONTEXTS; context++)
			if (loss[i].in_context[context])
				json_array_append_new(contexts, json_string(names[context]));
		json_array_append_new(
			list, json_pack("{so so so}", "cause", part__text(loss[i].cause), "count",
					part__number(loss[i].count), "contexts", contexts));
	}
	return list;
}

static json_t *hosts_of(const struct report *report)
{
	json_t *list = json_array();
	const struct host *host;
	size_t i;

	for (i = 0; i < report->nr_hosts; i++) {
		host = &report->hosts[i];
		json_array_append_new(
			list,
			json_pack("{so so so so so sI so so so so so so}", "name",
				  part__text_or_null(host->name), "kernel",
				  part__text(host->kernel), "arch", part__text(host->arch), "tier",
				  part__text(host->tier), "start", part__text(host->start), "cpus",
				  (json_int_t)host->cpus, "duration_ns",
				  part__number(host->duration_ns), "counted",
				  part__number(host->counted), "missed", part__number(host->missed),
				  "filtered", part__number(host->filtered), "loss",
				  loss_of(host->loss, host->nr_loss), "blind",
				  blind_of(host->blind, host->nr_blind)));
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
		json_array_append_new(programs, json_pack("{so so so so so}", "name",
							  part__text(program->name), "attach",
							  part__text(program->attach), "runs",
							  part__number(program->runs), "misses",
							  part__number(program->misses), "ns",
							  part__number(program->ns)));
	}
	return json_pack("{so sf sf}", "programs", programs, "ns_per_request",
			 report->cost.ns_per_request, "cpu_share", report->cost.cpu_share);
}

/* The whole report, NULL when memory is short. */
static json_t *report_to_json(const struct report *report)
{
	return json_pack("{ss s{so so} so so so so so so so so so so so so so so so so so so}",
			 "schema", REPORT_SCHEMA, "tool", "name", part__text(report->tool.name),
			 "version", part__text(report->tool.version), "host", host_of(report),
			 "mode", mode_of(report), "window", window_of(report), "filter",
			 filter_of(report), "requests", requests_of(report), "loss",
			 loss_of(report->loss, report->nr_loss), "latency", part__latency(report),
			 "alignment", part__alignment(report), "placement", part__placement(report),
			 "slab", part__slab(report), "stages", part__stages(report), "failures",
			 part__failures(report), "headroom", part__headroom(report), "slowest",
			 part__slowest(report), "lint", part__lint(report), "stacks",
			 part__stacks(report), "cost", cost_of(report), "hosts", hosts_of(report));
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
