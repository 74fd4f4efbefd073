// SPDX-License-Identifier: GPL-2.0-only
/* A look at a session while it runs: what it loses, what it costs, whose names it will need. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "session/session_internal.h"
#include "process/oom.h"
#include "kernel/symbols.h"
#include "process/events.h"

/* Counters that are read while they run differ by a few. */
static uint64_t grown(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

/* So few lost requests tell nothing of a rate. */
#define WATCH_MISSED 16

/* `seen`: requests of the machine since the last look, `missed` of them: both before any filter. */
static void watch_loss(struct session *session, uint64_t seen, uint64_t missed)
{
	double percent = missed && seen ? 100.0 * (double)missed / (double)seen : 0;
	int err;

	if (session->options->coverage != COVERAGE_AUTO || !tracer__waiting(session->tracer) ||
	    session->hole.why || missed < WATCH_MISSED || percent <= session->options->max_loss)
		return;
	err = tracer__escalate(session->tracer);
	session->change.at_ns = window__now();
	session->change.copies = tracer__copies(session->tracer);
	snprintf(session->change.why, sizeof(session->change.why),
		 "%.1f %% of the requests were missed, more than %g %%%s", percent,
		 session->options->max_loss, err ? "; more copies could not be attached" : "");
	if (err)
		log_warning("--coverage: more copies cannot be attached: %s", strerror(-err));
	log_verbose("coverage: %u copies: %s", session->change.copies, session->change.why);
}

struct run_time {
	uint64_t requests; /* runs of the first copy's exit, which is one a request */
	uint64_t runs, ns; /* of all programs but those of slabs */
	uint64_t slab_runs, slab_ns;
};

static struct run_time run_time(const struct session *session)
{
	struct program_state programs[PROGRAMS_MAX];
	size_t count = tracer__programs(session->tracer, programs, PROGRAMS_MAX);
	struct run_time time = {};

	for (size_t i = 0; i < count; i++) {
		if (programs[i].is_slab) {
			time.slab_runs += programs[i].runs;
			time.slab_ns += programs[i].ns;
			continue;
		}
		time.ns += programs[i].ns;
		time.runs += programs[i].runs;
		if (programs[i].is_exit && programs[i].copy == 1)
			time.requests += programs[i].runs;
	}
	return time;
}

/*
 * The time in the programs alone. The statistics have the time of a clock in each run, which is
 * not taken when they are off.
 */
static double price(const struct session *session, const struct run_time *time)
{
	double ns = (double)time->ns - session->clock_ns * (double)time->runs;

	return ns > (double)time->requests ? ns / (double)time->requests : 1;
}

/*
 * The kernel's own statistics cost more than the programs: they are on for a moment. What else
 * happens while a program runs, an interrupt or a hypervisor that takes the CPU away, only adds
 * to its time, so the lowest of some measurements is the truest.
 */
#define MEASURE_SLICES 3
#define SLAB_RUNS_MIN  32

/* The same of a run for an object of a slab, where it is lower: these have no budget. */
static double slab_price(const struct session *session, double least, const struct run_time *time)
{
	double ns;

	if (time->slab_runs < SLAB_RUNS_MIN)
		return least;
	ns = (double)time->slab_ns / (double)time->slab_runs - session->clock_ns;
	if (ns < 1)
		ns = 1;
	return least <= 0 || ns < least ? ns : least;
}

static void measure(struct session *session, double rate)
{
	struct run_time before, after;
	uint64_t most = 0;
	double least = 0, least_slab = 0;

	if (keeper__statistics(session->keeper, true))
		return;
	for (int i = 0; i < MEASURE_SLICES; i++) {
		before = run_time(session);
		poll(NULL, 0, budget__slice_ms(rate));
		after = run_time(session);
		after.requests -= before.requests;
		after.runs -= before.runs;
		after.ns -= before.ns;
		after.slab_runs -= before.slab_runs;
		after.slab_ns -= before.slab_ns;
		least_slab = slab_price(session, least_slab, &after);
		if (!after.requests)
			continue;
		if (!most || price(session, &after) < least)
			least = price(session, &after);
		if (after.requests > most)
			most = after.requests;
	}
	keeper__statistics(session->keeper, false);
	if (least_slab > 0)
		session->slab_ns = least_slab;
	budget__measured(&session->budget, window__now(), most, least);
}

void session__begin_stretch(struct session *session, uint64_t now, uint32_t sample)
{
	if (session->nr_stretches < SESSION_STRETCHES)
		session->stretches[session->nr_stretches++] =
			(struct session_stretch){.from_ns = now, .sample = sample};
	else
		session->stretches[SESSION_STRETCHES - 1].to_ns = 0;
}

/* To attach programs takes a while: a stretch begins before the first request that was left out. */
static void change_sample(struct session *session, uint32_t sample)
{
	struct session_stretch *last =
		session->nr_stretches ? &session->stretches[session->nr_stretches - 1] : NULL;
	uint64_t began = window__now();
	bool sampled = session->sample > 1;
	int err = sampled ? session__weigh(session, WHILE_SAMPLED) : 0;

	if (!err)
		err = tracer__sample(session->tracer, sample);
	if (!err && !(sampled && sample > 1))
		err = session__weigh(session, sampled ? WHILE_ENDS : WHILE_BEGINS);
	if (err) {
		if (!session->budget.not_before) /* tried again and again, told once */
			log_warning("budget: cannot go over to one request in %u: %s", sample,
				    strerror(-err));
		budget__failed(&session->budget, window__now());
		return;
	}
	log_verbose("budget: one request in %u is timed", sample);
	session->sample = sample;
	if (last && !last->to_ns)
		began = last->to_ns = window__now();
	if (sample > 1)
		session__begin_stretch(session, began, sample);
}

uint64_t totals__seen(const struct session_totals *totals)
{
	return totals->counted + totals->missed + totals->filtered;
}

void session__spend(struct session *session, uint64_t seen)
{
	/* counters that are read while they run differ by a few */
	if (seen <= session->spent_seen)
		return;
	budget__spend(&session->budget, seen - session->spent_seen);
	session->spent_seen = seen;
}

static void note_helpless(struct session *session, double rate)
{
	double share = budget__share(&session->budget, rate);

	if (budget__is_helpless(&session->budget, rate) && share > session->helpless_share)
		session->helpless_share = share;
}

static void watch_budget(struct session *session, uint64_t now, uint64_t seen)
{
	uint64_t requests = grown(seen, session->watched_seen);
	uint64_t elapsed = now - session->watched_at;
	double rate = elapsed ? (double)requests * 1e9 / (double)elapsed : 0;
	uint32_t sample;

	if (budget__wants_measure(&session->budget, now, rate))
		measure(session, rate);
	session__spend(session, seen);
	note_helpless(session, rate);
	sample = budget__decide(&session->budget, now, elapsed, requests);
	if (sample && tracer__timed(session->tracer))
		change_sample(session, sample);
}

/*
 * Names are looked up while a module is there, whose code may be gone when the report is made. To
 * read /proc/kallsyms takes tens of milliseconds, and seconds on a machine that is emulated: what
 * else is watched must not wait for its end, and it takes one part of the time in so many.
 */
#define NAMES_SLICE_NS	  100000000ull
#define NAMES_SLICE_LINES 256
#define NAMES_REST	  10
#define NAMES_REST_MOST	  1000000000ull

/* Returns whether all are known; `until`: when to stop. */
static bool look_up(struct symbols *symbols, uint64_t until)
{
	while (symbols && !symbols__resolve_some(symbols, NAMES_SLICE_LINES))
		if (window__now() >= until)
			return false;
	return true;
}

static void watch_names(struct session *session, bool failed)
{
	uint64_t now = window__now(), until = now + NAMES_SLICE_NS, rest;
	struct callers *callers = &session->places.callers;
	bool all;

	if (now < session->names_due_ns)
		return;
	if (failed)
		failures__want(&session->failures);
	way__want(&session->way, session->failures.symbols);
	callers__want(callers);
	all = look_up(session->failures.symbols, until) && look_up(callers->symbols, until);
	session->names_ns += window__now() - now;
	if (!all)
		return;
	rest = session->names_ns * NAMES_REST;
	session->names_due_ns = now + (rest < NAMES_REST_MOST ? rest : NAMES_REST_MOST);
	session->names_ns = 0;
}

void session__watch(struct session *session, const struct session_totals *totals)
{
	uint64_t missed = totals->missed - session->watched_missed;
	uint64_t seen = totals__seen(totals);
	uint64_t now = window__now();

	session__look(session, totals);
	/* attaching takes memory: never from a machine that has none */
	if (!memory_is_short()) {
		watch_loss(session, grown(seen, session->watched_seen), missed);
		watch_budget(session, now, seen);
	}
	session->watched_seen = seen;
	session->watched_missed = totals->missed;
	session->watched_at = now;
	watch_names(session, totals->failed > 0);
}
