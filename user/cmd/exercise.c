// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace exercise: scenario lines to the test module allocpage, its truth to stdout. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "base/log.h"
#include "process/oom.h"

#define FOLDER	 "/sys/kernel/debug/allocpage/"
#define MAX_LINE 1024 /* tests/module/main.c */

/* A line that begins with '?' is passed over where the kernel cannot do what it asks. */
struct preset {
	const char *name;
	const char *what;
	const char *lines[8]; /* NULL-terminated */
};

/* clang-format off */
static const struct preset presets[] = {
	{ "quiet", "one context after another, nothing at once",
	  { "order=0-3 gfp=GFP_KERNEL count=2000", "order=0-3 gfp=GFP_ATOMIC count=2000 hold=8",
	    "context=softirq gfp=GFP_NOWAIT count=1000",
	    "?context=hardirq gfp=GFP_ATOMIC count=1000" } },
	{ "mixed", "four tasks, softirq and hardirq timers on each CPU, all at once",
	  { "context=mixed threads=4 cpu=0 order=0-1 count=20000 hold=8" } },
	{ "exhaust", "all memory, then requests that fail, at any order for want of memory",
	  { "exhaust=1 gfp=GFP_ATOMIC|__GFP_NOWARN count=1000",
	    "do=exhaust order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=1000" } },
	{ "fragment", "half of the memory is free, in single pages",
	  { "do=fragment order=1-5 gfp=GFP_ATOMIC|__GFP_NOWARN count=1000",
	    "do=fragment order=9-10 gfp=GFP_ATOMIC|__GFP_NOWARN count=100" } },
	{ "reserve", "all that is left is the highatomic reserve",
	  { "?do=reserve order=0-3 gfp=GFP_NOWAIT|__GFP_NOMEMALLOC|__GFP_NOWARN count=1000" } },
	{ "constrain", "node 0 is full, another is not",
	  { "?do=constrain nid=0 order=0-3 gfp=GFP_ATOMIC|__GFP_THISNODE|__GFP_NOWARN count=1000" } },
	{ "charge", "the memory cgroup of this command is full",
	  { "?do=charge order=0-3 gfp=GFP_KERNEL_ACCOUNT|__GFP_NORETRY|__GFP_NOWARN count=1000" } },
	{ "orders", "each order from 0 to 9",
	  { "order=0-9 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=1000",
	    "order=9 gfp=GFP_TRANSHUGE_LIGHT count=100" } },
	{ "bulk", "bulk calls, array and list",
	  { "bulk=16 count=500 hold=64", "?bulk=16 bulk_list=1 count=500 hold=64" } },
	{ "toobig", "an order that no kernel has",
	  { "order=31 gfp=GFP_KERNEL|__GFP_NOWARN count=100" } },
	{ "paths", "each path through the allocator but the OOM killer's",
	  { "do=pcp order=0-3 count=1000", "do=buddy order=4-8 count=500",
	    "do=steal order=10 count=200", "do=slow order=0-3 count=1000",
	    "do=compact order=4-9 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=600",
	    "do=reclaim gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=200" } },
	{ "oom", "requests that invoke the OOM killer, which is given memory and kills nobody",
	  { "do=oom gfp=GFP_KERNEL count=20" } },
	{ "pressure", "bursts of 64 MiB that depend on vm.min_free_kbytes, beside a consumer",
	  { "do=pressure burst=16384 count=5" } },
	{ "tail", "direct reclaim that sleeps for 3 ms and wakes on another CPU",
	  { "do=tail threads=4 sleep_us=3000 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=2000" } },
	{ "clean", "nothing that a report should object to",
	  { "order=0-3 gfp=GFP_KERNEL count=2000", "context=softirq gfp=GFP_ATOMIC count=500",
	    "?context=hardirq gfp=GFP_ATOMIC count=500" } },
	{ "lint", "GFP_KERNEL under a spinlock, GFP_ATOMIC in a thread that may sleep",
	  { "?do=plant-kernel count=500", "do=plant-atomic gfp=GFP_ATOMIC count=500" } },
	{ "provoke", "interrupts' requests that fail, whatever runs on CPU 0",
	  { "?do=provoke context=hardirq cpu=0 order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=200",
	    "do=provoke context=softirq cpu=0 order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=200" } },
	{ "quality", "blocks with alignment, zero-fill, guards and redzones",
	  { "do=quality order=0-3 quality=zero+guard redzone=100 count=2000",
	    "do=quality order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN align=65536 quality=zero count=1000",
	    "?do=quality context=softirq order=0-2 gfp=GFP_NOWAIT|__GFP_NOWARN quality=guard count=1000",
	    "?do=quality context=hardirq order=0-2 gfp=GFP_ATOMIC|__GFP_NOWARN align=64 quality=guard+zero count=1000" } },
	{ "slowdown", "order 3 is slower by 1 % of its median",
	  { "order=0-3 count=8000 slow_order=3 slow_pct=1" } },
};
/* clang-format on */

#define PRESETS (sizeof(presets) / sizeof(*presets))

