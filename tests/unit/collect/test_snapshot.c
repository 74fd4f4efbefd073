// SPDX-License-Identifier: GPL-2.0-only
/* Counters of many CPUs, made up here, merged and subtracted, against a plain oracle. */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/snapshot.h"

#define SLOTS	    16
#define SERIES_SIZE GFT_SERIES_SIZE(1)
#define RANGES	    3

/* The maps of a machine. */
struct machine {
	struct kernel kernel;
	struct options options;
	struct plan plan;
	struct snapshot_source source;
	size_t row_size, cpu_size;
	char *memory;
	struct gft_names *names;
	uint64_t placed[RANGES + 1]; /* pages by range, as the report must have them */
	struct name_list comms, cgroups;
	uint64_t random;
};

static uint32_t next_random(struct machine *machine)
{
	machine->random = machine->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(machine->random >> 33);
}

static struct gft_row *row_of(const struct machine *machine, uint32_t cpu)
{
	return (void *)(machine->memory + cpu * machine->cpu_size);
}

static struct gft_series *series_of(const struct machine *machine, uint32_t cpu, uint32_t slot)
{
	return (void *)(machine->memory + cpu * machine->cpu_size + machine->row_size +
			slot * SERIES_SIZE);
}

static struct machine *machine_new(uint32_t cpus, bool names, bool by_cpu)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	char problem[256] = "";

	assert_non_null(machine);
	machine->random = cpus * 2 + names;
	machine->kernel.facts.max_order = 10;
	machine->kernel.facts.nr_migratetypes = 6;
	machine->kernel.facts.pageblock_bits = 4;
	machine->kernel.pageblock_order = 9;
	machine->kernel.section_symbol = 1;
	machine->kernel.facts.page_struct = 64;
	machine->kernel.frames.vmemmap = 0xffffea0000000000;
	machine->kernel.page_size = 4096;
	machine->kernel.cpus = cpus;
	gfp_bits__find(NULL, NULL, &machine->kernel.gfp);
	machine->options.memory_limit = 4ull << 30;
	machine->options.by[DIM_COMM] = names;
	machine->options.by[DIM_MIGRATETYPE] = true;
	assert_int_equal(plan__make(&machine->plan, &machine->kernel, &machine->options, problem,
				    sizeof(problem)),
			 0);
	machine->row_size = GFT_ROW_SIZE((size_t)machine->plan.config.combinations);
	machine->cpu_size = GFT_CPU_SIZE((size_t)machine->plan.config.combinations, SLOTS, 1);
	machine->memory = aligned_alloc(GFT_CACHE_LINE, cpus * machine->cpu_size);
	machine->names = calloc(cpus, sizeof(*machine->names));
	assert_true(machine->memory && machine->names);
	memset(machine->memory, 0, cpus * machine->cpu_size);
	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		memset(row_of(machine, cpu)->slot, 0xff,
		       machine->plan.config.combinations * sizeof(uint16_t));
		row_of(machine, cpu)->home_index = cpu % RANGES + 1;
	}
	machine->source = (struct snapshot_source){
		.plan = &machine->plan,
		.cpus = cpus,
		.timed = true,
		.by_cpu = by_cpu,
		.view = {.slots = SLOTS,
			 .cpus = machine->memory,
			 .cpu_size = machine->cpu_size,
			 .series_offset = machine->row_size,
			 .series_size = SERIES_SIZE,
			 .names = names ? machine->names : NULL},
		.comms = &machine->comms,
		.cgroups = &machine->cgroups,
	};
	return machine;
}

static void machine_free(struct machine *machine)
{
	free(machine->memory);
	free(machine->names);
	free(machine);
}

/* A page in some zone: one that is not the CPU's home is counted by zone. */
static void place(struct machine *machine, struct gft_row *row)
{
	uint32_t range = next_random(machine) % (RANGES + 1);

	machine->placed[range]++;
	if (range != row->home_index)
		row->placement[range]++;
}

