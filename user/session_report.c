// SPDX-License-Identifier: GPL-2.0-only
/* The reports of a session. */
#include <errno.h>

#include "log.h"
#include "report.h"
#include "session_parts.h"
#include "summarize.h"
#include "window.h"

static int describe_stretches(struct report *report, const struct session *session,
			      uint64_t start_ns)
{
	uint64_t now = window__now();

	if (tracer__timed(session->tracer))
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

static void describe_budget(struct report *report, const struct session *session, uint64_t start_ns,
			    double ns_spent)
{
	double elapsed = (double)(window__now() - start_ns);

	report->cost.ns_per_request = session->budget.ns_now;
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
				  const struct snapshot *earlier, enum span span, uint64_t start_ns)
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
		err = describe_way(report, session, span, start_ns);
	if (!err)
		err = summarize(report, &source, &session->difference);
	if (!err)
		err = describe_places(report, session, span);
	if (!err)
		err = describe_change(report, &session->change, start_ns);
	if (!err)
		err = describe_stretches(report, session, start_ns);
	if (!err)
		return report;
	log_err(err, "report");
	report__free(report);
	return NULL;
}

static struct report *report_now(struct session *session, enum span span, uint64_t start_ns)
{
	struct report *report;
	int err;

	way__cut(&session->way, span);
	err = session__take(session, &session->now);
	if (err) {
		log_err(err, "report");
		return NULL;
	}
	failures__watch(&session->failures);
	places__resolve(&session->places);
	report = make_report(session, &session->now, &session->base, span, start_ns);
	if (report)
		describe_budget(report, session, start_ns, session->budget.ns_spent);
	return report;
}

struct report *session__report_so_far(struct session *session, uint64_t start_ns)
{
	return report_now(session, SPAN_SO_FAR, start_ns);
}

struct report *session__report(struct session *session, uint64_t start_ns)
{
	struct report *report = report_now(session, SPAN_WINDOW, start_ns);
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

struct report *session__report_all(struct session *session, uint64_t start_ns)
{
	struct report *report;

	way__cut(&session->way, SPAN_ALL);
	report = make_report(session, &session->base, &session->origin, SPAN_ALL, start_ns);
	if (report)
		describe_budget(report, session, start_ns, session->ns_spent);
	return report;
}
