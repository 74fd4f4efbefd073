// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/text.h"

static int level = LOG_NORMAL;

void log__set_level(int new_level)
{
	level = new_level;
}

int log__level(void)
{
	return level;
}

/* One line in one write, so that lines of several processes do not mix. */
static void __attribute__((format(printf, 2, 0)))
say(const char *prefix, const char *format, va_list args, const char *suffix)
{
	char words[1024], text[4 * sizeof(words)];

	vsnprintf(words, sizeof(words), format, args);
	/* words of a command line or a file may not drive the terminal, nor begin a line */
	text__escape_into(words, text, sizeof(text));
	fprintf(stderr, "gfptrace: %s%s%s\n", prefix, text, suffix);
}

static void explain(int err, char *text, size_t size)
{
	struct rlimit files;

	if (err == -EMFILE && !getrlimit(RLIMIT_NOFILE, &files))
		snprintf(text, size, ": %s: this process may have %llu (ulimit -n)", strerror(-err),
			 (unsigned long long)files.rlim_cur);
	else
		snprintf(text, size, ": %s", strerror(-err));
}

int log_err(int err, const char *format, ...)
{
	char suffix[128];
	va_list args;

	explain(err, suffix, sizeof(suffix));
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