/* One request: as the exit program records it. */
static void record(struct machine *machine, struct gft_row *row, struct gft_series *series)
{
	uint64_t latency = 1 + (next_random(machine) >> next_random(machine) % 31);

	if (next_random(machine) % 8 == 0) {
		series->failed[next_random(machine) % GFT_REASONS]++;
	} else if (next_random(machine) % 8 == 0) {
		series->unplaced++;
	} else {
		series->align[next_random(machine) % GFT_ALIGN_SLOTS]++;
		place(machine, row);
	}
	series->sum += latency;
	if (latency < series->min)
		series->min = latency;
	if (latency > series->max)
		series->max = latency;
	series->bucket[gft_bucket(latency)]++;
}

/* A slot for a combination: the CPU's own, a new one, or `other` when all are taken. */
static struct gft_series *claim(struct machine *machine, uint32_t cpu, uint32_t combination)
{
	struct gft_row *row = row_of(machine, cpu);
	uint32_t slot = row->slot[combination];

	if (slot != GFT_SLOT_UNCLAIMED)
		return series_of(machine, cpu, slot);
	slot = GFT_SLOT_OTHER;
	if (row->used_slots + 1 < SLOTS) {
		slot = ++row->used_slots;
		row->slot[combination] = (uint16_t)slot;
		series_of(machine, cpu, slot)->combination = combination;
		series_of(machine, cpu, slot)->min = UINT64_MAX;
	} else if (!series_of(machine, cpu, 0)->sum) {
		series_of(machine, cpu, 0)->min = UINT64_MAX;
	}
	return series_of(machine, cpu, slot);
}

/* This CPU's number of a task name: each CPU sees the names in an order of its own. */
static uint32_t comm_key(struct machine *machine, uint32_t cpu)
{
	struct gft_names *names = &machine->names[cpu];
	struct gft_name name = {};
	uint32_t i = 0;

	if (next_random(machine) % 10 == 0)
		return 0; /* an interrupt */
	if (next_random(machine) % 10 == 0)
		return GFT_NAMES + 1; /* too many names on this CPU */
	snprintf((char *)name.word, sizeof(name.word), "task-%u", next_random(machine) % 20);
	while (i < names->used_comms && memcmp(&names->comm[i], &name, sizeof(name)) != 0)
		i++;
	if (i == names->used_comms)
		names->comm[names->used_comms++] = name;
	return i + 1;
}

static void run_requests(struct machine *machine, uint32_t count)
{
	const uint32_t *stride = machine->plan.config.stride;

	while (count--) {
		uint32_t cpu = next_random(machine) % machine->source.cpus;
		struct gft_row *row = row_of(machine, cpu);
		uint32_t combination = next_random(machine) % 3 * stride[GFT_KEY_CLASS] +
				       next_random(machine) % 2 * 10 * stride[GFT_KEY_ORDER] +
				       next_random(machine) % 3 * stride[GFT_KEY_CONTEXT] +
				       next_random(machine) % 3 * stride[GFT_KEY_MIGRATETYPE];

		if (machine->source.view.names)
			combination += comm_key(machine, cpu) * stride[GFT_KEY_COMM];
		record(machine, row, claim(machine, cpu, combination));
		row->unpaired += next_random(machine) % 2;
		row->bulk_pages += 3;
	}
}

/* The name behind a key: "" in interrupts, "?" for other. */
static const char *local_name(const struct gft_names *names, uint32_t key)
{
	if (!key)
		return "";
	return key > GFT_NAMES ? "?" : (const char *)names->comm[key - 1].word;
}

static const char *global_name(const struct machine *machine, uint32_t key)
{
	if (!key)
		return "";
	return key > SNAPSHOT_NAMES_MAX ? "?" : (const char *)machine->comms.name[key - 1].word;
}

