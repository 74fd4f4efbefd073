// SPDX-License-Identifier: GPL-2.0-only
#include "collect/failures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/reason.h"
#include "collect/backtrace.h"
#include "mm/gfp_names.h"

/* Functions that failures come from, and those that call them: few. */
#define SYMBOLS_ROOM 1024

_Static_assert((int)GFT_RIGHT_HALF == (int)AUTOPSY_HALF &&
		       (int)GFT_RIGHT_QUARTER == (int)AUTOPSY_QUARTER &&
		       (int)GFT_RIGHT_OOM == (int)AUTOPSY_OOM &&
		       (int)GFT_RIGHT_RESERVE == (int)AUTOPSY_RESERVE &&
		       (int)GFT_RIGHT_RESERVE_BLOCKS == (int)AUTOPSY_RESERVE_BLOCKS &&
		       (int)GFT_RIGHT_CMA == (int)AUTOPSY_CMA &&
		       (int)GFT_RIGHT_NO_WATERMARKS == (int)AUTOPSY_NO_WATERMARKS,
	       "the rights are those of the model");
_Static_assert((int)GFT_TYPES_HIGHATOMIC == (int)AUTOPSY_HIGHATOMIC &&
		       (int)GFT_TYPES_CMA == (int)AUTOPSY_CMA_TYPE &&
		       (int)GFT_TYPES_ISOLATED == (int)AUTOPSY_ISOLATED,
	       "so are the types");
_Static_assert((int)GFT_PLACE_ALLOWED == (int)AUTOPSY_ALLOWED &&
		       (int)GFT_PLACE_TOO_HIGH == (int)AUTOPSY_TOO_HIGH &&
		       (int)GFT_PLACE_OTHER_NODE == (int)AUTOPSY_OTHER_NODE &&
		       (int)GFT_PLACE_PERHAPS == (int)AUTOPSY_PERHAPS,
	       "and the places");

int failures__init(struct failures *failures, const struct gft_failure *kept,
		   const struct gft_zones *zones)
{
	failures->kept = kept;
	failures->zones = zones;
	failures->symbols = symbols__new(SYMBOLS_ROOM);
	return failures->symbols ? 0 : -ENOMEM;
}

void failures__free(struct failures *failures)
{
	symbols__free(failures->symbols);
	failures->symbols = NULL;
}

/* How often to try to read what is being written. */
#define TRIES 100

