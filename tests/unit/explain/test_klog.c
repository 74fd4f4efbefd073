// SPDX-License-Identifier: GPL-2.0-only
/* Kernel logs, whole, cut, mixed and hostile; tests/golden/klog says where they come from. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/explain.h"
#include "mm/gfp_names.h"
#include "explain/line.h"
#include "mm/wrapper_names.h"
#include "base/text.h"

#define GOLDEN "tests/golden/klog/"

static struct explain explain;
static char log_text[1 << 20];
static size_t log_length;

static void read_golden(const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), GOLDEN "%s", name);
	file = fopen(path, "re");
	if (!file)
		fail_msg("%s cannot be read: run from the top of the tree", path);
	log_length = fread(log_text, 1, sizeof(log_text) - 1, file);
	log_text[log_length] = '\0';
	fclose(file);
}

/* Parse `length` bytes in pieces of `piece`. */
static void parse(const char *text, size_t length, size_t piece)
{
	struct klog *klog = klog__new(explain__add, &explain);

	assert_non_null(klog);
	explain__clear(&explain);
	explain.source = "test";
	for (size_t i = 0; i < length; i += piece)
		klog__feed(klog, text + i, length - i < piece ? length - i : piece);
	klog__finish(klog);
	explain.stats = *klog__stats(klog);
	explain__sort(&explain);
	klog__free(klog);
}

static void parse_text(const char *text)
{
	parse(text, strlen(text), 4096);
}

static void parse_golden(const char *name)
{
	read_golden(name);
	parse(log_text, log_length, 4096);
}

/* What is written can be read by people and by machines, whatever was in the log. */
static void write_both(void)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	assert_int_equal(explain__write_text(file, &explain, 0), 0);
	assert_int_equal(explain__write_json(file, &explain), 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(strlen(text), length);
	for (size_t i = 0; i < length; i++)
		assert_true((unsigned char)text[i] >= 0x20 || text[i] == '\n');
	for (const char *at = text; *at; at += utf8__length(at))
		assert_int_not_equal(utf8__length(at), 0);
	free(text);
}

struct expected {
	const char *file;
	enum klog_kind kind;
	uint64_t count;
	const char *when, *comm;
	uint64_t pid, cpu;
	const char *kernel;
	uint32_t order;
	const char *class, *requester;
	bool in_interrupt;
	enum gft_reason reason;
};

