/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of kernel addresses, by /proc/kallsyms. Looked up while the code is there (a module may
 * be gone when the report is made) and remembered; addresses never leave this file.
 */
#ifndef GFPTRACE_USER_SYMBOLS_H
#define GFPTRACE_USER_SYMBOLS_H

#include <stdbool.h>
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

/*
 * Look up what is wanted and not looked up yet; reads the file only if there is any. To read it
 * takes tens of milliseconds, and seconds on a machine that is emulated: with _some, so many lines
 * at a time. Returns whether nothing is wanted any more.
 */
bool symbols__resolve_some(struct symbols *symbols, size_t lines);
bool symbols__resolve_from(struct symbols *symbols, FILE *kallsyms, size_t lines);
void symbols__resolve(struct symbols *symbols);

/* "function+0xoffset [module]"; NULL where it is not known. Lives as long as the symbols. */
const char *symbols__name(const struct symbols *symbols, uint64_t address);

#endif
