// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "log.h"
#include "report.h"
#include "summarize.h"
#include "survive.h"
#include "window.h"

/* Series that the snapshots have room for without asking for memory while tracing. */
#define SERIES_ROOM 128

static int open_kernel(struct session *session)
{
	struct kernel *kernel = &session->kernel;

	if (!kernel__read(kernel))
		return STATUS_OK;
	log_error("%s", kernel->problem);
	log_hint("%s", kernel->remedy);
	return STATUS_UNSUPPORTED;
}

static int make_plan(struct session *session)
{
	char problem[256];
	int err;

	if (session->options->by[DIM_MIGRATETYPE])
		kernel__find_blocks(&session->kernel);
	err = plan__make(&session->plan, &session->kernel, session->options, problem,
			 sizeof(problem));

	if (!err)
		return STATUS_OK;
	log_error("%s", problem);
	return err == -EINVAL || err == -ENOMEM ? STATUS_USAGE : STATUS_UNSUPPORTED;
}

static const char *remedy(const struct tier_trials *trials)
{
	bool denied = false;

	for (size_t i = 0; i < trials->count; i++)
		denied |= trials->trial[i].err == -EPERM || trials->trial[i].err == -EACCES;
	if (denied)
		return "run it as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN";
	return "`gfptrace doctor` tells what this kernel offers";
}

static int open_tracer(struct session *session)
{
	struct tier_trials trials;
	int err = tracer__open(&session->tracer, &session->kernel, &session->plan, &trials);
	const struct tier_trial *last = &trials.trial[trials.count - 1];

	for (size_t i = 0; i < trials.count; i++)
		if (trials.trial[i].err)
			log_verbose("tier %s: %s: %s", tier_names[trials.trial[i].tier],
				    trials.trial[i].step, strerror(-trials.trial[i].err));
	if (!err)
		return STATUS_OK;
	if (last->err == -ENOENT && !session->kernel.facts.entry.name)
		log_error("tier %s: this kernel has no entry function that gfptrace knows",
			  tier_names[last->tier]);
	else
		log_err(err, "tier %s: cannot %s the BPF programs", tier_names[last->tier],
			last->step);
	log_hint("%s", remedy(&trials));
	return STATUS_UNSUPPORTED;
}

static int init_failures(struct session *session)
{
	int err = failures__init(&session->failures, tracer__failures(session->tracer),
				 tracer__zones(session->tracer));

	if (!err)
		return STATUS_OK;
	log_err(err, "failures");
	return STATUS_INTERNAL;
}

static int init_way(struct session *session)
{
	int err = way__init(&session->way, session->tracer, &session->plan);

	if (!err)
		return STATUS_OK;
	log_err(err, "stages");
	return STATUS_INTERNAL;
}

static int init_snapshots(struct session *session)
{
	int err = snapshot__init(&session->base, SERIES_ROOM);

	if (!err)
		err = snapshot__init(&session->now, SERIES_ROOM);
	if (!err)
		err = snapshot__init(&session->difference, SERIES_ROOM);
	if (!err)
		return STATUS_OK;
	log_err(err, "counters");
	return STATUS_INTERNAL;
}

int session__open(struct session *session, const struct options *options)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	int status;

	memset(session, 0, sizeof(*session));
	session->plan.cgroup_fd = -1;
	session->options = options;
	setrlimit(RLIMIT_MEMLOCK, &unlimited); /* before v5.11 maps were charged to it */
	programs__quiet_libbpf();
	status = open_kernel(session);
	if (!status)
		status = make_plan(session);
	if (!status)
		status = open_tracer(session);
	kernel__forget_btf(&session->kernel);
	if (!status && options->marked && !tracer__timed(session->tracer)) {
		log_error("--marked: the tracepoint tier does not see the mark");
		status = STATUS_UNSUPPORTED;
	}
	if (!status)
		status = init_snapshots(session);
	if (!status)
		status = init_failures(session);
	if (!status)
		status = init_way(session);
	if (!status)
		log_verbose("tier %s, entry %s, %u combinations, %u series a CPU, maps %.1f MiB",
			    tier_names[tracer__tier(session->tracer)],
			    session->kernel.facts.entry.name ? session->kernel.facts.entry.name
							     : "none",
			    session->plan.config.combinations, session->plan.config.slots[0],
			    (double)tracer__memory(session->tracer) / (1 << 20));
	return status;
}

