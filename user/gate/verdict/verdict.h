/* SPDX-License-Identifier: GPL-2.0-only */
/* What came of the rules: a list of verdicts, to be written as TAP, JUnit, JSON or text. */
#ifndef GFPTRACE_USER_VERDICT_H
#define GFPTRACE_USER_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "gate/rules/rules.h"

enum outcome { HOLDS, VIOLATED, UNANSWERED };

struct verdict {
	enum outcome outcome;
	char *name;	   /* the rule, and for which label values */
	const char *file;  /* of the rule */
	unsigned int line; /* 0: not from a file */
	unsigned int column;
	/* Not where the rule is unanswered: */
	enum metric_unit unit;
	enum comparison comparison;
	double measured, bound, low, high; /* in the unit; the true value is from low to high */
	double margin;	   /* share of the bound (where that is 0 the difference); < 0: violated */
	char *series;	   /* whose value it is: labels, or "sum of N series" */
	uint64_t requests; /* it tells of; 0 where that means nothing */
	/* Where it is: */
	char *problem;
	char *hint; /* or NULL */
};

struct verdicts {
	struct verdict *verdict;
	size_t nr;
	size_t violated, unanswered;
	bool icount; /* times are instructions */
};

/*
 * Try a rule on a report and append the verdict, or several where it is `for each`; `suffix`
 * ends their names. Returns 0 or -ENOMEM.
 */
int rule__check(const struct rule *rule, const struct report *report, const char *suffix,
		struct verdicts *verdicts);

/* Append an empty verdict; NULL when memory is short. */
struct verdict *verdicts__add(struct verdicts *verdicts);

/* Count the outcomes of what was added. */
void verdicts__count(struct verdicts *verdicts);
void verdicts__free(struct verdicts *verdicts);

/* How far `measured` is on the right side of `bound`, as struct verdict has it. */
double verdict__margin(enum comparison comparison, double measured, double bound);
bool verdict__holds(enum comparison comparison, double measured, double bound);

/* Could the true value fall on the other side of the bound? */
bool verdict__is_close(const struct verdict *verdict);

/* A value for people: "18.9 us", "0.12 %", "1,234". Returns `text`. */
#define VERDICT_TEXT 32
const char *verdict__format(enum metric_unit unit, bool icount, double value,
			    char text[VERDICT_TEXT]);
const char *verdict__format_change(double change, char text[VERDICT_TEXT]); /* "+12.3 %" */
const char *verdict__format_margin(const struct verdict *verdict, bool icount,
				   char text[VERDICT_TEXT]);

struct verdict_source {
	const struct report *report; /* the last that was checked; NULL: none */
	const char *name;	     /* of the report, for JUnit */
};

/* Return 0 or a negative errno; the caller finds write errors in the stream. */
typedef int verdict_writer(FILE *file, const struct verdicts *verdicts,
			   const struct verdict_source *source);
verdict_writer verdicts__write_tap, verdicts__write_text, verdicts__write_json,
	verdicts__write_junit;

#endif