/* Does a slot of a CPU belong to a merged series? The same question as the code answers, slowly. */
static bool belongs(const struct machine *machine, uint32_t cpu, uint32_t slot,
		    const struct series_key *key)
{
	uint32_t local[GFT_KEYS];

	if (machine->source.by_cpu && key->cpu != cpu)
		return false;
	if (!slot || key->other)
		return !slot && key->other;
	plan__keys(&machine->plan, (uint32_t)series_of(machine, cpu, slot)->combination, local);
	if (machine->source.view.names) {
		if (strcmp(local_name(&machine->names[cpu], local[GFT_KEY_COMM]),
			   global_name(machine, key->key[GFT_KEY_COMM])) != 0)
			return false;
		local[GFT_KEY_COMM] = key->key[GFT_KEY_COMM];
	}
	for (int i = 0; i < GFT_KEYS; i++)
		if (local[i] != key->key[i])
			return false;
	return true;
}

/* A merged series is the sum of the slots that belong to it. Returns how many those are. */
static uint32_t assert_series(const struct machine *machine, const struct series *series)
{
	struct series sum = {.min = UINT64_MAX};
	uint32_t slots = 0;

	for (uint32_t cpu = 0; cpu < machine->source.cpus; cpu++)
		for (uint32_t slot = 0; slot <= row_of(machine, cpu)->used_slots; slot++) {
			const struct gft_series *from = series_of(machine, cpu, slot);

			if (!from->sum || !belongs(machine, cpu, slot, &series->key))
				continue;
			slots++;
			sum.sum += from->sum;
			sum.unplaced += from->unplaced;
			sum.min = from->min < sum.min ? from->min : sum.min;
			sum.max = from->max > sum.max ? from->max : sum.max;
			for (int i = 0; i < GFT_REASONS; i++)
				sum.failed[i] += from->failed[i];
			for (int i = 0; i < GFT_ALIGN_SLOTS; i++)
				sum.align[i] += from->align[i];
			for (uint32_t i = 0; i < GFT_BUCKETS; i++)
				sum.bucket[i] += from->bucket[i];
		}
	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		sum.timed += sum.bucket[i];
	sum.key = series->key;
	assert_memory_equal(&sum, series, sizeof(sum));
	return slots;
}

/* Every slot that holds something is in exactly one series. */
static void assert_merged(const struct machine *machine, const struct snapshot *snapshot)
{
	uint32_t slots = 0, merged = 0;

	for (uint32_t cpu = 0; cpu < machine->source.cpus; cpu++)
		for (uint32_t slot = 0; slot <= row_of(machine, cpu)->used_slots; slot++)
			slots += series_of(machine, cpu, slot)->sum != 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		merged += assert_series(machine, &snapshot->series[i]);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&snapshot->series[i].key, &snapshot->series[j].key,
						sizeof(snapshot->series[i].key));
	}
	assert_int_equal(merged, slots);
}

static void assert_totals(const struct machine *machine, const struct snapshot_totals *totals)
{
	struct snapshot_totals sum = {};

	for (uint32_t cpu = 0; cpu < machine->source.cpus; cpu++) {
		const struct gft_row *row = row_of(machine, cpu);

		sum.unpaired += row->unpaired;
		sum.bulk_pages += row->bulk_pages;
	}
	memcpy(sum.placement, machine->placed, sizeof(machine->placed));
	assert_memory_equal(&sum, totals, sizeof(sum));
}

static uint64_t count_of(const struct snapshot *snapshot)
{
	uint64_t count = 0;

	for (size_t i = 0; i < snapshot->count; i++)
		count += series__count(&snapshot->series[i]);
	return count;
}

