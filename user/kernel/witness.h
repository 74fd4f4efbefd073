/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Do programs that are attached to functions run at this moment? Root may switch function tracing
 * (kernel.ftrace_enabled) or kprobes (kprobes/enabled in debugfs) off: programs stay attached then
 * and never run, and nothing tells them so.
 */
#ifndef GFPTRACE_USER_WITNESS_H
#define GFPTRACE_USER_WITNESS_H

#include <stdbool.h>

struct witness {
	int ftrace;	/* kernel.ftrace_enabled; -1: this kernel has no such switch */
	int kprobe;	/* counts our own calls of a function by a kprobe; -1: none yet */
	bool may_write; /* kernel.ftrace_enabled, too */
};

void witness__open(struct witness *witness);
void witness__drop_kprobe(struct witness *witness); /* the next look attaches it again */
void witness__close(struct witness *witness);

/* Is function tracing on? Without it nothing may be attached to a function, or detached. */
bool witness__ftrace(const struct witness *witness);

/*
 * Do kprobes run? Calls a function that has one. Returns 1, 0 if they do not, or a negative errno
 * where this process may not attach one.
 */
int witness__kprobes(struct witness *witness);

/*
 * A program that is detached while function tracing is off leaves flags behind in the kernel's
 * records of functions: the next user of ftrace makes 6.12 warn and disable ftrace for good,
 * and 6.1 crash. So it is switched on for that moment. witness__permit() returns whether it was,
 * which witness__restore() takes back. Where we may not, it waits some seconds for somebody else.
 */
bool witness__permit(const struct witness *witness);
void witness__restore(const struct witness *witness, bool permitted);

/* Why programs at functions do not run, in words; NULL: they do, as far as is known. */
const char *witness__why_no_ftrace(const struct witness *witness);
extern const char witness_no_kprobes[];

#endif
