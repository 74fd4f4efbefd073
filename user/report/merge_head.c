// SPDX-License-Identifier: GPL-2.0-only
/* The head of a merged report: what the reports agree on, and the hosts, which keep the rest. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/merge_internal.h"

/* Tiers from the one that sees least. */
static size_t rank_of_tier(const char *tier)
{
	static const char *const tiers[] = {"tracepoint", "kprobe", "fexit"};
	size_t i;

	for (i = 0; i < 3 && strcmp(tier, tiers[i]) != 0; i++)
		;
	return i;
}

bool merge__same_texts(const char *const *a, size_t nr_a, const char *const *b, size_t nr_b)
{
	if (nr_a != nr_b)
		return false;
	for (size_t i = 0; i < nr_a; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
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
	    !merge__same_texts(into->window.argv, into->window.nr_argv, from->window.argv,
			       from->window.nr_argv)) {
		into->window.has_command = false;
		into->window.nr_argv = 0;
	}
}

static void merge_requests(struct merge *merge, const struct report *from)
{
	const uint64_t add[] = {
		from->requests.counted,	   from->requests.missed,   from->requests.succeeded,
		from->requests.failed,	   from->requests.pages,    from->requests.bulk_calls,
		from->requests.bulk_pages, from->requests.filtered, from->mode.slowest_dropped};
	struct report *into = merge->into;
	uint64_t *const to[] = {
		&into->requests.counted,    &into->requests.missed,   &into->requests.succeeded,
		&into->requests.failed,	    &into->requests.pages,    &into->requests.bulk_calls,
		&into->requests.bulk_pages, &into->requests.filtered, &into->mode.slowest_dropped};

	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		*to[i] = merge__sum(merge, *to[i], add[i]);
}

/* A mean weighs what it was measured over. */
static void merge_slab(struct merge *merge)
{
	struct report *into = merge->into;
	double requests = 0, ns = 0;

	for (size_t i = 0; i < merge->nr; i++) {
		const struct report *from = merge->reports[i];
		double all = (double)from->slab.counted + (double)from->slab.filtered +
			     (double)from->slab.patient + (double)from->slab.large;

		if (!from->slab.line)
			continue;
		into->slab.line = from->slab.line;
		into->slab.counted = merge__sum(merge, into->slab.counted, from->slab.counted);
		into->slab.filtered = merge__sum(merge, into->slab.filtered, from->slab.filtered);
		into->slab.patient = merge__sum(merge, into->slab.patient, from->slab.patient);
		into->slab.large = merge__sum(merge, into->slab.large, from->slab.large);
		into->slab.missed = merge__sum(merge, into->slab.missed, from->slab.missed);
		if (from->slab.ns_per_request <= 0)
			continue;
		requests += all;
		ns += all * from->slab.ns_per_request;
	}
	into->slab.ns_per_request = requests > 0 ? ns / requests : 0;
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
	if (x->to_ns != y->to_ns)
		return x->to_ns < y->to_ns ? -1 : 1;
	return (x->sample > y->sample) - (x->sample < y->sample);
}

/* Sort, and keep one of those that are equal. */
static void sort_once(void *array, size_t *nr, size_t size,
		      int (*compare)(const void *a, const void *b))
{
	char *elements = array;
	size_t kept = 0, i;

	if (!*nr)
		return;
	qsort(elements, *nr, size, compare);
	for (i = 1; i < *nr; i++)
		if (compare(elements + kept * size, elements + i * size) != 0)
			memmove(elements + ++kept * size, elements + i * size, size);
	*nr = kept + 1;
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
	sort_once(into->mode.changes, &into->mode.nr_changes, sizeof(*into->mode.changes),
		  compare_changes);
	sort_once(into->mode.stretches, &into->mode.nr_stretches, sizeof(*into->mode.stretches),
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
	host->filtered = from->requests.filtered;
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
	into->mode.slowest_dropped = first->mode.slowest_dropped;
	into->mode.coverage_asked = first->mode.coverage_asked;
	into->mode.coverage_copies = first->mode.coverage_copies;
	into->window = first->window;
	memset(&first->window, 0, sizeof(first->window));
	into->filter = first->filter;
	memset(&first->filter, 0, sizeof(first->filter));
	into->requests = first->requests;
}

int merge__context(struct merge *merge)
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
	merge_slab(merge);
	return 0;
}

void merge__head(struct merge *merge)
{
	begin(merge);
	for (size_t i = 1; i < merge->nr; i++) {
		merge_host(merge, merge->reports[i]);
		merge_window(merge, merge->reports[i]);
		merge_requests(merge, merge->reports[i]);
	}
}
