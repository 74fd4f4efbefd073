// SPDX-License-Identifier: GPL-2.0-only
/*
 * The work that is measured, and its price. Runs in the guest, links nothing.
 *
 *	load pairs COUNT [WORD...]  request and free in the module's loop, WORDs of its scenario
 *	load faults COUNT [ROUNDS]  page faults on a mapping of small pages, with their unmapping
 *
 * Prints "pairs|faults COUNT NS", NS in all; of faults a round that a tenth of the rounds are
 * faster than: whatever else runs only adds.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define FOLDER	   "/sys/kernel/debug/allocpage/"
#define ROUNDS	   15
#define MAX_ROUNDS 1001

static int fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	return 1;
}

static int write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	int failed;

	if (!file)
		return fail(path);
	failed = fputs(text, file) < 0;
	failed |= fclose(file) != 0;
	return failed ? fail(path) : 0;
}

static int pairs(const char *count, char **words)
{
	static char truth[1 << 16];
	unsigned long long made, warm, failed, ns;
	char line[512];
	const char *found;
	size_t length;
	FILE *file;

	length = (size_t)snprintf(line, sizeof(line), "bench=1 reset=1 count=%s", count);
	for (; *words && length < sizeof(line); words++)
		length += (size_t)snprintf(line + length, sizeof(line) - length, " %s", *words);
	if (length >= sizeof(line)) {
		errno = E2BIG;
		return fail("scenario");
	}
	if (write_file(FOLDER "run", line))
		return 1;
	file = fopen(FOLDER "truth", "re");
	if (!file)
		return fail(FOLDER "truth");
	length = fread(truth, 1, sizeof(truth) - 1, file);
	fclose(file);
	truth[length] = '\0';
	found = strstr(truth, "\"bench\":");
	if (!found ||
	    sscanf(found, "\"bench\":{\"pairs\":%llu,\"warmup\":%llu,\"failed\":%llu,\"ns\":%llu",
		   &made, &warm, &failed, &ns) != 4) {
		errno = EPROTO;
		return fail("truth");
	}
	if (failed) {
		errno = ENOMEM;
		return fail("pairs");
	}
	printf("pairs %llu %llu\n", made, ns);
	return 0;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* 0 where the mapping cannot be had */
static uint64_t round_of_faults(size_t count, size_t page)
{
	uint64_t start = now();
	char *memory = mmap(NULL, count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	size_t i;

	if (memory == MAP_FAILED)
		return 0;
	/* a kernel without huge pages refuses it, and needs none of it */
	madvise(memory, count * page, MADV_NOHUGEPAGE);
	for (i = 0; i < count; i++)
		((volatile char *)memory)[i * page] = 1;
	munmap(memory, count * page);
	return now() - start;
}

static int ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int faults(const char *text, const char *rounds_text)
{
	const size_t count = strtoul(text, NULL, 10);
	const size_t rounds = rounds_text ? strtoul(rounds_text, NULL, 10) : ROUNDS;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t times[MAX_ROUNDS];
	size_t i;

	if (!count || !rounds || rounds > MAX_ROUNDS) {
		errno = EINVAL;
		return fail("faults");
	}
	round_of_faults(count, page); /* page tables, per-CPU lists */
	for (i = 0; i < rounds; i++) {
		times[i] = round_of_faults(count, page);
		if (!times[i])
			return fail("mmap");
	}
	qsort(times, rounds, sizeof(*times), ascending);
	printf("faults %zu %llu\n", count, (unsigned long long)times[rounds / 10]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "pairs"))
		return pairs(argv[2], argv + 3);
	if ((argc == 3 || argc == 4) && !strcmp(argv[1], "faults"))
		return faults(argv[2], argv[3]);
	fputs("usage: load pairs COUNT [WORD...] | load faults COUNT [ROUNDS]\n", stderr);
	return 2;
}
