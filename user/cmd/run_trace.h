/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracing as `run` does it, for every command that needs the reports of a run. */
#ifndef GFPTRACE_USER_RUN_H
#define GFPTRACE_USER_RUN_H

#include <stdbool.h>

#include "process/helper.h"
#include "cmd/options.h"
#include "report/report.h"

/* Takes a report, which is the receiver's to free. Returns an exit status; not 0 ends the run. */
typedef int run_deliver(struct report *report, void *context);

/* What can be refused before anything is opened. Returns an exit status, the error is logged. */
int run__check(const struct options *options);

/* What a run that went well has to say with its exit status, when all is written. */
struct run_end {
	bool lossy;   /* more was lost than a given --max-loss bears: STATUS_INTERNAL */
	bool stopped; /* by --stop-on: STATUS_VIOLATED */
};

/*
 * Trace as the options say and deliver each report. Returns an exit status. From the first window
 * on this process is confined (confine.h), for good: no file can be opened for writing any more,
 * and files that are open already are put in their place by the keeper, which is started here and
 * to be ended by the caller when all is written.
 */
int run__trace(const struct options *options, struct keeper *keeper, run_deliver *deliver,
	       void *context, struct run_end *end);

#endif
