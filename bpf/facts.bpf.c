// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts as the tracing programs read them, at moments when the context is known: a softirq and
 * a hardirq that begin, and a task that runs a program. User space compares
 * (user/trace/facts_check.c): masks and places of preempt_count are not the same in all kernels.
 */
#include "decode.bpf.h"
#include "record.bpf.h"

struct gft_facts gft_facts = {};

static __always_inline int see(enum gft_context known, enum gft_context read)
{
	gft_facts.read[known % GFT_CONTEXTS][read % GFT_CONTEXTS]++;
	return 0;
}

static __always_inline enum gft_context read_address(void *ctx)
{
	struct gft_row *row = row__of(bpf_get_smp_processor_id());

	return row ? context_of(preempt_count_slow(row, stack_address(ctx))) : GFT_NMI;
}

/* Two of each, as of all programs that read it: by its symbol, and by its address. */
#define FACTS(name, known)                                                   \
	SEC("raw_tp") int facts_##name##_symbol(void *ctx)                   \
	{                                                                    \
		return see(GFT_##known, context_of(preempt_count_symbol())); \
	}                                                                    \
	SEC("raw_tp") int facts_##name##_address(void *ctx)                  \
	{                                                                    \
		return see(GFT_##known, read_address(ctx));                  \
	}

FACTS(task, TASK) /* run by user space */
FACTS(softirq, SOFTIRQ)
FACTS(hardirq, HARDIRQ)
