// SPDX-License-Identifier: GPL-2.0-only
#include "process/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#ifdef __clang__
/* the macros of <seccomp.h> leave out the field that their comparison does not use */
#pragma clang diagnostic ignored "-Wmissing-field-initializers"
#endif

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A system call; `checks` of them on its arguments, which must all hold. */
struct rule {
	int call;
	unsigned int checks;
	struct scmp_arg_cmp check[1];
};

#define ANY(name)                  \
	{                          \
		SCMP_SYS(name), 0, \
		{                  \
		}                  \
	}
#define WITH(name, ...)             \
	{                           \
		SCMP_SYS(name), 1,  \
		{                   \
			__VA_ARGS__ \
		}                   \
	}
#define BPF(command)   WITH(bpf, SCMP_A0(SCMP_CMP_EQ, command))
#define IOCTL(request) WITH(ioctl, SCMP_A1(SCMP_CMP_EQ, request))
#define FCNTL(command) \
	WITH(fcntl, SCMP_A1(SCMP_CMP_EQ, command)), WITH(fcntl64, SCMP_A1(SCMP_CMP_EQ, command))
#define NOT_EXECUTABLE(arg) arg(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)
/* __O_TMPFILE without O_DIRECTORY */
#define WRITING		 (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))
#define FOR_READING(arg) arg(SCMP_CMP_MASKED_EQ, WRITING, O_RDONLY)

static const struct rule always[] = {
	/* what is open; several calls are the C library's choice, or an architecture's */
	ANY(read),
	ANY(pread64),
	ANY(readv),
	ANY(write),
	ANY(pwrite64),
	ANY(writev),
	ANY(lseek),
	ANY(_llseek),
	ANY(close),
	ANY(fstat),
	ANY(fstat64),
	ANY(newfstatat),
	ANY(statx),
	FCNTL(F_GETFD), /* not F_SETOWN and F_SETSIG, which send signals */
	FCNTL(F_SETFD),
	FCNTL(F_GETFL),
	FCNTL(F_SETFL),
	FCNTL(F_DUPFD),
	FCNTL(F_DUPFD_CLOEXEC),
	ANY(fsync),
	ANY(fdatasync),
	ANY(ftruncate), /* output_file.c */
	ANY(ftruncate64),
	ANY(fallocate),
	IOCTL(TCGETS), /* isatty() */
	IOCTL(TIOCGWINSZ),
	IOCTL(PERF_EVENT_IOC_DISABLE),
	/* waiting, and the clock */
	ANY(poll),
	ANY(ppoll),
	ANY(ppoll_time64),
	ANY(timerfd_create),
	ANY(timerfd_settime),
	ANY(timerfd_settime64),
	ANY(clock_gettime),
	ANY(clock_gettime64),
	ANY(clock_getres),
	ANY(gettimeofday),
	ANY(time),
	ANY(nanosleep),
	ANY(clock_nanosleep),
	ANY(clock_nanosleep_time64),
	ANY(restart_syscall),
	ANY(membarrier),
	/* memory */
	ANY(brk),
	WITH(mmap, NOT_EXECUTABLE(SCMP_A2)),
	WITH(mprotect, NOT_EXECUTABLE(SCMP_A2)),
	ANY(munmap),
	ANY(mremap),
	ANY(madvise),
	ANY(sysinfo), /* qsort() */
	/* ourselves */
	ANY(wait4),
	ANY(waitid),
	ANY(getpid),
	ANY(gettid),
	ANY(getuid),
	ANY(geteuid),
	ANY(getgid),
	ANY(getegid),
	ANY(getrusage),
	ANY(getrandom),
	ANY(uname),
	ANY(futex),
	ANY(sched_yield),
	ANY(sched_getaffinity),
	ANY(rt_sigaction),
	ANY(rt_sigprocmask),
	ANY(rt_sigreturn),
	ANY(sigaltstack),
	ANY(exit),
	ANY(exit_group),
	BPF(BPF_OBJ_GET_INFO_BY_FD),
};

