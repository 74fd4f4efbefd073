/* SPDX-License-Identifier: GPL-2.0-only */
/* Talk goes to stderr, one line a message, each beginning with "gfptrace: "; data goes to stdout.
 */
#ifndef GFPTRACE_USER_LOG_H
#define GFPTRACE_USER_LOG_H

#include <stdarg.h>

enum log_level {
	LOG_QUIET = -1, /* -q: errors only */
	LOG_NORMAL = 0,
	LOG_VERBOSE = 1, /* -v */
};

void log__set_level(int level);
int log__level(void);

/* "gfptrace: TEXT: strerror(-err)"; returns err, a negative errno. */
int log_err(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "gfptrace: TEXT" */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "gfptrace: hint: TEXT", the remedy: at most one, after an error. */
void log_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "gfptrace: warning: TEXT"; silenced by -q. */
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "gfptrace: TEXT"; silenced by -q. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "gfptrace: TEXT"; only with -v. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
