// SPDX-License-Identifier: GPL-2.0-only
/* What changed, for people and as JSON. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "gate/diff/diff.h"
#include "format/text/table.h"
#include "base/units.h"
#include "gate/verdict/verdict.h"
#include "base/text.h"

static const char *change_text(const struct diff_row *row, char text[VERDICT_TEXT])
{
	if (isinf(row->change))
		return "from 0";
	return verdict__format_change(row->change, text);
}

/* A series that came or went is one line, not one a measure. */
static bool is_shown(const struct diff_row *row)
{
	if (row->outcome == DIFF_APPEARED || row->outcome == DIFF_VANISHED)
		return row->measure == DIFF_COUNT;
	return row->outcome != DIFF_SAME && row->outcome != DIFF_UNTESTED;
}

static void add_row(struct table *table, const struct diff *diff, const struct diff_row *row)
{
	bool icount = diff->test == DIFF_EXACT;
	enum metric_unit unit = diff__unit(diff, row->measure);
	char text[VERDICT_TEXT];

	table__printf(table, "%s%s", diff_outcome_names[row->outcome],
		      row->outcome == DIFF_WORSE && !row->regression ? " (borne)" : "");
	table__cell(table, diff_measure_names[row->measure]);
	table__cell(table, verdict__format(unit, icount, row->base, text));
	table__cell(table, verdict__format(unit, icount, row->new, text));
	table__cell(table, change_text(row, text));
	if (row->p < 0)
		table__cell(table, "-");
	else
		table__printf(table, "%.4f", row->p);
	table__cell(table, row->series);
}

static int write_table(FILE *file, const struct diff *diff, size_t shown)
{
	struct table *table;
	int err;

	if (!shown) {
		fputs("\nno difference\n", file);
		return 0;
	}
	table = table__new();
	table__column(table, "outcome", false);
	table__column(table, "of", false);
	table__column(table, "base", true);
	table__column(table, "new", true);
	table__column(table, "change", true);
	table__column(table, "p", true);
	table__column(table, "series", false);
	for (size_t i = 0; i < diff->nr; i++)
		if (is_shown(&diff->row[i]))
			add_row(table, diff, &diff->row[i]);
	fputc('\n', file);
	err = table__write(file, table);
	table__free(table);
	return err;
}

/* How it was found out, and what that is worth. */
static void describe_test(const struct diff *diff, char *text, size_t size)
{
	switch (diff->test) {
	case DIFF_EXACT:
		snprintf(text, size,
			 "exact: both runs count instructions, so every difference is one");
		break;
	case DIFF_PERMUTATION:
		snprintf(text, size,
			 "permutation of %zu and %zu runs, %zu comparisons together; false alarm "
			 "in %g %% of tables at most, if the runs of both sides are alike but for "
			 "what is tested; changes below %g %% are not called",
			 diff->base_runs, diff->new_runs, diff->compared, 100 * DIFF_ALARM,
			 100 * DIFF_LEAST);
		break;
	case DIFF_INTERVALS:
		if (diff->max_regress > 0)
			snprintf(
				text, size,
				"intervals of one run a side, %zu comparisons together; false "
				"alarm in %g %% of tables at most, if requests are independent and "
				"nothing else moves a run by more than %g %% (--max-regress)",
				diff->compared, 100 * DIFF_ALARM, diff->max_regress);
		else
			snprintf(text, size,
				 "intervals of one run a side: differences are told, not judged, "
				 "since one run does not show what moves whole runs; use `run "
				 "--repeat 10` on both sides, or say with --max-regress what may "
				 "move a run");
		break;
	}
}

int diff__write_text(FILE *file, const struct diff *diff)
{
	size_t shown = 0, same = 0, untested = 0;
	char text[512];
	int err;

	for (size_t i = 0; i < diff->nr; i++) {
		shown += is_shown(&diff->row[i]);
		same += diff->row[i].outcome == DIFF_SAME;
		untested += diff->row[i].outcome == DIFF_UNTESTED;
	}
	describe_test(diff, text, sizeof(text));
	err = text__paragraph(file, "test", text, 80);
	if (!err)
		err = write_table(file, diff, shown);
	fprintf(file, "\n%zu worse", diff->worse);
	if (diff->max_regress > 0)
		fprintf(file, " (%zu by more than %g %%)", diff->regressions, diff->max_regress);
	fprintf(file, ", %zu better, %zu the same, %zu with too few requests to tell\n",
		diff->better, same, untested);
	return err;
}

static json_t *text_of(const char *value)
{
	char *clean = utf8__sanitize(value);
	json_t *json = clean ? json_string(clean) : NULL;

	free(clean);
	return json;
}

static json_t *row_to_json(const struct diff *diff, const struct diff_row *row)
{
	static const char *const units[] = {
		[METRIC_NUMBER] = "number", [METRIC_NS] = "ns", [METRIC_SHARE] = "share"};

	return json_pack("{ss so ss sf sf so so ss sb}", "of", diff_measure_names[row->measure],
			 "series", text_of(row->series), "unit",
			 units[diff__unit(diff, row->measure)], "base", row->base, "new", row->new,
			 "change", isinf(row->change) ? json_null() : json_real(row->change), "p",
			 row->p < 0 ? json_null() : json_real(row->p), "outcome",
			 diff_outcome_names[row->outcome], "regression", row->regression);
}

int diff__write_json(FILE *file, const struct diff *diff)
{
	json_t *rows = json_array(), *json;
	char text[512];
	int err;

	describe_test(diff, text, sizeof(text));
	for (size_t i = 0; i < diff->nr; i++)
		json_array_append_new(rows, row_to_json(diff, &diff->row[i]));
	json = json_pack("{ss ss ss sI sI sI sf sI sI sI so}", "schema", "gfptrace.diff/1", "test",
			 diff_test_names[diff->test], "test_meaning", text, "base_reports",
			 (json_int_t)diff->base_runs, "new_reports", (json_int_t)diff->new_runs,
			 "compared", (json_int_t)diff->compared, "max_regress_percent",
			 diff->max_regress, "worse", (json_int_t)diff->worse, "better",
			 (json_int_t)diff->better, "regressions", (json_int_t)diff->regressions,
			 "rows", rows);
	if (!json)
		return -ENOMEM;
	err = json_dumpf(json, file, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	fputc('\n', file);
	json_decref(json);
	return err && !ferror(file) ? -ENOMEM : 0;
}