static void merged_over(uint32_t cpus, bool names, bool by_cpu, uint32_t requests)
{
	struct machine *machine = machine_new(cpus, names, by_cpu);
	struct snapshot snapshot;

	/* room for one: it grows */
	assert_int_equal(snapshot__init(&snapshot, 1), 0);
	assert_int_equal(snapshot__take(&snapshot, &machine->source), 0);
	assert_int_equal(snapshot.count, 0);
	run_requests(machine, requests);
	assert_int_equal(snapshot__take(&snapshot, &machine->source), 0);
	assert_int_equal(count_of(&snapshot), requests);
	assert_merged(machine, &snapshot);
	assert_totals(machine, &snapshot.totals);
	/* in place of what was there, not on top of it */
	assert_int_equal(snapshot__take(&snapshot, &machine->source), 0);
	assert_int_equal(count_of(&snapshot), requests);
	snapshot__free(&snapshot);
	machine_free(machine);
}

static void merge_of_1_to_512_cpus(void **state)
{
	static const uint32_t cpus[] = {1, 2, 3, 8, 64, 512};

	(void)state;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++)
		merged_over(cpus[i], false, false, 3000);
}

static void merge_by_cpu(void **state)
{
	(void)state;
	merged_over(1, false, true, 1000);
	merged_over(16, false, true, 3000);
}

static void names_of_many_cpus(void **state)
{
	(void)state;
	merged_over(1, true, false, 1000);
	merged_over(5, true, false, 3000);
	merged_over(64, true, false, 3000);
	merged_over(7, true, true, 1000);
}

static void assert_extremes(const struct series *difference)
{
	uint64_t low = 0, high = GFT_BUCKETS - 1;

	while (!difference->bucket[low])
		low++;
	while (!difference->bucket[high])
		high--;
	assert_in_range(difference->min, gft_bucket_low((uint32_t)low),
			gft_bucket_le((uint32_t)low));
	assert_in_range(difference->max, gft_bucket_low((uint32_t)high),
			gft_bucket_le((uint32_t)high));
}

/* later = earlier + difference, in every counter of every series. */
static void assert_difference(const struct snapshot *later, const struct snapshot *earlier,
			      const struct snapshot *difference)
{
	size_t found = 0;

	for (size_t i = 0; i < later->count; i++) {
		const struct series *whole = &later->series[i], *old = NULL, *new = NULL;
		static const struct series none;

		for (size_t j = 0; j < earlier->count; j++)
			if (!memcmp(&earlier->series[j].key, &whole->key, sizeof(whole->key)))
				old = &earlier->series[j];
		for (size_t j = 0; j < difference->count; j++)
			if (!memcmp(&difference->series[j].key, &whole->key, sizeof(whole->key)))
				new = &difference->series[j];
		found += new != NULL;
		if (new)
			assert_extremes(new);
		old = old ? old : &none;
		new = new ? new : &none;
		assert_int_equal(old->sum + new->sum, whole->sum);
		assert_int_equal(old->unplaced + new->unplaced, whole->unplaced);
		for (int r = 0; r < GFT_REASONS; r++)
			assert_int_equal(old->failed[r] + new->failed[r], whole->failed[r]);
		for (int a = 0; a < GFT_ALIGN_SLOTS; a++)
			assert_int_equal(old->align[a] + new->align[a], whole->align[a]);
		for (uint32_t b = 0; b < GFT_BUCKETS; b++)
			assert_int_equal(old->bucket[b] + new->bucket[b], whole->bucket[b]);
	}
	assert_int_equal(found, difference->count);
}

static void differences(void **state)
{
	static const uint32_t cpus[] = {1, 4, 128};

	(void)state;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		struct machine *machine = machine_new(cpus[i], true, false);
		struct snapshot earlier, later, difference;

		assert_int_equal(snapshot__init(&earlier, 1), 0);
		assert_int_equal(snapshot__init(&later, 200), 0);
		assert_int_equal(snapshot__init(&difference, 1), 0);
		run_requests(machine, 500);
		assert_int_equal(snapshot__take(&earlier, &machine->source), 0);
		run_requests(machine, 300);
		assert_int_equal(snapshot__take(&later, &machine->source), 0);
		assert_int_equal(snapshot__subtract(&difference, &later, &earlier), 0);
		assert_int_equal(count_of(&difference), 300);
		assert_difference(&later, &earlier, &difference);
		assert_int_equal(difference.totals.bulk_pages, 900);
		assert_int_equal(snapshot__subtract(&difference, &later, &later), 0);
		assert_int_equal(difference.count, 0);
		snapshot__free(&earlier);
		snapshot__free(&later);
		snapshot__free(&difference);
		machine_free(machine);
	}
}

