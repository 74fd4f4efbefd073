/* SPDX-License-Identifier: GPL-2.0-only */
/* gfptrace.report/1: reading it back; it is written by the format "json". */
#ifndef GFPTRACE_USER_REPORT_JSON_H
#define GFPTRACE_USER_REPORT_JSON_H

#include <stdio.h>

#include "report/report.h"

#define REPORT_SCHEMA_PREFIX "gfptrace.report/"
#define REPORT_SCHEMA	     REPORT_SCHEMA_PREFIX "1"

/*
 * Read one report and check it: every field there and of its type, sums that add up.
 * Unknown fields are passed over. Returns the report, or NULL with one line in `error`.
 */
struct report *report__read_json(FILE *file, char *error, size_t size);

/*
 * Read the next of several reports that stand one after another. Returns 0 with the report,
 * NULL at the end of the file; or -EINVAL with one line in `error`.
 */
int report__read_next(FILE *file, struct report **report, char *error, size_t size);

#endif
