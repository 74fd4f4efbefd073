// SPDX-License-Identifier: GPL-2.0-only
#include "collect/colours.h"

#include <errno.h>
#include <stdlib.h>

/* `blocks` blocks of `size` pages, the first of which has the colour `first`. */
static void add_blocks(uint64_t *pages, uint32_t colours, uint64_t first, uint64_t size,
		       uint64_t blocks)
{
	for (uint64_t i = 0; i < size; i++)
		pages[(first + i) % colours] += blocks;
}

static void add_order(uint64_t *pages, const struct gft_config *config, uint32_t order,
		      const uint64_t *slots)
{
	const struct gft_colour_slots *of = &config->colour[order];

	for (uint32_t i = 0; i < of->count; i++)
		if (slots[of->first + i])
			add_blocks(pages, config->colours, (uint64_t)i << order, 1ull << order,
				   slots[of->first + i]);
}

static int add_pages(const uint64_t *pages, uint32_t colours, struct report *report)
{
	uint64_t most = 0, all = 0;

	for (uint32_t i = 0; i < colours; i++) {
		if (report__add_colour(report, pages[i]))
			return -ENOMEM;
		all += pages[i];
		most = pages[i] > most ? pages[i] : most;
	}
	if (all)
		report->cache.skew = (double)most * (double)colours / (double)all;
	return 0;
}

int colours__describe(const struct gft_config *config, const struct snapshot *snapshot,
		      struct report *report)
{
	uint64_t *pages;
	int err;

	if (!config->colours)
		return 0;
	pages = calloc(config->colours, sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	for (uint32_t order = 0; order < GFT_ORDERS_MAX; order++)
		add_order(pages, config, order, snapshot->colours);
	err = add_pages(pages, config->colours, report);
	free(pages);
	return err;
}
