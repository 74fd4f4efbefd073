// SPDX-License-Identifier: GPL-2.0-only
/* The class of a request by the perfect hash, and where the bits' positions come from. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "kernel/gfp.h"

#define FORMATS "tests/golden/kernel/"

/* Marsaglia's xorshift32: the same numbers in every run. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static struct gft_gfp_bits bits_at(const unsigned int position[8])
{
	return (struct gft_gfp_bits){
		.movable = 1u << position[0],
		.comp = 1u << position[1],
		.nomemalloc = 1u << position[2],
		.direct_reclaim = 1u << position[3],
		.high = 1u << position[4],
		.io = 1u << position[5],
		.fs = 1u << position[6],
		.hardwall = 1u << position[7],
	};
}

/* Every subset of the eight bits, alone, with all others, and with random others. */
static void assert_classes(const struct gft_gfp_bits *bits, uint32_t *random)
{
	uint32_t mask, magic, gfp = 0, subsets = 0;
	uint8_t table[GFT_CLASS_TABLE];

	assert_int_equal(gfp_hash__find(bits, &mask, &magic, table), 0);
	assert_int_equal(__builtin_popcount(mask), 8);
	do {
		const uint32_t others[] = {0, ~mask, next_random(random) & ~mask,
					   next_random(random) & ~mask};

		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
			uint32_t whole = gfp | others[i];
			uint32_t place = ((whole & mask) * magic) >> (32 - GFT_CLASS_BITS);

			assert_int_equal(table[place], gft_classify(whole, bits));
		}
		subsets++;
		gfp = (gfp - mask) & mask;
	} while (gfp);
	assert_int_equal(subsets, 256);
}

static void classes_of_known_kernels(void **state)
{
	/* v5.8 to v6.18 have these eight alike */
	const unsigned int common[8] = {3, 18, 19, 10, 5, 6, 7, 20};
	const unsigned int low[8] = {0, 1, 2, 3, 4, 5, 6, 7};
	const unsigned int high[8] = {31, 30, 29, 28, 27, 26, 25, 24};
	const unsigned int spread[8] = {0, 4, 8, 12, 16, 20, 24, 28};
	const unsigned int *const layouts[] = {common, low, high, spread};
	uint32_t random = 0x6b8b4567;

	(void)state;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		struct gft_gfp_bits bits = bits_at(layouts[i]);

		assert_classes(&bits, &random);
	}
}

static void classes_of_any_layout(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 200; seed++) {
		uint32_t random = seed * 2654435761u;
		unsigned int position[28];
		struct gft_gfp_bits bits;

		for (unsigned int i = 0; i < 28; i++)
			position[i] = i;
		for (unsigned int i = 0; i < 8; i++) {
			unsigned int other = i + next_random(&random) % (28 - i);
			unsigned int taken = position[other];

			position[other] = position[i];
			position[i] = taken;
		}
		bits = bits_at(position);
		assert_classes(&bits, &random);
	}
}

