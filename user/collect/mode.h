/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a report that say where and how it was made, what it sees and what it does not. */
#ifndef GFPTRACE_USER_DESCRIBE_H
#define GFPTRACE_USER_DESCRIBE_H

#include "kernel/kernel.h"
#include "report/report.h"
#include "collect/snapshot.h"
#include "trace/tracer.h"

/* Each fills its part of the report. Returns 0 or -ENOMEM. */
int describe__host(struct report *report, const struct kernel *kernel);
int describe__mode(struct report *report, const struct kernel *kernel, const struct tracer *tracer);
int describe__losses(struct report *report, const struct snapshot *snapshot);
int describe__cost(struct report *report, const struct tracer *tracer);

#endif
