// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "options_table.h"
#include "words.h"

static const char *const class_names[GFT_CLASSES] = GFT_CLASS_NAMES;
static const char *const context_names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
const char *const tier_names[TIERS] = {"auto", "fexit", "kprobe", "tracepoint"};
const char *const coverage_names[COVERAGES] = {"auto", "fast", "exact"};

#define RUN	  (1u << COMMAND_RUN)
#define REPORT	  (1u << COMMAND_REPORT)
#define DOCTOR	  (1u << COMMAND_DOCTOR)
#define EXERCISE  (1u << COMMAND_EXERCISE)
#define ALL	  (RUN | REPORT | DOCTOR | EXERCISE)
#define AT(field) .offset = offsetof(struct options, field)

/* Tables are read by their rows. */
/* clang-format off */

/* An option that later work brings; `m` NULL: it takes no value. */
#define UNBUILT(n, m) \
	{ .name = (n), .metavar = (m), .type = OPTION_TEXT, .commands = RUN, .unbuilt = true }

const struct option_row option_table[] = {
	{ .name = "duration", .short_name = 'd', .type = OPTION_DURATION, .metavar = "TIME",
	  .group = "Window", .commands = RUN, AT(duration_ns),
	  .help = "trace for this long: 10, 0.5s, 200ms (default: until CMD ends or Ctrl-C)" },
	{ .name = "interval", .short_name = 'i', .type = OPTION_DURATION, .metavar = "TIME",
	  .group = "Window", .commands = RUN, AT(interval_ns),
	  .help = "a complete report every TIME" },

	{ .name = "format", .short_name = 'f', .type = OPTION_FORMAT, .metavar = "FORMAT",
	  .group = "Output", .commands = RUN | REPORT, AT(format), .fallback = "text",
	  .help = "text, json, html, prom or folded" },
	{ .name = "output", .short_name = 'o', .type = OPTION_TEXT, .metavar = "FILE",
	  .group = "Output", .commands = RUN | REPORT, AT(output), .max = 4095,
	  .help = "write the report to FILE, not to stdout" },
	{ .name = "by", .type = OPTION_WORDS, .metavar = "DIM[,DIM...]", .group = "Output",
	  .commands = RUN, AT(by), .fallback = "class,order,context", .words = dimension_names,
	  .nr_words = DIMENSIONS,
	  .unbuilt_words = 1u << DIM_PATH | 1u << DIM_CALLER | 1u << DIM_QUALITY,
	  .help = "one series for each: class, order, context, node, zone, migratetype, cpu, "
		  "comm, cgroup" },
	{ .name = "addresses", .type = OPTION_FLAG, .group = "Output", .commands = RUN,
	  AT(addresses), .help = "let kernel addresses appear" },

	{ .name = "class", .type = OPTION_WORDS, .metavar = "CLASS[,...]", .group = "Filters",
	  .commands = RUN, AT(classes), .given = offsetof(struct options, class_given),
	  .words = class_names, .nr_words = GFT_CLASSES,
	  .help = "only these: thp, atomic, nowait, noio, nofs, kernel, user, movable" },
	{ .name = "order", .type = OPTION_NUMBERS, .metavar = "N[,N-M...]", .group = "Filters",
	  .commands = RUN, AT(orders), .given = offsetof(struct options, order_given), .min = 0,
	  .max = OPTIONS_ORDERS - 1, .help = "only these orders: 0, 1,3 or 2-4" },
	{ .name = "context", .type = OPTION_WORDS, .metavar = "CONTEXT[,...]", .group = "Filters",
	  .commands = RUN, AT(contexts), .given = offsetof(struct options, context_given),
	  .words = context_names, .nr_words = GFT_CONTEXTS,
	  .help = "only these: task, softirq, hardirq, nmi" },
	{ .name = "pid", .short_name = 'p', .type = OPTION_PIDS, .metavar = "PID[,...]",
	  .group = "Filters", .commands = RUN, .min = 1, .max = 1u << 22,
	  .help = "only tasks of these processes, 16 at most" },
	{ .name = "comm", .short_name = 'c', .type = OPTION_TEXT, .metavar = "GLOB",
	  .group = "Filters", .commands = RUN, AT(comm), .max = OPTIONS_COMM,
	  .help = "only tasks whose name matches" },
	{ .name = "cgroup", .type = OPTION_TEXT, .metavar = "PATH", .group = "Filters",
	  .commands = RUN, AT(cgroup), .max = 4095,
	  .help = "only tasks in this cgroup or below it" },

	{ .name = "tier", .type = OPTION_CHOICE, .metavar = "TIER", .group = "Tracing",
	  .commands = RUN, AT(tier), .fallback = "auto", .words = tier_names, .nr_words = TIERS,
	  .help = "auto, fexit, kprobe or tracepoint; a forced tier never falls back" },
	{ .name = "coverage", .type = OPTION_CHOICE, .metavar = "HOW", .group = "Tracing",
	  .commands = RUN, AT(coverage), .fallback = "auto", .words = coverage_names,
	  .nr_words = COVERAGES,
	  .help = "fast: least cost; exact: lose nothing; auto: fast until the loss passes --max-loss" },
	{ .name = "max-loss", .type = OPTION_PERCENT, .metavar = "PCT", .group = "Tracing",
	  .commands = RUN, AT(max_loss), .given = offsetof(struct options, max_loss_given),
	  .fallback = "1", .help = "the loss that auto bears; where given, more of it exits 4" },
	{ .name = "memory-limit", .type = OPTION_SIZE, .metavar = "SIZE", .group = "Tracing",
	  .commands = RUN, AT(memory_limit), .fallback = "256M",
	  .help = "refuse to start if the maps need more memory: 64M, 1G" },

	{ .name = "marked", .type = OPTION_FLAG, .group = "Testing", .commands = RUN, AT(marked),
	  .help = "count only requests that carry the test module's mark; check each pairing" },

	{ .name = "quiet", .short_name = 'q', .type = OPTION_QUIET, .group = "Other",
	  .commands = ALL, AT(verbosity), .help = "nothing on stderr but errors" },
	{ .name = "verbose", .short_name = 'v', .type = OPTION_VERBOSE, .group = "Other",
	  .commands = ALL, AT(verbosity), .help = "say what is done" },
	{ .name = "help", .short_name = 'h', .type = OPTION_FLAG, .group = "Other",
	  .commands = ALL, AT(help), .help = "show this" },

	UNBUILT("stacks", NULL),
	UNBUILT("slowest", "K"),
	UNBUILT("stop-on", "EVENT"),
	UNBUILT("module", "NAME"),
	UNBUILT("budget", "PCT"),
	UNBUILT("sample", "N"),
	UNBUILT("failures-only", NULL),
	UNBUILT("repeat", "N"),
	UNBUILT("slab", NULL),
	{ 0 },
};

