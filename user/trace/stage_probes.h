/* SPDX-License-Identifier: GPL-2.0-only */
/* Which programs see the stages of requests on this kernel: a stage is a row or two. */
#ifndef GFPTRACE_USER_STAGE_PROBES_H
#define GFPTRACE_USER_STAGE_PROBES_H

#include <gfptrace/stage.h>

#include "kernel/kernel.h"
#include "cmd/options.h"

#define STAGE_PROBES_MAX ((size_t)24)

/* A program of bpf/stage.bpf.c, how it is attached and where. */
struct stage_probe {
	const char *program;
	const char *how; /* "raw_tp", "fentry", "fexit", "kprobe" or "kretprobe" */
	const char *target;
	enum gft_stage stage;
};

struct stage_probes {
	struct stage_probe probe[STAGE_PROBES_MAX];
	size_t count;
	uint32_t strange; /* stages whose tracepoint is there, with other arguments than we know */
};

/*
 * All that this kernel has for the tier, the end of a function before its begin. `path`: what
 * costs something on faster paths too.
 */
void stage_probes__choose(struct stage_probes *probes, const struct kernel *kernel, enum tier tier,
			  bool path);

#endif
