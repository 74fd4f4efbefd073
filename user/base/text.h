/* SPDX-License-Identifier: GPL-2.0-only */
/* Words from outside (comm, cgroup names, files) made fit for JSON and for a terminal. */
#ifndef GFPTRACE_USER_WORDS_H
#define GFPTRACE_USER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The length in bytes of the UTF-8 character at `text`, 1 to 4; 0 if the bytes are
 * not one (overlong forms, surrogates and values above U+10FFFF are not). `text`
 * ends in a NUL, which counts as a character of length 1.
 */
size_t utf8__length(const char *text);

/* The characters of `text`, a wrong byte counting as one: about its width on a terminal. */
size_t utf8__count(const char *text);

/*
 * A copy of `text` with each byte that is not UTF-8 replaced by U+FFFD. The caller
 * frees it. Returns NULL when memory is short.
 */
char *utf8__sanitize(const char *text);

/*
 * A copy of `text` that cannot drive a terminal: control characters (C0, C1 and those that
 * turn the direction of writing) and bytes that are not UTF-8 become \xNN, a backslash stays.
 * The caller frees it. Returns NULL when memory is short.
 */
char *text__escape(const char *text);

/* The same into `out`; what does not fit in `size` bytes is left out. Needs no memory. */
void text__escape_into(const char *text, char *out, size_t size);

/* Compare as people do: numbers inside the words by value, NULL first. */
int text__compare_natural(const char *a, const char *b);

/* How many single-character edits lead from a to b, at most `limit` + 1. */
size_t text__distance(const char *a, const char *b, size_t limit);

#endif
