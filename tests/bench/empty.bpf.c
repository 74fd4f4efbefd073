// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least that a tracer can attach: programs that do nothing, and programs that read the clock.
 * tests/bench/attach.c sets the function of the fentry and fexit programs and picks from them.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry")
int entry_empty(void *ctx)
{
	return 0;
}

SEC("fexit")
int exit_empty(void *ctx)
{
	return 0;
}

SEC("raw_tp/mm_page_alloc")
int event_empty(void *ctx)
{
	return 0;
}

SEC("fentry")
int entry_clock(void *ctx)
{
	bpf_ktime_get_ns();
	return 0;
}

SEC("fexit")
int exit_clock(void *ctx)
{
	bpf_ktime_get_ns();
	return 0;
}

SEC("raw_tp/mm_page_alloc")
int event_clock(void *ctx)
{
	bpf_ktime_get_ns();
	return 0;
}
