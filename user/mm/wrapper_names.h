/* SPDX-License-Identifier: GPL-2.0-only */
/* Who asked for the pages: the first frame of a stack outside the allocators and their wrappers. */
#ifndef GFPTRACE_USER_REQUESTER_H
#define GFPTRACE_USER_REQUESTER_H

#include <stdbool.h>

/*
 * Is `function` (a name, with or without +0xOFFSET and suffixes such as .constprop.0) part
 * of the page, slab, fragment, vmalloc or buffer allocators, or of reporting a failure?
 */
bool requester__is_wrapper(const char *function);

#endif
