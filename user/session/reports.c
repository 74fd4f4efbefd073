// SPDX-License-Identifier: GPL-2.0-only
/* The reports of a session. */
#include <errno.h>

#include "base/log.h"
#include "report/report.h"
#include "session/session_internal.h"
#include "collect/summarize.h"
#include "process/events.h"

static int describe_stretches(struct report *report, const struct session *session,
			      struct lapse lapse)
{
	if (tracer__timed(session->tracer))
		report->mode.sample = (uint32_t)session->options->sample;
	for (size_t i = 0; i < session->nr_stretches; i++) {
		const struct session_stretch *from = &session->stretches[i];
		uint64_t begin = from->from_ns > lapse.start_ns ? from->from_ns : lapse.start_ns;
		uint64_t end =
			from->to_ns && from->to_ns < lapse.end_ns ? from->to_ns : lapse.end_ns;
		struct stretch *stretch;

		if (end <= begin)
			continue;
		stretch = report__add_stretch(report);
		if (!stretch)
			return -ENOMEM;
		stretch->from_ns = begin - lapse.start_ns;
		stretch->to_ns = end - lapse.start_ns;
		stretch->sample = from->sample;
	}
	return 0;
}

static void describe_budget(struct report *report, const struct session *session,
			    struct lapse lapse, double ns_spent)
{
	double elapsed = (double)(lapse.end_ns - lapse.start_ns);

	report->cost.ns_per_request = session->budget.ns_now;
	report->slab.ns_per_request = session->slab_ns;
	ns_spent += session->slab_ns * (double)(report->slab.counted + report->slab.filtered +
						report->slab.patient + report->slab.large);
	if (elapsed > 0)
		report->cost.cpu_share = ns_spent / (elapsed * session->budget.cpus);
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

static int describe_way(struct report *report, struct session *session, enum span span,
			uint64_t start_ns)
{
	uint64_t time = 0;

	for (size_t i = 0; i < session->difference.count; i++)
		time += session->difference.series[i].sum;
	return way__report(&session->way, span, session->options->by, time, start_ns,
			   session->failures.symbols, report);
}

static int describe_places(struct report *report, struct session *session, enum span span)
{
	if (span == SPAN_ALL)
		return places__describe_all(&session->places, session->tracer, report);
	if (span == SPAN_SO_FAR)
		return places__describe_so_far(&session->places, session->tracer, report);
	return places__describe(&session->places, session->tracer, report);
}

/* The report of what came between two snapshots. */
static struct report *make_report(struct session *session, const struct snapshot *later,
				  const struct snapshot *earlier, enum span span,
				  struct lapse lapse)
{
	const struct summary_source source = {
		.kernel = &session->kernel,
		.plan = &session->plan,
		.tracer = session->tracer,
		.options = session->options,
		.comms = &session->comms,
		.cgroups = &session->cgroups,
		.failures = &session->failures,
		.seen_callers = &session->places.seen,
		.callers = &session->places.callers,
		.same_caller = session->places.same,
	};
	struct report *report = report__new();
	int err = report ? snapshot__subtract(&session->difference, later, earlier) : -ENOMEM;

	if (!err)
		err = describe_way(report, session, span, lapse.start_ns);
	if (!err) /* the first of the blind spots */
		err = session__describe_holes(report, session, lapse);
	if (!err)
		err = summarize(report, &source, &session->difference);
	if (!err)
		err = describe_places(report, session, span);
	if (!err)
		err = describe_change(report, &session->change, lapse.start_ns);
	if (!err)
		err = describe_stretches(report, session, lapse);
	if (!err) {
		report->window.duration_ns = lapse.end_ns - lapse.start_ns;
		return report;
	}
	log_err(err, "report");
	report__free(report);
	return NULL;
}

static struct report *report_now(struct session *session, enum span span, struct lapse lapse)
{
	struct session_totals totals;
	struct report *report;
	int err;

	way__cut(&session->way, span);
	if (session->weights.begun) {
		err = session__weigh(session, session->sample > 1 ? WHILE_SAMPLED : WHILE_ENDS);
		if (!err)
			err = snapshot__copy(&session->now, &session->weights.sum);
	} else {
		err = session__take(session);
		if (!err)
			err = snapshot__copy(&session->now, &session->counters);
	}
	if (err) {
		log_err(err, "report");
		return NULL;
	}
	totals = session__sum(session);
	session__spend(session, totals__seen(&totals));
	failures__want(&session->failures);
	symbols__resolve(session->failures.symbols);
	places__resolve(&session->places);
	report = make_report(session, &session->now, &session->base, span, lapse);
	if (report)
		describe_budget(report, session, lapse, session->budget.ns_spent);
	return report;
}

struct report *session__report_so_far(struct session *session, struct lapse lapse)
{
	return report_now(session, SPAN_SO_FAR, lapse);
}

struct report *session__report(struct session *session, struct lapse lapse)
{
	struct report *report = report_now(session, SPAN_WINDOW, lapse);
	struct snapshot base = session->base;

	if (!report)
		return NULL;
	session->ns_spent += session->budget.ns_spent;
	session->budget.ns_spent = 0;
	session->base = session->now; /* the next window begins here */
	session->now = base;
	if (session->options->marked)
		log_info("marked: %llu pairings checked, %llu wrong; %llu walks dropped",
			 (unsigned long long)session->difference.totals.checked,
			 (unsigned long long)session->difference.totals.mismatched,
			 (unsigned long long)way__dropped(&session->way));
	return report;
}

struct report *session__report_all(struct session *session, struct lapse lapse)
{
	struct report *report;

	way__cut(&session->way, SPAN_ALL);
	report = make_report(session, &session->base, &session->origin, SPAN_ALL, lapse);
	if (report)
		describe_budget(report, session, lapse, session->ns_spent);
	return report;
}
