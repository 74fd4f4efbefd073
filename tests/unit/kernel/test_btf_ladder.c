// SPDX-License-Identifier: GPL-2.0-only
/* The facts of a kernel, read from BTF that is made here: one kernel a test. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "kernel/btf_facts.h"

#define ARGS_MAX      6
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The types that every kernel here has. */
struct types {
	struct btf *btf;
	int u32, s32, u64, gfp, page, page_pointer, nodemask_pointer, list_pointer, pages_pointer;
};

static int setup(void **state)
{
	struct types *t = calloc(1, sizeof(*t));
	int list;

	assert_non_null(t);
	t->btf = btf__new_empty();
	assert_non_null(t->btf);
	t->u32 = btf__add_int(t->btf, "unsigned int", 4, 0);
	t->s32 = btf__add_int(t->btf, "int", 4, BTF_INT_SIGNED);
	t->u64 = btf__add_int(t->btf, "long unsigned int", 8, 0);
	/* gfp_t is a typedef of a typedef of unsigned int */
	t->gfp = btf__add_typedef(t->btf, "gfp_t", btf__add_typedef(t->btf, "uint_t", t->u32));
	t->page = btf__add_struct(t->btf, "page", 64);
	t->page_pointer = btf__add_ptr(t->btf, t->page);
	t->pages_pointer = btf__add_ptr(t->btf, t->page_pointer);
	t->nodemask_pointer = btf__add_ptr(
		t->btf, btf__add_typedef(t->btf, "nodemask_t", btf__add_struct(t->btf, NULL, 128)));
	list = btf__add_struct(t->btf, "list_head", 16);
	t->list_pointer = btf__add_ptr(t->btf, list);
	assert_true(t->list_pointer > 0);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct types *t = *state;

	btf__free(t->btf);
	free(t);
	return 0;
}

/* A function that takes the arguments up to the first 0. */
static void add_function(const struct types *t, const char *name, int result,
			 const int args[ARGS_MAX])
{
	int proto = btf__add_func_proto(t->btf, result);

	assert_true(proto > 0);
	for (int i = 0; i < ARGS_MAX && args[i]; i++)
		assert_int_equal(btf__add_func_param(t->btf, "", args[i]), 0);
	assert_true(btf__add_func(t->btf, name, BTF_FUNC_GLOBAL, proto) > 0);
}

/* One with the prototype of a choke point. */
static void add_entry(const struct types *t, const char *name)
{
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer};

	add_function(t, name, t->page_pointer, args);
}

static void assert_entry(const struct types *t, const char *name)
{
	struct entry_point entry = btf_facts__entry(t->btf);

	if (name)
		assert_string_equal(entry.name, name);
	else
		assert_null(entry.name);
}

/* Newest first, as in user/kernel/btf_facts.c. */
static const char *const ladder[] = {"__alloc_frozen_pages_noprof", "__alloc_pages_noprof",
				     "__alloc_pages", "__alloc_pages_nodemask"};

static void each_name_alone_is_found(void **state)
{
	for (size_t i = 0; i < LENGTH(ladder); i++) {
		void *own;

		setup(&own);
		add_entry(own, ladder[i]);
		assert_entry(own, ladder[i]);
		teardown(&own);
	}
	assert_entry(*state, NULL);
}

static void newest_of_any_set_wins(void **state)
{
	(void)state;
	for (unsigned int set = 1; set < 1u << LENGTH(ladder); set++) {
		const char *newest = NULL;
		void *own;

		setup(&own);
		/* added oldest first: the place in the BTF must not matter */
		for (size_t i = LENGTH(ladder); i-- > 0;) {
			if (!(set & 1u << i))
				continue;
			add_entry(own, ladder[i]);
			newest = ladder[i];
		}
		assert_entry(own, newest);
		teardown(&own);
	}
}

/* Put a function under the newest name; the right one stands under an older. */
static void assert_skipped(int result, const int args[ARGS_MAX], const struct types *t)
{
	add_function(t, "__alloc_pages_noprof", result, args);
	add_entry(t, "__alloc_pages");
	assert_entry(t, "__alloc_pages");
}

static void assert_taken(int result, const int args[ARGS_MAX], const struct types *t)
{
	add_function(t, "__alloc_pages_noprof", result, args);
	add_entry(t, "__alloc_pages");
	assert_entry(t, "__alloc_pages_noprof");
}

static void three_arguments_are_skipped(void **state)
{
	const struct types *t = *state;
	/* v5.8 to v5.12: (gfp, order, nid) */
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32};

	assert_skipped(t->page_pointer, args, t);
}

static void three_arguments_leave_nodemask(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32};

	add_function(t, "__alloc_pages", t->page_pointer, args);
	add_entry(t, "__alloc_pages_nodemask");
	assert_entry(t, "__alloc_pages_nodemask");
}

static void zonelist_argument_is_skipped(void **state)
{
	const struct types *t = *state;
	/* before v4.12: (gfp, order, zonelist *, nodemask *) */
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->list_pointer, t->nodemask_pointer};

	assert_skipped(t->page_pointer, args, t);
}

static void void_result_is_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer};

	assert_skipped(0, args, t);
}

static void folio_result_is_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer};
	int folio = btf__add_struct(t->btf, "folio", 64);

	assert_skipped(btf__add_ptr(t->btf, folio), args, t);
}

static void page_by_value_is_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer};

	assert_skipped(t->page, args, t);
}

static void const_page_is_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer};

	assert_skipped(btf__add_ptr(t->btf, btf__add_const(t->btf, t->page)), args, t);
}

