// SPDX-License-Identifier: GPL-2.0-only
/* A tracer that has gone blind: its programs are attached, and the kernel does not run them. */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/units.h"
#include "process/events.h"
#include "session/session_internal.h"

static void note(struct session *session, struct session_hole *hole, const char *what,
		 const char *why)
{
	char at[UNITS_TEXT];

	if (!why && hole->why && !hole->to_ns) {
		hole->to_ns = window__now();
		log_warning("%s seen again", what);
	}
	if (!why)
		return;
	if (!hole->why) {
		hole->why = why;
		hole->from_ns = session->seen_at;
		log_warning("%s not seen from %s on: %s", what,
			    format__duration(hole->from_ns - session->way.began_ns, at), why);
	}
	hole->to_ns = 0;
}

void session__look(struct session *session, const struct session_totals *totals)
{
	uint64_t paired = totals->counted + totals->filtered;
	bool idle = paired <= session->looked_paired && totals->missed > session->looked_missed;
	const char *why;
	enum blindness blindness = tracer__look(session->tracer, idle, &why);

	note(session, &session->hole,
	     tracer__failures_only(session->tracer) ? "failures are" : "requests are",
	     blindness == BLIND ? why : NULL);
	note(session, &session->details, "reasons of failures and headroom are",
	     blindness == BLIND_TO_DETAILS ? why : NULL);
	session->looked_paired = paired;
	session->looked_missed = totals->missed;
	if (blindness == SEES_ALL)
		session->seen_at = window__now();
}

static int describe(struct report *report, const struct session_hole *hole, const char *what,
		    struct lapse lapse)
{
	uint64_t end = hole->to_ns && hole->to_ns < lapse.end_ns ? hole->to_ns : lapse.end_ns;
	uint64_t begin = hole->from_ns > lapse.start_ns ? hole->from_ns : lapse.start_ns;
	char words[128], from[UNITS_TEXT], to[UNITS_TEXT];

	if (!hole->why || begin >= end)
		return 0;
	snprintf(words, sizeof(words), "%s from %s to %s of the window", what,
		 format__duration(begin - lapse.start_ns, from),
		 format__duration(end - lapse.start_ns, to));
	return report__add_blind(report, words, hole->why);
}

int session__describe_holes(struct report *report, const struct session *session,
			    struct lapse lapse)
{
	int err = describe(report, &session->hole, BLIND_REQUESTS, lapse);

	return err ? err
		   : describe(report, &session->details, "reasons of failures and headroom", lapse);
}
