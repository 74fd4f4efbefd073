// SPDX-License-Identifier: GPL-2.0-only
/*
 * From series to a report, folded by every set of dimensions, against a plain oracle. The
 * tracer is made up here: what summarize() asks of it are these functions.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <errno.h>
#include <string.h>

#include <gfptrace/quality.h>

#include "collect/summarize.h"
#include "trace/tracer.h"

#define SERIES 200
#define ZONES  4

static bool timed = true, places = true;

/* clang-format off */
bool tracer__timed(const struct tracer *tracer) { (void)tracer; return timed; }
bool tracer__failures_only(const struct tracer *tracer) { (void)tracer; return false; }
bool tracer__memcg(const struct tracer *tracer) { (void)tracer; return true; }
bool tracer__places(const struct tracer *tracer) { (void)tracer; return places; }
uint32_t tracer__strange(const struct tracer *tracer) { (void)tracer; return 0; }
bool tracer__exact_context(const struct tracer *tracer) { (void)tracer; return true; }
uint32_t tracer__copies(const struct tracer *tracer) { (void)tracer; return 1; }
bool tracer__reasons(const struct tracer *tracer) { (void)tracer; return true; }
uint32_t tracer__sees(const struct tracer *tracer) { (void)tracer; return 0; }
bool tracer__bulk(const struct tracer *tracer) { (void)tracer; return true; }
enum tier tracer__tier(const struct tracer *tracer) { (void)tracer; return TIER_FEXIT; }
enum lint_sight tracer__lint_sight(const struct tracer *tracer) { (void)tracer; return LINT_NONE; }
struct slabs_view tracer__slabs(const struct tracer *tracer) { (void)tracer; return (struct slabs_view){}; }
const char *tracer__why_no_kprobe(const struct tracer *tracer) { (void)tracer; return "none"; }
/* clang-format on */

/* The tier that was tried first, where a test says so. */
static struct tier_trials trials;

const struct tier_trials *tracer__trials(const struct tracer *tracer)
{
	(void)tracer;
	return &trials;
}

const struct gft_headrooms *tracer__headrooms(const struct tracer *tracer)
{
	(void)tracer;
	return NULL;
}

const struct gft_zones *tracer__zones(const struct tracer *tracer)
{
	static const struct gft_zones zones;

	(void)tracer;
	return &zones;
}

size_t tracer__programs(const struct tracer *tracer, struct program_state *programs, size_t most)
{
	(void)tracer;
	assert_true(most >= 1);
	programs[0] = (struct program_state){.name = "exit", .attach = "here", .misses = 4};
	return 1;
}

static struct kernel kernel;
static struct plan plan;
static struct options options;
static struct name_list comms, cgroups;
static struct series series[SERIES];
static struct snapshot snapshot;
static const struct summary_source source = {
	.kernel = &kernel,
	.plan = &plan,
	.options = &options,
	.comms = &comms,
	.cgroups = &cgroups,
};

static uint32_t next_random(void)
{
	static uint64_t state = 42;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33);
}

static void make_kernel(void)
{
	static const struct {
		uint32_t node;
		const char *name;
	} zones[ZONES] = {{0, "DMA"}, {0, "Normal"}, {1, "Normal"}, {1, "Movable"}};

	kernel.preempt = "none";
	kernel.facts.entry.name = "__alloc_pages";
	kernel.facts.bulk.name = "__alloc_pages_bulk";
	kernel.facts.max_order = 10;
	kernel.facts.nr_migratetypes = 2;
	kernel.facts.pageblock_bits = 4;
	kernel.pageblock_order = 9;
	kernel.section_symbol = true;
	kernel.facts.migratetypes[0] = "unmovable";
	kernel.facts.migratetypes[1] = "movable";
	kernel.zones.count = ZONES;
	for (size_t i = 0; i < ZONES; i++) {
		kernel.zones.zone[i].node = zones[i].node;
		snprintf(kernel.zones.zone[i].name, sizeof(kernel.zones.zone[i].name), "%s",
			 zones[i].name);
	}
	plan.config.page_shift = 12;
	plan.config.max_order = 10;
	for (size_t i = 0; i < 5; i++)
		snprintf((char *)comms.name[comms.count++].word, sizeof(struct gft_name),
			 "task-%zu", i);
	/* comm is 16 bytes, the last of which is NUL in the kernel; without it nothing is read on
	 */
	memset(comms.name[4].word, 'x', sizeof(struct gft_name));
	cgroups.name[cgroups.count++].word[0] = 0xfffffffffffff;
}

