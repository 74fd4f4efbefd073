// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gfptrace/classes.h>

#include "json_node.h"
#include "report_array.h"
#include "report_json.h"
#include "words.h"

#define MAX_NUMBER ((uint64_t)INT64_MAX)

/* A string of the document, copied into the report. */
static const char *keep(const struct json_node *node, struct report *report, const char *text)
{
	const char *copy = report__string(report, text);

	if (!copy)
		json__fail(node, "", "out of memory");
	return copy ? copy : "";
}

static const char *text(const struct json_node *node, struct report *report, const char *key)
{
	return keep(node, report, json__text(node, key));
}

static const char *text_or_null(const struct json_node *node, struct report *report,
				const char *key)
{
	return keep(node, report, json__text_or_null(node, key));
}

static uint64_t number(const struct json_node *node, const char *key)
{
	return json__number(node, key, MAX_NUMBER);
}

static uint32_t small(const struct json_node *node, const char *key)
{
	return (uint32_t)json__number(node, key, UINT32_MAX);
}

static void texts(const struct json_node *node, struct report *report, const char *key,
		  const char ***values, size_t *nr)
{
	size_t length = json__list(node, key), i;
	const char **slot;

	for (i = 0; i < length && !json__failed(node->error); i++) {
		slot = array__append(values, nr, sizeof(*slot));
		if (!slot)
			json__fail(node, key, "out of memory");
		else
			*slot = keep(node, report, json__text_at(node, key, i));
	}
}

/* For elements of the report's arrays. */
static bool is_there(const struct json_node *node, const void *element)
{
	if (!element)
		json__fail(node, "", "out of memory");
	return element;
}

static void read_labels(const struct json_node *node, struct report *report, struct labels *labels)
{
	struct json_node object = json__object(node, "labels");
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		if (json_object_get(object.json, dimension_names[i]))
			labels->value[i] = text(&object, report, dimension_names[i]);
}

static void read_host(const struct json_node *root, struct report *report)
{
	struct json_node tool = json__object(root, "tool");
	struct json_node host = json__object(root, "host");

	report->tool.name = text(&tool, report, "name");
	report->tool.version = text(&tool, report, "version");
	report->host.kernel = text(&host, report, "kernel");
	report->host.arch = text(&host, report, "arch");
	report->host.cpus = small(&host, "cpus");
	report->host.page_size = small(&host, "page_size");
	report->host.preempt = text(&host, report, "preempt");
	report->host.clock = text(&host, report, "clock");
}

static void read_mode(const struct json_node *root, struct report *report)
{
	struct json_node mode = json__object(root, "mode");
	struct json_node coverage, element;
	struct coverage_change *change;
	size_t length, i;

	report->mode.tier = text(&mode, report, "tier");
	report->mode.entry = text_or_null(&mode, report, "entry");
	report->mode.bulk_entry = text_or_null(&mode, report, "bulk_entry");
	texts(&mode, report, "sees", &report->mode.sees, &report->mode.nr_sees);
	length = json__list(&mode, "blind");
	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(&mode, "blind", i);
		if (report__add_blind(report, json__text(&element, "what"),
				      json__text(&element, "why")))
			json__fail(&element, "", "out of memory");
	}
	report->mode.sample = small(&mode, "sample");
	coverage = json__object(&mode, "coverage");
	report->mode.coverage_asked = text(&coverage, report, "asked");
	report->mode.coverage_copies = small(&coverage, "copies");
	length = json__list(&coverage, "changes");
	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(&coverage, "changes", i);
		change = report__add_change(report);
		if (!is_there(&element, change))
			break;
		change->at_ns = number(&element, "at_ns");
		change->copies = small(&element, "copies");
		change->why = text(&element, report, "why");
	}
}

static void read_window(const struct json_node *root, struct report *report)
{
	struct json_node window = json__object(root, "window"), command;

	report->window.start = text(&window, report, "start");
	report->window.duration_ns = number(&window, "duration_ns");
	report->window.stopped_by = text(&window, report, "stopped_by");
	if (json__is_null(&window, "command"))
		return;
	command = json__object(&window, "command");
	report->window.has_command = true;
	texts(&command, report, "argv", &report->window.argv, &report->window.nr_argv);
	report->window.command_exit = (int)json__number(&command, "exit", INT32_MAX);
}

static void read_filter(const struct json_node *root, struct report *report)
{
	struct json_node filter = json__object(root, "filter");
	size_t length, i;
	uint32_t *pid;

	texts(&filter, report, "classes", &report->filter.classes, &report->filter.nr_classes);
	texts(&filter, report, "orders", &report->filter.orders, &report->filter.nr_orders);
	texts(&filter, report, "contexts", &report->filter.contexts, &report->filter.nr_contexts);
	length = json__list(&filter, "pids");
	for (i = 0; i < length && !json__failed(root->error); i++) {
		pid = array__append(&report->filter.pids, &report->filter.nr_pids, sizeof(*pid));
		if (is_there(&filter, pid))
			*pid = (uint32_t)json__number_at(&filter, "pids", i, UINT32_MAX);
	}
	report->filter.comm = text_or_null(&filter, report, "comm");
	report->filter.cgroup = text_or_null(&filter, report, "cgroup");
	report->filter.module = text_or_null(&filter, report, "module");
}

