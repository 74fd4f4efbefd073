// SPDX-License-Identifier: GPL-2.0-only
#include "session/session.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/user_namespace.h"
#include "process/capabilities.h"
#include "session/session_internal.h"
#include "process/oom.h"
#include "kernel/probe.h"
#include "process/events.h"
#include "trace/locate.h"

/* Series that the snapshots have room for without asking for memory while tracing. */
#define SERIES_ROOM 64

static int open_kernel(struct session *session)
{
	struct kernel *kernel = &session->kernel;

	if (!kernel__read(kernel))
		return STATUS_OK;
	log_error("%s", kernel->problem);
	log_hint("%s", kernel->remedy);
	return STATUS_UNSUPPORTED;
}

/* What is to be known of the kernel's code where callers are asked for. */
static int read_wrappers(struct session *session)
{
	struct wrappers_problem problem;
	int err = wrappers__read(&session->wrappers, session->options->module, &problem);

	if (!err)
		return STATUS_OK;
	log_error("%s", problem.text);
	if (problem.hint)
		log_hint("%s", problem.hint);
	return err == -ENOENT ? STATUS_USAGE : STATUS_UNSUPPORTED;
}

static int make_plan(struct session *session)
{
	char problem[256];
	int err;

	if (!session->options->failures_only)
		locate__page_frames(&session->kernel);
	if (session->options->by[DIM_MIGRATETYPE])
		kernel__find_blocks(&session->kernel);
	if (session->options->by[DIM_QUALITY])
		kernel__find_quality(&session->kernel);
	if (session->options->cache_colours)
		session->kernel.cache =
			cache__read(CACHE_CPUS, session->kernel.cpus, session->kernel.page_size);
	if (session->options->slab)
		session->kernel.line = cache__line(CACHE_CPUS, session->kernel.cpus);
	err = plan__make(&session->plan, &session->kernel, session->options, problem,
			 sizeof(problem));

	if (!err && (session->plan.config.callers || session->plan.config.lint))
		session->plan.wrappers = &session->wrappers;
	if (!err)
		return session->plan.wrappers ? read_wrappers(session) : STATUS_OK;
	log_error("%s", problem);
	return err == -EINVAL || err == -ENOMEM ? STATUS_USAGE : STATUS_UNSUPPORTED;
}

static bool was_denied(const struct tier_trials *trials)
{
	bool denied = false;

	for (size_t i = 0; i < trials->count; i++)
		denied |= trials->trial[i].err == -EPERM || trials->trial[i].err == -EACCES;
	return denied;
}

/* The line and the remedy where capabilities are missing; false where they are not. */
static bool log_missing(void)
{
	char missing[64], remedy[PRIVILEGE_REMEDY];

	privilege__describe_missing(missing, sizeof(missing));
	if (!*missing)
		return false;
	log_error("cannot trace: %s", missing);
	privilege__remedy(remedy, sizeof(remedy));
	log_hint("%s", remedy);
	return true;
}

static void hint_at_cause(int err)
{
	if (err == -EMFILE || err == -ENFILE)
		log_hint("raise the limit of open files: ulimit -n 1024");
	else if (err == -EPERM && user_namespace__is_ours())
		log_hint("root of a user namespace has no right to BPF: run it outside of that");
	else
		log_hint("`gfptrace doctor` tells what this kernel offers");
}

static int open_tracer(struct session *session)
{
	struct tier_trials trials;
	int err = tracer__open(&session->tracer, &session->kernel, &session->plan, &trials);
	const struct tier_trial *last = &trials.trial[trials.count - 1];

	for (size_t i = 0; i < trials.count; i++)
		if (trials.trial[i].err)
			log_verbose("tier %s: %s: %s", tier_names[trials.trial[i].tier],
				    trials.trial[i].step, trial__why(&trials.trial[i]));
	if (!err)
		return STATUS_OK;
	if (last->why) {
		log_error("tier %s: %s", tier_names[last->tier], last->why);
		log_hint("a lower --tier, or auto, may work");
		return STATUS_UNSUPPORTED;
	}
	if (was_denied(&trials) && log_missing())
		return STATUS_UNSUPPORTED;
	if (last->err == -ENOENT && !session->kernel.facts.entry.name)
		log_error("tier %s: this kernel has no entry function that gfptrace knows",
			  tier_names[last->tier]);
	else
		log_err(err, "tier %s: cannot %s the BPF programs", tier_names[last->tier],
			last->step);
	hint_at_cause(err);
	return STATUS_UNSUPPORTED;
}