/* Series with keys of their own; what fails has no page, what is too big fails. */
static void make_series(void)
{
	for (uint32_t i = 0; i < SERIES; i++) {
		struct series *s = &series[i];
		bool failed = next_random() % 4 == 0;

		memset(s, 0, sizeof(*s));
		s->key.key[GFT_KEY_CLASS] = (uint16_t)(next_random() % GFT_CLASSES);
		s->key.key[GFT_KEY_ORDER] =
			(uint16_t)(failed ? next_random() % 12 : next_random() % 11);
		s->key.key[GFT_KEY_CONTEXT] = (uint16_t)(next_random() % GFT_CONTEXTS);
		s->key.key[GFT_KEY_RANGE] = (uint16_t)(failed ? 0 : next_random() % (ZONES + 1));
		s->key.key[GFT_KEY_MIGRATETYPE] = (uint16_t)(failed ? 0 : next_random() % 3);
		s->key.key[GFT_KEY_COMM] = (uint16_t)(next_random() % 7);
		if (s->key.key[GFT_KEY_COMM] == 6)
			s->key.key[GFT_KEY_COMM] = SNAPSHOT_NAMES_MAX + 1;
		s->key.key[GFT_KEY_CGROUP] = (uint16_t)(next_random() % 2);
		s->key.key[GFT_KEY_QUALITY] = (uint16_t)(next_random() % (GFT_QUALITIES + 1));
		s->key.cpu = (uint16_t)(next_random() % 3);
		if (i % 20 == 0)
			s->key = (struct series_key){.other = 1, .cpu = s->key.cpu};
		s->min = UINT64_MAX;
		for (uint32_t n = 1 + next_random() % 30; n > 0; n--) {
			uint64_t ns = 50 + next_random() % 100000;

			s->sum += ns;
			s->min = ns < s->min ? ns : s->min;
			s->max = ns > s->max ? ns : s->max;
			s->bucket[gft_bucket(ns)]++;
			if (failed)
				s->failed[next_random() % GFT_REASONS]++;
			else if (next_random() % 10)
				s->align[gft_align_slot(1ull << next_random() % 19, 12)]++;
			else
				s->unplaced++;
		}
	}
	snapshot.series = series;
	snapshot.count = SERIES;
	snapshot.totals = (struct snapshot_totals){.unpaired = 7,
						   .table_full = 5,
						   .exit_misses = 11,
						   .bulk_calls = 3,
						   .bulk_pages = 40,
						   .other_pages = 1000,
						   .bulk_misses = 2};
	snapshot.totals.placement[0] = 9;
	snapshot.totals.placement[3] = 8;
}

static int setup(void **state)
{
	(void)state;
	make_kernel();
	make_series();
	return 0;
}

/* The words of the set in one order, or `plain`. */
static const char *quality_label(uint16_t key)
{
	static char text[4][40];
	static unsigned int turn;
	char *label = text[turn++ % 4];
	unsigned int set = key - 1u;

	if (!key)
		return "none";
	snprintf(label, 40, "%s%s%s%s", set & GFT_QUALITY_ALIGN ? "+align" : "",
		 set & GFT_QUALITY_ZERO ? "+zero" : "", set & GFT_QUALITY_GUARD ? "+guard" : "",
		 set & GFT_QUALITY_REDZONE ? "+redzone" : "");
	return set ? label + 1 : "plain";
}

