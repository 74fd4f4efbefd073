// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace report: show a saved report again, or several as one. */
#include <string.h>

#include "cmd/commands.h"
#include "format/formats.h"
#include "base/log.h"
#include "report/merge.h"
#include "process/output.h"
#include "report/report_file.h"

/* All reports of all files as one; what is wrong is logged. */
static struct report *load_all(char *const *paths, size_t nr)
{
	struct report_list list = {};
	struct report *merged = NULL;
	char error[256];
	size_t i;

	for (i = 0; i < nr && !reports__load(&list, paths[i]); i++)
		;
	if (i == nr) {
		merged = report__merge(list.report, list.nr, error, sizeof(error));
		list.nr = 0; /* that took them */
		if (!merged)
			log_error("%s", error);
	}
	reports__free(&list);
	return merged;
}

/* What -f folded draws from. Loss alone is no picture. */
static bool has_stacks(const struct report *report)
{
	return report->nr_stacks || report->nr_failures || report->nr_slowest || report->nr_lint;
}

static int check_format(const struct options *options, const struct report *report)
{
	if (strcmp(options->format->name, "folded") != 0 || has_stacks(report))
		return STATUS_OK;
	log_error("-f folded: the report has no stacks");
	log_hint("`gfptrace run --stacks` counts them");
	return STATUS_USAGE;
}

int cmd_report(int argc, char **argv)
{
	struct options options;
	struct output *output;
	struct report *report;
	int status, err;

	if (!command__begin(COMMAND_REPORT, argc, argv, &options, &status))
		return status;
	if (!options.nr_operands) {
		log_error("which report? FILE.json is expected, or - for stdin");
		return STATUS_USAGE;
	}
	/* The reports first: -o may name one of the files. */
	report = load_all(options.operands, options.nr_operands);
	if (!report)
		return STATUS_USAGE;
	status = check_format(&options, report);
	if (!status && output__open(&output, options.output))
		status = STATUS_USAGE;
	if (status) {
		report__free(report);
		return status;
	}
	err = output__write(output, options.format, report);
	if (err)
		output__discard(output);
	else
		err = output__close(output);
	report__free(report);
	return output__status(err);
}
