/* SPDX-License-Identifier: GPL-2.0-only */
/* Saved reports: a file holds one, or several one after another (run -i, run --repeat). */
#ifndef GFPTRACE_USER_REPORT_FILE_H
#define GFPTRACE_USER_REPORT_FILE_H

#include <stddef.h>

#include "report/report.h"

struct report_list {
	struct report **report;
	size_t nr;
};

/*
 * Append the reports in `path`, "-" for stdin; there must be one. Returns 0 or a negative
 * errno that is logged already.
 */
int reports__load(struct report_list *list, const char *path);

/* Append a report, which then belongs to the list. Returns 0 or -ENOMEM. */
int reports__add(struct report_list *list, struct report *report);

void reports__free(struct report_list *list);

#endif
