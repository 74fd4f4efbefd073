// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/alloc_config.h"

#include <string.h>

#include "mm/gfp_names.h"

static uint32_t enumerator(const struct btf *btf, const char *name, uint32_t otherwise)
{
	uint32_t value;

	return btf && btf_facts__enumerator(btf, name, &value) ? value : otherwise;
}

void failure_config__read(const struct btf *btf, const struct btf_facts *facts,
			  const struct gfp_flags *flags, struct gft_failure_config *config)
{
	const uint32_t none = ~0u;
	uint32_t normal = enumerator(btf, "ZONE_NORMAL", 0);

	*config = (struct gft_failure_config){
		.high = gfp_flags__mask(flags, GFP_HIGH),
		.direct_reclaim = gfp_flags__mask(flags, GFP_DIRECT_RECLAIM),
		.nomemalloc = gfp_flags__mask(flags, GFP_NOMEMALLOC),
		.memalloc = gfp_flags__mask(flags, GFP_MEMALLOC),
		.movable = gfp_flags__mask(flags, GFP_MOVABLE),
		.reclaimable = gfp_flags__mask(flags, GFP_RECLAIMABLE),
		.thisnode = gfp_flags__mask(flags, GFP_THISNODE),
		.kswapd = gfp_flags__mask(flags, GFP_KSWAPD_RECLAIM),
		.harder = gfp_flags__mask(flags, GFP_ATOMIC_BIT) != 0,
		.orders = facts->max_order + 1,
		.types = facts->nr_migratetypes,
		.type_highatomic = enumerator(btf, "MIGRATE_HIGHATOMIC", none),
		.type_cma = enumerator(btf, "MIGRATE_CMA", none),
		.type_isolate = enumerator(btf, "MIGRATE_ISOLATE", none),
		/* include/linux/gfp.h OPT_ZONE_DMA, OPT_ZONE_DMA32 */
		.zone_dma = enumerator(btf, "ZONE_DMA", normal),
		.zone_dma32 = enumerator(btf, "ZONE_DMA32", normal),
		.zone_normal = normal,
		.zone_movable = enumerator(btf, "ZONE_MOVABLE", normal),
	};
	if (config->orders > GFT_ORDERS_MAX)
		config->orders = GFT_ORDERS_MAX;
}
