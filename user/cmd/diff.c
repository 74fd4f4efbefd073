// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace diff: what changed between two saved reports. */
#include <errno.h>
#include <stdio.h>

#include "cmd/commands.h"
#include "gate/diff/diff.h"
#include "base/log.h"
#include "process/output.h"
#include "report/report_file.h"

static int write_diff(const struct options *options, const struct diff *diff)
{
	struct output *output;
	int err;

	if (output__open(&output, options->output))
		return STATUS_USAGE;
	if (options->differences == DIFF_AS_JSON)
		err = diff__write_json(output__file(output), diff);
	else
		err = diff__write_text(output__file(output), diff);
	if (err) {
		log_err(err, "diff");
		output__discard(output);
		return STATUS_INTERNAL;
	}
	return output__status(output__close(output));
}

static int compare(const struct options *options, const struct report_list *base,
		   const struct report_list *new)
{
	struct diff diff = {};
	char error[256];
	int status, err;

	err = diff__compare(base, new, options->max_regress, &diff, error, sizeof(error));
	if (err == -EINVAL) {
		log_error("cannot compare '%s' with '%s': %s", options->operands[0],
			  options->operands[1], error);
		return STATUS_USAGE;
	}
	if (err) {
		log_err(err, "diff");
		status = STATUS_INTERNAL;
	} else {
		status = write_diff(options, &diff);
	}
	if (!status && diff.regressions)
		status = STATUS_VIOLATED;
	diff__free(&diff);
	return status;
}

int cmd_diff(int argc, char **argv)
{
	static struct options options;
	struct report_list base = {}, new = {};
	int status;

	if (!command__begin(COMMAND_DIFF, argc, argv, &options, &status))
		return status;
	if (options.nr_operands != 2) {
		log_error("two reports are expected, BASE.json and NEW.json, not %zu",
			  options.nr_operands);
		return STATUS_USAGE;
	}
	if (reports__load(&base, options.operands[0]) || reports__load(&new, options.operands[1]))
		status = STATUS_USAGE;
	else
		status = compare(&options, &base, &new);
	reports__free(&base);
	reports__free(&new);
	return status;
}
