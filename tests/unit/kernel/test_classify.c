// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <gfptrace/classes.h>

/* Bits of 6.1 and 6.12 (include/linux/gfp_types.h); the two agree on these. */
#define HIGHMEM		 0x2u
#define MOVABLE		 0x8u
#define HIGH		 0x20u
#define IO		 0x40u
#define FS		 0x80u
#define ZERO		 0x100u
#define BIT9		 0x200u /* 6.1: __GFP_ATOMIC */
#define DIRECT_RECLAIM	 0x400u
#define KSWAPD_RECLAIM	 0x800u
#define NOWARN		 0x2000u
#define COMP		 0x40000u
#define NOMEMALLOC	 0x80000u
#define HARDWALL	 0x100000u
#define ACCOUNT		 0x400000u
#define RECLAIM		 (DIRECT_RECLAIM | KSWAPD_RECLAIM)
#define KERNEL		 (RECLAIM | IO | FS)
#define USER		 (KERNEL | HARDWALL)
#define HIGHUSER_MOVABLE (USER | HIGHMEM | MOVABLE)
#define THP_LIGHT	 ((HIGHUSER_MOVABLE | COMP | NOMEMALLOC | NOWARN) & ~RECLAIM)

static const struct gft_gfp_bits bits = {
	.movable = MOVABLE,
	.comp = COMP,
	.nomemalloc = NOMEMALLOC,
	.direct_reclaim = DIRECT_RECLAIM,
	.high = HIGH,
	.io = IO,
	.fs = FS,
	.hardwall = HARDWALL,
};

static const struct {
	const char *name;
	uint32_t gfp;
	enum gft_class class;
} cases[] = {
	{"GFP_ATOMIC on 6.1", 0xa20, GFT_CLASS_ATOMIC},
	{"GFP_ATOMIC on 6.12", 0x820, GFT_CLASS_ATOMIC},
	{"GFP_ATOMIC | __GFP_ZERO", 0x820 | ZERO, GFT_CLASS_ATOMIC},
	{"GFP_NOWAIT", KSWAPD_RECLAIM, GFT_CLASS_NOWAIT},
	{"GFP_NOWAIT | __GFP_NOWARN", KSWAPD_RECLAIM | NOWARN, GFT_CLASS_NOWAIT},
	{"nothing", 0, GFT_CLASS_NOWAIT},
	{"__GFP_HIGH without kswapd", HIGH, GFT_CLASS_ATOMIC},
	{"GFP_NOIO", RECLAIM, GFT_CLASS_NOIO},
	{"GFP_NOFS", RECLAIM | IO, GFT_CLASS_NOFS},
	{"__GFP_FS without __GFP_IO", RECLAIM | FS, GFT_CLASS_NOIO},
	{"GFP_KERNEL", KERNEL, GFT_CLASS_KERNEL},
	{"GFP_KERNEL | __GFP_HIGH", KERNEL | HIGH, GFT_CLASS_KERNEL},
	{"GFP_KERNEL_ACCOUNT", KERNEL | ACCOUNT, GFT_CLASS_KERNEL},
	{"GFP_KERNEL | __GFP_COMP | __GFP_NOMEMALLOC", KERNEL | COMP | NOMEMALLOC,
	 GFT_CLASS_KERNEL},
	{"GFP_USER", USER, GFT_CLASS_USER},
	{"GFP_HIGHUSER", USER | HIGHMEM, GFT_CLASS_USER},
	{"GFP_HIGHUSER_MOVABLE", HIGHUSER_MOVABLE, GFT_CLASS_MOVABLE},
	{"GFP_HIGHUSER_MOVABLE | __GFP_COMP", HIGHUSER_MOVABLE | COMP, GFT_CLASS_MOVABLE},
	{"GFP_TRANSHUGE_LIGHT", THP_LIGHT, GFT_CLASS_THP},
	{"GFP_TRANSHUGE", THP_LIGHT | DIRECT_RECLAIM, GFT_CLASS_THP},
	{"GFP_KERNEL with a mark", KERNEL | 15u << GFT_MARK_SHIFT, GFT_CLASS_KERNEL},
	{"GFP_KERNEL with bit 9", KERNEL | BIT9, GFT_CLASS_KERNEL},
};

static void test_masks(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (gft_classify(cases[i].gfp, &bits) != cases[i].class)
			fail_msg("%s (%#x): class %d", cases[i].name, cases[i].gfp,
				 (int)gft_classify(cases[i].gfp, &bits));
}

/* The same masks with every bit somewhere else: only the meaning counts. */
static void test_moved_bits(void **state)
{
	const struct gft_gfp_bits moved = {
		.movable = MOVABLE << 1,
		.comp = COMP << 1,
		.nomemalloc = NOMEMALLOC << 1,
		.direct_reclaim = DIRECT_RECLAIM << 1,
		.high = HIGH << 1,
		.io = IO << 1,
		.fs = FS << 1,
		.hardwall = HARDWALL << 1,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(gft_classify(cases[i].gfp << 1, &moved), cases[i].class);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_moved_bits),
	};

	return cmocka_run_group_tests_name("classify", tests, NULL, NULL);
}
