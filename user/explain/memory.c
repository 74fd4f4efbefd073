// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lines of show_mem(): mm/show_mem.c from v6.5 on, mm/page_alloc.c show_free_areas() and
 * lib/show_mem.c before. Sizes are kB there, lowmem_reserve[] and the first block are pages.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mm/gfp_names.h"
#include "explain/line.h"
#include "explain/klog_internal.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* include/linux/mmzone.h enum zone_type, in rising order. */
static const char *const zone_names[] = {"DMA", "DMA32", "Normal", "HighMem", "Movable", "Device"};

enum { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_HIGHMEM, ZONE_MOVABLE, ZONE_DEVICE, ZONES };

/* Its place in zone_names, ZONES if it is none. */
static size_t zone_rank(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < ZONES; i++)
		if (strlen(zone_names[i]) == length && !memcmp(zone_names[i], name, length))
			break;
	return i;
}

bool klog_zone__name(const char **text, uint32_t *node, char name[16])
{
	const char *at = *text;
	uint64_t number = 0;
	size_t length;

	/* without CONFIG_NUMA there is no node */
	if (!strncmp(at, "Node ", 5)) {
		at += 5;
		if (!klog_number(&at, &number) || number > 4095 || *at++ != ' ')
			return false;
	}
	length = strcspn(at, " :");
	if (zone_rank(at, length) == ZONES)
		return false;
	klog_copy(name, 16, at, length);
	*node = (uint32_t)number;
	*text = at + length;
	return true;
}

struct autopsy_zone *klog_report__find_zone(struct klog_report *report, uint32_t node,
					    const char *name)
{
	struct autopsy *autopsy = &report->event.autopsy;

	for (size_t i = 0; i < autopsy->nr_zones; i++)
		if (autopsy->zones[i].node == node && !strcmp(autopsy->zones[i].name, name))
			return &autopsy->zones[i];
	return NULL;
}

/* The number behind " KEY:", AUTOPSY_UNKNOWN if it is not there or out of range. */
static uint64_t field(struct klog_report *report, const char *text, const char *key)
{
	char wanted[32];
	const char *at;
	uint64_t number;

	snprintf(wanted, sizeof(wanted), " %s:", key);
	at = strstr(text, wanted);
	if (!at)
		return AUTOPSY_UNKNOWN;
	at += strlen(wanted);
	/* 2^52 kB is more than an address space has */
	if (klog_number(&at, &number) && number < 1ull << 52)
		return number;
	report->refused++;
	return AUTOPSY_UNKNOWN;
}

void klog_report__zone(struct klog_report *report, const char *text)
{
	struct autopsy *autopsy = &report->event.autopsy;
	struct autopsy_zone *zone;
	uint32_t node;
	char name[16] = "";

	text += strspn(text, " ");
	if (!klog_zone__name(&text, &node, name) || autopsy->nr_zones == AUTOPSY_ZONES)
		return;
	zone = &autopsy->zones[autopsy->nr_zones++];
	autopsy_zone__init(zone);
	zone->node = node;
	memcpy(zone->name, name, sizeof(zone->name));
	zone->free = field(report, text, "free");
	zone->boost = field(report, text, "boost");
	zone->min = field(report, text, "min");
	zone->low = field(report, text, "low");
	zone->high = field(report, text, "high");
	zone->reserved_highatomic = field(report, text, "reserved_highatomic");
	zone->free_highatomic = field(report, text, "free_highatomic");
	zone->free_cma = field(report, text, "free_cma");
	zone->managed = field(report, text, "managed");
	zone->pcp = field(report, text, "free_pcp");
	report->event.has_memory = true;
}

void klog_report__reserve(struct klog_report *report, const char *text)
{
	size_t zone = report->event.autopsy.nr_zones, nr = 0;
	uint64_t pages;

	/* it follows the line of its zone */
	if (!zone || report->nr_reserve[zone - 1])
		return;
	text = strchr(text, ':') + 1;
	for (text += strspn(text, " "); nr < KLOG_RESERVES && klog_number(&text, &pages);
	     text += strspn(text, " "))
		report->reserve[zone - 1][nr++] = pages >> 52 ? AUTOPSY_UNKNOWN : pages;
	report->nr_reserve[zone - 1] = nr;
}

/* "(UMEH)" */
static uint8_t take_types(const char **text)
{
	static const char letters[] = "UMEHCI"; /* the bits of enum autopsy_type */
	const char *at = *text, *letter;
	uint8_t types = 0;

	if (*at != '(')
		return 0;
	for (at++; *at && *at != ')'; at++) {
		letter = strchr(letters, *at);
		if (letter)
			types |= (uint8_t)(1u << (letter - letters));
	}
	*text = *at ? at + 1 : at;
	return types;
}

