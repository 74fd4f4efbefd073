/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the zones did not serve a request: bpf/autopsy.bpf.c. */
#ifndef GFPTRACE_BPF_AUTOPSY_H
#define GFPTRACE_BPF_AUTOPSY_H

#include "decode.bpf.h"

/*
 * Look at all zones for the request that this CPU's gft_looks holds (order, gfp, preferred
 * node), which may use the nodes of the nodemask at that address (0: all). Returns the reason
 * (enum gft_reason). Global functions, so that the verifier goes through each of them once.
 */
__u32 autopsy__reason(__u32 cpu, __u32 context, __u64 nodemask);

/* Read what the reason does not depend on too. */
__u32 autopsy__rest_of_zone(__u32 cpu, __u32 index);

/* Inlined: on the deepest way to it there are as many calls as the verifier allows. */
static __always_inline void autopsy__complete(__u32 cpu)
{
	for (__u32 i = 0; i < GFT_ZONES && i < gft_zones.used; i++)
		autopsy__rest_of_zone(cpu, i);
}

#endif
