// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include <gfptrace/stage.h>

#include "cmd/options_table.h"
#include "serve/host.h"
#include "base/text.h"

static const char *const class_names[GFT_CLASSES] = GFT_CLASS_NAMES;
static const char *const context_names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
const char *const tier_names[TIERS] = {"auto", "fexit", "kprobe", "tracepoint"};
const char *const coverage_names[COVERAGES] = {"auto", "fast", "exact"};
const char *const verdict_format_names[VERDICT_FORMATS] = {"tap", "text", "json"};
static const char *const explain_format_names[] = {"text", "json"};
const char *const diff_format_names[DIFF_FORMATS] = {"text", "json"};

/* What says how to trace is also for those who trace in order to judge. */
#define RUN	  (1u << COMMAND_RUN | 1u << COMMAND_CHECK | 1u << COMMAND_SERVE)
#define WINDOW	  (1u << COMMAND_RUN | 1u << COMMAND_CHECK) /* what ends by itself */
#define ONLY_RUN  (1u << COMMAND_RUN)
#define TOP	  (1u << COMMAND_TOP)
#define CHECK	  (1u << COMMAND_CHECK)
#define DIFF	  (1u << COMMAND_DIFF)
#define REPORT	  (1u << COMMAND_REPORT)
#define DOCTOR	  (1u << COMMAND_DOCTOR)
#define EXERCISE  (1u << COMMAND_EXERCISE)
#define EXPLAIN	  (1u << COMMAND_EXPLAIN)
#define SERVE	  (1u << COMMAND_SERVE)
#define ALL	  (RUN | TOP | DIFF | REPORT | DOCTOR | EXERCISE | EXPLAIN)
#define AT(field) .offset = offsetof(struct options, field)

/* Tables are read by their rows. */
/* clang-format off */

