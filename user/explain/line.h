/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of a kernel log without what the way it was saved put before it. */
#ifndef GFPTRACE_USER_KLOG_LINE_H
#define GFPTRACE_USER_KLOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct klog_line {
	bool tagged;	  /* a prefix was there; else the line may continue the one before */
	char when[48];	  /* the time as it stands in the log; "" */
	uint64_t time_us; /* since boot; UINT64_MAX: not told, or a time of day */
	char caller[16];  /* printk's caller id: "T123" a task, "C0" a CPU; "" */
	const char *text; /* in the line given */
};

/*
 * Know the prefixes of dmesg (also -T, -x, -r and --time-format), of journalctl's and syslog's
 * short forms, and of records of /dev/kmsg. `line` has no newline in it.
 */
void klog_line__parse(const char *line, struct klog_line *parsed);

/*
 * Make `length` bytes of a line harmless, in place: control characters become '?', colours of
 * a terminal go, a tab is a space. Returns the new length; a NUL is put behind it.
 */
size_t klog_line__clean(char *line, size_t length);

/* Undo quoted-printable ("=3D"), in place. Returns the new length. */
size_t klog_line__decode_quoted(char *line, size_t length);

/*
 * Digits at *text to a number and step over them. False, and nothing is taken, if there are
 * none or the number does not fit 64 bits.
 */
bool klog_number(const char **text, uint64_t *number);

/* Copy what fits; it always ends in NUL. */
void klog_copy(char *to, size_t size, const char *from, size_t length);

#endif
