// SPDX-License-Identifier: GPL-2.0-only
/* The names of gfp masks and bits, and which of them a scenario must not use. */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "allocpage.h"

/* clang-format off */
#define NAME(x) { #x, x }

static const struct {
	const char *name;
	gfp_t gfp;
} names[] = {
	NAME(GFP_ATOMIC),	  NAME(GFP_NOWAIT),	    NAME(GFP_KERNEL),
	NAME(GFP_KERNEL_ACCOUNT), NAME(GFP_NOIO),	    NAME(GFP_NOFS),
	NAME(GFP_USER),		  NAME(GFP_HIGHUSER),	    NAME(GFP_HIGHUSER_MOVABLE),
	NAME(GFP_TRANSHUGE),	  NAME(GFP_TRANSHUGE_LIGHT), NAME(GFP_DMA32),
	NAME(__GFP_NOWARN),	  NAME(__GFP_ZERO),	    NAME(__GFP_COMP),
	NAME(__GFP_NORETRY),	  NAME(__GFP_RETRY_MAYFAIL), NAME(__GFP_HIGH),
	NAME(__GFP_ACCOUNT),	  NAME(__GFP_THISNODE),	    NAME(__GFP_NOMEMALLOC),
	NAME(__GFP_MEMALLOC),	  NAME(__GFP_DMA),	    NAME(__GFP_DMA32),
	NAME(__GFP_MOVABLE),	  NAME(__GFP_RECLAIMABLE),  NAME(__GFP_IO),
	NAME(__GFP_FS),		  NAME(__GFP_HARDWALL),	    NAME(__GFP_WRITE),
	NAME(__GFP_RECLAIM),	  NAME(__GFP_DIRECT_RECLAIM), NAME(__GFP_KSWAPD_RECLAIM),
};
/* clang-format on */

static int lookup(const char *word, gfp_t *gfp)
{
	size_t i;
	u32 bits;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(word, names[i].name)) {
			*gfp = names[i].gfp;
			return 0;
		}
	}
	if (strncmp(word, "0x", 2) || kstrtou32(word, 16, &bits) ||
	    bits & ~(__force u32)__GFP_BITS_MASK)
		return -EINVAL;
	*gfp = (__force gfp_t)bits;
	return 0;
}

/* NAME|NAME|~NAME or with commas, left to right; a number in hex is a name too. */
int ap_gfp_parse(char *text, gfp_t *gfp, const char **bad)
{
	gfp_t sum = 0, bits;
	char *word;

	while ((word = strsep(&text, "|,"))) {
		const bool remove = *word == '~';

		if (lookup(word + remove, &bits)) {
			*bad = word;
			return -EINVAL;
		}
		sum = remove ? sum & ~bits : sum | bits;
	}
	*gfp = sum;
	return 0;
}

/* Why a scenario must not use this mask, or NULL. */
const char *ap_gfp_refused(gfp_t gfp, bool interrupt)
{
	if (gfp & __GFP_NOFAIL)
		return "__GFP_NOFAIL never fails and may hang the machine";
	if ((GFP_ZONE_BAD >> (__force u32)(gfp & GFP_ZONEMASK)) & 1)
		return "these zone bits exclude each other";
	if (gfp & __GFP_MOVABLE && gfp & __GFP_RECLAIMABLE)
		return "__GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other";
	if (interrupt && gfp & __GFP_DIRECT_RECLAIM)
		return "an interrupt cannot wait: use GFP_ATOMIC or GFP_NOWAIT";
	return NULL;
}