/* A CPU that is new in the list of names gets the numbers of the others; 4096 are all there are. */
static void too_many_names(void **state)
{
	struct machine *machine = machine_new(1, true, false);
	struct snapshot snapshot;

	(void)state;
	machine->comms.count = SNAPSHOT_NAMES_MAX;
	assert_int_equal(snapshot__init(&snapshot, 1), 0);
	run_requests(machine, 100);
	assert_int_equal(snapshot__take(&snapshot, &machine->source), 0);
	assert_int_equal(count_of(&snapshot), 100);
	assert_int_equal(machine->comms.count, SNAPSHOT_NAMES_MAX);
	for (size_t i = 0; i < snapshot.count; i++)
		assert_true(snapshot.series[i].key.other ||
			    !snapshot.series[i].key.key[GFT_KEY_COMM] ||
			    snapshot.series[i].key.key[GFT_KEY_COMM] == SNAPSHOT_NAMES_MAX + 1);
	snapshot__free(&snapshot);
	machine_free(machine);
}

/* Requests refused for their order: class and context are theirs, the order one above the largest.
 */
static void refused_orders(void **state)
{
	struct machine *machine = machine_new(2, false, false);
	struct snapshot snapshot;

	(void)state;
	assert_int_equal(snapshot__init(&snapshot, 1), 0);
	row_of(machine, 0)->invalid[GFT_CLASS_KERNEL][GFT_TASK] = 5;
	row_of(machine, 1)->invalid[GFT_CLASS_KERNEL][GFT_TASK] = 2;
	row_of(machine, 1)->invalid[GFT_CLASS_MOVABLE][GFT_HARDIRQ] = 3;
	assert_int_equal(snapshot__take(&snapshot, &machine->source), 0);
	assert_int_equal(snapshot.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct series *series = &snapshot.series[i];
		bool kernel = series->key.key[GFT_KEY_CLASS] == GFT_CLASS_KERNEL;

		assert_int_equal(series->key.key[GFT_KEY_CLASS],
				 kernel ? GFT_CLASS_KERNEL : GFT_CLASS_MOVABLE);
		assert_int_equal(series->key.key[GFT_KEY_CONTEXT], kernel ? GFT_TASK : GFT_HARDIRQ);
		assert_int_equal(series->key.key[GFT_KEY_ORDER], 11);
		assert_int_equal(series__count(series), kernel ? 7 : 3);
		assert_int_equal(series__failed(series), kernel ? 7 : 3);
		assert_int_equal(series__succeeded(series), 0);
	}
	/* the filter on orders knows them too */
	machine->options.order_given = true;
	machine->options.orders[0] = true;
	snapshot__free(&snapshot);
	assert_int_equal(snapshot__init(&snapshot, 1), 0);
	assert_int_equal(snapshot__take(&snapshot, &machine->source), 0);
	assert_int_equal(snapshot.count, 0);
	machine->options.orders[11] = true;
	assert_int_equal(snapshot__take(&snapshot, &machine->source), 0);
	assert_int_equal(snapshot.count, 2);
	snapshot__free(&snapshot);
	machine_free(machine);
}

/* Looks at counters that run: what windows miss is never negative, and the sum is what all missed.
 */
