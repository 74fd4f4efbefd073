/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps and settings that all programs share; maps.bpf.c defines them. */
#ifndef GFPTRACE_BPF_MAPS_H
#define GFPTRACE_BPF_MAPS_H

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

#include <gfptrace/layout.h>

/* Arrays that user space maps into itself; it sets their sizes before load. */
struct gft_array {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*map_flags)[BPF_F_MMAPABLE];
	int (*max_entries)[1];
	int (*key_size)[sizeof(__u32)];
	int (*value_size)[GFT_CACHE_LINE];
};

struct gft_cgroup_array {
	int (*type)[BPF_MAP_TYPE_CGROUP_ARRAY];
	int (*max_entries)[1];
	int (*key_size)[sizeof(__u32)];
	int (*value_size)[sizeof(__u32)];
};

extern struct gft_array gft_rows SEC(".maps");	 /* by CPU: struct gft_row */
extern struct gft_array gft_series SEC(".maps"); /* by CPU * slots + slot: struct gft_series */
extern struct gft_array gft_names SEC(".maps");	 /* by CPU: struct gft_names */
extern struct gft_cgroup_array gft_cgroups SEC(".maps"); /* the one of --cgroup */

extern const volatile struct gft_config gft_config;
extern const volatile __u8 gft_class_of[GFT_CLASS_TABLE];
extern const volatile struct gft_glob gft_comm_glob;

/*
 * The verifier removes the code that a constant setting turns off, but not the loading of
 * the setting. So the programs of the first copy are there twice: with every option
 * (request.bpf.c), and for what most runs ask for (request_plain.bpf.c), where the options
 * are off at compile time. `asked_for` is what a plain run does not ask for, `given` what
 * it always has; user/copy.c knows when a run is plain.
 */
#ifdef GFT_PLAIN
#define asked_for(field) 0u
#define given(field)	 1u
#define this_copy	 1u
#else
#define asked_for(field) gft_config.field
#define given(field)	 gft_config.field
#define this_copy	 gft_config.copy
#endif

/* Address of gft_frames: a pointer less this one plus this number is the pointer as a number. */
extern __u64 gft_base;
extern __u64 gft_active_since; /* ns: when the exit was attached */
extern __u64 gft_distance;     /* of an exit below its entry on the stack, bytes */
extern struct gft_line gft_frames[GFT_FRAME_LINES];
extern struct gft_taken gft_taken[GFT_FRAME_LINES];
extern struct gft_find_stats gft_find_stats;
extern struct gft_calibration gft_calibration;

#endif
