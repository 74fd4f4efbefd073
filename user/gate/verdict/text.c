// SPDX-License-Identifier: GPL-2.0-only
/* The verdicts for people, for TAP harnesses, and as JSON. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "format/text/table.h"
#include "gate/verdict/verdict.h"
#include "base/text.h"

static const char *const outcome_words[] = {"holds", "violated", "unanswered"};

static const char *outcome_word(const struct verdict *verdict)
{
	return outcome_words[verdict->outcome];
}

static void add_row(struct table *table, const struct verdict *verdict, bool icount)
{
	char text[VERDICT_TEXT];

	table__cell(table, outcome_word(verdict));
	if (verdict->outcome == UNANSWERED) {
		table__cell(table, "-");
		table__cell(table, "-");
		table__cell(table, "-");
	} else {
		table__cell(table, verdict__format(verdict->unit, icount, verdict->measured, text));
		table__printf(table, "%s %s", comparison_words[verdict->comparison],
			      verdict__format(verdict->unit, icount, verdict->bound, text));
		table__cell(table, verdict__format_margin(verdict, icount, text));
	}
	table__cell(table, verdict->name);
	table__cell(table, verdict->outcome == UNANSWERED ? verdict->problem : verdict->series);
}

/* The worst first: unanswered, violated, by margin. */
static int compare(const void *a, const void *b)
{
	static const int rank[] = {[UNANSWERED] = 0, [VIOLATED] = 1, [HOLDS] = 2};
	const struct verdict *x = *(const struct verdict *const *)a;
	const struct verdict *y = *(const struct verdict *const *)b;

	if (x->outcome != y->outcome)
		return rank[x->outcome] - rank[y->outcome];
	if (x->margin < y->margin || x->margin > y->margin)
		return x->margin < y->margin ? -1 : 1;
	return strcmp(x->name, y->name);
}

int verdicts__write_text(FILE *file, const struct verdicts *verdicts,
			 const struct verdict_source *source)
{
	const struct verdict **sorted = calloc(verdicts->nr + 1, sizeof(struct verdict *));
	struct table *table = table__new();
	size_t close = 0;
	int err;

	(void)source;
	if (!sorted) {
		table__free(table);
		return -ENOMEM;
	}
	for (size_t i = 0; i < verdicts->nr; i++)
		sorted[i] = &verdicts->verdict[i];
	qsort(sorted, verdicts->nr, sizeof(struct verdict *), compare);
	table__column(table, "outcome", false);
	table__column(table, "measured", true);
	table__column(table, "bound", true);
	table__column(table, "margin", true);
	table__column(table, "rule", false);
	table__column(table, "series", false);
	for (size_t i = 0; i < verdicts->nr; i++) {
		add_row(table, sorted[i], verdicts->icount);
		close += verdict__is_close(&verdicts->verdict[i]);
	}
	err = table__write(file, table);
	table__free(table);
	free(sorted);
	fprintf(file, "\n%zu rules: %zu hold, %zu violated, %zu unanswered\n", verdicts->nr,
		verdicts->nr - verdicts->violated - verdicts->unanswered, verdicts->violated,
		verdicts->unanswered);
	if (close)
		fprintf(file, "%zu close: the bound lies inside the bucket of the measured value\n",
			close);
	return err;
}

/* A line of TAP: no control characters, and no # that would begin a directive. */
static int write_tap_text(FILE *file, const char *text)
{
	char *escaped = text__escape(text);

	if (!escaped)
		return -ENOMEM;
	for (const char *c = escaped; *c; c++) {
		if (*c == '#' || *c == '\\')
			fputc('\\', file);
		fputc(*c, file);
	}
	free(escaped);
	return 0;
}

