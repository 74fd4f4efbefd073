/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel types that the BPF programs read, kept by hand and minimal: CO-RE
 * relocates the fields on the running kernel, so nothing here depends on the machine
 * that builds. A flavour (`___`) is a shape that only some kernels have; its suffix
 * says which.
 */
/* The guard that libbpf's bpf_tracing.h asks for. */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#include <gfptrace/types.h>

typedef __s32 s32;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
typedef unsigned int gfp_t;

enum { false = 0, true = 1 };

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8
};
enum { BPF_ANY = 0, BPF_F_MMAPABLE = 1024 };

struct bpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next, *prev;
};

struct page {
	unsigned long flags; /* include/linux/mm_types.h; a struct in 6.18, read by offset only */
	struct list_head lru;
	struct list_head buddy_list; /* the same place, since v5.18 (commit bf75f200569d) */
};

struct cfs_rq {
	struct rq *rq; /* CONFIG_FAIR_GROUP_SCHED */
};

struct rq {
	struct cfs_rq cfs;
	int cpu; /* CONFIG_SMP */
};

struct sched_entity {
	struct cfs_rq *cfs_rq; /* CONFIG_FAIR_GROUP_SCHED */
};

struct task_group {
	struct task_group *parent;
	struct cfs_rq **cfs_rq;
};

struct mm_struct {
};

struct signal_struct {
	struct mm_struct *oom_mm;
};

/* CONFIG_SCHED_INFO */
struct sched_info {
	unsigned long long run_delay; /* ns */
};

struct task_struct {
	void *stack;
	unsigned int flags;
	int prio;
	struct signal_struct *signal;
	void *worker_private; /* of a kernel thread, since v5.17 (commit e32cf5dfbe22) */
	struct sched_entity se;
	struct task_group *sched_task_group;
	struct sched_info sched_info;
};

/* kernel/kthread.c */
struct kthread {
	void *data;
};

/* CONFIG_PREEMPT_RT, since v5.12 (commit 728b478d2d35): softirq nesting is the task's. */
struct task_struct___rt {
	int softirq_disable_cnt;
};

/* CONFIG_PREEMPT_RCU */
struct task_struct___rcu {
	int rcu_read_lock_nesting;
};

/* x86, v6.2 (commit 64701838bf05) to v6.14: preempt_count among the hot per-CPU variables. */
struct pcpu_hot {
	int preempt_count;
};

/* arm64 */
struct thread_info {
	struct {
		__u32 count;
	} preempt;
};

struct task_struct___arm64 {
	struct thread_info thread_info;
};

struct bpf_prog_stats {
};

struct bpf_prog_aux {
	__u32 id;
};

struct bpf_prog {
	struct bpf_prog_stats *stats;
	struct bpf_prog_aux *aux;
};

struct bpf_iter__bpf_prog {
	struct bpf_prog *prog;
};

/* The context of a raw tracepoint, by whose name the verifier knows it in a global function. */
struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

struct bpf_iter__task {
	struct task_struct *task;
};

/* include/linux/mmzone.h: what the allocator looks at */
struct free_area {
	struct list_head free_list[1];
	unsigned long nr_free;
};

typedef struct {
	__s64 counter;
} atomic_long_t;

enum zone_stat_item { NR_FREE_PAGES, NR_FREE_CMA_PAGES };

struct zone {
	unsigned long _watermark[3];
	unsigned long watermark_boost;
	unsigned long nr_reserved_highatomic;
	unsigned long nr_free_highatomic; /* since v6.12 (commit c928807f6f6b) */
	long lowmem_reserve[1];
	int node; /* CONFIG_NUMA */
	atomic_long_t managed_pages;
	unsigned long zone_start_pfn;
	unsigned long spanned_pages;
	const char *name;
	struct free_area free_area[1];
	atomic_long_t vm_stat[1];
};

struct pglist_data {
	struct zone node_zones[1];
	int nr_zones;
	int node_id;
	struct task_struct *kswapd;
};

struct zoneref {
	struct zone *zone;
};

/* mm/internal.h */
struct alloc_context {
	struct zoneref *preferred_zoneref;
	void *nodemask;
};

/* mm/internal.h, include/linux/mmzone.h: to read the migrate type of a block */
struct mem_section_usage {
	unsigned long pageblock_flags[1];
};

struct mem_section {
	unsigned long section_mem_map;
	struct mem_section_usage *usage;
};

/* mm/slab.h, of SLUB, SLAB and SLOB */
struct kmem_cache {
	unsigned int size;
	unsigned int object_size;
	const char *name;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
};
struct pt_regs {
	struct user_pt_regs user_regs;
};
#endif

#pragma clang attribute pop

#endif
