/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses in the kernel that only its own pointers tell; 0 where one cannot be found. */
#ifndef GFPTRACE_USER_LOCATE_H
#define GFPTRACE_USER_LOCATE_H

#include "kernel/kernel.h"

struct gfptrace;
struct bpf_program;

/*
 * Of the struct page of pfn 0: fills kernel->frames, or says why it cannot. A run of its own,
 * before the tracing programs are loaded, which take the answer as a constant.
 */
void locate__page_frames(struct kernel *kernel);

/* Runs an iterator to its end. */
void locate__iterate(const struct bpf_program *program);

/* What bpf_ktime_get_ns() says; 0: nothing. */
uint64_t locate__clock(const struct gfptrace *skeleton);

/*
 * Find the CPUs' runqueues by the tasks on them: then locate__cpu_area() knows those CPUs that the
 * root task group does not lead to. `scratch` of a row is the address of its rq->cfs.
 */
void locate__queues(const struct gfptrace *skeleton);

/* Of a CPU's per-CPU area; `queue`: the address of its rq->cfs as locate__queues() left it. The
 * first call also tells the BPF side where its frames are. */
uint64_t locate__cpu_area(struct gfptrace *skeleton, const struct kernel *kernel, uint32_t cpu,
			  uint64_t queue);

/* Of the zones, which the BPF side keeps (gft_zones). Returns how many have pages. */
uint32_t locate__zones(struct gfptrace *skeleton);

/* Of a program's statistics, as a per-CPU pointer. */
uint64_t locate__program_stats(struct gfptrace *skeleton, const struct bpf_program *program);

#endif
