/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tracing session: kernel, plan, tracer and counters together, from "may we?" to the
 * report of a window. It logs its own errors and returns exit statuses.
 */
#ifndef GFPTRACE_USER_SESSION_H
#define GFPTRACE_USER_SESSION_H

#include "kernel.h"
#include "options.h"
#include "plan.h"
#include "snapshot.h"
#include "status.h"
#include "tracer.h"

struct session {
	const struct options *options;
	struct kernel kernel;
	struct plan plan;
	struct tracer *tracer;
	struct name_list comms, cgroups;
	struct snapshot base, now, difference; /* base: where the window began */
};

/* A wide view of a running window, for the status line. */
struct session_totals {
	uint64_t counted, failed, missed;
};

/* Everything up to the entries being attached; nothing counts yet. STATUS_OK or what to exit with.
 */
int session__open(struct session *session, const struct options *options);
/* From here on requests count. */
int session__activate(struct session *session);
/* No more. */
void session__stop(struct session *session);
void session__close(struct session *session);

struct session_totals session__totals(struct session *session);

/*
 * The report of what came since the last call (or the activation), but for its window
 * section. NULL when memory is short, which is logged.
 */
struct report *session__report(struct session *session);

#endif
