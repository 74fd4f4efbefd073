/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps and settings that all programs share; maps.bpf.c defines them. */
#ifndef GFPTRACE_BPF_MAPS_H
#define GFPTRACE_BPF_MAPS_H

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

#include <gfptrace/callers.h>
#include <gfptrace/failure.h>
#include <gfptrace/layout.h>
#include <gfptrace/quality.h>
#include <gfptrace/slab.h>
#include <gfptrace/stage.h>

/* Arrays that user space maps into itself; it sets their sizes before load. */
struct gft_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*map_flags)[BPF_F_MMAPABLE];
	int (*max_entries)[1];
	int (*key_size)[sizeof(__u32)];
	int (*value_size)[GFT_CACHE_LINE];
};

/* By CPU. */
struct gft_look_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*max_entries)[1];
	__u32 *key;
	struct gft_look *value;
};

/* Mapped into user space. */
struct gft_failure_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*map_flags)[BPF_F_MMAPABLE];
	int (*max_entries)[GFT_FAILURES];
	__u32 *key;
	struct gft_failure *value;
};

/* By CPU; mapped into user space. */
struct gft_slowest_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*map_flags)[BPF_F_MMAPABLE];
	int (*max_entries)[1];
	__u32 *key;
	struct gft_slowest *value;
};

/*
 * Beside the frames, no part of .bss: it is the largest, user space has no use for it, and tiers
 * without an entry need fewer.
 */
struct gft_walk_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*max_entries)[1];
	__u32 *key;
	struct gft_walk *value;
};

/*
 * Mapped into user space. The value has its type though the map is not always used: the
 * verifier looks at global functions that nobody calls, too.
 */
struct gft_caller_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*map_flags)[BPF_F_MMAPABLE];
	int (*max_entries)[1];
	__u32 *key;
	struct gft_callers *value;
};

struct gft_stack_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*map_flags)[BPF_F_MMAPABLE];
	int (*max_entries)[1];
	__u32 *key;
	struct gft_stack *value;
};

/* By call and CPU; mapped into user space. */
struct gft_slab_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*map_flags)[BPF_F_MMAPABLE];
	int (*max_entries)[1];
	__u32 *key;
	struct gft_slab_row *value;
};

struct gft_cgroup_array {
	int (*type)[BPF_MAP_TYPE_CGROUP_ARRAY];
	int (*max_entries)[1];
	int (*key_size)[sizeof(__u32)];
	int (*value_size)[sizeof(__u32)];
};

/* By quality__owner(): the set of qualities + 1. All elements are there from the start. */
struct gft_quality_hash {
	int (*type)[BPF_MAP_TYPE_HASH];
	int (*max_entries)[1];
	__u64 *key;
	__u32 *value;
};

/* By CPU: struct gft_row, its slots, its series. One map for each copy of the programs. */
extern struct gft_array gft_cpus_1 SEC(".maps");
extern struct gft_array gft_cpus_2 SEC(".maps");
extern struct gft_array gft_cpus_3 SEC(".maps");
extern struct gft_array gft_names SEC(".maps"); /* by copy * CPUs + CPU: struct gft_names */
extern struct gft_caller_array gft_callers
	SEC(".maps"); /* by user * CPUs + CPU: struct gft_callers */
extern struct gft_stack_array gft_stacks SEC(".maps");
extern struct gft_stack_array gft_lints SEC(".maps"); /* with enum gft_lint_kind for labels */
extern struct gft_look_array gft_looks SEC(".maps");
extern struct gft_walk_array gft_walks SEC(".maps"); /* by frame */
extern struct gft_failure_array gft_failures SEC(".maps");
extern struct gft_slowest_array gft_slowest SEC(".maps");
extern struct gft_slab_array gft_slabs SEC(".maps");	 /* with --slab */
extern struct gft_cgroup_array gft_cgroups SEC(".maps"); /* the one of --cgroup */
extern struct gft_quality_hash gft_qualities SEC(".maps");

extern const volatile struct gft_config gft_config;
extern const volatile __u8 gft_class_of[GFT_CLASS_TABLE];
extern const volatile struct gft_glob gft_comm_glob;
extern const volatile struct gft_failure_config gft_failure_config;

/*
 * The programs of requests are there several times. The verifier removes the code that a
 * constant setting turns off, but not the loading of the setting; so the programs of the
 * first copy exist with every option (request.bpf.c) and for what most runs ask for
 * (request_plain.bpf.c), where the options are off at compile time. `asked_for` is what a
 * plain run does not ask for, `given` what it always has; user/trace/programs.c knows when a run
 * is plain. request_copy2.bpf.c and request_copy3.bpf.c are the further copies.
 */
#ifdef GFT_PLAIN
#define asked_for(field)	 0u
#define given(field)		 1u
#define either(plain, otherwise) (plain)
#else
#define asked_for(field)	 gft_config.field
#define given(field)		 gft_config.field
#define either(plain, otherwise) (otherwise)
#endif

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#ifndef GFT_COPY
#define GFT_COPY 1
#endif
#define GFT_JOIN_(a, b) a##b
#define GFT_JOIN(a, b)	GFT_JOIN_(a, b)
#define gft_cpus	GFT_JOIN(gft_cpus_, GFT_COPY)

/* Address of gft_frames: a pointer less this one plus this number is the pointer as a number. */
extern __u64 gft_base;
extern __u64 gft_active_since; /* ns: when gft_distance was learnt */
extern __u64 gft_distance;     /* of an exit below its entry on the stack, bytes */
extern __u64 gft_copies_since; /* ns: when further copies began to be put to work */
extern __u32 gft_sample;       /* one request in so many is timed, by the sampling entries */
extern struct gft_line gft_frames[GFT_FRAME_LINES];
extern struct gft_taken gft_taken[GFT_FRAME_LINES];
extern struct gft_find_stats gft_find_stats;
extern struct gft_zones gft_zones;
extern struct gft_wish gft_wishes[GFT_FRAME_LINES];
extern struct gft_walk gft_no_walk;
extern struct gft_stages gft_stages;
extern __u64 gft_slow_epoch; /* counts the windows, from 1 on */
extern struct gft_calibration gft_calibration;

#endif