/* clang-format off */
static const struct expected expected[] = {
	{ "4.19-atomic.journal", KLOG_FAILURE, 2, "Jul 03 11:20:05", "swapper/3", 0, 3, "4.19.0-21-amd64", 0, "atomic", "igb_clean_rx_irq+0x5a3 [igb]", true, GFT_EXHAUSTED },
	{ "5.4-order5.syslog", KLOG_FAILURE, 1, "1842.500123", "modprobe", 4321, 0, "5.4.0-100-generic", 5, "kernel", "ring_setup+0x4c [exnic]", false, GFT_FRAGMENTED },
	{ "5.4-order5.syslog", KLOG_FAILURE, 1, "1842.900001", "modprobe", 4321, 0, "5.4.0-100-generic", 5, "kernel", "ring_setup+0x4c [exnic]", false, GFT_UNKNOWN },
	{ "5.10-memcg-oom.dmesg-T", KLOG_OOM, 1, "Fri Jul  2 09:15:01 2021", "java", 9911, 2, "5.10.0-8-amd64", 0, "movable", "do_anonymous_page+0xd9", false, GFT_MEMCG },
	{ "5.15-interleaved.caller", KLOG_FAILURE, 1, "99.000000", "kworker/u8:2", 77, 1, "5.15.0-25-generic", 0, "nowait", "radix_tree_node_alloc.constprop.0+0x42", false, GFT_RESERVED },
	{ "5.15-interleaved.caller", KLOG_FAILURE, 1, "99.000010", "swapper/0", 0, 0, "5.15.0-25-generic", 3, "atomic", "exnic_poll+0x120 [exnic]", true, GFT_EXHAUSTED },
	{ "6.1-exhausted.raw", KLOG_FAILURE, 1, "3.613849", "gfptrace", 123, 0, "6.1.0-56-amd64", 0, "atomic", "single+0xe6 [allocpage]", false, GFT_EXHAUSTED },
	{ "6.1-exhausted.raw", KLOG_FAILURE, 1, "15.184886", "gfptrace", 125, 1, "6.1.0-56-amd64", 4, "kernel", "single+0xe6 [allocpage]", false, GFT_EXHAUSTED },
	{ "6.1-fragmented-oom.dmesg", KLOG_FAILURE, 1, "3.074019", "gfptrace", 123, 1, "6.1.0-56-amd64", 10, "kernel", "single+0xe6 [allocpage]", false, GFT_FRAGMENTED },
	{ "6.1-fragmented-oom.dmesg", KLOG_FAILURE, 1, "14.509674", "gfptrace", 125, 0, "6.1.0-56-amd64", 9, "atomic", "single+0xe6 [allocpage]", false, GFT_FRAGMENTED },
	{ "6.1-fragmented-oom.dmesg", KLOG_OOM, 1, "27.685921", "tail", 127, 0, "6.1.0-56-amd64", 0, "movable", "__handle_mm_fault+0x92f", false, GFT_EXHAUSTED },
	{ "6.12-exhausted.dmesg", KLOG_FAILURE, 1, "4.343016", "gfptrace", 174, 1, "6.12.117+deb12-amd64", 0, "atomic", "single+0xe5 [allocpage]", false, GFT_EXHAUSTED },
	{ "6.12-exhausted.dmesg", KLOG_FAILURE, 1, "16.134690", "gfptrace", 176, 1, "6.12.117+deb12-amd64", 4, "kernel", "single+0xe5 [allocpage]", false, GFT_EXHAUSTED },
	{ "6.12-exhausted.kmsg", KLOG_FAILURE, 1, "4.343016", "gfptrace", 174, 1, "6.12.117+deb12-amd64", 0, "atomic", "single+0xe5 [allocpage]", false, GFT_EXHAUSTED },
	{ "6.12-exhausted.kmsg", KLOG_FAILURE, 1, "16.134690", "gfptrace", 176, 1, "6.12.117+deb12-amd64", 4, "kernel", "single+0xe5 [allocpage]", false, GFT_EXHAUSTED },
	{ "6.12-fragmented-oom.dmesg", KLOG_FAILURE, 1, "3.692085", "gfptrace", 173, 1, "6.12.117+deb12-amd64", 10, "kernel", "single+0xe5 [allocpage]", false, GFT_FRAGMENTED },
	{ "6.12-fragmented-oom.dmesg", KLOG_FAILURE, 1, "15.224044", "gfptrace", 175, 1, "6.12.117+deb12-amd64", 9, "atomic", "single+0xe5 [allocpage]", false, GFT_FRAGMENTED },
	{ "6.12-fragmented-oom.dmesg", KLOG_OOM, 1, "27.446406", "tail", 177, 0, "6.12.117+deb12-amd64", 0, "movable", "do_anonymous_page+0x2bd", false, GFT_EXHAUSTED },
	{ "6.12-fragmented-oom.dmesg", KLOG_FAILURE, 1, "27.463914", "tail", 177, 0, "6.12.117+deb12-amd64", 0, "movable", "do_anonymous_page+0x2bd", false, GFT_EXHAUSTED },
	{ "6.12-thisnode.raw", KLOG_FAILURE, 1, "4.007085", "gfptrace", 168, 0, "6.12.117+deb12-amd64", 0, "kernel", "single+0xe5 [allocpage]", false, GFT_CONSTRAINED },
	{ "6.12-thisnode.raw", KLOG_FAILURE, 1, "15.615657", "gfptrace", 170, 0, "6.12.117+deb12-amd64", 3, "atomic", "single+0xe5 [allocpage]", false, GFT_CONSTRAINED },
};
/* clang-format on */

static void assert_group(const struct expected *row, const struct explain_group *group)
{
	const struct klog_event *event = &group->event;

	assert_int_equal(event->kind, row->kind);
	assert_int_equal(group->count, row->count);
	assert_string_equal(group->first, row->when);
	assert_string_equal(event->comm, row->comm);
	assert_int_equal(event->pid, row->pid);
	assert_int_equal(event->cpu, row->cpu);
	assert_string_equal(event->kernel, row->kernel);
	assert_int_equal(event->autopsy.order, row->order);
	assert_string_equal(group->class, row->class);
	assert_string_equal(event->requester, row->requester);
	assert_int_equal(event->in_interrupt, row->in_interrupt);
	assert_int_equal(group->finding.reason, row->reason);
}

