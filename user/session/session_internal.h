/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of a session share: session.c, watch.c, reports.c. */
#ifndef GFPTRACE_USER_SESSION_PARTS_H
#define GFPTRACE_USER_SESSION_PARTS_H

#include "session/session.h"

/* All counters as they are now, into session->counters. Returns 0 or -ENOMEM. */
int session__take(struct session *session);

/* The totals of what session->counters holds. */
struct session_totals session__sum(const struct session *session);

/* Read the counters, and give what came since the last look its weight. Returns 0 or -ENOMEM. */
int session__weigh(struct session *session, enum while_kind kind);

/* Requests that the programs ran for. */
uint64_t totals__seen(const struct session_totals *totals);

/* What the programs cost up to now is the budget's, before its price or the window changes. */
void session__spend(struct session *session, uint64_t seen);

/* What was not seen in this time, among the blind spots. Returns 0 or -ENOMEM. */
int session__describe_holes(struct report *report, const struct session *session,
			    struct lapse lapse);

/* From now, a time of the monotonic clock, one request in `sample` is timed. */
void session__begin_stretch(struct session *session, uint64_t now, uint32_t sample);

#endif
