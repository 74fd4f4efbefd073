// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/gfp.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/btf_facts.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Bit positions of v5.8 to v6.9 (include/linux/gfp_types.h); newer kernels tell them in BTF. */
static const struct flag {
	const char *name; /* without underscores */
	size_t offset;	  /* in struct gfp_bits */
	uint32_t mask;
} flags[] = {
	{"MOVABLE", offsetof(struct gfp_bits, by_class.movable), 0x08},
	{"HIGH", offsetof(struct gfp_bits, by_class.high), 0x20},
	{"IO", offsetof(struct gfp_bits, by_class.io), 0x40},
	{"FS", offsetof(struct gfp_bits, by_class.fs), 0x80},
	{"DIRECT_RECLAIM", offsetof(struct gfp_bits, by_class.direct_reclaim), 0x400},
	{"COMP", offsetof(struct gfp_bits, by_class.comp), 0x40000},
	{"NOMEMALLOC", offsetof(struct gfp_bits, by_class.nomemalloc), 0x80000},
	{"HARDWALL", offsetof(struct gfp_bits, by_class.hardwall), 0x100000},
	{"ACCOUNT", offsetof(struct gfp_bits, account), 0x400000},
	{"ZERO", offsetof(struct gfp_bits, zero), 0x100},
};

static void set_flag(struct gfp_bits *bits, const struct flag *flag, uint32_t mask)
{
	memcpy((char *)bits + flag->offset, &mask, sizeof(mask));
}

static bool from_btf(const struct btf *btf, struct gfp_bits *bits)
{
	for (size_t i = 0; i < LENGTH(flags); i++) {
		char name[64];
		uint32_t bit;

		snprintf(name, sizeof(name), "___GFP_%s_BIT", flags[i].name);
		if (!btf || !btf_facts__enumerator(btf, name, &bit) || bit > 31)
			return false;
		set_flag(bits, &flags[i], 1u << bit);
	}
	bits->source = "BTF";
	return true;
}

/* A value of the format: "0x400u", or in newer kernels "((( gfp_t)((((1UL))) << (10))))". */
static uint32_t format_value(const char *text, const char *end)
{
	const char *shift = memmem(text, (size_t)(end - text), "<<", 2);
	const char *number = shift ? shift + 2 : text;

	while (number < end && !isdigit((unsigned char)*number))
		number++;
	if (number == end)
		return 0;
	if (!shift)
		return (uint32_t)strtoul(number, NULL, 0);
	return 1u << (strtoul(number, NULL, 10) & 31);
}

uint32_t gfp_format__flag(const char *format, const char *name)
{
	char quoted[64];
	const char *found;

	/* {VALUE, "__GFP_IO"}; the value stands before its name */
	snprintf(quoted, sizeof(quoted), "\"__GFP_%s\"", name);
	found = strstr(format, quoted);
	if (!found)
		return 0;
	for (const char *start = found; start > format; start--)
		if (*start == '{')
			return format_value(start, found);
	return 0;
}

static bool from_format(const char *format, struct gfp_bits *bits)
{
	for (size_t i = 0; i < LENGTH(flags); i++) {
		uint32_t mask = format ? gfp_format__flag(format, flags[i].name) : 0;

		if (!mask || mask & (mask - 1))
			return false;
		set_flag(bits, &flags[i], mask);
	}
	bits->source = "tracefs";
	return true;
}

void gfp_bits__find(const struct btf *btf, const char *tracepoint_format, struct gfp_bits *bits)
{
	if (from_btf(btf, bits) || from_format(tracepoint_format, bits))
		return;
	for (size_t i = 0; i < LENGTH(flags); i++)
		set_flag(bits, &flags[i], flags[i].mask);
	bits->source = "built-in table";
}

/* Fill the table for one magic number; false if two classes fall into one place. */
static bool fill_table(const struct gft_gfp_bits *bits, uint32_t mask, uint32_t magic,
		       uint8_t table[GFT_CLASS_TABLE])
{
	uint32_t gfp = 0;

	memset(table, 0xff, GFT_CLASS_TABLE);
	do {
		uint32_t place = (gfp * magic) >> (32 - GFT_CLASS_BITS);
		uint8_t class = (uint8_t)gft_classify(gfp, bits);

		if (table[place] != 0xff && table[place] != class)
			return false;
		table[place] = class;
		gfp = (gfp - mask) & mask; /* the next subset of the mask */
	} while (gfp);
	return true;
}

int gfp_hash__find(const struct gft_gfp_bits *bits, uint32_t *mask, uint32_t *magic,
		   uint8_t table[GFT_CLASS_TABLE])
{
	uint32_t candidate = 0x2545f491;

	*mask = bits->movable | bits->comp | bits->nomemalloc | bits->direct_reclaim | bits->high |
		bits->io | bits->fs | bits->hardwall;
	for (int i = 0; i < 1000000; i++) {
		if (fill_table(bits, *mask, candidate, table)) {
			*magic = candidate;
			return 0;
		}
		/* xorshift32 (Marsaglia 2003): any sequence that repeats the same way will do */
		candidate ^= candidate << 13;
		candidate ^= candidate >> 17;
		candidate ^= candidate << 5;
	}
	return -ENOENT;
}
