// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kernel.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <gfptrace/quality.h>

#include "kernel/alloc_config.h"
#include "kernel/probe.h"

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

/* By /proc/kallsyms; 0 where it is hidden or not there. */
static uint64_t symbol_address(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	size_t length = strlen(name);
	uint64_t address = 0;
	char line[512];

	while (file && !address && fgets(line, sizeof(line), file)) {
		const char *word = strchr(line, ' ');

		word = word ? strchr(word + 1, ' ') : NULL;
		if (word && !strncmp(word + 1, name, length) && word[1 + length] == '\n')
			address = strtoull(line, NULL, 16);
	}
	if (file)
		fclose(file);
	return address;
}

/* Per-CPU variables of other machines than x86 lie where their symbols say, plus what is the CPU's.
 */
static void find_percpu_offsets(struct btf_facts *facts)
{
	uint64_t runqueues;

	if (facts->has_percpu_offsets || facts->preempt_count_in_btf || !facts->cfs_in_rq)
		return;
	runqueues = symbol_address("runqueues");
	facts->has_percpu_offsets = runqueues != 0;
	facts->cfs_offset = (int64_t)(runqueues + facts->cfs_in_rq);
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

/*
 * libbpf looks for the variables that this kernel's BTF does not have in that of modules, too, and
 * before its release 1.3 gives up where listing those is refused: it takes CAP_SYS_ADMIN. None of
 * ours is a module's. Weak, so that it stands behind a libbpf that is linked statically, but before
 * the shared one.
 */
__attribute__((weak)) int bpf_btf_get_next_id(__u32 start_id, __u32 *next_id)
{
	union bpf_attr attr = {.start_id = start_id};

	if (!syscall(SYS_bpf, BPF_BTF_GET_NEXT_ID, &attr, sizeof(attr))) {
		*next_id = attr.next_id;
		return 0;
	}
	if (errno == EPERM)
		errno = ENOENT;
	return -errno;
}

/*
 * From the kernel itself in one system call, where that is allowed: /sys/kernel/btf/vmlinux
 * gives a page at a time. The kernel's own BTF is the first that it registers.
 */
static struct btf *load_btf(void)
{
	const uint32_t first = 1;
	char name[16] = "";
	struct bpf_btf_info info = {.name = (uint64_t)name, .name_len = sizeof(name)};
	uint32_t size = sizeof(info);
	/* libbpf reads that file again for the programs: without it nothing can be loaded */
	int fd = access("/sys/kernel/btf/vmlinux", R_OK) ? -1 : bpf_btf_get_fd_by_id(first);
	bool vmlinux = fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) && info.kernel_btf &&
		       !strcmp(name, "vmlinux");
	struct btf *btf = vmlinux ? btf__load_from_kernel_by_id(first) : NULL;

	if (fd >= 0)
		close(fd);
	return btf ? btf : btf__load_vmlinux_btf();
}

static struct btf *lent; /* to libbpf, which takes it when it needs it */

/*
 * In libbpf each object parses the kernel's BTF for itself, which takes as long as it took us and
 * as much memory, and frees it when it is loaded. Weak as the function above is: where libbpf is
 * linked statically it parses.
 */
__attribute__((weak)) struct btf *btf__load_vmlinux_btf(void)
{
	struct btf *(*parse)(void), *btf = lent;

	lent = NULL;
	if (btf)
		return btf;
	*(void **)&parse = dlsym(RTLD_NEXT, "btf__load_vmlinux_btf");
	return parse();
}

int kernel__need_btf(struct kernel *kernel)
{
	if (kernel->btf)
		return 0;
	errno = 0;
	kernel->btf = load_btf();
	if (kernel->btf)
		return 0;
	return errno ? -errno : -ENOENT;
}

void kernel__lend_btf(struct kernel *kernel)
{
	btf__free(lent);
	lent = kernel->btf;
	kernel->btf = NULL;
}

int kernel__read(struct kernel *kernel)
{
	char *format;
	int cpus, err;

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
	err = kernel__need_btf(kernel);
	if (err)
		return fail(
			kernel, err, "this kernel has no BTF (/sys/kernel/btf/vmlinux)",
			"boot a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions build them");
	if (btf_facts__read(kernel->btf, &kernel->facts))
		return fail(kernel, -ENOENT, "this kernel's BTF lacks struct zone or struct page",
			    "boot a kernel with complete CONFIG_DEBUG_INFO_BTF=y");
	if (!kernel->facts.has_mm_page_alloc)
		return fail(kernel, -ENOENT, "this kernel has no tracepoint kmem:mm_page_alloc",
			    "boot a kernel with CONFIG_TRACEPOINTS=y");
	if (!kernel->facts.mm_page_alloc_known)
		return fail(kernel, -ENOENT,
			    "this kernel's tracepoint kmem:mm_page_alloc has other arguments",
			    "use a release of gfptrace that knows this kernel");
	find_percpu_offsets(&kernel->facts);
	kernel->preempt_symbol = !strcmp(kernel->name.machine, "aarch64") ||
				 (kernel->facts.preempt_count_in_btf &&
				  (trial__variable(kernel->btf, "pcpu_hot") ||
				   trial__variable(kernel->btf, "__preempt_count")));
	format = tracepoint_format();
	gfp_bits__find(kernel->btf, format, &kernel->gfp);
	gfp_flags__find(kernel->btf, format, &kernel->gfp_flags);
	failure_config__read(kernel->btf, &kernel->facts, &kernel->gfp_flags, &kernel->failure);
	free(format);
	if (zones__read(&kernel->zones))
		kernel->zones.count = 0;
	return 0;
}

void kernel__find_blocks(struct kernel *kernel)
{
	kernel->section_symbol = symbol_address("mem_section");
	kernel->pageblock_order = pageblock_order();
}

void kernel__find_quality(struct kernel *kernel)
{
	kernel->no_quality = NULL;
	if (access("/sys/module/allocpage", F_OK))
		kernel->no_quality = "the module allocpage is not loaded: insmod it first";
	else if (trial__tracepoint(GFT_QUALITY_BEGIN) == -ENOENT)
		kernel->no_quality = "the module allocpage that is loaded has no such events: "
				     "insmod the one of this version";
}

void kernel__forget_btf(struct kernel *kernel)
{
	btf__free(kernel->btf);
	btf__free(lent);
	kernel->btf = lent = NULL;
}

void kernel__close(struct kernel *kernel)
{
	kernel__forget_btf(kernel);
}
