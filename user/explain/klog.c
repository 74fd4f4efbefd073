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
	/* A line that what follows may continue: it was wrapped, or torn. */
	char held[KLOG_LINE + 1];
	struct klog_line held_line; /* its text lies in `held` */
	uint64_t held_number;
	bool holds;
	bool soft; /* it ended in quoted-printable's soft break */
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
	report->event.line = klog->held_number;
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

/* Without a caller id: could this be the next line of that report? */
static bool wants(struct klog_report *report, enum klog_part part, const char *text)
{
	const char *at = text + strspn(text, " ");
	struct autopsy_zone *zone;
	uint32_t node;
	char name[16] = "";
	size_t length;

	switch (part) {
	case PART_CPUSET:
		return !*report->event.cpuset;
	case PART_CPU:
		return report->part < PART_CPU && klog_report__same_comm(report, text, &length);
	case PART_TRACE:
		return report->part == PART_CPU || report->part == PART_HEADER;
	case PART_FRAME:
		return report->part >= PART_CPU && report->part <= PART_FRAME;
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
	const char *suppressed = strstr(text, " callbacks suppressed");
	uint64_t count;

	/* warn_alloc_failed before 4.9 */
	if (suppressed &&
	    (!strncmp(text, "warn_alloc: ", 12) || !strncmp(text, "warn_alloc_failed: ", 19))) {
		text = strchr(text, ':') + 2;
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
static void take_held(struct klog *klog)
{
	struct klog_line line = klog->held_line;
	char *text, *end;

	if (!klog->holds)
		return;
	klog->holds = false;
	klog->soft = false;
	if (line.tagged) {
		memcpy(klog->caller, line.caller, sizeof(klog->caller));
		klog->time_us = line.time_us;
	} else {
		line.time_us = klog->time_us;
	}
	text = klog->held + (line.text - klog->held);
	while ((end = strstr(text, ESCAPED))) {
		*end = '\0';
		line.text = text;
		handle(klog, &line);
		text = end + strlen(ESCAPED);
	}
	line.text = text;
	handle(klog, &line);
}

/* "active_file:1kB", "3*4kB", "(UME)", "= 12kB", "mode:0x20": from within a line */
static bool is_middle(const char *text)
{
	const char *at = text + strspn(text, " ");
	size_t digits = strspn(at, "0123456789");

	if (digits)
		return at[digits] == '*';
	if (*at == '=' || !strncmp(at, "mode:0x", 7) || !strncmp(at, "gfp_mask=", 9))
		return true;
	if (*at == '(')
		return strspn(at + 1, "UMEHCI") && at[1 + strspn(at + 1, "UMEHCI")] == ')';
	at += strspn(at, "abcdefghijklmnopqrstuvwxyz_()");
	return *at == ':' && strstr(at, "kB");
}

/* Only numbers and blanks: the rest of lowmem_reserve[] */
static bool is_numbers(const char *text)
{
	return *text && strspn(text, "0123456789") && !text[strspn(text, " 0123456789")];
}

/* Kernels 4.9 to 4.18 printed what continues a line as lines of their own (pr_cont). */
static bool continues_torn(const char *held, const char *text)
{
	const char *at = held + strspn(held, " ");
	const char *next = text + strspn(text, " ");
	size_t length = strlen(at);
	uint32_t node;
	char name[16] = "";

	while (length && at[length - 1] == ' ')
		length--;
	if (!strncmp(at, "Node ", 5) && length > 5 && length < 10 &&
	    5 + strspn(at + 5, "0123456789") == length)
		return klog_zone__name(&next, &node, name);
	if (!strncmp(at, "lowmem_reserve[]:", 17))
		return is_numbers(next);
	return klog_zone__name(&at, &node, name) && *at == ':' && !strchr(at, '=') &&
	       is_middle(text) && !strchr(next, ':');
}

/* Does this line, whose prefix is known, continue the one that is held? */
static bool continues(const struct klog *klog, const struct klog_line *line)
{
	const struct klog_line *held = &klog->held_line;
	enum klog_part part;

	if (!klog->holds)
		return false;
	if (klog->soft)
		return true;
	if (line->tagged)
		return held->tagged && !strcmp(held->caller, line->caller) &&
		       continues_torn(held->text, line->text);
	part = klog_part__of(line->text);
	if (part != PART_NONE && part != PART_USAGE)
		return false;
	return held->tagged ? part == PART_NONE || strstr(line->text, "kB")
			    : is_middle(line->text) || continues_torn(held->text, line->text);
}

static void hold(struct klog *klog, const struct klog_line *line)
{
	const size_t offset = (size_t)(line->text - klog->line);

	memcpy(klog->held, klog->line, klog->length + 1);
	klog->held_line = *line;
	klog->held_line.text = klog->held + offset;
	klog->held_number = klog->stats.lines;
	klog->holds = true;
}

static void join(struct klog *klog, const char *text)
{
	size_t used = strlen(klog->held), length = strlen(text);
	/* a client breaks lines at blanks and may keep them or not */
	bool blank = !klog->soft && used && klog->held[used - 1] != ' ' && *text != ' ';

	if (used + blank + length > KLOG_LINE)
		length = KLOG_LINE - used - blank;
	if (used + blank > KLOG_LINE)
		return;
	if (blank)
		klog->held[used++] = ' ';
	memcpy(klog->held + used, text, length);
	klog->held[used + length] = '\0';
}

/* "=\n": quoted-printable breaks a line anywhere, at 76 columns at most */
static bool take_soft_break(struct klog *klog)
{
	if (klog->length < 60 || klog->length > 77 || klog->line[klog->length - 1] != '=')
		return false;
	klog->line[--klog->length] = '\0';
	return true;
}

static void take_record(struct klog *klog)
{
	struct klog_line line;
	bool soft;

	klog->stats.lines++;
	klog->stats.long_lines += klog->cut;
	klog->length = klog_line__clean(klog->line, klog->length);
	soft = klog->length && take_soft_break(klog);
	if (strstr(klog->line, "=3D")) {
		klog->length = klog_line__decode_quoted(klog->line, klog->length);
		klog->line[klog->length] = '\0';
	}
	klog_line__parse(klog->line, &line);
	if (continues(klog, &line)) {
		join(klog, klog->soft ? klog->line : line.text);
	} else {
		take_held(klog);
		hold(klog, &line);
	}
	klog->soft = soft;
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
	take_held(klog);
	while (klog->nr_open)
		close_report(klog, 0);
}
