// SPDX-License-Identifier: GPL-2.0-only
#include "gate/rules/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options_table.h"
#include "gate/rules/reader.h"

const char *const comparison_words[COMPARISONS] = {"<", "<=", ">", ">=", "==", "!="};

static void rule__free(struct rule *rule)
{
	for (size_t i = 0; i < rule->nr_matchers; i++) {
		if (rule->matchers[i]->is_regex)
			regfree(&rule->matchers[i]->regex);
		free(rule->matchers[i]->label);
		free(rule->matchers[i]->value);
		free(rule->matchers[i]);
	}
	for (size_t i = 0; i < rule->nr_each; i++)
		free(rule->each[i]);
	free(rule->file);
	free(rule->text);
	free(rule);
}

void rules__free(struct rules *rules)
{
	struct rule *rule, *next;

	for (rule = rules->first; rule; rule = next) {
		next = rule->next;
		rule__free(rule);
	}
	*rules = (struct rules){};
}

static int unknown_metric(struct reader *reader, const char *name)
{
	const char *names[64], *nearest;
	size_t nr = 0;

	for (const struct metric *metric = metrics; metric->name && nr < 64; metric++)
		names[nr++] = metric->name;
	reader__expected(reader, "a metric");
	nearest = word__nearest(name, names, nr);
	if (nearest)
		return reader__hint(reader, "did you mean %s?", nearest);
	return reader__hint(reader, "such as gfptrace_latency_seconds or gfptrace_failures_total; "
				    "all are in doc/rules.md");
}

static int read_metric(struct reader *reader, struct rule *rule)
{
	size_t length = reader__word(reader);
	struct reader start = *reader;
	char *name;
	int err = 0;

	if (!length) {
		reader__expected(reader, "a metric");
		return reader__hint(reader, "a rule is METRIC{LABEL=\"VALUE\"} < NUMBER");
	}
	rule->line = reader->line;
	rule->column = reader->column;
	name = reader__copy(reader, length);
	if (!name)
		return -ENOMEM;
	rule->metric = metric__find(name);
	if (!rule->metric)
		err = unknown_metric(&start, name);
	free(name);
	return err;
}

/* "each NAME, NAME" behind "for". */
static int read_each(struct reader *reader, struct rule *rule)
{
	size_t length;

	reader__skip(reader, false);
	if (reader__word(reader) != 4 || !reader__take(reader, "each"))
		return reader__expected(reader, "'each' after 'for'");
	do {
		reader__skip(reader, false);
		length = reader__word(reader);
		if (!length)
			return reader__expected(reader, "a label after 'for each'");
		if (rule->nr_each == RULE_EACH)
			return reader__fail(reader, "expected %d labels at most after 'for each'",
					    RULE_EACH);
		rule->each[rule->nr_each] = reader__copy(reader, length);
		if (!rule->each[rule->nr_each++])
			return -ENOMEM;
		reader__skip(reader, false);
	} while (reader__take(reader, ","));
	return 0;
}

static int read_comparison(struct reader *reader, struct rule *rule)
{
	/* The longer ones first. */
	static const enum comparison order[] = {IS_AT_MOST, IS_AT_LEAST, IS_EQUAL,
						IS_NOT,	    IS_BELOW,	 IS_ABOVE};

	for (size_t i = 0; i < COMPARISONS; i++) {
		if (reader__take(reader, comparison_words[order[i]])) {
			rule->comparison = order[i];
			return 0;
		}
	}
	reader__expected(reader, "<, <=, >, >=, == or !=");
	if (reader->at < reader->end && *reader->at == '=')
		return reader__hint(reader, "= is for labels; numbers are compared with ==");
	return -EINVAL;
}