static void golden_logs(void **state)
{
	size_t group = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		if (!i || strcmp(expected[i].file, expected[i - 1].file) != 0) {
			if (i)
				assert_int_equal(explain.nr_groups, group);
			parse_golden(expected[i].file);
			assert_int_equal(explain.stats.headers_refused, 0);
			assert_int_equal(explain.stats.numbers_refused, 0);
			assert_int_equal(explain.stats.strays, 0);
			group = 0;
		}
		assert_true(group < explain.nr_groups);
		assert_group(&expected[i], explain.groups[group++]);
		write_both();
	}
	assert_int_equal(explain.nr_groups, group);
}

/* The numbers of one log, as they stand in it. */
static void numbers(void **state)
{
	const struct autopsy *autopsy;
	const struct autopsy_zone *zone;

	(void)state;
	parse_golden("6.12-exhausted.kmsg");
	autopsy = &explain.groups[0]->event.autopsy;
	assert_int_equal(explain.stats.suppressed, 20);
	assert_int_equal(explain.groups[0]->event.mode, 0x820);
	assert_int_equal(autopsy->page_size, 4096);
	assert_int_equal(autopsy->nr_zones, 2);
	assert_int_equal(autopsy->usage.anon, 1221);
	assert_int_equal(autopsy->usage.slab_unreclaimable, 2005);
	assert_int_equal(autopsy->usage.free, 238);
	assert_int_equal(autopsy->usage.swap_total, 0);
	zone = &autopsy->zones[0];
	assert_string_equal(zone->name, "DMA");
	assert_int_equal(zone->lowmem_reserve, 183);
	zone = &autopsy->zones[1];
	assert_string_equal(zone->name, "DMA32");
	assert_int_equal(zone->node, 0);
	assert_int_equal(zone->place, AUTOPSY_ALLOWED);
	assert_int_equal(zone->free, 168 / 4);
	assert_int_equal(zone->boost, 3744 / 4);
	assert_int_equal(zone->min, 5408 / 4);
	assert_int_equal(zone->low, 5824 / 4);
	assert_int_equal(zone->high, 6240 / 4);
	assert_int_equal(zone->managed, 202160 / 4);
	assert_int_equal(zone->pcp, 3928 / 4);
	assert_int_equal(zone->lowmem_reserve, 0);
	assert_int_equal(zone->reserved_highatomic, 0);
	assert_true(zone->free_highatomic == AUTOPSY_UNKNOWN);
	assert_int_equal(zone->free_cma, 0);
	assert_true(zone->blocks_known && zone->types_known);
	assert_int_equal(zone->blocks[0], 0);
	assert_int_equal(zone->blocks[5], 1);
	assert_int_equal(zone->types[5], AUTOPSY_MOVABLE);
	parse_golden("6.12-thisnode.raw");
	zone = &explain.groups[1]->event.autopsy.zones[2];
	assert_int_equal(zone->node, 1);
	assert_int_equal(zone->reserved_highatomic, 1024);
	assert_int_equal(zone->types[0], AUTOPSY_UNMOVABLE | AUTOPSY_HIGHATOMIC);
}

static void oom_and_memcg(void **state)
{
	const struct klog_event *event;

	(void)state;
	parse_golden("5.10-memcg-oom.dmesg-T");
	event = &explain.groups[0]->event;
	assert_string_equal(event->constraint, "CONSTRAINT_MEMCG");
	assert_string_equal(event->victim, "java");
	assert_int_equal(event->victim_pid, 9911);
	assert_int_equal(event->autopsy.memcg_limit, 512 << 20);
	assert_string_equal(event->cpuset, "");
	assert_int_equal(explain.stats.without_memory, 0);
	parse_golden("6.12-fragmented-oom.dmesg");
	event = &explain.groups[2]->event;
	assert_string_equal(event->constraint, "CONSTRAINT_NONE");
	assert_string_equal(event->victim, "tail");
}

