/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports as text, and the golden files they are held against. */
#ifndef GFPTRACE_TESTS_RENDERED_H
#define GFPTRACE_TESTS_RENDERED_H

#include <stdio.h>
#include <stdlib.h>

#include "format/formats.h"
#include "unit.h"

/* A report in a format; the caller frees it. */
static inline char *render(const struct report *report, const char *format, unsigned int width)
{
	const struct format_options options = {.width = width};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(format__find(format)->write(file, report, &options), 0);
	assert_int_equal(fclose(file), 0);
	return text;
}

/*
 * The text is that of tests/golden/NAME. The working directory is the top of the
 * tree. With UPDATE_GOLDEN=1 the file is written instead: look at the difference.
 */
static inline void assert_golden(const char *name, const char *text)
{
	static char golden[1 << 16];
	char path[128];
	FILE *file;
	size_t length;

	snprintf(path, sizeof(path), "tests/golden/%s", name);
	if (getenv("UPDATE_GOLDEN")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_true(fputs(text, file) >= 0);
		assert_int_equal(fclose(file), 0);
	}
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s cannot be read: run from the top of the tree", path);
	length = fread(golden, 1, sizeof(golden) - 1, file);
	golden[length] = '\0';
	fclose(file);
	assert_string_equal(text, golden);
}

#endif
