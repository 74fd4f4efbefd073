// SPDX-License-Identifier: GPL-2.0-only
#include "trace/locate.h"

#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <gfptrace/headroom.h>
#include <gfptrace/lint.h>

#include "trace/calibrate.h"
#include "calibrate.skel.h"
#include <gfptrace/stage.h>

#include "gfptrace.skel.h"

uint64_t locate__vmemmap(const struct kernel *kernel)
{
	struct calibrate *skeleton = calibrate__open();
	struct gft_calibration *calibration;
	__u64 pfns[CALIBRATE_PAGES];
	uint64_t vmemmap = 0;
	int count = 0;

	if (!skeleton)
		return 0;
	skeleton->bss->gft_calibration.tgid = (uint32_t)getpid();
	if (!calibrate__load(skeleton) && !calibrate__attach(skeleton))
		count = calibrate__touch(pfns);
	calibration = &skeleton->bss->gft_calibration;
	if (count > 0)
		vmemmap = calibrate__vmemmap(calibration->page, calibration->used, pfns,
					     (size_t)count, kernel->facts.page_struct);
	calibrate__destroy(skeleton);
	return vmemmap;
}

uint64_t locate__cpu_area(struct gfptrace *skeleton, const struct kernel *kernel, uint32_t cpu)
{
	const struct btf_facts *facts = &kernel->facts;
	struct gft_locate argument = {.cpu = cpu};
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &argument,
		    .ctx_size_in = sizeof(argument)); /* in and out */

	if (bpf_prog_test_run_opts(bpf_program__fd(skeleton->progs.locate), &options))
		return 0;
	return argument.cfs && facts->has_percpu_offsets
		       ? argument.cfs - (uint64_t)facts->cfs_offset
		       : 0;
}

/* Runs an iterator to its end. */
static void iterate(const struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int iterator = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	char nothing[16];

	while (iterator >= 0 && read(iterator, nothing, sizeof(nothing)) > 0)
		;
	if (iterator >= 0)
		close(iterator);
	bpf_link__destroy(link);
}

uint32_t locate__zones(struct gfptrace *skeleton)
{
	iterate(skeleton->progs.find_zones);
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
	iterate(skeleton->progs.find_stats);
	return find->stats;
}
