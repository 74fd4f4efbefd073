/* SPDX-License-Identifier: GPL-2.0-only */
/* For which set of qualities the test module makes a request (gfptrace/quality.h). */
#ifndef GFPTRACE_BPF_QUALITY_H
#define GFPTRACE_BPF_QUALITY_H

#include "decode.bpf.h"

/*
 * Whose request it is. What runs on this task's CPU is one of two: the task, wherever it has
 * migrated to, or an interrupt upon it, which has another context and ends before the task goes on.
 * A task_struct is aligned to more than the contexts there are.
 */
static __always_inline __u64 quality__owner(enum gft_context context)
{
	return bpf_get_current_task() + context;
}

static __always_inline __u32 quality_key(enum gft_context context)
{
	__u64 owner = quality__owner(context);
	const __u32 *key = bpf_map_lookup_elem(&gft_qualities, &owner);

	return key ? *key : 0;
}

#endif
