/* SPDX-License-Identifier: GPL-2.0-only */
/* Which bit of a gfp means what on this kernel, and the table by which BPF finds the class. */
#ifndef GFPTRACE_USER_GFP_H
#define GFPTRACE_USER_GFP_H

#include <stdint.h>

#include <gfptrace/layout.h>

struct btf;

struct gfp_bits {
	struct gft_gfp_bits by_class; /* those that tell the classes apart */
	uint32_t account, zero;
	const char *source; /* "BTF", "tracefs", "built-in table" */
};

/*
 * Sources, best first: the enumerators ___GFP_*_BIT (v6.10, commit 772dd0342727); the
 * names in the format of the tracepoint mm_page_alloc, given as its text or NULL; the
 * positions that v5.8 to v6.9 share.
 */
void gfp_bits__find(const struct btf *btf, const char *tracepoint_format, struct gfp_bits *bits);

/* Parse one named flag of such a format. Returns its mask, 0 if it is not there. */
uint32_t gfp_format__flag(const char *format, const char *name);

/*
 * The perfect hash of the class: class_of(gfp) = table[((gfp & mask) * magic) >> shift].
 * Returns 0, or -ENOENT if no magic number is found (not seen for any bit positions).
 */
int gfp_hash__find(const struct gft_gfp_bits *bits, uint32_t *mask, uint32_t *magic,
		   uint8_t table[GFT_CLASS_TABLE]);

#endif
