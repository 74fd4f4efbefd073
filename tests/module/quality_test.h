/* SPDX-License-Identifier: GPL-2.0-only */
/* The self-test of the quality API: quality_try.c tries blocks, quality_test.c runs and shows. */
#ifndef ALLOCPAGE_QUALITY_TEST_H
#define ALLOCPAGE_QUALITY_TEST_H

#include <linux/completion.h>
#include <linux/hrtimer.h>

#include <gfptrace/classes.h>

#include "quality_parts.h"

#define AP_TRY_ORDERS 10 /* 0 to 9 */
#define AP_TRY_LIVE   8	 /* blocks that are out at once */

/* Wrongs that are done on purpose: each has to be caught. */
enum ap_trial {
	AP_TRY_UNDERFLOW_READ,
	AP_TRY_UNDERFLOW_WRITE,
	AP_TRY_OVERFLOW_READ,
	AP_TRY_OVERFLOW_WRITE,
	AP_TRY_REDZONE,
	AP_TRY_DOUBLE_PUT,
	AP_TRY_FOREIGN,
	AP_TRY_INSIDE,
	AP_TRY_DIRTY,
	AP_TRY_BLOCKING_GFP,
	AP_TRY_SLEEPING_CALL,
	AP_TRY_STALE,
	AP_TRY_SLEEP,
	AP_TRIALS
};

/* A block that is out. */
struct ap_live {
	u8 *address;
	u32 size, kind, step;
	u8 tag;
};

/* One context's part of the test. */
struct ap_try {
	const char *name;
	enum gft_context context;
	bool may_sleep;
	bool done;
	u64 left, step;
	u32 turns[AP_TRY_ORDERS];
	u32 in_vain; /* in a row: no mapping was free */
	bool stop, stuck;
	struct ap_live live[AP_TRY_LIVE];
	struct hrtimer timer;
	struct completion finished;

	/* what was found */
	u64 blocks[AP_TRY_ORDERS];
	u64 retries, no_memory, other_errors;
	u64 alarms;	 /* a clean block for which something was reported, or that faults */
	u64 overlapping; /* others wrote to a block that was out */
	u64 misplaced;	 /* in another context than was meant */
	u64 aligned, misaligned;
	u64 zeroed, unzeroed;
	u64 plain, plain_dirty; /* not zeroed, and a byte was not 0 */
	struct {
		u64 tried, caught;
	} trials[AP_TRIALS];
	u64 guarded[AP_TRY_ORDERS]; /* blocks whose guards were tried on both sides, by order */
};

/* quality_try.c; one step: 0, or -EAGAIN, to be done again after a while */
int ap_try_step(struct ap_try *try);
void ap_try_misuse(struct ap_try *try);
void ap_try_stale(struct ap_try *try);
void ap_try_sleep(struct ap_try *try);
void ap_try_put_all(struct ap_try *try);
int ap_try_prepare(void);

#endif
