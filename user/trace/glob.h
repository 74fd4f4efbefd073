/* SPDX-License-Identifier: GPL-2.0-only */
/* Globs over task names, as an automaton that BPF runs without a loop over the pattern. */
#ifndef GFPTRACE_USER_GLOB_H
#define GFPTRACE_USER_GLOB_H

#include <stdbool.h>

#include <gfptrace/layout.h>

/*
 * `*`, `?`, `[abc]`, `[a-z]`, `[!a]` and `\` before a character that is to be taken as it
 * is. Returns 0, -EINVAL for an open bracket or a trailing backslash, -E2BIG for more
 * than 31 elements.
 */
int glob__compile(const char *pattern, struct gft_glob *glob);

/* What BPF does with it; for tests. */
bool glob__matches(const struct gft_glob *glob, const char *text);

#endif