static int init_failures(struct session *session)
{
	int err = failures__init(&session->failures, tracer__failures(session->tracer),
				 tracer__zones(session->tracer));

	session->failures.addresses = session->options->addresses;

	if (!err)
		return STATUS_OK;
	log_err(err, "failures");
	return STATUS_INTERNAL;
}

static int init_way(struct session *session)
{
	int err = way__init(&session->way, session->tracer, &session->plan,
			    session->options->addresses);

	if (!err)
		return STATUS_OK;
	log_err(err, "stages");
	return STATUS_INTERNAL;
}

static int init_places(struct session *session)
{
	int err = places__init(&session->places, session->tracer, session->options->addresses);

	if (!err)
		return STATUS_OK;
	log_err(err, "callers");
	return STATUS_INTERNAL;
}

static int init_snapshots(struct session *session)
{
	struct snapshot *const snapshots[] = {&session->base, &session->now, &session->difference,
					      &session->counters, &session->origin};
	int err = 0;

	for (size_t i = 0; i < sizeof(snapshots) / sizeof(snapshots[0]) && !err; i++) {
		err = snapshot__init(snapshots[i],
				     snapshots[i] == &session->origin ? 0 : SERIES_ROOM);
		if (!err)
			err = snapshot__add_colours(snapshots[i],
						    session->plan.config.colour_slots);
	}
	if (!err)
		err = weights__init(&session->weights, session->options->by,
				    tracer__timed(session->tracer) ? SERIES_ROOM : 0,
				    session->plan.config.colour_slots);
	if (!err)
		return STATUS_OK;
	log_err(err, "counters");
	return STATUS_INTERNAL;
}

/* Nobody needs to know it where the statistics are not to be had. */
static void measure_clock(struct session *session)
{
	if (session->options->failures_only || keeper__statistics(session->keeper, true))
		return;
	session->clock_ns = trial__statistics();
	log_verbose("BPF statistics add %.1f ns to a run", session->clock_ns);
	keeper__statistics(session->keeper, false);
}

int session__open(struct session *session, const struct options *options, struct keeper *keeper)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	int status;

	memset(session, 0, sizeof(*session));
	session->plan.cgroup_fd = -1;
	session->options = options;
	session->keeper = keeper;
	privilege__raise();
	setrlimit(RLIMIT_MEMLOCK, &unlimited); /* before v5.11 maps were charged to it */
	survive__ahead();
	programs__quiet_libbpf();
	status = open_kernel(session);
	if (!status)
		status = make_plan(session);
	if (!status)
		measure_clock(session);
	if (!status)
		status = open_tracer(session);
	kernel__forget_btf(&session->kernel);
	if (!status && options->marked && !tracer__timed(session->tracer)) {
		log_error("--marked: the tracepoint tier does not see the mark");
		status = STATUS_UNSUPPORTED;
	}
	if (!status && options->stop_on.latency_ns && !tracer__timed(session->tracer)) {
		log_error("--stop-on latency: the tier %s times no request",
			  tier_names[tracer__tier(session->tracer)]);
		log_hint("`gfptrace doctor` tells why; --stop-on failure works in every tier");
		status = STATUS_UNSUPPORTED;
	}
	if (!status)
		status = init_snapshots(session);
	if (!status)
		status = init_failures(session);
	if (!status)
		status = init_way(session);
	if (!status)
		status = init_places(session);
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
	const struct session_totals totals = session__totals(session);

	session__look(session, &totals);
	tracer__stop(session->tracer);
}

