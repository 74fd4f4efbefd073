// SPDX-License-Identifier: GPL-2.0-only
#include "trace/glob.h"

#include <errno.h>
#include <string.h>

#define POSITIONS 31 /* the 32nd bit is the place behind the last element */

/*
 * Position i of the pattern is bit i of the state: "elements before i are matched". A
 * character moves it on where match[] has it. A `*` is no position of its own: it lets
 * the position that follows it stay, whatever the character.
 */
static int compile_bracket(const char **pattern, struct gft_glob *glob, unsigned int position)
{
	const unsigned char *p = (const unsigned char *)*pattern + 1;
	bool negate = *p == '!' || *p == '^';
	bool set[256] = {};

	if (negate)
		p++;
	do {
		if (!*p)
			return -EINVAL;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			for (unsigned int c = p[0]; c <= p[2]; c++)
				set[c] = true;
			p += 3;
		} else {
			set[*p++] = true;
		}
	} while (*p != ']');
	for (unsigned int c = 1; c < 256; c++)
		if (set[c] != negate)
			glob->match[c] |= 1u << position;
	*pattern = (const char *)p;
	return 0;
}

int glob__compile(const char *pattern, struct gft_glob *glob)
{
	unsigned int position = 0;

	memset(glob, 0, sizeof(*glob));
	glob->start = 1;
	for (; *pattern; pattern++) {
		if (*pattern == '*') {
			glob->stay |= 1u << position;
			continue;
		}
		if (position == POSITIONS)
			return -E2BIG;
		if (*pattern == '[') {
			int err = compile_bracket(&pattern, glob, position);

			if (err)
				return err;
		} else if (*pattern == '?') {
			for (unsigned int c = 1; c < 256; c++)
				glob->match[c] |= 1u << position;
		} else {
			if (*pattern == '\\' && !*++pattern)
				return -EINVAL;
			glob->match[(unsigned char)*pattern] |= 1u << position;
		}
		position++;
	}
	glob->accept = 1u << position;
	return 0;
}

bool glob__matches(const struct gft_glob *glob, const char *text)
{
	__u32 state = glob->start;

	for (; *text; text++)
		state = gft_glob_step(glob, state, (__u8)*text);
	return state & glob->accept;
}
