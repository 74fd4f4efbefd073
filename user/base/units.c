// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits at *text, which is moved behind them. Returns 0, -EINVAL (no digit) or -ERANGE. */
static int take_digits(const char **text, uint64_t *number)
{
	uint64_t value = 0;
	int err = 0;

	if (!is_digit(**text))
		return -EINVAL;
	for (; is_digit(**text); (*text)++) {
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(**text - '0'), &value))
			err = -ERANGE;
	}
	*number = value;
	return err;
}

int parse__number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	int err = take_digits(&text, number);

	if (err == -EINVAL || *text)
		return -EINVAL;
	if (err || *number < min || *number > max)
		return -ERANGE;
	return 0;
}

/* ns in a unit; 0 if it is none. */
static uint64_t duration_unit(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{"", 1000000000}, {"s", 1000000000}, {"ms", 1000000},
		{"us", 1000},	  {"ns", 1},	     {"m", 60000000000},
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(unit, units[i].name))
			return units[i].ns;
	return 0;
}

/* The digits after the point, in billionths; what lies below a billionth is dropped. */
static int take_fraction(const char **text, uint64_t *billionths)
{
	uint64_t scale = 100000000;

	*billionths = 0;
	if (!is_digit(**text))
		return -EINVAL;
	for (; is_digit(**text); (*text)++, scale /= 10)
		*billionths += (uint64_t)(**text - '0') * scale;
	return 0;
}

int parse__duration(const char *text, uint64_t *ns)
{
	uint64_t whole, billionths = 0, unit;
	int err = take_digits(&text, &whole);

	if (err == -EINVAL)
		return err;
	if (*text == '.') {
		text++;
		if (take_fraction(&text, &billionths))
			return -EINVAL;
	}
	unit = duration_unit(text);
	if (!unit)
		return -EINVAL;
	/* A unit is a multiple of a billion ns or divides one: no overflow, nothing lost. */
	billionths = unit >= 1000000000 ? billionths * (unit / 1000000000)
					: billionths / (1000000000 / unit);
	if (err || __builtin_mul_overflow(whole, unit, &whole) ||
	    __builtin_add_overflow(whole, billionths, &whole) || !whole || whole > INT64_MAX)
		return -ERANGE;
	*ns = whole;
	return 0;
}

int parse__size(const char *text, uint64_t *bytes)
{
	static const char suffixes[] = "KMG";
	const char *suffix;
	unsigned int shift = 0;
	int err = take_digits(&text, bytes);

	if (err == -EINVAL)
		return err;
	if (*text) {
		suffix = strchr(suffixes, *text);
		if (!suffix || text[1])
			return -EINVAL;
		shift = 10u * (unsigned int)(suffix - suffixes + 1);
	}
	if (err || !*bytes || *bytes > (UINT64_MAX >> 1) >> shift)
		return -ERANGE;
	*bytes <<= shift;
	return 0;
}

const char *format__duration(uint64_t ns, char buffer[UNITS_TEXT])
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
	uint64_t limit = 999500; /* from here on three digits round up to the next unit */
	size_t i = 0;
	double value;

	if (ns < 1000) {
		snprintf(buffer, UNITS_TEXT, "%" PRIu64 " ns", ns);
		return buffer;
	}
	for (; i < 2 && ns >= limit; i++)
		limit *= 1000;
	value = (double)ns / (double)units[i].ns;
	snprintf(buffer, UNITS_TEXT, "%.*f %s",
		 value < 9.995	 ? 2
		 : value < 99.95 ? 1
				 : 0,
		 value, units[i].name);
	return buffer;
}

const char *format__size(uint64_t bytes, char buffer[UNITS_TEXT])
{
	static const char suffixes[] = "KMGTPE";
	size_t i = 0;

	if (!bytes || bytes % 1024) {
		snprintf(buffer, UNITS_TEXT, "%" PRIu64, bytes);
		return buffer;
	}
	for (bytes /= 1024; bytes % 1024 == 0 && suffixes[i + 1]; i++)
		bytes /= 1024;
	snprintf(buffer, UNITS_TEXT, "%" PRIu64 "%c", bytes, suffixes[i]);
	return buffer;
}

const char *format__memory(uint64_t bytes, char buffer[UNITS_TEXT])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes;
	bool whole = true;
	size_t i = 0;

	/* from 999.5 on a value would be written with four digits */
	for (; value >= (i ? 999.5 : 1024) && i + 1 < sizeof(units) / sizeof(units[0]); i++) {
		whole = bytes % 1024 == 0 && whole;
		bytes /= 1024;
		value /= 1024;
	}
	snprintf(buffer, UNITS_TEXT, "%.*f %s", whole || value >= 99.95 ? 0 : 1, value, units[i]);
	return buffer;
}

const char *format__count(uint64_t count, char buffer[UNITS_COUNT])
{
	char digits[UNITS_TEXT];
	size_t length, i;
	char *out = buffer;

	length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);
	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return buffer;
}

const char *format__moment(const struct timespec *time, char buffer[UNITS_MOMENT])
{
	struct tm tm;
	char text[UNITS_MOMENT / 2];

	gmtime_r(&time->tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buffer, UNITS_MOMENT, "%s.%03ldZ", text, time->tv_nsec / 1000000);
	return buffer;
}
