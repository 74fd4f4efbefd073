// SPDX-License-Identifier: GPL-2.0-only
/*
 * For LD_PRELOAD: takes away all that tells page frame numbers, so that a tracer has to do without.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

/* No event with a page frame number. */
void *bpf_program__attach_tracepoint(const void *program, const char *category, const char *name)
{
	(void)program;
	(void)category;
	(void)name;
	errno = EACCES;
	return NULL;
}

/* No walk over the zones' free lists. */
void *bpf_program__attach_iter(const void *program, const void *options)
{
	(void)program;
	(void)options;
	errno = EACCES;
	return NULL;
}

static int no_pagemap(const char *path, int flags)
{
	static int (*next)(const char *, int);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "open64");
	return strcmp(path, "/proc/self/pagemap") ? next(path, flags) : (errno = EACCES, -1);
}

int open(const char *path, int flags, ...)
{
	return no_pagemap(path, flags);
}

int open64(const char *path, int flags, ...)
{
	return no_pagemap(path, flags);
}
