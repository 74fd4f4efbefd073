// SPDX-License-Identifier: GPL-2.0-only
/* What a kernel's structures and enums say, read from BTF that is made here. */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include <bpf/btf.h>

#include "kernel/btf_facts.h"

/* What a kernel of this test looks like; 0 or NULL leaves a part out. */
struct shape {
	unsigned int orders, migratetypes, page_struct;
	bool tracepoint;
};

static const struct shape usual = {
	.orders = 11, .migratetypes = 6, .page_struct = 64, .tracepoint = true};

static struct btf *make_btf(const struct shape *shape)
{
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "unsigned int", 4, 0), list, area, lists, areas;

	list = btf__add_struct(btf, "list_head", 16);
	lists = btf__add_array(btf, u32, list, shape->migratetypes);
	area = btf__add_struct(btf, "free_area", 16 * shape->migratetypes + 8);
	assert_int_equal(btf__add_field(btf, "free_list", lists, 0, 0), 0);
	/* a qualified array is an array */
	areas = btf__add_const(btf, btf__add_array(btf, u32, area, shape->orders));
	if (shape->orders) {
		btf__add_struct(btf, "zone", 4096);
		assert_int_equal(btf__add_field(btf, "name", u32, 0, 0), 0);
		assert_int_equal(btf__add_field(btf, "free_area", areas, 64, 0), 0);
	}
	if (shape->page_struct)
		btf__add_struct(btf, "page", shape->page_struct);
	if (shape->tracepoint)
		btf__add_typedef(btf, "btf_trace_mm_page_alloc", u32);
	return btf;
}

static void add_enum(struct btf *btf, const char *const *names, size_t count)
{
	assert_true(btf__add_enum(btf, "migratetype", 4) > 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(btf__add_enum_value(btf, names[i], (int64_t)i), 0);
}

static void sizes_are_read(void **state)
{
	struct btf *btf = make_btf(&usual);
	struct btf_facts facts;

	(void)state;
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_int_equal(facts.max_order, 10);
	assert_int_equal(facts.page_struct, 64);
	assert_int_equal(facts.nr_migratetypes, 6);
	assert_true(facts.has_mm_page_alloc);
	assert_null(facts.entry.name);
	assert_null(facts.bulk.name);
	assert_false(facts.has_percpu_offsets);
	assert_false(facts.preempt_count_in_btf);
	btf__free(btf);
}

static void other_configurations(void **state)
{
	/* arm64 with 64K pages and CONFIG_ARCH_FORCE_MAX_ORDER=13; no tracepoint */
	const struct shape shape = {.orders = 14, .migratetypes = 4, .page_struct = 56};
	struct btf *btf = make_btf(&shape);
	struct btf_facts facts;

	(void)state;
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_int_equal(facts.max_order, 13);
	assert_int_equal(facts.page_struct, 56);
	assert_int_equal(facts.nr_migratetypes, 4);
	assert_false(facts.has_mm_page_alloc);
	btf__free(btf);
}

static void missing_structures_are_refused(void **state)
{
	struct shape shape = usual;
	struct btf_facts facts;
	struct btf *btf;

	(void)state;
	shape.orders = 0;
	btf = make_btf(&shape);
	assert_int_equal(btf_facts__read(btf, &facts), -ENOENT);
	btf__free(btf);
	shape = usual;
	shape.page_struct = 0;
	btf = make_btf(&shape);
	assert_int_equal(btf_facts__read(btf, &facts), -ENOENT);
	btf__free(btf);
	btf = btf__new_empty();
	assert_int_equal(btf_facts__read(btf, &facts), -ENOENT);
	btf__free(btf);
}

/* The maps hold GFT_ORDERS_MAX orders, the one above the largest included. */
static void bound_of_orders(void **state)
{
	struct shape shape = usual;
	struct btf_facts facts;
	struct btf *btf;

	(void)state;
	shape.orders = GFT_ORDERS_MAX - 1;
	btf = make_btf(&shape);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	btf__free(btf);
	shape.orders = GFT_ORDERS_MAX;
	btf = make_btf(&shape);
	assert_int_equal(btf_facts__read(btf, &facts), -ENOENT);
	btf__free(btf);
}

static void zone_without_free_area_is_refused(void **state)
{
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "unsigned int", 4, 0);
	struct btf_facts facts;

	(void)state;
	btf__add_struct(btf, "page", 64);
	btf__add_struct(btf, "zone", 64);
	/* there, but no array */
	assert_int_equal(btf__add_field(btf, "free_area", u32, 0, 0), 0);
	assert_int_equal(btf_facts__read(btf, &facts), -ENOENT);
	btf__free(btf);
}

