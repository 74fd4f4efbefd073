/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several reports as one, exactly and in any order: counts add up, percentiles come from
 * the added buckets. What must not be added up stays apart, in the report's `hosts`.
 */
#ifndef GFPTRACE_USER_MERGE_H
#define GFPTRACE_USER_MERGE_H

#include "report/report.h"

/*
 * Merge `nr` reports, at least one; they are freed, whatever happens. One alone is itself.
 * Reports that have no sum are refused: of another clock or page size, by other dimensions,
 * with other filters. Returns NULL with one line in `error` then, or when memory is short.
 */
struct report *report__merge(struct report **reports, size_t nr, char *error, size_t size);

#endif
