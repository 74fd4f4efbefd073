/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where code lies: the functions of the allocators and their wrappers, which no caller is looked
 * for in (requester.h), and the code of a module. By /proc/kallsyms.
 */
#ifndef GFPTRACE_USER_WRAPPERS_H
#define GFPTRACE_USER_WRAPPERS_H

#include <stddef.h>
#include <stdio.h>

#include <gfptrace/callers.h>

struct wrappers {
	struct gft_code code[GFT_WRAPPERS]; /* by rising start; what is not used is ~0 */
	size_t count;
	struct gft_code module; /* 0: none was asked for */
};

struct wrappers_problem {
	char text[160];
	const char *hint; /* NULL: there is no remedy */
};

/*
 * `module`: a name, or NULL. Returns 0, or a negative errno with `problem` filled: -ENOENT if no
 * such module is loaded, -EACCES if the file hides the addresses.
 */
int wrappers__read(struct wrappers *wrappers, const char *module, struct wrappers_problem *problem);
/* The same of a file like that. */
int wrappers__read_from(struct wrappers *wrappers, FILE *kallsyms, const char *module);

#endif
