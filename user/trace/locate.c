// SPDX-License-Identifier: GPL-2.0-only
#include "trace/locate.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <gfptrace/headroom.h>
#include <gfptrace/lint.h>

#include <gfptrace/stage.h>

#include "gfptrace.skel.h"

static struct gft_locate ask(const struct gfptrace *skeleton, uint32_t cpu)
{
	struct gft_locate argument = {.cpu = cpu};
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &argument,
		    .ctx_size_in = sizeof(argument)); /* in and out */

	if (bpf_prog_test_run_opts(bpf_program__fd(skeleton->progs.locate), &options))
		return (struct gft_locate){};
	return argument;
}

uint64_t locate__clock(const struct gfptrace *skeleton)
{
	return ask(skeleton, 0).now;
}

void locate__queues(const struct gfptrace *skeleton)
{
	locate__iterate(skeleton->progs.find_queues);
}

uint64_t locate__cpu_area(struct gfptrace *skeleton, const struct kernel *kernel, uint32_t cpu,
			  uint64_t queue)
{
	const struct btf_facts *facts = &kernel->facts;
	uint64_t cfs = ask(skeleton, cpu).cfs;

	if (!cfs)
		cfs = queue;
	return cfs && facts->has_percpu_offsets ? cfs - (uint64_t)facts->cfs_offset : 0;
}

uint32_t locate__zones(struct gfptrace *skeleton)
{
	locate__iterate(skeleton->progs.find_zones);
	return skeleton->bss->gft_zones.used;
}

uint64_t locate__program_stats(struct gfptrace *skeleton, const struct bpf_program *program)
{
	struct gft_find_stats *find = &skeleton->bss->gft_find_stats;
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	find->id = info.id;
	locate__iterate(skeleton->progs.find_stats);
	return find->stats;
}
