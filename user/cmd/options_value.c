// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/formats.h"
#include "base/log.h"
#include "cmd/options_value.h"
#include "base/units.h"

#define ITEM 32 /* bytes of one item of a list; longer ones match nothing */

static void *field(struct options *options, size_t offset)
{
	return (char *)options + offset;
}

static int set_duration(const struct option_row *row, const char *value, uint64_t *ns,
			struct options_error *error)
{
	int err = parse__duration(value, ns);

	if (err == -ERANGE)
		return options__fail(error, "--%s %s is out of range: from 1ns to 292 years",
				     row->name, value);
	if (err)
		return options__fail(error,
				     "--%s '%s' is not a time: a number with ns, us, ms, s or m",
				     row->name, value);
	return 0;
}

static int set_size(const struct option_row *row, const char *value, uint64_t *bytes,
		    struct options_error *error)
{
	int err = parse__size(value, bytes);

	if (err == -ERANGE)
		return options__fail(error, "--%s %s is out of range: more than 0, below 2^63",
				     row->name, value);
	if (err)
		return options__fail(error, "--%s '%s' is not a size: a number with K, M or G",
				     row->name, value);
	return 0;
}

static int set_text(const struct option_row *row, const char *value, const char **text,
		    struct options_error *error)
{
	if (!*value)
		return options__fail(error, "--%s is empty: %s expected", row->name, row->metavar);
	if (strlen(value) > row->max)
		return options__fail(error, "--%s is too long: %" PRIu64 " characters at most",
				     row->name, row->max);
	*text = value;
	return 0;
}

static int add_text(const struct option_row *row, const char *value, struct option_list *list,
		    struct options_error *error)
{
	if (list->nr == OPTIONS_LIST)
		return options__fail(error, "--%s is given more than %d times", row->name,
				     OPTIONS_LIST);
	return set_text(row, value, &list->value[list->nr++], error);
}

static int set_format(const char *value, const struct format **format, struct options_error *error)
{
	const char *names[16], *nearest;
	const struct format *row;
	size_t nr = 0;

	*format = format__find(value);
	if (*format)
		return 0;
	*format = &formats[0];
	for (row = formats; row->name && nr < 16; row++)
		names[nr++] = row->name;
	nearest = word__nearest(value, names, nr);
	options__fail(error, "unknown format '%s': text or json expected", value);
	return nearest ? options__hint(error, "did you mean %s?", nearest) : -EINVAL;
}

static int set_choice(const struct option_row *row, const char *value, unsigned int *choice,
		      struct options_error *error)
{
	char expected[96] = "";

	for (unsigned int i = 0; i < row->nr_words; i++) {
		const char *before = !i ? "" : i + 1 < row->nr_words ? ", " : " or ";
		size_t length = strlen(expected);

		if (!strcmp(value, row->words[i])) {
			*choice = i;
			return 0;
		}
		snprintf(expected + length, sizeof(expected) - length, "%s%s", before,
			 row->words[i]);
	}
	return options__fail(error, "unknown %s '%s': %s expected", row->name, value, expected);
}

static int set_percent(const struct option_row *row, const char *value, double *percent,
		       struct options_error *error)
{
	double max = row->max ? (double)row->max : 100;
	char *end = NULL;

	*percent = 0;
	/* strtod() would take "inf", "nan" and hexadecimal too */
	if (*value && strspn(value, "0123456789.") == strlen(value))
		*percent = strtod(value, &end);
	if (end && !*end && *percent > 0 && *percent <= max)
		return 0;
	return options__fail(error, "--%s '%s': a number above 0, at most %g, expected", row->name,
			     value, max);
}

static int take_number(const struct option_row *row, const char *text, const char *item,
		       uint64_t *number, struct options_error *error)
{
	int err = parse__number(text, row->min, row->max, number);

	if (err == -ERANGE)
		return options__fail(error, "--%s %s is out of range: %" PRIu64 " to %" PRIu64,
				     row->name, item, row->min, row->max);
	if (err)
		return options__fail(error, "--%s '%s' is not a number: %s expected", row->name,
				     item, row->metavar);
	return 0;
}

/*
 * The next item of a list, up to a comma, in `item`. Returns 1, 0 behind the last,
 * or -EINVAL for an empty item.
 */
static int next_item(const struct option_row *row, const char **list, char item[ITEM],
		     struct options_error *error)
{
	size_t length;

	if (!*list)
		return 0;
	length = strcspn(*list, ",");
	if (!length)
		return options__fail(error, "--%s has an empty item: %s expected", row->name,
				     row->metavar);
	snprintf(item, ITEM, "%.*s", (int)(length < ITEM ? length : ITEM), *list);
	*list = (*list)[length] ? *list + length + 1 : NULL;
	return 1;
}

static int unknown_word(const struct option_row *row, const char *item, struct options_error *error)
{
	const char *nearest = word__nearest(item, row->words, row->nr_words);

	options__fail(error, "--%s: unknown word '%s'", row->name, item);
	if (nearest)
		return options__hint(error, "did you mean %s?", nearest);
	return options__hint(error, "%s", row->help);
}

static int set_words(const struct option_row *row, const char *value, bool *flags,
		     struct options_error *error)
{
	char item[ITEM];
	unsigned int i;
	int more;

