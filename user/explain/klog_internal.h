/* SPDX-License-Identifier: GPL-2.0-only */
/* A report while it is being read. The lines of its parts, one function each. */
#ifndef GFPTRACE_USER_KLOG_REPORT_H
#define GFPTRACE_USER_KLOG_REPORT_H

#include "explain/klog.h"

#define KLOG_RESERVES 8 /* entries of lowmem_reserve[] (MAX_NR_ZONES is 6 at most) */

/* What a line is about, in the order in which a report has them. */
enum klog_part {
	PART_NONE,
	PART_HEADER,
	PART_CPUSET,
	PART_CPU,
	PART_TRACE,
	PART_FRAME,
	PART_MEMORY, /* "Mem-Info:" */
	PART_USAGE,
	PART_ZONE,
	PART_RESERVE,
	PART_BLOCKS,
	PART_SWAP,
	PART_END, /* "... pages RAM" */
	PART_OOM_MEMCG,
	PART_OOM_KILL,
};

struct klog_report {
	struct klog_event event;
	bool open;
	char caller[16];
	uint64_t last_line, last_us;
	enum klog_part part; /* the last that was seen */
	uint64_t reserve[AUTOPSY_ZONES][KLOG_RESERVES];
	size_t nr_reserve[AUTOPSY_ZONES];
	uint64_t page_kb; /* 0: not told yet */
	bool unreliable;  /* all frames so far have a "?" */
	uint64_t refused; /* numbers out of range */
};

/* Which part of a report this line is. */
enum klog_part klog_part__of(const char *text);

/* Each reads one line of its part. */
bool klog_report__header(struct klog_report *report, const char *text);
void klog_report__cpu(struct klog_report *report, const char *text);
void klog_report__cpuset(struct klog_report *report, const char *text);
void klog_report__frame(struct klog_report *report, const char *text);
void klog_report__usage(struct klog_report *report, const char *text);
void klog_report__zone(struct klog_report *report, const char *text);
void klog_report__reserve(struct klog_report *report, const char *text);
void klog_report__blocks(struct klog_report *report, const char *text);
void klog_report__swap(struct klog_report *report, const char *text);
void klog_report__oom_kill(struct klog_report *report, const char *text);

/* Does a line "CPU: ... Comm: NAME" speak of the report's task? `length`: of the comm. */
bool klog_report__same_comm(const struct klog_report *report, const char *text, size_t *length);

/* "Node 0 DMA32 free:...", "Node 0 DMA32: 1*4kB ...", "Normal ...": the node and the name. */
bool klog_zone__name(const char **text, uint32_t *node, char name[16]);
struct autopsy_zone *klog_report__find_zone(struct klog_report *report, uint32_t node,
					    const char *name);

/* All lines are read: fill in what follows from several of them. */
void klog_report__finish(struct klog_report *report);

#endif