/* The labels of `for each` must be labels of the metric, and the quantile must be said. */
static int check_labels(struct reader *start, const struct rule *rule)
{
	bool has_quantile = metric__has_label(rule->metric, "quantile");

	for (size_t i = 0; i < rule->nr_each; i++) {
		if (metric__has_label(rule->metric, rule->each[i]) &&
		    strcmp(rule->each[i], "quantile") != 0)
			continue;
		return reader__fail(start,
				    "expected 'for each' of a label that %s has, not '%.40s'",
				    rule->metric->name, rule->each[i]);
	}
	if (!has_quantile || rule->quantile != UINT32_MAX)
		return 0;
	reader__fail(start, "expected a quantile for %s", rule->metric->name);
	return reader__hint(start, "such as %s{quantile=\"0.99\"}", rule->metric->name);
}

static int read_rest(struct reader *reader, struct rule *rule)
{
	bool has_each = rule->nr_each;
	struct reader start = *reader;
	int err = read_metric(reader, rule);

	if (err)
		return err;
	reader__skip(reader, false);
	if (reader__take(reader, "{"))
		err = rule__read_matchers(reader, rule);
	reader__skip(reader, false);
	if (!err)
		err = read_comparison(reader, rule);
	if (err)
		return err;
	reader__skip(reader, false);
	err = rule__read_bound(reader, rule);
	if (err)
		return err;
	reader__skip(reader, false);
	if (!has_each && reader__word(reader) == 3 && reader__take(reader, "for")) {
		err = read_each(reader, rule);
		if (err)
			return err;
	}
	if (!reader__at_end(reader))
		return reader__expected(reader, has_each || rule->nr_each
							? "the end of the rule"
							: "'for each' or the end of the rule");
	return check_labels(&start, rule);
}

/* "for each NAME:" in front. */
static int read_rule(struct reader *reader, struct rule *rule)
{
	int err;

	if (reader__word(reader) != 3 || !reader__take(reader, "for"))
		return read_rest(reader, rule);
	err = read_each(reader, rule);
	if (err)
		return err;
	if (!reader__take(reader, ":"))
		return reader__expected(reader, "',' or ':' after 'for each'");
	reader__skip(reader, false);
	return read_rest(reader, rule);
}

/* The rule on one line: white space and comments become one blank. */
static char *one_line(const char *from, const char *to)
{
	char *text = calloc(1, (size_t)(to - from) + 1), *out = text, quote = 0;

	for (; text && from < to; from++) {
		if (!quote && *from == '#') {
			while (from + 1 < to && from[1] != '\n')
				from++;
		} else if (!quote && strchr(" \t\r\n", *from)) {
			if (out > text && out[-1] != ' ')
				*out++ = ' ';
		} else {
			if (quote && *from == '\\')
				*out++ = *from++;
			else if (quote ? *from == quote : *from == '"' || *from == '\'')
				quote = quote ? 0 : *from;
			*out++ = *from;
		}
	}
	while (text && out > text && out[-1] == ' ')
		*--out = '\0';
	return text;
}

static int add_rule(struct rules *rules, struct reader *reader, const char *file)
{
	struct rule *rule = calloc(1, sizeof(*rule));
	const char *start = reader->at;
	int err;

	if (!rule)
		return -ENOMEM;
	rule->quantile = UINT32_MAX;
	rule->file = strdup(file);
	err = rule->file ? read_rule(reader, rule) : -ENOMEM;
	if (!err) {
		rule->text = one_line(start, reader->at);
		err = rule->text ? 0 : -ENOMEM;
	}
	if (err) {
		rule__free(rule);
		return err;
	}
	if (rules->last)
		rules->last->next = rule;
	else
		rules->first = rule;
	rules->last = rule;
	rules->count++;
	return 0;
}

int rules__parse(struct rules *rules, const char *file, unsigned int line, const char *text,
		 size_t length, struct rule_error *error)
{
	struct reader reader = {
		.at = text, .end = text + length, .line = line, .column = 1, .error = error};
	int err = 0;

	*error = (struct rule_error){};
	for (reader__skip(&reader, true); !err && reader.at < reader.end;
	     reader__skip(&reader, true))
		err = add_rule(rules, &reader, file);
	return err;
}
