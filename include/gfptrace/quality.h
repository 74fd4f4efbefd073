/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a block of the test module was asked for beyond its pages. The module's events
 * allocpage_quality_begin and allocpage_quality_end, with the set as their first argument, stand
 * around the request that is made for it: in one task and one context, with interrupts off
 * while they are told.
 */
#ifndef GFPTRACE_QUALITY_H
#define GFPTRACE_QUALITY_H

enum gft_quality {
	GFT_QUALITY_ALIGN = 1,
	GFT_QUALITY_ZERO = 2,
	GFT_QUALITY_GUARD = 4,
	GFT_QUALITY_REDZONE = 8,
	GFT_QUALITIES = 16 /* sets of them */
};

#define GFT_QUALITY_BEGIN "allocpage_quality_begin"
#define GFT_QUALITY_END	  "allocpage_quality_end"

/* More than can be under way at once: the module has 1024 tasks at most, and timers on CPUs. */
#define GFT_QUALITY_MARKS 4096

#ifndef __bpf__
#define GFT_QUALITY_NAMES                                                                     \
	{                                                                                     \
		"plain", "align", "zero", "align+zero", "guard", "align+guard", "zero+guard", \
			"align+zero+guard", "redzone", "align+redzone", "zero+redzone",       \
			"align+zero+redzone", "guard+redzone", "align+guard+redzone",         \
			"zero+guard+redzone", "align+zero+guard+redzone"                      \
	}
#endif

#endif
