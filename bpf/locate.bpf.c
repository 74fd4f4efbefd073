// SPDX-License-Identifier: GPL-2.0-only
/*
 * What only the kernel's own pointers tell (user/trace/locate.c): per-CPU addresses, where the
 * statistics of a program are, and the address of our own frames as a number.
 */
#include "frame.bpf.h"
#include <bpf/bpf_core_read.h>

#define TASK_GROUP_DEPTH 32

/* Is this a CPU's rq->cfs? A runqueue knows its CPU, and its own queue knows the runqueue. */
static __always_inline bool is_cfs_of(__u64 address, __u32 cpu)
{
	const struct cfs_rq *cfs = (const void *)address;
	const struct rq *rq = (const void *)(address - bpf_core_field_offset(struct rq, cfs));

	if (bpf_core_field_exists(rq->cpu) && (__u32)BPF_CORE_READ(rq, cpu) != cpu)
		return false;
	return !bpf_core_field_exists(cfs->rq) || BPF_CORE_READ(cfs, rq) == rq;
}

/* Address of the CPU's root rq->cfs: the root task group's queues are those of the rqs. */
static __always_inline __u64 root_cfs(__u32 cpu)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_group *group = NULL;
	struct cfs_rq **queues;
	__u64 cfs = 0;

	if (!bpf_core_field_exists(task->sched_task_group) || !bpf_core_field_exists(group->cfs_rq))
		return 0;
	group = BPF_CORE_READ(task, sched_task_group);
	for (int i = 0; i < TASK_GROUP_DEPTH; i++) {
		struct task_group *parent = BPF_CORE_READ(group, parent);

		if (!parent)
			break;
		group = parent;
	}
	queues = BPF_CORE_READ(group, cfs_rq);
	bpf_probe_read_kernel(&cfs, sizeof(cfs), &queues[cpu]);
	return is_cfs_of(cfs, cpu) ? cfs : 0;
}

/*
 * The same by the tasks, each of which leads to the queue of its CPU: since v7.2 task_group.cfs_rq
 * is a per-CPU pointer. Leaves the addresses in the rows.
 */
SEC("iter/task")
int find_queues(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	const struct rq *rq;
	struct gft_row *row;
	__u64 cfs;
	__u32 cpu;

	if (!task || !bpf_core_field_exists(task->se.cfs_rq))
		return 0;
	rq = BPF_CORE_READ(task, se.cfs_rq, rq);
	cfs = (__u64)rq + bpf_core_field_offset(rq->cfs);
	cpu = (__u32)BPF_CORE_READ(rq, cpu);
	row = bpf_map_lookup_elem(&gft_cpus, &cpu);
	if (rq && row && is_cfs_of(cfs, cpu))
		row->scratch = cfs;
	return 0;
}

SEC("syscall")
int locate(struct gft_locate *argument)
{
	gft_base = (__u64)&gft_frames;
	argument->cfs = root_cfs(argument->cpu);
	argument->now = bpf_ktime_get_ns();
	return 0;
}

SEC("iter/bpf_prog")
int find_stats(struct bpf_iter__bpf_prog *ctx)
{
	struct bpf_prog *prog = ctx->prog;

	if (prog && BPF_CORE_READ(prog, aux, id) == gft_find_stats.id)
		gft_find_stats.stats = (__u64)BPF_CORE_READ(prog, stats);
	return 0;
}
