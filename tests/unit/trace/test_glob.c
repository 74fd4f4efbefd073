// SPDX-License-Identifier: GPL-2.0-only
/* Globs as automata, against fnmatch(3). */
#include "unit.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "trace/glob.h"

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static bool matches(const char *pattern, const char *text)
{
	struct gft_glob glob;

	assert_int_equal(glob__compile(pattern, &glob), 0);
	return glob__matches(&glob, text);
}

/* Few letters, so that patterns and texts meet. */
static const char *const elements[] = {
	"a",	 "b",	 "c",	"*",   "*",   "?",    "[ab]", "[!a]", "[a-b]", "[^bc]", "[]a]",
	"[!]a]", "[a-]", "\\*", "\\?", "\\a", "\\\\", "-",    "]",    "[b-a]", "[?*]",	"."};
static const char letters[] = "abc*?-]\\.";

static void random_pattern(uint32_t *random, char *pattern)
{
	uint32_t count = next_random(random) % 8;

	*pattern = '\0';
	while (count--)
		strcat(pattern,
		       elements[next_random(random) % (sizeof(elements) / sizeof(elements[0]))]);
}

static void random_text(uint32_t *random, char *text)
{
	uint32_t length = next_random(random) % 9;

	while (length--)
		*text++ = letters[next_random(random) % (next_random(random) % 2 ? 2 : 9)];
	*text = '\0';
}

static void same_as_fnmatch(void **state)
{
	uint32_t random = 0x2545f491, matched = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char pattern[64], text[16];
		struct gft_glob glob;

		random_pattern(&random, pattern);
		assert_int_equal(glob__compile(pattern, &glob), 0);
		for (int j = 0; j < 20; j++) {
			bool expected;

			random_text(&random, text);
			expected = !fnmatch(pattern, text, 0);
			matched += expected;
			if (glob__matches(&glob, text) != expected)
				fail_msg("'%s' and '%s': fnmatch says %d", pattern, text, expected);
		}
	}
	/* the sample has both answers */
	assert_in_range(matched, 10000, 390000);
}

static void plain_cases(void **state)
{
	(void)state;
	assert_true(matches("", ""));
	assert_false(matches("", "a"));
	assert_true(matches("*", ""));
	assert_true(matches("**", "kworker/0:1"));
	assert_true(matches("kworker/*", "kworker/0:1"));
	assert_false(matches("kworker/*", "kworker"));
	assert_true(matches("*:1", "kworker/0:1"));
	assert_true(matches("k*r/*1", "kworker/0:1"));
	assert_false(matches("bash", "bash "));
	assert_false(matches("bash", "bas"));
	assert_true(matches("[a-c]x[!0-9]", "bxz"));
	assert_false(matches("[a-c]x[!0-9]", "bx7"));
	assert_true(matches("?", "\xff"));
	assert_true(matches("[\x80-\xff]", "\xc3"));
	assert_true(matches("\\[x\\]", "[x]"));
}

static void no_patterns(void **state)
{
	static const char *const open[] = {"[",	 "a[",	"[a",  "[!",  "[^",
					   "[]", "[!]", "[a-", "x\\", "\\"};
	struct gft_glob glob;

	(void)state;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		if (glob__compile(open[i], &glob) != -EINVAL)
			fail_msg("'%s' is taken", open[i]);
}

static void length_of_patterns(void **state)
{
	static const char letters31[] = "abcdefghijklmnopqrstuvwxyz01234";
	char pattern[128] = "", stars[128] = "";
	struct gft_glob glob;

	(void)state;
	assert_int_equal(strlen(letters31), 31);
	assert_true(matches(letters31, letters31));
	assert_false(matches(letters31, "abcdefghijklmnopqrstuvwxyz0123"));
	assert_false(matches(letters31, "abcdefghijklmnopqrstuvwxyz012345"));
	for (int i = 0; i < 31; i++) {
		strcat(pattern, "[ab]");
		strcat(stars, "*a");
	}
	/* stars are no elements, wherever they stand */
	strcat(stars, "*");
	assert_int_equal(glob__compile(pattern, &glob), 0);
	assert_true(matches(stars, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
	assert_false(matches(stars, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
	strcat(pattern, "?");
	strcat(stars, "a");
	assert_int_equal(glob__compile(pattern, &glob), -E2BIG);
	assert_int_equal(glob__compile(stars, &glob), -E2BIG);
}

/* In place of a glob that was there before, nothing of it is left. */
static void compiled_anew(void **state)
{
	struct gft_glob glob;

	(void)state;
	assert_int_equal(glob__compile("*abc*", &glob), 0);
	assert_int_equal(glob__compile("x", &glob), 0);
	assert_true(glob__matches(&glob, "x"));
	assert_false(glob__matches(&glob, "abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_fnmatch), cmocka_unit_test(plain_cases),
		cmocka_unit_test(no_patterns),	   cmocka_unit_test(length_of_patterns),
		cmocka_unit_test(compiled_anew),
	};

	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
