// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as saved reports: what is taken for reports is rendered, measured and compared with
 * itself, which must find nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/diff/diff.h"
#include "format/formats.h"
#include "metrics/metrics.h"
#include "report/report_file.h"
#include "report/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void render(const struct report *report)
{
	const struct format_options options = {.width = 80};

	for (const struct format *format = formats; format->name; format++) {
		size_t length;
		char *text;
		FILE *file = open_memstream(&text, &length);

		require(file && !format->write(file, report, &options));
		fclose(file);
		free(text);
	}
}

static int take(const struct metric_sample *sample, void *context)
{
	(void)context;
	require(sample->nr_labels <= METRIC_LABELS);
	require(sample->low <= sample->value && sample->value <= sample->high);
	return 0;
}

static void measure(const struct report *report)
{
	static const uint32_t quantiles[] = {0, 1, 999999999, 1000000000};
	const struct metric_query query = {quantiles, 4, true};

	for (const struct metric *metric = metrics; metric->name; metric++)
		require(!metric->visit(report, &query, take, NULL));
}

static void compare(const struct report_list *reports)
{
	struct diff diff;
	char error[256];
	int err = diff__compare(reports, reports, 0, &diff, error, sizeof(error));

	require(!err || err == -EINVAL);
	if (err)
		return;
	require(!diff.worse && !diff.better && !diff.regressions);
	for (int json = 0; json < 2; json++) {
		size_t length;
		char *text;
		FILE *file = open_memstream(&text, &length);

		require(file && !(json ? diff__write_json : diff__write_text)(file, &diff));
		fclose(file);
		free(text);
	}
	diff__free(&diff);
}

static int read_all(FILE *file, struct report_list *reports)
{
	struct report *report;
	char error[256] = "";
	int err;

	while (!(err = report__read_next(file, &report, error, sizeof(error))) && report)
		require(!reports__add(reports, report));
	require(!err || (*error && !strchr(error, '\n')));
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report_list reports = {};
	FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

	if (!file)
		return 0;
	if (!read_all(file, &reports) && reports.nr) {
		for (size_t i = 0; i < reports.nr; i++) {
			render(reports.report[i]);
			measure(reports.report[i]);
		}
		if (reports.nr <= 8)
			compare(&reports);
	}
	fclose(file);
	reports__free(&reports);
	return 0;
}
