// SPDX-License-Identifier: GPL-2.0-only
#include "explain/line.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX 160 /* bytes; what a way of saving may put before the kernel's own line */

static bool is_stamp(const char *text, size_t length);

bool klog_number(const char **text, uint64_t *number)
{
	const char *at = *text;
	uint64_t value = 0;

	if (!isdigit((unsigned char)*at))
		return false;
	for (; isdigit((unsigned char)*at); at++)
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return false;
	*text = at;
	*number = value;
	return true;
}

void klog_copy(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size)
		length = size - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

static int hex_digit(char c)
{
	const char *digits = "0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

size_t klog_line__decode_quoted(char *line, size_t length)
{
	size_t out = 0;

	for (size_t i = 0; i < length; i++) {
		int high = -1, low = -1;

		if (line[i] == '=' && i + 2 < length) {
			high = hex_digit(line[i + 1]);
			low = hex_digit(line[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			line[out++] = (char)(high * 16 + low);
			i += 2;
		} else {
			line[out++] = line[i];
		}
	}
	return out;
}

/* "&gt;" and its like: a bug tracker's page, saved */
static size_t decode_entities(char *line, size_t length)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {{"&lt;", '<'},	 {"&gt;", '>'},	 {"&amp;", '&'}, {"&quot;", '"'},
			{"&#39;", '\''}, {"&#61;", '='}, {"&nbsp;", ' '}};
	size_t out = 0;

	for (size_t i = 0; i < length; i++) {
		size_t e, nr = sizeof(entities) / sizeof(entities[0]), size = 1;

		line[out] = line[i];
		for (e = 0; line[i] == '&' && e < nr; e++) {
			size_t long_ = strlen(entities[e].name);

			if (i + long_ <= length && !memcmp(line + i, entities[e].name, long_)) {
				line[out] = entities[e].c;
				size = long_;
				break;
			}
		}
		out++;
		i += size - 1;
	}
	return out;
}

/* The string behind a key of a JSON object of one line, its escapes undone, in place. */
static size_t take_json(char *line, size_t length)
{
	static const char *const keys[] = {"\"log\"", "\"MESSAGE\"", "\"message\"", "\"msg\""};
	size_t start = strspn(line, " >|"), in = 0, out = 0;

	if (line[start] != '{')
		return length;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]) && !in; k++) {
		char *at = strstr(line + start, keys[k]);

		if (!at)
			continue;
		at += strlen(keys[k]);
		at += strspn(at, " ");
		if (*at != ':')
			continue;
		at += 1 + strspn(at + 1, " ");
		if (*at == '"')
			in = (size_t)(at - line) + 1;
	}
	if (!in)
		return length;
	for (; in < length && line[in] != '"'; in++) {
		char c = line[in];

		if (c == '\\' && in + 1 < length) {
			c = line[++in];
			if (c == 'u' && in + 4 < length) {
				char digits[5] = {line[in + 1], line[in + 2], line[in + 3],
						  line[in + 4], '\0'};
				unsigned long value = strtoul(digits, NULL, 16);

				c = value >= 0x20 && value < 0x7f ? (char)value : ' ';
				in += 4;
			} else if (c == 'n' || c == 't' || c == 'r') {
				c = ' ';
			}
		}
		line[out++] = c;
	}
	while (out && line[out - 1] == ' ')
		out--;
	return out;
}

size_t klog_line__clean(char *line, size_t length)
{
	size_t out = 0;

	while (length && line[length - 1] == '\r')
		length--;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)line[i];

		/* ESC [ 3 2 m: dmesg --color=always */
		if (c == 0x1b && i + 1 < length && line[i + 1] == '[') {
			size_t end = i + 2;

			while (end < length &&
			       (isdigit((unsigned char)line[end]) || line[end] == ';'))
				end++;
			if (end < length && line[end] == 'm') {
				i = end;
				continue;
			}
		}
		if (c == '\t')
			c = ' ';
		else if (c < 0x20 || c == 0x7f)
			c = '?';
		line[out++] = (char)c;
	}
	line[out] = '\0';
	if (memchr(line, '{', out < 16 ? out : 16))
		out = take_json(line, out);
	if (memchr(line, '&', out))
		out = decode_entities(line, out);
	line[out] = '\0';
	return out;
}

