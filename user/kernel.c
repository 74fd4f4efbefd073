// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

/* The whole of a small file as a string the caller frees, or NULL. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

static bool file_has(const char *path, const char *word)
{
	char *text = read_file(path);
	bool has = text && strstr(text, word);

	free(text);
	return has;
}

/* Where debugfs is not mounted, PREEMPT_DYNAMIC's mode is that of the command line or the default.
 */
static const char *preempt_model(const struct utsname *name)
{
	static const struct {
		const char *mark, *model;
	} models[] = {
		{"(none)", "none"},
		{"(voluntary)", "voluntary"},
		{"(full)", "full"},
		{"(lazy)", "lazy"},
	};
	char *text;
	const char *model = NULL;

	if (strstr(name->version, "PREEMPT_RT"))
		return "rt";
	if (!strstr(name->version, "PREEMPT_DYNAMIC"))
		return strstr(name->version, "PREEMPT") ? "full" : "unknown";
	text = read_file("/sys/kernel/debug/sched/preempt");
	for (size_t i = 0; text && i < sizeof(models) / sizeof(models[0]); i++)
		if (strstr(text, models[i].mark))
			model = models[i].model;
	free(text);
	if (model)
		return model;
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		char option[32];

		snprintf(option, sizeof(option), "preempt=%s", models[i].model);
		if (file_has("/proc/cmdline", option))
			return models[i].model;
	}
	return "dynamic";
}

struct symbol {
	const char *name;
	uint64_t address; /* 0 where it is hidden or not there */
	bool listed;
};

static void match_symbol(const char *line, struct symbol *symbols, size_t count)
{
	const char *name = strchr(line, ' ');

	name = name ? strchr(name + 1, ' ') : NULL;
	for (size_t i = 0; name && i < count; i++) {
		size_t length = strlen(symbols[i].name);

		if (strncmp(name + 1, symbols[i].name, length) || name[1 + length] != '\n')
			continue;
		symbols[i].listed = true;
		symbols[i].address = strtoull(line, NULL, 16);
	}
}

/*
 * The verifier resolves a variable by kallsyms, where data symbols need KALLSYMS_ALL=y. One
 * pass for all: the kernel takes tens of milliseconds to write that file.
 */
static void find_symbols(struct symbol *symbols, size_t count)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[512];

	if (!file)
		return;
	setvbuf(file, NULL, _IOFBF, 1 << 16);
	while (fgets(line, sizeof(line), file))
		match_symbol(line, symbols, count);
	fclose(file);
}

static void read_symbols(struct kernel *kernel)
{
	struct symbol symbols[] = {
		{.name = "__preempt_count"}, {.name = "pcpu_hot"}, {.name = "mem_section"}};

	find_symbols(symbols, sizeof(symbols) / sizeof(symbols[0]));
	kernel->preempt_symbol =
		!strcmp(kernel->name.machine, "aarch64") ||
		(kernel->facts.preempt_count_in_btf && (symbols[0].listed || symbols[1].listed));
	kernel->section_symbol = symbols[2].address;
}

/* The first line of /proc/pagetypeinfo, which root may read (mm/vmstat.c). */
static uint32_t pageblock_order(void)
{
	FILE *file = fopen("/proc/pagetypeinfo", "re");
	uint32_t order = 0;

	if (!file)
		return 0;
	if (fscanf(file, "Page block order: %" SCNu32, &order) != 1)
		order = 0;
	fclose(file);
	return order;
}

static char *tracepoint_format(void)
{
	char *text = read_file("/sys/kernel/tracing/events/kmem/mm_page_alloc/format");

	return text ? text
		    : read_file("/sys/kernel/debug/tracing/events/kmem/mm_page_alloc/format");
}

static int fail(struct kernel *kernel, int err, const char *problem, const char *remedy)
{
	snprintf(kernel->problem, sizeof(kernel->problem), "%s", problem);
	snprintf(kernel->remedy, sizeof(kernel->remedy), "%s", remedy);
	return err;
}

int kernel__read(struct kernel *kernel)
{
	char *format;
	int cpus;

	memset(kernel, 0, sizeof(*kernel));
	uname(&kernel->name);
	kernel->page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	kernel->cpus_online = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	kernel->preempt = preempt_model(&kernel->name);
	kernel->preempt_rt = !strcmp(kernel->preempt, "rt");
	kernel->icount = file_has("/proc/cmdline", "gfptrace.clock=icount");
	cpus = libbpf_num_possible_cpus();
	if (cpus <= 0)
		return fail(kernel, -ENODEV, "cannot tell how many CPUs there may be",
			    "is /sys mounted?");
	kernel->cpus = (uint32_t)cpus;
	kernel->btf = btf__load_vmlinux_btf();
	if (!kernel->btf) {
		int err = -errno;

		return fail(
			kernel, err ? err : -ENOENT,
			"this kernel has no BTF (/sys/kernel/btf/vmlinux)",
			"boot a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions build them");
	}
	if (btf_facts__read(kernel->btf, &kernel->facts))
		return fail(kernel, -ENOENT, "this kernel's BTF lacks struct zone or struct page",
			    "boot a kernel with complete CONFIG_DEBUG_INFO_BTF=y");
	if (!kernel->facts.has_mm_page_alloc)
		return fail(kernel, -ENOENT, "this kernel has no tracepoint kmem:mm_page_alloc",
			    "boot a kernel with CONFIG_TRACEPOINTS=y");
	read_symbols(kernel);
	kernel->pageblock_order = pageblock_order();
	format = tracepoint_format();
	gfp_bits__find(kernel->btf, format, &kernel->gfp);
	free(format);
	if (zones__read(&kernel->zones))
		kernel->zones.count = 0;
	return 0;
}

void kernel__forget_btf(struct kernel *kernel)
{
	btf__free(kernel->btf);
	kernel->btf = NULL;
}

void kernel__close(struct kernel *kernel)
{
	kernel__forget_btf(kernel);
}
