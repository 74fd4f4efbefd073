/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections of the text format, top to bottom; for text.c and text_*.c. */
#ifndef GFPTRACE_USER_REPORT_TEXT_H
#define GFPTRACE_USER_REPORT_TEXT_H

#include <stdio.h>

#include "report/report.h"
#include "base/units.h"

/* Each writes nothing where there is nothing to say. Returns 0 or -ENOMEM. */
int text__head(FILE *file, const struct report *report, unsigned int width);
int text__blind(FILE *file, const struct report *report, unsigned int width);
int text__hosts(FILE *file, const struct report *report, unsigned int width);
int text__latency(FILE *file, const struct report *report, unsigned int width);
int text__histograms(FILE *file, const struct report *report, unsigned int width);
int text__stages(FILE *file, const struct report *report, unsigned int width);
int text__slowest(FILE *file, const struct report *report, unsigned int width);
int text__failures(FILE *file, const struct report *report, unsigned int width);
int text__alignment(FILE *file, const struct report *report, unsigned int width);
int text__placement(FILE *file, const struct report *report, unsigned int width);
int text__slabs(FILE *file, const struct report *report, unsigned int width);
int text__headroom(FILE *file, const struct report *report, unsigned int width);
int text__lint(FILE *file, const struct report *report, unsigned int width);
int text__stacks(FILE *file, const struct report *report, unsigned int width);
int text__cost(FILE *file, const struct report *report, unsigned int width);

/* One failure, one of the slowest, one histogram, without a title of the section. */
int text__failure(FILE *file, const struct failure *failure, const struct failure *above,
		  unsigned int width);
int text__slow(FILE *file, const struct report *report, const struct slow *slow,
	       unsigned int width);
void text__histogram(FILE *file, const struct report *report, const struct latency *latency,
		     unsigned int width);

/* When the coverage rose, when not every request was timed; nothing where neither was. */
int text__coverage(FILE *file, const struct report *report, unsigned int width);
int text__sampling(FILE *file, const struct report *report, unsigned int width);

/* The sentences of the head, as they are: they may hold wild names. The filter may be empty. */
void text__host(FILE *file, const struct report *report);
void text__window(FILE *file, const struct report *report);
void text__filter(FILE *file, const struct report *report);
void text__requests(FILE *file, const struct report *report);
void text__loss(FILE *file, const struct report *report);

/* Requests a second, 0 where there is no second. */
uint64_t text__rate(const struct report *report);

/* In how many of the merged reports this was not seen. */
size_t report__count_blind(const struct report *report, const struct blind *blind);

/* What one of them writes. The caller frees it. Returns NULL when memory is short. */
char *text__sentence(const struct report *report, void (*write)(FILE *, const struct report *));

/* A time; on a clock that counts instructions (host.clock icount) a bare number. */
bool text__counts_instructions(const struct report *report);
/* "-" where it is TIME_UNKNOWN. Returns `buffer`. */
const char *text__time(const struct report *report, uint64_t ns, char buffer[UNITS_COUNT]);

/* A paragraph made by fprintf(); formatted words are escaped and wrapped. */
int text__paragraphf(FILE *file, unsigned int width, const char *name, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