static void read_requests(const struct json_node *root, struct report *report)
{
	struct json_node requests = json__object(root, "requests");

	report->requests.counted = number(&requests, "counted");
	report->requests.missed = number(&requests, "missed");
	report->requests.succeeded = number(&requests, "succeeded");
	report->requests.failed = number(&requests, "failed");
	report->requests.pages = number(&requests, "pages");
	report->requests.bulk_calls = number(&requests, "bulk_calls");
	report->requests.bulk_pages = number(&requests, "bulk_pages");
	if (report->requests.counted != report->requests.succeeded + report->requests.failed)
		json__fail(&requests, "counted", "is not the sum of succeeded and failed");
}

static void read_loss(const struct json_node *root, struct report *report)
{
	static const char *const names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
	size_t length = json__list(root, "loss"), i, contexts, c, name;
	struct json_node element;
	struct loss *loss;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(root, "loss", i);
		loss = report__add_loss(report);
		if (!is_there(&element, loss))
			break;
		loss->cause = text(&element, report, "cause");
		loss->count = number(&element, "count");
		contexts = json__list(&element, "contexts");
		for (c = 0; c < contexts; c++) {
			for (name = 0; name < GFT_CONTEXTS; name++)
				if (!strcmp(json__text_at(&element, "contexts", c), names[name]))
					break;
			if (name == GFT_CONTEXTS)
				json__fail(&element, "contexts", "an unknown context");
			else
				loss->in_context[name] = true;
		}
	}
}

/* Non-empty buckets in rising order, the overflow bucket last, that add up to the count. */
static void read_latency_buckets(const struct json_node *series, struct latency *latency)
{
	size_t length = json__list(series, "buckets"), i;
	uint64_t sum = 0, last = 0;
	struct json_node element;
	struct bucket *bucket;

	for (i = 0; i < length && !json__failed(series->error); i++) {
		element = json__element(series, "buckets", i);
		bucket = array__append(&latency->buckets, &latency->nr_buckets, sizeof(*bucket));
		if (!is_there(&element, bucket))
			return;
		bucket->le = json__is_null(&element, "le") ? UINT64_MAX : number(&element, "le");
		bucket->count = number(&element, "count");
		if (i && bucket->le <= last)
			json__fail(&element, "le", "does not rise");
		last = bucket->le;
		if (__builtin_add_overflow(sum, bucket->count, &sum))
			json__fail(&element, "count", "the sum of the buckets overflows");
	}
	if (sum != latency->count)
		json__fail(series, "buckets", "do not add up to count");
}

static void read_latency(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "latency"), i;
	struct json_node series;
	struct latency *latency;
	uint64_t sum = 0;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		series = json__element(root, "latency", i);
		latency = report__add_latency(report);
		if (!is_there(&series, latency))
			return;
		read_labels(&series, report, &latency->labels);
		latency->count = number(&series, "count");
		latency->sum = number(&series, "sum");
		latency->min = number(&series, "min");
		latency->max = number(&series, "max");
		latency->p50 = number(&series, "p50");
		latency->p90 = number(&series, "p90");
		latency->p99 = number(&series, "p99");
		latency->p999 = number(&series, "p999");
		latency->error = json__real(&series, "error");
		read_latency_buckets(&series, latency);
		if (latency->count && latency->min > latency->max)
			json__fail(&series, "min", "is above max");
		if (__builtin_add_overflow(sum, latency->count, &sum) ||
		    sum > report->requests.counted)
			json__fail(root, "latency", "the series hold more than requests.counted");
	}
}

static void read_alignment_buckets(const struct json_node *series, struct alignment *alignment)
{
	size_t length = json__list(series, "buckets"), i;
	struct json_node element;
	struct align_bucket *bucket;
	uint64_t sum = 0;

	for (i = 0; i < length && !json__failed(series->error); i++) {
		element = json__element(series, "buckets", i);
		bucket =
			array__append(&alignment->buckets, &alignment->nr_buckets, sizeof(*bucket));
		if (!is_there(&element, bucket))
			return;
		bucket->align = number(&element, "align");
		bucket->count = number(&element, "count");
		if (__builtin_add_overflow(sum, bucket->count, &sum))
			json__fail(&element, "count", "the sum of the buckets overflows");
	}
	if (sum != alignment->count)
		json__fail(series, "buckets", "do not add up to count");
}

static void read_alignment(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "alignment"), i;
	struct alignment *alignment;
	struct json_node series;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		series = json__element(root, "alignment", i);
		alignment = report__add_alignment(report);
		if (!is_there(&series, alignment))
			return;
		read_labels(&series, report, &alignment->labels);
		alignment->natural = number(&series, "natural");
		alignment->count = number(&series, "count");
		alignment->below_natural = number(&series, "below_natural");
		read_alignment_buckets(&series, alignment);
	}
}