void session__stop(struct session *session)
{
	tracer__stop(session->tracer);
}

void session__close(struct session *session)
{
	failures__free(&session->failures);
	way__free(&session->way);
	tracer__close(session->tracer);
	session->tracer = NULL;
	plan__drop(&session->plan);
	kernel__close(&session->kernel);
	snapshot__free(&session->base);
	snapshot__free(&session->now);
	snapshot__free(&session->difference);
}

/* What the kernel counted of the first copy's programs. */
static void take_misses(const struct session *session, struct snapshot_totals *totals)
{
	struct program_state programs[PROGRAMS_MAX];
	size_t count = tracer__programs(session->tracer, programs, PROGRAMS_MAX);

	for (size_t i = 0; i < count; i++) {
		if (programs[i].copy != 1)
			continue;
		if (programs[i].is_exit)
			totals->exit_misses = programs[i].misses;
		if (programs[i].is_bulk)
			totals->bulk_misses = programs[i].misses;
	}
}

static int take(struct session *session, struct snapshot *snapshot)
{
	struct counters_view views[GFT_COPIES];
	size_t copies = tracer__views(session->tracer, views);
	struct snapshot_source source = {
		.plan = &session->plan,
		.cpus = session->kernel.cpus,
		.timed = tracer__timed(session->tracer),
		.sampled = session->nr_stretches > 0,
		.by_cpu = session->options->by[DIM_CPU],
		.view = views[0],
		.comms = &session->comms,
		.cgroups = &session->cgroups,
	};
	int err = snapshot__take(snapshot, &source);

	for (size_t i = 1; i < copies && !err; i++) {
		source.view = views[i];
		err = snapshot__add_copy(snapshot, &source);
	}
	take_misses(session, &snapshot->totals);
	return err;
}

/*
 * What was lost while the exit learnt to find its entries is not the window's. Series begin
 * at zero: a base read while the programs run would be off by the requests of that moment.
 */
static int forget_learning(struct session *session)
{
	struct snapshot_totals *base = &session->base.totals;
	const struct snapshot_totals *now = &session->now.totals;
	int err = take(session, &session->now);

	if (err)
		return err;
	base->unpaired = now->unpaired;
	base->stale = now->stale;
	base->table_full = now->table_full;
	base->exit_misses = now->exit_misses;
	base->recovered = now->recovered;
	return 0;
}

struct session_totals session__totals(struct session *session)
{
	struct session_totals totals = {};

	if (take(session, &session->now))
		return totals;
	for (size_t i = 0; i < session->now.count; i++) {
		totals.counted += series__count(&session->now.series[i]);
		totals.failed += series__failed(&session->now.series[i]);
		if (session->now.series[i].max > totals.max_ns)
			totals.max_ns = session->now.series[i].max;
	}
	totals.missed = totals__missed(&session->now.totals);
	return totals;
}

/* So few lost requests tell nothing of a rate. */
#define WATCH_MISSED 16

static void watch_loss(struct session *session, uint64_t counted, uint64_t missed)
{
	double percent = missed ? 100.0 * (double)missed / (double)(counted + missed) : 0;
	int err;

	if (session->options->coverage != COVERAGE_AUTO || !tracer__waiting(session->tracer) ||
	    missed < WATCH_MISSED || percent <= session->options->max_loss)
		return;
	err = tracer__escalate(session->tracer);
	session->change.at_ns = window__now();
	session->change.copies = tracer__copies(session->tracer);
	snprintf(session->change.why, sizeof(session->change.why),
		 "%.1f %% of the requests were missed, more than %g %%%s", percent,
		 session->options->max_loss, err ? "; more copies could not be attached" : "");
	log_verbose("coverage: %u copies: %s", session->change.copies, session->change.why);
}

