// SPDX-License-Identifier: GPL-2.0-only
/* Where the allocators' functions and a module's code lie, by a file like /proc/kallsyms. */
#include "unit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/wrappers.h"

static const char kallsyms[] = "ffffffffc0002000 t late\t[my_driver]\n"
			       "ffffffffc0001000 T early\t[my_driver]\n"
			       "ffffffffc0000800 d variable\t[my_driver]\n"
			       "ffffffffc0008000 t only\t[other]\n"
			       "ffffffff81000300 T alloc_pages_noprof\n"
			       "ffffffff81000300 W alloc_pages\n"
			       "ffffffff81000000 T __alloc_pages\n"
			       "ffffffff81000100 d data\n"
			       "ffffffff81000280 t foo\n"
			       "ffffffff81000200 t kmalloc_trace.constprop.0\n"
			       "ffffffff81000400 D kmalloc_caches\n"
			       "0000000000000000 A __kmalloc\n"
			       "nonsense\n";

static int read_from(struct wrappers *wrappers, const char *text, const char *module)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	err = wrappers__read_from(wrappers, file, module);
	fclose(file);
	return err;
}

static void code_is(struct gft_code code, uint64_t start, uint64_t end)
{
	assert_int_equal(code.start, start);
	assert_int_equal(code.end, end);
}

static struct wrappers wrappers;

/* By rising start, two names of one function once, no data; each ends where the next begins. */
static void functions(void **state)
{
	(void)state;
	assert_int_equal(read_from(&wrappers, kallsyms, NULL), 0);
	assert_int_equal(wrappers.count, 3);
	code_is(wrappers.code[0], 0xffffffff81000000, 0xffffffff81000100);
	code_is(wrappers.code[1], 0xffffffff81000200, 0xffffffff81000280);
	code_is(wrappers.code[2], 0xffffffff81000300, 0xffffffff81000400);
	code_is(wrappers.code[3], UINT64_MAX, UINT64_MAX);
	code_is(wrappers.module, 0, 0);
}

/* A module's code reaches from its first function to behind its last, and not into the next. */
static void modules(void **state)
{
	(void)state;
	assert_int_equal(read_from(&wrappers, kallsyms, "my_driver"), 0);
	code_is(wrappers.module, 0xffffffffc0001000, 0xffffffffc0008000);
	assert_int_equal(read_from(&wrappers, kallsyms, "my-driver"), 0);
	code_is(wrappers.module, 0xffffffffc0001000, 0xffffffffc0008000);
	assert_int_equal(read_from(&wrappers, kallsyms, "other"), 0);
	code_is(wrappers.module, 0xffffffffc0008000, 0xffffffffc0028000);
	assert_int_equal(read_from(&wrappers, kallsyms, "my"), -ENOENT);
	assert_int_equal(read_from(&wrappers, kallsyms, "my_driver2"), -ENOENT);
	assert_int_equal(read_from(&wrappers, kallsyms, "foo"), -ENOENT);
}

/* kernel.kptr_restrict shows zeros, and no function then lies anywhere. */
static void hidden(void **state)
{
	(void)state;
	assert_int_equal(read_from(&wrappers, "0000000000000000 T __alloc_pages\n", NULL), -EACCES);
	assert_int_equal(read_from(&wrappers, "0000000000000000 t f\t[m]\n", "m"), -EACCES);
	assert_int_equal(wrappers.count, 0);
}

/* More than there is room for: the last place stays free, by which the search ends. */
static void many(void **state)
{
	size_t size = 64 * GFT_WRAPPERS, length = 0;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	for (unsigned int i = 0; i < GFT_WRAPPERS + 5; i++)
		length += (size_t)snprintf(text + length, size - length,
					   "ffffffff81%06x t kmalloc_%u\n", 16 * i, i);
	assert_int_equal(read_from(&wrappers, text, NULL), 0);
	assert_int_equal(wrappers.count, GFT_WRAPPERS - 1);
	code_is(wrappers.code[GFT_WRAPPERS - 1], UINT64_MAX, UINT64_MAX);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions),
		cmocka_unit_test(modules),
		cmocka_unit_test(hidden),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
