/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --budget: what share of the machine the programs take, and whether all requests may be
 * timed. Pure: it is told what the kernel measured and decides.
 *
 * The share is what a request costs, as the kernel measures it now and then (struct
 * budget_probe), times how many there are. Where it is too much, one request in
 * BUDGET_SAMPLE is timed; all are still counted.
 */
#ifndef GFPTRACE_USER_BUDGET_H
#define GFPTRACE_USER_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define BUDGET_SAMPLE 64

struct budget {
	double limit;	       /* share of the machine, 0 .. 1 */
	uint32_t cpus, sample; /* sample: that was asked for */
	bool sampling;	       /* fewer are timed than was asked for */
	double ns_full;	       /* programs' run time a request, all timed; 0: not measured */
	double ns_now;	       /* in the present state */
	uint64_t measured_at;  /* ns */
	uint64_t calm_since;   /* ns: from here on all might have been timed again; 0: not */
	uint64_t not_before;   /* ns: when a change that failed is tried again */
	double ns_spent;       /* run time of the programs since the start, reckoned */
	uint64_t owed;	       /* requests whose cost was not known yet */
};

void budget__init(struct budget *budget, double percent, uint32_t cpus, uint32_t sample);

/* Is it time to measure, at this rate of requests per second? */
bool budget__wants_measure(const struct budget *budget, uint64_t now, double rate);
/* For how long runs are to be counted at that rate, in ms, lest they be too few. */
int budget__slice_ms(double rate);
/* `requests` took the programs `ns` each. Too few of them tell nothing. */
void budget__measured(struct budget *budget, uint64_t now, uint64_t requests, double ns);

/* The programs saw so many more requests. */
void budget__spend(struct budget *budget, uint64_t requests);

/*
 * `requests` came in the last `elapsed` ns. Returns the sample to go over to, or 0 to leave
 * all as it is.
 */
uint32_t budget__decide(struct budget *budget, uint64_t now, uint64_t elapsed, uint64_t requests);
/* It could not be done: the state is as before. */
void budget__failed(struct budget *budget, uint64_t now);

/* The share of the machine that the programs take at that rate, in the present state. */
double budget__share(const struct budget *budget, double rate);
/* Is that more than the limit although only a sample is timed? Counting alone costs too. */
bool budget__is_helpless(const struct budget *budget, double rate);

#endif
