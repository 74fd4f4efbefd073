/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a report goes: stdout or -o FILE. A regular file is written when a report is whole
 * (process/output_file.h), so an interrupted run leaves no half report; anything else (/dev/full,
 * a FIFO) is written as it comes.
 */
#ifndef GFPTRACE_USER_OUTPUT_H
#define GFPTRACE_USER_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

#include "format/formats.h"

struct keeper;
struct output;

/* Open `path`, NULL for stdout. Returns 0, or a negative errno that is logged already. */
int output__open(struct output **output, const char *path);

/* The keeper, not started yet, will remove what we made if nothing is written. 0 or -errno. */
int output__entrust(struct output *output, struct keeper *keeper);

FILE *output__file(struct output *output);

/* What the formats must know of the place, the width of a terminal. */
struct format_options output__format_options(const struct output *output);

/*
 * Write one report and see that it left this process. Returns 0 or a negative errno,
 * logged, except for -EPIPE: a reader that has gone away is no error to speak of.
 */
int output__write(struct output *output, const struct format *format, const struct report *report);

/* Write what is no report. Errors as in output__write(). */
int output__write_bytes(struct output *output, const char *bytes, size_t length);

/* All is written, and on the disk. Errors as in output__write(). */
int output__close(struct output *output);

/* Give up: of a file that we made only whole reports stay. Accepts NULL. */
void output__discard(struct output *output);

/* 0 and -EPIPE are STATUS_OK, everything else is STATUS_INTERNAL. */
int output__status(int err);

#endif
