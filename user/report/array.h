/* SPDX-License-Identifier: GPL-2.0-only */
/* Growing the arrays of a report; for report*.c only. */
#ifndef GFPTRACE_USER_REPORT_ARRAY_H
#define GFPTRACE_USER_REPORT_ARRAY_H

#include <stddef.h>

/*
 * Append one zeroed element of `size` bytes to the array that *array points to and
 * that has *nr elements. Returns the element, or NULL when memory is short.
 */
void *array__append(void *array, size_t *nr, size_t size);

#endif
