/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections of the text format, top to bottom; for report_text.c and text_*.c. */
#ifndef GFPTRACE_USER_REPORT_TEXT_H
#define GFPTRACE_USER_REPORT_TEXT_H

#include <stdio.h>

#include "report.h"

/* Each writes nothing where there is nothing to say. Returns 0 or -ENOMEM. */
int text__head(FILE *file, const struct report *report, unsigned int width);
int text__blind(FILE *file, const struct report *report, unsigned int width);
int text__latency(FILE *file, const struct report *report, unsigned int width);
int text__histograms(FILE *file, const struct report *report, unsigned int width);
int text__failures(FILE *file, const struct report *report, unsigned int width);
int text__alignment(FILE *file, const struct report *report, unsigned int width);
int text__placement(FILE *file, const struct report *report, unsigned int width);
int text__cost(FILE *file, const struct report *report, unsigned int width);

#endif