/* What the kernel's own combinations mean (include/linux/gfp_types.h, v6.1). */
static void classes_of_kernel_masks(void **state)
{
	static const struct {
		uint32_t gfp;
		enum gft_class class;
	} cases[] = {
		{0x140cca, GFT_CLASS_MOVABLE}, /* compound, but no NOMEMALLOC: not thp */
		{0x1c24ca, GFT_CLASS_THP},     /* GFP_TRANSHUGE */
		{0x1c20ca, GFT_CLASS_THP},     /* GFP_TRANSHUGE_LIGHT: no reclaim */
		{0xa20, GFT_CLASS_ATOMIC},     /* GFP_ATOMIC, v6.1 */
		{0x820, GFT_CLASS_ATOMIC},     /* GFP_ATOMIC, v6.3 on */
		{0x800, GFT_CLASS_NOWAIT},     /* GFP_NOWAIT */
		{0, GFT_CLASS_NOWAIT},	       {0xc00, GFT_CLASS_NOIO},
		{0xc40, GFT_CLASS_NOFS},       {0xcc0, GFT_CLASS_KERNEL},
		{0x400cc0, GFT_CLASS_KERNEL},				   /* GFP_KERNEL_ACCOUNT */
		{0x100cc0, GFT_CLASS_USER},    {0x100cc2, GFT_CLASS_USER}, /* GFP_HIGHUSER */
		{0x100cca, GFT_CLASS_MOVABLE}, /* GFP_HIGHUSER_MOVABLE */
	};
	uint8_t table[GFT_CLASS_TABLE];
	struct gfp_bits bits;
	uint32_t mask, magic;

	(void)state;
	gfp_bits__find(NULL, NULL, &bits);
	assert_string_equal(bits.source, "built-in table");
	assert_int_equal(gfp_hash__find(&bits.by_class, &mask, &magic, table), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(table[((cases[i].gfp & mask) * magic) >> (32 - GFT_CLASS_BITS)],
				 cases[i].class);
}

static char *read_format(const char *name)
{
	static char text[16384];
	FILE *file = fopen(name, "re");
	size_t length;

	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_true(length > 1000 && length < sizeof(text) - 1);
	text[length] = '\0';
	return text;
}

static void assert_common_positions(const struct gfp_bits *bits)
{
	assert_int_equal(bits->by_class.movable, 0x08);
	assert_int_equal(bits->by_class.high, 0x20);
	assert_int_equal(bits->by_class.io, 0x40);
	assert_int_equal(bits->by_class.fs, 0x80);
	assert_int_equal(bits->by_class.direct_reclaim, 0x400);
	assert_int_equal(bits->by_class.comp, 0x40000);
	assert_int_equal(bits->by_class.nomemalloc, 0x80000);
	assert_int_equal(bits->by_class.hardwall, 0x100000);
	assert_int_equal(bits->account, 0x400000);
}

static void positions_from_real_formats(void **state)
{
	static const char *const names[] = {FORMATS "mm_page_alloc-6.1.format",
					    FORMATS "mm_page_alloc-6.12.format"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *text = read_format(names[i]);
		struct gfp_bits bits = {};

		gfp_bits__find(NULL, text, &bits);
		assert_string_equal(bits.source, "tracefs");
		assert_common_positions(&bits);
		/* a name that is the start of another is not that one */
		assert_int_equal(gfp_format__flag(text, "HIGHMEM"), 0x02);
		assert_int_equal(gfp_format__flag(text, "ZERO"), 0x100);
		assert_int_equal(gfp_format__flag(text, "ZEROTAGS"), 0x800000);
		assert_int_equal(gfp_format__flag(text, "ATOMIC"), i ? 0 : 0x200);
		assert_int_equal(gfp_format__flag(text, "NO_SUCH_FLAG"), 0);
	}
}

/* Any of the flags missing or strange: the built-in table, whole, and never half of each. */
static void broken_formats_fall_back(void **state)
{
	static const char *const breaks[] = {"__GFP_MOVABLE", "__GFP_ACCOUNT", "__GFP_HARDWALL",
					     "__GFP_DIRECT_RECLAIM"};
	struct gfp_bits bits;

	(void)state;
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		char *text = read_format(FORMATS "mm_page_alloc-6.12.format");
		char quoted[64], *place;

		snprintf(quoted, sizeof(quoted), "\"%s\"", breaks[i]);
		place = strstr(text, quoted);
		assert_non_null(place);
		place[1] = 'X';
		gfp_bits__find(NULL, text, &bits);
		assert_string_equal(bits.source, "built-in table");
		assert_common_positions(&bits);
	}
	for (size_t cut = 0; cut < 3000; cut += 37) {
		char *text = read_format(FORMATS "mm_page_alloc-6.1.format");

		text[cut] = '\0';
		gfp_bits__find(NULL, text, &bits);
		assert_string_equal(bits.source, "built-in table");
	}
}

static void strange_values(void **state)
{
	(void)state;
	assert_int_equal(gfp_format__flag("", "IO"), 0);
	assert_int_equal(gfp_format__flag("\"__GFP_IO\"", "IO"), 0);
	assert_int_equal(gfp_format__flag(" {, \"__GFP_IO\"}", "IO"), 0);
	assert_int_equal(gfp_format__flag(" {0x40u, \"__GFP_IO\"}", "IO"), 0x40);
	assert_int_equal(gfp_format__flag(" {64, \"__GFP_IO\"}", "IO"), 0x40);
	assert_int_equal(gfp_format__flag(" {(1 << 31), \"__GFP_IO\"}", "IO"), 1u << 31);
	/* the enumerator was not resolved */
	assert_int_equal(gfp_format__flag(" {((1UL) << (___GFP_IO_BIT)), \"__GFP_IO\"}", "IO"), 0);
}

static void positions_from_btf(void **state)
{
	static const char *const names[] = {"MOVABLE",	      "HIGH", "IO",	    "FS",
					    "DIRECT_RECLAIM", "COMP", "NOMEMALLOC", "HARDWALL",
					    "ACCOUNT",	      "ZERO"};
	char *text = read_format(FORMATS "mm_page_alloc-6.12.format");
	struct btf *btf = btf__new_empty();
	struct gfp_bits bits;

	(void)state;
	assert_true(btf__add_enum(btf, NULL, 4) > 0);
	for (int i = 0; i < 10; i++) {
		char name[64];

		/* incomplete BTF: the next source */
		gfp_bits__find(btf, text, &bits);
		assert_string_equal(bits.source, "tracefs");
		snprintf(name, sizeof(name), "___GFP_%s_BIT", names[i]);
		assert_int_equal(btf__add_enum_value(btf, name, 11 + i), 0);
	}
	gfp_bits__find(btf, text, &bits);
	assert_string_equal(bits.source, "BTF");
	assert_int_equal(bits.by_class.movable, 1u << 11);
	assert_int_equal(bits.by_class.high, 1u << 12);
	assert_int_equal(bits.by_class.hardwall, 1u << 18);
	assert_int_equal(bits.account, 1u << 19);
	assert_int_equal(bits.zero, 1u << 20);
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_of_known_kernels),
		cmocka_unit_test(classes_of_any_layout),
		cmocka_unit_test(classes_of_kernel_masks),
		cmocka_unit_test(positions_from_real_formats),
		cmocka_unit_test(broken_formats_fall_back),
		cmocka_unit_test(strange_values),
		cmocka_unit_test(positions_from_btf),
	};

	return cmocka_run_group_tests_name("gfp", tests, NULL, NULL);
}