static const char *skip_spaces(const char *text)
{
	return text + strspn(text, " ");
}

/* "<4>": syslog(2) and dmesg -r */
static bool take_level(const char **text)
{
	const char *at = *text;
	uint64_t level;

	if (*at++ != '<' || !klog_number(&at, &level) || *at != '>')
		return false;
	*text = at + 1;
	return true;
}

/* "kern  :warn  : ": dmesg -x pads both words */
static bool take_facility(const char **text)
{
	static const char *const levels[] = {"emerg", "alert",	"crit", "err",
					     "warn",  "notice", "info", "debug"};
	const char *at = *text;
	size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789");

	at = skip_spaces(at + length);
	if (!length || *at++ != ':')
		return false;
	length = strspn(at, "abcdefghijklmnopqrstuvwxyz");
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		const char *end = skip_spaces(at + length);

		if (strlen(levels[i]) == length && !memcmp(levels[i], at, length) && *end == ':') {
			*text = skip_spaces(end + 1);
			return true;
		}
	}
	return false;
}

/* "6,1234,5678901,-,caller=T12;": a record of /dev/kmsg */
static bool take_record(const char **text, struct klog_line *line)
{
	const char *at = *text, *end, *caller;
	uint64_t level, sequence, us;

	if (!klog_number(&at, &level) || *at++ != ',' || !klog_number(&at, &sequence) ||
	    *at++ != ',' || !klog_number(&at, &us) || *at++ != ',')
		return false;
	end = strchr(at, ';');
	if (!end || end - at > 64)
		return false;
	line->time_us = us;
	snprintf(line->when, sizeof(line->when), "%" PRIu64 ".%06u", us / 1000000,
		 (unsigned int)(us % 1000000));
	caller = memmem(at, (size_t)(end - at), "caller=", 7);
	if (caller)
		klog_copy(line->caller, sizeof(line->caller), caller + 7,
			  strcspn(caller + 7, ",;"));
	*text = end + 1;
	return true;
}

/* "   12.345678" to us since boot */
static bool take_seconds(const char *text, size_t length, uint64_t *us)
{
	const char *at = skip_spaces(text);
	uint64_t seconds, fraction, scale = 1000000;
	const char *digits;

	if (!klog_number(&at, &seconds) || seconds > UINT64_MAX / 2000000 || *at++ != '.')
		return false;
	digits = at;
	if (!klog_number(&at, &fraction) || at - digits > 6 || at != text + length)
		return false;
	for (; digits < at; digits++)
		scale /= 10;
	*us = seconds * 1000000 + fraction * scale;
	return true;
}

static bool looks_like_date(const char *text, size_t length)
{
	return length >= 8 && length < 44 && memchr(text, ':', length) &&
	       strcspn(text, "0123456789") < length;
}

/* "1763876975.516000": journalctl -o short-unix */
static bool is_unix_time(const char *text, size_t length)
{
	return length >= 10 && length < 20 && strspn(text, "0123456789.") >= length;
}

/* "[   12.345678] " or, with -T, "[Mon Nov 23 05:49:35 2026] " */
static bool take_bracket(const char **text, struct klog_line *line)
{
	const char *at = *text, *end;
	size_t length;

	if (*at != '[')
		return false;
	end = strchr(++at, ']');
	if (!end)
		return false;
	length = (size_t)(end - at);
	if (!take_seconds(at, length, &line->time_us) && !is_stamp(at, length))
		return false;
	length -= (size_t)(skip_spaces(at) - at);
	klog_copy(line->when, sizeof(line->when), skip_spaces(at), length);
	end++;
	*text = *end == ' ' ? end + 1 : end;
	return true;
}

/* "[ T123]" or "[    C0] ": CONFIG_PRINTK_CALLER */
static bool take_caller(const char **text, struct klog_line *line)
{
	const char *at = *text;
	const char *start;
	uint64_t id;

	if (*at != '[')
		return false;
	at = skip_spaces(at + 1);
	start = at;
	if (*at != 'T' && *at != 'C')
		return false;
	at++;
	if (!klog_number(&at, &id) || *at != ']')
		return false;
	klog_copy(line->caller, sizeof(line->caller), start, (size_t)(at - start));
	at++;
	*text = *at == ' ' ? at + 1 : at;
	return true;
}

