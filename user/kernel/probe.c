// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/probe.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	{.code = BPF_JMP | BPF_EXIT},
};

/* Returns a file descriptor or a negative errno. */
static int load_fentry(const struct btf *btf, const char *function)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY);
	int id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);
	int program;

	if (id < 0)
		return id;
	options.attach_btf_id = (uint32_t)id;
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "gft_trial", "GPL", nothing,
				sizeof(nothing) / sizeof(nothing[0]), &options);
	return program < 0 ? -errno : program;
}

bool trial__has_function(const struct btf *btf, const char *function)
{
	int program = load_fentry(btf, function);

	if (program >= 0)
		close(program);
	return program >= 0;
}

int trial__fentry(const struct btf *btf, const char *function, const char **step)
{
	int program, link;

	*step = "load";
	program = load_fentry(btf, function);
	if (program < 0)
		return program;
	*step = "attach";
	link = bpf_raw_tracepoint_open(NULL, program);
	if (link < 0)
		link = -errno;
	else
		close(link);
	close(program);
	if (link < 0)
		return link;
	*step = "";
	return 0;
}

/* The perf PMU of kprobes (v4.17); its absence means that the kernel has none of them. */
static int kprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/kprobe/type", "re");
	int type = -ENOENT;

	if (!file)
		return -errno;
	if (fscanf(file, "%d", &type) != 1)
		type = -ENOENT;
	fclose(file);
	return type;
}

/* What passes by itself: another's kprobe on its way out, a signal, memory that comes free. */
static bool is_transient(int err)
{
	return err == -EBUSY || err == -EAGAIN || err == -EINTR || err == -ENOMEM;
}

#define TRIES 3

/* Returns a file descriptor or a negative errno. */
static int open_kprobe(const char *function, pid_t pid, int cpu)
{
	int type = kprobe_type(), event = -EAGAIN;
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = (uint32_t)type,
		.kprobe_func = (uint64_t)function,
	};

	if (type < 0)
		return type;
	for (int i = 0; i < TRIES && is_transient(event); i++) {
		if (i)
			poll(NULL, 0, 1);
		event = (int)syscall(SYS_perf_event_open, &attr, pid, cpu, -1,
				     PERF_FLAG_FD_CLOEXEC);
		if (event < 0)
			event = -errno;
	}
	return event;
}

int trial__kprobe(const char *function, const char **step)
{
	int event = open_kprobe(function, -1, 0);

	*step = "attach";
	if (event < 0)
		return event;
	close(event);
	*step = "";
	return 0;
}

int trial__count_calls(const char *function)
{
	return open_kprobe(function, 0, -1);
}

int trial__tracepoint(const char *name)
{
	int program = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "gft_trial", "GPL", nothing,
				    sizeof(nothing) / sizeof(nothing[0]), NULL);
	int link;

	if (program < 0)
		return -errno;
	link = bpf_raw_tracepoint_open(name, program);
	if (link < 0)
		link = -errno;
	else
		close(link);
	close(program);
	return link < 0 ? link : 0;
}

static bool loads(const struct bpf_insn *insns, size_t count)
{
	int program =
		bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "gft_trial", "GPL", insns, count, NULL);

	if (program >= 0)
		close(program);
	return program >= 0;
}

bool trial__reads_memory(void)
{
	/* bpf_probe_read_kernel(stack - 8, 8, 0) */
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_10},
		{.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_1, .imm = -8},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 8},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel},
		nothing[0],
		nothing[1],
	};

	/* without privileges neither of them loads, and memory is not what is forbidden */
	return loads(insns, sizeof(insns) / sizeof(insns[0])) || !loads(nothing, 2);
}

bool trial__variable(const struct btf *btf, const char *variable)
{
	struct bpf_insn insns[] = {
		{.code = BPF_LD | BPF_IMM | BPF_DW,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_PSEUDO_BTF_ID},
		{},
		nothing[0],
		nothing[1],
	};
	int id = btf__find_by_name_kind(btf, variable, BTF_KIND_VAR), program;

	if (id < 0)
		return false;
	insns[0].imm = id;
	program = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "gft_trial", "GPL", insns,
				sizeof(insns) / sizeof(insns[0]), NULL);
	if (program >= 0)
		close(program);
	return program >= 0;
}

#define RUNS   32
#define SLICES 4

/* The time of all runs so far, in ns; a negative errno. */
static int64_t time_of_runs(int program)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	for (int i = 0; i < RUNS; i++)
		if (bpf_prog_test_run_opts(program, &run))
			return -errno;
	return bpf_obj_get_info_by_fd(program, &info, &size) ? -errno : (int64_t)info.run_time_ns;
}

double trial__statistics(void)
{
	int program = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "gft_trial", "GPL", nothing,
				    sizeof(nothing) / sizeof(nothing[0]), NULL);
	int64_t before = 0, after, least = INT64_MAX;

	if (program < 0)
		return 0;
	for (int i = 0; i < SLICES; i++, before = after) {
		after = time_of_runs(program);
		if (after < 0)
			break;
		if (after - before < least)
			least = after - before;
	}
	close(program);
	return after < 0 ? 0 : (double)least / RUNS;
}
