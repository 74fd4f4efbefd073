/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ALLOCPAGE_TRACEPOINT_H
#define ALLOCPAGE_TRACEPOINT_H

struct tracepoint;

/* NULL: the kernel has none of this name. */
struct tracepoint *ap_tracepoint(const char *name);

#endif
