/* SPDX-License-Identifier: GPL-2.0-only */
/* What the verdict and the advice share. */
#ifndef GFPTRACE_USER_AUTOPSY_WORDS_H
#define GFPTRACE_USER_AUTOPSY_WORDS_H

#include "diagnose/reason.h"
#include "base/units.h"

/* The default of vm.extfrag_threshold (mm/compaction.c). */
#define AUTOPSY_EXTFRAG_THRESHOLD 500

/* Orders above it get less effort (include/linux/mmzone.h PAGE_ALLOC_COSTLY_ORDER). */
#define AUTOPSY_COSTLY_ORDER 3

/* The usable zone that tells most about a failure, NULL if no zone is known. */
const struct autopsy_zone *autopsy__main_zone(const struct autopsy *autopsy,
					      enum gft_reason reason);

/*
 * Pages of watermark boost but for which the request would have been served, 0 if none: the
 * boost is part of the min watermark until kswapd has reclaimed as much.
 */
uint64_t autopsy__binding_boost(const struct autopsy *autopsy);

/* Pages as "64 KiB"; what is not known is 0. Returns `buffer`. */
const char *autopsy__pages(const struct autopsy *autopsy, uint64_t pages, char buffer[UNITS_TEXT]);

/* May the request sleep, reclaim and compact? Unknown gfp: no. */
bool autopsy__sleeps(const struct autopsy *autopsy);

/* Pages that reclaim could find, AUTOPSY_UNKNOWN if the usage is not known. */
uint64_t autopsy__reclaimable(const struct autopsy *autopsy);

/* "anonymous memory", the largest holder, and its pages; NULL if the usage is not known. */
const char *autopsy__holder(const struct autopsy *autopsy, uint64_t *pages);

/* The parts of autopsy__find(). */
void autopsy__verdict(const struct autopsy *autopsy, struct autopsy_finding *finding);
void autopsy__advise(const struct autopsy *autopsy, struct autopsy_finding *finding);

#endif
