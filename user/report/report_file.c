// SPDX-License-Identifier: GPL-2.0-only
#include "report/report_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "report/array.h"
#include "report/json_write.h"

int reports__add(struct report_list *list, struct report *report)
{
	struct report **slot = array__append(&list->report, &list->nr, sizeof(struct report *));

	if (!slot)
		return -ENOMEM;
	*slot = report;
	return 0;
}

void reports__free(struct report_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		report__free(list->report[i]);
	free(list->report);
	*list = (struct report_list){};
}

static int read_all(struct report_list *list, FILE *file, const char *path, char *error,
		    size_t size)
{
	struct report *report;
	size_t before = list->nr;
	int err;

	for (;;) {
		err = report__read_next(file, &report, error, size);
		if (err)
			return err;
		if (!report)
			break;
		report->name = report__string(report, path);
		err = report->name ? reports__add(list, report) : -ENOMEM;
		if (err) {
			report__free(report);
			snprintf(error, size, "out of memory");
			return err;
		}
	}
	if (list->nr > before)
		return 0;
	snprintf(error, size, "it is empty");
	return -EINVAL;
}

int reports__load(struct report_list *list, const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	char error[256] = "";
	struct stat st;
	int err;

	if (!file)
		return log_err(-errno, "cannot open report '%s'", path);
	if (!fstat(fileno(file), &st) && S_ISDIR(st.st_mode)) {
		snprintf(error, sizeof(error), "is a directory");
		err = -EISDIR;
	} else {
		err = read_all(list, file, path, error, sizeof(error));
	}
	if (err)
		log_error("cannot read report '%s': %s", is_stdin ? "stdin" : path, error);
	if (!is_stdin)
		fclose(file);
	return err;
}
