/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of the rules, and where they stand; for rules*.c only. */
#ifndef GFPTRACE_USER_RULES_READER_H
#define GFPTRACE_USER_RULES_READER_H

#include "gate/rules/rules.h"

struct reader {
	const char *at, *end;
	unsigned int line, column;
	struct rule_error *error;
};

/* Blanks; with `lines` also ends of lines and comments. */
void reader__skip(struct reader *reader, bool lines);

/* At the end of the line, of the text, or at a comment? */
bool reader__at_end(const struct reader *reader);

/* Step over `word` if it comes next. */
bool reader__take(struct reader *reader, const char *word);

/* Letters, digits, _ and :, none if the length is 0. */
size_t reader__word(const struct reader *reader);

/* Step over `length` bytes that hold no end of line; a copy of them, NULL when memory is short. */
char *reader__copy(struct reader *reader, size_t length);

/* "expected WHAT, not 'WHAT COMES NEXT'"; returns -EINVAL. */
int reader__expected(struct reader *reader, const char *what);
int reader__fail(struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int reader__hint(struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "text" or 'text', with \ before a quote or another \. Returns 0, -EINVAL or -ENOMEM. */
int reader__string(struct reader *reader, char **text);

/* value.c: what stands in braces, and the bound. Return 0, -EINVAL or -ENOMEM. */
int rule__read_matchers(struct reader *reader, struct rule *rule);
int rule__read_bound(struct reader *reader, struct rule *rule);

#endif
