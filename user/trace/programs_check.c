// SPDX-License-Identifier: GPL-2.0-only
/* The programs' facts are checked before a request counts. */
#include <errno.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "trace/facts_check.h"
#include "trace/locate.h"
#include "trace/programs_internal.h"

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int programs__check_clock(const struct programs *programs)
{
	uint64_t before = monotonic_ns(), now = locate__clock(programs->skeleton);

	return now >= before && now <= monotonic_ns() ? 0 : -ENOTSUP;
}

const char *programs__check_contexts(struct programs *programs)
{
	struct gfptrace *skeleton = programs->skeleton;
	bool symbol = programs->setup.kernel->preempt_symbol;
	const struct bpf_program *task =
		symbol ? skeleton->progs.facts_task_symbol : skeleton->progs.facts_task_address;
	const struct bpf_program *softirq = symbol ? skeleton->progs.facts_softirq_symbol
						   : skeleton->progs.facts_softirq_address;
	const struct bpf_program *hardirq = symbol ? skeleton->progs.facts_hardirq_symbol
						   : skeleton->progs.facts_hardirq_address;
	struct bpf_link *links[3];
	LIBBPF_OPTS(bpf_test_run_opts, options);

	if (!programs__exact_context(programs)) /* said already */
		return NULL;
	bpf_prog_test_run_opts(bpf_program__fd(task), &options);
	links[0] = bpf_program__attach_raw_tracepoint(softirq, "softirq_entry");
	/* what there is: on x86 the timer is no handler */
	links[1] = bpf_program__attach_raw_tracepoint(hardirq, "irq_handler_entry");
	links[2] = bpf_program__attach_raw_tracepoint(hardirq, "local_timer_entry");
	facts__provoke(&skeleton->bss->gft_facts);
	for (int i = 0; i < 3; i++)
		bpf_link__destroy(links[i]);
	return facts__contexts(&skeleton->bss->gft_facts);
}
