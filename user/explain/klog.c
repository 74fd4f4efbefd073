// SPDX-License-Identifier: GPL-2.0-only
/* From bytes to lines, from lines to reports: which report a line belongs to. */
#include "explain/klog.h"

#include <stdlib.h>
#include <string.h>

#include "explain/line.h"
#include "explain/klog_internal.h"

#define OPEN 8 /* reports that may be under way at once */

#define ESCAPED "\\x0a" /* a newline within a record of /dev/kmsg */

/* A report has ended after so many lines of whatever kind, or so much time, without one of its. */
#define IDLE	1000
#define IDLE_US 5000000
/* The OOM killer lists all tasks before it names its victim, perhaps on a slow console. */
#define IDLE_OOM    200000
#define IDLE_OOM_US 600000000

struct klog {
	void (*found)(void *context, const struct klog_event *event);
	void *context;
	struct klog_stats stats;
	struct klog_report reports[OPEN]; /* open ones first, the oldest first */
	size_t nr_open;
	bool touched[OPEN]; /* it got a line since the last one began */
	char caller[16];    /* of the last line that had a prefix */
	uint64_t time_us;
	char line[KLOG_LINE + 1];
	size_t length;
	bool cut; /* the line is longer: what follows is passed over */
};

struct klog *klog__new(void (*found)(void *context, const struct klog_event *event), void *context)
{
	struct klog *klog = calloc(1, sizeof(*klog));

	if (!klog)
		return NULL;
	klog->found = found;
	klog->context = context;
	klog->time_us = AUTOPSY_UNKNOWN;
	return klog;
}

void klog__free(struct klog *klog)
{
	free(klog);
}

const struct klog_stats *klog__stats(const struct klog *klog)
{
	return &klog->stats;
}

static void close_report(struct klog *klog, size_t index)
{
	struct klog_report *report = &klog->reports[index];

	klog_report__finish(report);
	klog->stats.numbers_refused += report->refused;
	/* a memory cgroup's OOM report has none */
	klog->stats.without_memory +=
		!report->event.has_memory && report->event.autopsy.given != GFT_MEMCG;
	if (report->event.kind == KLOG_OOM)
		klog->stats.ooms++;
	else
		klog->stats.failures++;
	klog->found(klog->context, &report->event);
	klog->nr_open--;
	memmove(report, report + 1, (klog->nr_open - index) * sizeof(*report));
	memmove(&klog->touched[index], &klog->touched[index + 1],
		(klog->nr_open - index) * sizeof(klog->touched[0]));
}

/* A report whose task has begun another, or that got no line for long, has ended. */
static void close_old(struct klog *klog, const struct klog_line *line, bool header)
{
	for (size_t i = 0; i < klog->nr_open;) {
		const struct klog_report *report = &klog->reports[i];
		const bool oom = report->event.kind == KLOG_OOM;
		bool late = line->time_us != AUTOPSY_UNKNOWN &&
			    report->last_us != AUTOPSY_UNKNOWN && line->time_us > report->last_us &&
			    line->time_us - report->last_us > (oom ? IDLE_OOM_US : IDLE_US);
		bool same = header && *klog->caller && !strcmp(report->caller, klog->caller);

		if (same || late || klog->stats.lines - report->last_line > (oom ? IDLE_OOM : IDLE))
			close_report(klog, i);
		else
			i++;
	}
}

static void begin_report(struct klog *klog, const struct klog_line *line)
{
	struct klog_report *report;

	close_old(klog, line, true);
	if (klog->nr_open == OPEN)
		close_report(klog, 0);
	report = &klog->reports[klog->nr_open];
	memset(report, 0, sizeof(*report));
	autopsy__init(&report->event.autopsy);
	report->event.line = klog->stats.lines;
	report->event.time_us = line->time_us;
	report->event.pid = AUTOPSY_UNKNOWN;
	report->event.cpu = AUTOPSY_UNKNOWN;
	report->event.mode = AUTOPSY_UNKNOWN;
	report->event.victim_pid = AUTOPSY_UNKNOWN;
	memcpy(report->event.when, line->when, sizeof(report->event.when));
	memcpy(report->caller, klog->caller, sizeof(report->caller));
	report->part = PART_HEADER;
	report->last_line = klog->stats.lines;
	report->last_us = line->time_us;
	if (!klog_report__header(report, line->text)) {
		klog->stats.headers_refused++;
		return;
	}
	memset(klog->touched, 0, sizeof(klog->touched));
	klog->nr_open++;
}

