/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Around the request that is made for a block: which set of qualities it is for. See
 * gfptrace/quality.h.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM allocpage

#if !defined(ALLOCPAGE_QUALITY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define ALLOCPAGE_QUALITY_TRACE_H

#include <linux/tracepoint.h>

/* clang-format off */
DECLARE_EVENT_CLASS(allocpage_quality,
	TP_PROTO(u32 kind, u32 order),
	TP_ARGS(kind, order),
	TP_STRUCT__entry(
		__field(u32, kind)
		__field(u32, order)
	),
	TP_fast_assign(
		__entry->kind = kind;
		__entry->order = order;
	),
	TP_printk("kind=%u order=%u", __entry->kind, __entry->order)
);

DEFINE_EVENT(allocpage_quality, allocpage_quality_begin,
	TP_PROTO(u32 kind, u32 order),
	TP_ARGS(kind, order)
);

DEFINE_EVENT(allocpage_quality, allocpage_quality_end,
	TP_PROTO(u32 kind, u32 order),
	TP_ARGS(kind, order)
);
/* clang-format on */

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE quality_trace
#include <trace/define_trace.h>
