/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of gfptrace.report/1 are written with; for report_json*.c only. Each
 * returns a new reference, or NULL when memory is short, which json_pack("o") passes on.
 */
#ifndef GFPTRACE_USER_REPORT_JSON_PARTS_H
#define GFPTRACE_USER_REPORT_JSON_PARTS_H

#include <jansson.h>

#include "report/report.h"

json_t *part__text(const char *value);
json_t *part__text_or_null(const char *value); /* null for NULL and "" */
json_t *part__number(uint64_t value);
json_t *part__texts(const char *const *values, size_t nr);
json_t *part__labels(const struct labels *labels);
json_t *part__buckets(const struct bucket *buckets, size_t nr);

/* json_write_series.c */
json_t *part__latency(const struct report *report);
json_t *part__alignment(const struct report *report);
json_t *part__placement(const struct report *report);
json_t *part__slab(const struct report *report);
json_t *part__stages(const struct report *report);
json_t *part__headroom(const struct report *report);

/* json_write_events.c */
json_t *part__failures(const struct report *report);
json_t *part__slowest(const struct report *report);
json_t *part__lint(const struct report *report);
json_t *part__stacks(const struct report *report);

#endif