static const struct rule attaching[] = {
	BPF(BPF_RAW_TRACEPOINT_OPEN),
	BPF(BPF_LINK_CREATE),
};

static const struct rule kprobes[] = {
	ANY(perf_event_open),
	IOCTL(PERF_EVENT_IOC_ENABLE),
	IOCTL(PERF_EVENT_IOC_SET_BPF),
};

static const struct rule reading[] = {
	WITH(open, FOR_READING(SCMP_A1)),
	WITH(openat, FOR_READING(SCMP_A2)),
	ANY(getdents64),
};

static const struct rule serving[] = {
	ANY(accept),	      ANY(accept4),	ANY(recvfrom),	    ANY(recvmsg),
	ANY(sendto),	      ANY(sendmsg),	ANY(sendfile),	    ANY(setsockopt),
	ANY(getsockopt),      ANY(getsockname), ANY(getpeername),   ANY(shutdown),
	ANY(select),	      ANY(pselect6),	ANY(epoll_create1), ANY(epoll_ctl),
	ANY(epoll_wait),      ANY(epoll_pwait), ANY(eventfd2),	    ANY(pipe2),
	ANY(set_robust_list), ANY(rseq),
};

static const struct rule terminal[] = {
	ANY(select),	 ANY(pselect6),	   IOCTL(TCSETS), IOCTL(TCSETSW), IOCTL(TCSETSF),
	IOCTL(FIONREAD), IOCTL(TIOCGPGRP), ANY(dup2),	  ANY(dup3),
};

static const struct rule keeping[] = {
	ANY(read),
	ANY(write),
	ANY(close),
	ANY(newfstatat),
	ANY(fstatat64),
	ANY(statx),
	ANY(unlinkat),
	ANY(exit_group),
	ANY(rt_sigreturn),
	ANY(sigaltstack), /* AddressSanitizer, at the exit */
	BPF(BPF_ENABLE_STATS),
};

static const struct {
	enum sandbox_group group;
	const struct rule *rules;
	size_t nr;
} groups_of_rules[] = {
	{SANDBOX_ATTACH, attaching, LENGTH(attaching)}, {SANDBOX_KPROBES, kprobes, LENGTH(kprobes)},
	{SANDBOX_READ, reading, LENGTH(reading)},	{SANDBOX_NET, serving, LENGTH(serving)},
	{SANDBOX_TTY, terminal, LENGTH(terminal)},
};

static int allow(scmp_filter_ctx filter, const struct rule *rules, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		int err;

		/* a call that this architecture does not have */
		if (rules[i].call < 0)
			continue;
		err = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].checks,
					     rules[i].check);
		if (err)
			return err;
	}
	return 0;
}

static scmp_filter_ctx new_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (filter) /* not every kernel can (v4.14) */
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	return filter;
}

static int allow_signals(scmp_filter_ctx filter, const pid_t *pids, size_t nr)
{
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)pids[i]));
	return err;
}

int sandbox__enter(unsigned int groups, const pid_t *pids, size_t nr)
{
	scmp_filter_ctx filter = new_filter();
	int err;

	if (!filter)
		return -ENOMEM;
	err = allow(filter, always, LENGTH(always));
	for (size_t i = 0; i < LENGTH(groups_of_rules) && !err; i++)
		if (groups & groups_of_rules[i].group)
			err = allow(filter, groups_of_rules[i].rules, groups_of_rules[i].nr);
	if (!err)
		err = allow_signals(filter, pids, nr);
	/* raise() and abort() */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	/* its flags are out of our sight: the C library then takes clone() */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

int sandbox__enter_keeper(const pid_t *pids, size_t nr)
{
	scmp_filter_ctx filter = new_filter();
	int err;

	if (!filter)
		return -ENOMEM;
	err = allow(filter, keeping, LENGTH(keeping));
	if (!err)
		err = allow_signals(filter, pids, nr);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}
