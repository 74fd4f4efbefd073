// SPDX-License-Identifier: GPL-2.0-only
#include "mm/gfp_names.h"

#include <stddef.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define RECLAIM (GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM)
#define KERNEL	(RECLAIM | GFP_IO | GFP_FS)
#define USER	(KERNEL | GFP_HARDWALL)
#define MOVABLE (USER | GFP_HIGHMEM | GFP_MOVABLE)
#define THP	(MOVABLE | GFP_COMP | GFP_NOMEMALLOC | GFP_NOWARN)

/*
 * include/trace/events/mmflags.h prints the largest combination that fits, then the rest:
 * the combinations are those of include/linux/gfp.h, gfp_types.h from v6.0 on.
 */
/* clang-format off */
static const struct {
	const char *name;
	uint32_t meaning;
} words[] = {
	{"GFP_TRANSHUGE", THP},
	{"GFP_TRANSHUGE_LIGHT", THP & ~(uint32_t)RECLAIM},
	{"GFP_HIGHUSER_MOVABLE", MOVABLE},
	{"GFP_HIGHUSER", USER | GFP_HIGHMEM},
	{"GFP_USER", USER},
	{"GFP_KERNEL_ACCOUNT", KERNEL | GFP_ACCOUNT},
	{"GFP_KERNEL", KERNEL},
	{"GFP_NOFS", RECLAIM | GFP_IO},
	{"GFP_ATOMIC", GFP_HIGH | GFP_KSWAPD_RECLAIM},
	{"GFP_NOIO", RECLAIM},
	{"GFP_NOWAIT", GFP_KSWAPD_RECLAIM},
	{"GFP_TEMPORARY", KERNEL | GFP_RECLAIMABLE},
	{"GFP_DMA", GFP_DMA},
	{"GFP_DMA32", GFP_DMA32},
	{"__GFP_DMA", GFP_DMA},
	{"__GFP_DMA32", GFP_DMA32},
	{"__GFP_HIGHMEM", GFP_HIGHMEM},
	{"__GFP_MOVABLE", GFP_MOVABLE},
	{"__GFP_RECLAIMABLE", GFP_RECLAIMABLE},
	{"__GFP_HIGH", GFP_HIGH},
	{"__GFP_ATOMIC", GFP_ATOMIC_BIT},
	{"__GFP_IO", GFP_IO},
	{"__GFP_FS", GFP_FS},
	{"__GFP_KSWAPD_RECLAIM", GFP_KSWAPD_RECLAIM},
	{"__GFP_DIRECT_RECLAIM", GFP_DIRECT_RECLAIM},
	{"__GFP_RECLAIM", RECLAIM},
	{"__GFP_NOWARN", GFP_NOWARN},
	{"__GFP_RETRY_MAYFAIL", GFP_RETRY_MAYFAIL},
	{"__GFP_NOFAIL", GFP_NOFAIL},
	{"__GFP_NORETRY", GFP_NORETRY},
	{"__GFP_MEMALLOC", GFP_MEMALLOC},
	{"__GFP_COMP", GFP_COMP},
	{"__GFP_NOMEMALLOC", GFP_NOMEMALLOC},
	{"__GFP_HARDWALL", GFP_HARDWALL},
	{"__GFP_THISNODE", GFP_THISNODE},
	{"__GFP_ACCOUNT", GFP_ACCOUNT},
	/* known, and nothing follows from them */
	{"__GFP_ZERO", 0}, {"__GFP_WRITE", 0}, {"__GFP_SKIP_ZERO", 0}, {"__GFP_SKIP_KASAN", 0},
	{"__GFP_SKIP_KASAN_POISON", 0}, {"__GFP_SKIP_KASAN_UNPOISON", 0}, {"__GFP_ZEROTAGS", 0},
	{"__GFP_NOLOCKDEP", 0}, {"__GFP_NO_OBJ_EXT", 0}, {"__GFP_NOTRACK", 0}, {"__GFP_OTHER_NODE", 0},
	{"__GFP_COLD", 0}, {"none", 0},
};
/* clang-format on */

static bool find(const char *name, size_t length, uint32_t *meaning)
{
	for (size_t i = 0; i < LENGTH(words); i++)
		if (strlen(words[i].name) == length && !memcmp(words[i].name, name, length)) {
			*meaning |= words[i].meaning;
			return true;
		}
	/* a new flag does not hide those that make the class; a new combination would */
	return (length > 2 && !memcmp(name, "0x", 2)) || (length > 6 && !memcmp(name, "__GFP_", 6));
}

bool gfp_names__decode(const char *names, uint32_t *meaning)
{
	bool known = *names != '\0';

	*meaning = 0;
	while (*names) {
		size_t length = strcspn(names, "|");

		known &= find(names, length, meaning);
		names += length;
		names += *names == '|';
	}
	return known;
}

const char *gfp_names__combination(uint32_t *meaning)
{
	for (size_t i = 0; i < LENGTH(words); i++) {
		const uint32_t all = words[i].meaning;

		if (words[i].name[0] != 'G' || !all || (*meaning & all) != all)
			continue;
		*meaning &= ~all;
		if (all & GFP_HIGH) /* GFP_ATOMIC had a bit of its own */
			*meaning &= ~(uint32_t)GFP_ATOMIC_BIT;
		return words[i].name;
	}
	return NULL;
}

enum gft_class gfp_meaning__class(uint32_t meaning)
{
	static const struct gft_gfp_bits bits = {
		.movable = GFP_MOVABLE,
		.comp = GFP_COMP,
		.nomemalloc = GFP_NOMEMALLOC,
		.direct_reclaim = GFP_DIRECT_RECLAIM,
		.high = GFP_HIGH,
		.io = GFP_IO,
		.fs = GFP_FS,
		.hardwall = GFP_HARDWALL,
	};

	return gft_classify(meaning, &bits);
}