static int write_tap_measure(FILE *file, const struct verdict *verdict, bool icount)
{
	char measured[VERDICT_TEXT], bound[VERDICT_TEXT], margin[VERDICT_TEXT];
	char low[VERDICT_TEXT], high[VERDICT_TEXT];

	fprintf(file, "# measured %s, bound %s %s, margin %s: %s",
		verdict__format(verdict->unit, icount, verdict->measured, measured),
		comparison_words[verdict->comparison],
		verdict__format(verdict->unit, icount, verdict->bound, bound),
		verdict__format_margin(verdict, icount, margin), verdict->series);
	if (verdict->requests)
		fprintf(file, ", %llu requests", (unsigned long long)verdict->requests);
	fputc('\n', file);
	if (verdict__is_close(verdict))
		fprintf(file, "# close: the true value lies between %s and %s\n",
			verdict__format(verdict->unit, icount, verdict->low, low),
			verdict__format(verdict->unit, icount, verdict->high, high));
	return 0;
}

int verdicts__write_tap(FILE *file, const struct verdicts *verdicts,
			const struct verdict_source *source)
{
	int err = 0;

	(void)source;
	fprintf(file, "1..%zu\n", verdicts->nr);
	for (size_t i = 0; i < verdicts->nr && !err; i++) {
		const struct verdict *verdict = &verdicts->verdict[i];

		fprintf(file, "%s %zu - ", verdict->outcome == HOLDS ? "ok" : "not ok", i + 1);
		err = write_tap_text(file, verdict->name);
		fputc('\n', file);
		if (verdict->outcome != UNANSWERED) {
			write_tap_measure(file, verdict, verdicts->icount);
			continue;
		}
		fputs("# unanswered: ", file);
		err = err ? err : write_tap_text(file, verdict->problem);
		fputc('\n', file);
	}
	return err;
}

static json_t *text(const char *value)
{
	char *clean = value ? utf8__sanitize(value) : NULL;
	json_t *json = clean ? json_string(clean) : json_null();

	free(clean);
	return json;
}

static const char *unit_word(const struct verdict *verdict)
{
	static const char *const words[] = {
		[METRIC_NUMBER] = "number", [METRIC_NS] = "ns", [METRIC_SHARE] = "share"};

	return words[verdict->unit];
}

static json_t *verdict_to_json(const struct verdict *verdict)
{
	json_t *json =
		json_pack("{so ss so sI sI ss ss sf}", "rule", text(verdict->name), "outcome",
			  outcome_word(verdict), "file", text(verdict->file), "line",
			  (json_int_t)verdict->line, "column", (json_int_t)verdict->column, "unit",
			  unit_word(verdict), "comparison", comparison_words[verdict->comparison],
			  "bound", verdict->bound);
	json_t *more;

	if (verdict->outcome == UNANSWERED)
		more = json_pack("{sn sn sn sn sn sn so so}", "measured", "low", "high", "margin",
				 "series", "requests", "problem", text(verdict->problem), "hint",
				 text(verdict->hint));
	else
		more = json_pack("{sf sf sf sf so sI sn sn}", "measured", verdict->measured, "low",
				 verdict->low, "high", verdict->high, "margin", verdict->margin,
				 "series", text(verdict->series), "requests",
				 (json_int_t)verdict->requests, "problem", "hint");
	json_object_update(json, more);
	json_decref(more);
	return json;
}

int verdicts__write_json(FILE *file, const struct verdicts *verdicts,
			 const struct verdict_source *source)
{
	json_t *list = json_array(), *json;
	int err;

	for (size_t i = 0; i < verdicts->nr; i++)
		json_array_append_new(list, verdict_to_json(&verdicts->verdict[i]));
	json = json_pack("{ss so sI sI sI so}", "schema", "gfptrace.check/1", "report",
			 text(source->name), "rules", (json_int_t)verdicts->nr, "violated",
			 (json_int_t)verdicts->violated, "unanswered",
			 (json_int_t)verdicts->unanswered, "verdicts", list);
	if (!json)
		return -ENOMEM;
	err = json_dumpf(json, file, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	fputc('\n', file);
	json_decref(json);
	return err && !ferror(file) ? -ENOMEM : 0;
}