struct run_time {
	uint64_t runs, ns;
};

/* Runs of the first copy's exit, which is one a request, and the time of all programs. */
static struct run_time run_time(const struct session *session)
{
	struct program_state programs[PROGRAMS_MAX];
	size_t count = tracer__programs(session->tracer, programs, PROGRAMS_MAX);
	struct run_time time = {};

	for (size_t i = 0; i < count; i++) {
		time.ns += programs[i].ns;
		if (programs[i].is_exit && programs[i].copy == 1)
			time.runs += programs[i].runs;
	}
	return time;
}

/*
 * The kernel's own statistics cost more than the programs: they are on for a moment. What else
 * happens while a program runs, an interrupt or a hypervisor that takes the CPU away, only adds
 * to its time, so the lowest of some measurements is the truest.
 */
#define MEASURE_MS     6
#define MEASURE_SLICES 3

static void measure(struct session *session)
{
	int statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
	struct run_time before, after, least = {};

	if (statistics < 0)
		return;
	for (int i = 0; i < MEASURE_SLICES; i++) {
		before = run_time(session);
		poll(NULL, 0, MEASURE_MS);
		after = run_time(session);
		after.runs -= before.runs;
		after.ns -= before.ns;
		if (!least.runs || (after.runs && after.ns * least.runs < least.ns * after.runs))
			least = after;
	}
	close(statistics);
	budget__measured(&session->budget, window__now(), least.runs, least.ns);
}

static void begin_stretch(struct session *session, uint64_t now, uint32_t sample)
{
	if (session->nr_stretches < SESSION_STRETCHES)
		session->stretches[session->nr_stretches++] =
			(struct session_stretch){.from_ns = now, .sample = sample};
	else
		session->stretches[SESSION_STRETCHES - 1].to_ns = 0;
}

static void change_sample(struct session *session, uint64_t now, uint32_t sample)
{
	int err = tracer__sample(session->tracer, sample);

	log_verbose("budget: one request in %u is timed%s%s", sample, err ? ": " : "",
		    err ? strerror(-err) : "");
	if (err)
		return;
	if (session->nr_stretches)
		session->stretches[session->nr_stretches - 1].to_ns = now;
	if (sample > 1)
		begin_stretch(session, now, sample);
}

static void watch_budget(struct session *session, uint64_t now, uint64_t requests)
{
	uint64_t elapsed = now - session->watched_at;
	double rate = elapsed ? (double)requests * 1e9 / (double)elapsed : 0;
	uint32_t sample;

	if (budget__wants_measure(&session->budget, now, rate))
		measure(session);
	sample = budget__decide(&session->budget, now, elapsed, requests);
	if (sample && tracer__timed(session->tracer))
		change_sample(session, now, sample);
}

/* /proc/kallsyms takes tens of milliseconds: not at each tick. */
#define NAMES_EVERY_NS 1000000000ull

void session__watch(struct session *session, const struct session_totals *totals)
{
	uint64_t counted = totals->counted - session->watched_counted;
	uint64_t missed = totals->missed - session->watched_missed;
	uint64_t now = window__now();

	if (now - session->named_at >= NAMES_EVERY_NS) {
		if (totals->failed)
			failures__watch(&session->failures);
		way__watch(&session->way, session->failures.symbols);
		session->named_at = now;
	}
	/* attaching takes memory: never from a machine that has none */
	if (!memory_is_short()) {
		watch_loss(session, counted, missed);
		watch_budget(session, now, counted + missed);
	}
	session->watched_counted = totals->counted;
	session->watched_missed = totals->missed;
	session->watched_at = now;
}

