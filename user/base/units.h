/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers with units: read from the command line, written for people. */
#ifndef GFPTRACE_USER_UNITS_H
#define GFPTRACE_USER_UNITS_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define UNITS_TEXT 24 /* bytes that any of the format functions needs */

/*
 * All of `text` must be a number: decimal digits, nothing else. Returns 0, -EINVAL
 * for anything else, -ERANGE if it is below min or above max.
 */
int parse__number(const char *text, uint64_t min, uint64_t max, uint64_t *number);

/*
 * "10", "0.5s", "200us": ns, us, ms, s or m; a bare number is seconds. Returns 0,
 * -EINVAL, or -ERANGE if it comes to less than 1 ns or more than INT64_MAX.
 */
int parse__duration(const char *text, uint64_t *ns);

/* "4096", "64K", "1M", "2G" to bytes. Returns 0, -EINVAL, or -ERANGE for 0 and overflow. */
int parse__size(const char *text, uint64_t *bytes);

/* Three significant digits: "812 ns", "1.25 us", "20.0 ms", "68.7 s". Returns `buffer`. */
const char *format__duration(uint64_t ns, char buffer[UNITS_TEXT]);

/* "4K", "2M", "1G"; what is no multiple of 1024 stays in bytes. Returns `buffer`. */
const char *format__size(uint64_t bytes, char buffer[UNITS_TEXT]);

/* Bytes for a sentence: "768 B", "64 KiB", "5.3 MiB", "12 GiB". Returns `buffer`. */
const char *format__memory(uint64_t bytes, char buffer[UNITS_TEXT]);

/* A moment of CLOCK_REALTIME as RFC 3339 has it, in UTC, to the millisecond. Returns `buffer`. */
#define UNITS_MOMENT 40
const char *format__moment(const struct timespec *time, char buffer[UNITS_MOMENT]);

/* With thousands separated: "1,234,567". Returns `buffer`, which holds 27 bytes at most. */
#define UNITS_COUNT 28
const char *format__count(uint64_t count, char buffer[UNITS_COUNT]);

#endif
