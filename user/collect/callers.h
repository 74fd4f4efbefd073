/* SPDX-License-Identifier: GPL-2.0-only */
/* Who asked, by name: of the label `caller`. See gfptrace/callers.h and symbols.h. */
#ifndef GFPTRACE_USER_CALLERS_H
#define GFPTRACE_USER_CALLERS_H

#include <stdbool.h>

#include <gfptrace/callers.h>

#include "report/report.h"
#include "kernel/symbols.h"

struct name_list;

struct callers {
	struct symbols *symbols; /* NULL: nobody asks */
	bool addresses;		 /* a caller without a name is shown by its address */
	const struct gft_callers *seen;
	size_t nr_seen;
	const struct gft_stack *stacks[2]; /* whose frames want names too */
	size_t nr_stacks[2];
	bool *noted[2]; /* by stack: its frames have been noted */
};

/* `seen`: nr_seen of them, which are written while we read. Returns 0 or -ENOMEM. */
int callers__init(struct callers *callers, const struct gft_callers *seen, size_t nr_seen,
		  bool addresses);
/* The frames of a table of stacks want names, too; twice at most. Returns 0 or -ENOMEM. */
int callers__add_stacks(struct callers *callers, const struct gft_stack *stacks, size_t count);
void callers__free(struct callers *callers);

/* Want the names of new callers; _resolve: and look them up, now. */
void callers__want(struct callers *callers);
void callers__resolve(struct callers *callers);

/* The label of a caller. NULL when memory is short. */
const char *callers__label(const struct callers *callers, uint64_t address, struct report *report);

/*
 * Callers that share a label: `same[i]` is the first one of the list that is called like the
 * i-th. Both have SNAPSHOT_NAMES_MAX places.
 */
void callers__find_same(const struct callers *callers, const struct name_list *list,
			uint16_t *same);

#endif
