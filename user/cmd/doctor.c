// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace doctor: what this kernel offers, which tier is chosen, and what to do about the rest. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "collect/mode.h"
#include "base/log.h"
#include "base/user_namespace.h"
#include "process/capabilities.h"
#include "session/session.h"
#include "trace/locate.h"

static void row(const char *what, const char *value)
{
	printf("  %-22s %s\n", what, value);
}

static const char *or_none(const char *text)
{
	return text ? text : "none that gfptrace knows";
}

/* A line of a small file, without its newline; "" if it cannot be read. */
static void read_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "re");

	line[0] = '\0';
	if (!file)
		return;
	if (!fgets(line, size, file))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(file);
}

static void print_kernel(const struct kernel *kernel)
{
	const struct btf_facts *facts = &kernel->facts;
	char text[320];

	printf("kernel\n");
	snprintf(text, sizeof(text), "%s %s, %u CPUs (%u possible), preemption: %s",
		 kernel->name.release, kernel->name.machine, kernel->cpus_online, kernel->cpus,
		 kernel->preempt);
	row("running", text);
	row("BTF", "yes");
	row("entry function", or_none(facts->entry.name));
	row("bulk function", or_none(facts->bulk.name));
	snprintf(text, sizeof(text), "0 to %u, pages of %u bytes", facts->max_order,
		 kernel->page_size);
	row("orders", text);
	row("gfp bits from", kernel->gfp.source);
	row("context from", kernel->preempt_symbol ? "preempt_count, by its symbol"
			    : facts->has_percpu_offsets
				    ? "preempt_count, by its address (KALLSYMS_ALL=n)"
				    : "the stack: softirq and hardirq look alike");
	row("page frames from", kernel->frames.from ? kernel->frames.from : "nothing");
	snprintf(text, sizeof(text), "%zu in use%s", kernel->zones.count,
		 kernel->zones.overlap ? ", overlapping: no placement" : "");
	row("zones", text);
	row("clock", kernel->icount ? "icount: 1 ns is 1 instruction" : "monotonic");
}

static void print_settings(void)
{
	static const struct {
		const char *path, *name;
	} settings[] = {
		{"/proc/sys/kernel/kptr_restrict", "kptr_restrict"},
		{"/proc/sys/kernel/unprivileged_bpf_disabled", "unpriv. BPF disabled"},
		{"/proc/sys/kernel/bpf_stats_enabled", "BPF statistics"},
		{"/proc/sys/kernel/ftrace_enabled", "function tracing"},
		{"/sys/kernel/debug/kprobes/enabled", "kprobes"},
		{"/sys/kernel/security/lockdown", "lockdown"},
	};
	char line[128];

	printf("settings\n");
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		read_line(settings[i].path, line, sizeof(line));
		row(settings[i].name, *line ? line : "not there");
	}
	row("user", geteuid()			? "not root"
		    : user_namespace__is_ours() ? "root of a user namespace, without rights to BPF"
						: "root");
}

/* What is there, and what it would be good for if it were. */
static void print_privileges(void)
{
	char text[320];

	printf("capabilities\n");
	for (size_t i = 0; i < PRIVILEGES; i++) {
		const struct privilege *privilege = &privileges[i];

		snprintf(text, sizeof(text), "%s%s",
			 privilege__has(privilege->capability) ? "there: to "
			 : privilege->needed ? "MISSING, nothing works without: to "
					     : "missing, would serve to ",
			 privilege->use);
		row(privilege->name, text);
	}
}

/* Why a tier cannot be had, in words that help. */
static const char *advice(enum tier tier, int err)
{
	if (err == -EPERM || err == -EACCES)
		return privilege__has(CAP_BPF) && privilege__has(CAP_PERFMON)
			       ? "refused by this kernel or its sandbox, whatever the capabilities"
			       : "a capability is missing";
	if (tier == TIER_KPROBE && (err == -ENOENT || err == -ENODEV))
		return "the kernel has no kprobes (CONFIG_KPROBES) or no such function";
	if (tier == TIER_FEXIT && (err == -EOPNOTSUPP || err == -524 || err == -ESRCH))
		return "no BPF trampolines here (CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)";
	return "see gfptrace -v";
}

