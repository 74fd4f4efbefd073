/* SPDX-License-Identifier: GPL-2.0-only */
/* Caches, as sysfs tells their geometry. */
#ifndef GFPTRACE_USER_CACHE_H
#define GFPTRACE_USER_CACHE_H

#include <stdint.h>

#define CACHE_CPUS "/sys/devices/system/cpu"

/*
 * How many pages lie beside one another in its sets: sets * line / page. Last-level caches of
 * today spread addresses over slices by a hash that nobody documents, so this is the place within
 * the sets that sysfs counts, not one that a page is bound to.
 */
struct cache {
	uint32_t colours; /* 0: not known */
	const char *why;  /* it is not known; NULL: it is, or was not asked for */
};

/*
 * From the folder `cpus`, CACHE_CPUS or one like it: the unified cache of the highest level that
 * the first of `nr` CPUs has which shows any. Where CPUs differ it stands for all.
 */
struct cache cache__read(const char *cpus, uint32_t nr, uint32_t page_size);

/* What CPUs have in common that write beside one another. */
struct cache_line {
	uint32_t size;	 /* bytes, a power of two */
	const char *why; /* it is only taken for granted; NULL: it is known, or was not asked for */
};

/*
 * The line of the data cache nearest to the first of `nr` CPUs that shows any. Where none does it
 * has 64 bytes.
 */
struct cache_line cache__line(const char *cpus, uint32_t nr);

#endif
