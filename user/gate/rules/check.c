// SPDX-License-Identifier: GPL-2.0-only
/* A rule held against a report. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/array.h"
#include "gate/verdict/verdict.h"
#include "report/quantile.h"
#include "base/text.h"

/* The series of one set of values of the `for each` labels; one group without `for each`. */
struct group {
	char *values[RULE_EACH];
	size_t series; /* how many matched, zeros aside */
	double value, low, high;
	uint64_t requests;
	char *worst; /* labels of the series that decides */
};

struct search {
	const struct rule *rule;
	struct group *groups;
	size_t nr_groups;
	char *open; /* labels of a series of which too few were timed to judge it */
};

static bool matches(const struct rule *rule, const struct metric_sample *sample)
{
	const char *value;

	for (size_t i = 0; i < rule->nr_matchers; i++) {
		if (!strcmp(rule->matchers[i]->label, "quantile"))
			continue;
		value = sample__label(sample, rule->matchers[i]->label);
		if (!value || !matcher__accepts(rule->matchers[i], value))
			return false;
	}
	for (size_t i = 0; i < rule->nr_each; i++)
		if (!sample__label(sample, rule->each[i]))
			return false;
	return true;
}

static struct group *group_of(struct search *search, const struct metric_sample *sample)
{
	const struct rule *rule = search->rule;
	struct group *group;
	size_t i, each;

	for (i = 0; i < search->nr_groups; i++) {
		for (each = 0; each < rule->nr_each; each++)
			if (strcmp(search->groups[i].values[each],
				   sample__label(sample, rule->each[each])) != 0)
				break;
		if (each == rule->nr_each)
			return &search->groups[i];
	}
	group = array__append(&search->groups, &search->nr_groups, sizeof(*group));
	for (each = 0; group && each < rule->nr_each; each++) {
		group->values[each] = strdup(sample__label(sample, rule->each[each]));
		if (!group->values[each])
			group = NULL;
	}
	return group;
}

static int decide(struct group *group, const struct metric_sample *sample, double value)
{
	group->value = value;
	group->low = sample->low;
	group->high = sample->high;
	group->requests = sample->count;
	free(group->worst);
	group->worst = sample__format(sample);
	return group->worst ? 0 : -ENOMEM;
}

/* A percentile of which only the lower end is known: it answers where any value would be alike. */
static int take_open(struct search *search, struct group *group, const struct metric_sample *sample)
{
	const struct rule *rule = search->rule;
	bool low = verdict__holds(rule->comparison, sample->low, rule->bound);
	double margin = verdict__margin(rule->comparison, sample->low, rule->bound);

	if (low != verdict__holds(rule->comparison, sample->high, rule->bound)) {
		if (!search->open)
			search->open = sample__format(sample);
		return search->open ? 0 : -ENOMEM;
	}
	if (group->series++ &&
	    margin >= verdict__margin(rule->comparison, group->value, rule->bound))
		return 0;
	return decide(group, sample, sample->low);
}

static int take_sample(const struct metric_sample *sample, void *context)
{
	struct search *search = context;
	const struct rule *rule = search->rule;
	struct group *group;
	double new, old;

	if (!matches(rule, sample))
		return 0;
	group = group_of(search, sample);
	if (!group)
		return -ENOMEM;
	if (rule->metric->fold == METRIC_SUM) {
		group->series += sample->value > 0;
		group->value += sample->value;
		group->requests += sample->count;
		group->low = group->high = group->value;
		return 0;
	}
	if (sample->open)
		return take_open(search, group, sample);
	new = verdict__margin(rule->comparison, sample->value, rule->bound);
	old = verdict__margin(rule->comparison, group->value, rule->bound);
	if (group->series++ && new >= old)
		return 0;
	return decide(group, sample, sample->value);
}