	memset(flags, 0, row->nr_words * sizeof(*flags));
	while ((more = next_item(row, &value, item, error)) > 0) {
		for (i = 0; i < row->nr_words && strcmp(item, row->words[i]) != 0; i++)
			;
		if (i == row->nr_words)
			return unknown_word(row, item, error);
		if (flags[i])
			return options__fail(error, "--%s names '%s' twice", row->name, item);
		flags[i] = true;
	}
	return more;
}

/* "2" or "2-4". */
static int take_range(const struct option_row *row, const char *item, uint64_t *first,
		      uint64_t *last, struct options_error *error)
{
	char text[ITEM], *dash;
	int err;

	memcpy(text, item, ITEM);
	dash = strchr(text, '-');
	if (dash)
		*dash++ = '\0';
	err = take_number(row, text, item, first, error);
	if (err)
		return err;
	*last = *first;
	if (dash)
		err = take_number(row, dash, item, last, error);
	if (!err && *last < *first)
		return options__fail(error, "--%s %s runs backwards", row->name, item);
	return err;
}

static int set_numbers(const struct option_row *row, const char *value, bool *flags,
		       struct options_error *error)
{
	uint64_t number, last;
	char item[ITEM];
	int more, err;

	while ((more = next_item(row, &value, item, error)) > 0) {
		err = take_range(row, item, &number, &last, error);
		if (err)
			return err;
		for (; number <= last; number++) {
			if (flags[number])
				return options__fail(error, "--%s names %" PRIu64 " twice",
						     row->name, number);
			flags[number] = true;
		}
	}
	return more;
}

static int set_pids(const struct option_row *row, const char *value, struct options *options,
		    struct options_error *error)
{
	uint64_t number;
	char item[ITEM];
	size_t i;
	int more, err;

	while ((more = next_item(row, &value, item, error)) > 0) {
		err = take_number(row, item, item, &number, error);
		if (err)
			return err;
		for (i = 0; i < options->nr_pids; i++)
			if (options->pids[i] == number)
				return options__fail(error, "--%s names %" PRIu64 " twice",
						     row->name, number);
		if (options->nr_pids == OPTIONS_PIDS)
			return options__fail(error, "--%s takes %d at most", row->name,
					     OPTIONS_PIDS);
		options->pids[options->nr_pids++] = (uint32_t)number;
	}
	return more;
}

/* "failure", "latency>10ms", or both with a comma. */
static int set_event(const struct option_row *row, const char *value, struct options *options,
		     struct options_error *error)
{
	char item[ITEM];
	int more;

	while ((more = next_item(row, &value, item, error)) > 0) {
		uint64_t *ns = &options->stop_on.latency_ns;

		if (!strcmp(item, "failure"))
			options->stop_on.failure = true;
		else if (strncmp(item, "latency>", 8) != 0 || parse__duration(item + 8, ns))
			return options__fail(error, "--%s '%s': failure or latency>TIME expected",
					     row->name, item);
	}
	return more;
}

static int set_address(const struct option_row *row, const char *value, struct address *address,
		       struct options_error *error)
{
	int err = address__parse(value, address);

	if (err == -ERANGE)
		return options__fail(error, "--%s '%s': the port is out of range: 0 to 65535",
				     row->name, value);
	if (!err)
		return 0;
	options__fail(error, "--%s '%s' is not ADDR:PORT", row->name, value);
	return options__hint(error, "127.0.0.1:9437, [::1]:9437 or localhost:9437; 0.0.0.0:9437 "
				    "for every interface; no host names");
}

static int set_verbosity(int *verbosity, int level, struct options_error *error)
{
	if (*verbosity && *verbosity != level)
		return options__fail(error, "--quiet and --verbose exclude each other");
	*verbosity = level;
	return 0;
}

int option__set(const struct option_row *row, const char *value, struct options *options,
		struct options_error *error)
{
	void *target = field(options, row->offset);

	if (row->given)
		*(bool *)field(options, row->given) = true;
	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)target = true;
		return 0;
	case OPTION_QUIET:
		return set_verbosity(target, LOG_QUIET, error);
	case OPTION_VERBOSE:
		return set_verbosity(target, LOG_VERBOSE, error);
	case OPTION_DURATION:
		return set_duration(row, value, target, error);
	case OPTION_SIZE:
		return set_size(row, value, target, error);
	case OPTION_TEXT:
		return set_text(row, value, target, error);
	case OPTION_FORMAT:
		return set_format(value, target, error);
	case OPTION_WORDS:
		return set_words(row, value, target, error);
	case OPTION_NUMBERS:
		return set_numbers(row, value, target, error);
	case OPTION_PIDS:
		return set_pids(row, value, options, error);
	case OPTION_CHOICE:
		return set_choice(row, value, target, error);
	case OPTION_PERCENT:
		return set_percent(row, value, target, error);
	case OPTION_LIST:
		return add_text(row, value, target, error);
	case OPTION_EVENT:
		return set_event(row, value, options, error);
	case OPTION_COUNT:
		return take_number(row, value, value, target, error);
	case OPTION_ADDRESS:
		return set_address(row, value, target, error);
	}
	return -EINVAL;
}
