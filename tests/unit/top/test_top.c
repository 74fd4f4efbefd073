// SPDX-License-Identifier: GPL-2.0-only
/* The model of top: tables, sorting, filtering, choosing, views and pages; no terminal. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "sample_report.h"
#include "top/head.h"
#include "top/keys.h"
#include "top/model.h"

#include <curses.h>

static struct top_model model;
static struct report *last, *since;

static int setup(void **state)
{
	(void)state;
	last = sample_report();
	since = sample_report();
	since->window.duration_ns *= 10;
	assert_int_equal(top_model__init(&model, top_levels_ascii), 0);
	top_model__show(&model, last, since);
	top_model__update(&model);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	top_model__free(&model);
	report__free(last);
	report__free(since);
	return 0;
}

static void press(int key)
{
	top_keys__press(&model, key);
	top_model__update(&model);
}

static void press_all(const char *keys)
{
	for (; *keys; keys++)
		press(*keys);
}

static const char *cell(size_t row, const char *title)
{
	size_t column = top_table__find_column(&model.table, title);

	if (row >= model.table.nr_shown || column == model.table.nr_columns)
		fail_msg("no cell '%s' of row %zu", title, row);
	return top_table__cell_text(&model.table, row, column);
}

static bool page_has(const char *words)
{
	for (size_t i = 0; i < model.page.nr; i++)
		if (strstr(top_page__line(&model.page, i), words))
			return true;
	return false;
}

static void fill(struct top_table *table)
{
	static const struct {
		const char *name;
		double value;
	} rows[] = {{"b10", 1}, {"b9", 3}, {"A1", 2}, {"b9", 1}};
	char text[16];

	top_table__clear(table);
	top_table__column(table, "name", 0);
	top_table__number_column(table, "value/s", 2);
	top_table__number_column(table, "half", 1);
	for (size_t i = 0; i < 4; i++) {
		top_table__row(table, i + 1, i);
		top_table__text(table, rows[i].name);
		for (int n = 0; n < 2; n++) {
			snprintf(text, sizeof(text), "%g", rows[i].value / (n + 1));
			top_table__number(table, rows[i].value / (n + 1), TOP_PLAIN, text);
		}
	}
	top_table__filter(table, "");
}

static void expect_keys(const struct top_table *table, const char *keys)
{
	assert_int_equal(table->nr_shown, strlen(keys));
	for (size_t i = 0; i < table->nr_shown; i++)
		assert_int_equal(table->rows[i].key, keys[i] - '0');
}

static void test_sort(void **state)
{
	struct top_table table;

	(void)state;
	assert_int_equal(top_table__init(&table, 1), 0); /* has to grow */
	fill(&table);
	top_table__sort(&table, NULL, false);
	expect_keys(&table, "1234");
	top_table__sort(&table, "none", false);
	expect_keys(&table, "1234");
	top_table__sort(&table, "value/s", false); /* largest first, equals as added */
	expect_keys(&table, "2314");
	top_table__sort(&table, "value", true); /* the same column, in all */
	expect_keys(&table, "4132");
	top_table__sort(&table, "name", false); /* numbers in words by value */
	expect_keys(&table, "3241");
	assert_false(table.failed);
	top_table__free(&table);
}

static void test_filter(void **state)
{
	struct top_table table;

	(void)state;
	assert_int_equal(top_table__init(&table, 8), 0);
	fill(&table);
	top_table__filter(&table, "B");
	top_table__sort(&table, "value", false);
	expect_keys(&table, "214");
	top_table__filter(&table, " b  9 ");
	top_table__sort(&table, NULL, false);
	expect_keys(&table, "24");
	top_table__filter(&table, "0.5"); /* numbers are no words */
	assert_int_equal(table.nr_shown, 0);
	top_table__filter(&table, "");
	assert_int_equal(table.nr_shown, 4);
	top_table__free(&table);
}

static void test_fit(void **state)
{
	struct top_table table;
	size_t columns[TOP_COLUMNS];

	(void)state;
	assert_int_equal(top_table__init(&table, 8), 0);
	fill(&table); /* name 4, value/s 7, half 4 */
	assert_int_equal(top_table__fit(&table, 19, columns), 3);
	assert_int_equal(top_table__fit(&table, 18, columns), 2);
	assert_int_equal(columns[1], 2); /* the rank of value/s is the largest */
	assert_int_equal(top_table__fit(&table, 9, columns), 1);
	assert_int_equal(top_table__fit(&table, 0, columns), 1);
	assert_int_equal(columns[0], 0);
	top_table__free(&table);
}

static void test_broken_row(void **state)
{
	struct top_table table;

	(void)state;
	assert_int_equal(top_table__init(&table, 8), 0);
	fill(&table);
	table.failed = true; /* as if memory had run out in the last row */
	top_table__filter(&table, "");
	assert_int_equal(table.nr_shown, 3);
	top_table__free(&table);
}