static void pointer_to_page_pointer_is_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer};

	assert_skipped(t->pages_pointer, args, t);
}

static void wide_order_is_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u64, t->s32, t->nodemask_pointer};

	assert_skipped(t->page_pointer, args, t);
}

static void wide_gfp_is_skipped(void **state)
{
	const struct types *t = *state;
	const int gfp = btf__add_typedef(t->btf, "gfp_t", t->u64);
	const int args[ARGS_MAX] = {gfp, t->u32, t->s32, t->nodemask_pointer};

	assert_skipped(t->page_pointer, args, t);
}

static void six_arguments_are_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer, t->u32, t->u32};

	assert_skipped(t->page_pointer, args, t);
}

static void pointer_as_fifth_is_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer,
				    t->nodemask_pointer};

	assert_skipped(t->page_pointer, args, t);
}

static void no_arguments_are_skipped(void **state)
{
	const struct types *t = *state;
	const int args[ARGS_MAX] = {};

	assert_skipped(t->page_pointer, args, t);
}

static void five_arguments_are_taken(void **state)
{
	const struct types *t = *state;
	/* `unsigned int alloc_flags` of the newest mm tree */
	const int args[ARGS_MAX] = {t->gfp, t->u32, t->s32, t->nodemask_pointer, t->u32};

	assert_taken(t->page_pointer, args, t);
}

static void qualifiers_are_seen_through(void **state)
{
	const struct types *t = *state;
	int nodemask = btf__add_const(t->btf, btf__add_typedef(t->btf, "nodemask_t", t->u64));
	const int args[ARGS_MAX] = {
		btf__add_const(t->btf, t->gfp),
		btf__add_volatile(t->btf, btf__add_const(t->btf, t->u32)),
		btf__add_typedef(t->btf, "nid_t", btf__add_const(t->btf, t->s32)),
		btf__add_restrict(t->btf, btf__add_const(t->btf, btf__add_ptr(t->btf, nodemask))),
	};

	assert_taken(btf__add_const(t->btf, t->page_pointer), args, t);
}

static void a_variable_of_that_name_is_no_function(void **state)
{
	const struct types *t = *state;

	assert_true(btf__add_var(t->btf, "__alloc_pages_noprof", BTF_VAR_STATIC, t->u32) > 0);
	add_entry(t, "__alloc_pages");
	assert_entry(t, "__alloc_pages");
}

/* (gfp, nid, nodemask, nr_pages, [list,] array) */
static void add_bulk(const struct types *t, const char *name, bool list)
{
	const int with[ARGS_MAX] = {t->gfp, t->s32,	     t->nodemask_pointer,
				    t->s32, t->list_pointer, t->pages_pointer};
	const int without[ARGS_MAX] = {t->gfp, t->s32, t->nodemask_pointer, t->s32,
				       t->pages_pointer};

	add_function(t, name, t->u64, list ? with : without);
}

static void bulk_with_and_without_list(void **state)
{
	static const char *const names[] = {"__alloc_pages_bulk", "alloc_pages_bulk_noprof"};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct entry_point bulk;
		void *own;

		setup(&own);
		add_bulk(own, names[i / 2], i % 2);
		bulk = btf_facts__bulk(((struct types *)own)->btf);
		assert_string_equal(bulk.name, names[i / 2]);
		assert_int_equal(bulk.bulk_has_list, i % 2);
		teardown(&own);
	}
}

static void bulk_newest_wins(void **state)
{
	const struct types *t = *state;
	struct entry_point bulk;

	add_bulk(t, "__alloc_pages_bulk", true);
	add_bulk(t, "alloc_pages_bulk_noprof", false);
	bulk = btf_facts__bulk(t->btf);
	assert_string_equal(bulk.name, "alloc_pages_bulk_noprof");
	assert_false(bulk.bulk_has_list);
}

static void bulk_of_another_prototype(void **state)
{
	const struct types *t = *state;
	const int no_list[ARGS_MAX] = {t->gfp, t->s32,		 t->nodemask_pointer,
				       t->s32, t->pages_pointer, t->pages_pointer};
	const int short_one[ARGS_MAX] = {t->gfp, t->s32, t->nodemask_pointer, t->s32};

	assert_null(btf_facts__bulk(t->btf).name);
	add_function(t, "alloc_pages_bulk_noprof", t->u64, no_list);
	assert_null(btf_facts__bulk(t->btf).name);
	add_function(t, "__alloc_pages_bulk", t->u64, short_one);
	assert_null(btf_facts__bulk(t->btf).name);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_name_alone_is_found),	    TEST(newest_of_any_set_wins),
		TEST(three_arguments_are_skipped),  TEST(three_arguments_leave_nodemask),
		TEST(zonelist_argument_is_skipped), TEST(void_result_is_skipped),
		TEST(folio_result_is_skipped),	    TEST(page_by_value_is_skipped),
		TEST(const_page_is_skipped),	    TEST(pointer_to_page_pointer_is_skipped),
		TEST(wide_order_is_skipped),	    TEST(wide_gfp_is_skipped),
		TEST(six_arguments_are_skipped),    TEST(pointer_as_fifth_is_skipped),
		TEST(no_arguments_are_skipped),	    TEST(five_arguments_are_taken),
		TEST(qualifiers_are_seen_through),  TEST(a_variable_of_that_name_is_no_function),
		TEST(bulk_with_and_without_list),   TEST(bulk_newest_wins),
		TEST(bulk_of_another_prototype),
	};

	return cmocka_run_group_tests_name("entry ladder", tests, NULL, NULL);
}
