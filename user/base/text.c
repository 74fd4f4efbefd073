// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t utf8__length(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t length, i;
	uint32_t value;

	if (c[0] < 0x80)
		return 1;
	if (c[0] >= 0xc2 && c[0] <= 0xdf)
		length = 2;
	else if (c[0] >= 0xe0 && c[0] <= 0xef)
		length = 3;
	else if (c[0] >= 0xf0 && c[0] <= 0xf4)
		length = 4;
	else
		return 0;
	value = c[0] & (0x7fu >> length);
	for (i = 1; i < length; i++) {
		if (!is_continuation(text[i]))
			return 0; /* a NUL ends here, too */
		value = value << 6 | (c[i] & 0x3fu);
	}
	if (length == 3 && (value < 0x800 || (value >= 0xd800 && value <= 0xdfff)))
		return 0;
	if (length == 4 && (value < 0x10000 || value > 0x10ffff))
		return 0;
	return length;
}

size_t utf8__count(const char *text)
{
	size_t count = 0, length;

	for (; *text; text += length ? length : 1) {
		length = utf8__length(text);
		count++;
	}
	return count;
}

char *utf8__sanitize(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *copy = malloc(strlen(text) * (sizeof(replacement) - 1) + 1);
	char *out = copy;
	size_t length;

	if (!copy)
		return NULL;
	while (*text) {
		length = utf8__length(text);
		if (length) {
			out = mempcpy(out, text, length);
			text += length;
		} else {
			out = mempcpy(out, replacement, sizeof(replacement) - 1);
			text++;
		}
	}
	*out = '\0';
	return copy;
}

/*
 * What a terminal may obey, or show elsewhere than it stands: C0, DEL and C1 (U+0080 to U+009F),
 * and the characters that turn the direction of what follows or end a line (U+061C, U+200E,
 * U+200F, U+2028 to U+202E, U+2066 to U+2069).
 */
static bool is_control(const char *text, size_t length)
{
	const unsigned char *c = (const unsigned char *)text;

	if (length == 1)
		return c[0] < 0x20 || c[0] == 0x7f;
	if (length == 2)
		return (c[0] == 0xc2 && c[1] < 0xa0) || (c[0] == 0xd8 && c[1] == 0x9c);
	if (length != 3 || c[0] != 0xe2)
		return false;
	if (c[1] == 0x80)
		return c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xa8 && c[2] <= 0xae);
	return c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9;
}

void text__escape_into(const char *text, char *out, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	const char *end = out + size - 1;
	size_t length, i;

	for (; *text; text += length) {
		length = utf8__length(text);
		if (length && !is_control(text, length)) {
			if (length > (size_t)(end - out))
				break;
			out = mempcpy(out, text, length);
			continue;
		}
		length = length ? length : 1;
		if (4 * length > (size_t)(end - out))
			break;
		for (i = 0; i < length; i++) {
			*out++ = '\\';
			*out++ = 'x';
			*out++ = hex[(unsigned char)text[i] >> 4];
			*out++ = hex[(unsigned char)text[i] & 0xf];
		}
	}
	*out = '\0';
}

char *text__escape(const char *text)
{
	size_t size = strlen(text) * 4 + 1;
	char *copy = malloc(size);

	if (copy)
		text__escape_into(text, copy, size);
	return copy;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Compare the digits at *a and *b as numbers of any length and step over them. */
static int compare_digits(const char **a, const char **b)
{
	size_t length_a, length_b;
	int order;

	while (**a == '0' && is_digit((*a)[1]))
		(*a)++;
	while (**b == '0' && is_digit((*b)[1]))
		(*b)++;
	length_a = strspn(*a, "0123456789");
	length_b = strspn(*b, "0123456789");
	if (length_a != length_b)
		return length_a < length_b ? -1 : 1;
	order = strncmp(*a, *b, length_a);
	*a += length_a;
	*b += length_b;
	return order;
}

int text__compare_natural(const char *a, const char *b)
{
	const char *whole_a = a, *whole_b = b;
	int order;

	if (!a || !b)
		return (a != NULL) - (b != NULL);
	while (*a && *b) {
		if (is_digit(*a) && is_digit(*b)) {
			order = compare_digits(&a, &b);
			if (order)
				return order;
		} else if (*a != *b) {
			break;
		} else {
			a++;
			b++;
		}
	}
	order = (unsigned char)*a - (unsigned char)*b;
	return order ? order : strcmp(whole_a, whole_b); /* "01" and "1" differ */
}

size_t text__distance(const char *a, const char *b, size_t limit)
{
	size_t row[33], length_a = strlen(a), length_b = strlen(b);
	size_t i, j, diagonal, above, best;

	if (length_a > 32 || length_b > 32)
		return limit + 1;
	for (j = 0; j <= length_b; j++)
		row[j] = j;
	for (i = 1; i <= length_a; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= length_b; j++) {
			above = row[j];
			best = diagonal + (a[i - 1] != b[j - 1]);
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = above;
			row[j] = best;
		}
	}
	return row[length_b] > limit ? limit + 1 : row[length_b];
}