static void test_latency(void **state)
{
	(void)state;
	assert_string_equal(top_model__view(&model)->title, "latency");
	assert_int_equal(model.table.nr_shown, 3);
	assert_string_equal(cell(0, "class"),
			    "kernel"); /* by rate: 10, 6, 4 in 2 s, and failures */
	assert_string_equal(model.table.column[3].title, "req/s");
	press('t');
	assert_string_equal(model.table.column[3].title, "req");
	assert_true(model.source.total);
	for (size_t i = 0; i < 3; i++)
		if (!strcmp(cell(i, "order"), "10"))
			assert_string_equal(cell(i, "max"), "137 s");
}

/* A series that is quiet in the last interval stays in the table. */
static void test_quiet(void **state)
{
	(void)state;
	last->nr_latency = 0;
	last->nr_alignment = 0;
	last->nr_failures = 0;
	top_model__update(&model);
	assert_int_equal(model.table.nr_shown, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(cell(i, "req/s"), "0");
		assert_string_equal(cell(i, "p99"), "-");
	}
	press('\n');
	assert_true(page_has("SERIES"));
	last->nr_latency = 3; /* for its end */
	last->nr_alignment = 2;
	last->nr_failures = 2;
}

static void test_untimed(void **state)
{
	(void)state;
	last->nr_latency = since->nr_latency = 0;
	report__add_blind(since, "latency", "no clock here");
	top_model__update(&model);
	assert_non_null(strstr(model.note, "no clock here"));
	assert_int_equal(model.table.nr_shown, 2);
	assert_string_equal(cell(0, "memory/s"), "2.0 MiB");
	assert_string_equal(cell(1, "memory/s"), "7.8 MiB");
	assert_string_equal(cell(0, "req/s"), "500");
	press('\n');
	assert_true(page_has("ALIGNMENT"));
	last->nr_latency = since->nr_latency = 3;
}

static void test_failure(void **state)
{
	(void)state;
	press('2');
	assert_int_equal(model.table.nr_shown, 2);
	assert_string_equal(cell(0, "reason"), "fragmented");
	assert_string_equal(cell(0, "fail/s"), "6");
	assert_string_equal(cell(0, "failed"), "12");
	assert_string_equal(cell(0, "asked by"), "sk_page_frag_refill+0x31");
	press(KEY_ENTER);
	assert_true(top_model__is_page(&model));
	assert_true(page_has("verdict    Zone Normal had free pages"));
	assert_true(page_has("Raise vm.min_free_kbytes"));
	assert_true(page_has("rx_poll+0x1f"));
	press('q'); /* out of the page first */
	assert_false(top_model__is_page(&model));
	assert_false(model.quit);
	press('q');
	assert_true(model.quit);
}

/* The chosen row is followed, wherever it goes, and stays chosen when it goes away. */
static void test_follow(void **state)
{
	uint64_t key;

	(void)state;
	press('2');
	press('j');
	key = model.state[1].chosen;
	assert_string_equal(cell(model.state[1].at, "reason"), "exhausted");
	press('r');
	assert_int_equal(model.state[1].chosen, key);
	assert_int_equal(model.state[1].at, 0);
	press('\n');
	since->nr_failures = 1; /* the other one is left */
	top_model__update(&model);
	assert_true(model.gone);
	assert_true(page_has("No zone had memory left"));
	since->nr_failures = 2;
	top_model__update(&model);
	assert_false(model.gone);
	press(KEY_BACKSPACE);
	press('G');
	press('g');
	assert_int_equal(model.state[1].chosen, 0); /* whatever is first */
}

static void test_typing(void **state)
{
	(void)state;
	press_all("/atomicx");
	assert_int_equal(model.table.nr_shown, 0);
	press('\n'); /* nothing to enter: ends the typing */
	assert_false(model.typing);
	press('\n');
	assert_false(model.detail);
	press('/');
	press(KEY_BACKSPACE);
	assert_int_equal(model.table.nr_shown, 1);
	press('q'); /* is a letter here */
	assert_false(model.quit);
	assert_string_equal(model.state[0].filter, "atomicq");
	press(27);
	assert_string_equal(model.state[0].filter, "");
	assert_int_equal(model.table.nr_shown, 3);
	press('/');
	for (int i = 0; i < 100; i++)
		press('x');
	assert_int_equal(strlen(model.state[0].filter), TOP_FILTER_SIZE - 1);
}

static void test_sort_keys(void **state)
{
	(void)state;
	top_model__resize(&model, 80, 10);
	press('>');
	assert_string_equal(model.state[0].sort, "failed/s"); /* right of req/s */
	press('<');
	assert_string_equal(model.state[0].sort, "req/s");
	for (int i = 0; i < 30; i++)
		press('<'); /* round and round */
	press('2');
	assert_string_equal(model.state[1].sort, "fail/s"); /* each view has its own */
}

static void test_views(void **state)
{
	(void)state;
	for (int key = '1'; key <= '9'; key++) {
		press(key);
		assert_int_equal(model.view, key - '1');
		press('\n');
		press('t');
		press('\t');
		press(KEY_BTAB);
		assert_int_equal(model.view, key - '1');
	}
	since->nr_lint = 0; /* a view that is not there any more */
	top_model__update(&model);
	assert_int_equal(model.view, 0);
	press('9');
	assert_int_equal(model.view, 0);
	press(KEY_BTAB);
	assert_int_equal(model.view, 7);
	since->nr_lint = 1;
}

