// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/zones.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool zones_overlap(const struct zones *zones)
{
	for (size_t i = 0; i < zones->count; i++)
		for (size_t j = i + 1; j < zones->count; j++) {
			const struct gft_range *a = &zones->zone[i].pages;
			const struct gft_range *b = &zones->zone[j].pages;

			if (a->start < b->start + b->pages && b->start < a->start + a->pages)
				return true;
		}
	return false;
}

int zones__parse(FILE *file, struct zones *zones)
{
	struct zone zone = {};
	char line[512];
	bool seen = false;

	memset(zones, 0, sizeof(*zones));
	while (fgets(line, sizeof(line), file)) {
		uint64_t number;

		if (sscanf(line, "Node %" SCNu32 ", zone %15s", &zone.node, zone.name) == 2) {
			zone.pages = (struct gft_range){};
			seen = true;
		} else if (!seen) {
			continue;
		} else if (sscanf(line, " spanned %" SCNu64, &number) == 1) {
			zone.pages.pages = number;
		} else if (sscanf(line, " start_pfn: %" SCNu64, &number) == 1) {
			/* the last line of a zone */
			zone.pages.start = number;
			if (!zone.pages.pages)
				continue;
			if (zones->count == GFT_RANGES_MAX)
				return -E2BIG;
			zones->zone[zones->count++] = zone;
		}
	}
	zones->overlap = zones_overlap(zones);
	return seen && !ferror(file) ? 0 : -EINVAL;
}

int zones__read(struct zones *zones)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	int err;

	if (!file)
		return -errno;
	err = zones__parse(file, zones);
	fclose(file);
	return err;
}
