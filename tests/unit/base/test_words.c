// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void test_length(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{"", 1},
		{"a", 1},
		{"\x7f", 1},
		{"\xc3\xa9", 2},
		{"\xe2\x82\xac", 3},
		{"\xf0\x9f\x90\xa7", 4},
		{"\xf4\x8f\xbf\xbf", 4}, /* U+10FFFF */
		{"\x80", 0},		 /* a continuation alone */
		{"\xc0\x80", 0},	 /* overlong */
		{"\xc1\xbf", 0},	 /* overlong */
		{"\xe0\x80\xaf", 0},	 /* overlong */
		{"\xf0\x80\x80\xaf", 0}, /* overlong */
		{"\xed\xa0\x80", 0},	 /* a surrogate */
		{"\xf4\x90\x80\x80", 0}, /* above U+10FFFF */
		{"\xf5\x80\x80\x80", 0}, /* above U+10FFFF */
		{"\xe2\x82", 0},	 /* cut */
		{"\xc3", 0},		 /* cut */
		{"\xff", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (utf8__length(cases[i].text) != cases[i].length)
			fail_msg("case %zu: %zu", i, utf8__length(cases[i].text));
}

static void assert_becomes(char *(*change)(const char *), const char *before, const char *after)
{
	char *changed = change(before);

	assert_string_equal(changed, after);
	free(changed);
}

static void test_sanitize(void **state)
{
	(void)state;
	assert_becomes(utf8__sanitize, "", "");
	assert_becomes(utf8__sanitize, "kworker/0:1", "kworker/0:1");
	assert_becomes(utf8__sanitize, "\xc3\xa9\n", "\xc3\xa9\n");
	assert_becomes(utf8__sanitize, "a\xff\xfe", "a\xef\xbf\xbd\xef\xbf\xbd");
	assert_becomes(utf8__sanitize, "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd");
}

/* A character below U+10000 as UTF-8. */
static void encode(uint32_t c, char text[4])
{
	size_t length = 0;

	if (c < 0x80) {
		text[length++] = (char)c;
	} else if (c < 0x800) {
		text[length++] = (char)(0xc0 | c >> 6);
		text[length++] = (char)(0x80 | (c & 0x3f));
	} else {
		text[length++] = (char)(0xe0 | c >> 12);
		text[length++] = (char)(0x80 | (c >> 6 & 0x3f));
		text[length++] = (char)(0x80 | (c & 0x3f));
	}
	text[length] = '\0';
}

static void test_escape(void **state)
{
	(void)state;
	assert_becomes(text__escape, "", "");
	assert_becomes(text__escape, "a\\b", "a\\b");
	assert_becomes(text__escape, "\x1b[31m", "\\x1b[31m");
	assert_becomes(text__escape, "a\nb\x7f", "a\\x0ab\\x7f");
	assert_becomes(text__escape, "\xc2\x9b", "\\xc2\\x9b"); /* CSI as one character */
	assert_becomes(text__escape, "\xc3\xa9\xff", "\xc3\xa9\\xff");
	assert_becomes(text__escape, "\xc2\xa0", "\xc2\xa0"); /* the first that is none */
}

/* Each character that drives a terminal, and its neighbours, which do not. */
static void test_escape_controls(void **state)
{
	static const struct range {
		uint32_t first, last;
	} controls[] = {{0x01, 0x1f},	  {0x7f, 0x9f},	    {0x61c, 0x61c},
			{0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
	char text[4], *escaped;
	bool is_control;

	(void)state;
	for (uint32_t c = 1; c < 0x3000; c++) {
		encode(c, text);
		is_control = false;
		for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
			is_control |= c >= controls[i].first && c <= controls[i].last;
		escaped = text__escape(text);
		assert_non_null(escaped);
		assert_int_equal(!strcmp(escaped, text), !is_control);
		assert_int_equal(!strncmp(escaped, "\\x", 2), is_control);
		free(escaped);
	}
}

/* Nothing is cut within a character or within its escape. */
static void test_escape_into(void **state)
{
	char out[8];

	(void)state;
	text__escape_into("abcdefghij", out, sizeof(out));
	assert_string_equal(out, "abcdefg");
	text__escape_into("abcd\x1b", out, sizeof(out));
	assert_string_equal(out, "abcd");
	text__escape_into("abcdef\xc3\xa9", out, sizeof(out));
	assert_string_equal(out, "abcdef");
}

static void test_count(void **state)
{
	(void)state;
	assert_int_equal(utf8__count(""), 0);
	assert_int_equal(utf8__count("abc"), 3);
	assert_int_equal(utf8__count("\xc3\xa9\xff"), 2);
}

static void test_compare(void **state)
{
	static const char *const rising[] = {NULL,  "",	  "0",	"1",   "2",    "10",
					     "100", "a1", "a2", "a10", "a10b", "b"};
	size_t nr = sizeof(rising) / sizeof(rising[0]), i, j;
	int order;

	(void)state;
	for (i = 0; i < nr; i++) {
		for (j = 0; j < nr; j++) {
			order = text__compare_natural(rising[i], rising[j]);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
	assert_int_not_equal(text__compare_natural("01", "1"), 0);
}

static void test_distance(void **state)
{
	(void)state;
	assert_int_equal(text__distance("json", "json", 2), 0);
	assert_int_equal(text__distance("jsn", "json", 2), 1);
	assert_int_equal(text__distance("duratoin", "duration", 2), 2);
	assert_int_equal(text__distance("x", "duration", 2), 3);
	assert_int_equal(text__distance("", "ab", 2), 2);
	assert_int_equal(text__distance("a word longer than the table has room", "b", 2), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length),	    cmocka_unit_test(test_sanitize),
		cmocka_unit_test(test_escape),	    cmocka_unit_test(test_escape_controls),
		cmocka_unit_test(test_escape_into), cmocka_unit_test(test_count),
		cmocka_unit_test(test_compare),	    cmocka_unit_test(test_distance),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
