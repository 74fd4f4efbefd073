// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace report: show a saved report again, or several as one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "log.h"
#include "merge.h"
#include "output.h"
#include "report_json.h"

/* Read the report in `path`, "-" for stdin; what is wrong is logged. */
static struct report *load(const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	struct report *report;
	char error[256];
	struct stat st;

	if (!file) {
		log_err(-errno, "cannot open report '%s'", path);
		return NULL;
	}
	if (!fstat(fileno(file), &st) && S_ISDIR(st.st_mode)) {
		snprintf(error, sizeof(error), "is a directory");
		report = NULL;
	} else {
		report = report__read_json(file, error, sizeof(error));
	}
	if (!report)
		log_error("cannot read report '%s': %s", is_stdin ? "stdin" : path, error);
	if (!is_stdin)
		fclose(file);
	if (report)
		report->name = report__string(report, path);
	if (report && !report->name)
		report->name = "";
	return report;
}

/* All reports as one; what is wrong is logged. */
static struct report *load_all(char *const *paths, size_t nr)
{
	struct report **reports = calloc(nr, sizeof(struct report *)), *merged = NULL;
	char error[256];
	size_t i;

	for (i = 0; i < nr && reports; i++) {
		reports[i] = load(paths[i]);
		if (!reports[i])
			break;
	}
	if (reports && i == nr) {
		merged = report__merge(reports, nr, error, sizeof(error));
		if (!merged)
			log_error("%s", error);
	} else {
		while (i-- > 0)
			report__free(reports[i]);
	}
	free(reports);
	return merged;
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
	if (output__open(&output, options.output)) {
		report__free(report);
		return STATUS_USAGE;
	}
	err = output__write(output, options.format, report);
	if (err)
		output__discard(output);
	else
		err = output__close(output);
	report__free(report);
	return output__status(err);
}
