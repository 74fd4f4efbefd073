// SPDX-License-Identifier: GPL-2.0-only
/* What stands in the braces of a rule, and its bound. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfptrace/classes.h>

#include "cmd/options_table.h"
#include "report/quantile.h"
#include "gate/rules/reader.h"
#include "base/units.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define REGEX_LENGTH  128

static const char *const class_names[] = GFT_CLASS_NAMES;
static const char *const context_names[] = GFT_CONTEXT_NAMES;
static const char *const reason_names[] = GFT_REASON_NAMES;

/* Labels whose values are known: a slip of the pen is found before anything is measured. */
static const struct {
	const char *label, *what;
	const char *const *words;
	size_t nr;
} closed_labels[] = {
	{"class", "a class", class_names, LENGTH(class_names)},
	{"context", "a context", context_names, LENGTH(context_names)},
	{"reason", "a reason", reason_names, LENGTH(reason_names)},
};

/* "a, b or c"; returns `text`. */
static const char *list_words(const char *const *words, size_t nr, char *text, size_t size)
{
	size_t length = 0;

	*text = '\0';
	for (size_t i = 0; i < nr && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%s",
					   !i		? ""
					   : i + 1 < nr ? ", "
							: " or ",
					   words[i]);
	return text;
}

static int hint_words(struct reader *reader, const char *word, const char *const *words, size_t nr)
{
	const char *nearest = word__nearest(word, words, nr);
	char all[200];

	if (nearest)
		return reader__hint(reader, "did you mean %s?", nearest);
	return reader__hint(reader, "%s", list_words(words, nr, all, sizeof(all)));
}

static int check_value(struct reader *reader, const struct matcher *matcher)
{
	uint64_t number;

	for (size_t i = 0; i < LENGTH(closed_labels); i++) {
		if (strcmp(matcher->label, closed_labels[i].label) != 0)
			continue;
		for (size_t w = 0; w < closed_labels[i].nr; w++)
			if (!strcmp(matcher->value, closed_labels[i].words[w]))
				return 0;
		reader__expected(reader, closed_labels[i].what);
		return hint_words(reader, matcher->value, closed_labels[i].words,
				  closed_labels[i].nr);
	}
	if (!strcmp(matcher->label, "order") && parse__number(matcher->value, 0, 63, &number))
		return reader__fail(reader, "expected an order in quotes, from \"0\" on");
	return 0;
}

/* Repetition counts and references back may take a matcher years, and no label needs them. */
static int compile(struct reader *reader, struct matcher *matcher)
{
	char *anchored;
	int err;

	if (strlen(matcher->value) > REGEX_LENGTH)
		return reader__fail(reader, "expected an expression of %d characters at most",
				    REGEX_LENGTH);
	if (strpbrk(matcher->value, "{\\"))
		return reader__fail(reader, "expected an expression without { and \\");
	/* By itself first: "a)|(b" would become good by what is put around it. */
	if (regcomp(&matcher->regex, matcher->value, REG_EXTENDED | REG_NOSUB))
		return reader__fail(reader, "expected an extended regular expression");
	regfree(&matcher->regex);
	if (asprintf(&anchored, "^(%s)$", matcher->value) < 0)
		return -ENOMEM;
	err = regcomp(&matcher->regex, anchored, REG_EXTENDED | REG_NOSUB);
	free(anchored);
	if (err)
		return reader__fail(reader, "expected an extended regular expression");
	matcher->is_regex = true;
	return 0;
}

bool matcher__accepts(const struct matcher *matcher, const char *value)
{
	bool same = matcher->is_regex ? !regexec(&matcher->regex, value, 0, NULL, 0)
				      : !strcmp(matcher->value, value);

	return same != matcher->negated;
}

/* A label of the metric, which is stepped over. */
static int read_label(struct reader *reader, const struct rule *rule, struct matcher *matcher)
{
	const char *names[METRIC_LABELS], *const *name;
	size_t length = reader__word(reader), nr = 0;
	struct reader start = *reader;
	char what[96];

	snprintf(what, sizeof(what), "a label of %s", rule->metric->name);
	if (!length)
		return reader__expected(reader, what);
	matcher->label = reader__copy(reader, length);
	if (!matcher->label)
		return -ENOMEM;
	if (metric__has_label(rule->metric, matcher->label))
		return 0;
	*reader = start;
	reader__expected(reader, what);
	for (name = rule->metric->labels; name && *name; name++)
		names[nr++] = *name;
	for (size_t i = 0; rule->metric->has_dimensions && i < DIMENSIONS; i++)
		names[nr++] = dimension_names[i];
	if (!nr)
		return reader__hint(reader, "%s has no labels", rule->metric->name);
	return hint_words(reader, matcher->label, names, nr);
}

static int read_operator(struct reader *reader, struct matcher *matcher, bool *is_regex)
{
	*is_regex = false;
	if (reader__take(reader, "=~") || reader__take(reader, "!~")) {
		*is_regex = true;
		matcher->negated = reader->at[-2] == '!';
	} else if (reader__take(reader, "!=")) {
		matcher->negated = true;
	} else if (!reader__take(reader, "=")) {
		return reader__expected(reader, "=, !=, =~ or !~");
	}
	return 0;
}

