// SPDX-License-Identifier: GPL-2.0-only
#include "process/capabilities.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* clang-format off */
const struct privilege privileges[PRIVILEGES] = {
	{CAP_BPF, "CAP_BPF", "load BPF programs and maps", true},
	{CAP_PERFMON, "CAP_PERFMON", "attach them, and read the kernel's memory in them", true},
	{CAP_SYS_ADMIN, "CAP_SYS_ADMIN",
	 "switch BPF statistics (cost, --budget)", false},
	{CAP_SYSLOG, "CAP_SYSLOG", "see addresses in /proc/kallsyms (functions by name)", false},
	{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH",
	 "read tracefs (gfp flags) and /proc/pagetypeinfo (--by migratetype)", false},
	{CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE", "be left alone by the OOM killer", false},
	{CAP_IPC_LOCK, "CAP_IPC_LOCK", "stay in memory when it is short", false},
};
/* clang-format on */

static bool has_one(int capability)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t value = CAP_CLEAR;

	if (caps) {
		cap_get_flag(caps, capability, CAP_PERMITTED, &value);
		cap_free(caps);
	}
	return value == CAP_SET;
}

bool privilege__has(int capability)
{
	return has_one(capability) ||
	       ((capability == CAP_BPF || capability == CAP_PERFMON) && has_one(CAP_SYS_ADMIN));
}

void privilege__lower(void)
{
	const cap_value_t set_id = CAP_FSETID;
	cap_t caps = cap_get_proc();

	if (!caps)
		return;
	if (geteuid())
		cap_clear_flag(caps, CAP_EFFECTIVE);
	else
		cap_set_flag(caps, CAP_EFFECTIVE, 1, &set_id, CAP_CLEAR);
	cap_set_proc(caps);
	cap_free(caps);
}

int privilege__raise(void)
{
	cap_t caps = cap_get_proc();
	int err = 0;

	if (!caps)
		return -errno;
	for (int i = 0; i < cap_max_bits(); i++) {
		cap_flag_value_t value = CAP_CLEAR;

		if (i != CAP_FSETID)
			cap_get_flag(caps, i, CAP_PERMITTED, &value);
		cap_set_flag(caps, CAP_EFFECTIVE, 1, &i, value);
	}
	if (cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	/* what came by the file makes our own /proc/self root's (fs/proc/base.c, task_dump_owner)
	 */
	if (!err && geteuid())
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return err;
}

static void shed_bounding(void)
{
	for (int i = 0; i < cap_max_bits(); i++)
		if (cap_get_bound(i) > 0 && cap_drop_bound(i))
			return; /* without CAP_SETPCAP there is nothing to be done */
}

int privilege__shed(uint64_t keep)
{
	cap_t caps;
	int err = 0;

	shed_bounding();
	cap_reset_ambient();
	caps = cap_get_proc();
	if (!caps)
		return -errno;
	for (int i = 0; i < cap_max_bits(); i++) {
		cap_flag_value_t value = CAP_CLEAR;

		if (keep & PRIVILEGE(i))
			cap_get_flag(caps, i, CAP_PERMITTED, &value);
		cap_set_flag(caps, CAP_PERMITTED, 1, &i, value);
		cap_set_flag(caps, CAP_EFFECTIVE, 1, &i, value);
	}
	cap_clear_flag(caps, CAP_INHERITABLE);
	if (cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !err)
		err = -errno;
	/* other processes of the user may not take over what we hold open */
	if (geteuid())
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return err;
}

/*
 * Before v5.19 kernel.unprivileged_bpf_disabled shuts the whole system call to those without
 * CAP_BPF, since then only the making of maps and programs (__sys_bpf(), kernel/bpf/syscall.c).
 */
bool privilege__bpf_is_open(void)
{
	union bpf_attr attr = {.info.bpf_fd = (uint32_t)-1};
	cap_t caps = cap_get_proc(), none = cap_dup(caps);
	bool open = false;

	if (caps && none) {
		cap_clear_flag(none, CAP_EFFECTIVE);
		open = !cap_set_proc(none) &&
		       syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) < 0 &&
		       errno != EPERM;
		cap_set_proc(caps);
	}
	cap_free(caps);
	cap_free(none);
	return open;
}

void privilege__describe_missing(char *text, size_t size)
{
	const char *names[PRIVILEGES];
	size_t count = 0;

	*text = '\0';
	for (size_t i = 0; i < PRIVILEGES; i++)
		if (privileges[i].needed && !privilege__has(privileges[i].capability))
			names[count++] = privileges[i].name;
	if (count == 1)
		snprintf(text, size, "%s is missing", names[0]);
	else if (count > 1)
		snprintf(text, size, "%s and %s are missing", names[0], names[1]);
}

void privilege__remedy(char *text, size_t size)
{
	char program[PRIVILEGE_REMEDY / 2];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[length > 0 ? length : 0] = '\0';
	snprintf(text, size, "run it as root, or once: sudo setcap cap_bpf,cap_perfmon=p %s",
		 length > 0 ? program : "the program");
}
