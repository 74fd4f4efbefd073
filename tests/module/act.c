// SPDX-License-Identifier: GPL-2.0-only
/* The table of acts: a new one is a row here and a function or two beside those of its kind. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "allocpage.h"

static const struct ap_act acts[] = {
	/* failures, by their reason */
	{
		.name = "exhaust",
		.refuse = ap_refuse_exhaustion,
		.prepare = ap_prepare_full,
		.before_each = ap_before_full,
		.reason = GFT_EXHAUSTED,
		.fills = true,
		.keeps = true,
	},
	{
		.name = "fragment",
		.refuse = ap_refuse_fragments,
		.prepare = ap_prepare_fragments,
		.before_each = ap_before_fragments,
		.reason = GFT_FRAGMENTED,
		.fills = true,
		.keeps = true,
	},
	{
		.name = "reserve",
		.refuse = ap_refuse_reserve,
		.prepare = ap_prepare_reserve,
		.before_each = ap_before_full,
		.reason = GFT_RESERVED,
		.fills = true,
		.keeps = true,
	},
	{
		.name = "constrain",
		.refuse = ap_refuse_constraint,
		.prepare = ap_prepare_constraint,
		.before_each = ap_before_full,
		.reason = GFT_CONSTRAINED,
		.fills = true,
		.keeps = true,
	},
	{
		.name = "charge",
		.refuse = ap_refuse_charge,
		.prepare = ap_prepare_charge,
		.reason = GFT_MEMCG,
		.keeps = true,
	},

	/* paths, from the shortest to the deepest */
	{
		.name = "pcp",
		.refuse = ap_refuse_pcp,
		.path = AP_PATH_PCP,
		.reason = GFT_UNKNOWN,
	},
	{
		.name = "buddy",
		.refuse = ap_refuse_buddy,
		.path = AP_PATH_BUDDY,
		.reason = GFT_UNKNOWN,
	},
	{
		.name = "steal",
		.refuse = ap_refuse_steal,
		.prepare = ap_prepare_steal,
		.work = ap_steal,
		.path = AP_PATH_STEAL,
		.keeps = true,
		.reason = GFT_UNKNOWN,
	},
	{
		.name = "slow",
		.refuse = ap_refuse_slow,
		.prepare = ap_prepare_slow,
		.before_each = ap_before_slow,
		.path = AP_PATH_SLOW,
		.fills = true,
		.reason = GFT_UNKNOWN,
	},
	{
		.name = "compact",
		.refuse = ap_refuse_compact,
		.prepare = ap_prepare_full,
		.before_each = ap_store_to_the_brim,
		.reason = GFT_EXHAUSTED,
		.path = AP_PATH_COMPACT,
		.fills = true,
		.keeps = true,
	},
	{
		.name = "reclaim",
		.refuse = ap_refuse_reclaim,
		.prepare = ap_prepare_full,
		.before_each = ap_store_to_the_brim,
		.path = AP_PATH_RECLAIM,
		.giving = AP_GIVE_DIRECT,
		.fills = true,
		.stores = true,
		.reason = GFT_EXHAUSTED,
	},
	{
		.name = "oom",
		.refuse = ap_refuse_oom,
		.prepare = ap_prepare_full,
		.before_each = ap_store_to_the_brim,
		.path = AP_PATH_OOM,
		.fills = true,
		.stores = true,
		.reason = GFT_UNKNOWN,
	},

	/* life under pressure */
	{
		.name = "pressure",
		.refuse = ap_refuse_pressure,
		.prepare = ap_prepare_pressure,
		.work = ap_pressure,
		.reason = GFT_EXHAUSTED,
		.giving = AP_GIVE_ALL,
		.fills = true,
		.stores = true,
		.has_second = true,
	},
	{
		.name = "tail",
		.refuse = ap_refuse_tail,
		.prepare = ap_prepare_full,
		.request = ap_migrating_request,
		.giving = AP_GIVE_DIRECT,
		.fills = true,
		.stores = true,
		.in_thread = true,
		.reason = GFT_EXHAUSTED,
	},

	/* blocks with qualities */
	{
		.name = "quality",
		.refuse = ap_refuse_quality,
		.prepare = ap_prepare_quality,
		.request = ap_quality_request,
		.puts = true,
		.reason = GFT_UNKNOWN,
	},

	/* objects of slabs */
	{
		.name = "slab",
		.refuse = ap_refuse_slab,
		.prepare = ap_prepare_slab,
		.step = ap_slab_step,
		.reason = GFT_UNKNOWN,
	},

	/* what reports should name */
	{
		.name = "plant-kernel",
		.refuse = ap_refuse_kernel_plant,
		.prepare = ap_prepare_kernel_plant,
		.request = ap_plant_kernel_under_spinlock,
		.function = "ap_plant_kernel_under_spinlock",
		.lint = "sleeping-in-atomic",
		.reason = GFT_UNKNOWN,
	},
	{
		.name = "plant-atomic",
		.refuse = ap_refuse_atomic_plant,
		.request = ap_plant_atomic_in_kthread,
		.in_thread = true,
		.function = "ap_plant_atomic_in_kthread",
		.lint = "needless-atomic",
		.reason = GFT_UNKNOWN,
	},
	{
		.name = "provoke",
		.refuse = ap_refuse_provoke,
		.prepare = ap_prepare_full,
		.ready = ap_ready_to_provoke,
		.request = ap_provoke_in_irq,
		.function = "ap_provoke_in_irq",
		.reason = GFT_EXHAUSTED,
		.fills = true,
		.keeps = true,
	},
};

const struct ap_act *ap_act_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(acts); i++)
		if (!strcmp(name, acts[i].name))
			return &acts[i];
	return NULL;
}

/* The line is good, but not on this machine. */
int ap_act_unable(struct ap_run *run, const char *why)
{
	run->why = why;
	return -EOPNOTSUPP;
}
