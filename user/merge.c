// SPDX-License-Identifier: GPL-2.0-only
#include "merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfptrace/buckets.h>

#include "formats.h"
#include "merge_parts.h"
#include "report_array.h"
#include "words.h"

uint64_t merge__sum(struct merge *merge, uint64_t a, uint64_t b)
{
	uint64_t sum;

	if (!__builtin_add_overflow(a, b, &sum) && sum <= INT64_MAX)
		return sum;
	merge->overflow = true;
	return INT64_MAX;
}

/* Tiers from the one that sees least. */
static size_t rank_of_tier(const char *tier)
{
	static const char *const tiers[] = {"tracepoint", "kprobe", "fexit"};
	size_t i;

	for (i = 0; i < 3 && strcmp(tier, tiers[i]) != 0; i++)
		;
	return i;
}

static bool same_texts(const char *const *a, size_t nr_a, const char *const *b, size_t nr_b)
{
	if (nr_a != nr_b)
		return false;
	for (size_t i = 0; i < nr_a; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static bool same_filter(const struct report *a, const struct report *b)
{
	return same_texts(a->filter.classes, a->filter.nr_classes, b->filter.classes,
			  b->filter.nr_classes) &&
	       same_texts(a->filter.orders, a->filter.nr_orders, b->filter.orders,
			  b->filter.nr_orders) &&
	       same_texts(a->filter.contexts, a->filter.nr_contexts, b->filter.contexts,
			  b->filter.nr_contexts) &&
	       a->filter.nr_pids == b->filter.nr_pids &&
	       (!a->filter.nr_pids || !memcmp(a->filter.pids, b->filter.pids,
					      a->filter.nr_pids * sizeof(*a->filter.pids))) &&
	       !strcmp(a->filter.comm, b->filter.comm) &&
	       !strcmp(a->filter.cgroup, b->filter.cgroup) &&
	       !strcmp(a->filter.module, b->filter.module);
}

/* Buckets of another arithmetic have no exact sum with ours. */
static bool has_our_buckets(const struct report *report)
{
	for (size_t i = 0; i < report->nr_latency; i++)
		for (size_t b = 0; b < report->latency[i].nr_buckets; b++) {
			uint64_t le = report->latency[i].buckets[b].le;

			if (gft_bucket_le(gft_bucket(le)) != le)
				return false;
		}
	for (size_t i = 0; i < report->nr_stages; i++)
		for (size_t b = 0; b < report->stages[i].nr_buckets; b++) {
			uint64_t le = report->stages[i].buckets[b].le;

			if (gft_bucket_le(gft_bucket(le)) != le)
				return false;
		}
	return true;
}

/* Why two reports have no sum; NULL if they have one. */
static const char *obstacle(const struct report *a, const struct report *b)
{
	if (strcmp(a->host.clock, b->host.clock) != 0)
		return "one counts time, the other instructions (host.clock)";
	if (a->host.page_size != b->host.page_size)
		return "their page sizes differ";
	if (!same_filter(a, b))
		return "their filters differ";
	if (a->nr_latency && b->nr_latency && memcmp(a->by, b->by, sizeof(a->by)) != 0)
		return "they are by different dimensions (--by)";
	if (!has_our_buckets(a) || !has_our_buckets(b))
		return "their buckets are not those of this gfptrace";
	return NULL;
}

static const char *const no_name = "?";

static const char *name_of(const struct report *report)
{
	return *report->name ? report->name : no_name;
}

/* The report that the others are held against: one whose series tell what it is by. */
static const struct report *reference(const struct merge *merge)
{
	for (size_t i = 0; i < merge->nr; i++)
		if (merge->reports[i]->nr_latency)
			return merge->reports[i];
	return merge->reports[0];
}

static int check(const struct merge *merge, char *error, size_t size)
{
	const struct report *first = reference(merge);
	const char *why = NULL;
	char *a, *b;
	size_t i;

	for (i = 0; i < merge->nr && !why; i++)
		why = obstacle(first, merge->reports[i]);
	if (!why)
		return 0;
	a = text__escape(name_of(first));
	b = text__escape(name_of(merge->reports[i - 1]));
	snprintf(error, size, "cannot merge %.80s and %.80s: %s", a ? a : no_name, b ? b : no_name,
		 why);
	free(a);
	free(b);
	return -EINVAL;
}

/* A report and its JSON, by which they are put in order. */
struct ordered {
	struct report *report;
	char *json;
};

static int compare_ordered(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int order = strcmp(x->json, y->json);

	return order ? order : strcmp(x->report->name, y->report->name);
}

static char *json_of(const struct report *report)
{
	const struct format_options options = {0};
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	int err;

	if (!file)
		return NULL;
	err = report__write_json(file, report, &options);
	if (!fclose(file) && !err)
		return text;
	free(text);
	return NULL;
}

/* Whatever order they came in, from here on they stand in one that only they decide. */
static int put_in_order(struct merge *merge)
{
	struct ordered *ordered = calloc(merge->nr, sizeof(*ordered));
	int err = ordered ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < merge->nr && !err; i++) {
		ordered[i].report = merge->reports[i];
		ordered[i].json = json_of(merge->reports[i]);
		err = ordered[i].json ? 0 : -ENOMEM;
	}
	if (!err) {
		qsort(ordered, merge->nr, sizeof(*ordered), compare_ordered);
		for (i = 0; i < merge->nr; i++)
			merge->reports[i] = ordered[i].report;
	}
	for (i = 0; i < merge->nr && ordered; i++)
		free(ordered[i].json);
	free(ordered);
	return err;
}

/* The word that all agree on, else `other`. */
static const char *agreed(const char *a, const char *b, const char *other)
{
	return strcmp(a, b) != 0 ? other : a;
}

static void merge_host(struct merge *merge, const struct report *from)
{
	struct report *into = merge->into;

	into->tool.version = agreed(into->tool.version, from->tool.version, "several");
	into->host.kernel = agreed(into->host.kernel, from->host.kernel, "several");
	into->host.arch = agreed(into->host.arch, from->host.arch, "several");
	into->host.preempt = agreed(into->host.preempt, from->host.preempt, "");
	if (into->host.cpus != from->host.cpus)
		into->host.cpus = 0;
	if (rank_of_tier(from->mode.tier) < rank_of_tier(into->mode.tier))
		into->mode.tier = from->mode.tier;
	into->mode.entry = agreed(into->mode.entry, from->mode.entry, "");
	into->mode.bulk_entry = agreed(into->mode.bulk_entry, from->mode.bulk_entry, "");
	into->mode.coverage_asked =
		agreed(into->mode.coverage_asked, from->mode.coverage_asked, "several");
	if (from->mode.coverage_copies > into->mode.coverage_copies)
		into->mode.coverage_copies = from->mode.coverage_copies;
	if (from->mode.sample > into->mode.sample)
		into->mode.sample = from->mode.sample;
}

static void merge_window(struct merge *merge, const struct report *from)
{
	struct report *into = merge->into;

	if (*from->window.start &&
	    (!*into->window.start || strcmp(from->window.start, into->window.start) < 0))
		into->window.start = from->window.start;
	into->window.duration_ns =
		merge__sum(merge, into->window.duration_ns, from->window.duration_ns);
	into->window.stopped_by =
		agreed(into->window.stopped_by, from->window.stopped_by, "merged");
	if (!into->window.has_command || !from->window.has_command ||
	    into->window.command_exit != from->window.command_exit ||
	    !same_texts(into->window.argv, into->window.nr_argv, from->window.argv,
			from->window.nr_argv)) {
		into->window.has_command = false;
		into->window.nr_argv = 0;
	}
}

static void merge_requests(struct merge *merge, const struct report *from)
{
	const uint64_t add[] = {from->requests.counted,	  from->requests.missed,
				from->requests.succeeded, from->requests.failed,
				from->requests.pages,	  from->requests.bulk_calls,
				from->requests.bulk_pages};
	struct report *into = merge->into;
	uint64_t *const to[] = {&into->requests.counted,   &into->requests.missed,
				&into->requests.succeeded, &into->requests.failed,
				&into->requests.pages,	   &into->requests.bulk_calls,
				&into->requests.bulk_pages};

	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		*to[i] = merge__sum(merge, *to[i], add[i]);
}

/* Shares and means weigh what they were measured over. */
static void merge_cost(struct merge *merge)
{
	double requests = 0, ns = 0, machine = 0, busy = 0, weight;

	for (size_t i = 0; i < merge->nr; i++) {
		const struct report *from = merge->reports[i];

		if (from->cost.ns_per_request <= 0)
			continue; /* not measured: no 0 */
		requests += (double)from->requests.counted;
		ns += from->cost.ns_per_request * (double)from->requests.counted;
		weight = (double)from->window.duration_ns *
			 (from->host.cpus ? (double)from->host.cpus : 1);
		machine += weight;
		busy += from->cost.cpu_share * weight;
	}
	merge->into->cost.ns_per_request = requests > 0 ? ns / requests : 0;
	merge->into->cost.cpu_share = machine > 0 ? busy / machine : 0;
}

static bool sees(const struct report *report, const char *what)
{
	for (size_t i = 0; i < report->mode.nr_sees; i++)
		if (!strcmp(report->mode.sees[i], what))
			return true;
	return false;
}

static bool is_blind(const struct report *report, const struct blind *blind)
{
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		if (!strcmp(report->mode.blind[i].what, blind->what) &&
		    !strcmp(report->mode.blind[i].why, blind->why))
			return true;
	return false;
}

/* All see what each of them sees, and are blind to what any of them is blind to. */
static int merge_sight(struct merge *merge)
{
	const struct report *first = merge->reports[0];
	size_t i, j;
	int err = 0;

	for (i = 0; i < first->mode.nr_sees && !err; i++) {
		for (j = 1; j < merge->nr && sees(merge->reports[j], first->mode.sees[i]); j++)
			;
		if (j == merge->nr)
			err = report__add_sees(merge->into, first->mode.sees[i]);
	}
	for (i = 0; i < merge->nr; i++)
		for (j = 0; j < merge->reports[i]->mode.nr_blind && !err; j++) {
			const struct blind *blind = &merge->reports[i]->mode.blind[j];

			if (!is_blind(merge->into, blind))
				err = report__add_blind(merge->into, blind->what, blind->why);
		}
	return err;
}

static int compare_changes(const void *a, const void *b)
{
	const struct coverage_change *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	if (x->copies != y->copies)
		return x->copies < y->copies ? -1 : 1;
	return strcmp(x->why, y->why);
}

static int compare_stretches(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;

	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return (x->to_ns > y->to_ns) - (x->to_ns < y->to_ns);
}

/* When something changed: each since the start of its own report. */
static int merge_changes(struct merge *merge)
{
	struct report *into = merge->into;
	size_t i, j;

	for (i = 0; i < merge->nr; i++) {
		const struct report *from = merge->reports[i];

		for (j = 0; j < from->mode.nr_changes; j++) {
			struct coverage_change *change = report__add_change(into);

			if (!change)
				return -ENOMEM;
			*change = from->mode.changes[j];
		}
		for (j = 0; j < from->mode.nr_stretches; j++) {
			struct stretch *stretch = report__add_stretch(into);

			if (!stretch)
				return -ENOMEM;
			*stretch = from->mode.stretches[j];
		}
	}
	if (into->mode.nr_changes)
		qsort(into->mode.changes, into->mode.nr_changes, sizeof(*into->mode.changes),
		      compare_changes);
	if (into->mode.nr_stretches)
		qsort(into->mode.stretches, into->mode.nr_stretches, sizeof(*into->mode.stretches),
		      compare_stretches);
	return 0;
}

/* A report becomes a host; one that was merged before brings its own. */
static int add_hosts(struct merge *merge, struct report *from)
{
	struct host *host;

	for (size_t i = 0; i < from->nr_hosts; i++) {
		host = report__add_host(merge->into);
		if (!host)
			return -ENOMEM;
		*host = from->hosts[i];
		from->hosts[i] = (struct host){0}; /* its lists have moved */
	}
	if (from->nr_hosts)
		return 0;
	host = report__add_host(merge->into);
	if (!host)
		return -ENOMEM;
	host->name = report__string(merge->into, from->name);
	host->kernel = from->host.kernel;
	host->arch = from->host.arch;
	host->tier = from->mode.tier;
	host->start = from->window.start;
	host->cpus = from->host.cpus;
	host->duration_ns = from->window.duration_ns;
	host->counted = from->requests.counted;
	host->missed = from->requests.missed;
	for (size_t i = 0; i < from->nr_loss; i++) {
		struct loss *loss = host__add_loss(host);

		if (!loss)
			return -ENOMEM;
		*loss = from->loss[i];
	}
	for (size_t i = 0; i < from->mode.nr_blind; i++) {
		struct blind *blind = host__add_blind(host);

		if (!blind)
			return -ENOMEM;
		*blind = from->mode.blind[i];
	}
	return host->name ? 0 : -ENOMEM;
}

/* What all have in common, from the first: its lists move. */
static void begin(struct merge *merge)
{
	struct report *into = merge->into, *first = merge->reports[0];

	into->tool = first->tool;
	into->host = first->host;
	into->mode.tier = first->mode.tier;
	into->mode.entry = first->mode.entry;
	into->mode.bulk_entry = first->mode.bulk_entry;
	into->mode.sample = first->mode.sample;
	into->mode.coverage_asked = first->mode.coverage_asked;
	into->mode.coverage_copies = first->mode.coverage_copies;
	into->window = first->window;
	memset(&first->window, 0, sizeof(first->window));
	into->filter = first->filter;
	memset(&first->filter, 0, sizeof(first->filter));
	into->requests = first->requests;
	memcpy(into->by, reference(merge)->by, sizeof(into->by));
}

static int merge_all(struct merge *merge)
{
	int err = 0;

	for (size_t i = 0; i < merge->nr && !err; i++)
		err = add_hosts(merge, merge->reports[i]);
	if (!err)
		err = merge_sight(merge);
	if (!err)
		err = merge_changes(merge);
	if (err)
		return err;
	merge_cost(merge);
	err = merge__series(merge);
	if (!err)
		err = merge__events(merge);
	begin(merge);
	for (size_t i = 1; i < merge->nr; i++) {
		merge_host(merge, merge->reports[i]);
		merge_window(merge, merge->reports[i]);
		merge_requests(merge, merge->reports[i]);
	}
	for (size_t i = 0; i < merge->nr; i++)
		report__adopt_strings(merge->into, merge->reports[i]);
	report__sort(merge->into);
	return err;
}

struct report *report__merge(struct report **reports, size_t nr, char *error, size_t size)
{
	struct merge merge = {.reports = reports, .nr = nr};
	int err;

	if (nr == 1)
		return reports[0];
	err = put_in_order(&merge);
	if (!err)
		err = check(&merge, error, size);
	if (!err) {
		merge.into = report__new();
		err = merge.into ? merge_all(&merge) : -ENOMEM;
	}
	if (!err && merge.overflow) {
		snprintf(error, size, "cannot merge: the sums are too large");
		err = -EOVERFLOW;
	} else if (err && err != -EINVAL) {
		snprintf(error, size, "out of memory");
	}
	for (size_t i = 0; i < nr; i++)
		report__free(reports[i]);
	if (!err)
		return merge.into;
	report__free(merge.into);
	return NULL;
}
