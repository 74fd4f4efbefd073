// SPDX-License-Identifier: GPL-2.0-only
/* Names of addresses: whatever the order of /proc/kallsyms, and what is no function's. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "kernel/symbols.h"

static void resolve(struct symbols *symbols, const char *kallsyms)
{
	FILE *file = fmemopen((void *)kallsyms, strlen(kallsyms), "r");

	assert_non_null(file);
	assert_true(symbols__resolve_from(symbols, file, SIZE_MAX));
	fclose(file);
}

static const char kallsyms[] = "ffffffffc0002000 t late\t[module]\n"
			       "ffffffff81000000 T first\n"
			       "ffffffff81000100 d data\n"
			       "ffffffff81000200 t second.constprop.0\n"
			       "ffffffffc0001000 t early\t[module]\n"
			       "0000000000000000 A hidden\n"
			       "nonsense\n";

static void names(void **state)
{
	struct symbols *symbols = symbols__new(8);

	(void)state;
	assert_non_null(symbols);
	symbols__want(symbols, 0xffffffffc0002010);
	symbols__want(symbols, 0xffffffff81000150);
	symbols__want(symbols, 0xffffffff81000154);
	symbols__want(symbols, 0xffffffff81000200);
	symbols__want(symbols, 0xffffffffc0001fff);
	symbols__want(symbols, 0xffffffffc0001fff);
	assert_null(symbols__name(symbols, 0xffffffff81000200)); /* not looked up yet */
	resolve(symbols, kallsyms);
	assert_string_equal(symbols__name(symbols, 0xffffffff81000150), "first+0x150");
	assert_string_equal(symbols__name(symbols, 0xffffffff81000154), "first+0x154");
	assert_string_equal(symbols__name(symbols, 0xffffffff81000200), "second.constprop.0+0x0");
	assert_string_equal(symbols__name(symbols, 0xffffffffc0001fff), "early+0xfff [module]");
	assert_string_equal(symbols__name(symbols, 0xffffffffc0002010), "late+0x10 [module]");
	assert_null(symbols__name(symbols, 0xffffffff81000151)); /* never asked for */
	symbols__free(symbols);
}

/* A name that was found stays when the module is gone, and what came later is looked up. */
static void gone(void **state)
{
	struct symbols *symbols = symbols__new(8);

	(void)state;
	symbols__want(symbols, 0xffffffffc0002010);
	resolve(symbols, kallsyms);
	symbols__want(symbols, 0xffffffff81000000);
	symbols__want(symbols, 0xffffffffc0001004);
	resolve(symbols, "ffffffff81000000 T first\n");
	assert_string_equal(symbols__name(symbols, 0xffffffffc0002010), "late+0x10 [module]");
	assert_string_equal(symbols__name(symbols, 0xffffffff81000000), "first+0x0");
	assert_null(symbols__name(symbols, 0xffffffffc0001004)); /* far behind any function */
	symbols__free(symbols);
}

/* Above what is known already, in the same function. */
static void neighbours(void **state)
{
	struct symbols *symbols = symbols__new(8);

	(void)state;
	symbols__want(symbols, 0xffffffff81000010);
	resolve(symbols, kallsyms);
	symbols__want(symbols, 0xffffffff81000020);
	resolve(symbols, kallsyms);
	assert_string_equal(symbols__name(symbols, 0xffffffff81000010), "first+0x10");
	assert_string_equal(symbols__name(symbols, 0xffffffff81000020), "first+0x20");
	symbols__free(symbols);
}

/* A line at a time, and what is wanted meanwhile waits for the next pass. */
static void slices(void **state)
{
	struct symbols *symbols = symbols__new(8);
	FILE *file = fmemopen((void *)kallsyms, strlen(kallsyms), "r");
	int calls = 1;

	(void)state;
	assert_non_null(file);
	symbols__want(symbols, 0xffffffffc0001004);
	symbols__want(symbols, 0xffffffff81000210);
	assert_false(symbols__resolve_from(symbols, file, 4));
	assert_null(symbols__name(symbols, 0xffffffff81000210)); /* its line has been read */
	symbols__want(symbols, 0xffffffff81000010);
	symbols__want(symbols, 0xffffffffc0002004);
	for (; !symbols__resolve_from(symbols, file, 1); calls++) {
		if (calls != 4) /* three lines, and the end */
			continue;
		assert_string_equal(symbols__name(symbols, 0xffffffffc0001004),
				    "early+0x4 [module]");
		assert_string_equal(symbols__name(symbols, 0xffffffff81000210),
				    "second.constprop.0+0x10");
		assert_null(symbols__name(symbols, 0xffffffff81000010));
	}
	assert_int_equal(calls, 4 + 8);
	assert_string_equal(symbols__name(symbols, 0xffffffff81000010), "first+0x10");
	assert_string_equal(symbols__name(symbols, 0xffffffffc0002004), "late+0x4 [module]");
	fclose(file);
	symbols__free(symbols);
}

static void full(void **state)
{
	struct symbols *symbols = symbols__new(1);

	(void)state;
	symbols__want(symbols, 0xffffffff81000001);
	symbols__want(symbols, 0xffffffff81000201);
	resolve(symbols, kallsyms);
	assert_string_equal(symbols__name(symbols, 0xffffffff81000001), "first+0x1");
	assert_null(symbols__name(symbols, 0xffffffff81000201));
	symbols__free(symbols);
	symbols__free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),  cmocka_unit_test(gone), cmocka_unit_test(neighbours),
		cmocka_unit_test(slices), cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
