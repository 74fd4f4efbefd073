// SPDX-License-Identifier: GPL-2.0-only
#include "collect/callers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collect/snapshot.h"

/* Callers and the frames of their stacks. */
#define SYMBOLS_ROOM 16384

int callers__init(struct callers *callers, const struct gft_callers *seen, size_t nr_seen,
		  bool addresses)
{
	memset(callers, 0, sizeof(*callers));
	callers->seen = seen;
	callers->nr_seen = nr_seen;
	callers->addresses = addresses;
	callers->symbols = symbols__new(SYMBOLS_ROOM);
	return callers->symbols ? 0 : -ENOMEM;
}

int callers__add_stacks(struct callers *callers, const struct gft_stack *stacks, size_t count)
{
	int table = callers->stacks[0] ? 1 : 0;

	callers->noted[table] = calloc(count + 1, sizeof(*callers->noted[table]));
	if (!callers->noted[table])
		return -ENOMEM;
	callers->stacks[table] = stacks;
	callers->nr_stacks[table] = count;
	return 0;
}

void callers__free(struct callers *callers)
{
	symbols__free(callers->symbols);
	free(callers->noted[0]);
	free(callers->noted[1]);
	memset(callers, 0, sizeof(*callers));
}

static void note_stacks(struct callers *callers, int table)
{
	for (size_t i = 0; i < callers->nr_stacks[table]; i++) {
		const struct gft_stack *stack = &callers->stacks[table][i];
		uint32_t frames = __atomic_load_n(&stack->frames, __ATOMIC_ACQUIRE);

		if (!frames || callers->noted[table][i])
			continue;
		for (uint32_t j = 0; j < frames && j < GFT_STACK_FRAMES; j++)
			symbols__want(callers->symbols, stack->stack[j]);
		if (stack->requester)
			symbols__want(callers->symbols, stack->requester);
		callers->noted[table][i] = true;
	}
}

void callers__want(struct callers *callers)
{
	if (!callers->symbols)
		return;
	for (size_t i = 0; i < callers->nr_seen; i++)
		for (size_t j = 0; j < GFT_CALLERS; j++)
			if (callers->seen[i].address[j])
				symbols__want(callers->symbols, callers->seen[i].address[j]);
	note_stacks(callers, 0);
	note_stacks(callers, 1);
}

void callers__resolve(struct callers *callers)
{
	if (!callers->symbols)
		return;
	callers__want(callers);
	symbols__resolve(callers->symbols);
}

const char *callers__label(const struct callers *callers, uint64_t address, struct report *report)
{
	const char *name = symbols__name(callers->symbols, address);

	if (name)
		return report__string(report, name);
	return callers->addresses ? report__printf(report, "0x%" PRIx64, address) : "unknown";
}

static bool is_same(const struct callers *callers, uint64_t a, uint64_t b)
{
	const char *x = symbols__name(callers->symbols, a), *y = symbols__name(callers->symbols, b);

	return x && y ? !strcmp(x, y) : !x && !y && (!callers->addresses || a == b);
}

void callers__find_same(const struct callers *callers, const struct name_list *list, uint16_t *same)
{
	for (size_t i = 0; i < list->count; i++) {
		uint16_t first = 0;

		while (first < i &&
		       !is_same(callers, list->name[first].word[0], list->name[i].word[0]))
			first++;
		same[i] = first;
	}
}