static int list_presets(void)
{
	size_t i, j;

	for (i = 0; i < PRESETS; i++) {
		printf("%-9s  %s\n", presets[i].name, presets[i].what);
		for (j = 0; presets[i].lines[j]; j++)
			printf("           %s\n",
			       presets[i].lines[j] + (*presets[i].lines[j] == '?'));
	}
	return fflush(stdout) ? STATUS_INTERNAL : STATUS_OK;
}

static const struct preset *find_preset(const char *name)
{
	size_t i;

	for (i = 0; i < PRESETS; i++)
		if (!strcmp(name, presets[i].name))
			return &presets[i];
	return NULL;
}

/* Nothing is sent before all operands are known to be presets or lines. */
static int check_operands(const struct options *options)
{
	size_t i;

	if (!options->nr_operands) {
		log_error("exercise needs a scenario");
		log_hint("'order=0 gfp=GFP_ATOMIC count=1000', or a preset: exercise --list");
		return STATUS_USAGE;
	}
	for (i = 0; i < options->nr_operands; i++) {
		const char *operand = options->operands[i];

		if (strlen(operand) > MAX_LINE) {
			log_error("scenario %zu is longer than %d characters", i + 1, MAX_LINE);
			return STATUS_USAGE;
		}
		if (strchr(operand, '=') || find_preset(operand))
			continue;
		log_error("unknown preset '%s'", operand);
		log_hint("exercise --list shows them; a scenario is key=value words in one "
			 "argument");
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

static int cannot_open(const char *file)
{
	if (errno == EACCES || errno == EPERM) {
		log_err(-errno, "cannot open " FOLDER "%s", file);
		log_hint("run it as root");
		return STATUS_UNSUPPORTED;
	}
	if (errno != ENOENT) {
		log_err(-errno, "cannot open " FOLDER "%s", file);
		return STATUS_INTERNAL;
	}
	log_error("the module allocpage is not loaded: no " FOLDER "%s", file);
	log_hint("make -C tests/module && insmod tests/module/allocpage.ko (debugfs mounted)");
	return STATUS_UNSUPPORTED;
}

/* Why the module refused the last line, in its own words. */
static void read_message(char *text, size_t size)
{
	int fd = open(FOLDER "error", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[length < 0 ? 0 : length] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static int refused(int err, const char *line)
{
	char text[256];

	switch (err) {
	case EINVAL:
		read_message(text, sizeof(text));
		log_error("scenario '%s': %s", line, *text ? text : strerror(err));
		return STATUS_USAGE;
	case EOPNOTSUPP:
		read_message(text, sizeof(text));
		log_error("scenario '%s': %s", line, *text ? text : strerror(err));
		return STATUS_UNSUPPORTED;
	case EBUSY:
		log_error("allocpage is busy with another scenario");
		return STATUS_UNSUPPORTED;
	default:
		log_err(-err, "scenario '%s'", line);
		return STATUS_INTERNAL;
	}
}

/* Sends text to one of the module's files; a scenario takes as long as it takes. */
static int submit(const char *file, const char *line, bool optional)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), FOLDER "%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return cannot_open(file);
	if (write(fd, line, strlen(line)) < 0)
		err = errno;
	close(fd);
	if (!err)
		return STATUS_OK;
	if (optional && err == EOPNOTSUPP) {
		log_info("passed over, this kernel cannot: %s", line);
		return STATUS_OK;
	}
	return refused(err, line);
}

static int run_operand(const char *operand)
{
	const struct preset *preset = find_preset(operand);
	int status = STATUS_OK;
	size_t i;

	if (!preset)
		return submit("run", operand, false);
	for (i = 0; preset->lines[i] && status == STATUS_OK; i++) {
		const bool optional = *preset->lines[i] == '?';

		log_verbose("%s", preset->lines[i] + optional);
		status = submit("run", preset->lines[i] + optional, optional);
	}
	return status;
}

static int print_truth(void)
{
	char buffer[1 << 14];
	FILE *truth = fopen(FOLDER "truth", "re");
	bool unread;
	size_t length;

	if (!truth)
		return cannot_open("truth");
	while ((length = fread(buffer, 1, sizeof(buffer), truth)) > 0)
		fwrite(buffer, 1, length, stdout);
	unread = ferror(truth);
	fclose(truth);
	if (unread) {
		log_error("cannot read " FOLDER "truth");
		return STATUS_INTERNAL;
	}
	if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE) {
		log_err(-errno, "cannot write to stdout");
		return STATUS_INTERNAL;
	}
	return STATUS_OK;
}

int cmd_exercise(int argc, char **argv)
{
	struct options options;
	int status;
	size_t i;

	if (!command__begin(COMMAND_EXERCISE, argc, argv, &options, &status))
		return status;
	if (options.list)
		return list_presets();
	status = check_operands(&options);
	if (status != STATUS_OK)
		return status;
	survive(false); /* what cannot be had is no reason not to try */
	if (!options.no_reset)
		status = submit("truth", "reset", false);
	for (i = 0; i < options.nr_operands && status == STATUS_OK; i++)
		status = run_operand(options.operands[i]);
	return status == STATUS_OK ? print_truth() : status;
}
