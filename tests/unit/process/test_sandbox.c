// SPDX-License-Identifier: GPL-2.0-only
/* The filter of system calls, each time in a child: what a tracer may do, and what it may not. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/sandbox.h"

static char folder[] = "/tmp/gfptrace-sandbox.XXXXXX";

static int setup(void **state)
{
	FILE *file;

	(void)state;
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	file = fopen("there", "we");
	return !file || fputs("text", file) < 0 || fclose(file);
}

static int teardown(void **state)
{
	(void)state;
	unlink("there");
	unlink("output");
	return chdir("/") || rmdir(folder);
}

/* Each returns 0 where all was as it should be, else the line where it was not. */
typedef int attempt(int output);

#define REFUSED(call)                                     \
	do {                                              \
		errno = 0;                                \
		if ((long)(call) != -1 || errno != EPERM) \
			return __LINE__;                  \
	} while (0)

#define WORKS(call)                      \
	do {                             \
		if ((long)(call) < 0)    \
			return __LINE__; \
	} while (0)

/* In a child within the sandbox; "output" is open for writing. */
static void try_within(unsigned int wanted, attempt *attempt_it)
{
	int output = open("output", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), status;
	pid_t pid;

	assert_true(output >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		/* a report of a sanitizer says more than a broken pipe */
		int line = sandbox__enter(wanted, NULL, 0) ? __LINE__ : attempt_it(output);

		if (line)
			fprintf(stderr, "test_sandbox.c:%d: errno %d\n", line, errno);
		_exit(line != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(output);
	assert_int_equal(status, 0);
}

static int bpf(int command)
{
	union bpf_attr attr = {};

	return (int)syscall(SYS_bpf, command, &attr, sizeof(attr));
}

static int write_elsewhere(int output)
{
	REFUSED(open("there", O_WRONLY | O_CLOEXEC));
	REFUSED(open("there", O_RDWR | O_CLOEXEC));
	REFUSED(open("there", O_RDONLY | O_TRUNC | O_CLOEXEC));
	REFUSED(open("new", O_RDONLY | O_CREAT | O_CLOEXEC, 0600));
	REFUSED(open(".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
	REFUSED(openat(AT_FDCWD, "there", O_WRONLY | O_APPEND | O_CLOEXEC));
	REFUSED(syscall(SYS_openat2, AT_FDCWD, "there", NULL, 0));
	REFUSED(rename("there", "here"));
	REFUSED(unlink("there"));
	REFUSED(link("there", "here"));
	REFUSED(symlink("there", "here"));
	REFUSED(mkdir("there.d", 0700));
	REFUSED(chmod("there", 0777));
	REFUSED(fchmod(output, 04755));
	REFUSED(fchmod(output, 0644));
	REFUSED(fchown(output, 0, 0));
	REFUSED(truncate("there", 0));
	WORKS(write(output, "a report\n", 9));
	WORKS(ftruncate(output, 3));
	WORKS(fsync(output));
	return 0;
}

static int do_other_things(int output)
{
	char *const none[] = {NULL};

	(void)output;
	REFUSED(execve("/bin/true", none, none));
	REFUSED(syscall(SYS_fork));
	REFUSED(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	REFUSED(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	REFUSED(kill(getppid(), 0));
	REFUSED(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	REFUSED(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	REFUSED(bpf(BPF_PROG_LOAD));
	REFUSED(bpf(BPF_MAP_CREATE));
	REFUSED(bpf(BPF_MAP_UPDATE_ELEM));
	REFUSED(bpf(BPF_ENABLE_STATS));
	REFUSED(bpf(BPF_LINK_CREATE));
	REFUSED(bpf(BPF_RAW_TRACEPOINT_OPEN));
	REFUSED(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0));
	REFUSED(open("there", O_RDONLY | O_CLOEXEC));
	return 0;
}

/* What the loop and the report need; memory by the sanitizer's own means, too. */
static int go_on(int output)
{
	struct pollfd nothing = {.fd = -1};
	void *memory =
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FILE *file = fdopen(output, "w");
	char *text = NULL;

	if (memory == MAP_FAILED || !file)
		return __LINE__;
	WORKS(munmap(memory, 1 << 20));
	WORKS(poll(&nothing, 1, 1));
	for (size_t size = 1 << 10; size < 64 << 20; size *= 4) {
		char *more = realloc(text, size);

		if (!more)
			return __LINE__;
		memset(more, 1, size);
		text = more;
	}
	free(text);
	WORKS(fprintf(file, "%d %f %s\n", 1, 1.5, "text"));
	WORKS(fflush(file));
	WORKS(ftell(file));
	/* not allowed for want of capabilities or of a file, but not by the filter */
	if (bpf(BPF_OBJ_GET_INFO_BY_FD) != -1)
		return __LINE__;
	return 0;
}

static int read_files(int output)
{
	char text[8];
	int file = open("there", O_RDONLY | O_CLOEXEC);

	WORKS(file);
	WORKS(read(file, text, sizeof(text)));
	WORKS(close(file));
	return write_elsewhere(output);
}

static void refused(void **state)
{
	(void)state;
	try_within(0, write_elsewhere);
	try_within(0, do_other_things);
}

static void allowed(void **state)
{
	(void)state;
	try_within(0, go_on);
	try_within(SANDBOX_READ, read_files);
}

/* errno of a call of a group: anything but the filter's */
static int attach_more(int output)
{
	(void)output;
	bpf(BPF_LINK_CREATE);
	if (errno == EPERM)
		return __LINE__;
	REFUSED(bpf(BPF_PROG_LOAD));
	return 0;
}

static int accept_nobody(int output)
{
	accept4(output, NULL, NULL, SOCK_CLOEXEC);
	if (errno != ENOTSOCK)
		return __LINE__;
	REFUSED(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	REFUSED(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
	return 0;
}

static void groups(void **state)
{
	(void)state;
	/* where the kernel shuts bpf(2) to us it is EPERM, too */
	if (bpf(BPF_LINK_CREATE) == -1 && errno != EPERM)
		try_within(SANDBOX_ATTACH, attach_more);
	try_within(SANDBOX_NET, accept_nobody);
	try_within(SANDBOX_NET, write_elsewhere);
	try_within(SANDBOX_TTY, write_elsewhere);
	try_within(SANDBOX_KPROBES | SANDBOX_ATTACH, write_elsewhere);
}

/* The keeper: signals to the processes named, and no other. */
static void keeper_signals(void **state)
{
	pid_t friend = fork(), keeper;
	int status;

	(void)state;
	if (!friend) {
		pause();
		_exit(0);
	}
	keeper = fork();
	if (!keeper) {
		if (sandbox__enter_keeper(&friend, 1))
			_exit(1);
		if (kill(getppid(), 0) != -1 || errno != EPERM)
			_exit(2);
		_exit(kill(friend, SIGKILL) ? 3 : 0);
	}
	assert_int_equal(waitpid(keeper, &status, 0), keeper);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(friend, &status, 0), friend);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(allowed),
		cmocka_unit_test(groups),
		cmocka_unit_test(keeper_signals),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
