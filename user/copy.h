/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One copy of the BPF programs with its maps: loaded, attached, detached. Together with
 * locate.c the only file that knows the skeleton. The tracer (tracer.h) has one or more.
 */
#ifndef GFPTRACE_USER_COPY_H
#define GFPTRACE_USER_COPY_H

#include "kernel.h"
#include "plan.h"

struct copy;

struct copy_setup {
	const struct kernel *kernel;
	const struct plan *plan;
	enum tier tier;
	struct gft_config config;
	const struct copy *first; /* whose frames the further copies share; NULL: this is it */
};

/* The counters, mapped for reading. */
struct copy_view {
	const struct gft_row *rows;
	size_t row_size;
	const void *series; /* struct gft_series, by CPU * slots + slot */
	size_t series_size;
	uint32_t slots;
	const struct gft_names *names; /* NULL where no name is a key */
};

/* A program that is or was attached, and what the kernel says of it. */
struct program_state {
	const char *name;
	char attach[96];
	uint32_t copy;
	uint64_t runs, ns; /* 0 unless the kernel's BPF statistics are on */
	uint64_t misses;   /* runs that were skipped, because it was already running there */
	bool is_exit, is_bulk;
};

/* Load. Returns 0 or a negative errno; copy__close() is due for what *copy then holds, if anything.
 */
int copy__open(struct copy **copy, const struct copy_setup *setup);
int copy__attach_entries(struct copy *copy);
/* From here on its requests count. The first copy also learns how far exit and entry are apart. */
int copy__attach_exits(struct copy *copy);
/* The exits first; the programs stay, for what the kernel counted of them. */
void copy__detach(struct copy *copy);
void copy__close(struct copy *copy); /* accepts NULL */

struct copy_view copy__view(const struct copy *copy);
uint64_t copy__memory(const struct copy *copy); /* bytes of its maps */
bool copy__bulk(const struct copy *copy);
bool copy__exact_context(const struct copy *copy);
/* Other copies catch what this one's entry misses: do not take that for a lost entry. */
void copy__trust_entries(struct copy *copy);

#define COPY_PROGRAMS ((size_t)8)
/* Fill at most `most` states; returns how many. */
size_t copy__programs(const struct copy *copy, struct program_state *states, size_t most);

/* Send libbpf's own words to stderr only with -v. */
void copy__quiet_libbpf(void);

#endif
