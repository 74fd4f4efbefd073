/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of pages with qualities beyond having them. For any code that is linked with it:
 *
 *	struct ap_wish wish = { .gfp = GFP_ATOMIC, .order = 2, .zero = true, .guard = true };
 *
 *	ap_quality_prepare(&wish);		once, where one may sleep
 *	address = ap_quality_get(&wish);	anywhere that the gfp is for
 *	ap_quality_put(address);		anywhere
 *
 * Qualities, each counted with what it cost:
 *	alignment	of the physical and of the returned address, above the order's own too
 *	zero		every byte is checked before the block is handed out
 *	guard		the pages before the block and after it are not mapped: an access that
 *leaves the block faults, if it goes through the returned address redzone		what lies
 *between `size` and the block's end (or the guard) has a pattern, which is checked when the block
 *is put back
 *
 * Under a gfp without __GFP_DIRECT_RECLAIM nothing sleeps, and putting back never does.
 */
#ifndef ALLOCPAGE_QUALITY_H
#define ALLOCPAGE_QUALITY_H

#include <linux/gfp.h>
#include <linux/types.h>

struct page;
struct seq_file;

struct ap_wish {
	gfp_t gfp;
	u32 order;
	u32 align_log; /* log2 of the alignment in bytes, up to 30; 0: as it comes */
	u32 size;      /* bytes that are asked for; 0: the whole block, and no redzone */
	bool zero;
	bool guard;
	/* who makes the request; NULL: the module itself */
	struct page *(*request)(void *data, gfp_t gfp, u32 order);
	void *data;
};

/*
 * The block's address, or an ERR_PTR: -ENOMEM no memory, -EAGAIN no prepared mapping is free,
 * -ENFILE too many blocks are out, -EOPNOTSUPP this kernel cannot (alignment above the largest
 * order's, guards without a way to its page tables), -EINVAL.
 */
void *ap_quality_get(const struct ap_wish *wish);

/*
 * 0, or what was wrong, which is also reported with the caller: -EUCLEAN the redzone was written
 * to (the block is put back all the same), -EALREADY it has been put back before, -EINVAL it is
 * no block's address.
 */
int ap_quality_put(void *address);

/* The largest order that the wish may ask the allocator for: alignment may need more. */
u32 ap_quality_order(const struct ap_wish *wish);

/* The first page of a block that is out, or NULL. */
struct page *ap_quality_page(const void *address);

/* Room in the truth and mappings for such wishes; sleeps. 0 or -ENOMEM, -EOPNOTSUPP. */
int ap_quality_prepare(const struct ap_wish *wish);

/* Waits until what was put back has been unmapped for all CPUs and freed; sleeps. */
void ap_quality_settle(void);

/* Before everything else, and after it; open: 0 or -ENOMEM. close takes back what is out. */
int ap_quality_open(void);
void ap_quality_close(void);

/* The counters as a member of a JSON object, and all of them to 0. */
void ap_quality_show(struct seq_file *file);
void ap_quality_reset(void);

/*
 * The self-test: so many blocks in each context. 0, -EIO if it found a flaw, or why it ended.
 * One at a time: the caller sees to that.
 */
int ap_quality_test(u64 count);
bool ap_quality_tested(void);
int ap_quality_test_show(struct seq_file *file, void *data);

#endif
