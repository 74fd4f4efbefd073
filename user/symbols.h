/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of kernel addresses, by /proc/kallsyms. Looked up while the code is there (a module may
 * be gone when the report is made) and remembered; addresses never leave this file.
 */
#ifndef GFPTRACE_USER_SYMBOLS_H
#define GFPTRACE_USER_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct symbols;

/*
 * Room for so many addresses. All memory that is ever needed is asked for here. Returns NULL
 * when it is short.
 */
struct symbols *symbols__new(size_t capacity);
void symbols__free(struct symbols *symbols); /* accepts NULL */

/* Note an address whose name will be asked for; what finds no room has none. */
void symbols__want(struct symbols *symbols, uint64_t address);

/* Look up what is wanted and not looked up yet; reads the file only if there is any. */
void symbols__resolve(struct symbols *symbols);
void symbols__resolve_from(struct symbols *symbols, FILE *kallsyms);

/* "function+0xoffset [module]"; NULL where it is not known. Lives as long as the symbols. */
const char *symbols__name(const struct symbols *symbols, uint64_t address);

#endif
