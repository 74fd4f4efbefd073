/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory nodes by their kswapd threads, whose argument they are (mm/vmscan.c kswapd_run()):
 * node_data is not in every kernel's symbols.
 */
#ifndef GFPTRACE_BPF_NODES_H
#define GFPTRACE_BPF_NODES_H

#include <vmlinux.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define NODE_ZONES 8 /* at least MAX_NR_ZONES */

/* The node whose kswapd this task is; NULL: it is none. */
static __always_inline const struct pglist_data *node__of_kswapd(struct task_struct *task)
{
	const __u32 kthread = 0x00200000; /* PF_KTHREAD */
	const struct pglist_data *node;
	const struct kthread *thread;

	if (!task || !(task->flags & kthread) || !bpf_core_field_exists(task->worker_private))
		return NULL;
	thread = task->worker_private;
	node = BPF_CORE_READ(thread, data);
	return node && BPF_CORE_READ(node, kswapd) == task ? node : NULL;
}

#endif
