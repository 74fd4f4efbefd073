// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load of page faults: each page that is touched is one request of order 0.
 *
 *	load time SECONDS	as many as it can
 *	load pages N [STATUS]	N pages, once a line comes on stdin; then exit with STATUS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void touch(size_t pages)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *area = mmap(NULL, pages * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	if (area == MAP_FAILED) {
		perror("load: mmap");
		exit(1);
	}
	madvise(area, pages * size, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages; i++)
		((volatile char *)area)[i * size] = 1;
	munmap(area, pages * size);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "time")) {
		double end = now() + atof(argv[2]);

		while (now() < end)
			touch(4096);
		return 0;
	}
	if (argc >= 3 && !strcmp(argv[1], "pages")) {
		size_t pages = strtoul(argv[2], NULL, 10);

		getchar();
		for (; pages > 4096; pages -= 4096)
			touch(4096);
		touch(pages);
		return argc > 3 ? atoi(argv[3]) : 0;
	}
	fprintf(stderr, "usage: load time SECONDS | pages N [STATUS]\n");
	return 2;
}
