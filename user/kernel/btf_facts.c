// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/btf_facts.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

/*
 * The ladder of choke points, newest first. Where several exist, the newer is inside
 * the older: the others wrap it, and attaching to one of them too would count twice.
 *
 *	__alloc_frozen_pages_noprof  v6.14 (commit 49249a2a547a)
 *	__alloc_pages_noprof         v6.10 (commit b951aaff5035)
 *	__alloc_pages                v5.13 (commit 84172f4bb752)
 *	__alloc_pages_nodemask       before; delete with the last v5.10 kernel
 *
 * All take (gfp_t, unsigned int order, int nid, nodemask_t *) and return struct page *;
 * the newest mm tree adds `unsigned int alloc_flags`. `__alloc_pages` of v5.8 to v5.12
 * had another prototype and is not it.
 */
static const char *const entry_ladder[] = {
	"__alloc_frozen_pages_noprof",
	"__alloc_pages_noprof",
	"__alloc_pages",
	"__alloc_pages_nodemask",
};

/* alloc_pages_bulk_noprof v6.10; __alloc_pages_bulk v5.13 (commit 387ba26fb1cb). */
static const char *const bulk_ladder[] = {"alloc_pages_bulk_noprof", "__alloc_pages_bulk"};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct btf_type *strip(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

static bool is_int(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = strip(btf, id);

	return type && btf_is_int(type) && type->size == 4;
}

static bool is_pointer(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = strip(btf, id);

	return type && btf_is_ptr(type);
}

static bool points_to(const struct btf *btf, uint32_t id, const char *name)
{
	const struct btf_type *type = strip(btf, id);

	if (!type || !btf_is_ptr(type))
		return false;
	type = btf__type_by_id(btf, type->type); /* no allocator returns a const page */
	return type && btf_is_struct(type) &&
	       !strcmp(btf__name_by_offset(btf, type->name_off), name);
}

static const struct btf_type *prototype(const struct btf *btf, const char *function)
{
	int id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);

	if (id < 0)
		return NULL;
	return btf__type_by_id(btf, btf__type_by_id(btf, (uint32_t)id)->type);
}

/* What the programs at a tracepoint are handed: include/trace/bpf_probe.h. */
static const struct btf_type *event_prototype(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	const struct btf_type *type = id > 0 ? strip(btf, (uint32_t)id) : NULL;

	if (!type || !btf_is_ptr(type))
		return NULL;
	type = btf__type_by_id(btf, type->type);
	return type && btf_is_func_proto(type) ? type : NULL;
}

static bool entry_matches(const struct btf *btf, const struct btf_type *proto)
{
	const struct btf_param *param = btf_params(proto);
	uint16_t count = btf_vlen(proto);

	return (count == 4 || count == 5) && points_to(btf, proto->type, "page") &&
	       is_int(btf, param[0].type) && is_int(btf, param[1].type) &&
	       is_int(btf, param[2].type) && is_pointer(btf, param[3].type) &&
	       (count == 4 || is_int(btf, param[4].type));
}

/* (gfp_t, int nid, nodemask_t *, int nr_pages, [struct list_head *,] struct page **) */
static bool bulk_matches(const struct btf *btf, const struct btf_type *proto)
{
	const struct btf_param *param = btf_params(proto);
	uint16_t count = btf_vlen(proto);

	return (count == 5 || count == 6) && is_int(btf, param[0].type) &&
	       is_int(btf, param[1].type) && is_pointer(btf, param[2].type) &&
	       is_int(btf, param[3].type) && is_pointer(btf, param[4].type) &&
	       (count == 5 ||
		(points_to(btf, param[4].type, "list_head") && is_pointer(btf, param[5].type)));
}

struct entry_point btf_facts__entry(const struct btf *btf)
{
	for (size_t i = 0; i < LENGTH(entry_ladder); i++) {
		const struct btf_type *proto = prototype(btf, entry_ladder[i]);

		if (proto && entry_matches(btf, proto))
			return (struct entry_point){.name = entry_ladder[i]};
	}
	return (struct entry_point){};
}

struct entry_point btf_facts__bulk(const struct btf *btf)
{
	for (size_t i = 0; i < LENGTH(bulk_ladder); i++) {
		const struct btf_type *proto = prototype(btf, bulk_ladder[i]);

		if (proto && bulk_matches(btf, proto))
			return (struct entry_point){.name = bulk_ladder[i],
						    .bulk_has_list = btf_vlen(proto) == 6};
	}
	return (struct entry_point){};
}

static const struct btf_member *find_member(const struct btf *btf, const char *structure,
					    const char *name, uint32_t *bit_offset)
{
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	const struct btf_type *type;

	if (id < 0)
		return NULL;
	type = btf__type_by_id(btf, (uint32_t)id);
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = btf_members(type) + i;

		if (strcmp(btf__name_by_offset(btf, member->name_off), name) != 0)
			continue;
		if (bit_offset)
			*bit_offset = btf_member_bit_offset(type, i);
		return member;
	}
	return NULL;
}

