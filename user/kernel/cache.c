// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/cache.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <gfptrace/colours.h>

#include "base/units.h"

#define INDEXES	    16 /* caches that a CPU may have */
#define LINES_MAX   (1u << 16)
#define SETS_MAX    (1u << 30)
#define CACHE_PATHS 4096

/* One line of cpuN/cache/indexN/. False: there is no such file, or nothing in it. */
static bool read_line(const char *folder, const char *name, char *line, int size)
{
	char path[CACHE_PATHS];
	FILE *file;
	bool read;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return false;
	file = fopen(path, "re");
	if (!file)
		return false;
	read = fgets(line, size, file);
	fclose(file);
	if (read)
		line[strcspn(line, "\n")] = '\0';
	return read;
}

/* 0: it is not there, or no number up to `max`. */
static uint64_t read_number(const char *folder, const char *name, uint64_t max)
{
	char line[32];
	uint64_t number;

	if (!read_line(folder, name, line, sizeof(line)) || parse__number(line, 1, max, &number))
		return 0;
	return number;
}

/* The highest level of a unified cache of one CPU, and its folder; 0: none is shown. */
static uint64_t find_last(const char *cpus, uint32_t cpu, char *last, size_t size)
{
	char folder[CACHE_PATHS / 2], type[32];
	uint64_t highest = 0;

	for (int i = 0; i < INDEXES; i++) {
		uint64_t level;

		if (snprintf(folder, sizeof(folder), "%s/cpu%u/cache/index%d", cpus, cpu, i) >=
		    (int)sizeof(folder))
			return 0;
		level = read_number(folder, "level", INDEXES);
		if (level <= highest || !read_line(folder, "type", type, sizeof(type)) ||
		    strcmp(type, "Unified") != 0)
			continue;
		highest = level;
		snprintf(last, size, "%s", folder);
	}
	return highest;
}

static struct cache geometry(const char *folder, uint32_t page_size)
{
	uint64_t way = read_number(folder, "number_of_sets", SETS_MAX) *
		       read_number(folder, "coherency_line_size", LINES_MAX);

	if (!way)
		return (struct cache){0, "sysfs does not tell the sets and lines of the last-level "
					 "cache"};
	if (way % page_size)
		return (struct cache){0,
				      "a way of the last-level cache is no whole number of pages"};
	if (way / page_size == 1)
		return (struct cache){0, "a way of the last-level cache is one page: all have the "
					 "same colour"};
	if (way / page_size > GFT_COLOURS_MAX)
		return (struct cache){0, "a way of the last-level cache has more pages than are "
					 "counted apart"};
	return (struct cache){(uint32_t)(way / page_size), NULL};
}

struct cache cache__read(const char *cpus, uint32_t nr, uint32_t page_size)
{
	char folder[CACHE_PATHS / 2];

	for (uint32_t cpu = 0; cpu < nr; cpu++)
		if (find_last(cpus, cpu, folder, sizeof(folder)))
			return geometry(folder, page_size);
	return (struct cache){0, "sysfs shows no unified cache of any CPU"};
}

/* The line of the data cache nearest to one CPU; 0: none is shown. */
static uint64_t line_of(const char *cpus, uint32_t cpu)
{
	char folder[CACHE_PATHS / 2], type[32];
	uint64_t nearest = INDEXES + 1, line = 0;

	for (int i = 0; i < INDEXES; i++) {
		uint64_t level, size;

		if (snprintf(folder, sizeof(folder), "%s/cpu%u/cache/index%d", cpus, cpu, i) >=
		    (int)sizeof(folder))
			return 0;
		level = read_number(folder, "level", INDEXES);
		size = read_number(folder, "coherency_line_size", LINES_MAX);
		if (!level || level >= nearest || !size || size & (size - 1) ||
		    !read_line(folder, "type", type, sizeof(type)) || !strcmp(type, "Instruction"))
			continue;
		nearest = level;
		line = size;
	}
	return line;
}

struct cache_line cache__line(const char *cpus, uint32_t nr)
{
	for (uint32_t cpu = 0; cpu < nr; cpu++) {
		uint64_t line = line_of(cpus, cpu);

		if (line > 1)
			return (struct cache_line){(uint32_t)line, NULL};
	}
	return (struct cache_line){64, "sysfs tells no cache line of any CPU: it is taken to have "
				       "64 bytes"};
}