/* The label of a series, as doc/report-schema.md has it. */
static const char *label_of(const struct series *s, enum dimension dimension)
{
	static const char *const classes[] = GFT_CLASS_NAMES;
	static const char *const contexts[] = GFT_CONTEXT_NAMES;
	static char text[8][24];
	static unsigned int turn;
	char *number = text[turn++ % 8];
	const uint16_t *key = s->key.key;

	if (dimension == DIM_CPU) {
		snprintf(number, 24, "%u", s->key.cpu);
		return number;
	}
	if (s->key.other)
		return "other";
	switch (dimension) {
	case DIM_CLASS:
		return classes[key[GFT_KEY_CLASS]];
	case DIM_ORDER:
		snprintf(number, 24, "%u", key[GFT_KEY_ORDER]);
		return number;
	case DIM_CONTEXT:
		return contexts[key[GFT_KEY_CONTEXT]];
	case DIM_NODE:
		snprintf(number, 24, "%u", key[GFT_KEY_RANGE] > 2);
		return key[GFT_KEY_RANGE] ? number : "none";
	case DIM_ZONE:
		return ((const char *const[]){"none", "DMA", "Normal", "Normal",
					      "Movable"})[key[GFT_KEY_RANGE]];
	case DIM_MIGRATETYPE:
		return ((const char *const[]){"none", "unmovable",
					      "movable"})[key[GFT_KEY_MIGRATETYPE]];
	case DIM_COMM:
		if (key[GFT_KEY_COMM] == 5)
			return "xxxxxxxxxxxxxxxx";
		snprintf(number, 24, "task-%d", key[GFT_KEY_COMM] - 1);
		if (!key[GFT_KEY_COMM])
			return "none";
		return key[GFT_KEY_COMM] > 6 ? "other" : number;
	case DIM_CGROUP:
		return key[GFT_KEY_CGROUP] ? "cgroup:4503599627370495" : "none";
	case DIM_QUALITY:
		return quality_label(key[GFT_KEY_QUALITY]);
	default:
		return "?";
	}
}

static bool labels_fit(const struct labels *labels, const struct series *s)
{
	for (int d = 0; d < DIMENSIONS; d++)
		if (labels->value[d] &&
		    strcmp(labels->value[d], label_of(s, (enum dimension)d)) != 0)
			return false;
	return true;
}

static void assert_dimensions(const struct labels *labels, const bool *wanted)
{
	for (int d = 0; d < DIMENSIONS; d++)
		assert_int_equal(labels->value[d] != NULL, wanted[d]);
}

static void assert_latency(const struct report *report)
{
	size_t fits = 0;

	for (size_t i = 0; i < report->nr_latency; i++) {
		const struct latency *latency = &report->latency[i];
		uint64_t count = 0, sum = 0, min = UINT64_MAX, max = 0, buckets = 0;

		assert_dimensions(&latency->labels, options.by);
		for (size_t s = 0; s < SERIES; s++) {
			if (!labels_fit(&latency->labels, &series[s]))
				continue;
			fits++;
			count += series__count(&series[s]);
			sum += series[s].sum;
			min = series[s].min < min ? series[s].min : min;
			max = series[s].max > max ? series[s].max : max;
		}
		assert_int_equal(latency->count, count);
		assert_int_equal(latency->sum, sum);
		assert_int_equal(latency->min, min);
		assert_int_equal(latency->max, max);
		for (size_t b = 0; b < latency->nr_buckets; b++)
			buckets += latency->buckets[b].count;
		assert_int_equal(buckets, count);
	}
	/* each series is in one group: no label stands twice, none is left out */
	assert_int_equal(fits, timed ? SERIES : 0);
}

static void assert_alignment(const struct report *report)
{
	uint64_t placed = 0, total = 0;
	bool wanted[DIMENSIONS];

	memcpy(wanted, options.by, sizeof(wanted));
	wanted[DIM_ORDER] = true;
	for (size_t s = 0; s < SERIES; s++)
		for (int a = 0; a < GFT_ALIGN_SLOTS; a++)
			placed += series[s].align[a];
	for (size_t i = 0; i < report->nr_alignment; i++) {
		const struct alignment *alignment = &report->alignment[i];
		const char *order = alignment->labels.value[DIM_ORDER];
		uint64_t count = 0, below = 0, buckets = 0;

		assert_dimensions(&alignment->labels, wanted);
		for (size_t s = 0; s < SERIES; s++)
			for (int a = 0; a < GFT_ALIGN_SLOTS; a++)
				if (labels_fit(&alignment->labels, &series[s]))
					count += series[s].align[a];
		for (size_t b = 0; b < alignment->nr_buckets; b++) {
			buckets += alignment->buckets[b].count;
			if (alignment->buckets[b].align < alignment->natural)
				below += alignment->buckets[b].count;
		}
		assert_int_equal(alignment->natural,
				 strcmp(order, "other") ? 4096ull << atoi(order) : 0);
		assert_int_equal(alignment->count, count);
		assert_int_equal(buckets, count);
		assert_int_equal(alignment->below_natural, below);
		total += count;
	}
	assert_int_equal(total, placed);
}

