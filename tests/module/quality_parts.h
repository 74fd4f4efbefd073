/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the quality API share:
 *
 *	quality.c        getting and putting back
 *	quality_table.c  the blocks that are out, and misuse
 *	quality_slot.c   mappings with guards
 *	quality_watch.c  sleeping where one must not
 *	quality_count.c  counters and costs
 */
#ifndef ALLOCPAGE_QUALITY_PARTS_H
#define ALLOCPAGE_QUALITY_PARTS_H

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include <gfptrace/classes.h>
#include <gfptrace/quality.h>

#include "compat.h"
#include "quality.h"

#define AP_REDZONE 0xbb

struct ap_slot;

/* A block that is out, or that was out lately. */
struct ap_block {
	struct hlist_node node;	  /* by address */
	struct list_head waiting; /* for its next use */
	bool out;
	void *address;
	struct page *page;
	struct ap_slot *slot; /* NULL: not guarded */
	u32 order, pages;     /* pages: what can be reached through address */
	u32 size;
	u32 kind, place;
	bool split; /* into pages of order 0 */
	unsigned long got_by, put_by;
};

/* quality.c */
u32 ap_quality_kind(const struct ap_wish *wish);
bool ap_all_bytes(const void *from, u8 value, size_t size);
void ap_block_free_pages(struct page *page, u32 order, bool split);

/* quality_table.c */
enum ap_misuse { AP_DOUBLE_PUT, AP_FOREIGN, AP_OVERWRITTEN, AP_ATOMIC_SLEEP, AP_MISUSES };

struct ap_block *ap_block_take(void);
void ap_block_drop(struct ap_block *block);
void ap_block_out(struct ap_block *block, unsigned long caller);
int ap_block_back(const void *address, unsigned long caller, struct ap_block *copy);
void ap_misused(enum ap_misuse kind, const void *address, unsigned long caller,
		const struct ap_block *block, size_t offset);
int ap_table_open(void);
void ap_table_close(void);
void ap_misuse_show(struct seq_file *file);
void ap_misuse_reset(void);
u64 ap_misuse_count(enum ap_misuse kind);

/* quality_slot.c; an order here is that of the address's alignment */
struct ap_slot *ap_slot_take(u32 order, bool may_sleep);
void *ap_slot_map(struct ap_slot *slot, struct page *page, u32 pages);
void ap_slot_return(struct ap_slot *slot);			       /* was never mapped */
void ap_slot_wash(struct ap_slot *slot, const struct ap_block *block); /* and free the pages */
int ap_slots_want(u32 order);
void ap_slots_settle(void);
int ap_slots_open(void);
void ap_slots_close(void);
void ap_slots_reset(void);
void ap_slots_show(struct seq_file *file);

/* quality_watch.c: a stretch that must not sleep */
struct ap_stretch {
	bool atomic;
	int mark;
	unsigned long switches;
};

bool ap_may_sleep(void);
void ap_stretch_begin(struct ap_stretch *stretch, bool atomic);
void ap_stretch_end(struct ap_stretch *stretch);
int ap_watch_begin(void);
void ap_watch_end(void);

/* quality_count.c */
enum ap_counter {
	AP_N_GETS,
	AP_N_PUTS,
	AP_N_REFUSED,
	AP_N_NO_MEMORY,
	AP_N_TABLE_FULL,
	AP_N_ALIGN_ASKED,
	AP_N_ALIGN_NATURAL,
	AP_N_ALIGN_SHORT,
	AP_N_TRIMMED_PAGES,
	AP_N_ZERO_CHECKED,
	AP_N_ZERO_BYTES,
	AP_N_ZERO_BROKEN,
	AP_N_GUARDED,
	AP_N_REDZONES,
	AP_N_REDZONES_CHECKED,
	AP_N_REDZONES_BROKEN,
	AP_N_POOL_TAKEN,
	AP_N_POOL_MISSED,
	AP_N_POOL_MADE,
	AP_N_WASHES,
	AP_N_WASHED,
	AP_N_SLEEPING_POINTS,
	AP_N_SLEEPING_POINTS_REFUSED,
	AP_N_ATOMIC_STRETCHES,
	AP_N_ATOMIC_SWITCHES,
	AP_N_WATCHED_STRETCHES,
	AP_N_WATCHED_SLEPT,
	AP_N_WATCHED_LOCK_WAITS,
	AP_N_WATCHED_PREEMPTED,
	AP_N_UNRECORDED,
	AP_COUNTERS
};

struct ap_cost {
	u64 ns, allocator_ns; /* of all, and of the allocator within it */
	bool asked;	      /* the allocator, at all */
	bool failed;
};

void ap_count(enum ap_counter counter, u64 n);
u64 ap_counted(enum ap_counter counter);
u32 ap_cost_place(bool may_sleep);
int ap_cost_reserve(u32 kind, u32 order);
void ap_cost_got(u32 kind, u32 order, u32 place, const struct ap_cost *cost);
void ap_cost_put(u32 kind, u32 order, u32 place, u64 ns);
void ap_cost_close(void);

#endif