/* The comm of a line "CPU: ... Comm: NAME Tainted: ..." is that of the report. */
static bool same_comm(const struct klog_report *report, const char *text)
{
	const char *comm = strstr(text, " Comm: ");
	size_t length = strlen(report->event.comm);

	return comm && !strncmp(comm + 7, report->event.comm, length) &&
	       (comm[7 + length] == ' ' || !comm[7 + length]);
}

/* Without a caller id: could this be the next line of that report? */
static bool wants(struct klog_report *report, enum klog_part part, const char *text)
{
	const char *at = text + strspn(text, " ");
	struct autopsy_zone *zone;
	uint32_t node;
	char name[16] = "";

	switch (part) {
	case PART_CPUSET:
		return !*report->event.cpuset;
	case PART_CPU:
		return report->part < PART_CPU && same_comm(report, text);
	case PART_TRACE:
		return report->part == PART_CPU || report->part == PART_HEADER;
	case PART_FRAME:
		return report->part == PART_TRACE || report->part == PART_FRAME;
	case PART_MEMORY:
		return report->part < PART_MEMORY;
	case PART_ZONE:
		return klog_zone__name(&at, &node, name) &&
		       !klog_report__find_zone(report, node, name);
	case PART_BLOCKS:
		if (!klog_zone__name(&at, &node, name))
			return false;
		zone = klog_report__find_zone(report, node, name);
		return zone && !zone->blocks_known;
	case PART_RESERVE:
		return report->part == PART_ZONE;
	case PART_OOM_MEMCG:
	case PART_OOM_KILL:
		return report->event.kind == KLOG_OOM;
	default:
		return report->part >= PART_MEMORY;
	}
}

/*
 * The report that a line belongs to, -1: none. With caller ids it is certain. Without, it is
 * the youngest that can take it; dump_stack() holds a lock, so traces are whole.
 */
static int find_report(const struct klog *klog, enum klog_part part, const char *text)
{
	for (size_t i = klog->nr_open; i-- > 0;) {
		struct klog_report *report = (struct klog_report *)&klog->reports[i];

		if (*klog->caller ? !strcmp(report->caller, klog->caller)
				  : wants(report, part, text))
			return (int)i;
	}
	return -1;
}

static void take_line(struct klog_report *report, enum klog_part part, const char *text)
{
	const char *limit;

	switch (part) {
	case PART_CPUSET:
		klog_report__cpuset(report, text);
		break;
	case PART_CPU:
		klog_report__cpu(report, text);
		break;
	case PART_FRAME:
		klog_report__frame(report, text);
		break;
	case PART_USAGE:
		klog_report__usage(report, text);
		break;
	case PART_ZONE:
		klog_report__zone(report, text);
		break;
	case PART_RESERVE:
		klog_report__reserve(report, text);
		break;
	case PART_BLOCKS:
		klog_report__blocks(report, text);
		break;
	case PART_SWAP:
		klog_report__swap(report, text);
		break;
	case PART_OOM_MEMCG:
		report->event.autopsy.given = GFT_MEMCG;
		limit = strstr(text, "limit ");
		limit = limit ? limit + 6 : "";
		if (klog_number(&limit, &report->event.autopsy.memcg_limit) &&
		    report->event.autopsy.memcg_limit < 1ull << 50)
			report->event.autopsy.memcg_limit *= 1024;
		else
			report->event.autopsy.memcg_limit = AUTOPSY_UNKNOWN;
		break;
	case PART_OOM_KILL:
		klog_report__oom_kill(report, text);
		break;
	default:
		break;
	}
}