const struct option_row option_table[] = {
	{ .name = "listen", .type = OPTION_ADDRESS, .metavar = "ADDR:PORT", .group = "Serving",
	  .commands = SERVE, AT(listen), .fallback = "127.0.0.1:9437",
	  .help = "where to be asked; [::1]:9437 for IPv6, port 0 for any that is free" },
	{ .name = "allow-host", .type = OPTION_LIST, .metavar = "NAME", .group = "Serving",
	  .commands = SERVE, AT(allow_hosts), .max = HOST_TEXT - 1,
	  .help = "answer requests for this host name or address, too; may be given again" },

	{ .name = "rules", .type = OPTION_LIST, .metavar = "FILE", .group = "Gate",
	  .commands = CHECK, AT(rules_files), .max = 4095,
	  .help = "the rules that must hold, see doc/rules.md; may be given again" },
	{ .name = "rule", .type = OPTION_LIST, .metavar = "EXPR", .group = "Gate",
	  .commands = CHECK, AT(rules), .max = 4095,
	  .help = "one more: 'gfptrace_failures_total{class=\"atomic\"} == 0'" },
	{ .name = "baseline", .type = OPTION_TEXT, .metavar = "FILE", .group = "Gate",
	  .commands = CHECK, AT(baseline), .max = 4095,
	  .help = "nothing may be worse than in this report, as `diff` tells it" },
	{ .name = "update", .type = OPTION_FLAG, .group = "Gate", .commands = CHECK, AT(update),
	  .help = "if the rules hold, make the new report the baseline instead" },
	{ .name = "max-regress", .type = OPTION_PERCENT, .metavar = "PCT", .group = "Gate",
	  .commands = CHECK | DIFF, AT(max_regress), .max = 10000,
	  .help = "bear what is worse by no more than this (default: nothing)" },
	{ .name = "ignore-exit", .type = OPTION_FLAG, .group = "Gate", .commands = CHECK,
	  AT(ignore_exit), .help = "let CMD fail; by default that is a failed verdict" },
	{ .name = "stop-on", .type = OPTION_EVENT, .metavar = "EVENT", .group = "Window",
	  .commands = ONLY_RUN,
	  .help = "stop at the first failure, or latency>TIME (at most 10 ms later), report, exit 1" },

	{ .name = "format", .short_name = 'f', .type = OPTION_CHOICE, .metavar = "FORMAT",
	  .group = "Gate", .commands = CHECK, AT(verdicts), .fallback = "tap",
	  .words = verdict_format_names, .nr_words = VERDICT_FORMATS,
	  .help = "tap, text or json" },
	{ .name = "format", .short_name = 'f', .type = OPTION_CHOICE, .metavar = "FORMAT",
	  .group = "Gate", .commands = DIFF, AT(differences), .fallback = "text",
	  .words = diff_format_names, .nr_words = DIFF_FORMATS, .help = "text or json" },
	{ .name = "output", .short_name = 'o', .type = OPTION_TEXT, .metavar = "FILE",
	  .group = "Gate", .commands = CHECK | DIFF, AT(output), .max = 4095,
	  .help = "write to FILE, not to stdout, which CMD shares" },
	{ .name = "junit", .type = OPTION_TEXT, .metavar = "FILE", .group = "Gate",
	  .commands = CHECK, AT(junit), .max = 4095, .help = "write JUnit XML, too" },
	{ .name = "report", .type = OPTION_TEXT, .metavar = "FILE", .group = "Gate",
	  .commands = CHECK, AT(keep), .max = 4095,
	  .help = "keep the report that was checked, as JSON" },

	{ .name = "duration", .short_name = 'd', .type = OPTION_DURATION, .metavar = "TIME",
	  .group = "Window", .commands = WINDOW | TOP, AT(duration_ns),
	  .help = "trace for this long: 10, 0.5s, 200ms (default: until CMD or you end it)" },
	{ .name = "interval", .short_name = 'i', .type = OPTION_DURATION, .metavar = "TIME",
	  .group = "Window", .commands = ONLY_RUN, AT(interval_ns),
	  .help = "a complete report every TIME" },
	{ .name = "interval", .short_name = 'i', .type = OPTION_DURATION, .metavar = "TIME",
	  .group = "Window", .commands = TOP, AT(interval_ns), .fallback = "1",
	  .help = "show what came in the last TIME" },
	{ .name = "repeat", .type = OPTION_COUNT, .metavar = "N", .group = "Window",
	  .commands = ONLY_RUN, AT(repeat), .fallback = "1", .min = 1, .max = OPTIONS_REPEAT,
	  .help = "N windows one after another, each with its own CMD and report; for `diff`" },

	{ .name = "format", .short_name = 'f', .type = OPTION_FORMAT, .metavar = "FORMAT",
	  .group = "Output", .commands = ONLY_RUN | REPORT, AT(format), .fallback = "text",
	  .help = "text, json, html, prom or folded" },
	{ .name = "format", .short_name = 'f', .type = OPTION_FORMAT, .metavar = "FORMAT",
	  .group = "Output", .commands = EXPLAIN, AT(format), .fallback = "text",
	  .words = explain_format_names, .nr_words = 2, .help = "text or json" },
	{ .name = "output", .short_name = 'o', .type = OPTION_TEXT, .metavar = "FILE",
	  .group = "Output", .commands = ONLY_RUN | REPORT | EXPLAIN, AT(output), .max = 4095,
	  .help = "write the report to FILE, not to stdout" },
	{ .name = "by", .type = OPTION_WORDS, .metavar = "DIM[,DIM...]", .group = "Output",
	  .commands = RUN | TOP, AT(by), .fallback = "class,order,context", .words = dimension_names,
	  .nr_words = DIMENSIONS,
	  .help = "one series for each: class, order, context, path, node, zone, migratetype, "
		  "cpu, comm, cgroup, caller, quality" },
	{ .name = "slowest", .type = OPTION_COUNT, .metavar = "K", .group = "Output",
	  .commands = RUN | TOP, AT(slowest), .fallback = "10", .min = 0, .max = GFT_SLOWEST_MAX,
	  .help = "show the K slowest requests, stage by stage; at most 32" },
	{ .name = "addresses", .type = OPTION_FLAG, .group = "Output", .commands = RUN | TOP,
	  AT(addresses), .help = "let kernel addresses appear" },
	{ .name = "stacks", .type = OPTION_FLAG, .group = "Output", .commands = WINDOW, AT(stacks),
	  .help = "count the kernel stacks that requests come from; for -f folded" },
	{ .name = "cache-colours", .type = OPTION_FLAG, .group = "Output", .commands = RUN | TOP,
	  AT(cache_colours),
	  .help = "count over which sets of the last-level cache the pages spread" },
	{ .name = "slab", .type = OPTION_FLAG, .group = "Output", .commands = WINDOW, AT(slab),
	  .help = "count objects of slabs that are asked for atomically, and how they lie in cache "
		  "lines" },

	{ .name = "class", .type = OPTION_WORDS, .metavar = "CLASS[,...]", .group = "Filters",
	  .commands = RUN | TOP, AT(classes), .given = offsetof(struct options, class_given),
	  .words = class_names, .nr_words = GFT_CLASSES,
	  .help = "only these: thp, atomic, nowait, noio, nofs, kernel, user, movable" },
	{ .name = "order", .type = OPTION_NUMBERS, .metavar = "N[,N-M...]", .group = "Filters",
	  .commands = RUN | TOP, AT(orders), .given = offsetof(struct options, order_given), .min = 0,
	  .max = OPTIONS_ORDERS - 1, .help = "only these orders: 0, 1,3 or 2-4" },
	{ .name = "context", .type = OPTION_WORDS, .metavar = "CONTEXT[,...]", .group = "Filters",
	  .commands = RUN | TOP, AT(contexts), .given = offsetof(struct options, context_given),
	  .words = context_names, .nr_words = GFT_CONTEXTS,
	  .help = "only these: task, softirq, hardirq, nmi" },
	{ .name = "pid", .short_name = 'p', .type = OPTION_PIDS, .metavar = "PID[,...]",
	  .group = "Filters", .commands = RUN | TOP, .min = 1, .max = 1u << 22,
	  .help = "only tasks of these processes, 16 at most" },
	{ .name = "comm", .short_name = 'c', .type = OPTION_TEXT, .metavar = "GLOB",
	  .group = "Filters", .commands = RUN | TOP, AT(comm), .max = OPTIONS_COMM,
	  .help = "only tasks whose name matches" },
	{ .name = "cgroup", .type = OPTION_TEXT, .metavar = "PATH", .group = "Filters",
	  .commands = RUN | TOP, AT(cgroup), .max = 4095,
	  .help = "only tasks in this cgroup or below it" },

	{ .name = "module", .type = OPTION_TEXT, .metavar = "NAME", .group = "Filters",
	  .commands = RUN | TOP, AT(module), .max = 55, .help = "only what code of this module asks for" },

	{ .name = "tier", .type = OPTION_CHOICE, .metavar = "TIER", .group = "Tracing",
	  .commands = RUN | TOP, AT(tier), .fallback = "auto", .words = tier_names, .nr_words = TIERS,
	  .help = "auto, fexit, kprobe or tracepoint; a forced tier never falls back" },
	{ .name = "coverage", .type = OPTION_CHOICE, .metavar = "HOW", .group = "Tracing",
	  .commands = RUN | TOP, AT(coverage), .fallback = "auto", .words = coverage_names,
	  .nr_words = COVERAGES,
	  .help = "fast: least cost; exact: lose nothing; auto: fast until the loss passes --max-loss" },
	{ .name = "max-loss", .type = OPTION_PERCENT, .metavar = "PCT", .group = "Tracing",
	  .commands = WINDOW, AT(max_loss), .given = offsetof(struct options, max_loss_given),
	  .fallback = "1", .help = "the loss that auto bears; where given, more of it exits 4" },
	{ .name = "max-loss", .type = OPTION_PERCENT, .metavar = "PCT", .group = "Tracing",
	  .commands = SERVE, AT(max_loss), .fallback = "1", .help = "the loss that auto bears" },
	{ .name = "sample", .type = OPTION_COUNT, .metavar = "N", .group = "Tracing",
	  .commands = WINDOW | TOP, AT(sample), .given = offsetof(struct options, sample_given),
	  .min = 1, .max = 65536, .fallback = "1",
	  .help = "time one request in N, at random; all are counted" },
	{ .name = "sample", .type = OPTION_COUNT, .metavar = "N", .group = "Tracing",
	  .commands = SERVE, AT(sample), .given = offsetof(struct options, sample_given),
	  .min = 1, .max = 65536, .fallback = "64",
	  .help = "time one request in N, at random; all are counted" },
	{ .name = "budget", .type = OPTION_PERCENT, .metavar = "PCT", .group = "Tracing",
	  .commands = RUN | TOP, AT(budget), .given = offsetof(struct options, budget_given),
	  .fallback = "2", .help = "the share of the machine that the programs may take before "
				   "only a sample of the requests is timed" },
	{ .name = "failures-only", .type = OPTION_FLAG, .group = "Tracing", .commands = RUN | TOP,
	  AT(failures_only), .help = "see failures alone, at no cost to requests that succeed" },
	{ .name = "lint", .type = OPTION_FLAG, .group = "Tracing", .commands = WINDOW, AT(lint),
	  .help = "look for requests that may sleep where that is not allowed, and the other way" },
	{ .name = "memory-limit", .type = OPTION_SIZE, .metavar = "SIZE", .group = "Tracing",
	  .commands = RUN | TOP, AT(memory_limit), .fallback = "256M",
	  .help = "refuse to start if the maps need more memory: 64M, 1G" },

	{ .name = "list", .type = OPTION_FLAG, .group = "Testing", .commands = EXERCISE, AT(list),
	  .help = "show the presets: scenarios with a name" },
	{ .name = "no-reset", .type = OPTION_FLAG, .group = "Testing", .commands = EXERCISE,
	  AT(no_reset), .help = "add to what the module has counted, do not begin at 0" },
	{ .name = "marked", .type = OPTION_FLAG, .group = "Testing", .commands = WINDOW, AT(marked),
	  .help = "count only requests that carry the test module's mark; check each pairing" },

	{ .name = "quiet", .short_name = 'q', .type = OPTION_QUIET, .group = "Other",
	  .commands = ALL, AT(verbosity), .help = "nothing on stderr but errors" },
	{ .name = "verbose", .short_name = 'v', .type = OPTION_VERBOSE, .group = "Other",
	  .commands = ALL, AT(verbosity), .help = "say what is done" },
	{ .name = "help", .short_name = 'h', .type = OPTION_FLAG, .group = "Other",
	  .commands = ALL, AT(help), .help = "show this" },

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
	[COMMAND_TOP] = {
		.name = "top", .usage = "[OPTION...]",
		.summary = "the same, live, on a full screen",
		.description =
			"Watch the page allocator at work: rates, latency, failures with their reasons, what\n"
			"was lost and what it costs. Press ? for the keys, q to end. NO_COLOR is respected.\n"
			"Needs a terminal; without one: gfptrace run -i 1.",
	},
	[COMMAND_CHECK] = {
		.name = "check", .usage = "[OPTION...] FILE.json | [OPTION...] -- CMD [ARG...]",
		.takes_command = true, .takes_operands = true,
		.summary = "hold a saved report, or a run, against rules",
		.description =
			"Try rules on a saved report, or on that of a run made now, and print each with\n"
			"what was measured. Exit status 1 if one is violated. A rule that no series\n"
			"answers is an error. TAP goes to stdout, after what CMD printed there.",
	},
	[COMMAND_DIFF] = {
		.name = "diff", .usage = "[OPTION...] BASE.json NEW.json", .takes_operands = true,
		.summary = "say what changed between two saved reports",
		.description =
			"Compare series by series. Runs of the deterministic VM are compared exactly,\n"
			"others by a test that the output names; it is sharp with reports made by\n"
			"`run --repeat 10`. Exit status 1 if something got worse.",
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
	[COMMAND_SERVE] = {
		.name = "serve", .usage = "[OPTION...]",
		.summary = "trace until stopped, and export to Prometheus",
		.description =
			"Trace until SIGINT or SIGTERM and answer by HTTP, with all since the start:\n"
			"  /metrics       for Prometheus\n"
			"  /report.json   for `gfptrace report`\n"
			"  /              a page for a browser\n"
			"  /healthz       ok\n"
			"Cheap enough to stay on: one request in 64 is timed, all are counted, failures are\n"
			"seen whole. --failures-only costs requests that succeed nothing at all, but times\n"
			"none: both together are not to be had. Who can reach the port can read all of it.",
	},
	[COMMAND_EXPLAIN] = {
		.name = "explain", .usage = "[OPTION...] [LOGFILE]", .takes_operands = true,
		.summary = "say why the allocation failures in a kernel log happened",
		.description =
			"Decode the \"page allocation failure\" and OOM killer reports of a kernel log: who\n"
			"asked for what, the zones, the reason, and what would help. LOGFILE is the output\n"
			"of dmesg or journalctl, or records of /dev/kmsg; \"-\" reads stdin. Without LOGFILE\n"
			"this machine's /dev/kmsg is read. A file needs no root.",
	},
};

/* clang-format on */

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