static void assert_failures(const struct report *report)
{
	static const char *const reasons[] = GFT_REASON_NAMES;
	bool wanted[DIMENSIONS];
	uint64_t total = 0;

	memcpy(wanted, options.by, sizeof(wanted));
	wanted[DIM_CLASS] = wanted[DIM_ORDER] = wanted[DIM_CONTEXT] = true;
	for (size_t i = 0; i < report->nr_failures; i++) {
		const struct failure *failure = &report->failures[i];
		uint64_t count = 0;

		assert_dimensions(&failure->labels, wanted);
		for (size_t s = 0; s < SERIES; s++)
			for (int r = 0; r < GFT_REASONS; r++)
				if (labels_fit(&failure->labels, &series[s]) &&
				    !strcmp(failure->reason, reasons[r]))
					count += series[s].failed[r];
		assert_int_equal(failure->count, count);
		total += count;
	}
	assert_int_equal(total, report->requests.failed);
}

static void assert_requests(const struct report *report)
{
	uint64_t counted = 0, failed = 0, pages = snapshot.totals.other_pages;

	for (size_t s = 0; s < SERIES; s++) {
		counted += series__count(&series[s]);
		failed += series__failed(&series[s]);
		if (!series[s].key.other)
			pages += series__succeeded(&series[s]) << series[s].key.key[GFT_KEY_ORDER];
	}
	assert_int_equal(report->requests.counted, counted);
	assert_int_equal(report->requests.failed, failed);
	assert_int_equal(report->requests.succeeded, counted - failed);
	assert_int_equal(report->requests.pages, pages);
	assert_int_equal(report->requests.missed, 11 + 7);
	assert_int_equal(report->requests.bulk_calls, 3);
	assert_int_equal(report->requests.bulk_pages, 40);
}

static void summarize_all(void)
{
	struct report *report = report__new();

	assert_non_null(report);
	assert_int_equal(summarize(report, &source, &snapshot), 0);
	assert_requests(report);
	assert_latency(report);
	assert_alignment(report);
	assert_failures(report);
	report__free(report);
}

static void every_set_of_dimensions(void **state)
{
	static const enum dimension dimensions[] = {
		DIM_CLASS,	 DIM_ORDER, DIM_CONTEXT, DIM_NODE,   DIM_ZONE,
		DIM_MIGRATETYPE, DIM_CPU,   DIM_COMM,	 DIM_CGROUP, DIM_QUALITY};

	(void)state;
	/* all sets of up to two, and those of which one or two are left out */
	for (unsigned int set = 1; set < 1u << 10; set++) {
		if (__builtin_popcount(set) > 2 && __builtin_popcount(set) < 9)
			continue;
		memset(options.by, 0, sizeof(options.by));
		for (unsigned int i = 0; i < 10; i++)
			options.by[dimensions[i]] = set & 1u << i;
		summarize_all();
	}
}

static void without_latency(void **state)
{
	(void)state;
	timed = false;
	memset(options.by, 0, sizeof(options.by));
	options.by[DIM_CLASS] = true;
	summarize_all();
	timed = true;
}

static uint64_t loss_of(const struct report *report, const char *cause)
{
	for (size_t i = 0; i < report->nr_loss; i++)
		if (!strcmp(report->loss[i].cause, cause))
			return report->loss[i].count;
	return 0;
}

/* What was missed is explained by cause, to the last one. */
static void losses_add_up(void **state)
{
	struct report *report = report__new();

	(void)state;
	assert_int_equal(summarize(report, &source, &snapshot), 0);
	assert_int_equal(loss_of(report, "recursion"), 11);
	assert_int_equal(loss_of(report, "unpaired"), 2);
	assert_int_equal(loss_of(report, "table-full"), 5);
	assert_int_equal(loss_of(report, "recursion") + loss_of(report, "unpaired") +
				 loss_of(report, "table-full"),
			 report->requests.missed);
	assert_int_equal(loss_of(report, "bulk-recursion"), 2);
	report__free(report);
}