/* The quantile is no choice among series, but what is to be calculated. */
static int take_quantile(struct reader *reader, struct rule *rule, const struct matcher *matcher,
			 bool is_regex)
{
	if (is_regex || matcher->negated)
		return reader__fail(reader, "expected one quantile after =, such as \"0.99\"");
	if (rule->quantile != UINT32_MAX)
		return reader__fail(reader, "expected one quantile, not two");
	if (parse__quantile(matcher->value, &rule->quantile))
		return reader__fail(reader, "expected a quantile from \"0\" to \"1\"");
	return 0;
}

static int read_matcher(struct reader *reader, struct rule *rule, struct matcher *matcher)
{
	struct reader start;
	bool is_regex;
	int err = read_label(reader, rule, matcher);

	if (err)
		return err;
	reader__skip(reader, true);
	err = read_operator(reader, matcher, &is_regex);
	if (err)
		return err;
	reader__skip(reader, true);
	start = *reader;
	err = reader__string(reader, &matcher->value);
	if (err)
		return err;
	/* What is wrong with a value is wrong where it begins. */
	if (!strcmp(matcher->label, "quantile"))
		err = take_quantile(&start, rule, matcher, is_regex);
	else
		err = is_regex ? compile(&start, matcher) : check_value(&start, matcher);
	return err;
}

int rule__read_matchers(struct reader *reader, struct rule *rule)
{
	struct matcher *matcher;
	int err;

	reader__skip(reader, true);
	while (!reader__take(reader, "}")) {
		if (rule->nr_matchers == RULE_MATCHERS)
			return reader__fail(reader, "expected }: %d labels are the most",
					    RULE_MATCHERS);
		matcher = calloc(1, sizeof(*matcher));
		if (!matcher)
			return -ENOMEM;
		rule->matchers[rule->nr_matchers++] = matcher;
		err = read_matcher(reader, rule, matcher);
		if (err)
			return err;
		reader__skip(reader, true);
		if (reader__take(reader, ","))
			reader__skip(reader, true);
		else if (reader->at == reader->end || *reader->at != '}')
			return reader__expected(reader, ", or }");
	}
	return 0;
}

struct unit {
	const char *name;
	int exponent; /* of ten, to the metric's unit */
};

static const struct unit time_units[] = {{"ns", 0}, {"us", 3}, {"ms", 6}, {"s", 9}, {"", 9}};
static const struct unit share_units[] = {{"%", -2}, {"", 0}};
static const struct unit number_units[] = {{"k", 3}, {"M", 6}, {"", 0}};

static const struct {
	const char *what;
	const struct unit *units;
	size_t nr;
} unit_kinds[] = {
	[METRIC_NS] = {"ns, us, ms or s", time_units, LENGTH(time_units)},
	[METRIC_SHARE] = {"% or no unit", share_units, LENGTH(share_units)},
	[METRIC_NUMBER] = {"k, M or no unit", number_units, LENGTH(number_units)},
};

static size_t digits(const struct reader *reader, size_t from)
{
	size_t length = from;

	while (reader->at + length < reader->end && reader->at[length] >= '0' &&
	       reader->at[length] <= '9')
		length++;
	return length - from;
}

static int read_unit(struct reader *reader, enum metric_unit kind, int *exponent)
{
	const struct unit *units = unit_kinds[kind].units;
	size_t length = reader__word(reader);

	if (!length && reader->at < reader->end && *reader->at == '%')
		length = 1;
	/* "for each" and a second number are for others to judge. */
	if (length && ((length == 3 && !memcmp(reader->at, "for", 3)) || digits(reader, 0)))
		length = 0;
	for (size_t i = 0; i < unit_kinds[kind].nr; i++) {
		if (strlen(units[i].name) != length ||
		    memcmp(units[i].name, reader->at, length) != 0)
			continue;
		*exponent = units[i].exponent;
		reader__take(reader, units[i].name);
		return 0;
	}
	return reader__expected(reader, unit_kinds[kind].what);
}

/*
 * The unit becomes an exponent before the number becomes a double: 0.1% is then the double
 * that 0.001 is, and 1.5us are 1500 ns to the bit.
 */
int rule__read_bound(struct reader *reader, struct rule *rule)
{
	struct reader start = *reader;
	size_t whole = digits(reader, 0), length = whole;
	char text[64], number[32];
	int err, exponent = 0;

	if (!whole)
		return reader__expected(reader, "a number");
	if (reader->at + whole < reader->end && reader->at[whole] == '.') {
		length = whole + 1 + digits(reader, whole + 1);
		if (length == whole + 1)
			return reader__fail(reader, "expected digits after the point");
	}
	if (length >= sizeof(number))
		return reader__fail(reader, "expected a number of %zu digits at most",
				    sizeof(number) - 1);
	snprintf(number, sizeof(number), "%.*s", (int)length, reader->at);
	reader__take(reader, number);
	reader__skip(reader, false);
	err = read_unit(reader, rule->metric->unit, &exponent);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%se%d", number, exponent);
	rule->bound = strtod(text, NULL);
	if (rule->metric->unit == METRIC_SHARE && rule->bound > 1) {
		reader__fail(&start, "expected a share: 0 to 1, or 0%% to 100%%");
		return -EINVAL;
	}
	return 0;
}
