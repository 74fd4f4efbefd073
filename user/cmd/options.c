// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "format/formats.h"
#include "cmd/options_table.h"
#include "cmd/options_value.h"
#include "serve/host.h"

#define DEFAULT_MAX_LOSS	1.0 /* per cent */
#define DEFAULT_SLOWEST		10
#define DEFAULT_BUDGET		2.0 /* per cent */
#define DEFAULT_MEMORY_LIMIT	(256ull << 20)
#define DEFAULT_TOP_INTERVAL_NS 1000000000ull
#define DEFAULT_LISTEN		"127.0.0.1:9437"
#define SERVE_SAMPLE		64

struct parser {
	enum command command;
	int argc;
	char **argv;
	int next; /* the word that is read next */
	struct options *options;
	struct options_error *error;
	bool seen[64]; /* option rows that were given */
};

int options__fail(struct options_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -EINVAL;
}

int options__hint(struct options_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->hint, sizeof(error->hint), format, args);
	va_end(args);
	return -EINVAL;
}

static void set_defaults(enum command command, struct options *options)
{
	memset(options, 0, sizeof(*options));
	options->format = &formats[0];
	options->memory_limit = DEFAULT_MEMORY_LIMIT;
	options->max_loss = DEFAULT_MAX_LOSS;
	options->sample = 1;
	options->budget = DEFAULT_BUDGET;
	options->repeat = 1;
	options->slowest = DEFAULT_SLOWEST;
	if (command == COMMAND_SERVE) {
		options->sample = SERVE_SAMPLE;
		address__parse(DEFAULT_LISTEN, &options->listen);
	}
	if (command == COMMAND_TOP)
		options->interval_ns = DEFAULT_TOP_INTERVAL_NS;
	if (command == COMMAND_RUN || command == COMMAND_TOP || command == COMMAND_CHECK ||
	    command == COMMAND_SERVE) {
		options->by[DIM_CLASS] = true;
		options->by[DIM_ORDER] = true;
		options->by[DIM_CONTEXT] = true;
	}
}

/* What a list or a single value may not be: given twice. Lists of one option add up. */
static bool may_repeat(const struct option_row *row)
{
	switch (row->type) {
	case OPTION_FLAG:
	case OPTION_QUIET:
	case OPTION_VERBOSE:
	case OPTION_PIDS:
	case OPTION_LIST:
		return true;
	default:
		return false;
	}
}

static int apply(struct parser *parser, const struct option_row *row, const char *value)
{
	size_t index = (size_t)(row - option_table);

	if (row->metavar && !value) {
		if (parser->next >= parser->argc)
			return options__fail(parser->error, "--%s needs a value: %s", row->name,
					     row->metavar);
		value = parser->argv[parser->next++];
	}
	if (parser->seen[index] && !may_repeat(row))
		return options__fail(parser->error, "--%s is given twice", row->name);
	parser->seen[index] = true;
	return option__set(row, value, parser->options, parser->error);
}

static const struct option_row *find_long(enum command command, const char *name, size_t length)
{
	const struct option_row *row;

	for (row = option_table; row->name; row++)
		if (row->commands & 1u << command && strlen(row->name) == length &&
		    !strncmp(row->name, name, length))
			return row;
	return NULL;
}

static int unknown_long(struct parser *parser, const char *name, size_t length)
{
	const char *names[64], *nearest;
	const struct option_row *row;
	char word[64];
	size_t nr = 0;

	options__fail(parser->error, "unknown option '--%.*s'", (int)length, name);
	for (row = option_table; row->name; row++)
		if (row->commands & 1u << parser->command)
			names[nr++] = row->name;
	snprintf(word, sizeof(word), "%.*s", (int)length, name);
	nearest = word__nearest(word, names, nr);
	if (nearest)
		return options__hint(parser->error, "did you mean --%s?", nearest);
	return options__hint(parser->error, "see 'gfptrace %s --help'",
			     command_table[parser->command].name);
}

static int parse_long(struct parser *parser, const char *word)
{
	size_t length = strcspn(word, "=");
	const struct option_row *row = find_long(parser->command, word, length);

	if (!row)
		return unknown_long(parser, word, length);
	if (word[length] == '=' && !row->metavar)
		return options__fail(parser->error, "--%s takes no value", row->name);
	return apply(parser, row, word[length] ? word + length + 1 : NULL);
}