/* Is the report complete with this part? The OOM killer names its victim behind the zones. */
static bool is_last(const struct klog_report *report, enum klog_part part, const char *text)
{
	if (part == PART_OOM_KILL)
		return strstr(text, "Killed process ") != NULL;
	return part == PART_END && report->event.kind == KLOG_FAILURE;
}

/* Lines that tell of failures without being part of a report. */
static void note_others(struct klog *klog, const char *text)
{
	const char *suppressed = "warn_alloc: ";
	uint64_t count;

	if (!strncmp(text, suppressed, strlen(suppressed))) {
		text += strlen(suppressed);
		if (klog_number(&text, &count) && !strncmp(text, " callbacks suppressed", 21) &&
		    count < UINT32_MAX)
			klog->stats.suppressed += count;
	} else if (strstr(text, ", mode:0x") &&
		   (strstr(text, "vmalloc") || strstr(text, "page allocation stalls for "))) {
		klog->stats.others++;
	}
}

static void assign(struct klog *klog, enum klog_part part, const struct klog_line *line)
{
	int index = find_report(klog, part, line->text);
	struct klog_report *report;

	if (index < 0) {
		klog->stats.strays += part == PART_ZONE;
		return;
	}
	report = &klog->reports[index];
	/* a line of an older report after the youngest had begun to get its own */
	if (!*klog->caller && part >= PART_MEMORY && (size_t)index + 1 < klog->nr_open &&
	    klog->touched[klog->nr_open - 1]) {
		report->event.mixed = true;
		klog->reports[klog->nr_open - 1].event.mixed = true;
	}
	klog->touched[index] |= part >= PART_MEMORY;
	take_line(report, part, line->text);
	report->part = part;
	report->last_line = klog->stats.lines;
	if (line->time_us != AUTOPSY_UNKNOWN)
		report->last_us = line->time_us;
	if (is_last(report, part, line->text))
		close_report(klog, (size_t)index);
}

static void handle(struct klog *klog, const struct klog_line *line)
{
	enum klog_part part = klog_part__of(line->text);

	if (part == PART_HEADER) {
		begin_report(klog, line);
		return;
	}
	if (part == PART_NONE) {
		note_others(klog, line->text);
		return;
	}
	close_old(klog, line, false);
	assign(klog, part, line);
}

/* A record of /dev/kmsg may have several lines in it; its prefix is theirs. */
static void take_record(struct klog *klog)
{
	struct klog_line line;
	char *text, *end;

	klog->stats.lines++;
	klog->stats.long_lines += klog->cut;
	klog->length = klog_line__clean(klog->line, klog->length);
	klog_line__parse(klog->line, &line);
	if (line.tagged) {
		memcpy(klog->caller, line.caller, sizeof(klog->caller));
		klog->time_us = line.time_us;
	} else {
		line.time_us = klog->time_us;
	}
	text = klog->line + (line.text - klog->line);
	while ((end = strstr(text, ESCAPED))) {
		*end = '\0';
		line.text = text;
		handle(klog, &line);
		text = end + strlen(ESCAPED);
	}
	line.text = text;
	handle(klog, &line);
	klog->length = 0;
	klog->cut = false;
}

void klog__feed(struct klog *klog, const char *bytes, size_t length)
{
	while (length) {
		const char *newline = memchr(bytes, '\n', length);
		size_t part = newline ? (size_t)(newline - bytes) : length;
		size_t room = KLOG_LINE - klog->length;
		size_t fits = part < room ? part : room;

		memcpy(klog->line + klog->length, bytes, fits);
		klog->length += fits;
		klog->cut |= fits < part;
		if (newline)
			take_record(klog);
		part += newline != NULL;
		bytes += part;
		length -= part;
	}
}

void klog__finish(struct klog *klog)
{
	if (klog->length)
		take_record(klog);
	while (klog->nr_open)
		close_report(klog, 0);
}
