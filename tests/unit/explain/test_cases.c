// SPDX-License-Identifier: GPL-2.0-only
/* Logs as people paste them (tests/golden/cases), and one report in each wrapping. */
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/explain.h"

#define CASES "tests/golden/cases/"
#define BYTES (1 << 18)

static struct explain explain;

static char *read_case(const char *name)
{
	char path[128], *text = calloc(1, BYTES);
	FILE *file;

	snprintf(path, sizeof(path), CASES "%s.log", name);
	file = fopen(path, "re");
	if (!text || !file)
		fail_msg("%s cannot be read: run from the top of the tree", path);
	assert_true(fread(text, 1, BYTES - 1, file) > 0);
	fclose(file);
	return text;
}

static void parse(const char *text)
{
	struct klog *klog = klog__new(explain__add, &explain);
	size_t length = strlen(text);

	assert_non_null(klog);
	explain__clear(&explain);
	explain.source = "test";
	/* in pieces that end anywhere */
	for (size_t i = 0; i < length; i += 113)
		klog__feed(klog, text + i, length - i < 113 ? length - i : 113);
	klog__finish(klog);
	explain.stats = *klog__stats(klog);
	explain__sort(&explain);
	klog__free(klog);
}

struct expected {
	const char *log;
	uint32_t order;
	const char *comm;
	uint64_t pid, cpu;
	const char *kernel, *requester;
	bool in_interrupt;
	enum gft_reason reason;
	bool blocks; /* of the first zone: listed */
};

static void check(const struct expected *want)
{
	const struct klog_event *event;
	char *text = read_case(want->log);

	parse(text);
	free(text);
	assert_int_equal(explain.nr_groups, 1);
	event = &explain.groups[0]->event;
	assert_int_equal(event->autopsy.order, want->order);
	assert_string_equal(event->comm, want->comm);
	assert_true(event->pid == want->pid);
	assert_true(event->cpu == want->cpu);
	assert_string_equal(event->kernel, want->kernel);
	assert_string_equal(event->requester, want->requester);
	assert_int_equal(event->in_interrupt, want->in_interrupt);
	assert_int_equal(explain.groups[0]->finding.reason, want->reason);
	if (!want->blocks)
		return;
	assert_true(event->autopsy.nr_zones > 0);
	assert_true(event->autopsy.zones[0].blocks_known);
}

#define RX(log)                                                                                   \
	{                                                                                         \
		log, 3, "rxwork/2", 802, 2, "5.15.0-118-generic", "exeth_rx_refill+0x5b [exeth]", \
			true, GFT_FRAGMENTED, true                                                \
	}

