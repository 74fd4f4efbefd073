/* SPDX-License-Identifier: GPL-2.0-only */
/* All flags of a gfp: which bit each is on this kernel, what a mask means and is called. */
#ifndef GFPTRACE_USER_GFP_FLAGS_H
#define GFPTRACE_USER_GFP_FLAGS_H

#include <stddef.h>
#include <stdint.h>

struct btf;

#define GFP_FLAGS 24

struct gfp_flags {
	uint32_t mask[GFP_FLAGS]; /* in the order of the table in gfp_flags.c; 0: none such here */
};

/* The sources are those of gfp_bits__find(). */
void gfp_flags__find(const struct btf *btf, const char *tracepoint_format, struct gfp_flags *flags);

/* The mask of a flag by its meaning (one enum gfp_meaning); 0: this kernel has none such. */
uint32_t gfp_flags__mask(const struct gfp_flags *flags, uint32_t meaning);

/* enum gfp_meaning of all bits of a mask that mean something. */
uint32_t gfp_flags__meaning(const struct gfp_flags *flags, uint32_t gfp);

/*
 * The names that the kernel would print for a mask: combinations first, then single flags.
 * Returns how many. Bits without a name are left out.
 */
size_t gfp_flags__names(const struct gfp_flags *flags, uint32_t gfp, const char *names[GFP_FLAGS]);

#endif