static void migratetypes_by_name(void **state)
{
	/* without CMA and isolation; MIGRATE_PCPTYPES shares the value of HIGHATOMIC */
	static const char *const names[] = {"MIGRATE_UNMOVABLE", "MIGRATE_MOVABLE",
					    "MIGRATE_RECLAIMABLE", "MIGRATE_HIGHATOMIC",
					    "MIGRATE_TYPES"};
	struct shape shape = usual;
	struct btf_facts facts;
	struct btf *btf;

	(void)state;
	shape.migratetypes = 4;
	btf = make_btf(&shape);
	add_enum(btf, names, 5);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_string_equal(facts.migratetypes[0], "unmovable");
	assert_string_equal(facts.migratetypes[1], "movable");
	assert_string_equal(facts.migratetypes[2], "reclaimable");
	assert_string_equal(facts.migratetypes[3], "highatomic");
	btf__free(btf);
}

static void migratetypes_of_the_future(void **state)
{
	static const char *const names[] = {"MIGRATE_MOVABLE", "MIGRATE_NOVEL", "MIGRATE_ISOLATE",
					    "MIGRATE_CMA"};
	struct shape shape = usual;
	struct btf_facts facts;
	struct btf *btf;

	(void)state;
	shape.migratetypes = 3;
	btf = make_btf(&shape);
	add_enum(btf, names, 4);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_string_equal(facts.migratetypes[0], "movable");
	assert_string_equal(facts.migratetypes[1], "unknown");
	assert_string_equal(facts.migratetypes[2], "isolate");
	btf__free(btf);
	/* more than we have room for: cut, not overrun */
	shape.migratetypes = 1000;
	btf = make_btf(&shape);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_int_equal(facts.nr_migratetypes, MIGRATETYPES_MAX);
	btf__free(btf);
}

