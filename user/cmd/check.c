// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace check: hold a report, saved or made now, against rules and a baseline. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "gate/diff/diff.h"
#include "base/log.h"
#include "process/output.h"
#include "report/report_file.h"
#include "cmd/run_trace.h"
#include "gate/verdict/verdict.h"

#define RULES_BYTES (1u << 20) /* of one file: more is no file of rules */

struct check {
	const struct options *options;
	struct rules rules;
	struct report_list reports, baseline;
	struct diff diff; /* the verdicts on the baseline name it */
	struct verdicts verdicts;
	struct output *output, *junit, *keep, *update;
	struct keeper keeper; /* puts them in their place */
	struct run_end end;
};

static int parse_rules(struct check *check, const char *file, unsigned int line, const char *text,
		       size_t length)
{
	struct rule_error error;
	int err = rules__parse(&check->rules, file, line, text, length, &error);

	if (!err)
		return STATUS_OK;
	if (err != -EINVAL) {
		log_err(err, "rules");
		return STATUS_INTERNAL;
	}
	log_error("%s:%u:%u: %s", file, error.line, error.column, error.text);
	if (*error.hint)
		log_hint("%s", error.hint);
	return STATUS_USAGE;
}

static int read_rules(struct check *check, const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	char *text = malloc(RULES_BYTES + 1);
	size_t length = 0;
	int status;

	if (!file || !text) {
		log_err(file ? -ENOMEM : -errno, "cannot open rules '%s'", path);
		status = file ? STATUS_INTERNAL : STATUS_USAGE;
		goto out;
	}
	length = fread(text, 1, RULES_BYTES + 1, file);
	if (ferror(file)) {
		log_err(-errno, "cannot read rules '%s'", path);
		status = STATUS_USAGE;
	} else if (length > RULES_BYTES) {
		log_error("rules '%s' are too long: 1M at most", path);
		status = STATUS_USAGE;
	} else {
		status = parse_rules(check, is_stdin ? "stdin" : path, 1, text, length);
	}
out:
	if (file && !is_stdin)
		fclose(file);
	free(text);
	return status;
}

/* The rules of the files, then those of the command line: "--rule:2:7" is in the second. */
static int read_all_rules(struct check *check)
{
	const struct options *options = check->options;
	int status = STATUS_OK;
	size_t i;

	for (i = 0; i < options->rules_files.nr && !status; i++)
		status = read_rules(check, options->rules_files.value[i]);
	for (i = 0; i < options->rules.nr && !status; i++)
		status = parse_rules(check, "--rule", (unsigned int)i + 1, options->rules.value[i],
				     strlen(options->rules.value[i]));
	if (status || check->rules.count || options->baseline)
		return status;
	log_error("no rule: --rules FILE, --rule EXPR or --baseline FILE is expected");
	return STATUS_USAGE;
}

static int check_words(const struct options *options)
{
	if (options->nr_operands > 1)
		log_error("one report is expected, not %zu", options->nr_operands);
	else if (options->nr_operands && options->command)
		log_error("a report and a command exclude each other");
	else if (options->nr_operands && options->duration_ns)
		log_error("a report and --duration exclude each other: nothing is traced");
	else if (!options->nr_operands && !options->command && !options->duration_ns)
		log_error("what is to be checked? FILE.json, -- CMD or -d TIME is expected");
	else if (options->update && !options->baseline)
		log_error("--update needs --baseline FILE");
	else
		return STATUS_OK;
	return STATUS_USAGE;
}

static int load_baseline(struct check *check)
{
	const struct options *options = check->options;

	/* What is to be replaced is not judged by; it may not be there yet. */
	if (!options->baseline || options->update)
		return STATUS_OK;
	return reports__load(&check->baseline, options->baseline) ? STATUS_USAGE : STATUS_OK;
}

/* Whatever is to be written must be possible before anything is traced. */
static int open_outputs(struct check *check)
{
	const struct options *options = check->options;

	if (output__open(&check->output, options->output) ||
	    (options->junit && output__open(&check->junit, options->junit)) ||
	    (options->keep && output__open(&check->keep, options->keep)) ||
	    (options->update && output__open(&check->update, options->baseline)))
		return STATUS_USAGE;
	if (output__entrust(check->output, &check->keeper) ||
	    (check->junit && output__entrust(check->junit, &check->keeper)) ||
	    (check->keep && output__entrust(check->keep, &check->keeper)) ||
	    (check->update && output__entrust(check->update, &check->keeper)))
		return STATUS_INTERNAL;
	return STATUS_OK;
}

static int take_report(struct report *report, void *context)
{
	struct check *check = context;

	if (!reports__add(&check->reports, report))
		return STATUS_OK;
	report__free(report);
	log_err(-ENOMEM, "report");
	return STATUS_INTERNAL;
}

