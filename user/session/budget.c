// SPDX-License-Identifier: GPL-2.0-only
#include "session/budget.h"

#include <string.h>

#define NS 1e9
/* Below this rate no tracer costs anything worth a look. Measuring patches the kernel's text. */
#define RATE_MIN       2000.0
#define RUNS_MIN       32
#define SLICE_LEAST_MS 6
#define SLICE_MOST_MS  40
/* Measured again: soon where the limit is near, rarely elsewhere. */
#define SOON_NS	  1000000000ull
#define RARELY_NS 10000000000ull
#define CALM_NS	  2000000000ull
#define CALM	  0.7 /* of the limit: timing all must fit well before it begins again */

void budget__init(struct budget *budget, double percent, uint32_t cpus, uint32_t sample)
{
	memset(budget, 0, sizeof(*budget));
	budget->limit = percent / 100;
	budget->cpus = cpus;
	budget->sample = sample;
}

static double share(const struct budget *budget, double ns, double rate)
{
	return ns * rate / (NS * budget->cpus);
}

double budget__share(const struct budget *budget, double rate)
{
	return share(budget, budget->ns_now, rate);
}

bool budget__is_helpless(const struct budget *budget, double rate)
{
	return budget->sampling && budget__share(budget, rate) > budget->limit;
}

bool budget__wants_measure(const struct budget *budget, uint64_t now, double rate)
{
	uint64_t age = now - budget->measured_at;

	if (rate < RATE_MIN)
		return false;
	if (budget->ns_now <= 0)
		return true;
	return age > (budget__share(budget, rate) > budget->limit / 2 ? SOON_NS : RARELY_NS);
}

int budget__slice_ms(double rate)
{
	/* twice the runs that it takes: they come when they want */
	double ms = rate > 0 ? 2 * RUNS_MIN * 1000 / rate : SLICE_MOST_MS;

	return ms < SLICE_LEAST_MS ? SLICE_LEAST_MS : ms > SLICE_MOST_MS ? SLICE_MOST_MS : (int)ms;
}

void budget__measured(struct budget *budget, uint64_t now, uint64_t requests, double ns)
{
	if (requests < RUNS_MIN)
		return;
	budget->ns_now = ns;
	budget->measured_at = now;
	if (!budget->sampling)
		budget->ns_full = budget->ns_now;
}

void budget__spend(struct budget *budget, uint64_t requests)
{
	budget->owed += requests;
	if (budget->ns_now <= 0)
		return;
	budget->ns_spent += budget->ns_now * (double)budget->owed;
	budget->owed = 0;
}

static uint32_t go_over(struct budget *budget, bool sampling)
{
	budget->sampling = sampling;
	budget->calm_since = 0;
	budget->ns_now = sampling ? 0 : budget->ns_full; /* 0: measure */
	return sampling ? BUDGET_SAMPLE : budget->sample;
}

void budget__failed(struct budget *budget, uint64_t now)
{
	budget->sampling = !budget->sampling;
	budget->ns_now = budget->sampling ? 0 : budget->ns_full;
	budget->calm_since = 0;
	budget->not_before = now + RARELY_NS;
}

uint32_t budget__decide(struct budget *budget, uint64_t now, uint64_t elapsed, uint64_t requests)
{
	double rate = elapsed ? (double)requests * NS / (double)elapsed : 0;

	if (now < budget->not_before)
		return 0;
	if (!budget->sampling)
		return budget->sample < BUDGET_SAMPLE &&
				       share(budget, budget->ns_full, rate) > budget->limit
			       ? go_over(budget, true)
			       : 0;
	if (share(budget, budget->ns_full, rate) > CALM * budget->limit) {
		budget->calm_since = 0;
		return 0;
	}
	if (!budget->calm_since)
		budget->calm_since = now;
	return now - budget->calm_since >= CALM_NS ? go_over(budget, false) : 0;
}