/*
 * "Nov 23 05:49:35 host kernel: ", "2026-11-23T05:49:35+0000 host kernel: ",
 * "[   12.345678] host kernel: ": what stands before " kernel: " are a time and a host.
 */
static bool take_syslog(const char **text, struct klog_line *line)
{
	const char *marker = strstr(*text, " kernel: ");
	const char *host = marker, *start = *text;
	size_t length;

	if (!marker || marker - start > 120)
		return false;
	while (host > start && host[-1] != ' ')
		host--;
	/* the time, without the blank behind it */
	length = host > start ? (size_t)(host - start) - 1 : 0;
	/* journalctl --no-hostname: what stands before the marker belongs to the time */
	if (*start != '[' && memchr(host, ':', (size_t)(marker - host)) &&
	    isdigit((unsigned char)*host))
		length = (size_t)(marker - start);
	if (*start == '[') {
		if (!take_bracket(&start, line))
			return false;
	} else if (looks_like_date(start, length) || is_unix_time(start, length)) {
		klog_copy(line->when, sizeof(line->when), start, length);
	} else if (length) {
		return false;
	}
	*text = marker + strlen(" kernel: ");
	return true;
}

/* "2026-11-23T05:49:35,516000+00:00 text": dmesg --time-format iso */
static bool take_iso(const char **text, struct klog_line *line)
{
	const char *at = *text;
	size_t length = strcspn(at, " ");

	if (length < 19 || at[4] != '-' || at[7] != '-' || at[10] != 'T' || at[13] != ':' ||
	    !at[length])
		return false;
	klog_copy(line->when, sizeof(line->when), at, length);
	*text = at + length + 1;
	return true;
}

/* "[Mar 4 10:00] " and "[  +0.000004] ": dmesg -H; "[   12.345678 <    0.000004>] ": dmesg -d */
static bool is_stamp(const char *text, size_t length)
{
	const char *at = skip_spaces(text), *end = text + length;
	size_t digits;

	at += *at == '+' || *at == '<';
	at = skip_spaces(at);
	digits = strspn(at, "0123456789");
	if (digits && at[digits] == '.' && at + digits < end) {
		at += digits + 1;
		digits = strspn(at, "0123456789");
		return digits >= 3 && at + digits <= end &&
		       (at + digits == end || at[digits] == ' ' || at[digits] == '>' ||
			at[digits] == '@');
	}
	return looks_like_date(text, length);
}

/* Where the kernel's own stamp begins, whatever stands before it; NULL if there is none. */
static const char *find_stamp(const char *text)
{
	for (const char *at = text; (at = strchr(at, '[')) && at - text < PREFIX; at++) {
		const char *end = strchr(at, ']');

		if (end && end - at < 48 && is_stamp(at + 1, (size_t)(end - at - 1)))
			return at;
	}
	return NULL;
}

/* "> > ", tabs and the like: what people put before each line. A frame's "? " is not one. */
static const char *skip_quotes(const char *text)
{
	const char *at = text;

	while (*at == '>' || *at == '|' || (*at == ' ' && (at[1] == '>' || at[1] == '|')))
		at++;
	if (at != text && *at == ' ')
		at++;
	return at;
}

void klog_line__parse(const char *line, struct klog_line *parsed)
{
	const char *text = skip_quotes(line), *stamp = find_stamp(text);

	memset(parsed, 0, sizeof(*parsed));
	parsed->time_us = UINT64_MAX;
	parsed->tagged = take_level(&text);
	if (take_record(&text, parsed)) {
		parsed->tagged = true;
	} else {
		parsed->tagged |= take_facility(&text);
		parsed->tagged |= take_syslog(&text, parsed) || take_iso(&text, parsed);
		/* syslog keeps the kernel's own time behind its own */
		if (stamp && stamp > text)
			text = stamp;
		parsed->tagged |= take_bracket(&text, parsed);
	}
	parsed->tagged |= take_caller(&text, parsed);
	parsed->text = text;
}