static void test_slow_and_stages(void **state)
{
	(void)state;
	press('3');
	assert_string_equal(cell(0, "latency"), "1.00 ms");
	assert_string_equal(cell(0, "ago"), "18.5 s"); /* began 1.5 s after the start */
	assert_string_equal(cell(0, "task"), "a\\xff\\x1b[31m\"\xc3\xa9"); /* cannot drive us */
	press('\n');
	assert_true(page_has("reclaim"));
	press('4');
	assert_string_equal(cell(0, "stage"), "pcp");
	assert_string_equal(cell(0, "share"), "50 %");
	press('5');
	assert_string_equal(cell(1, "order"), "2");
	press('\n');
	press('7');
	assert_true(page_has("COST"));
	assert_true(page_has("not seen   stages and path"));
}

static void test_empty(void **state)
{
	struct report *none = report__new();

	(void)state;
	none->mode.tier = "fexit";
	none->host.clock = "monotonic";
	top_model__show(&model, none, none);
	for (int key = '1'; key <= '7'; key++) {
		press(key);
		assert_int_equal(top_model__is_page(&model), key == '7');
		assert_true(key == '7' || model.table.nr_shown == 0);
		press('\n');
		press('>');
		press('j');
		press(KEY_NPAGE);
		assert_true(top_model__is_page(&model) || *model.note);
	}
	press('2');
	assert_string_equal(model.note, "no request has failed yet");
	press('3');
	assert_string_equal(model.note, "no slow request yet");
	report__add_blind(none, "stages of a kind", "why");
	press('4');
	assert_string_equal(model.note, "stages are not seen: why");
	report__add_sees(none, "stages");
	top_model__update(&model);
	assert_string_equal(model.note, "no request has gone through a stage that is watched");
	top_model__show(&model, last, since);
	report__free(none);
}

static void test_scroll(void **state)
{
	(void)state;
	top_model__resize(&model, 80, 2);
	press('7');
	press('j');
	assert_int_equal(model.page.scroll, 1);
	press('G');
	assert_int_equal(model.page.scroll, model.page.nr - 2);
	press(KEY_NPAGE);
	assert_int_equal(model.page.scroll, model.page.nr - 2);
	press('k');
	press('g');
	assert_int_equal(model.page.scroll, 0);
	press('1');
	press('G');
	assert_int_equal(model.state[0].at, 2);
	assert_int_equal(model.state[0].scroll, 1);
	top_model__resize(&model, 80, 0); /* no room at all */
	press('j');
	press('7');
	press('j');
}

static void test_head(void **state)
{
	char text[TOP_HEAD_TEXT], spark[TOP_HISTORY * 4 + 1];

	(void)state;
	top_head__line(&model, 0, text);
	assert_non_null(strstr(text, "tier fexit"));
	assert_null(strstr(text, "HELD"));
	press('p');
	top_head__line(&model, 0, text);
	assert_non_null(strstr(text, "HELD"));
	model.starved = true;
	top_head__line(&model, 0, text);
	assert_non_null(strstr(text, "NO MEMORY"));
	top_head__line(&model, 1, text);
	assert_non_null(strstr(text, "requests 1,007/s"));
	assert_non_null(strstr(text, "13 in all"));
	top_head__line(&model, 2, text);
	assert_non_null(strstr(text, "lost 0.35 %"));
	assert_non_null(strstr(text, "1 in 8 timed"));
	assert_int_equal(top_head__mood(&model, 1), TOP_BAD);
	assert_int_equal(top_head__mood(&model, 2), TOP_WARN);
	for (int i = 0; i < TOP_HISTORY + 10; i++)
		top_model__remember(&model, last);
	last->requests.counted /= 2;
	last->requests.missed = 0;
	top_model__remember(&model, last);
	top_head__spark(&model, 5, spark);
	assert_string_equal(spark, ""); /* held: none had come when these reports did */
	top_model__show(&model, last, since);
	top_head__spark(&model, 5, spark);
	assert_string_equal(spark, "@@@@=");
	top_head__spark(&model, 1000, spark);
	assert_int_equal(strlen(spark), TOP_HISTORY);
}

static void test_interval_and_help(void **state)
{
	(void)state;
	press_all("---+");
	assert_int_equal(model.faster, 2);
	press('?');
	assert_true(model.help);
	press('z'); /* any key */
	assert_false(model.help);
	press('?');
	press('q');
	assert_false(model.help || model.quit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_broken_row),
		cmocka_unit_test_setup_teardown(test_latency, setup, teardown),
		cmocka_unit_test_setup_teardown(test_quiet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_untimed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(test_follow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_typing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sort_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_views, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow_and_stages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_scroll, setup, teardown),
		cmocka_unit_test_setup_teardown(test_head, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interval_and_help, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