/* "12*4kB (UME) 3*8kB (M) ... = 1234kB" */
void klog_report__blocks(struct klog_report *report, const char *text)
{
	struct autopsy_zone *zone;
	uint64_t count, kb;
	uint32_t node, order;
	char name[16] = "";

	text += strspn(text, " ");
	if (!klog_zone__name(&text, &node, name))
		return;
	zone = klog_report__find_zone(report, node, name);
	if (!zone || zone->blocks_known)
		return;
	text++;
	for (order = 0; order < AUTOPSY_ORDERS; order++) {
		text += strspn(text, " ");
		if (!klog_number(&text, &count) || *text++ != '*' || !klog_number(&text, &kb) ||
		    strncmp(text, "kB", 2) != 0)
			break;
		text += 2 + strspn(text + 2, " ");
		if (!order && !report->page_kb && kb >= 4 && kb <= 1024)
			report->page_kb = kb;
		zone->blocks[order] = count;
		zone->types[order] = take_types(&text);
		/* old kernels have no letters */
		zone->types_known |= zone->types[order] != 0;
	}
	/* a line that was cut may have lost the large blocks */
	zone->blocks_known = order > 0 && *text == '=';
}

static void set(struct klog_report *report, uint64_t *to, const char *text, const char *key)
{
	uint64_t number = field(report, text, key);

	if (*to == AUTOPSY_UNKNOWN)
		*to = number;
}

static void add(struct klog_report *report, uint64_t *to, const char *text, const char *key)
{
	uint64_t number = field(report, text, key);

	if (number != AUTOPSY_UNKNOWN)
		*to = autopsy__known(*to) + number;
}

/* "active_anon:1 inactive_anon:2 isolated_anon:3" and the lines that follow, in pages */
void klog_report__usage(struct klog_report *report, const char *text)
{
	struct autopsy_usage *usage = &report->event.autopsy.usage;
	char spaced[1024];

	snprintf(spaced, sizeof(spaced), " %s", text + strspn(text, " "));
	/* kB: of one node, or of a zone whose line was wrapped */
	if (strstr(spaced, "kB"))
		return;
	add(report, &usage->anon, spaced, "active_anon");
	add(report, &usage->anon, spaced, "inactive_anon");
	add(report, &usage->file, spaced, "active_file");
	add(report, &usage->file, spaced, "inactive_file");
	set(report, &usage->unevictable, spaced, "unevictable");
	set(report, &usage->dirty, spaced, "dirty");
	set(report, &usage->shmem, spaced, "shmem");
	set(report, &usage->slab_reclaimable, spaced, "slab_reclaimable");
	set(report, &usage->slab_unreclaimable, spaced, "slab_unreclaimable");
	set(report, &usage->free, spaced, "free");
}

/* "Free swap  = 0kB" */
void klog_report__swap(struct klog_report *report, const char *text)
{
	struct autopsy_usage *usage = &report->event.autopsy.usage;
	const char *at = strchr(text, '=');
	uint64_t kb;

	if (!at)
		return;
	at += 1 + strspn(at + 1, " ");
	if (!klog_number(&at, &kb) || kb >> 52)
		report->refused++;
	else if (strstr(text, "Free swap"))
		usage->swap_free = kb;
	else
		usage->swap_total = kb;
}

/* Is `node` in "0-1,3"? Also if the list says nothing. */
static bool in_list(const char *list, uint32_t node)
{
	uint64_t first, last;

	if (!isdigit((unsigned char)*list))
		return true;
	while (klog_number(&list, &first)) {
		last = first;
		if (*list == '-') {
			list++;
			if (!klog_number(&list, &last))
				return true;
		}
		if (node >= first && node <= last)
			return true;
		list += *list == ',';
	}
	return false;
}

/* The highest zone that a gfp allows: include/linux/gfp.h gfp_zone(). */
static size_t highest_rank(const struct autopsy *autopsy)
{
	const uint32_t gfp = autopsy->gfp;

	if (!autopsy->gfp_known)
		return ZONE_DEVICE;
	if (gfp & GFP_DMA)
		return ZONE_DMA;
	if (gfp & GFP_DMA32)
		return ZONE_DMA32;
	if ((gfp & (GFP_HIGHMEM | GFP_MOVABLE)) == (GFP_HIGHMEM | GFP_MOVABLE))
		return ZONE_MOVABLE;
	return gfp & GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

/*
 * Which zones this kernel was built with, from how many entries lowmem_reserve[] has and the
 * zones seen: Normal and Movable always are, the others by likelihood.
 */
static void guess_zones(const struct autopsy *autopsy, size_t entries, bool built[ZONES])
{
	static const size_t likely[] = {ZONE_DMA, ZONE_DMA32, ZONE_DEVICE, ZONE_HIGHMEM};
	size_t nr = 2;

	memset(built, 0, ZONES * sizeof(*built));
	built[ZONE_NORMAL] = true;
	built[ZONE_MOVABLE] = true;
	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		const char *name = autopsy->zones[i].name;
		size_t rank = zone_rank(name, strlen(name));

		nr += rank < ZONES && !built[rank];
		if (rank < ZONES)
			built[rank] = true;
	}
	for (size_t i = 0; i < LENGTH(likely) && nr < entries; i++) {
		nr += !built[likely[i]];
		built[likely[i]] = true;
	}
}