/* Elements of an array member, 0 if there is none. */
static uint32_t array_length(const struct btf *btf, const char *structure, const char *name)
{
	const struct btf_member *member = find_member(btf, structure, name, NULL);
	const struct btf_type *type = member ? strip(btf, member->type) : NULL;

	return type && btf_is_array(type) ? btf_array(type)->nelems : 0;
}

/* The value of enumerator `i` if that is its name and 32 bits hold it. */
static bool enumerator_is(const struct btf *btf, const struct btf_type *type, uint32_t i,
			  const char *name, uint32_t *value)
{
	const struct btf_enum64 *wide = btf_is_enum64(type) ? btf_enum64(type) + i : NULL;
	const struct btf_enum *item = btf_enum(type) + i;

	if (strcmp(btf__name_by_offset(btf, wide ? wide->name_off : item->name_off), name) != 0 ||
	    (wide && wide->val_hi32))
		return false;
	*value = wide ? wide->val_lo32 : (uint32_t)item->val;
	return true;
}

bool btf_facts__enumerator(const struct btf *btf, const char *name, uint32_t *value)
{
	uint32_t types = btf__type_cnt(btf);

	for (uint32_t id = 1; id < types; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (!btf_is_any_enum(type))
			continue;
		for (uint32_t i = 0; i < btf_vlen(type); i++)
			if (enumerator_is(btf, type, i, name, value))
				return true;
	}
	return false;
}

/* The names as /proc/pagetypeinfo has them (mm/vmstat.c, migratetype_names), in lower case. */
static void read_migratetypes(const struct btf *btf, struct btf_facts *facts)
{
	static const struct {
		const char *enumerator, *label;
	} names[] = {
		{"MIGRATE_UNMOVABLE", "unmovable"},
		{"MIGRATE_MOVABLE", "movable"},
		{"MIGRATE_RECLAIMABLE", "reclaimable"},
		{"MIGRATE_HIGHATOMIC", "highatomic"},
		{"MIGRATE_CMA", "cma"},
		{"MIGRATE_ISOLATE", "isolate"},
	};
	uint32_t value;

	facts->nr_migratetypes = array_length(btf, "free_area", "free_list");
	if (facts->nr_migratetypes > MIGRATETYPES_MAX)
		facts->nr_migratetypes = MIGRATETYPES_MAX;
	for (uint32_t i = 0; i < facts->nr_migratetypes; i++)
		facts->migratetypes[i] = "unknown";
	for (size_t i = 0; i < LENGTH(names); i++)
		if (btf_facts__enumerator(btf, names[i].enumerator, &value) &&
		    value < facts->nr_migratetypes)
			facts->migratetypes[value] = names[i].label;
}

/* Offset of a per-CPU variable within a CPU's area. */
static bool percpu_offset(const struct btf *btf, const char *name, int64_t *offset)
{
	int section_id = btf__find_by_name_kind(btf, ".data..percpu", BTF_KIND_DATASEC);
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_VAR);
	const struct btf_type *section;

	if (section_id < 0 || id < 0)
		return false;
	section = btf__type_by_id(btf, (uint32_t)section_id);
	for (uint32_t i = 0; i < btf_vlen(section); i++) {
		const struct btf_var_secinfo *info = btf_var_secinfos(section) + i;

		if (info->type != (uint32_t)id)
			continue;
		*offset = info->offset;
		return true;
	}
	return false;
}

/*
 * x86 keeps preempt_count in a per-CPU variable, whose address kallsyms hides where
 * KALLSYMS_ALL=n. But a task leads to its CPU's runqueue, and BTF has the offsets of both
 * in the CPU's area, which on x86 begin at 0.
 */
static void read_percpu_offsets(const struct btf *btf, struct btf_facts *facts)
{
	uint32_t cfs_bits = 0, misses_bits = 0;
	int64_t rq;

	facts->preempt_count_in_btf =
		btf__find_by_name_kind(btf, "pcpu_hot", BTF_KIND_VAR) > 0 ||
		btf__find_by_name_kind(btf, "__preempt_count", BTF_KIND_VAR) > 0;
	facts->has_run_delay = find_member(btf, "sched_info", "run_delay", NULL);
	if (find_member(btf, "bpf_prog_stats", "misses", &misses_bits))
		facts->misses_offset = misses_bits / 8;
	if (find_member(btf, "rq", "cfs", &cfs_bits))
		facts->cfs_in_rq = cfs_bits / 8;
	if (!facts->cfs_in_rq || !percpu_offset(btf, "runqueues", &rq))
		return;
	if (!percpu_offset(btf, "__preempt_count", &facts->preempt_offset)) {
		if (!percpu_offset(btf, "pcpu_hot", &facts->preempt_offset))
			return;
		/* arch/x86/include/asm/current.h: after the pointer current_task */
		facts->preempt_offset += 8;
	}
	facts->cfs_offset = rq + facts->cfs_in_rq;
	facts->has_percpu_offsets = true;
}

