// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "log.h"
#include "report.h"
#include "summarize.h"

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
	int err = plan__make(&session->plan, &session->kernel, session->options, problem,
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
	status = open_kernel(session);
	if (!status)
		status = make_plan(session);
	if (!status && options->marked && options->tier == TIER_TRACEPOINT) {
		log_error("--marked: the tracepoint tier does not see the mark");
		status = STATUS_USAGE;
	}
	if (!status)
		status = open_tracer(session);
	if (!status)
		status = init_snapshots(session);
	if (!status)
		log_verbose("tier %s, entry %s, %u combinations, %u series a CPU, maps %.1f MiB",
			    tier_names[tracer__tier(session->tracer)],
			    session->kernel.facts.entry.name ? session->kernel.facts.entry.name
							     : "none",
			    session->plan.config.combinations, session->plan.config.slots,
			    (double)tracer__memory(session->tracer) / (1 << 20));
	return status;
}

int session__activate(struct session *session)
{
	int err = tracer__activate(session->tracer);

	if (!err)
		return STATUS_OK;
	log_err(err, "attach to the tracepoint kmem:mm_page_alloc");
	log_hint("%s", "run it as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN");
	return STATUS_UNSUPPORTED;
}

void session__stop(struct session *session)
{
	tracer__stop(session->tracer);
}

void session__close(struct session *session)
{
	tracer__close(session->tracer);
	session->tracer = NULL;
	plan__drop(&session->plan);
	kernel__close(&session->kernel);
	snapshot__free(&session->base);
	snapshot__free(&session->now);
	snapshot__free(&session->difference);
}

static int take(struct session *session, struct snapshot *snapshot)
{
	const struct snapshot_source source = {
		.plan = &session->plan,
		.cpus = session->kernel.cpus,
		.timed = tracer__timed(session->tracer),
		.by_cpu = session->options->by[DIM_CPU],
		.view = tracer__view(session->tracer),
		.comms = &session->comms,
		.cgroups = &session->cgroups,
	};
	struct tracer_program programs[TRACER_PROGRAMS];
	size_t count = tracer__programs(session->tracer, programs, TRACER_PROGRAMS);
	int err = snapshot__take(snapshot, &source);

	for (size_t i = 0; i < count; i++) {
		if (programs[i].is_exit)
			snapshot->totals.exit_misses = programs[i].misses;
		if (programs[i].is_bulk)
			snapshot->totals.bulk_misses = programs[i].misses;
	}
	return err;
}

struct session_totals session__totals(struct session *session)
{
	struct session_totals totals = {};

	if (take(session, &session->now))
		return totals;
	for (size_t i = 0; i < session->now.count; i++) {
		totals.counted += series__count(&session->now.series[i]);
		totals.failed += series__failed(&session->now.series[i]);
	}
	totals.missed = session->now.totals.exit_misses + session->now.totals.unpaired;
	return totals;
}

struct report *session__report(struct session *session)
{
	const struct summary_source source = {
		.kernel = &session->kernel,
		.plan = &session->plan,
		.tracer = session->tracer,
		.options = session->options,
		.comms = &session->comms,
		.cgroups = &session->cgroups,
	};
	struct report *report = report__new();
	struct snapshot base = session->base;
	int err = report ? take(session, &session->now) : -ENOMEM;

	if (!err)
		err = snapshot__subtract(&session->difference, &session->now, &session->base);
	if (!err)
		err = summarize(report, &source, &session->difference);
	if (err) {
		log_err(err, "report");
		report__free(report);
		return NULL;
	}
	session->base = session->now; /* the next window begins here */
	session->now = base;
	if (session->options->marked)
		log_info("marked: %llu pairings checked, %llu wrong",
			 (unsigned long long)session->difference.totals.checked,
			 (unsigned long long)session->difference.totals.mismatched);
	return report;
}
