/* SPDX-License-Identifier: GPL-2.0-only */
/* Every output format is one row: its name and how to write a report in it. */
#ifndef GFPTRACE_USER_FORMATS_H
#define GFPTRACE_USER_FORMATS_H

#include <stdio.h>

#include "report/report.h"

struct format_options {
	unsigned int width; /* columns of the terminal; 0: no terminal */
};

struct format {
	const char *name;
	const char *description;
	/* Returns 0 or a negative errno; the caller finds write errors in the stream. */
	int (*write)(FILE *file, const struct report *report, const struct format_options *options);
};

extern const struct format formats[]; /* ends with a NULL name; the first is the default */

/* The format of that name, NULL if there is none. */
const struct format *format__find(const char *name);

int report__write_text(FILE *file, const struct report *report,
		       const struct format_options *options);
int report__write_json(FILE *file, const struct report *report,
		       const struct format_options *options);
int report__write_html(FILE *file, const struct report *report,
		       const struct format_options *options);
int report__write_prom(FILE *file, const struct report *report,
		       const struct format_options *options);
int report__write_folded(FILE *file, const struct report *report,
			 const struct format_options *options);

#endif
