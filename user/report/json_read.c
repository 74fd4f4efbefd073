// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gfptrace/classes.h>

#include "report/array.h"
#include "report/json_write.h"
#include "report/json_read_internal.h"
#include "base/text.h"

#define MAX_NUMBER ((uint64_t)INT64_MAX)

/* A string of the document, copied into the report. */
static const char *keep(const struct json_node *node, struct report *report, const char *text)
{
	const char *copy = report__string(report, text);

	if (!copy)
		json__fail(node, "", "out of memory");
	return copy ? copy : "";
}

const char *read__text(const struct json_node *node, struct report *report, const char *key)
{
	return keep(node, report, json__text(node, key));
}

const char *read__word(const struct json_node *node, struct report *report, const char *key)
{
	return keep(node, report, json__text_or_null(node, key));
}

const char *read__maybe(const struct json_node *node, struct report *report, const char *key)
{
	return json__is_null(node, key) ? NULL : read__text(node, report, key);
}

const char *read__text_at(const struct json_node *node, struct report *report, const char *key,
			  size_t index)
{
	return keep(node, report, json__text_at(node, key, index));
}

uint64_t read__number(const struct json_node *node, const char *key)
{
	return json__number(node, key, MAX_NUMBER);
}

uint32_t read__small(const struct json_node *node, const char *key)
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
			*slot = read__text_at(node, report, key, i);
	}
}

void read__list(const struct json_node *node, struct report *report, const char *key,
		struct text_list *list)
{
	texts(node, report, key, &list->text, &list->nr);
}

/* For elements of the report's arrays. */
bool read__is_there(const struct json_node *node, const void *element)
{
	if (!element)
		json__fail(node, "", "out of memory");
	return element;
}

void read__labels(const struct json_node *node, struct report *report, struct labels *labels)
{
	struct json_node object = json__object(node, "labels");
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		if (json_object_get(object.json, dimension_names[i]))
			labels->value[i] = read__text(&object, report, dimension_names[i]);
}

static void read_host(const struct json_node *root, struct report *report)
{
	struct json_node tool = json__object(root, "tool");
	struct json_node host = json__object(root, "host");

	report->tool.name = read__text(&tool, report, "name");
	report->tool.version = read__text(&tool, report, "version");
	report->host.kernel = read__text(&host, report, "kernel");
	report->host.arch = read__text(&host, report, "arch");
	report->host.cpus = read__small(&host, "cpus");
	report->host.page_size = read__small(&host, "page_size");
	report->host.preempt = read__text(&host, report, "preempt");
	report->host.clock = read__text(&host, report, "clock");
}

static void read_stretches(const struct json_node *mode, struct report *report)
{
	size_t length = json__list(mode, "sampled_stretches"), i;
	struct json_node element;
	struct stretch *stretch;

	for (i = 0; i < length && !json__failed(mode->error); i++) {
		element = json__element(mode, "sampled_stretches", i);
		stretch = report__add_stretch(report);
		if (!read__is_there(&element, stretch))
			return;
		stretch->from_ns = read__number(&element, "from_ns");
		stretch->to_ns = read__number(&element, "to_ns");
		stretch->sample = read__small(&element, "sample");
		if (stretch->from_ns > stretch->to_ns)
			json__fail(&element, "from_ns", "is above to_ns");
	}
}

static void read_mode(const struct json_node *root, struct report *report)
{
	struct json_node mode = json__object(root, "mode");
	struct json_node coverage, element;
	struct coverage_change *change;
	size_t length, i;

	report->mode.tier = read__text(&mode, report, "tier");
	report->mode.entry = read__word(&mode, report, "entry");
	report->mode.bulk_entry = read__word(&mode, report, "bulk_entry");
	texts(&mode, report, "sees", &report->mode.sees, &report->mode.nr_sees);
	length = json__list(&mode, "blind");
	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(&mode, "blind", i);
		if (report__add_blind(report, json__text(&element, "what"),
				      json__text(&element, "why")))
			json__fail(&element, "", "out of memory");
	}
	report->mode.sample = read__small(&mode, "sample");
	read_stretches(&mode, report);
	report->mode.slowest_dropped = read__number(&mode, "slowest_dropped");
	coverage = json__object(&mode, "coverage");
	report->mode.coverage_asked = read__text(&coverage, report, "asked");
	report->mode.coverage_copies = read__small(&coverage, "copies");
	length = json__list(&coverage, "changes");
	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(&coverage, "changes", i);
		change = report__add_change(report);
		if (!read__is_there(&element, change))
			break;
		change->at_ns = read__number(&element, "at_ns");
		change->copies = read__small(&element, "copies");
		change->why = read__text(&element, report, "why");
	}
}