static void cases(void **state)
{
	static const struct expected all[] = {
		{"01-rhel6-dot-order2", 2, "swapper", 0, AUTOPSY_UNKNOWN, "2.6.32-431.el6.x86_64",
		 "exnic_alloc_rx+0x7c [exnic]", true, GFT_FRAGMENTED, true},
		{"05-arm-from-frames-5.4", 3, "swapper/0", 0, 0, "5.4.83-v7",
		 "exusb_rx_agg+0x60 [exusb]", false, GFT_FRAGMENTED, true},
		{"06-ppc64-double-bracket-6.6", 0, "swapper/2", 0, 2, "6.6.20-exppc",
		 "exeth_rx_fill.isra.0+0xc0", false, GFT_EXHAUSTED, true},
		{"07-indented-comm", 3, "swapper/1", 0, 1, "5.10.104", "exnic_rx+0x22 [exnic]",
		 false, GFT_FRAGMENTED, true},
		{"08-all-frames-unreliable-4.9", 3, "swapper/6", 0, 6, "4.9.0-12-amd64",
		 "exnic_clean_rx_irq+0xf0 [exnic]", true, GFT_FRAGMENTED, true},
		{"15-torn-pr_cont-4.9", 0, "swapper/4", 0, 4, "4.9.0-6-amd64",
		 "exnic_clean_rx_irq+0xf0 [exnic]", true, GFT_EXHAUSTED, true},
		RX("16-prefix-quoted"),
		RX("17-prefix-dmesg-delta"),
		RX("18-prefix-compose"),
		RX("19-prefix-journal-no-hostname"),
		RX("20-prefix-indent4"),
		RX("21-prefix-docker-json"),
		RX("22-prefix-tab"),
		RX("35-wrapped-78"),
		{"40-quoted-printable-oom", 0, "init", 1, 1, "6.1.76", "", false, GFT_EXHAUSTED,
		 true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		print_message("%s\n", all[i].log);
		check(&all[i]);
	}
}

static void wrapped(void **state)
{
	char *text = read_case("35-wrapped-78");
	const struct autopsy *autopsy;

	(void)state;
	parse(text);
	free(text);
	autopsy = &explain.groups[0]->event.autopsy;
	assert_true(autopsy->usage.file == 220311 + 310992);
	assert_int_equal(autopsy->nr_zones, 3);
	assert_int_equal(autopsy->zones[1].lowmem_reserve, 933);
	assert_int_equal(autopsy->zones[2].blocks[2], 322);
	assert_int_equal(autopsy->zones[2].managed, 955596 / 4);
}

static void torn(void **state)
{
	char *text = read_case("15-torn-pr_cont-4.9");
	const struct autopsy *autopsy;

	(void)state;
	parse(text);
	free(text);
	autopsy = &explain.groups[0]->event.autopsy;
	assert_int_equal(autopsy->nr_zones, 2);
	assert_int_equal(autopsy->zones[0].lowmem_reserve, 76512);
	assert_int_equal(autopsy->zones[0].blocks[10], 40);
	assert_int_equal(autopsy->zones[1].blocks[0], 5200);
}

static void suppressed(void **state)
{
	char *text = read_case("36-suppressed-old");

	(void)state;
	parse(text);
	free(text);
	assert_int_equal(explain.stats.suppressed, 5676);
}

static void quoted_printable(void **state)
{
	char *text = read_case("40-quoted-printable-oom");

	(void)state;
	parse(text);
	free(text);
	assert_int_equal(explain.groups[0]->event.kind, KLOG_OOM);
	assert_string_equal(explain.groups[0]->event.victim, "jobrun");
	assert_int_equal(explain.groups[0]->event.victim_pid, 30858);
}

/* The result without what a wrapping changes: line numbers, times, how much was read. */
static char *result(const char *text)
{
	char *bytes = NULL, *plain;
	json_t *json, *group;
	size_t length, i;
	FILE *file;

	parse(text);
	file = open_memstream(&bytes, &length);
	assert_non_null(file);
	assert_int_equal(explain__write_json(file, &explain), 0);
	fclose(file);
	json = json_loads(bytes, 0, NULL);
	free(bytes);
	assert_non_null(json);
	json_array_foreach(json_object_get(json, "failures"), i, group)
	{
		static const char *const keys[] = {"first", "last", "first_line", "last_line"};

		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			json_object_del(group, keys[k]);
	}
	plain = json_dumps(json_object_get(json, "failures"), JSON_SORT_KEYS | JSON_INDENT(1));
	json_decref(json);
	return plain;
}

enum stamp { STAMPED, BARE };

static const struct wrapping {
	const char *name, *before, *after;
	enum stamp stamp; /* with the kernel's own stamp or without */
} wrappings[] = {
	{"dmesg", "", "\n", STAMPED},
	{"dmesg -t", "", "\n", BARE},
	{"CR", "", "\r\n", STAMPED},
	{"mail", "> ", "\n", STAMPED},
	{"mail twice", "> > ", "\n", STAMPED},
	{"mail without stamps", "> ", "\n", BARE},
	{"tab", "\t", "\n", STAMPED},
	{"indent", "    ", "\n", STAMPED},
	{"indent without stamps", "    ", "\n", BARE},
	{"dmesg -T", "[Wed Mar  4 10:00:00 2026] ", "\n", BARE},
	{"dmesg -H", "[  +0.000004] ", "\n", BARE},
	{"dmesg -d", "[ 4410.500000 <    0.000004>] ", "\n", BARE},
	{"dmesg -x", "kern  :warn  : ", "\n", STAMPED},
	{"dmesg -r", "<4>", "\n", STAMPED},
	{"iso", "2026-03-04T10:00:00,000000+00:00 ", "\n", BARE},
	{"RFC 3164", "Mar  4 10:00:00 node-a kernel: ", "\n", BARE},
	{"RFC 3164 with stamps", "Mar  4 10:00:00 node-a kernel: ", "\n", STAMPED},
	{"RFC 3164 with priority", "<4>Mar  4 10:00:00 node-a kernel: ", "\n", STAMPED},
	{"RFC 5424", "<4>1 2026-03-04T10:00:00.000Z node-a kernel - - - ", "\n", STAMPED},
	{"journal, no host", "Mar 04 10:00:00 kernel: ", "\n", BARE},
	{"journal, short-iso", "2026-03-04T10:00:00+0000 node-a kernel: ", "\n", BARE},
	{"journal, short-unix", "1772618400.000000 node-a kernel: ", "\n", BARE},
	{"compose", "exporter_1  | ", "\n", STAMPED},
	{"CRI", "2026-03-04T10:00:00.000000000Z stdout F ", "\n", STAMPED},
	{"logcat", "03-04 10:00:00.000  0  0 W kernel  : ", "\n", STAMPED},
	{"vendor", "node-a/console 17: ", "\n", STAMPED},
	{"docker", "{\"log\":\"", "\\n\",\"stream\":\"stdout\"}\n", STAMPED},
	{"journal -o json", "{\"PRIORITY\":\"4\",\"MESSAGE\":\"", "\"}\n", BARE},
	{"colour", "\x1b[32m", "\x1b[0m\n", STAMPED},
};

static char *wrap(const char *log, const struct wrapping *wrapping)
{
	char *text = calloc(1, BYTES);
	size_t used = 0;

	assert_non_null(text);
	while (*log) {
		size_t length = strcspn(log, "\n");
		const char *line = log;

		if (wrapping->stamp == BARE) {
			line = memchr(log, ']', length);
			assert_non_null(line);
			line += 2;
		}
		used += (size_t)snprintf(text + used, BYTES - used, "%s%.*s%s", wrapping->before,
					 (int)(length - (size_t)(line - log)), line,
					 wrapping->after);
		assert_true(used < BYTES);
		log += length + (log[length] == '\n');
	}
	return text;
}

/* Without the blanks in front, which make this one the indented rendering. */
static char *plain_log(void)
{
	char *text = read_case("20-prefix-indent4"), *out = calloc(1, BYTES);
	size_t used = 0;

	assert_non_null(out);
	for (const char *at = text; *at;) {
		size_t length = strcspn(at, "\n");

		assert_true(length > 4);
		memcpy(out + used, at + 4, length - 4);
		used += length - 4;
		out[used++] = '\n';
		at += length + (at[length] == '\n');
	}
	free(text);
	return out;
}

static void each_wrapping(void **state)
{
	char *log = plain_log(), *want = result(log);
	size_t wrong = 0;

	(void)state;
	assert_non_null(strstr(want, "\"fragmented\""));
	for (size_t i = 0; i < sizeof(wrappings) / sizeof(wrappings[0]); i++) {
		char *text = wrap(log, &wrappings[i]), *got = result(text);

		if (strcmp(want, got) != 0) {
			print_message("differs: %s\n", wrappings[i].name);
			wrong++;
		}
		free(text);
		free(got);
	}
	free(log);
	free(want);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(wrapped),
		cmocka_unit_test(torn),
		cmocka_unit_test(suppressed),
		cmocka_unit_test(quoted_printable),
		cmocka_unit_test(each_wrapping),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	explain__clear(&explain);
	return failed;
}