static bool is_named(const struct btf *btf, uint32_t id, const char *name)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	return type && btf_is_typedef(type) &&
	       !strcmp(btf__name_by_offset(btf, type->name_off), name);
}

static bool is_sized(const struct btf *btf, uint32_t id, uint32_t size)
{
	const struct btf_type *type = strip(btf, id);

	return type && (btf_is_int(type) || btf_is_any_enum(type)) && type->size == size;
}

static bool argument_is(const struct btf *btf, uint32_t id, char type)
{
	switch (type) {
	case 'g':
		return is_named(btf, id, "gfp_t");
	case 'i':
		return is_sized(btf, id, 4) && !is_named(btf, id, "gfp_t");
	case 'l':
		return is_sized(btf, id, 8);
	default:
		return points_to(btf, id, "page");
	}
}

bool btf_facts__event(const struct btf *btf, const char *event, const char *types)
{
	const struct btf_type *proto;
	char name[64];

	snprintf(name, sizeof(name), "btf_trace_%s", event);
	if (btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF) <= 0)
		return false;
	if (!*types)
		return true;
	proto = event_prototype(btf, name);
	/* the first argument is not the program's */
	if (!proto || btf_vlen(proto) < 1 + strlen(types))
		return false;
	for (size_t i = 0; types[i]; i++)
		if (!argument_is(btf, btf_params(proto)[1 + i].type, types[i]))
			return false;
	return true;
}

/*
 * The arguments of tracepoints have no names in BTF: their types must be those that stood in
 * these places since v6.1 (commits 11e9734bcb6a, 2c1d697fb8ba), the node last. Before, requests
 * for a node had tracepoints of their own. The first argument is not the program's.
 */
static void read_slab_calls(const struct btf *btf, struct btf_facts *facts)
{
	const struct btf_type *kmalloc = event_prototype(btf, "btf_trace_kmalloc");
	const struct btf_type *cache = event_prototype(btf, "btf_trace_kmem_cache_alloc");
	const struct btf_param *param;

	if (kmalloc && btf_vlen(kmalloc) >= 7) {
		param = btf_params(kmalloc) + 1;
		facts->has_slab_call[GFT_KMALLOC] =
			is_pointer(btf, param[1].type) && is_named(btf, param[2].type, "size_t") &&
			is_named(btf, param[3].type, "size_t") &&
			is_named(btf, param[4].type, "gfp_t") && is_int(btf, param[5].type);
	}
	if (cache && btf_vlen(cache) >= 6) {
		param = btf_params(cache) + 1;
		facts->has_slab_call[GFT_KMEM_CACHE_ALLOC] =
			is_pointer(btf, param[1].type) &&
			points_to(btf, param[2].type, "kmem_cache") &&
			is_named(btf, param[3].type, "gfp_t") && is_int(btf, param[4].type);
	}
}

int btf_facts__read(const struct btf *btf, struct btf_facts *facts)
{
	uint32_t orders = array_length(btf, "zone", "free_area"), pfn_bits = 0;
	int page = btf__find_by_name_kind(btf, "page", BTF_KIND_STRUCT);

	memset(facts, 0, sizeof(*facts));
	if (!orders || orders >= GFT_ORDERS_MAX || page < 0)
		return -ENOENT;
	facts->max_order = orders - 1;
	facts->page_struct = btf__type_by_id(btf, (uint32_t)page)->size;
	facts->entry = btf_facts__entry(btf);
	facts->bulk = btf_facts__bulk(btf);
	facts->has_mm_page_alloc =
		btf__find_by_name_kind(btf, "btf_trace_mm_page_alloc", BTF_KIND_TYPEDEF) > 0;
	if (find_member(btf, "trace_event_raw_mm_page_alloc", "pfn", &pfn_bits))
		facts->pfn_in_event = pfn_bits / 8;
	facts->mm_page_alloc_known = btf_facts__event(btf, "mm_page_alloc", "pigi");
	read_slab_calls(btf, facts);
	read_migratetypes(btf, facts);
	/* the second since v6.17, where the macro of the first name rounds it up */
	if (!btf_facts__enumerator(btf, "NR_PAGEBLOCK_BITS", &facts->pageblock_bits))
		btf_facts__enumerator(btf, "__NR_PAGEBLOCK_BITS", &facts->pageblock_bits);
	read_percpu_offsets(btf, facts);
	return 0;
}
