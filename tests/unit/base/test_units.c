// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>

#include "base/units.h"

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t ns;
	} cases[] = {
		{"1", 0, 1000000000},
		{"10", 0, 10000000000},
		{"0.5", 0, 500000000},
		{"0.5s", 0, 500000000},
		{"1ns", 0, 1},
		{"20us", 0, 20000},
		{"1.5us", 0, 1500},
		{"200ms", 0, 200000000},
		{"2m", 0, 120000000000},
		{"0.25m", 0, 15000000000},
		{"007s", 0, 7000000000},
		{"0.000000001", 0, 1},
		{"9223372036", 0, 9223372036000000000},
		{"9223372036854775807ns", 0, INT64_MAX},
		{"9223372036854775808ns", -ERANGE, 0},
		{"9223372037", -ERANGE, 0},
		{"99999999999999999999999", -ERANGE, 0},
		{"18446744073709551616ns", -ERANGE, 0},
		{"0", -ERANGE, 0},
		{"0.0s", -ERANGE, 0},
		{"0.1ns", -ERANGE, 0},
		{"", -EINVAL, 0},
		{"s", -EINVAL, 0},
		{".5", -EINVAL, 0},
		{"5.", -EINVAL, 0},
		{"1.2.3", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"1 s", -EINVAL, 0},
		{"1h", -EINVAL, 0},
		{"1S", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
		{"1e3", -EINVAL, 0},
		{"nan", -EINVAL, 0},
		{"1s2", -EINVAL, 0},
	};
	uint64_t ns;
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ns = 0;
		err = parse__duration(cases[i].text, &ns);
		if (err != cases[i].err || ns != cases[i].ns)
			fail_msg("'%s': %d, %llu ns", cases[i].text, err, (unsigned long long)ns);
	}
}

static void test_sizes(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(parse__size("4096", &bytes), 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(parse__size("64K", &bytes), 0);
	assert_int_equal(bytes, 65536);
	assert_int_equal(parse__size("2G", &bytes), 0);
	assert_int_equal(bytes, 2ull << 30);
	assert_int_equal(parse__size("0", &bytes), -ERANGE);
	assert_int_equal(parse__size("0M", &bytes), -ERANGE);
	assert_int_equal(parse__size("99999999999G", &bytes), -ERANGE);
	assert_int_equal(parse__size("1T", &bytes), -EINVAL);
	assert_int_equal(parse__size("1KB", &bytes), -EINVAL);
	assert_int_equal(parse__size("-1", &bytes), -EINVAL);
	assert_int_equal(parse__size("", &bytes), -EINVAL);
}

static void test_numbers(void **state)
{
	uint64_t number;

	(void)state;
	assert_int_equal(parse__number("0", 0, 10, &number), 0);
	assert_int_equal(parse__number("10", 0, 10, &number), 0);
	assert_int_equal(number, 10);
	assert_int_equal(parse__number("11", 0, 10, &number), -ERANGE);
	assert_int_equal(parse__number("0", 1, 10, &number), -ERANGE);
	assert_int_equal(parse__number("18446744073709551615", 0, UINT64_MAX, &number), 0);
	assert_int_equal(parse__number("18446744073709551616", 0, UINT64_MAX, &number), -ERANGE);
	assert_int_equal(parse__number("1x", 0, 10, &number), -EINVAL);
	assert_int_equal(parse__number("", 0, 10, &number), -EINVAL);
}

static void test_format_duration(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{0, "0 ns"},
		{999, "999 ns"},
		{1000, "1.00 us"},
		{1254, "1.25 us"},
		{9994, "9.99 us"},
		{9996, "10.0 us"},
		{99960, "100 us"},
		{999499, "999 us"},
		{999500, "1.00 ms"},
		{20000000, "20.0 ms"},
		{999500000, "1.00 s"},
		{68700000000, "68.7 s"},
		{3600000000000, "3600 s"},
	};
	char buffer[UNITS_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(format__duration(cases[i].ns, buffer), cases[i].text);
	format__duration(UINT64_MAX, buffer);
}

static void test_format_others(void **state)
{
	char size[UNITS_TEXT], count[UNITS_COUNT];

	(void)state;
	assert_string_equal(format__size(4096, size), "4K");
	assert_string_equal(format__size(2ull << 20, size), "2M");
	assert_string_equal(format__size(1ull << 30, size), "1G");
	assert_string_equal(format__size(1000, size), "1000");
	assert_string_equal(format__size(1ull << 63, size), "8E");
	assert_string_equal(format__memory(0, size), "0 B");
	assert_string_equal(format__memory(999, size), "999 B");
	assert_string_equal(format__memory(1023, size), "1023 B");
	assert_string_equal(format__memory(4096, size), "4 KiB");
	assert_string_equal(format__memory(5408 << 10, size), "5.3 MiB");
	assert_string_equal(format__memory(512 << 20, size), "512 MiB");
	assert_string_equal(format__memory(1023 << 20, size), "1.0 GiB");
	assert_string_equal(format__memory(12ull << 30, size), "12 GiB");
	assert_string_equal(format__memory(UINT64_MAX, size), "16.0 EiB");
	assert_string_equal(format__count(0, count), "0");
	assert_string_equal(format__count(999, count), "999");
	assert_string_equal(format__count(1000, count), "1,000");
	assert_string_equal(format__count(UINT64_MAX, count), "18,446,744,073,709,551,615");
}

static void test_moment(void **state)
{
	const struct timespec begin = {0, 0}, leap = {951782399, 999999999};
	char buffer[UNITS_MOMENT];

	(void)state;
	assert_string_equal(format__moment(&begin, buffer), "1970-01-01T00:00:00.000Z");
	assert_string_equal(format__moment(&leap, buffer), "2000-02-28T23:59:59.999Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations),     cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_numbers),	      cmocka_unit_test(test_format_duration),
		cmocka_unit_test(test_format_others), cmocka_unit_test(test_moment),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
