// SPDX-License-Identifier: GPL-2.0-only
#include "gate/rules/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define SHOWN 40 /* bytes of the text that a message quotes */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The column counts characters, and a wrong byte as one: a continuation byte is none. */
static void step(struct reader *reader)
{
	char c = *reader->at++;

	if (c == '\n') {
		reader->line++;
		reader->column = 1;
	} else if (((unsigned char)c & 0xc0) != 0x80) {
		reader->column++;
	}
}

void reader__skip(struct reader *reader, bool lines)
{
	while (reader->at < reader->end) {
		if (is_blank(*reader->at) || (lines && *reader->at == '\n'))
			step(reader);
		else if (lines && *reader->at == '#')
			while (reader->at < reader->end && *reader->at != '\n')
				step(reader);
		else
			return;
	}
}

bool reader__at_end(const struct reader *reader)
{
	return reader->at == reader->end || *reader->at == '\n' || *reader->at == '#';
}

bool reader__take(struct reader *reader, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
		return false;
	while (length--)
		step(reader);
	return true;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

size_t reader__word(const struct reader *reader)
{
	size_t length = 0;

	while (reader->at + length < reader->end && is_word(reader->at[length]))
		length++;
	return length;
}

char *reader__copy(struct reader *reader, size_t length)
{
	char *copy = strndup(reader->at, length);

	while (length--)
		step(reader);
	return copy;
}

int reader__fail(struct reader *reader, const char *format, ...)
{
	va_list args;

	reader->error->line = reader->line;
	reader->error->column = reader->column;
	va_start(args, format);
	vsnprintf(reader->error->text, sizeof(reader->error->text), format, args);
	va_end(args);
	return -EINVAL;
}

int reader__hint(struct reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error->hint, sizeof(reader->error->hint), format, args);
	va_end(args);
	return -EINVAL;
}

/* What comes next: a word, or one character. */
static size_t next_length(const struct reader *reader)
{
	size_t left = (size_t)(reader->end - reader->at), length = reader__word(reader), i;
	char text[5] = "";

	if (length)
		return length;
	for (i = 0; i < 4 && i < left; i++)
		text[i] = reader->at[i];
	length = utf8__length(text);
	return length ? length : 1;
}

int reader__expected(struct reader *reader, const char *what)
{
	char next[SHOWN + 1] = "", *shown;
	size_t length;

	if (reader->at == reader->end)
		return reader__fail(reader, "expected %s, not the end", what);
	if (*reader->at == '\n')
		return reader__fail(reader, "expected %s, not the end of the line", what);
	if (*reader->at == '#')
		return reader__fail(reader, "expected %s, not a comment", what);
	length = next_length(reader);
	snprintf(next, sizeof(next), "%.*s", (int)(length < SHOWN ? length : SHOWN), reader->at);
	shown = text__escape(next);
	reader__fail(reader, "expected %s, not '%s'", what, shown ? shown : "");
	free(shown);
	return -EINVAL;
}

/* The length of what the quotes hold, as written; -1 if they are not closed on this line. */
static ssize_t quoted_length(const struct reader *reader, char quote)
{
	const char *c;

	for (c = reader->at; c < reader->end && *c != '\n' && *c; c++) {
		if (*c == quote)
			return c - reader->at;
		if (*c == '\\' && c + 1 < reader->end && c[1] != '\n')
			c++;
	}
	return -1;
}

int reader__string(struct reader *reader, char **text)
{
	struct reader start = *reader;
	ssize_t length;
	char *out, quote;

	if (reader->at == reader->end || (*reader->at != '"' && *reader->at != '\''))
		return reader__expected(reader, "a value in quotes");
	quote = *reader->at;
	step(reader);
	length = quoted_length(reader, quote);
	if (length < 0) {
		*reader = start;
		return reader__fail(reader, "expected the closing %c on the same line", quote);
	}
	*text = out = calloc(1, (size_t)length + 1);
	if (!out)
		return -ENOMEM;
	while (*reader->at != quote) {
		if (*reader->at == '\\' && strchr("\"'\\", reader->at[1]) && reader->at[1])
			step(reader);
		*out++ = *reader->at;
		step(reader);
	}
	step(reader);
	return 0;
}
