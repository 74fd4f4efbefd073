/* SPDX-License-Identifier: GPL-2.0-only */
/* What the Prometheus text exposition is written with; for prom*.c only. */
#ifndef GFPTRACE_USER_PROM_H
#define GFPTRACE_USER_PROM_H

#include <stdio.h>

#include "report/report.h"

/* Series that a family has at most: the smallest above it are one, with the labels `other`. */
#define PROM_SERIES 200

/* A label beside those of a series; an array of them ends with a NULL name. */
struct prom_label {
	const char *name, *value;
};

/* "# HELP" and "# TYPE"; type: counter, gauge or histogram. */
void prom__family(FILE *file, const char *name, const char *type, const char *help);

/* One sample. Labels and extra may be NULL. Returns 0 or -ENOMEM. */
int prom__sample(FILE *file, const char *name, const struct labels *labels,
		 const struct prom_label *extra, double value);

/*
 * Which of `nr` series stand for themselves: those with the largest counts. `kept` gets
 * `nr` answers. Returns 0 or -ENOMEM.
 */
int prom__keep(const uint64_t *counts, size_t nr, bool *kept);

/* The labels of what is left: `other` for each that the series has. */
struct labels prom__other(const struct labels *labels);

/* The families. Return 0 or -ENOMEM. */
int prom__latency(FILE *file, const struct report *report); /* and gfptrace_requests_total */
int prom__blocks(FILE *file, const struct report *report);
int prom__placement(FILE *file, const struct report *report);
int prom__stages(FILE *file, const struct report *report);
int prom__headroom(FILE *file, const struct report *report);
int prom__slabs(FILE *file, const struct report *report);
int prom__lint(FILE *file, const struct report *report);

#endif
