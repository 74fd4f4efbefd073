/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs take for facts, held against moments and requests whose truth is known. */
#ifndef GFPTRACE_USER_FACTS_CHECK_H
#define GFPTRACE_USER_FACTS_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include <gfptrace/layout.h>

/* Why contexts cannot be told by preempt_count here; NULL: all that was seen fits. Pure. */
const char *facts__contexts(const struct gft_facts *facts);

/* Have all three contexts been seen? Pure. */
bool facts__are_complete(const volatile struct gft_facts *facts);

/* Ends after a timer interrupt and a softirq, or after some milliseconds. */
void facts__provoke(const volatile struct gft_facts *facts);

#endif
