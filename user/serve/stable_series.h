/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report that is exported again and again: its series are bounded in number, each keeps its
 * labels for good, and no counter falls. Prometheus takes a counter that falls for one that
 * began anew. The first STEADY_SERIES of a kind keep their names, whatever comes later is in
 * the series `other` from its first request on.
 */
#ifndef GFPTRACE_USER_STEADY_H
#define GFPTRACE_USER_STEADY_H

#include "report/report.h"

#define STEADY_SERIES 190 /* fewer than the formats themselves leave out */

struct steady;

struct steady *steady__new(void);	  /* NULL when memory is short */
void steady__free(struct steady *steady); /* accepts NULL */

/*
 * Hold a report against those that came before, and change it: what is no series of its own
 * becomes `other`. For the latencies, blocks, failures, stages and headroom. Returns 0 or -ENOMEM.
 */
int steady__apply(struct steady *steady, struct report *report);

#endif