/* Without caller ids two reports may be taken apart only by what their lines say. */
static void interleaved(void **state)
{
	(void)state;
	parse_golden("5.15-interleaved.caller");
	assert_false(explain.groups[0]->event.mixed || explain.groups[1]->event.mixed);
	parse_golden("5.15-interleaved.dmesg");
	assert_int_equal(explain.nr_groups, 2);
	assert_true(explain.groups[0]->event.mixed && explain.groups[1]->event.mixed);
	assert_int_equal(explain.groups[0]->event.pid, 77);
	assert_int_equal(explain.groups[1]->event.cpu, 0);
	assert_int_equal(explain.groups[0]->event.autopsy.nr_zones, 1);
	assert_int_equal(explain.groups[1]->event.autopsy.nr_zones, 1);
}

/* Pieces of any size give the same, and so does a log without its last newline. */
static void pieces(void **state)
{
	static const size_t sizes[] = {1, 2, 7, 63, 1000};
	static struct explain_group whole;

	(void)state;
	parse_golden("6.12-exhausted.dmesg");
	whole = *explain.groups[0];
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		parse(log_text, log_length, sizes[i]);
		assert_int_equal(explain.nr_groups, 2);
		assert_memory_equal(explain.groups[0], &whole, sizeof(whole));
	}
}

/* Cut anywhere, at either end: what remains is decoded or counted, and nothing is invented. */
static void cut(void **state)
{
	static const char *const names[] = {"6.12-exhausted.dmesg", "5.15-interleaved.caller",
					    "6.12-thisnode.raw"};
	uint64_t failures;

	(void)state;
	for (size_t n = 0; n < 3; n++) {
		parse_golden(names[n]);
		failures = explain.stats.failures;
		for (size_t i = 0; i < log_length; i += 97) {
			parse(log_text, i, 4096);
			assert_true(explain.stats.failures <= failures);
			write_both();
			parse(log_text + i, log_length - i, 4096);
			assert_true(explain.stats.failures <= failures);
			write_both();
		}
	}
}

#define HEADER "x: page allocation failure: order:%s, mode:0x820(GFP_ATOMIC), nodemask=(null)\n"

static void hostile_orders(void **state)
{
	static const struct {
		const char *order;
		bool good;
	} rows[] = {
		{"0", true},
		{"63", true},
		{"64", false},
		{"18446744073709551616", false},
		{"-1", false},
		{"", false},
		{"99999999999999999999", false},
		{"x", false},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), HEADER, rows[i].order);
		parse_text(text);
		assert_int_equal(explain.stats.failures, rows[i].good);
		assert_int_equal(explain.stats.headers_refused, !rows[i].good);
		write_both();
	}
}

static void hostile_numbers(void **state)
{
	static const char text[] =
		"x: page allocation failure: order:3, "
		"mode:0xfffffffffffffffff(GFP_NEW|GFP_KERNEL), "
		"nodemask=9-1,77777777777777777777-,\n"
		"CPU: 99999999999999999999 PID: 5 Comm: x Not tainted\n"
		"Mem-Info:\n"
		"active_anon:99999999999999999999 inactive_anon:1 isolated_anon:0\n"
		"Node 0 Normal free:99999999999999999999kB min:18446744073709551615kB low:4kB "
		"high:4kB managed:4503599627370495kB\n"
		"lowmem_reserve[]: 1 99999999999999999999\n"
		"Node 99999 Normal free:4kB min:4kB\n"
		"Node 0 Normal: 1*0kB 18446744073709551615*8kB (U) 3*16kB = 1kB\n"
		"Free swap  = 99999999999999999999kB\n"
		"Node 0 Normal: 1*4kB = 4kB\n"
		"1 pages RAM\n";
	const struct klog_event *event;

	(void)state;
	parse_text(text);
	assert_int_equal(explain.stats.failures, 1);
	assert_true(explain.stats.numbers_refused >= 5);
	event = &explain.groups[0]->event;
	assert_true(event->cpu == AUTOPSY_UNKNOWN && event->mode == AUTOPSY_UNKNOWN);
	assert_int_equal(event->pid, 5);
	assert_false(event->autopsy.gfp_known);
	assert_null(explain.groups[0]->class);
	assert_int_equal(event->autopsy.nr_zones, 1);
	assert_true(event->autopsy.zones[0].free == AUTOPSY_UNKNOWN);
	assert_true(event->autopsy.zones[0].min == AUTOPSY_UNKNOWN);
	assert_int_equal(event->autopsy.zones[0].low, 1);
	assert_true(event->autopsy.usage.swap_free == AUTOPSY_UNKNOWN);
	assert_int_equal(explain.groups[0]->finding.reason, GFT_UNKNOWN);
	write_both();
}

