/* SPDX-License-Identifier: GPL-2.0-only */
/* From the text of one option's value to struct options; for options*.c only. */
#ifndef GFPTRACE_USER_OPTIONS_VALUE_H
#define GFPTRACE_USER_OPTIONS_VALUE_H

#include "cmd/options_table.h"

/* `value` is NULL for an option that takes none. Returns 0, or -EINVAL with `error` filled. */
int option__set(const struct option_row *row, const char *value, struct options *options,
		struct options_error *error);

/* Both return -EINVAL. */
int options__fail(struct options_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int options__hint(struct options_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
