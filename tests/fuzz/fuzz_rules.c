// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as rules: an error has a place inside the text and fits on a line; rules that are
 * taken are tried on a report, and the verdicts written in every way.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/sample_report.h"
#include "gate/verdict/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void write_all(const struct verdicts *verdicts, const struct report *report)
{
	static verdict_writer *const writers[] = {verdicts__write_tap, verdicts__write_text,
						  verdicts__write_json, verdicts__write_junit};
	const struct verdict_source source = {report, "fuzz"};

	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		size_t length;
		char *text;
		FILE *file = open_memstream(&text, &length);

		require(file && !writers[i](file, verdicts, &source));
		fclose(file);
		free(text);
	}
}

static void check(const struct rules *rules)
{
	static struct report *report;
	struct verdicts verdicts = {};

	if (!report)
		report = sample_report();
	for (const struct rule *rule = rules->first; rule; rule = rule->next) {
		require(rule->text && !strchr(rule->text, '\n'));
		require(!rule__check(rule, report, "", &verdicts));
	}
	verdicts__count(&verdicts);
	require(verdicts.nr >= rules->count);
	write_all(&verdicts, report);
	verdicts__free(&verdicts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules rules = {};
	struct rule_error error;
	int err = rules__parse(&rules, "fuzz", 1, (const char *)data, size, &error);

	if (err) {
		require(err == -EINVAL && error.line && error.column);
		require(error.column <= size + 1 && error.line <= size + 1);
		require(!strncmp(error.text, "expected ", 9));
		require(!strchr(error.text, '\n') && !strchr(error.hint, '\n'));
	} else if (rules.count <= 64) {
		check(&rules);
	}
	rules__free(&rules);
	return 0;
}