static void hostile_bytes(void **state)
{
	static const char text[] =
		"[    1.000000] \x1b[31mev\x01\x7fil\xff\xfe\"<b>\0\x1b]0;title\x07: page "
		"allocation "
		"failure: order:0, mode:0x820(GFP_ATOMIC\x1b[2J\xc3), nodemask=\xff\n"
		"[    1.000001]  f\xc3\xa4lsch+0x1/0x2 [m\x1b[0mod]\n"
		"\n\n\0\0\n[\n<\n<4\n<4>\n[ 1\n6,1\n6,1,2,\n";

	(void)state;
	parse(text, sizeof(text) - 1, 4096);
	assert_int_equal(explain.stats.failures, 1);
	write_both();
}

static void long_lines(void **state)
{
	size_t size = 3 << 20;
	char *text = malloc(size + 256);

	(void)state;
	assert_non_null(text);
	memset(text, 'A', size);
	snprintf(text + size, 256, "\n" HEADER, "2");
	parse_text(text);
	assert_int_equal(explain.stats.lines, 2);
	assert_int_equal(explain.stats.long_lines, 1);
	assert_int_equal(explain.stats.failures, 1);
	assert_int_equal(explain.groups[0]->event.autopsy.order, 2);
	free(text);
}

/* More kinds than there is place for are counted. */
static void many_kinds(void **state)
{
	char line[256];
	size_t length = 0;

	(void)state;
	for (int i = 0; i < EXPLAIN_GROUPS + 40; i++) {
		snprintf(line, sizeof(line), HEADER, "1");
		length += (size_t)sprintf(log_text + length, "%sCall Trace:\n f%d+0x1/0x2\n", line,
					  i);
	}
	parse(log_text, length, 4096);
	assert_int_equal(explain.stats.failures, EXPLAIN_GROUPS + 40);
	assert_int_equal(explain.nr_groups, EXPLAIN_GROUPS);
	assert_int_equal(explain.not_grouped, 40);
	write_both();
}

static void nothing_to_tell(void **state)
{
	(void)state;
	parse_text("");
	assert_int_equal(explain.stats.lines, 0);
	write_both();
	parse_text("[    0.000000] Linux version 6.1\n[    0.1] a cat on the keyboard\n");
	assert_int_equal(explain.stats.lines, 2);
	assert_int_equal(explain.nr_groups, 0);
	parse_text("x: vmalloc error: size 4096, failed to allocate pages, mode:0xcc0(GFP_KERNEL), "
		   "nodemask=(null)\nNode 0 Normal free:4kB min:8kB\n");
	assert_int_equal(explain.stats.others, 1);
	assert_int_equal(explain.stats.strays, 1);
	write_both();
}