/* The entry of lowmem_reserve[] that binds this request. */
static uint64_t reserve_of(const struct klog_report *report, size_t zone)
{
	const struct autopsy *autopsy = &report->event.autopsy;
	const size_t entries = report->nr_reserve[zone];
	size_t highest = highest_rank(autopsy), index = 0;
	bool built[ZONES];

	if (!entries || !autopsy->gfp_known)
		return AUTOPSY_UNKNOWN;
	guess_zones(autopsy, entries, built);
	for (size_t rank = 0; rank < highest; rank++)
		index += built[rank];
	/* a zone that this kernel does not have: the one below it is the highest */
	if (!built[highest] && index)
		index--;
	return report->reserve[zone][index < entries ? index : entries - 1];
}

static enum autopsy_place place_of(const struct klog_event *event, const struct autopsy_zone *zone)
{
	const struct autopsy *autopsy = &event->autopsy;
	bool atomic = autopsy->gfp & GFP_HIGH && !(autopsy->gfp & GFP_DIRECT_RECLAIM);

	if (!autopsy->gfp_known)
		return AUTOPSY_PERHAPS;
	if (zone_rank(zone->name, strlen(zone->name)) > highest_rank(autopsy))
		return AUTOPSY_TOO_HIGH;
	if (!in_list(event->nodemask, zone->node))
		return AUTOPSY_OTHER_NODE;
	/* an atomic request ignores the cpuset: gfp_to_alloc_flags() */
	if (!atomic && !in_list(event->mems_allowed, zone->node))
		return AUTOPSY_OTHER_NODE;
	return autopsy->gfp & GFP_THISNODE ? AUTOPSY_PERHAPS : AUTOPSY_ALLOWED;
}

/* Free pages that the zones shown do not have: filtered nodes (SHOW_MEM_FILTER_NODES). */
static void find_elsewhere(struct autopsy *autopsy)
{
	uint64_t shown = 0;

	if (autopsy->usage.free == AUTOPSY_UNKNOWN || !autopsy->nr_zones)
		return;
	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		if (autopsy->zones[i].free == AUTOPSY_UNKNOWN)
			return;
		shown += autopsy->zones[i].free;
	}
	/* the two are not read at one instant, and counters lag */
	autopsy->free_elsewhere =
		autopsy->usage.free > shown + shown / 16 ? autopsy->usage.free - shown : 0;
}

static void to_pages(uint64_t *kb, uint64_t page_kb)
{
	if (*kb != AUTOPSY_UNKNOWN)
		*kb /= page_kb;
}

void klog_report__finish(struct klog_report *report)
{
	const uint64_t page_kb = report->page_kb ? report->page_kb : 4;
	struct klog_event *event = &report->event;
	struct autopsy *autopsy = &event->autopsy;

	autopsy->page_size = (uint32_t)page_kb * 1024;
	autopsy->rights = autopsy->gfp_known ? autopsy__rights(autopsy->gfp, autopsy->order) : 0;
	autopsy->nodes_limited = isdigit((unsigned char)*event->nodemask) ||
				 autopsy->gfp & GFP_THISNODE ||
				 (autopsy->gfp & GFP_DIRECT_RECLAIM && *event->cpuset &&
				  strcmp(event->cpuset, "/") != 0);
	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		struct autopsy_zone *zone = &autopsy->zones[i];
		uint64_t *const sizes[] = {
			&zone->free,	 &zone->boost,
			&zone->min,	 &zone->low,
			&zone->high,	 &zone->reserved_highatomic,
			&zone->managed,	 &zone->free_highatomic,
			&zone->free_cma, &zone->pcp,
		};

		for (size_t s = 0; s < LENGTH(sizes); s++)
			to_pages(sizes[s], page_kb);
		zone->place = place_of(event, zone);
		zone->lowmem_reserve = reserve_of(report, i);
	}
	to_pages(&autopsy->usage.swap_free, page_kb);
	to_pages(&autopsy->usage.swap_total, page_kb);
	find_elsewhere(autopsy);
}
