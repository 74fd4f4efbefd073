// SPDX-License-Identifier: GPL-2.0-only
#include "callers.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

/* Looking up names may take this share of the time: one part in so many. */
#define REST 10

int callers__init(struct callers *callers, const struct gft_callers *seen, size_t nr_seen,
		  bool addresses)
{
	memset(callers, 0, sizeof(*callers));
	callers->seen = seen;
	callers->nr_seen = nr_seen;
	callers->addresses = addresses;
	callers->symbols = symbols__new(SNAPSHOT_NAMES_MAX);
	return callers->symbols ? 0 : -ENOMEM;
}

void callers__free(struct callers *callers)
{
	symbols__free(callers->symbols);
	callers->symbols = NULL;
}

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void callers__resolve(struct callers *callers)
{
	if (!callers->symbols)
		return;
	for (size_t i = 0; i < callers->nr_seen; i++)
		for (size_t j = 0; j < GFT_CALLERS; j++)
			if (callers->seen[i].address[j])
				symbols__want(callers->symbols, callers->seen[i].address[j]);
	symbols__resolve(callers->symbols);
}

void callers__watch(struct callers *callers, uint64_t now)
{
	uint64_t began = clock_ns();

	if (now < callers->rest_until)
		return;
	callers__resolve(callers);
	callers->rest_until = now + (clock_ns() - began) * REST;
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

void callers__find_same(const struct callers *callers, const struct name_list *list,
			uint16_t same[SNAPSHOT_NAMES_MAX])
{
	for (size_t i = 0; i < list->count; i++) {
		uint16_t first = 0;

		while (first < i &&
		       !is_same(callers, list->name[first].word[0], list->name[i].word[0]))
			first++;
		same[i] = first;
	}
}
