// SPDX-License-Identifier: GPL-2.0-only
#include "symbols.h"

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
	bool wanting;
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
	if (symbols && symbols->kallsyms)
		fclose(symbols->kallsyms);
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
}

/* "ffffffffc0123000 t function\t[module]" */
static void take_line(struct symbols *symbols, char *line)
{
	char *type, *name, *module;
	uint64_t start = strtoull(line, &type, 16);
	struct symbol *symbol;
	size_t place;

	if (!start || type[0] != ' ' || !type[1] || !strchr("tTwW", type[1]) || type[2] != ' ')
		return;
	name = type + 3;
	name[strcspn(name, "\n")] = '\0';
	module = strchr(name, '\t');
	if (module)
		*module = ' ';
	place = place_of(symbols, start);
	symbol = &symbols->symbol[place];
	if (place == symbols->count || symbol->resolved || symbol->start >= start)
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

void symbols__resolve_from(struct symbols *symbols, FILE *kallsyms)
{
	char line[512];

	while (fgets(line, sizeof(line), kallsyms))
		take_line(symbols, line);
	/* the file notes a symbol with the first address above it: those further up share it */
	for (size_t i = 1; i < symbols->count; i++) {
		struct symbol *symbol = &symbols->symbol[i], *below = symbol - 1;

		if (symbol->resolved || below->resolved || below->start <= symbol->start)
			continue;
		symbol->start = below->start;
		memcpy(symbol->name, below->name, sizeof(symbol->name));
	}
	for (size_t i = 0; i < symbols->count; i++)
		if (!symbols->symbol[i].resolved)
			finish(&symbols->symbol[i]);
	symbols->wanting = false;
}

void symbols__resolve(struct symbols *symbols)
{
	if (!symbols->wanting || !symbols->kallsyms)
		return;
	rewind(symbols->kallsyms);
	symbols__resolve_from(symbols, symbols->kallsyms);
}

const char *symbols__name(const struct symbols *symbols, uint64_t address)
{
	size_t place = place_of(symbols, address);
	const struct symbol *symbol = &symbols->symbol[place];

	if (place == symbols->count || symbol->address != address || !symbol->start)
		return NULL;
	return symbol->name;
}
