/* SPDX-License-Identifier: GPL-2.0-only */
/* The zones of this machine: which pages belong to which. */
#ifndef GFPTRACE_USER_ZONES_H
#define GFPTRACE_USER_ZONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <gfptrace/layout.h>

struct zone {
	uint32_t node;
	char name[16]; /* as /proc/zoneinfo has it: DMA, DMA32, Normal, Movable, Device */
	struct gft_range pages;
};

struct zones {
	struct zone zone[GFT_RANGES_MAX]; /* those that span pages, by node and rising pfn */
	size_t count;
	bool overlap; /* a page number may belong to two zones: placement cannot be told */
};

/* Read the text of /proc/zoneinfo. Returns 0, -EINVAL if it is none, -E2BIG for too many zones. */
int zones__parse(FILE *file, struct zones *zones);
int zones__read(struct zones *zones);

#endif
