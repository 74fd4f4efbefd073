// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel/probe.h"

#define FTRACE_ENABLED "/proc/sys/kernel/ftrace_enabled"

const char witness_no_kprobes[] = "kprobes are switched off (kprobes/enabled in debugfs)";
static const char no_ftrace[] = "function tracing is switched off (kernel.ftrace_enabled=0)";

void witness__open(struct witness *witness)
{
	witness->kprobe = -1;
	witness->ftrace = open(FTRACE_ENABLED, O_RDWR | O_CLOEXEC);
	witness->may_write = witness->ftrace >= 0;
	if (witness->ftrace < 0)
		witness->ftrace = open(FTRACE_ENABLED, O_RDONLY | O_CLOEXEC);
}

void witness__drop_kprobe(struct witness *witness)
{
	if (witness->kprobe >= 0)
		close(witness->kprobe);
	witness->kprobe = -1;
}

void witness__close(struct witness *witness)
{
	witness__drop_kprobe(witness);
	if (witness->ftrace >= 0)
		close(witness->ftrace);
	witness->ftrace = -1;
}

bool witness__ftrace(const struct witness *witness)
{
	char value;

	return witness->ftrace < 0 || pread(witness->ftrace, &value, 1, 0) != 1 || value != '0';
}

const char *witness__why_no_ftrace(const struct witness *witness)
{
	return witness__ftrace(witness) ? NULL : no_ftrace;
}

/* The call that the kprobe is on: rare in all programs, harmless, allowed by sandbox.c. */
static void call_function(void)
{
	struct timespec resolution;

	syscall(SYS_clock_getres, CLOCK_MONOTONIC, &resolution);
}

static int open_kprobe(void)
{
	static const char *const functions[] = {
		"__x64_sys_clock_getres",   "__arm64_sys_clock_getres", "__riscv_sys_clock_getres",
		"__s390x_sys_clock_getres", "sys_clock_getres",
	};
	int event = -ENOENT;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]) && event == -ENOENT; i++)
		event = trial__count_calls(functions[i]);
	return event;
}

static uint64_t read_count(int event)
{
	uint64_t count;

	return read(event, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

int witness__kprobes(struct witness *witness)
{
	uint64_t before;

	if (!witness__ftrace(witness))
		return 0;
	if (witness->kprobe < 0)
		witness->kprobe = open_kprobe();
	if (witness->kprobe < 0)
		return witness->kprobe;
	before = read_count(witness->kprobe);
	call_function();
	return read_count(witness->kprobe) != before;
}

#define PATIENCE_MS 10000
#define LOOK_MS	    100

bool witness__permit(const struct witness *witness)
{
	if (witness__ftrace(witness))
		return false;
	if (witness->may_write && pwrite(witness->ftrace, "1", 1, 0) == 1)
		return true;
	for (int waited = 0; waited < PATIENCE_MS && !witness__ftrace(witness); waited += LOOK_MS)
		poll(NULL, 0, LOOK_MS);
	return false;
}

void witness__restore(const struct witness *witness, bool permitted)
{
	if (permitted && pwrite(witness->ftrace, "0", 1, 0) != 1)
		return; /* somebody has taken it back meanwhile */
}
