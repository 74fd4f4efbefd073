/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The failures that a kernel log tells of: "page allocation failure" and OOM killer reports,
 * read from bytes of which nothing may be believed. Pure: no I/O. What a report does not say,
 * or says out of range, is unknown in its autopsy.
 */
#ifndef GFPTRACE_USER_KLOG_H
#define GFPTRACE_USER_KLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diagnose/reason.h"

#define KLOG_FRAMES 32
#define KLOG_FRAME  96

enum klog_kind { KLOG_FAILURE, KLOG_OOM };

struct klog_event {
	enum klog_kind kind;
	uint64_t line;	  /* of its first line, from 1 */
	char when[48];	  /* as the log has it */
	uint64_t time_us; /* since boot; AUTOPSY_UNKNOWN where the log has no such time */
	char comm[32];
	uint64_t pid, cpu;				 /* AUTOPSY_UNKNOWN where not told */
	char kernel[64];				 /* its release, or "" */
	uint64_t mode;					 /* the gfp as a number; AUTOPSY_UNKNOWN */
	char gfp[256];					 /* ... and as names */
	char nodemask[64], cpuset[64], mems_allowed[64]; /* "" where not told */
	bool in_interrupt;
	char requester[KLOG_FRAME]; /* "function+0xOFFSET [module]"; "" if there is no trace */
	char stack[KLOG_FRAMES][KLOG_FRAME]; /* reliable frames, innermost first */
	size_t nr_stack;
	bool has_memory;     /* zones were told */
	bool mixed;	     /* lines of another report came between: the zones may be its own */
	char constraint[32]; /* OOM: "CONSTRAINT_NONE", ...; "" */
	char victim[32];     /* OOM: comm */
	uint64_t victim_pid;
	struct autopsy autopsy;
};

struct klog_stats {
	uint64_t lines;
	uint64_t failures, ooms;
	uint64_t suppressed;	  /* reports that the kernel says it did not print */
	uint64_t without_memory;  /* reports without zones */
	uint64_t headers_refused; /* first lines that could not be decoded */
	uint64_t others; /* vmalloc failures and stalls: told by warn_alloc(), not decoded */
	uint64_t strays; /* lines about zones that belong to no report: the log is cut */
	uint64_t numbers_refused; /* out of range */
	uint64_t long_lines;	  /* cut to KLOG_LINE bytes */
};

#define KLOG_LINE 8192 /* bytes; the longest record of a kernel has about 1000 */

struct klog;

/* `found` is called for each report when its last line has been read. */
struct klog *klog__new(void (*found)(void *context, const struct klog_event *event), void *context);
void klog__free(struct klog *klog); /* accepts NULL */

/* The next bytes of the log, in pieces of any size; then klog__finish(), once. */
void klog__feed(struct klog *klog, const char *bytes, size_t length);
void klog__finish(struct klog *klog);

const struct klog_stats *klog__stats(const struct klog *klog);

#endif
