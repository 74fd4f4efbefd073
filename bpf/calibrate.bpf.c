// SPDX-License-Identifier: GPL-2.0-only
/*
 * The addresses of struct pages that gfptrace itself faults in (user/trace/calibrate.c). An object
 * of its own, which asks nothing of the kernel's BTF: it is loaded before all others, which
 * take what it tells as a constant.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

#include <gfptrace/layout.h>

struct gft_calibration gft_calibration = {};

SEC("raw_tp/mm_page_alloc")
int calibrate(const __u64 *args)
{
	__u32 used = gft_calibration.used;

	if (args[1] || bpf_get_current_pid_tgid() >> 32 != gft_calibration.tgid)
		return 0;
	if (used >= GFT_CALIBRATION_PAGES)
		return 0;
	gft_calibration.page[used] = args[0];
	gft_calibration.used = used + 1;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