static int get_reports(struct check *check)
{
	const struct options *options = check->options;

	if (!options->nr_operands)
		return run__trace(options, &check->keeper, take_report, check, &check->end);
	return reports__load(&check->reports, options->operands[0]) ? STATUS_USAGE : STATUS_OK;
}

/* A command that failed is a verdict, whatever the rules say; one that was ended did not fail. */
static int check_command(struct check *check, const struct report *report, const char *suffix)
{
	struct verdict *verdict;
	const char *name;

	if (check->options->ignore_exit || !report->window.has_command ||
	    !report->window.command_exit || strcmp(report->window.stopped_by, "command") != 0)
		return 0;
	verdict = verdicts__add(&check->verdicts);
	if (!verdict)
		return -ENOMEM;
	name = report->window.argv[0];
	verdict->file = "command";
	verdict->unit = METRIC_NUMBER;
	verdict->comparison = IS_EQUAL;
	verdict->measured = verdict->low = verdict->high = report->window.command_exit;
	verdict->margin = verdict__margin(IS_EQUAL, verdict->measured, 0);
	verdict->outcome = VIOLATED;
	if (asprintf(&verdict->name, "command: '%s' succeeds%s", name, suffix) < 0)
		verdict->name = NULL;
	if (asprintf(&verdict->series, "exit status of '%s'", name) < 0)
		verdict->series = NULL;
	return verdict->name && verdict->series ? 0 : -ENOMEM;
}

static int check_rules(struct check *check)
{
	const struct rule *rule;
	char suffix[64] = "";
	int err = 0;

	for (size_t i = 0; i < check->reports.nr; i++) {
		if (check->reports.nr > 1)
			snprintf(suffix, sizeof(suffix), " (report %zu of %zu)", i + 1,
				 check->reports.nr);
		for (rule = check->rules.first; rule && !err; rule = rule->next)
			err = rule__check(rule, check->reports.report[i], suffix, &check->verdicts);
		if (!err)
			err = check_command(check, check->reports.report[i], suffix);
	}
	return err;
}

/* What got worse, as a verdict: at most the baseline and what is borne. */
static int add_regression(struct check *check, const struct diff_row *row)
{
	struct verdict *verdict = verdicts__add(&check->verdicts);
	double borne = check->options->max_regress / 100;

	if (!verdict)
		return -ENOMEM;
	verdict->file = check->options->baseline;
	verdict->unit = diff__unit(&check->diff, row->measure);
	verdict->comparison = IS_AT_MOST;
	verdict->measured = verdict->low = verdict->high = row->new;
	verdict->bound = row->base * (1 + borne);
	verdict->margin = verdict__margin(IS_AT_MOST, verdict->measured, verdict->bound);
	verdict->outcome = row->regression ? VIOLATED : HOLDS;
	if (asprintf(&verdict->name, "baseline: %s of %s", diff_measure_names[row->measure],
		     row->series) < 0)
		verdict->name = NULL;
	verdict->series = strdup(row->series);
	return verdict->name && verdict->series ? 0 : -ENOMEM;
}

/* Nothing worse is one verdict, whatever was compared. */
static int add_no_regression(struct check *check)
{
	struct verdict *verdict = verdicts__add(&check->verdicts);

	if (!verdict)
		return -ENOMEM;
	verdict->file = check->options->baseline;
	verdict->unit = METRIC_NUMBER;
	verdict->comparison = IS_AT_MOST;
	if (asprintf(&verdict->name, "baseline: nothing is worse than in %s",
		     check->options->baseline) < 0)
		verdict->name = NULL;
	if (asprintf(&verdict->series, "%zu comparisons, test: %s", check->diff.compared,
		     diff_test_names[check->diff.test]) < 0)
		verdict->series = NULL;
	return verdict->name && verdict->series ? 0 : -ENOMEM;
}

static int check_baseline(struct check *check)
{
	struct diff *diff = &check->diff;
	char error[256];
	int err;

	if (!check->baseline.nr)
		return STATUS_OK;
	err = diff__compare(&check->baseline, &check->reports, check->options->max_regress, diff,
			    error, sizeof(error));
	if (err == -EINVAL) {
		log_error("cannot compare with baseline '%s': %s", check->options->baseline, error);
		return STATUS_USAGE;
	}
	if (!err && diff->test == DIFF_INTERVALS && !(check->options->max_regress > 0)) {
		log_error("one run of wall time a side cannot be judged");
		log_hint("say with --max-regress what may move a run, or use `run --repeat 10`");
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < diff->nr && !err; i++)
		if (diff->row[i].outcome == DIFF_WORSE)
			err = add_regression(check, &diff->row[i]);
	if (!err && !diff->worse)
		err = add_no_regression(check);
	if (!err)
		return STATUS_OK;
	log_err(err, "baseline");
	return STATUS_INTERNAL;
}

