// SPDX-License-Identifier: GPL-2.0-only
#include "session/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/capability.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "process/capabilities.h"
#include "kernel/cgroups.h"
#include "process/landlock.h"
#include "process/sandbox.h"

struct rights {
	uint64_t keep;
	unsigned int groups;
};

/* --budget may put another entry program in the place of the one that is attached. */
static bool may_switch(const struct session *session)
{
	return tracer__timed(session->tracer) && session->options->budget < 100;
}

static struct rights what_it_needs(const struct session *session)
{
	bool switches = may_switch(session);
	bool attaches = switches || tracer__waiting(session->tracer);
	struct rights rights = {0, attaches ? SANDBOX_ATTACH : 0};

	/* a kprobe is a perf event, which asks at each opening (perf_kprobe_event_init()) */
	if (switches && tracer__tier(session->tracer) == TIER_KPROBE) {
		rights.keep |= PRIVILEGE(CAP_PERFMON);
		rights.groups |= SANDBOX_KPROBES | SANDBOX_READ;
		log_verbose("CAP_PERFMON stays: --budget may attach another kprobe; --budget 100 "
			    "never does");
	}
	if (!privilege__bpf_is_open()) {
		rights.keep |= PRIVILEGE(CAP_BPF) | (attaches ? PRIVILEGE(CAP_PERFMON) : 0);
		log_verbose("CAP_BPF stays: this kernel lets nobody else read what it counted");
	}
	/* names of cgroups are read when the report is made */
	if (session->options->by[DIM_CGROUP])
		rights.groups |= SANDBOX_READ;
	return rights;
}

/* The folders that are still to be read. */
struct readable {
	int folders[2];
	size_t nr;
};

/*
 * What is below the root of cgroups is all that there is, where nothing else is to be read and we
 * may say so: a second wall, and the only one where there is no Landlock.
 */
static struct readable open_readable(const struct session *session, struct rights rights)
{
	struct readable readable = {};
	int root = session->options->by[DIM_CGROUP] ? cgroup__open_root() : -1, kprobes;

	if (root >= 0)
		readable.folders[readable.nr++] = root;
	if (rights.groups & SANDBOX_KPROBES) {
		kprobes = open("/sys/bus/event_source/devices/kprobe",
			       O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (kprobes >= 0)
			readable.folders[readable.nr++] = kprobes;
	} else if (root >= 0 && (fchdir(root) || chroot(".") || chdir("/"))) {
		log_verbose("no chroot to the cgroups: %s", strerror(errno));
	}
	return readable;
}

/* The helper and the commands, should the helper not answer. */
static int enter_sandbox(const struct keeper *keeper, unsigned int groups)
{
	pid_t pids[KEEPER_COMMANDS + 1];
	size_t nr = 0;

	for (size_t i = 0; i < keeper->nr_commands; i++)
		pids[nr++] = keeper->commands[i];
	if (keeper->pid)
		pids[nr++] = keeper->pid;
	return sandbox__enter(groups, pids, nr);
}

int confine(const struct session *session, unsigned int groups)
{
	struct rights rights = what_it_needs(session);
	struct readable readable = {};
	int err;

	/* what the libraries open at a first use */
	json_object_seed(0); /* /dev/urandom */
	tzset();	     /* /etc/localtime, for gmtime_r() too */
	if (rights.groups & SANDBOX_READ)
		readable = open_readable(session, rights);
	err = privilege__shed(rights.keep);
	if (err) {
		log_err(err, "cannot give up privileges");
		return STATUS_INTERNAL;
	}
	err = landlock__read_only(readable.folders, readable.nr);
	if (err)
		log_verbose("no Landlock: %s", strerror(-err));
	err = enter_sandbox(session->keeper, groups | rights.groups);
	if (err)
		log_warning("no filter of system calls: %s", strerror(-err));
	return STATUS_OK;
}
