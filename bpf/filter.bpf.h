/* SPDX-License-Identifier: GPL-2.0-only */
/* Which requests count: -p, -c, --cgroup. Class, order and context cost the exit nothing: see
 * GFT_SLOT_FILTERED. */
#ifndef GFPTRACE_BPF_FILTER_H
#define GFPTRACE_BPF_FILTER_H

#include "maps.bpf.h"

static __always_inline __u32 current_tgid(void)
{
	struct bpf_pidns_info info = {};

	if (!gft_config.pid_namespace)
		return (__u32)(bpf_get_current_pid_tgid() >> 32);
	if (bpf_get_ns_current_pid_tgid(gft_config.pid_namespace_dev, gft_config.pid_namespace_ino,
					&info, sizeof(info)))
		return 0;
	return info.tgid;
}

static __always_inline bool pid_matches(void)
{
	__u32 tgid = current_tgid();

	for (__u32 i = 0; i < GFT_PIDS_MAX && i < gft_config.nr_pids; i++)
		if (gft_config.pids[i] == tgid)
			return true;
	return !gft_config.nr_pids;
}

static __noinline bool comm_matches(void)
{
	char comm[GFT_COMM_LEN] = {};
	__u32 state = gft_comm_glob.start;

	bpf_get_current_comm(comm, sizeof(comm));
	for (int i = 0; i < GFT_COMM_LEN && comm[i]; i++)
		state = gft_glob_step(&gft_comm_glob, state, (__u8)comm[i]);
	return state & gft_comm_glob.accept;
}

static __always_inline bool labels_match(__u32 class, __u32 order, __u32 context)
{
	return gft_config.classes >> (class & 31) & 1 && gft_config.orders >> (order & 31) & 1 &&
	       gft_config.contexts >> (context & 31) & 1;
}

static __always_inline bool task_matches(enum gft_context context)
{
	if (!asked_for(filter_task))
		return true;
	if (context != GFT_TASK || !pid_matches())
		return false;
	if (gft_config.filter_comm && !comm_matches())
		return false;
	return !gft_config.filter_cgroup || bpf_current_task_under_cgroup(&gft_cgroups, 0) == 1;
}

#endif
