// SPDX-License-Identifier: GPL-2.0-only
#include "base/stats.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SHUFFLES 10000u /* the true labelling is one of them */

/* A fixed seed: the same files always give the same answer. */
#define SEED 0x9e3779b97f4a7c15ull

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double stats__median(double *values, size_t nr)
{
	qsort(values, nr, sizeof(*values), compare);
	return nr % 2 ? values[nr / 2] : (values[nr / 2 - 1] + values[nr / 2]) / 2;
}

uint64_t stats__ways(uint64_t all, uint64_t some)
{
	uint64_t ways = 1;

	for (uint64_t i = 0; i < some; i++) {
		/* Each product is divisible: it counts the ways to choose i + 1. */
		if (__builtin_mul_overflow(ways, all - i, &ways))
			return UINT64_MAX;
		ways /= i + 1;
	}
	return ways;
}

double stats__upper_z(double p)
{
	double low = 0, high = 40;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;

		if (erfc(middle / sqrt(2)) / 2 > p)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/*
 * Pull values beyond four median deviations of all runs together to that border. All runs are
 * treated alike, whichever side they are of, so relabelling stays fair.
 */
static void pull_outliers(struct stats_question *question, size_t runs, double *scratch)
{
	double median, deviation;

	memcpy(scratch, question->values, runs * sizeof(*scratch));
	median = stats__median(scratch, runs);
	for (size_t i = 0; i < runs; i++)
		scratch[i] = fabs(question->values[i] - median);
	deviation = 4 * fmax(stats__median(scratch, runs), question->floor);
	for (size_t i = 0; i < runs; i++)
		question->values[i] =
			fmin(fmax(question->values[i], median - deviation), median + deviation);
}

/* The difference of the means in standard errors; is_new says whose a run is. */
static double difference(const struct stats_question *question, const bool *is_new, size_t runs)
{
	double sum[2] = {0}, squares[2] = {0}, count[2] = {0}, variance = 0;

	for (size_t i = 0; i < runs; i++) {
		sum[is_new[i]] += question->values[i];
		count[is_new[i]]++;
	}
	for (size_t i = 0; i < runs; i++) {
		double off = question->values[i] - sum[is_new[i]] / count[is_new[i]];

		squares[is_new[i]] += off * off;
	}
	for (int side = 0; side < 2; side++)
		variance += squares[side] / (count[side] - 1) / count[side];
	return fabs(sum[1] / count[1] - sum[0] / count[0]) / (sqrt(variance) + question->floor);
}

struct permutation {
	struct stats_question *questions;
	size_t nr, runs;
	size_t *order;	  /* of the questions, the largest difference first */
	double *seen;	  /* the differences as they are, in that order */
	uint32_t *beaten; /* by how many relabellings, in that order */
	uint32_t tried;
};

/* From the smallest up: a question competes with those below it only. */
static void try_labels(struct permutation *permutation, const bool *is_new)
{
	double largest = 0;

	for (size_t i = permutation->nr; i-- > 0;) {
		const struct stats_question *question =
			&permutation->questions[permutation->order[i]];

		largest = fmax(largest, difference(question, is_new, permutation->runs));
		permutation->beaten[i] += largest >= permutation->seen[i] * (1 - 1e-12);
	}
	permutation->tried++;
}

static void try_all(struct permutation *permutation, size_t new_runs, bool *is_new)
{
	uint64_t last = ((1ull << new_runs) - 1) << (permutation->runs - new_runs);
	uint64_t set = (1ull << new_runs) - 1, lowest, ripple;

	for (;;) {
		for (size_t i = 0; i < permutation->runs; i++)
			is_new[i] = set >> i & 1;
		try_labels(permutation, is_new);
		if (set == last)
			return;
		/* the next number with as many bits set */
		lowest = set & -set;
		ripple = set + lowest;
		set = ripple | ((set ^ ripple) >> 2) / lowest;
	}
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void try_some(struct permutation *permutation, bool *is_new)
{
	uint64_t state = SEED;

	while (permutation->tried < SHUFFLES) {
		try_labels(permutation, is_new);
		for (size_t i = permutation->runs; i-- > 1;) {
			size_t other = next_random(&state) % (i + 1);
			bool kept = is_new[i];

			is_new[i] = is_new[other];
			is_new[other] = kept;
		}
	}
}

/* The questions by their differences, the largest first. */
static void rank_questions(struct permutation *permutation, const bool *is_new)
{
	for (size_t i = 0; i < permutation->nr; i++) {
		double seen = difference(&permutation->questions[i], is_new, permutation->runs);
		size_t place = i;

		for (; place && permutation->seen[place - 1] < seen; place--) {
			permutation->seen[place] = permutation->seen[place - 1];
			permutation->order[place] = permutation->order[place - 1];
		}
		permutation->seen[place] = seen;
		permutation->order[place] = i;
	}
}

int stats__permute(struct stats_question *questions, size_t nr, size_t base_runs, size_t new_runs)
{
	size_t runs = base_runs + new_runs;
	struct permutation permutation = {.questions = questions, .nr = nr, .runs = runs};
	double *scratch = calloc(runs + 1, sizeof(*scratch)), p = 0;
	bool *is_new = calloc(runs + 1, sizeof(*is_new));
	int err = -ENOMEM;

	permutation.order = calloc(nr + 1, sizeof(*permutation.order));
	permutation.seen = calloc(nr + 1, sizeof(*permutation.seen));
	permutation.beaten = calloc(nr + 1, sizeof(*permutation.beaten));
	if (!scratch || !is_new || !permutation.order || !permutation.seen || !permutation.beaten)
		goto out;
	for (size_t i = 0; i < nr; i++)
		pull_outliers(&questions[i], runs, scratch);
	for (size_t i = base_runs; i < runs; i++)
		is_new[i] = true;
	rank_questions(&permutation, is_new);
	if (stats__ways(runs, new_runs) <= SHUFFLES)
		try_all(&permutation, new_runs, is_new);
	else
		try_some(&permutation, is_new);
	/* a question is never surer than one with a larger difference */
	for (size_t i = 0; i < nr; i++) {
		p = fmax(p, (double)permutation.beaten[i] / (double)permutation.tried);
		questions[permutation.order[i]].p = p;
	}
	err = 0;
out:
	free(scratch);
	free(is_new);
	free(permutation.order);
	free(permutation.seen);
	free(permutation.beaten);
	return err;
}