static void read_placement(const struct json_node *root, struct report *report)
{
	struct json_node placement = json__object(root, "placement"), element;
	size_t length = json__list(&placement, "zones"), i;
	struct placement *zone;

	if (!json__is_null(&placement, "cache_colours"))
		json__object(&placement, "cache_colours");
	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(&placement, "zones", i);
		zone = report__add_zone(report);
		if (!is_there(&element, zone))
			return;
		zone->node = small(&element, "node");
		zone->zone = text(&element, report, "zone");
		zone->count = number(&element, "count");
	}
}

static void read_failures(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "failures"), i;
	struct json_node element, labels;
	struct failure *failure;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(root, "failures", i);
		failure = report__add_failure(report);
		if (!is_there(&element, failure))
			return;
		read_labels(&element, report, &failure->labels);
		labels = json__object(&element, "labels");
		failure->reason = text(&labels, report, "reason");
		failure->count = number(&element, "count");
		json__text_or_null(&element, "caller");
		json__list(&element, "stack");
		if (!json__is_null(&element, "zones"))
			json__list(&element, "zones");
		if (!json__is_null(&element, "verdict"))
			failure->verdict = text(&element, report, "verdict");
		json__list(&element, "advice");
		json__is_null(&element, "dmesg_would_show");
	}
}

static void read_cost(const struct json_node *root, struct report *report)
{
	struct json_node cost = json__object(root, "cost"), element;
	size_t length = json__list(&cost, "programs"), i;
	struct program_cost *program;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(&cost, "programs", i);
		program = report__add_program(report);
		if (!is_there(&element, program))
			return;
		program->name = text(&element, report, "name");
		program->attach = text(&element, report, "attach");
		program->runs = number(&element, "runs");
		program->misses = number(&element, "misses");
		program->ns = number(&element, "ns");
	}
	report->cost.ns_per_request = json__real(&cost, "ns_per_request");
	report->cost.cpu_share = json__real(&cost, "cpu_share");
}

/* Which dimensions the report is by: the labels of its series tell. */
static void read_by(struct report *report)
{
	const struct labels *labels = NULL;
	size_t i;

	if (report->nr_latency)
		labels = &report->latency[0].labels;
	else if (report->nr_alignment)
		labels = &report->alignment[0].labels;
	for (i = 0; labels && i < DIMENSIONS; i++)
		report->by[i] = labels->value[i];
}

static void read_report(const struct json_node *root, struct report *report)
{
	/* Known to this version of the schema, not to this version of gfptrace. */
	static const char *const unread[] = {"stages", "headroom", "slowest", "lint"};
	size_t i;

	read_host(root, report);
	read_mode(root, report);
	read_window(root, report);
	read_filter(root, report);
	read_requests(root, report);
	read_loss(root, report);
	read_latency(root, report);
	read_alignment(root, report);
	read_placement(root, report);
	read_failures(root, report);
	read_cost(root, report);
	for (i = 0; i < sizeof(unread) / sizeof(unread[0]); i++)
		json__list(root, unread[i]);
	read_by(report);
}

/* Is this JSON a report of the version that we read? */
static bool is_report(const json_t *json, char *error, size_t size)
{
	const char *schema = json_string_value(json_object_get(json, "schema"));
	char *shown;

	if (!schema || strncmp(schema, REPORT_SCHEMA_PREFIX, strlen(REPORT_SCHEMA_PREFIX)) != 0) {
		snprintf(error, size, "not a gfptrace report");
		return false;
	}
	if (!strcmp(schema, REPORT_SCHEMA))
		return true;
	shown = text__escape(schema);
	snprintf(error, size, "schema %.64s is not known, only " REPORT_SCHEMA, shown ? shown : "");
	free(shown);
	return false;
}

static struct report *read_one(FILE *file, size_t flags, char *error, size_t size)
{
	struct json_error sticky = {error, size};
	struct json_node root = {.error = &sticky};
	struct report *report = NULL;
	json_error_t syntax;
	json_t *json;
	char *shown;

	*error = '\0';
	json = json_loadf(file, JSON_REJECT_DUPLICATES | flags, &syntax);
	if (!json) {
		/* the text may quote the file */
		shown = text__escape(syntax.text);
		snprintf(error, size, "no JSON, or cut: line %d, column %d: %s", syntax.line,
			 syntax.column, shown ? shown : "");
		free(shown);
		return NULL;
	}
	root.json = json;
	if (is_report(json, error, size)) {
		report = report__new();
		if (report)
			read_report(&root, report);
		else
			snprintf(error, size, "out of memory");
	}
	json_decref(json);
	if (*error) {
		report__free(report);
		return NULL;
	}
	return report;
}

struct report *report__read_json(FILE *file, char *error, size_t size)
{
	return read_one(file, 0, error, size);
}

int report__read_next(FILE *file, struct report **report, char *error, size_t size)
{
	int c;

	*report = NULL;
	do
		c = fgetc(file);
	while (c == ' ' || c == '\t' || c == '\n' || c == '\r');
	if (c == EOF && !ferror(file))
		return 0;
	/* What cannot be read is for the reader to say. */
	if (c != EOF)
		ungetc(c, file);
	*report = read_one(file, JSON_DISABLE_EOF_CHECK, error, size);
	return *report ? 0 : -EINVAL;
}