static void held_missed(void **state)
{
	/* skipped by the first copy; of these, caught by others, as they were read */
	static const struct {
		uint64_t skipped, unpaired, caught, missed;
	} looks[] = {
		{10, 2, 4, 8},	{20, 2, 14, 8}, /* none but those */
		{30, 2, 27, 8},			/* more was caught than at the time of `skipped` */
		{40, 3, 45, 8}, {51, 3, 45, 9}, {52, 3, 46, 9}, {54, 4, 47, 11},
	};
	struct snapshot_totals totals, before = {};
	uint64_t missed = 0, sum = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		totals = (struct snapshot_totals){.exit_misses = looks[i].skipped,
						  .unpaired = looks[i].unpaired,
						  .recovered = looks[i].caught};
		totals__hold_missed(&totals, &missed);
		assert_int_equal(missed, looks[i].missed);
		assert_int_equal(totals__missed(&totals), looks[i].missed);
		before.exit_misses = totals.exit_misses - before.exit_misses;
		before.unpaired = totals.unpaired - before.unpaired;
		before.recovered = totals.recovered - before.recovered;
		sum += totals__missed(&before);
		before = totals;
	}
	assert_int_equal(sum, missed);
}

#define WINDOWS 2000
#define SAMPLE	64 /* of so many one is timed, then all, then one again */
#define TURN	4096

struct writer {
	struct gft_series *series;
	uint64_t requests, timed;
	bool stop;
};

static void count_one(__u64 *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELEASE);
}

/* As the programs write: a request's timing, then what became of it. */
static void *write_requests(void *context)
{
	struct writer *writer = context;

	while (!__atomic_load_n(&writer->stop, __ATOMIC_RELAXED)) {
		bool all = writer->requests / TURN % 2;

		if (all || writer->requests % SAMPLE == 0) {
			writer->series->sum += 100;
			count_one(&writer->series->bucket[gft_bucket(100)]);
			writer->timed++;
		}
		count_one(&writer->series->align[1]);
		writer->requests++;
	}
	return NULL;
}

/*
 * Windows of a sample while requests go on: what is in none of them was not seen, and none holds
 * less than nothing.
 */
static void windows_of_a_running_sample(void **state)
{
	struct machine *machine = machine_new(1, false, false);
	struct writer writer = {.series = claim(machine, 0, 0)};
	struct snapshot now, before, window;
	uint64_t untimed = 0, count = 0;
	pthread_t thread;

	(void)state;
	writer.series->min = writer.series->max = 100;
	machine->source.sampled = true;
	assert_int_equal(snapshot__init(&now, 1), 0);
	assert_int_equal(snapshot__init(&before, 1), 0);
	assert_int_equal(snapshot__init(&window, 1), 0);
	assert_int_equal(pthread_create(&thread, NULL, write_requests, &writer), 0);
	for (int i = 0; i <= WINDOWS; i++) {
		if (i == WINDOWS) {
			__atomic_store_n(&writer.stop, true, __ATOMIC_RELAXED);
			assert_int_equal(pthread_join(thread, NULL), 0);
		}
		assert_int_equal(snapshot__copy(&before, &now), 0);
		assert_int_equal(snapshot__take(&now, &machine->source), 0);
		assert_int_equal(snapshot__subtract(&window, &now, &before), 0);
		for (size_t s = 0; s < window.count; s++) {
			assert_true(window.series[s].untimed < 1ull << 40);
			untimed += window.series[s].untimed;
			count += series__count(&window.series[s]);
		}
	}
	assert_int_equal(count, writer.requests);
	assert_int_equal(untimed, writer.requests - writer.timed);
	snapshot__free(&now);
	snapshot__free(&before);
	snapshot__free(&window);
	machine_free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merge_of_1_to_512_cpus),
		cmocka_unit_test(merge_by_cpu),
		cmocka_unit_test(names_of_many_cpus),
		cmocka_unit_test(differences),
		cmocka_unit_test(too_many_names),
		cmocka_unit_test(refused_orders),
		cmocka_unit_test(held_missed),
		cmocka_unit_test(windows_of_a_running_sample),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
