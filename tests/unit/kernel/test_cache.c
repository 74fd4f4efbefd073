// SPDX-License-Identifier: GPL-2.0-only
/* The geometry of caches, from folders made up here as sysfs has them. */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/cache.h"

#define CPUS  4
#define CACHE "cpu%u/cache/index%u/"

static char root[] = "/tmp/gfptrace-cache-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		assert_true(!mkdir(path, 0700) || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A file of a cache; a newline is added, as sysfs has it. */
static void put_line(uint32_t cpu, uint32_t index, const char *name, const char *value)
{
	char path[128], line[128];

	snprintf(path, sizeof(path), CACHE "%s", cpu, index, name);
	snprintf(line, sizeof(line), "%s\n", value);
	put(path, line);
}

static void put_cache(uint32_t cpu, uint32_t index, const char *type, const char *level,
		      const char *sets)
{
	put_line(cpu, index, "type", type);
	put_line(cpu, index, "level", level);
	put_line(cpu, index, "number_of_sets", sets);
	put_line(cpu, index, "coherency_line_size", "64");
}

/* As a machine of today has them: data, instructions, L2, L3. */
static void put_cpu(uint32_t cpu, const char *l3_sets)
{
	put_cache(cpu, 0, "Data", "1", "64");
	put_cache(cpu, 1, "Instruction", "1", "64");
	put_cache(cpu, 2, "Unified", "2", "1024");
	put_cache(cpu, 3, "Unified", "3", l3_sets);
}

static void clear(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf '%s'/*", root);
	assert_int_equal(system(command), 0);
}

static struct cache read_cache(void)
{
	return cache__read(root, CPUS, 4096);
}

static void assert_colours(uint32_t colours)
{
	struct cache cache = read_cache();

	assert_null(cache.why);
	assert_int_equal(cache.colours, colours);
	clear();
}

static void assert_unknown(const char *why)
{
	struct cache cache = read_cache();

	assert_int_equal(cache.colours, 0);
	assert_non_null(cache.why);
	assert_non_null(strstr(cache.why, why));
	clear();
}

static void last_level(void **state)
{
	(void)state;
	put_cpu(0, "16384");
	assert_colours(256);
	/* whatever their order */
	put_cache(0, 0, "Unified", "3", "16384");
	put_cache(0, 1, "Unified", "2", "1024");
	assert_colours(256);
	/* slices: 20 of 2048 sets */
	put_cpu(0, "40960");
	assert_colours(640);
	/* no L3 */
	put_cache(0, 0, "Data", "1", "64");
	put_cache(0, 2, "Unified", "2", "2048");
	assert_colours(32);
	/* an L3 for instructions alone would be no place for pages */
	put_cache(0, 0, "Instruction", "3", "65536");
	put_cache(0, 1, "Unified", "2", "2048");
	assert_colours(32);
}

static void page_sizes(void **state)
{
	(void)state;
	put_cpu(0, "16384");
	assert_int_equal(cache__read(root, CPUS, 65536).colours, 16);
	assert_int_equal(cache__read(root, CPUS, 16384).colours, 64);
	assert_colours(256);
}

/* A CPU that is offline has no folder `cache`. */
static void cpus_offline(void **state)
{
	(void)state;
	put("cpu0/online", "0\n");
	put_cpu(2, "8192");
	put_cpu(3, "16384");
	assert_colours(128);
	/* caches of a CPU that cannot be */
	put_cpu(CPUS, "8192");
	assert_unknown("no unified cache");
}

static void missing(void **state)
{
	static const char *const files[] = {"number_of_sets", "coherency_line_size"};

	(void)state;
	assert_unknown("no unified cache");
	put_cache(0, 0, "Data", "1", "64");
	assert_unknown("no unified cache");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[256];

		put_cpu(0, "16384");
		snprintf(path, sizeof(path), "%s/" CACHE "%s", root, 0u, 3u, files[i]);
		assert_int_equal(unlink(path), 0);
		/* not that of the L2: it would be another cache's */
		assert_unknown("sets and lines");
	}
	assert_int_equal(cache__read("/nowhere", CPUS, 4096).colours, 0);
}

static void garbage(void **state)
{
	static const char *const numbers[] = {"",	   "many", "-16384", "16384 sets",
					      "0x4000",	   "0",	   "1e9",    "99999999999999999999",
					      "4294967296"};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		put_cpu(0, numbers[i]);
		assert_unknown("sets and lines");
	}
	put_cpu(0, "16384");
	put_line(0, 3, "coherency_line_size", "line");
	assert_unknown("sets and lines");
	put_cpu(0, "16384");
	put_line(0, 3, "level", "three"); /* then the L2 is the last */
	assert_colours(16);
	put_cpu(0, "16384");
	put_line(0, 3, "type", "Unified, they say");
	assert_colours(16);
	put_cpu(0, "16384");
	put("cpu0/cache/index3/type", "");
	assert_colours(16);
}

static void odd_sizes(void **state)
{
	(void)state;
	put_cpu(0, "64");
	assert_unknown("one page");
	put_cpu(0, "32");
	assert_unknown("no whole number");
	put_cpu(0, "100");
	assert_unknown("no whole number");
	put_cpu(0, "128");
	assert_colours(2);
	put_cpu(0, "192");
	assert_colours(3);
	put_cpu(0, "262144");
	assert_colours(4096);
	put_cpu(0, "262208");
	assert_unknown("more pages");
}

static void assert_line(uint32_t size, bool known)
{
	struct cache_line line = cache__line(root, CPUS);

	assert_int_equal(line.size, size);
	assert_int_equal(!line.why, known);
}

/* The nearest data cache of the first CPU that shows one; what is no power of two is none. */
static void lines(void **state)
{
	(void)state;
	clear();
	assert_line(64, false);
	put_cpu(2, "4096");
	assert_line(64, true);
	put_line(2, 3, "coherency_line_size", "128");
	put_line(2, 1, "coherency_line_size", "32");
	assert_line(64, true);
	put_line(2, 0, "coherency_line_size", "128");
	assert_line(128, true);
	put_line(2, 0, "coherency_line_size", "96");
	put_line(2, 2, "coherency_line_size", "256");
	assert_line(256, true);
	put_line(2, 0, "coherency_line_size", "-64");
	put_line(2, 2, "coherency_line_size", "0");
	put_line(2, 3, "coherency_line_size", "x");
	assert_line(64, false);
	put_line(2, 0, "coherency_line_size", "1");
	assert_line(64, false);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	clear();
	return rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_level),	cmocka_unit_test(page_sizes),
		cmocka_unit_test(cpus_offline), cmocka_unit_test(missing),
		cmocka_unit_test(garbage),	cmocka_unit_test(odd_sizes),
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
