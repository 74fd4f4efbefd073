// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "base/log.h"

static int level = LOG_NORMAL;

void log__set_level(int new_level)
{
	level = new_level;
}

int log__level(void)
{
	return level;
}

/* Words of a command line or a file may not drive the terminal, nor begin a line. */
static void remove_controls(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

/* One line in one write, so that lines of several processes do not mix. */
static void __attribute__((format(printf, 2, 0)))
say(const char *prefix, const char *format, va_list args, const char *suffix)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	remove_controls(text);
	fprintf(stderr, "gfptrace: %s%s%s\n", prefix, text, suffix);
}

int log_err(int err, const char *format, ...)
{
	char suffix[128];
	va_list args;

	snprintf(suffix, sizeof(suffix), ": %s", strerror(-err));
	va_start(args, format);
	say("", format, args, suffix);
	va_end(args);
	return err;
}

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args, "");
	va_end(args);
}

void log_hint(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("hint: ", format, args, "");
	va_end(args);
}

void log_warning(const char *format, ...)
{
	va_list args;

	if (level <= LOG_QUIET)
		return;
	va_start(args, format);
	say("warning: ", format, args, "");
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	if (level <= LOG_QUIET)
		return;
	va_start(args, format);
	say("", format, args, "");
	va_end(args);
}

void log_verbose(const char *format, ...)
{
	va_list args;

	if (level < LOG_VERBOSE)
		return;
	va_start(args, format);
	say("", format, args, "");
	va_end(args);
}