int session__activate(struct session *session)
{
	int err = tracer__activate(session->tracer);

	if (!err)
		err = forget_learning(session);
	session->watched_at = window__now();
	budget__init(&session->budget, session->options->budget, session->kernel.cpus_online,
		     (uint32_t)session->options->sample);
	if (session->options->sample > 1 && tracer__timed(session->tracer))
		begin_stretch(session, session->watched_at, (uint32_t)session->options->sample);
	if (!err)
		return STATUS_OK;
	log_err(err, "attach to the tracepoint kmem:mm_page_alloc");
	log_hint("%s", "run it as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN");
	return STATUS_UNSUPPORTED;
}

static int describe_stretches(struct report *report, const struct session *session,
			      uint64_t start_ns)
{
	uint64_t now = window__now();

	report->mode.sample = (uint32_t)session->options->sample;
	for (size_t i = 0; i < session->nr_stretches; i++) {
		const struct session_stretch *from = &session->stretches[i];
		uint64_t end = from->to_ns ? from->to_ns : now;
		struct stretch *stretch;

		if (end <= start_ns)
			continue;
		stretch = report__add_stretch(report);
		if (!stretch)
			return -ENOMEM;
		stretch->from_ns = from->from_ns > start_ns ? from->from_ns - start_ns : 0;
		stretch->to_ns = end - start_ns;
		stretch->sample = from->sample;
	}
	return 0;
}

static void describe_budget(struct report *report, struct session *session, uint64_t start_ns)
{
	double elapsed = (double)(window__now() - start_ns);

	report->cost.ns_per_request = session->budget.ns_now;
	if (elapsed > 0)
		report->cost.cpu_share =
			session->budget.ns_spent / (elapsed * session->budget.cpus);
	session->budget.ns_spent = 0;
}

static int describe_change(struct report *report, const struct session_change *from,
			   uint64_t start_ns)
{
	struct coverage_change *change;

	if (!from->copies)
		return 0;
	change = report__add_change(report);
	if (!change)
		return -ENOMEM;
	change->at_ns = from->at_ns > start_ns ? from->at_ns - start_ns : 0;
	change->copies = from->copies;
	change->why = report__string(report, from->why);
	return change->why ? 0 : -ENOMEM;
}

static int describe_way(struct report *report, struct session *session, uint64_t start_ns,
			uint64_t window)
{
	uint64_t time = 0;

	for (size_t i = 0; i < session->difference.count; i++)
		time += session->difference.series[i].sum;
	return way__report(&session->way, session->options->by, time, start_ns, window,
			   session->failures.symbols, report);
}

struct report *session__report(struct session *session, uint64_t start_ns)
{
	const struct summary_source source = {
		.kernel = &session->kernel,
		.plan = &session->plan,
		.tracer = session->tracer,
		.options = session->options,
		.comms = &session->comms,
		.cgroups = &session->cgroups,
		.failures = &session->failures,
	};
	struct report *report = report__new();
	struct snapshot base = session->base;
	uint64_t window = way__cut(&session->way);
	int err = report ? take(session, &session->now) : -ENOMEM;

	if (!err)
		err = snapshot__subtract(&session->difference, &session->now, &session->base);
	failures__watch(&session->failures);
	if (!err)
		err = describe_way(report, session, start_ns, window);
	if (!err)
		err = summarize(report, &source, &session->difference);
	if (!err)
		err = describe_change(report, &session->change, start_ns);
	if (!err)
		err = describe_stretches(report, session, start_ns);
	if (err) {
		log_err(err, "report");
		report__free(report);
		return NULL;
	}
	describe_budget(report, session, start_ns);
	session->base = session->now; /* the next window begins here */
	session->now = base;
	if (session->options->marked)
		log_info("marked: %llu pairings checked, %llu wrong; %llu walks dropped",
			 (unsigned long long)session->difference.totals.checked,
			 (unsigned long long)session->difference.totals.mismatched,
			 (unsigned long long)way__dropped(&session->way));
	return report;
}