/* A copy of what was kept at one moment; false if there is none. */
static bool take(const struct gft_failure *kept, struct gft_failure *copy)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t turn = __atomic_load_n(&kept->turn, __ATOMIC_ACQUIRE);

		if (!turn)
			return false;
		memcpy(copy, kept, sizeof(*copy));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(turn & 1) && turn == __atomic_load_n(&kept->turn, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

void failures__want(struct failures *failures)
{
	for (size_t i = 0; i < GFT_FAILURES; i++) {
		const struct gft_failure *kept = &failures->kept[i];

		/* an address from a stack that is being written is a needless one at worst */
		for (uint32_t frame = 0; frame < GFT_STACK && frame < kept->frames; frame++)
			symbols__want(failures->symbols, kept->stack[frame]);
	}
}

static bool find(const struct failures *failures, const struct failure_kind *kind,
		 struct gft_failure *found)
{
	uint64_t key = gft_failure_key(kind->class, kind->order, kind->context, kind->reason);

	if (kind->class >= GFT_CLASSES || kind->order >= GFT_ORDERS_MAX ||
	    kind->context >= GFT_CONTEXTS)
		return false;
	for (size_t i = 0; i < GFT_FAILURES && failures->kept[i].key; i++)
		if (failures->kept[i].key == key)
			return take(&failures->kept[i], found);
	return false;
}

/* A zone for the model, whose watermarks have the boost in them. */
static void fill_model_zone(struct autopsy_zone *to, const struct gft_zone_state *from,
			    const struct gft_zone *zone)
{
	autopsy_zone__init(to);
	to->node = zone->node;
	memcpy(to->name, zone->name, sizeof(to->name));
	to->place = (enum autopsy_place)from->place;
	to->free = from->free;
	to->boost = from->boost;
	to->min = from->min + from->boost;
	to->low = from->low + from->boost;
	to->high = from->high + from->boost;
	to->lowmem_reserve = from->lowmem_reserve;
	to->reserved_highatomic = from->reserved_highatomic;
	to->free_highatomic = from->free_highatomic;
	to->free_cma = from->free_cma;
	to->managed = from->managed;
	to->blocks_known = to->types_known = true;
	for (int i = 0; i < GFT_ORDERS_MAX; i++) {
		to->blocks[i] = from->blocks[i];
		to->types[i] = from->types[i];
	}
}

static void fill_model(struct autopsy *autopsy, const struct failures *failures,
		       const struct kernel *kernel, const struct gft_failure *from)
{
	autopsy->gfp_known = true;
	autopsy->gfp = gfp_flags__meaning(&kernel->gfp_flags, from->gfp);
	autopsy->rights = from->rights;
	autopsy->nodes_limited = from->limited;
	autopsy->burst = from->worst;
	if (from->preferred_node != GFT_NODE_UNKNOWN)
		autopsy->preferred_node = from->preferred_node;
	for (uint32_t i = 0; i < from->zones && i < GFT_ZONES; i++)
		fill_model_zone(&autopsy->zones[autopsy->nr_zones++], &from->zone[i],
				&failures->zones->zone[i]);
}

/* Which migrate type's the blocks are, where all are of one. */
static int add_type(struct free_blocks *blocks, const struct kernel *kernel, uint8_t types)
{
	const struct gft_failure_config *config = &kernel->failure;
	uint32_t type = types ? (uint32_t)__builtin_ctz(types) : 0;
	struct type_count *count;

	if (!types || types & (types - 1))
		return 0;
	if (types == GFT_TYPES_HIGHATOMIC)
		type = config->type_highatomic;
	else if (types == GFT_TYPES_CMA)
		type = config->type_cma;
	else if (types == GFT_TYPES_ISOLATED)
		type = config->type_isolate;
	if (type >= kernel->facts.nr_migratetypes)
		return 0;
	count = blocks__add_type(blocks);
	if (!count)
		return -ENOMEM;
	count->type = kernel->facts.migratetypes[type];
	count->count = blocks->count;
	return 0;
}

static int add_blocks(struct zone_state *to, const struct kernel *kernel,
		      const struct autopsy_zone *from)
{
	for (uint32_t order = 0; order < GFT_ORDERS_MAX; order++) {
		struct free_blocks *blocks;

		if (!from->blocks[order])
			continue;
		blocks = zone__add_blocks(to);
		if (!blocks)
			return -ENOMEM;
		blocks->order = order;
		blocks->count = from->blocks[order];
		if (add_type(blocks, kernel, from->types[order]))
			return -ENOMEM;
	}
	return 0;
}

static int add_zone(struct report *report, struct failure *failure, const struct kernel *kernel,
		    const struct autopsy *autopsy, const struct autopsy_zone *from)
{
	struct zone_state *zone = failure__add_zone(failure);
	int index = autopsy__fragmentation_index(from, autopsy->order);

	if (!zone)
		return -ENOMEM;
	zone->node = from->node;
	zone->zone = report__string(report, from->name);
	zone->free = from->free;
	zone->min = from->min;
	zone->low = from->low;
	zone->high = from->high;
	zone->boost = from->boost;
	zone->lowmem_reserve = from->lowmem_reserve;
	zone->highatomic_reserved = from->reserved_highatomic;
	zone->highatomic_free = from->free_highatomic;
	zone->pcp = from->pcp;
	zone->managed = from->managed;
	zone->allowed = autopsy__usable(autopsy, from);
	zone->fragmentation_index = index < 0 ? -1 : index / 1000.0;
	return zone->zone ? add_blocks(zone, kernel, from) : -ENOMEM;
}

static int add_stack(struct report *report, struct failure *failure,
		     const struct failures *failures, const struct gft_failure *from)
{
	size_t frames = from->frames < GFT_STACK ? from->frames : GFT_STACK;

	return backtrace__add(report, failures->symbols, failures->addresses, from->stack, frames,
			      &failure->stack, &failure->caller);
}

static int add_gfp(struct report *report, struct failure *failure, const struct kernel *kernel,
		   uint32_t gfp)
{
	const char *names[GFP_FLAGS];
	size_t count = gfp_flags__names(&kernel->gfp_flags, gfp, names);
	int err = 0;

	failure->has_gfp = true;
	failure->gfp = gfp;
	for (size_t i = 0; i < count && !err; i++)
		err = report__add_text(report, &failure->gfp_names, names[i]);
	return err;
}

static int add_state(struct report *report, struct failure *failure,
		     const struct failures *failures, const struct kernel *kernel,
		     const struct gft_failure *from, const struct autopsy *autopsy)
{
	int err = add_gfp(report, failure, kernel, from->gfp);

	for (size_t i = 0; i < autopsy->nr_zones && !err; i++)
		err = add_zone(report, failure, kernel, autopsy, &autopsy->zones[i]);
	/* warn_alloc() says nothing for __GFP_NOWARN, else not more than its rate limit lets it */
	failure->dmesg_would_show = autopsy->gfp & GFP_NOWARN ? ANSWER_NO : ANSWER_YES;
	return err ? err : add_stack(report, failure, failures, from);
}

static int add_finding(struct report *report, struct failure *failure,
		       const struct autopsy *autopsy)
{
	struct autopsy_finding finding;
	int err = 0;

	autopsy__find(autopsy, &finding);
	failure->verdict = report__string(report, finding.verdict);
	if (!failure->verdict)
		return -ENOMEM;
	for (size_t i = 0; i < finding.nr_advice && !err; i++)
		err = report__add_text(report, &failure->advice, finding.advice[i]);
	return err;
}

int failures__describe(const struct failures *failures, const struct kernel *kernel,
		       const struct failure_kind *kind, struct report *report,
		       struct failure *failure)
{
	struct autopsy *autopsy = malloc(sizeof(*autopsy));
	struct gft_failure *kept = malloc(sizeof(*kept));
	int err = autopsy && kept ? 0 : -ENOMEM;

	if (!err) {
		autopsy__init(autopsy);
		autopsy->page_size = kernel->page_size;
		autopsy->order = kind->order;
		autopsy->given = kind->reason;
		if (find(failures, kind, kept) &&
		    (!kind->comm || !strncmp(kind->comm, kept->comm, sizeof(kept->comm)))) {
			fill_model(autopsy, failures, kernel, kept);
			/* bpf/autopsy.bpf.c looked and found no reason */
			autopsy->served = kind->reason == GFT_UNKNOWN;
			err = add_state(report, failure, failures, kernel, kept, autopsy);
		}
		/* another message, or none: mm/page_alloc.c */
		if (kind->reason == GFT_MEMCG || kind->reason == GFT_INVALID)
			failure->dmesg_would_show = ANSWER_NO;
	}
	if (!err)
		err = add_finding(report, failure, autopsy);
	free(autopsy);
	free(kept);
	return err;
}