/* "RULE [order=3]SUFFIX" */
static char *format_name(const struct rule *rule, const struct group *group, const char *suffix)
{
	char *text = NULL, *value;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	fputs(rule->text, file);
	for (size_t i = 0; group && i < rule->nr_each; i++) {
		value = text__escape(group->values[i]);
		fprintf(file, "%s%s=%s", i ? ", " : " [", rule->each[i], value ? value : "");
		free(value);
	}
	fprintf(file, "%s%s", group && rule->nr_each ? "]" : "", suffix);
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

static struct verdict *add_verdict(const struct rule *rule, const struct group *group,
				   const char *suffix, struct verdicts *verdicts)
{
	struct verdict *verdict = verdicts__add(verdicts);

	if (!verdict)
		return NULL;
	verdict->file = rule->file;
	verdict->line = rule->line;
	verdict->column = rule->column;
	verdict->comparison = rule->comparison;
	verdict->unit = rule->metric->unit;
	verdict->bound = rule->bound;
	verdict->name = format_name(rule, group, suffix);
	return verdict->name ? verdict : NULL;
}

static int judge(const struct rule *rule, const struct group *group, const char *suffix,
		 struct verdicts *verdicts)
{
	struct verdict *verdict = add_verdict(rule, group, suffix, verdicts);
	int length;

	if (!verdict)
		return -ENOMEM;
	verdict->measured = group->value;
	verdict->low = group->low;
	verdict->high = group->high;
	verdict->requests = group->requests;
	verdict->outcome =
		verdict__holds(rule->comparison, group->value, rule->bound) ? HOLDS : VIOLATED;
	verdict->margin = verdict__margin(rule->comparison, group->value, rule->bound);
	if (rule->metric->fold == METRIC_SUM && !group->series)
		length = asprintf(&verdict->series, "no series is above 0");
	else if (rule->metric->fold == METRIC_SUM)
		length = asprintf(&verdict->series, "sum of %zu series", group->series);
	else
		length = asprintf(&verdict->series, "%s%s", group->worst,
				  group->series > 1 ? ", the worst" : "");
	if (length < 0)
		verdict->series = NULL;
	return length < 0 ? -ENOMEM : 0;
}

static int unanswered(const struct rule *rule, const char *suffix, struct verdicts *verdicts,
		      char *problem, char *hint)
{
	struct verdict *verdict = problem ? add_verdict(rule, NULL, suffix, verdicts) : NULL;

	if (!verdict) {
		free(problem);
		free(hint);
		return -ENOMEM;
	}
	verdict->outcome = UNANSWERED;
	verdict->problem = problem;
	verdict->hint = hint;
	return 0;
}

/* Values of labels that some tiers show under another name, or never. */
static const struct {
	const char *label, *value, *what;
} blind_values[] = {
	{"class", "user", "classes user and kernel apart"},
	{"context", "hardirq", "softirq apart from hardirq"},
	{"reason", "memcg", "failures: memcg"},
	{"reason", "invalid", "failures: invalid order"},
	{"reason", "injected", "failures: injected"},
	{"reason", "constrained", "reasons beyond invalid and memcg"},
	{"reason", "constrained", "failures: nodemask of the request"},
	{"reason", "fragmented", "reasons beyond invalid and memcg"},
	{"reason", "reserved", "reasons beyond invalid and memcg"},
	{"reason", "exhausted", "reasons beyond invalid and memcg"},
};

/* What of the rule's question the report is blind to; NULL: it sees all of it. */
static const char *blind_to(const struct rule *rule, const struct report *report)
{
	if (rule->metric->sight && report__why_blind(report, rule->metric->sight))
		return rule->metric->sight;
	for (size_t i = 0; i < sizeof(blind_values) / sizeof(blind_values[0]); i++) {
		for (size_t m = 0; m < rule->nr_matchers; m++) {
			const struct matcher *matcher = rule->matchers[m];

			if (!strcmp(matcher->label, blind_values[i].label) && !matcher->negated &&
			    matcher__accepts(matcher, blind_values[i].value) &&
			    report__why_blind(report, blind_values[i].what))
				return blind_values[i].what;
		}
	}
	return NULL;
}

static int say_blind(const struct rule *rule, const struct report *report, const char *what,
		     const char *suffix, struct verdicts *verdicts)
{
	char *problem = NULL, *hint = NULL;

	if (asprintf(&problem, "the report is blind to %s: tier %s: %s", what, report->mode.tier,
		     report__why_blind(report, what)) < 0)
		problem = NULL;
	if (asprintf(&hint, "`gfptrace doctor` tells which tiers this kernel offers") < 0)
		hint = NULL;
	return unanswered(rule, suffix, verdicts, problem, hint);
}

/* A label that the report was not asked for; NULL: it has them all. */
static const char *missing_label(const struct rule *rule, const struct report *report)
{
	const char *label;

	for (size_t i = 0; i < rule->nr_matchers + rule->nr_each; i++) {
		label = i < rule->nr_matchers ? rule->matchers[i]->label
					      : rule->each[i - rule->nr_matchers];
		for (size_t dim = 0; rule->metric->has_dimensions && dim < DIMENSIONS; dim++)
			if (!strcmp(label, dimension_names[dim]) && !report->by[dim])
				return label;
	}
	return NULL;
}

static int say_nothing_matched(const struct rule *rule, const struct report *report,
			       const char *suffix, struct verdicts *verdicts)
{
	const char *label = missing_label(rule, report);
	char *problem = strdup("no series matches: nothing was measured that the rule speaks of");
	char *hint = NULL;
	int length;

	if (label)
		length = asprintf(&hint, "the series have no label %s: run with --by ...,%s", label,
				  label);
	else
		length = asprintf(&hint, "`gfptrace report` shows the series that there are");
	return unanswered(rule, suffix, verdicts, problem, length < 0 ? NULL : hint);
}

static int say_open(const struct rule *rule, const char *labels, const char *suffix,
		    struct verdicts *verdicts)
{
	double beyond = 1 - (double)rule->quantile / QUANTILE_ONE;
	char *problem = NULL, *hint = NULL;
	int length = asprintf(&problem, "too few requests of %s were timed to tell", labels);

	if (length < 0)
		return -ENOMEM;
	if (beyond > 0)
		length = asprintf(&hint,
				  "this quantile needs %.0f timed ones: run longer, or time all "
				  "with --budget 100",
				  ceil(3 / beyond - 1e-6));
	else
		length = asprintf(&hint, "the maximum needs all to be timed: --budget 100");
	return unanswered(rule, suffix, verdicts, problem, length < 0 ? NULL : hint);
}

static void free_groups(struct search *search)
{
	free(search->open);
	for (size_t i = 0; i < search->nr_groups; i++) {
		for (size_t each = 0; each < RULE_EACH; each++)
			free(search->groups[i].values[each]);
		free(search->groups[i].worst);
	}
	free(search->groups);
}

int rule__check(const struct rule *rule, const struct report *report, const char *suffix,
		struct verdicts *verdicts)
{
	const struct metric_query query = {&rule->quantile, 1, true};
	const char *what = blind_to(rule, report);
	struct search search = {.rule = rule};
	int err;

	if (what)
		return say_blind(rule, report, what, suffix, verdicts);
	err = rule->metric->visit(report, &query, take_sample, &search);
	if (!err && !search.nr_groups)
		err = say_nothing_matched(rule, report, suffix, verdicts);
	for (size_t i = 0; i < search.nr_groups && !err; i++)
		if (search.groups[i].worst || rule->metric->fold == METRIC_SUM)
			err = judge(rule, &search.groups[i], suffix, verdicts);
	if (search.open && !err)
		err = say_open(rule, search.open, suffix, verdicts);
	free_groups(&search);
	return err;
}