static void read_window(const struct json_node *root, struct report *report)
{
	struct json_node window = json__object(root, "window"), command;

	report->window.start = read__text(&window, report, "start");
	report->window.duration_ns = read__number(&window, "duration_ns");
	report->window.stopped_by = read__text(&window, report, "stopped_by");
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
		if (read__is_there(&filter, pid))
			*pid = (uint32_t)json__number_at(&filter, "pids", i, UINT32_MAX);
	}
	report->filter.comm = read__word(&filter, report, "comm");
	report->filter.cgroup = read__word(&filter, report, "cgroup");
	report->filter.module = read__word(&filter, report, "module");
}

static void read_requests(const struct json_node *root, struct report *report)
{
	struct json_node requests = json__object(root, "requests");

	report->requests.counted = read__number(&requests, "counted");
	report->requests.missed = read__number(&requests, "missed");
	report->requests.filtered = read__number(&requests, "filtered");
	report->requests.succeeded = read__number(&requests, "succeeded");
	report->requests.failed = read__number(&requests, "failed");
	report->requests.pages = read__number(&requests, "pages");
	report->requests.bulk_calls = read__number(&requests, "bulk_calls");
	report->requests.bulk_pages = read__number(&requests, "bulk_pages");
	if (report->requests.counted != report->requests.succeeded + report->requests.failed)
		json__fail(&requests, "counted", "is not the sum of succeeded and failed");
}

static void read_contexts(const struct json_node *node, struct loss *loss)
{
	static const char *const names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
	size_t length = json__list(node, "contexts"), i, name;

	for (i = 0; i < length; i++) {
		for (name = 0; name < GFT_CONTEXTS; name++)
			if (!strcmp(json__text_at(node, "contexts", i), names[name]))
				break;
		if (name == GFT_CONTEXTS)
			json__fail(node, "contexts", "an unknown context");
		else
			loss->in_context[name] = true;
	}
}

/* The losses of the report, or of one of its hosts. */
static void read_loss(const struct json_node *node, struct report *report, struct host *host)
{
	size_t length = json__list(node, "loss"), i;
	struct json_node element;
	struct loss *loss;

	for (i = 0; i < length && !json__failed(node->error); i++) {
		element = json__element(node, "loss", i);
		loss = host ? host__add_loss(host) : report__add_loss(report);
		if (!read__is_there(&element, loss))
			break;
		loss->cause = read__text(&element, report, "cause");
		loss->count = read__number(&element, "count");
		read_contexts(&element, loss);
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
		if (!read__is_there(&element, program))
			return;
		program->name = read__text(&element, report, "name");
		program->attach = read__text(&element, report, "attach");
		program->runs = read__number(&element, "runs");
		program->misses = read__number(&element, "misses");
		program->ns = read__number(&element, "ns");
	}
	report->cost.ns_per_request = json__real(&cost, "ns_per_request");
	report->cost.cpu_share = json__real(&cost, "cpu_share");
}

static void read_blind(const struct json_node *node, struct report *report, struct host *host)
{
	size_t length = json__list(node, "blind"), i;
	struct json_node element;
	struct blind *blind;

	for (i = 0; i < length && !json__failed(node->error); i++) {
		element = json__element(node, "blind", i);
		blind = host__add_blind(host);
		if (!read__is_there(&element, blind))
			return;
		blind->what = read__text(&element, report, "what");
		blind->why = read__text(&element, report, "why");
	}
}

static void read_hosts(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "hosts"), i;
	struct json_node element;
	struct host *host;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(root, "hosts", i);
		host = report__add_host(report);
		if (!read__is_there(&element, host))
			return;
		host->name = read__word(&element, report, "name");
		host->kernel = read__text(&element, report, "kernel");
		host->arch = read__text(&element, report, "arch");
		host->tier = read__text(&element, report, "tier");
		host->start = read__text(&element, report, "start");
		host->cpus = read__small(&element, "cpus");
		host->duration_ns = read__number(&element, "duration_ns");
		host->counted = read__number(&element, "counted");
		host->missed = read__number(&element, "missed");
		host->filtered = read__number(&element, "filtered");
		read_loss(&element, report, host);
		read_blind(&element, report, host);
	}
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
	read_host(root, report);
	read_mode(root, report);
	read_window(root, report);
	read_filter(root, report);
	read_requests(root, report);
	read_loss(root, report, NULL);
	read__latency(root, report);
	read__alignment(root, report);
	read__placement(root, report);
	read__slab(root, report);
	read__stages(root, report);
	read__failures(root, report);
	read__headroom(root, report);
	read__slowest(root, report);
	read__lint(root, report);
	read__stacks(root, report);
	read_cost(root, report);
	read_hosts(root, report);
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
