// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/symbols.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LENGTH 112

/* A function is smaller: what lies further behind a symbol is code that is not there any more. */
#define FUNCTION_MOST 0x20000

struct symbol {
	uint64_t address;
	uint64_t start; /* of the function that it lies in; 0: not found */
	bool resolved;
	char name[NAME_LENGTH]; /* of the function, then with the offset */
};

#define BUFFER_SIZE 16384

struct symbols {
	size_t count, capacity;
	bool wanting;	  /* some were added since a pass over the file began */
	uint32_t *sought; /* by the pass that is under way: indexes, rising */
	size_t nr_sought;
	/*
	 * Open from the start, and read from once: names are looked up when memory may have run
	 * out, and neither opening nor a first read (fs/seq_file.c) must ask for any then.
	 */
	FILE *kallsyms; /* NULL: it is not to be had */
	char buffer[BUFFER_SIZE];
	struct symbol symbol[]; /* by rising address */
};

struct symbols *symbols__new(size_t capacity)
{
	struct symbols *symbols =
		calloc(1, sizeof(*symbols) + capacity * sizeof(symbols->symbol[0]));

	if (!symbols)
		return NULL;
	symbols->sought = calloc(capacity + 1, sizeof(*symbols->sought));
	if (!symbols->sought) {
		free(symbols);
		return NULL;
	}
	symbols->capacity = capacity;
	symbols->kallsyms = fopen("/proc/kallsyms", "re");
	if (symbols->kallsyms) {
		setvbuf(symbols->kallsyms, symbols->buffer, _IOFBF, sizeof(symbols->buffer));
		fgetc(symbols->kallsyms);
	}
	return symbols;
}

void symbols__free(struct symbols *symbols)
{
	if (!symbols)
		return;
	if (symbols->kallsyms)
		fclose(symbols->kallsyms);
	free(symbols->sought);
	free(symbols);
}

/* The place of the first one at or above the address. */
static size_t place_of(const struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->symbol[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void symbols__want(struct symbols *symbols, uint64_t address)
{
	size_t place = place_of(symbols, address);
	struct symbol *symbol = &symbols->symbol[place];

	if (place < symbols->count && symbol->address == address)
		return;
	if (symbols->count == symbols->capacity)
		return;
	memmove(symbol + 1, symbol, (symbols->count - place) * sizeof(*symbol));
	memset(symbol, 0, sizeof(*symbol));
	symbol->address = address;
	symbols->count++;
	symbols->wanting = true;
	for (size_t i = symbols->nr_sought; i-- && symbols->sought[i] >= place;)
		symbols->sought[i]++;
}

static void begin_pass(struct symbols *symbols)
{
	symbols->nr_sought = 0;
	for (size_t i = 0; i < symbols->count; i++)
		if (!symbols->symbol[i].resolved)
			symbols->sought[symbols->nr_sought++] = (uint32_t)i;
	symbols->wanting = false;
}

/* The first one at or above the address that is sought; NULL: there is none. */
static struct symbol *sought_from(struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->nr_sought;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->symbol[symbols->sought[middle]].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < symbols->nr_sought ? &symbols->symbol[symbols->sought[low]] : NULL;
}

/* "ffffffffc0123000 t function\t[module]" */
static void take_line(struct symbols *symbols, char *line)
{
	char *type, *name, *module;
	uint64_t start = strtoull(line, &type, 16);
	struct symbol *symbol;

	if (!start || type[0] != ' ' || !type[1] || !strchr("tTwW", type[1]) || type[2] != ' ')
		return;
	name = type + 3;
	name[strcspn(name, "\n")] = '\0';
	module = strchr(name, '\t');
	if (module)
		*module = ' ';
	symbol = sought_from(symbols, start);
	if (!symbol || symbol->start >= start)
		return;
	symbol->start = start;
	snprintf(symbol->name, sizeof(symbol->name), "%s", name);
}

/* The offset goes between the function and its module. */
static void finish(struct symbol *symbol)
{
	char function[NAME_LENGTH], *module;

	symbol->resolved = true;
	if (!symbol->start || symbol->address - symbol->start > FUNCTION_MOST) {
		symbol->start = 0;
		return;
	}
	memcpy(function, symbol->name, sizeof(function));
	module = strchr(function, ' ');
	if (module)
		*module++ = '\0';
	if (snprintf(symbol->name, sizeof(symbol->name), "%s+0x%" PRIx64 "%s%s", function,
		     symbol->address - symbol->start, module ? " " : "",
		     module ? module : "") >= (int)sizeof(symbol->name))
		symbol->name[sizeof(symbol->name) - 1] = '\0';
}

static void end_pass(struct symbols *symbols)
{
	/* a line is noted with the first address above it: those further up share it */
	for (size_t i = 1; i < symbols->nr_sought; i++) {
		struct symbol *symbol = &symbols->symbol[symbols->sought[i]];
		const struct symbol *below = &symbols->symbol[symbols->sought[i - 1]];

		if (below->start <= symbol->start)
			continue;
		symbol->start = below->start;
		memcpy(symbol->name, below->name, sizeof(symbol->name));
	}
	for (size_t i = 0; i < symbols->nr_sought; i++)
		finish(&symbols->symbol[symbols->sought[i]]);
	symbols->nr_sought = 0;
}

/* Returns whether the file, and with it the pass, has come to its end. */
static bool take_lines(struct symbols *symbols, FILE *kallsyms, size_t most)
{
	char line[512];

	while (most--) {
		if (!fgets(line, sizeof(line), kallsyms)) {
			end_pass(symbols);
			return true;
		}
		take_line(symbols, line);
	}
	return false;
}

bool symbols__resolve_from(struct symbols *symbols, FILE *kallsyms, size_t lines)
{
	if (!kallsyms)
		return true;
	if (!symbols->nr_sought) {
		if (!symbols->wanting)
			return true;
		rewind(kallsyms);
		begin_pass(symbols);
	}
	return take_lines(symbols, kallsyms, lines) && !symbols->wanting;
}

bool symbols__resolve_some(struct symbols *symbols, size_t lines)
{
	return symbols__resolve_from(symbols, symbols->kallsyms, lines);
}

void symbols__resolve(struct symbols *symbols)
{
	while (!symbols__resolve_some(symbols, SIZE_MAX))
		;
}

const char *symbols__name(const struct symbols *symbols, uint64_t address)
{
	size_t place = place_of(symbols, address);
	const struct symbol *symbol = &symbols->symbol[place];

	if (place == symbols->count || symbol->address != address || !symbol->resolved ||
	    !symbol->start)
		return NULL;
	return symbol->name;
}
