/* SPDX-License-Identifier: GPL-2.0-only */
/* Habits of callers that cost or endanger, as the BPF programs find them. */
#ifndef GFPTRACE_LINT_H
#define GFPTRACE_LINT_H

#include <gfptrace/callers.h>

enum gft_lint_kind {
	GFT_LINT_SLEEPING, /* it may sleep, where sleeping is not allowed */
	GFT_LINT_NEEDLESS, /* it may not sleep, where sleeping is allowed */
	GFT_LINT_KINDS
};

#define GFT_LINTS 512 /* struct gft_stack with the kind for its labels */

/*
 * What the counters of the kernel stand at while our own program runs in a task that holds no
 * lock: learnt from requests of our own. What they stand higher by is the requester's.
 */
struct gft_lint_base {
	__u32 learning; /* the process whose requests are learnt from; 0: done */
	__u32 requests;
	__u32 preempt; /* the lowest preempt_count */
	__u32 rcu;     /* the lowest depth of RCU read-side sections, where the task counts it */
	__u32 irqs_on; /* of the requests: with interrupts on, as far as that can be seen */
	__u32 pad;
};

#endif