static void prefixes(void **state)
{
	static const struct {
		const char *line, *when, *caller, *text;
		uint64_t us;
	} rows[] = {
		{"plain text", "", "", "plain text", UINT64_MAX},
		{"[   12.345678] text", "12.345678", "", "text", 12345678},
		{"[   12.345678]  text", "12.345678", "", " text", 12345678},
		{"[12.5] text", "12.5", "", "text", 12500000},
		{"<4>[   12.345678] text", "12.345678", "", "text", 12345678},
		{"<4>text", "", "", "text", UINT64_MAX},
		{"[   12.345678][  T123] text", "12.345678", "T123", "text", 12345678},
		{"[   12.345678] [    C0] text", "12.345678", "C0", "text", 12345678},
		{"4,421,4347357,-;text", "4.347357", "", "text", 4347357},
		{"4,421,4347357,-,caller=T9;text", "4.347357", "T9", "text", 4347357},
		{"kern  :warn  : [   12.345678] text", "12.345678", "", "text", 12345678},
		{"[Mon Nov 23 05:49:35 2026] text", "Mon Nov 23 05:49:35 2026", "", "text",
		 UINT64_MAX},
		{"2026-11-23T05:49:35,516000+00:00 text", "2026-11-23T05:49:35,516000+00:00", "",
		 "text", UINT64_MAX},
		{"Nov 23 05:49:35 host kernel: text", "Nov 23 05:49:35", "", "text", UINT64_MAX},
		{"Nov 23 05:49:35.516000 host kernel: text", "Nov 23 05:49:35.516000", "", "text",
		 UINT64_MAX},
		{"2026-11-23T05:49:35+0000 host kernel: text", "2026-11-23T05:49:35+0000", "",
		 "text", UINT64_MAX},
		{"Mon 2026-11-23 05:49:35 UTC host kernel: text", "Mon 2026-11-23 05:49:35 UTC", "",
		 "text", UINT64_MAX},
		{"[   12.345678] host kernel: text", "12.345678", "", "text", 12345678},
		{"Nov 23 05:49:35 host kernel: [   12.345678] text", "12.345678", "", "text",
		 12345678},
		{"1763876975.516000 host kernel: text", "1763876975.516000", "", "text",
		 UINT64_MAX},
		{"kern  :notice: [   12.345678] text", "12.345678", "", "text", 12345678},
		{"a:b: text", "", "", "a:b: text", UINT64_MAX},
		{"igb: eth0: text", "", "", "igb: eth0: text", UINT64_MAX},
		{"no time here kernel: text", "", "", "no time here kernel: text", UINT64_MAX},
		{"[module] text", "", "", "[module] text", UINT64_MAX},
		{"[99999999999999999999.1] text", "", "", "[99999999999999999999.1] text",
		 UINT64_MAX},
	};
	struct klog_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		klog_line__parse(rows[i].line, &line);
		assert_string_equal(line.text, rows[i].text);
		assert_string_equal(line.when, rows[i].when);
		assert_string_equal(line.caller, rows[i].caller);
		assert_true(line.time_us == rows[i].us);
	}
}

static void requesters(void **state)
{
	static const char *const wrappers[] = {
		"dump_stack_lvl+0x64",
		"warn_alloc.cold.118+0x7b",
		"__alloc_pages_slowpath.constprop.0+0x2ac",
		"__alloc_frozen_pages_noprof+0x1",
		"alloc_pages_mpol_noprof",
		"folio_alloc_noprof",
		"___slab_alloc",
		"kmem_cache_alloc_node",
		"__kmalloc_node_track_caller_noprof",
		"__alloc_skb",
		"page_frag_alloc_align",
		"page_pool_alloc_pages",
		"get_zeroed_page",
	};
	static const char *const requesters[] = {
		"igb_clean_rx_irq+0x5a3",
		"do_anonymous_page",
		"single+0xe5",
		"alloc_thread_stack_node",
		"radix_tree_node_alloc",
		"alloc_inode",
		"",
		"_",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (!requester__is_wrapper(wrappers[i]))
			fail_msg("%s is a wrapper", wrappers[i]);
	for (size_t i = 0; i < sizeof(requesters) / sizeof(requesters[0]); i++)
		if (requester__is_wrapper(requesters[i]))
			fail_msg("%s is no wrapper", requesters[i]);
}

static int clear(void **state)
{
	(void)state;
	explain__clear(&explain);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_logs),	  cmocka_unit_test(numbers),
		cmocka_unit_test(oom_and_memcg),  cmocka_unit_test(interleaved),
		cmocka_unit_test(pieces),	  cmocka_unit_test(cut),
		cmocka_unit_test(hostile_orders), cmocka_unit_test(hostile_numbers),
		cmocka_unit_test(hostile_bytes),  cmocka_unit_test(long_lines),
		cmocka_unit_test(many_kinds),	  cmocka_unit_test(nothing_to_tell),
		cmocka_unit_test(prefixes),	  cmocka_unit_test(requesters),
	};

	return cmocka_run_group_tests(tests, NULL, clear);
}
