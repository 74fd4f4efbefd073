// SPDX-License-Identifier: GPL-2.0-only
#include "trace/calibrate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGEMAP_PFN	((1ull << 55) - 1)
#define PAGEMAP_PRESENT (1ull << 63)
#define AGREEMENT	4
#define ALIGNMENT	(1u << 20)
/* arch/x86/mm/kaslr.c: PUD_SIZE; arch/arm64/mm/init.c: 1 GiB of memory */
#if defined(__x86_64__)
#define VMEMMAP_ALIGNMENT (1ull << 30)
#else
#define VMEMMAP_ALIGNMENT (1ull << 24)
#endif

static int read_pfns(const char *area, size_t page_size, __u64 pfn[CALIBRATE_PAGES])
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), count = 0;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < CALIBRATE_PAGES; i++) {
		__u64 place = ((__u64)area / page_size + i) * sizeof(__u64), entry;

		if (pread(fd, &entry, sizeof(entry), (off_t)place) != sizeof(entry))
			break;
		if (entry & PAGEMAP_PRESENT && entry & PAGEMAP_PFN)
			pfn[count++] = entry & PAGEMAP_PFN;
	}
	close(fd);
	return count;
}

int calibrate__touch(__u64 pfn[CALIBRATE_PAGES])
{
	size_t page_size = (size_t)sysconf(_SC_PAGESIZE), size = page_size * CALIBRATE_PAGES;
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int count;

	if (area == MAP_FAILED)
		return -errno;
	madvise(area, size, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < CALIBRATE_PAGES; i++)
		((volatile char *)area)[i * page_size] = 1;
	count = read_pfns(area, page_size, pfn);
	munmap(area, size);
	return count;
}

__u64 calibrate__vmemmap(const __u64 *pages, size_t nr_pages, const __u64 *pfns, size_t nr_pfns,
			 __u32 page_struct)
{
	__u64 best = 0;
	size_t most = AGREEMENT - 1;

	for (size_t i = 0; i < nr_pages; i++)
		for (size_t j = 0; j < nr_pfns; j++) {
			__u64 base = pages[i] - pfns[j] * page_struct;
			size_t agree = 0;

			if (base % ALIGNMENT)
				continue;
			for (size_t a = 0; a < nr_pages; a++)
				for (size_t b = 0; b < nr_pfns; b++)
					agree += pages[a] == base + pfns[b] * page_struct;
			if (agree > most) {
				most = agree;
				best = base;
			}
		}
	return best;
}

/* Pairs that say the same as this one, each page once. */
static size_t agreeing(const struct gft_page_pair *pairs, size_t count, __u64 base,
		       __u32 page_struct, size_t *pages)
{
	size_t agree = 0;

	*pages = 0;
	for (size_t i = 0; i < count; i++) {
		bool seen = false;

		if (pairs[i].page - pairs[i].pfn * page_struct != base)
			continue;
		for (size_t j = 0; j < i && !seen; j++)
			seen = pairs[j].page == pairs[i].page;
		agree++;
		*pages += !seen;
	}
	return agree;
}

__u64 calibrate__vmemmap_of_pairs(const struct gft_page_pair *pairs, size_t count,
				  __u32 page_struct)
{
	for (size_t i = 0; i < count; i++) {
		__u64 base = pairs[i].page - pairs[i].pfn * page_struct;
		size_t pages;

		if (!base || base % ALIGNMENT)
			continue;
		if (agreeing(pairs, count, base, page_struct, &pages) * 2 > count &&
		    pages >= AGREEMENT)
			return base;
	}
	return 0;
}

__u64 calibrate__vmemmap_of_zones(const struct gft_zone_pages *zones, size_t count,
				  __u32 page_struct)
{
	__u64 low = 0, high = UINT64_MAX, base;

	for (size_t i = 0; i < count; i++) {
		const struct gft_zone_pages *zone = &zones[i];

		if (!zone->lowest || !zone->pages)
			continue;
		/* the highest is at most its last page, the lowest at least its first */
		if (zone->highest - (zone->start + zone->pages - 1) * page_struct > low)
			low = zone->highest - (zone->start + zone->pages - 1) * page_struct;
		if (zone->lowest - zone->start * page_struct < high)
			high = zone->lowest - zone->start * page_struct;
	}
	base = high / VMEMMAP_ALIGNMENT * VMEMMAP_ALIGNMENT;
	return low && base >= low && base - VMEMMAP_ALIGNMENT < low ? base : 0;
}
