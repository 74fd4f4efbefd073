/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel log tells of failures, as a value: alike failures together, each explained. */
#ifndef GFPTRACE_USER_EXPLAIN_H
#define GFPTRACE_USER_EXPLAIN_H

#include <stdio.h>

#include "diagnose/reason.h"
#include "explain/klog.h"

#define EXPLAIN_SCHEMA "gfptrace.explain/1"
#define EXPLAIN_GROUPS 256

/* Failures of the same kind, order, class, requester and reason. */
struct explain_group {
	uint64_t count;
	char first[48], last[48]; /* times as the log has them */
	uint64_t first_line, last_line;
	struct klog_event event; /* the first that tells its zones, else the first */
	struct autopsy_finding finding;
	const char *class; /* NULL: the gfp cannot be decoded */
};

struct explain {
	const char *source; /* the file's name */
	struct klog_stats stats;
	struct explain_group *groups[EXPLAIN_GROUPS];
	size_t nr_groups;
	uint64_t not_grouped; /* failures for which there was no place any more */
	bool no_memory;
};

/* A callback of klog__new(); `explain` is zeroed before. */
void explain__add(void *explain, const struct klog_event *event);
/* After the last: the groups in the order of their first lines. */
void explain__sort(struct explain *explain);
void explain__clear(struct explain *explain);

/* Both return 0 or -ENOMEM; errors of the stream are its own. `width` 0: no terminal. */
int explain__write_text(FILE *file, const struct explain *explain, unsigned int width);
int explain__write_json(FILE *file, const struct explain *explain);

#endif
