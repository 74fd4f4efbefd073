// SPDX-License-Identifier: GPL-2.0-only
#include "process/oom.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

/*
 * A report of the usual dimensions takes about 1 MiB, its JSON tree about 3: nearly all of it
 * buckets of latencies. Of 11 series without them both took 0.1 MiB.
 */
#define RESERVE_SIZE	  (6u << 20)
#define RESERVE_OF_COUNTS (2u << 20)
#define CHUNK_SIZE	  (64u << 10)
#define MAPPED_FROM	  (32 << 20)
#define STACK_SIZE	  (256u << 10)

void survive__ahead(void)
{
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	mallopt(M_TRIM_THRESHOLD, -1);
}

/* Blocks taken and given back stay in the heap, where the report finds them. */
static int reserve_memory(size_t size)
{
	void *chunk[RESERVE_SIZE / CHUNK_SIZE];
	int failed = 0;

	for (size_t i = 0; i < size / CHUNK_SIZE; i++) {
		chunk[i] = malloc(CHUNK_SIZE);
		if (chunk[i])
			memset(chunk[i], 0xff, CHUNK_SIZE);
		else
			failed = 1;
	}
	malloc_trim(0); /* the rest of what the start took */
	for (size_t i = 0; i < size / CHUNK_SIZE; i++)
		free(chunk[i]);
	return failed;
}

int protect_from_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	int failed = fd < 0 || write(fd, "-1000", 5) != 5;

	if (fd >= 0)
		close(fd);
	return failed;
}

/* A locked stack that grows counts against the limit, and beyond it is a segmentation fault. */
static void reserve_stack(void)
{
	volatile char stack[STACK_SIZE];

	for (size_t i = 0; i < sizeof(stack); i += 1024)
		stack[i] = 0;
}

/*
 * Without CAP_IPC_LOCK, which will be gone, what is mapped later is refused above the limit:
 * where there is one, only what is there now is locked.
 */
static int lock_memory(void)
{
	struct rlimit limit;
	bool unlimited = !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur == RLIM_INFINITY;

	return mlockall(MCL_CURRENT | (unlimited ? MCL_FUTURE : 0)) != 0;
}

void survive(bool timed)
{
	int failed;

	survive__ahead();
	failed = reserve_memory(timed ? RESERVE_SIZE : RESERVE_OF_COUNTS);
	reserve_stack();
	memory_is_short(); /* opens its file */

	failed += lock_memory();
	failed += protect_from_oom();
	if (failed)
		log_verbose("not protected from running out of memory (%d of 3 steps failed)",
			    failed);
}

/* The file stays open: its buffer then is there when memory is not. */
bool memory_is_short(void)
{
	static int file = -1;
	unsigned long long total, available;
	char text[256];
	ssize_t length;

	if (file < 0)
		file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	length = file < 0 ? -1 : pread(file, text, sizeof(text) - 1, 0);
	if (length <= 0)
		return true;
	text[length] = '\0';
	if (sscanf(text, "MemTotal: %llu kB MemFree: %*u kB MemAvailable: %llu", &total,
		   &available) != 2)
		return true;
	return available < total / 16;
}
