// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/gfp_flags.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel/btf_facts.h"
#include "kernel/gfp.h"
#include "mm/gfp_names.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Bit positions of v5.8 to v6.2 (include/linux/gfp_types.h); newer kernels tell them. */
static const struct flag {
	const char *name; /* behind __GFP_ */
	uint32_t mask, meaning;
	const char *shown;
} table[] = {
	{"DMA", 0x01, GFP_DMA, "__GFP_DMA"},
	{"HIGHMEM", 0x02, GFP_HIGHMEM, "__GFP_HIGHMEM"},
	{"DMA32", 0x04, GFP_DMA32, "__GFP_DMA32"},
	{"MOVABLE", 0x08, GFP_MOVABLE, "__GFP_MOVABLE"},
	{"RECLAIMABLE", 0x10, GFP_RECLAIMABLE, "__GFP_RECLAIMABLE"},
	{"HIGH", 0x20, GFP_HIGH, "__GFP_HIGH"},
	{"IO", 0x40, GFP_IO, "__GFP_IO"},
	{"FS", 0x80, GFP_FS, "__GFP_FS"},
	{"ZERO", 0x100, 0, "__GFP_ZERO"},
	{"ATOMIC", 0x200, GFP_ATOMIC_BIT, "__GFP_ATOMIC"},
	{"DIRECT_RECLAIM", 0x400, GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"},
	{"KSWAPD_RECLAIM", 0x800, GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM"},
	{"WRITE", 0x1000, 0, "__GFP_WRITE"},
	{"NOWARN", 0x2000, GFP_NOWARN, "__GFP_NOWARN"},
	{"RETRY_MAYFAIL", 0x4000, GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL"},
	{"NOFAIL", 0x8000, GFP_NOFAIL, "__GFP_NOFAIL"},
	{"NORETRY", 0x10000, GFP_NORETRY, "__GFP_NORETRY"},
	{"MEMALLOC", 0x20000, GFP_MEMALLOC, "__GFP_MEMALLOC"},
	{"COMP", 0x40000, GFP_COMP, "__GFP_COMP"},
	{"NOMEMALLOC", 0x80000, GFP_NOMEMALLOC, "__GFP_NOMEMALLOC"},
	{"HARDWALL", 0x100000, GFP_HARDWALL, "__GFP_HARDWALL"},
	{"THISNODE", 0x200000, GFP_THISNODE, "__GFP_THISNODE"},
	{"ACCOUNT", 0x400000, GFP_ACCOUNT, "__GFP_ACCOUNT"},
	{"ZEROTAGS", 0x800000, 0, "__GFP_ZEROTAGS"},
};

_Static_assert(LENGTH(table) == GFP_FLAGS, "a mask for each flag");

/* v6.10, commit 772dd0342727 */
static bool from_btf(const struct btf *btf, struct gfp_flags *flags)
{
	uint32_t bit;

	if (!btf || !btf_facts__enumerator(btf, "___GFP_DMA_BIT", &bit))
		return false;
	for (size_t i = 0; i < LENGTH(table); i++) {
		char name[64];

		snprintf(name, sizeof(name), "___GFP_%s_BIT", table[i].name);
		if (btf_facts__enumerator(btf, name, &bit) && bit < 32)
			flags->mask[i] = 1u << bit;
	}
	return true;
}

static bool from_format(const char *format, struct gfp_flags *flags)
{
	bool any = false;

	for (size_t i = 0; i < LENGTH(table); i++) {
		uint32_t mask = format ? gfp_format__flag(format, table[i].name) : 0;

		flags->mask[i] = mask & (mask - 1) ? 0 : mask;
		any |= flags->mask[i] != 0;
	}
	return any;
}

void gfp_flags__find(const struct btf *btf, const char *tracepoint_format, struct gfp_flags *flags)
{
	memset(flags, 0, sizeof(*flags));
	if (from_btf(btf, flags) || from_format(tracepoint_format, flags))
		return;
	for (size_t i = 0; i < LENGTH(table); i++)
		flags->mask[i] = table[i].mask;
}

uint32_t gfp_flags__mask(const struct gfp_flags *flags, uint32_t meaning)
{
	for (size_t i = 0; i < LENGTH(table); i++)
		if (table[i].meaning == meaning)
			return flags->mask[i];
	return 0;
}

uint32_t gfp_flags__meaning(const struct gfp_flags *flags, uint32_t gfp)
{
	uint32_t meaning = 0;

	for (size_t i = 0; i < LENGTH(table); i++)
		if (gfp & flags->mask[i])
			meaning |= table[i].meaning;
	return meaning;
}

size_t gfp_flags__names(const struct gfp_flags *flags, uint32_t gfp, const char *names[GFP_FLAGS])
{
	uint32_t rest = gfp_flags__meaning(flags, gfp);
	size_t count = 0;
	const char *combination = gfp_names__combination(&rest);

	if (combination)
		names[count++] = combination;
	for (size_t i = 0; i < LENGTH(table) && count < GFP_FLAGS; i++)
		if (gfp & flags->mask[i] && (!table[i].meaning || rest & table[i].meaning))
			names[count++] = table[i].shown;
	return count;
}
