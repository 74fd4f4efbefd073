/* SPDX-License-Identifier: GPL-2.0-only */
/* From pages that were handed out to the place of all struct pages. Pure but for touch. */
#ifndef GFPTRACE_USER_CALIBRATE_H
#define GFPTRACE_USER_CALIBRATE_H

#include <stddef.h>
#include <stdint.h>

#include <gfptrace/layout.h>

#define CALIBRATE_PAGES 32

/*
 * Map and touch CALIBRATE_PAGES pages and look up their frame numbers in
 * /proc/self/pagemap (0 without CAP_SYS_ADMIN, Documentation/admin-guide/mm/pagemap.rst).
 * Returns how many numbers `pfn` got, or a negative errno.
 */
int calibrate__touch(__u64 pfn[CALIBRATE_PAGES]);

/*
 * The address of the struct page of pfn 0, from struct pages that we saw being handed out
 * and frame numbers that we were given, in no order that counts. Several addresses may
 * explain them (pages often come in a row), but the right one is aligned: to 1 GiB on
 * x86-64 (arch/x86/mm/kaslr.c), to 16 MiB on arm64 (arch/arm64/mm/init.c, memstart_addr).
 * Returns 0 if none is that explains at least 4 pairs.
 */
__u64 calibrate__vmemmap(const __u64 *pages, size_t nr_pages, const __u64 *pfns, size_t nr_pfns,
			 uint32_t page_struct);

/*
 * The same from struct pages and the frame numbers that came with the same events. More than half
 * of them must agree, and at least 4 pages: a pair that an interrupt has torn agrees with none.
 */
__u64 calibrate__vmemmap_of_pairs(const struct gft_page_pair *pairs, size_t count,
				  uint32_t page_struct);

/*
 * The same from zones that span known frames and have struct pages of these: the one address that
 * is aligned as the kernel aligns it and lets each page lie in its zone. Returns 0 if there is
 * none, or another.
 */
__u64 calibrate__vmemmap_of_zones(const struct gft_zone_pages *zones, size_t count,
				  uint32_t page_struct);

#endif
