// SPDX-License-Identifier: GPL-2.0-only
/*
 * The blocks that are out, by address, and those that were lately: records are used again in the
 * order in which they came back, so that a second put of one block is told from a foreign
 * pointer for as long as can be. Whoever misuses the API is reported with the caller.
 */
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/spinlock.h>

#include "quality_parts.h"

#define TABLE_BITS 10
#define LOGGED	   8 /* reports of one kind in the kernel's log; all are counted */

static unsigned int quality_blocks = 4096;
module_param(quality_blocks, uint, 0444);
MODULE_PARM_DESC(quality_blocks, "blocks with qualities that may be out at once");

static DEFINE_RAW_SPINLOCK(lock); /* of all that follows */
static struct ap_block *blocks;
static LIST_HEAD(idle);
static struct hlist_head heads[1 << TABLE_BITS];

static const char *const misuse_names[AP_MISUSES] = {
	[AP_DOUBLE_PUT] = "double-put",
	[AP_FOREIGN] = "foreign-pointer",
	[AP_OVERWRITTEN] = "redzone-overwritten",
	[AP_ATOMIC_SLEEP] = "sleeping-in-atomic",
};

static struct {
	u64 count;
	unsigned long caller; /* the last one */
	unsigned long owner;  /* who got the block, or put it back before */
	size_t offset;
} misuses[AP_MISUSES];

static struct hlist_head *head_of(const void *address)
{
	return &heads[hash_long((unsigned long)address >> PAGE_SHIFT, TABLE_BITS)];
}

/* An idle record that nobody else has; NULL: all blocks are out. */
struct ap_block *ap_block_take(void)
{
	struct ap_block *block;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	block = list_first_entry_or_null(&idle, struct ap_block, waiting);
	if (block) {
		list_del(&block->waiting);
		hlist_del_init(&block->node);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	if (block)
		*block = (struct ap_block){0};
	return block;
}

/* What became no block: first in the line, so that it pushes no other record out. */
void ap_block_drop(struct ap_block *block)
{
	unsigned long flags;

	block->address = NULL;
	raw_spin_lock_irqsave(&lock, flags);
	list_add(&block->waiting, &idle);
	raw_spin_unlock_irqrestore(&lock, flags);
}

static struct ap_block *find(const void *address, bool out)
{
	struct ap_block *block;

	hlist_for_each_entry(block, head_of(address),
			     node) if (block->address == address && block->out == out) return block;
	return NULL;
}

void ap_block_out(struct ap_block *block, unsigned long caller)
{
	struct ap_block *former;
	unsigned long flags;

	block->got_by = caller;
	block->out = true;
	raw_spin_lock_irqsave(&lock, flags);
	/* the address is in use again: a put is no second one any more */
	former = find(block->address, false);
	if (former)
		hlist_del_init(&former->node);
	hlist_add_head(&block->node, head_of(block->address));
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* Takes the block back; *copy is it, or what is known of the one before. 0, -EALREADY, -EINVAL. */
int ap_block_back(const void *address, unsigned long caller, struct ap_block *copy)
{
	struct ap_block *block, *former = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	block = find(address, true);
	if (block) {
		block->out = false;
		block->put_by = caller;
		*copy = *block;
		list_add_tail(&block->waiting, &idle);
	} else {
		former = find(address, false);
		if (former)
			*copy = *former;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	if (block)
		return 0;
	ap_misused(former ? AP_DOUBLE_PUT : AP_FOREIGN, address, caller, former ? copy : NULL, 0);
	return former ? -EALREADY : -EINVAL;
}

struct page *ap_quality_page(const void *address)
{
	struct ap_block *block;
	struct page *page;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	block = find(address, true);
	page = block ? block->page : NULL;
	raw_spin_unlock_irqrestore(&lock, flags);
	return page;
}

void ap_misused(enum ap_misuse kind, const void *address, unsigned long caller,
		const struct ap_block *block, size_t offset)
{
	unsigned long flags, owner = 0;
	u64 count;

	if (block)
		owner = kind == AP_DOUBLE_PUT ? block->put_by : block->got_by;
	raw_spin_lock_irqsave(&lock, flags);
	count = ++misuses[kind].count;
	misuses[kind].caller = caller;
	misuses[kind].owner = owner;
	misuses[kind].offset = offset;
	raw_spin_unlock_irqrestore(&lock, flags);
	if (count > LOGGED)
		return;
	if (owner)
		pr_warn("allocpage: %s at %p+%zu by %pS, %s by %pS\n", misuse_names[kind], address,
			offset, (void *)caller, kind == AP_DOUBLE_PUT ? "put before" : "got",
			(void *)owner);
	else
		pr_warn("allocpage: %s at %p by %pS\n", misuse_names[kind], address,
			(void *)caller);
}

u64 ap_misuse_count(enum ap_misuse kind)
{
	unsigned long flags;
	u64 count;

	raw_spin_lock_irqsave(&lock, flags);
	count = misuses[kind].count;
	raw_spin_unlock_irqrestore(&lock, flags);
	return count;
}

void ap_misuse_reset(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	memset(misuses, 0, sizeof(misuses));
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* A code address as a report names it, or null. */
static void show_code(struct seq_file *file, const char *key, unsigned long address)
{
	if (address)
		seq_printf(file, ",\"%s\":\"%pS\"", key, (void *)address);
	else
		seq_printf(file, ",\"%s\":null", key);
}

void ap_misuse_show(struct seq_file *file)
{
	const char *comma = "";
	u32 i;

	seq_puts(file, "\"misuse\":[");
	for (i = 0; i < AP_MISUSES; i++) {
		if (!READ_ONCE(misuses[i].count))
			continue;
		seq_printf(file, "%s{\"kind\":\"%s\",\"count\":%llu,\"offset\":%zu", comma,
			   misuse_names[i], misuses[i].count, misuses[i].offset);
		show_code(file, "caller", misuses[i].caller);
		show_code(file, "owner", misuses[i].owner);
		seq_puts(file, "}");
		comma = ",";
	}
	seq_puts(file, "],");
}

int ap_table_open(void)
{
	u32 i;

	blocks = kvcalloc(quality_blocks, sizeof(*blocks), GFP_KERNEL);
	if (!blocks)
		return -ENOMEM;
	for (i = 0; i < quality_blocks; i++)
		list_add_tail(&blocks[i].waiting, &idle);
	return 0;
}

/* Blocks that are out have no owner left who could put them back. */
void ap_table_close(void)
{
	u32 i;

	for (i = 0; blocks && i < quality_blocks; i++)
		if (blocks[i].out)
			ap_quality_put(blocks[i].address);
	kvfree(blocks);
	blocks = NULL;
}
