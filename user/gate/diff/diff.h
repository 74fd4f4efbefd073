/* SPDX-License-Identifier: GPL-2.0-only */
/* What changed between two lists of reports; doc/diff.md says what the words are worth. */
#ifndef GFPTRACE_USER_DIFF_H
#define GFPTRACE_USER_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "metrics/metrics.h"
#include "report/report_file.h"

enum diff_measure {
	DIFF_COUNT,
	DIFF_MEAN, /* exact comparisons only: a mean of wall time is made by its outliers */
	DIFF_P50,
	DIFF_P99,
	DIFF_P999,
	DIFF_FAILURES,
	DIFF_SHARE, /* of the requests that took a path */
	DIFF_BELOW_NATURAL,
	DIFF_LOSS,
	DIFF_MEASURES
};

extern const char *const diff_measure_names[DIFF_MEASURES];

enum diff_outcome {
	DIFF_SAME,    /* nothing that is beyond chance */
	DIFF_CHANGED, /* neither better nor worse, or not judged */
	DIFF_BETTER,
	DIFF_WORSE,
	DIFF_APPEARED, /* a series that base does not have */
	DIFF_VANISHED,
	DIFF_UNTESTED, /* too few requests to tell */
	DIFF_OUTCOMES
};

extern const char *const diff_outcome_names[DIFF_OUTCOMES];

struct diff_row {
	enum diff_measure measure;
	char *series;
	double base, new; /* ns, counts, shares; of several runs the medians */
	double change;	  /* new / base - 1; HUGE_VAL where base is 0 and new is not */
	double p;	  /* adjusted for all comparisons of the table; < 0: none */
	enum diff_outcome outcome;
	bool regression; /* worse, and by more than is borne */
};

enum diff_test {
	DIFF_EXACT,	  /* deterministic runs: every difference is one */
	DIFF_PERMUTATION, /* several runs a side */
	DIFF_INTERVALS,	  /* one run a side: intervals that chance and drift would leave */
};

extern const char *const diff_test_names[3];

struct diff {
	struct diff_row *row;
	size_t nr;
	enum diff_test test;
	size_t base_runs, new_runs;
	size_t compared; /* comparisons that were tested */
	size_t worse, better, regressions;
	double max_regress; /* per cent */
};

/* What the tests go by. */
#define DIFF_ALARM 0.01 /* chance of one false alarm or more in the whole table */
#define DIFF_LEAST 0.10 /* smaller changes are not called: a bucket is 1/16 wide */
/* Beyond these, two single runs are told apart where nothing is said of what may move a run. */
#define DIFF_DRIFT	0.50 /* p50, failures, shares */
#define DIFF_DRIFT_P99	1.00
#define DIFF_DRIFT_P999 2.00

/*
 * Compare. max_regress, in per cent, is what may be worse and no regression; for two single runs
 * that measure time it is also what may move a run, and where it is 0 nothing is judged. Returns 0;
 * -EINVAL with one line in `error` if the reports cannot be compared; -ENOMEM.
 */
int diff__compare(const struct report_list *base, const struct report_list *new, double max_regress,
		  struct diff *diff, char *error, size_t size);
void diff__free(struct diff *diff);

/* What kind of number a measure is; failures are counts only where all else is equal. */
enum metric_unit diff__unit(const struct diff *diff, enum diff_measure measure);

/* Both return 0 or a negative errno; the caller finds write errors in the stream. */
int diff__write_text(FILE *file, const struct diff *diff);
int diff__write_json(FILE *file, const struct diff *diff);

#endif