void session__close(struct session *session)
{
	failures__free(&session->failures);
	way__free(&session->way);
	places__free(&session->places);
	tracer__close(session->tracer);
	session->tracer = NULL;
	plan__drop(&session->plan);
	kernel__close(&session->kernel);
	snapshot__free(&session->base);
	snapshot__free(&session->now);
	snapshot__free(&session->difference);
	snapshot__free(&session->origin);
	snapshot__free(&session->counters);
	weights__free(&session->weights);
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

int session__take(struct session *session)
{
	struct snapshot *snapshot = &session->counters;
	struct counters_view views[GFT_COPIES];
	size_t copies = tracer__views(session->tracer, views);
	struct snapshot_source source = {
		.plan = &session->plan,
		.cpus = session->kernel.cpus,
		.timed = tracer__timed(session->tracer),
		.sampled = session->weights.begun,
		.by_cpu = session->options->by[DIM_CPU],
		.view = views[0],
		.comms = &session->comms,
		.cgroups = &session->cgroups,
		.callers = &session->places.seen,
	};
	struct snapshot_totals kernels = {};
	int err;

	/* first what the first copy missed, then what others caught of it */
	take_misses(session, &kernels);
	err = snapshot__take(snapshot, &source);
	for (size_t i = 1; i < copies && !err; i++) {
		source.view = views[i];
		err = snapshot__add_copy(snapshot, &source);
	}
	if (err)
		return err;
	snapshot->totals.exit_misses = kernels.exit_misses;
	snapshot->totals.bulk_misses = kernels.bulk_misses;
	totals__hold_missed(&snapshot->totals, &session->missed);
	return 0;
}

/*
 * What was lost while the exit learnt to find its entries is not the window's. Series begin
 * at zero: a base read while the programs run would be off by the requests of that moment.
 */
static int forget_learning(struct session *session)
{
	struct snapshot_totals *base = &session->base.totals;
	const struct snapshot_totals *now = &session->counters.totals;
	int err = session__take(session);

	if (err)
		return err;
	base->unpaired = now->unpaired;
	base->stale = now->stale;
	base->table_full = now->table_full;
	base->exit_misses = now->exit_misses;
	base->recovered = now->recovered;
	session->origin.totals = *base;
	return 0;
}

struct session_totals session__sum(const struct session *session)
{
	struct session_totals totals = {};

	for (size_t i = 0; i < session->counters.count; i++) {
		totals.counted += series__count(&session->counters.series[i]);
		totals.failed += series__failed(&session->counters.series[i]);
		if (session->counters.series[i].max > totals.max_ns)
			totals.max_ns = session->counters.series[i].max;
	}
	totals.missed = totals__missed(&session->counters.totals);
	totals.filtered = session->counters.totals.filtered;
	return totals;
}

int session__weigh(struct session *session, enum while_kind kind)
{
	int err;

	session->weights.begun = true; /* from here on untimed requests are looked for */
	err = session__take(session);
	if (!err)
		err = weights__look(&session->weights, &session->counters, kind);
	return err ? err : weights__look_at_stages(&session->weights, &session->way.stages);
}

struct session_totals session__totals(struct session *session)
{
	const struct session_totals none = {};

	return session__take(session) ? none : session__sum(session);
}

int session__activate(struct session *session)
{
	int err = tracer__activate(session->tracer);

	session->weights.begun = session->options->sample > 1 && tracer__timed(session->tracer);

	if (!err)
		err = forget_learning(session);
	if (!err)
		places__begin(&session->places, session->tracer);
	session->way.began_ns = session->watched_at = session->seen_at = window__now();
	budget__init(&session->budget, session->options->budget, session->kernel.cpus_online,
		     (uint32_t)session->options->sample);
	session->sample = session->weights.begun ? (uint32_t)session->options->sample : 1;
	if (session->sample > 1)
		session__begin_stretch(session, session->watched_at,
				       (uint32_t)session->options->sample);
	if (!err)
		return STATUS_OK;
	if (err == -ENODATA) {
		log_error("tier %s: attached programs do not run for requests of gfptrace itself",
			  tier_names[tracer__tier(session->tracer)]);
		log_hint("`gfptrace doctor` tells what this kernel offers");
	} else {
		log_err(err, "attach to the tracepoint kmem:mm_page_alloc");
		hint_at_cause(err);
	}
	return STATUS_UNSUPPORTED;
}
