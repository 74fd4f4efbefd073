/* SPDX-License-Identifier: GPL-2.0-only */
/* Who asked, by name: of the label `caller`. See gfptrace/callers.h and symbols.h. */
#ifndef GFPTRACE_USER_CALLERS_H
#define GFPTRACE_USER_CALLERS_H

#include <stdbool.h>

#include <gfptrace/callers.h>

#include "report.h"
#include "snapshot.h"
#include "symbols.h"

struct callers {
	struct symbols *symbols; /* NULL: nobody asks */
	bool addresses;		 /* a caller without a name is shown by its address */
	const struct gft_callers *seen;
	size_t nr_seen;
	uint64_t rest_until; /* ns: when names may be looked up again */
};

/* `seen`: nr_seen of them, which are written while we read. Returns 0 or -ENOMEM. */
int callers__init(struct callers *callers, const struct gft_callers *seen, size_t nr_seen,
		  bool addresses);
void callers__free(struct callers *callers);

/*
 * To be called now and then, with the time in ns: look up new callers, as long as their modules
 * are there.
 */
void callers__watch(struct callers *callers, uint64_t now);

void callers__resolve(struct callers *callers); /* now */

/* The label of a caller. NULL when memory is short. */
const char *callers__label(const struct callers *callers, uint64_t address, struct report *report);

/*
 * Callers that share a label: `same[i]` is the first one of the list that is called like the
 * i-th.
 */
void callers__find_same(const struct callers *callers, const struct name_list *list,
			uint16_t same[SNAPSHOT_NAMES_MAX]);

#endif
