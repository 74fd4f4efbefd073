/* SPDX-License-Identifier: GPL-2.0-only */
/* Any quantile of a series, from its buckets. */
#ifndef GFPTRACE_USER_QUANTILE_H
#define GFPTRACE_USER_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

/* Quantiles are counted in parts per billion, so that ranks are exact: 990000000 is 0.99. */
#define QUANTILE_ONE 1000000000u

/*
 * In ns. The true value lies from low to high: for sure where all were timed, with 95 % where a
 * sample was, and there `high` may be TIME_UNKNOWN.
 */
struct quantile {
	uint64_t value, low, high;
	bool known; /* there is an upper end */
};

/* The quantile of a series that is not empty; 0.5, 0.9, 0.99 and 0.999 are the stored ones. */
struct quantile latency__quantile(const struct latency *latency, uint32_t ppb);

/* "0.99", "1", "0" to parts per billion. All of `text`; returns 0 or -EINVAL. */
int parse__quantile(const char *text, uint32_t *ppb);

#endif