const struct command_row command_table[COMMANDS] = {
	[COMMAND_RUN] = {
		.name = "run", .usage = "[OPTION...] [-- CMD [ARG...]]", .takes_command = true,
		.summary = "trace page requests, then print a report",
		.description =
			"Trace the page allocator for -d TIME, while CMD runs, or until Ctrl-C, and\n"
			"print a report. CMD sets the window, nothing else: the whole machine is traced.",
	},
	[COMMAND_REPORT] = {
		.name = "report", .usage = "[OPTION...] FILE.json...", .takes_operands = true,
		.summary = "show a saved report again, in any format, or several as one",
		.description =
			"Show a report that was saved with -f json; \"-\" reads stdin. Needs no root. Several\n"
			"become one, exactly: counts add up, percentiles come from the added buckets; what each\n"
			"lost and did not see stays apart.",
	},
	[COMMAND_DOCTOR] = {
		.name = "doctor", .usage = "[OPTION...]",
		.summary = "say what this kernel offers and what to do about the rest",
		.description = "Try each way to attach and say which one `run` would choose, and why.",
	},
	[COMMAND_EXERCISE] = {
		.name = "exercise", .usage = "[OPTION...] SCENARIO...", .takes_operands = true,
		.summary = "make the test module allocpage request pages; print what it did",
		.description =
			"Send scenario lines (key=value words) to the module allocpage and print its\n"
			"own count of what it did as JSON.",
	},
};

/* clang-format on */

static bool is_among(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (!strcmp(name, *names))
			return true;
	return false;
}

bool command__is_unbuilt(const char *name)
{
	static const char *const names[] = {"top", "check", "diff", "explain", "serve", NULL};

	return is_among(name, names);
}

const char *word__nearest(const char *word, const char *const *words, size_t nr)
{
	const char *nearest = NULL;
	size_t best = 3, distance, i;

	for (i = 0; i < nr; i++) {
		distance = text__distance(word, words[i], 2);
		/* Two edits turn any short word into another. */
		if (distance < best && distance < strlen(words[i])) {
			best = distance;
			nearest = words[i];
		}
	}
	return nearest;
}