static void zones_are_named(void **state)
{
	struct report *report = report__new();

	(void)state;
	assert_int_equal(summarize(report, &source, &snapshot), 0);
	assert_int_equal(report->nr_zones, 2);
	assert_string_equal(report->zones[0].zone, "unknown");
	assert_int_equal(report->zones[0].count, 9);
	assert_string_equal(report->zones[1].zone, "Normal");
	assert_int_equal(report->zones[1].node, 1);
	assert_int_equal(report->zones[1].count, 8);
	assert_string_equal(report->tool.name, "gfptrace");
	assert_string_equal(report->mode.entry, "__alloc_pages");
	assert_int_equal(report->cost.nr_programs, 1);
	report__free(report);
}

static const char *colours_blind(const struct report *report)
{
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		if (!strcmp(report->mode.blind[i].what, "cache colours"))
			return report->mode.blind[i].why;
	return NULL;
}

static bool colours_seen(const struct report *report)
{
	for (size_t i = 0; i < report->mode.nr_sees; i++)
		if (!strcmp(report->mode.sees[i], "cache colours"))
			return true;
	return false;
}

/* Seen, or why not; nothing is said of what was not asked for. */
static void colours_are_told(void **state)
{
	static uint64_t blocks[3] = {4, 1, 3};
	const struct {
		struct cache cache;
		bool places;
		const char *blind;
		uint32_t colours;
	} cases[] = {
		{{0, NULL}, true, NULL, 0},
		{{0, "too small"}, true, "too small", 0},
		{{2, NULL}, false, "no page frame numbers, as for alignment", 0},
		{{2, NULL}, true, NULL, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report *report = report__new();

		kernel.cache = cases[i].cache;
		places = cases[i].places;
		plan.config.colours = cases[i].cache.colours;
		plan.config.colour[0] = (struct gft_colour_slots){0, 2};
		plan.config.colour[1] = (struct gft_colour_slots){2, 1};
		snapshot.colours = blocks;
		assert_int_equal(summarize(report, &source, &snapshot), 0);
		if (cases[i].blind)
			assert_string_equal(colours_blind(report), cases[i].blind);
		else
			assert_null(colours_blind(report));
		assert_int_equal(report->cache.colours, cases[i].colours);
		assert_int_equal(colours_seen(report), cases[i].colours != 0);
		if (cases[i].colours) {
			assert_int_equal(report->cache.counts[0], 4 + 3);
			assert_int_equal(report->cache.counts[1], 1 + 3);
			assert_true(report->cache.skew > 1.27 && report->cache.skew < 1.28);
		}
		report__free(report);
	}
	kernel.cache = (struct cache){};
	plan.config.colours = 0;
	snapshot.colours = NULL;
}

static void nothing_at_all(void **state)
{
	static const struct snapshot empty;
	struct report *report = report__new();

	(void)state;
	assert_int_equal(summarize(report, &source, &empty), 0);
	assert_int_equal(report->requests.counted, 0);
	assert_int_equal(report->nr_latency + report->nr_alignment + report->nr_failures, 0);
	assert_int_equal(report->nr_loss + report->nr_zones, 0);
	report__free(report);
}

/* Before all other blind spots, for they follow from it. */
static void a_better_tier_is_told(void **state)
{
	static const struct snapshot empty;
	struct report *report = report__new();

	(void)state;
	trials = (struct tier_trials){
		.trial = {{TIER_FEXIT, -ENODATA, "see", "switched off"},
			  {TIER_KPROBE, -EPERM, "attach", NULL},
			  {TIER_TRACEPOINT, 0, "", NULL}},
		.count = 3,
	};
	assert_int_equal(summarize(report, &source, &empty), 0);
	assert_string_equal(report->mode.blind[0].what, "tier fexit");
	assert_string_equal(report->mode.blind[0].why, "switched off");
	assert_string_equal(report->mode.blind[1].what, "tier kprobe");
	assert_string_equal(report->mode.blind[1].why, "attach: Operation not permitted");
	assert_int_not_equal(strncmp(report->mode.blind[2].what, BLIND_TIER, 5), 0);
	trials.count = 0;
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_better_tier_is_told), cmocka_unit_test(every_set_of_dimensions),
		cmocka_unit_test(without_latency),	 cmocka_unit_test(losses_add_up),
		cmocka_unit_test(zones_are_named),	 cmocka_unit_test(colours_are_told),
		cmocka_unit_test(nothing_at_all),
	};

	return cmocka_run_group_tests_name("summarize", tests, setup, NULL);
}