/* As a run does it, up to the first request that is counted. */
static int open_tier(struct tracer **tracer, struct kernel *kernel, struct plan *plan,
		     struct tier_trials *trials)
{
	int err = tracer__open(tracer, kernel, plan, trials);

	if (!err)
		err = tracer__activate(*tracer);
	if (!err || !*tracer)
		return err;
	trials->trial[0].step = err == -ENODATA ? "see" : "attach";
	trials->trial[0].why = err == -ENODATA ? "its programs do not see our own requests" : NULL;
	tracer__close(*tracer);
	*tracer = NULL;
	return err;
}

/* Try every tier; returns the best that works, or TIER_AUTO, with its tracer open. */
static enum tier print_tiers(struct kernel *kernel, struct plan *plan, struct tracer **best)
{
	enum tier chosen = TIER_AUTO;

	printf("tiers, best first (tried by attaching, and by requests of our own)\n");
	for (enum tier tier = TIER_FEXIT; tier < TIERS; tier++) {
		struct tier_trials trials;
		struct tracer *tracer;
		char text[320];
		int err;

		plan->tier = tier;
		err = open_tier(&tracer, kernel, plan, &trials);
		if (!err && chosen == TIER_AUTO) {
			row(tier_names[tier], "works, chosen");
			chosen = tier;
			*best = tracer;
			continue;
		}
		if (!err) {
			row(tier_names[tier], "works");
			tracer__close(tracer);
			continue;
		}
		if (trials.trial[0].why)
			snprintf(text, sizeof(text), "no: %s", trials.trial[0].why);
		else
			snprintf(text, sizeof(text), "no: %s: %s (%s)", trials.trial[0].step,
				 strerror(-err), advice(tier, err));
		row(tier_names[tier], text);
	}
	return chosen;
}

static int print_sights(const struct kernel *kernel, const struct tracer *tracer)
{
	struct report *report = report__new();

	if (!report || describe__mode(report, kernel, tracer)) {
		report__free(report);
		return STATUS_INTERNAL;
	}
	printf("sees\n");
	for (size_t i = 0; i < report->mode.nr_sees; i++)
		printf("  %s\n", report->mode.sees[i]);
	printf("does not see\n");
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		printf("  %s: %s\n", report->mode.blind[i].what, report->mode.blind[i].why);
	report__free(report);
	return STATUS_OK;
}

static int examine(struct kernel *kernel, struct plan *plan)
{
	struct tracer *best = NULL;
	char text[PRIVILEGE_REMEDY];
	int status = STATUS_OK;

	print_kernel(kernel);
	print_settings();
	print_privileges();
	if (print_tiers(kernel, plan, &best) == TIER_AUTO) {
		privilege__describe_missing(text, sizeof(text));
		printf("verdict\n  gfptrace cannot trace here%s%s\n", *text ? ": " : "", text);
		if (*text) {
			privilege__remedy(text, sizeof(text));
			printf("  %s\n", text);
		}
		return STATUS_UNSUPPORTED;
	}
	printf("memory\n  %-22s %.2f MiB\n", "maps", (double)tracer__memory(best) / (1 << 20));
	status = print_sights(kernel, best);
	tracer__close(best);
	return status;
}

int cmd_doctor(int argc, char **argv)
{
	static struct options options;
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	struct kernel kernel;
	struct plan plan;
	char problem[256];
	int status = STATUS_OK, err;

	if (!command__begin(COMMAND_DOCTOR, argc, argv, &options, &status))
		return status;
	privilege__raise();
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	programs__quiet_libbpf();
	options.by[DIM_CLASS] = options.by[DIM_ORDER] = options.by[DIM_CONTEXT] = true;
	if (!options.memory_limit)
		options.memory_limit = 256u << 20;
	err = kernel__read(&kernel);
	if (!err)
		locate__page_frames(&kernel);
	if (err) {
		log_error("%s", kernel.problem);
		log_hint("%s", kernel.remedy);
		status = STATUS_UNSUPPORTED;
	} else if (plan__make(&plan, &kernel, &options, problem, sizeof(problem))) {
		log_error("%s", problem);
		status = STATUS_UNSUPPORTED;
	} else {
		status = examine(&kernel, &plan);
		plan__drop(&plan);
	}
	kernel__close(&kernel);
	if (fflush(stdout) || ferror(stdout))
		return STATUS_INTERNAL;
	return status;
}
