/* SPDX-License-Identifier: GPL-2.0-only */
/* Fixed-width types for BPF programs, user space and the test module alike. */
#ifndef GFPTRACE_TYPES_H
#define GFPTRACE_TYPES_H

#ifdef __bpf__
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
#else
#include <linux/types.h>
#endif

#define GFT_INLINE static inline __attribute__((always_inline))

/* Two CPUs never write to one line of this size. */
#define GFT_CACHE_LINE	    64
#define GFT_ALIGN_UP(n, to) (((n) + (to)-1) / (to) * (to))

#endif
