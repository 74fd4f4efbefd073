// SPDX-License-Identifier: GPL-2.0-only
/* Definitions of the maps and settings; see maps.bpf.h and gfptrace/layout.h. */
#include "maps.bpf.h"

struct gft_array gft_cpus_1 SEC(".maps");
struct gft_array gft_cpus_2 SEC(".maps");
struct gft_array gft_cpus_3 SEC(".maps");
struct gft_array gft_names SEC(".maps");
struct gft_slowest_array gft_slowest SEC(".maps");
struct gft_caller_array gft_callers SEC(".maps");
struct gft_stack_array gft_stacks SEC(".maps");
struct gft_stack_array gft_lints SEC(".maps");
struct gft_look_array gft_looks SEC(".maps");
struct gft_walk_array gft_walks SEC(".maps");
struct gft_failure_array gft_failures SEC(".maps");
struct gft_slab_array gft_slabs SEC(".maps");
struct gft_cgroup_array gft_cgroups SEC(".maps");
struct gft_quality_hash gft_qualities SEC(".maps");

const volatile struct gft_config gft_config = {};
const volatile __u8 gft_class_of[GFT_CLASS_TABLE] = {};
const volatile struct gft_glob gft_comm_glob = {};
const volatile struct gft_failure_config gft_failure_config = {};

__u64 gft_base = 0;
__u64 gft_active_since = ~0ull;
__u64 gft_distance = 0;
__u32 gft_sample = 1;
__u64 gft_copies_since = 0;
struct gft_line gft_frames[GFT_FRAME_LINES] = {};
struct gft_taken gft_taken[GFT_FRAME_LINES] = {};
struct gft_find_stats gft_find_stats = {};
struct gft_zones gft_zones = {};
struct gft_wish gft_wishes[GFT_FRAME_LINES] = {};
struct gft_walk gft_no_walk = {};
struct gft_stages gft_stages = {};
__u64 gft_slow_epoch = 1;

char LICENSE[] SEC("license") = "GPL";