/* Several in one word: -qd5. */
static int parse_short(struct parser *parser, const char *word)
{
	const struct option_row *row;
	int err;

	for (; *word; word++) {
		for (row = option_table; row->name; row++)
			if (row->short_name == *word && row->commands & 1u << parser->command)
				break;
		if (!row->name) {
			options__fail(parser->error, "unknown option '-%c'", *word);
			return options__hint(parser->error, "see 'gfptrace %s --help'",
					     command_table[parser->command].name);
		}
		if (row->metavar)
			return apply(parser, row, word[1] ? word + 1 : NULL);
		err = apply(parser, row, NULL);
		if (err)
			return err;
	}
	return 0;
}

static int take_operand(struct parser *parser, char *word)
{
	const struct command_row *row = &command_table[parser->command];

	if (row->takes_operands) {
		parser->options->operands[parser->options->nr_operands++] = word;
		return 0;
	}
	if (row->takes_command)
		return options__fail(parser->error,
				     "unexpected argument '%s': put the command after --", word);
	return options__fail(parser->error, "unexpected argument '%s'", word);
}

/* Behind "--": the command of `run`, operands of the others. */
static int take_rest(struct parser *parser)
{
	int err = 0;

	if (!command_table[parser->command].takes_command) {
		while (!err && parser->next < parser->argc)
			err = take_operand(parser, parser->argv[parser->next++]);
		return err;
	}
	if (parser->next >= parser->argc)
		return options__fail(parser->error, "a command is expected after --");
	if (!*parser->argv[parser->next])
		return options__fail(parser->error, "the command after -- is empty");
	parser->options->command = parser->argv + parser->next;
	parser->next = parser->argc;
	return 0;
}

/* What each option says alone may not go together. */
static int check_together(enum command command, const struct options *options,
			  struct options_error *error)
{
	if (options->failures_only && (options->sample > 1 || options->budget_given))
		return options__fail(error,
				     "--failures-only times no request: %s has nothing to do",
				     options->sample > 1 ? "--sample" : "--budget");
	if (options->failures_only && options->stop_on.latency_ns)
		return options__fail(error, "--stop-on latency: --failures-only times no request");
	if (command == COMMAND_RUN && !strcmp(options->format->name, "folded") &&
	    !options->stacks && !options->lint && !options->failures_only) {
		options__fail(error, "-f folded: no stacks are counted without --stacks");
		return options__hint(error, "gfptrace run --stacks -f folded ...");
	}
	if (options->failures_only && options->lint)
		return options__fail(error,
				     "--lint: --failures-only looks at no request that succeeds");
	if (options->failures_only && options->cache_colours)
		return options__fail(error, "--cache-colours: --failures-only looks at no request "
					    "that succeeds");
	if (options->failures_only && options->slab)
		return options__fail(error,
				     "--slab: --failures-only puts nothing on the fast path");
	if (options->slab && options->marked)
		return options__fail(error, "--slab: no object carries the mark that --marked asks "
					    "for");
	if (options->failures_only && options->marked)
		return options__fail(error, "--marked: --failures-only does not see the mark");
	for (size_t i = 0; i < options->allow_hosts.nr; i++)
		if (!host__is_name(options->allow_hosts.value[i]))
			return options__fail(
				error,
				"--allow-host '%s': a host name or an address expected, no port",
				options->allow_hosts.value[i]);
	return 0;
}

int options__parse(enum command command, int argc, char **argv, struct options *options,
		   struct options_error *error)
{
	struct parser parser = {
		.command = command,
		.argc = argc,
		.argv = argv,
		.next = 1,
		.options = options,
		.error = error,
	};
	char *word;
	int err = 0;

	set_defaults(command, options);
	memset(error, 0, sizeof(*error));
	/* Operands gather at the front of argv: never ahead of the word that is read. */
	options->operands = argv + (argc > 0);
	while (!err && parser.next < argc && !options->help) {
		word = argv[parser.next++];
		if (!strcmp(word, "--"))
			err = take_rest(&parser);
		else if (!strncmp(word, "--", 2))
			err = parse_long(&parser, word + 2);
		else if (word[0] == '-' && word[1])
			err = parse_short(&parser, word + 1);
		else
			err = take_operand(&parser, word);
	}
	if (options->failures_only && !options->sample_given)
		options->sample = 1;
	return err || options->help ? err : check_together(command, options, error);
}
