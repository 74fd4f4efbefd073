// SPDX-License-Identifier: GPL-2.0-only
#include "collect/headroom.h"

#include <errno.h>
#include <string.h>

static const char *const class_names[GFT_HEADROOM_CLASSES] = {"atomic", "nowait"};

/* Counters that are read while they run differ by a few. */
static uint64_t less(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

static int set_labels(struct report *report, struct labels *labels, int class,
		      const struct gft_zone *zone)
{
	char name[GFT_ZONE_NAME + 1] = {};

	memcpy(name, zone->name, GFT_ZONE_NAME);
	labels->value[DIM_CLASS] = class_names[class];
	labels->value[DIM_ZONE] = report__string(report, name);
	labels->value[DIM_NODE] = report__printf(report, "%u", zone->node);
	return labels->value[DIM_ZONE] && labels->value[DIM_NODE] ? 0 : -ENOMEM;
}

/* Of those that were served: one that failed in the end was as far from it as can be. */
static int add_buckets(struct headroom *to, const struct gft_headroom *before,
		       const struct gft_headroom *now)
{
	for (uint32_t i = 0; i < GFT_HEADROOM_BUCKETS; i++) {
		uint64_t count = less(now->reached[i] - before->reached[i],
				      now->failed[i] - before->failed[i]);

		if (!count)
			continue;
		if (headroom__add_bucket(to, gft_headroom_le(i), count))
			return -ENOMEM;
		to->count += count;
	}
	to->touched_reserves =
		less(now->touched - before->touched, now->touched_failed - before->touched_failed);
	if (to->touched_reserves > to->count)
		to->touched_reserves = to->count;
	return 0;
}

static bool is_served(const struct gft_headroom *before, const struct gft_headroom *now)
{
	uint64_t served = 0;

	for (uint32_t i = 0; i < GFT_HEADROOM_BUCKETS; i++)
		served += less(now->reached[i] - before->reached[i],
			       now->failed[i] - before->failed[i]);
	return served;
}

int headroom__describe(const struct gft_headrooms *before, const struct gft_headrooms *now,
		       const struct gft_zones *zones, struct report *report)
{
	for (int class = 0; class < GFT_HEADROOM_CLASSES; class ++) {
		for (uint32_t zone = 0; zone < zones->used && zone < GFT_ZONES; zone++) {
			const struct gft_headroom *from = &before->of[class][zone];
			const struct gft_headroom *to = &now->of[class][zone];
			struct headroom *headroom;

			if (!is_served(from, to))
				continue;
			headroom = report__add_headroom(report);
			if (!headroom ||
			    set_labels(report, &headroom->labels, class, &zones->zone[zone]) ||
			    add_buckets(headroom, from, to))
				return -ENOMEM;
		}
	}
	return 0;
}
