/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: one table of options feeds the parser and --help. */
#ifndef GFPTRACE_USER_OPTIONS_H
#define GFPTRACE_USER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <gfptrace/classes.h>

#include "serve/address.h"
#include "report/report.h"

struct format;

enum command {
	COMMAND_RUN,
	COMMAND_TOP,
	COMMAND_CHECK,
	COMMAND_DIFF,
	COMMAND_REPORT,
	COMMAND_DOCTOR,
	COMMAND_EXERCISE,
	COMMAND_EXPLAIN,
	COMMAND_SERVE,
	COMMANDS
};

enum tier { TIER_AUTO, TIER_FEXIT, TIER_KPROBE, TIER_TRACEPOINT, TIERS };

extern const char *const tier_names[TIERS];

/* How many copies of the programs: one; enough to lose nothing; first one, then enough. */
enum coverage { COVERAGE_AUTO, COVERAGE_FAST, COVERAGE_EXACT, COVERAGES };

extern const char *const coverage_names[COVERAGES];

/* How the verdicts of `check` are written, and what `diff` found. */
enum verdict_format { VERDICT_TAP, VERDICT_AS_TEXT, VERDICT_AS_JSON, VERDICT_FORMATS };
enum diff_format { DIFF_AS_TEXT, DIFF_AS_JSON, DIFF_FORMATS };

extern const char *const verdict_format_names[VERDICT_FORMATS];
extern const char *const diff_format_names[DIFF_FORMATS];

#define OPTIONS_LIST   64 /* values of an option that may be given again and again */
#define OPTIONS_REPEAT 100
#define OPTIONS_PIDS   16
#define OPTIONS_ORDERS 64 /* the parser's bound; the kernel's own is known only to `run` */
#define OPTIONS_COMM   31 /* characters of a --comm glob */

struct option_list {
	const char *value[OPTIONS_LIST];
	size_t nr;
};

struct options {
	bool help; /* -h was given: nothing else is valid */

	uint64_t duration_ns;	     /* 0: until the command ends or a signal comes */
	uint64_t interval_ns;	     /* 0: one report at the end */
	uint64_t repeat;	     /* windows, at least 1 */
	const struct format *format; /* never NULL after options__parse() */
	const char *output;	     /* NULL: stdout */
	bool by[DIMENSIONS];

	/* Filters. Where nothing was given all values are let through. */
	bool class_given;
	bool classes[GFT_CLASSES];
	bool order_given;
	bool orders[OPTIONS_ORDERS];
	bool context_given;
	bool contexts[GFT_CONTEXTS];
	uint32_t pids[OPTIONS_PIDS];
	size_t nr_pids;
	const char *comm;   /* a glob; NULL: not given */
	const char *cgroup; /* a path; NULL: not given */
	const char *module; /* of the caller; NULL: not given */

	enum tier tier;
	enum coverage coverage;
	bool max_loss_given;
	double max_loss; /* per cent of the requests; more is an error where it was given */
	bool sample_given;
	uint64_t sample; /* time one request in so many */
	bool budget_given;
	double budget; /* per cent of the machine that the programs may take */
	bool failures_only;
	struct {
		bool failure;
		uint64_t latency_ns; /* 0: not asked for */
	} stop_on;
	uint64_t slowest; /* how many of the slowest requests are shown */
	bool addresses;
	bool stacks;
	bool cache_colours;
	bool slab;
	bool lint;
	bool marked; /* count only requests that carry the test module's mark, check each pairing */
	uint64_t memory_limit; /* bytes of map memory */
	int verbosity;	       /* enum log_level */

	/* check and diff */
	struct option_list rules_files, rules;
	const char *junit;	  /* NULL: not given */
	const char *keep;	  /* where the report of a run goes; NULL: nowhere */
	const char *baseline;	  /* NULL: not given */
	bool update;		  /* the baseline */
	bool ignore_exit;	  /* CMD may fail */
	double max_regress;	  /* per cent; 0: none is borne */
	unsigned int verdicts;	  /* enum verdict_format */
	unsigned int differences; /* enum diff_format */

	/* serve */
	struct address listen;
	struct option_list allow_hosts;

	/* exercise */
	bool list;     /* show the presets */
	bool no_reset; /* let the truth add up */

	char **command; /* after "--", NULL-terminated; NULL: none */

	char **operands; /* words that are not options, in argv: files, scenarios */
	size_t nr_operands;
};

/* Why a command line was refused: one line, and the remedy or "". */
struct options_error {
	char text[256];
	char hint[160];
};

/*
 * Parse what follows argv[0]. Strings in `options` point into argv, whose words
 * may be reordered. Returns 0, or -EINVAL with `error` filled.
 */
int options__parse(enum command command, int argc, char **argv, struct options *options,
		   struct options_error *error);

/* Copy the filters into report->filter. Returns 0 or -ENOMEM. */
int options__describe_filter(const struct options *options, struct report *report);

/* --help of one command, of the program, and the short form for `gfptrace` alone. */
void help__command(FILE *file, enum command command);
void help__program(FILE *file);
void help__usage(FILE *file);

#endif