/* A tracepoint: its prototype has types alone, `types` of them after what is not the program's. */
static void add_event(struct btf *btf, const char *name, const int *types, size_t count)
{
	int proto = btf__add_func_proto(btf, 0);

	assert_true(proto > 0);
	assert_int_equal(btf__add_func_param(btf, NULL, types[0]), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(btf__add_func_param(btf, NULL, types[i]), 0);
	assert_true(btf__add_typedef(btf, name, btf__add_ptr(btf, proto)) > 0);
}

/* Arguments of --slab, told by their types: those since v6.1 and no others. */
static void slab_calls(void **state)
{
	const struct {
		const char *kmalloc, *cache; /* a letter each: see below */
		bool kmalloc_fits, cache_fits;
	} cases[] = {
		{"lvssgi", "lvkgi", true, true},
		{"lvssgil", "lvkgil", true, true}, /* one more at the end harms nobody */
		{"lvssg", "lvssg", false, false},  /* to v6.0 */
		{"lvssgi", "lvkssg", true, false}, /* v6.0 */
		{"lvsgis", "lvkig", false, false},
		{"lvssg", "lvkg", false, false},
		{"lvllgi", "lvvgi", false, false},
		{"lvssii", "lvkii", false, false},
		{"vl", "vl", false, false},
		{NULL, NULL, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct btf *btf = make_btf(&usual);
		int u32 = btf__add_int(btf, "unsigned int", 4, 0);
		int u64 = btf__add_int(btf, "unsigned long", 8, 0);
		const int kinds[128] = {
			['i'] = u32,
			['l'] = u64,
			['v'] = btf__add_ptr(btf, 0),
			['s'] = btf__add_typedef(btf, "size_t", u64),
			['g'] = btf__add_typedef(btf, "gfp_t", u32),
			['k'] = btf__add_ptr(btf, btf__add_struct(btf, "kmem_cache", 64)),
		};
		const char *const words[] = {cases[i].kmalloc, cases[i].cache};
		struct btf_facts facts;

		for (size_t w = 0; w < 2 && words[w]; w++) {
			int types[8];

			for (size_t t = 0; words[w][t]; t++)
				types[t] = kinds[(int)words[w][t]];
			add_event(btf, w ? "btf_trace_kmem_cache_alloc" : "btf_trace_kmalloc",
				  types, strlen(words[w]));
		}
		assert_int_equal(btf_facts__read(btf, &facts), 0);
		assert_int_equal(facts.has_slab_call[GFT_KMALLOC], cases[i].kmalloc_fits);
		assert_int_equal(facts.has_slab_call[GFT_KMEM_CACHE_ALLOC], cases[i].cache_fits);
		btf__free(btf);
	}
}

/* An argument is taken where it stands, with its type: what v7.1 changed is not ours. */
static void arguments_of_events(void **state)
{
	struct btf *btf = make_btf(&usual);
	int u32 = btf__find_by_name_kind(btf, "unsigned int", BTF_KIND_INT);
	int page = btf__find_by_name_kind(btf, "page", BTF_KIND_STRUCT);
	int gfp = btf__add_typedef(btf, "gfp_t", u32), integer = btf__add_int(btf, "int", 4, 1);
	const int requests[] = {btf__add_ptr(btf, page), u32, gfp, integer};
	const int begins[] = {integer, gfp}, turned[] = {gfp, integer, requests[0]};

	(void)state;
	add_event(btf, "btf_trace_request", requests, 4);
	add_event(btf, "btf_trace_begin", begins, 2);
	add_event(btf, "btf_trace_turned", turned, 3);
	assert_true(btf_facts__event(btf, "request", "pigi"));
	assert_true(btf_facts__event(btf, "request", "pi"));
	assert_true(btf_facts__event(btf, "begin", "ig"));
	assert_true(btf_facts__event(btf, "turned", ""));
	assert_false(btf_facts__event(btf, "turned", "ig"));
	assert_false(btf_facts__event(btf, "request", "pgii"));
	assert_false(btf_facts__event(btf, "request", "pigl"));
	assert_false(btf_facts__event(btf, "request", "pigii"));
	assert_false(btf_facts__event(btf, "begin", "pg"));
	assert_false(btf_facts__event(btf, "none", ""));
	btf__free(btf);
}

static void enumerators(void **state)
{
	struct btf *btf = btf__new_empty();
	uint32_t value = 77;

	(void)state;
	assert_false(btf_facts__enumerator(btf, "A", &value));
	btf__add_int(btf, "A", 4, 0);
	btf__add_enum(btf, NULL, 4);
	btf__add_enum_value(btf, "B", 5);
	btf__add_enum_value(btf, "ABC", 6);
	btf__add_enum64(btf, NULL, 8, false);
	btf__add_enum64_value(btf, "WIDE", 9);
	btf__add_enum64_value(btf, "TOO_WIDE", 1ull << 40);
	assert_false(btf_facts__enumerator(btf, "A", &value));
	assert_false(btf_facts__enumerator(btf, "AB", &value));
	assert_false(btf_facts__enumerator(btf, "", &value));
	assert_int_equal(value, 77);
	assert_true(btf_facts__enumerator(btf, "ABC", &value));
	assert_int_equal(value, 6);
	assert_true(btf_facts__enumerator(btf, "WIDE", &value));
	assert_int_equal(value, 9);
	assert_false(btf_facts__enumerator(btf, "TOO_WIDE", &value));
	btf__free(btf);
}

/* struct rq with cfs at byte 128, and the per-CPU section with the runqueues in it */
static int add_runqueues(struct btf *btf, int *rq)
{
	int u32 = btf__find_by_name_kind(btf, "unsigned int", BTF_KIND_INT);
	int cfs = btf__add_struct(btf, "cfs_rq", 64), type;

	type = btf__add_struct(btf, "rq", 1024);
	assert_int_equal(btf__add_field(btf, "nr_running", u32, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "cfs", cfs, 128 * 8, 0), 0);
	*rq = btf__add_var(btf, "runqueues", BTF_VAR_GLOBAL_ALLOCATED, type);
	return u32;
}

static void place_of_preempt_count(void **state)
{
	struct btf *btf = make_btf(&usual);
	int rq, u32 = add_runqueues(btf, &rq), count;
	struct btf_facts facts;

	(void)state;
	count = btf__add_var(btf, "__preempt_count", BTF_VAR_GLOBAL_ALLOCATED, u32);
	assert_true(btf__add_datasec(btf, ".data..percpu", 0) > 0);
	assert_int_equal(btf__add_datasec_var_info(btf, count, 4096, 4), 0);
	assert_int_equal(btf__add_datasec_var_info(btf, rq, 8192, 1024), 0);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_true(facts.preempt_count_in_btf);
	assert_true(facts.has_percpu_offsets);
	assert_int_equal(facts.preempt_offset, 4096);
	assert_int_equal(facts.cfs_offset, 8192 + 128);
	btf__free(btf);
}

/* v6.2 to v6.14: preempt_count lies in pcpu_hot, behind the current task */
static void place_of_pcpu_hot(void **state)
{
	struct btf *btf = make_btf(&usual);
	int rq, hot;
	struct btf_facts facts;

	(void)state;
	add_runqueues(btf, &rq);
	hot = btf__add_var(btf, "pcpu_hot", BTF_VAR_GLOBAL_ALLOCATED,
			   btf__add_struct(btf, "pcpu_hot", 64));
	assert_true(btf__add_datasec(btf, ".data..percpu", 0) > 0);
	assert_int_equal(btf__add_datasec_var_info(btf, rq, 256, 1024), 0);
	assert_int_equal(btf__add_datasec_var_info(btf, hot, 65536, 64), 0);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_true(facts.preempt_count_in_btf);
	assert_true(facts.has_percpu_offsets);
	assert_int_equal(facts.preempt_offset, 65536 + 8);
	assert_int_equal(facts.cfs_offset, 256 + 128);
	btf__free(btf);
}

static void no_place_without_the_section(void **state)
{
	struct btf *btf = make_btf(&usual);
	int rq, u32 = add_runqueues(btf, &rq);
	struct btf_facts facts;

	(void)state;
	btf__add_var(btf, "__preempt_count", BTF_VAR_GLOBAL_ALLOCATED, u32);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_true(facts.preempt_count_in_btf);
	assert_false(facts.has_percpu_offsets);
	assert_int_equal(facts.cfs_in_rq, 128);
	/* a section that lists the runqueues only */
	btf__add_datasec(btf, ".data..percpu", 0);
	btf__add_datasec_var_info(btf, rq, 256, 1024);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_false(facts.has_percpu_offsets);
	btf__free(btf);
}

static void place_of_misses(void **state)
{
	struct btf *btf = make_btf(&usual);
	int u64 = btf__add_int(btf, "u64", 8, 0);
	struct btf_facts facts;

	(void)state;
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_int_equal(facts.misses_offset, 0);
	btf__add_struct(btf, "bpf_prog_stats", 64);
	assert_int_equal(btf__add_field(btf, "cnt", u64, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "nsecs", u64, 64, 0), 0);
	assert_int_equal(btf__add_field(btf, "misses", u64, 128, 0), 0);
	assert_int_equal(btf_facts__read(btf, &facts), 0);
	assert_int_equal(facts.misses_offset, 16);
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(other_configurations),
		cmocka_unit_test(missing_structures_are_refused),
		cmocka_unit_test(bound_of_orders),
		cmocka_unit_test(zone_without_free_area_is_refused),
		cmocka_unit_test(migratetypes_by_name),
		cmocka_unit_test(migratetypes_of_the_future),
		cmocka_unit_test(slab_calls),
		cmocka_unit_test(arguments_of_events),
		cmocka_unit_test(enumerators),
		cmocka_unit_test(place_of_preempt_count),
		cmocka_unit_test(place_of_pcpu_hot),
		cmocka_unit_test(no_place_without_the_section),
		cmocka_unit_test(place_of_misses),
	};

	return cmocka_run_group_tests_name("btf facts", tests, NULL, NULL);
}