/* The first rule that could not be answered; the verdicts name them all. */
static void complain(const struct verdicts *verdicts)
{
	const struct verdict *verdict = verdicts->verdict;
	char more[64] = "";

	while (verdict->outcome != UNANSWERED)
		verdict++;
	if (verdicts->unanswered > 1)
		snprintf(more, sizeof(more), "; and %zu more rules", verdicts->unanswered - 1);
	log_error("%s:%u:%u: %s%s", verdict->file, verdict->line, verdict->column, verdict->problem,
		  more);
	if (verdict->hint)
		log_hint("%s", verdict->hint);
}

static int close_output(struct output **output)
{
	int status = *output ? output__status(output__close(*output)) : STATUS_OK;

	*output = NULL;
	return status;
}

static int write_verdicts(struct check *check)
{
	static verdict_writer *const writers[VERDICT_FORMATS] = {
		[VERDICT_TAP] = verdicts__write_tap,
		[VERDICT_AS_TEXT] = verdicts__write_text,
		[VERDICT_AS_JSON] = verdicts__write_json,
	};
	const struct options *options = check->options;
	const struct verdict_source source = {
		.report = check->reports.report[check->reports.nr - 1],
		.name = options->nr_operands ? options->operands[0] : "gfptrace check",
	};
	int err, status, junit;

	/* CMD's last line may lack its end, and a plan counts only on a line of its own. */
	if (options->command && !options->output && options->verdicts == VERDICT_TAP)
		fputc('\n', output__file(check->output));
	err = writers[options->verdicts](output__file(check->output), &check->verdicts, &source);
	if (!err && check->junit)
		err = verdicts__write_junit(output__file(check->junit), &check->verdicts, &source);
	if (err) {
		log_err(err, "verdicts");
		return STATUS_INTERNAL;
	}
	status = close_output(&check->output);
	junit = close_output(&check->junit);
	return status ? status : junit;
}

static int write_reports(struct check *check, struct output **output)
{
	int err = 0;

	for (size_t i = 0; i < check->reports.nr && *output && !err; i++)
		err = output__write(*output, format__find("json"), check->reports.report[i]);
	return err ? output__status(err) : close_output(output);
}

/* What was not seen cannot be judged: no rule holds for it. */
static int check_sight(const struct check *check)
{
	for (size_t i = 0; i < check->reports.nr; i++) {
		const struct blind *blind =
			report__find_blind(check->reports.report[i], BLIND_REQUESTS);

		if (!blind)
			continue;
		log_error("nothing can be judged: %s were not seen: %s", blind->what, blind->why);
		return STATUS_UNSUPPORTED;
	}
	return STATUS_OK;
}

/* Judge what was measured, and write all that is to be written. */
static int conclude(struct check *check)
{
	struct verdicts *verdicts = &check->verdicts;
	int status, err;

	verdicts->icount = !strcmp(check->reports.report[0]->host.clock, "icount");
	err = check_rules(check);
	if (err) {
		log_err(err, "rules");
		return STATUS_INTERNAL;
	}
	/* A report that cannot be compared is kept all the same. */
	status = write_reports(check, &check->keep);
	if (!status)
		status = check_sight(check);
	if (!status)
		status = check_baseline(check);
	if (status)
		return status;
	verdicts__count(verdicts);
	status = write_verdicts(check);
	if (status)
		return status;
	if (verdicts->unanswered) {
		complain(verdicts);
		return STATUS_USAGE;
	}
	if (verdicts->violated)
		return STATUS_VIOLATED;
	return check->update ? write_reports(check, &check->update) : STATUS_OK;
}

static void check__free(struct check *check)
{
	output__discard(check->output);
	output__discard(check->junit);
	output__discard(check->keep);
	output__discard(check->update);
	keeper__end(&check->keeper);
	verdicts__free(&check->verdicts);
	diff__free(&check->diff);
	rules__free(&check->rules);
	reports__free(&check->reports);
	reports__free(&check->baseline);
}

int cmd_check(int argc, char **argv)
{
	static struct options options;
	struct check check = {.options = &options};
	int status;

	if (!command__begin(COMMAND_CHECK, argc, argv, &options, &status))
		return status;
	status = check_words(&options);
	if (!status)
		status = read_all_rules(&check);
	if (!status)
		status = load_baseline(&check);
	if (!status && !options.nr_operands)
		status = run__check(&options);
	if (!status)
		status = open_outputs(&check);
	if (!status)
		status = get_reports(&check);
	if (!status)
		status = conclude(&check);
	if (!status && check.end.lossy)
		status = STATUS_INTERNAL;
	check__free(&check);
	return status;
}
