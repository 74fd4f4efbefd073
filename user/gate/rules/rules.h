/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of `check`: doc/rules.md has the language. Parsing is pure; so is checking. */
#ifndef GFPTRACE_USER_RULES_H
#define GFPTRACE_USER_RULES_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/metrics.h"

enum comparison { IS_BELOW, IS_AT_MOST, IS_ABOVE, IS_AT_LEAST, IS_EQUAL, IS_NOT, COMPARISONS };

extern const char *const comparison_words[COMPARISONS]; /* "<", "<=", ... */

struct matcher {
	char *label, *value;
	bool negated; /* != and !~ */
	bool is_regex;
	regex_t regex; /* compiled where is_regex */
};

#define RULE_MATCHERS 12
#define RULE_EACH     4

struct rule {
	struct rule *next;
	char *file;
	unsigned int line, column; /* of the metric's name */
	char *text;		   /* as written, on one line, without comments */
	const struct metric *metric;
	struct matcher *matchers[RULE_MATCHERS];
	size_t nr_matchers;
	uint32_t quantile; /* parts per billion; only with the label `quantile` */
	enum comparison comparison;
	double bound; /* in the metric's unit */
	char *each[RULE_EACH];
	size_t nr_each;
};

struct rules {
	struct rule *first, *last;
	size_t count;
};

/* Where a rule is wrong, from 1 on; the column counts characters. */
struct rule_error {
	unsigned int line, column;
	char text[256]; /* "expected ..." */
	char hint[256]; /* or "" */
};

/*
 * Append the rules in `length` bytes of `text`; `file` and `line`, that of the first, are for
 * messages. Returns 0, -EINVAL with `error` filled, or -ENOMEM. What was read stays in `rules`.
 */
int rules__parse(struct rules *rules, const char *file, unsigned int line, const char *text,
		 size_t length, struct rule_error *error);

void rules__free(struct rules *rules);

/* Does the value of a label pass? */
bool matcher__accepts(const struct matcher *matcher, const char *value);

#endif
