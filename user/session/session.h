/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tracing session: kernel, plan, tracer and counters together, from "may we?" to the
 * report of a window. It logs its own errors and returns exit statuses.
 */
#ifndef GFPTRACE_USER_SESSION_H
#define GFPTRACE_USER_SESSION_H

#include "session/budget.h"
#include "collect/failures.h"
#include "process/helper.h"
#include "kernel/kernel.h"
#include "cmd/options.h"
#include "collect/places.h"
#include "trace/plan.h"
#include "collect/snapshot.h"
#include "collect/weights.h"
#include "base/exit_status.h"
#include "trace/tracer.h"
#include "collect/way.h"

/* When and why the coverage rose. */
struct session_change {
	uint64_t at_ns; /* CLOCK_MONOTONIC */
	uint32_t copies;
	char why[96];
};

/* A time in which one request in `sample` was timed. */
struct session_stretch {
	uint64_t from_ns, to_ns; /* CLOCK_MONOTONIC; to 0: not over */
	uint32_t sample;
};

/* A time in which programs were attached and did not run; it may have gone in between. */
struct session_hole {
	uint64_t from_ns, to_ns; /* CLOCK_MONOTONIC; to 0: not over */
	const char *why;	 /* NULL: there was none */
};

#define SESSION_STRETCHES 64

struct session {
	const struct options *options;
	struct kernel kernel;
	struct plan plan;
	struct tracer *tracer;
	struct name_list comms, cgroups;
	struct snapshot base, now, difference; /* base: where the window began */
	struct snapshot origin;		       /* where the first window began */
	struct snapshot counters;	       /* as read last; of a sample, `now` is weighed */
	struct weights weights;
	struct session_change change; /* copies 0: none */
	uint64_t watched_missed, watched_seen, watched_at;
	uint64_t seen_at;	/* when the programs were last known to run */
	uint64_t looked_paired; /* at the last look: counted and filtered, and missed */
	uint64_t looked_missed;
	struct session_hole hole, details; /* of all requests; of reasons and headroom alone */
	uint64_t missed;       /* of all that the counters tell of: never less than before */
	uint64_t spent_seen;   /* requests whose cost the budget knows of */
	double clock_ns;       /* what the BPF statistics add to each run of a program */
	double helpless_share; /* of the machine: more than the budget, in a sample; 0: never */
	struct failures failures;
	struct way way;
	struct wrappers wrappers;
	struct places places;
	uint64_t names_due_ns; /* when functions are to be looked up again */
	uint64_t names_ns;     /* spent on it since it was due */
	uint32_t sample;       /* one request in so many is timed now */
	struct budget budget;
	struct keeper *keeper; /* switches the BPF statistics; NULL: they are not to be had */
	double ns_spent;       /* of all windows before this one */
	double slab_ns;	       /* run time for an object of a slab; 0: not measured */
	struct session_stretch
		stretches[SESSION_STRETCHES]; /* the last one holds what comes later */
	size_t nr_stretches;
};

/* A wide view of all since the activation: for the status line, --stop-on and the watch. */
struct session_totals {
	uint64_t counted, failed, missed;
	uint64_t filtered; /* requests that were seen and not asked for: they cost as well */
	uint64_t max_ns;   /* the slowest request */
};

/*
 * Everything up to the entries being attached; nothing counts yet. STATUS_OK or what to exit with.
 * The keeper is started already, if it is to be.
 */
int session__open(struct session *session, const struct options *options, struct keeper *keeper);
/* From here on requests count, and the programs have been seen to count one of ours. */
int session__activate(struct session *session);
/* No more, after a last look. */
void session__stop(struct session *session);
void session__close(struct session *session);

struct session_totals session__totals(struct session *session);

/*
 * To be called now and then, with the totals of that moment: with --coverage auto, put the
 * further copies to work when the loss since the last call passes the bound; and keep the
 * programs within --budget. Takes some milliseconds where it measures.
 */
void session__watch(struct session *session, const struct session_totals *totals);

/*
 * Do the programs still run? Part of each watch, and due at the end of a window. What they do not
 * see from now on is told of on stderr and in the reports.
 */
void session__look(struct session *session, const struct session_totals *totals);

/* When a window began and ended, by the monotonic clock. Making its report may take a while more.
 */
struct lapse {
	uint64_t start_ns, end_ns;
};

/*
 * The report of what came since the last call (or the activation), but for the rest of its window
 * section. NULL when memory is short, which is logged.
 */
struct report *session__report(struct session *session, struct lapse lapse);
/* The same, and the window goes on: the next report tells of all this, too. */
struct report *session__report_so_far(struct session *session, struct lapse lapse);

/*
 * The same of all that came from the activation to the last session__report(); it begins no
 * window.
 */
struct report *session__report_all(struct session *session, struct lapse lapse);

#endif
