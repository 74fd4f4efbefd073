// SPDX-License-Identifier: GPL-2.0-only
/*
 * force PID FD FILE [CALL...]: system calls forced into a running process, as whoever has taken it
 * over would make them. FD is a file that it may write, FILE one that it may not open: should it do
 * so, they are the only ones that suffer. One line each: the call, and 0 or its errno. x86-64
 * alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pid;
static struct user_regs_struct saved;
static unsigned long long code; /* of a syscall instruction in it */

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static int put(unsigned long long at, const void *bytes, size_t length)
{
	struct iovec from = {(void *)bytes, length}, to = {(void *)at, length};

	return process_vm_writev(pid, &from, 1, &to, 1, 0) != (ssize_t)length;
}

/* Two bytes, 0f 05, in code that may run. */
static void find_code(void)
{
	static unsigned char bytes[16 << 20];
	char name[64], line[512], flags[8];
	unsigned long long from, to;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/maps", pid);
	maps = fopen(name, "re");
	if (!maps)
		die(name);
	while (!code && fgets(line, sizeof(line), maps)) {
		struct iovec here = {bytes, 0}, there;

		if (sscanf(line, "%llx-%llx %4s", &from, &to, flags) != 3 || flags[2] != 'x')
			continue;
		here.iov_len = to - from < sizeof(bytes) ? to - from : sizeof(bytes);
		there = (struct iovec){(void *)from, here.iov_len};
		if (process_vm_readv(pid, &here, 1, &there, 1, 0) <= 0)
			continue;
		for (size_t i = 0; i + 1 < here.iov_len && !code; i++)
			if (bytes[i] == 0x0f && bytes[i + 1] == 0x05)
				code = from + i;
	}
	fclose(maps);
	if (!code)
		die("no syscall instruction");
}

static long long force(long number, const unsigned long long arg[6])
{
	struct user_regs_struct regs = saved;
	int status;

	regs.rip = code;
	regs.rax = (unsigned long long)number;
	regs.orig_rax = ~0ull; /* nothing is begun anew */
	regs.rdi = arg[0], regs.rsi = arg[1], regs.rdx = arg[2];
	regs.r10 = arg[3], regs.r8 = arg[4], regs.r9 = arg[5];
	if (ptrace(PTRACE_SETREGS, pid, 0, &regs) || ptrace(PTRACE_SINGLESTEP, pid, 0, 0))
		die("step");
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		die("it did not survive");
	if (ptrace(PTRACE_GETREGS, pid, 0, &regs))
		die("registers");
	return (long long)regs.rax;
}

static int is_asked(const char *name, char **names)
{
	int any = !*names;

	for (; *names; names++)
		any |= !strcmp(name, *names);
	return any;
}

int main(int argc, char **argv)
{
	unsigned long long fd, scratch, secret, program, null, up;
	char above[4096];
	int status;

	if (argc < 4)
		return 2;
	snprintf(above, sizeof(above), "../../../../../../..%s", argv[3]);
	pid = atoi(argv[1]);
	fd = strtoull(argv[2], NULL, 10);
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) || ptrace(PTRACE_INTERRUPT, pid, 0, 0) ||
	    waitpid(pid, &status, __WALL) != pid || ptrace(PTRACE_GETREGS, pid, 0, &saved))
		die("attach");
	find_code();
	scratch = (saved.rsp - 8192) & ~15ull;
	secret = scratch, program = scratch + 512, up = scratch + 1024, null = scratch + 2048;
	if (put(secret, argv[3], strlen(argv[3]) + 1) || put(program, "/proc/none", 11) ||
	    put(up, above, strlen(above) + 1) || put(null, (char[256]){0}, 256))
		die("scratch");
	const struct {
		const char *name;
		long number;
		unsigned long long arg[6];
	} calls[] = {
		{"getpid", SYS_getpid, {0}},
		{"fchmod-setuid", SYS_fchmod, {fd, 04777}},
		{"fchmod-setgid", SYS_fchmod, {fd, 02777}},
		{"fchmod", SYS_fchmod, {fd, 0666}},
		{"chmod", SYS_chmod, {secret, 04777}},
		{"fchmodat", SYS_fchmodat, {(unsigned long long)AT_FDCWD, secret, 04777}},
		{"fchmodat2", 452, {fd, null, 04777, AT_EMPTY_PATH}},
		{"fchown", SYS_fchown, {fd, 1, 1}},
		{"open-secret", SYS_open, {secret, O_RDONLY}},
		{"openat-secret", SYS_openat, {(unsigned long long)AT_FDCWD, secret, O_RDONLY}},
		{"openat-up", SYS_openat, {(unsigned long long)AT_FDCWD, up, O_RDONLY}},
		{"openat-3-up", SYS_openat, {3, up, O_RDONLY}},
		{"openat-create",
		 SYS_openat,
		 {(unsigned long long)AT_FDCWD, program, O_WRONLY | O_CREAT, 04755}},
		{"openat-tmpfile",
		 SYS_openat,
		 {(unsigned long long)AT_FDCWD, program, O_TMPFILE | O_RDWR, 04755}},
		{"creat", SYS_creat, {program, 04755}},
		{"openat2", SYS_openat2, {(unsigned long long)AT_FDCWD, secret, null, 24}},
		{"socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
		{"execve", SYS_execve, {program, null, null}},
		{"execveat", SYS_execveat, {fd, null, null, null, AT_EMPTY_PATH}},
		{"fork", SYS_fork, {0}},
		{"vfork", SYS_vfork, {0}},
		{"clone", SYS_clone, {SIGCHLD}},
		{"clone-thread", SYS_clone, {CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, scratch}},
		{"clone3", SYS_clone3, {null, 88}},
		{"kill-0", SYS_kill, {1, 0}},
		{"kill", SYS_kill, {(unsigned long long)getpid(), 0}},
		{"tgkill", SYS_tgkill, {1, 1, 0}},
		{"fcntl-setown", SYS_fcntl, {fd, F_SETOWN, 1}},
		{"fcntl-setsig", SYS_fcntl, {fd, F_SETSIG, SIGKILL}},
		{"prog-load", SYS_bpf, {BPF_PROG_LOAD, null, 128}},
		{"map-create", SYS_bpf, {BPF_MAP_CREATE, null, 72}},
		{"map-update", SYS_bpf, {BPF_MAP_UPDATE_ELEM, null, 32}},
		{"map-get-id", SYS_bpf, {BPF_MAP_GET_FD_BY_ID, null, 16}},
		{"ptrace", SYS_ptrace, {PTRACE_SEIZE, 1}},
		{"mount", SYS_mount, {program, program, null, 0, 0}},
		{"chroot", SYS_chroot, {program}},
		{"unlink", SYS_unlink, {secret}},
		{"rename", SYS_rename, {secret, program}},
		{"setuid", SYS_setuid, {0}},
		{"mmap-exec",
		 SYS_mmap,
		 {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, ~0ull, 0}},
		{"io-uring", SYS_io_uring_setup, {1, null}},
		{"init-module", SYS_init_module, {null, 0, null}},
	};
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		long long result;

		if (!is_asked(calls[i].name, argv + 4))
			continue;
		result = force(calls[i].number, calls[i].arg);

		printf("%s %s\n", calls[i].name,
		       result < 0 && result > -4096 ? strerrorname_np((int)-result) : "0");
	}
	if (ptrace(PTRACE_SETREGS, pid, 0, &saved) || ptrace(PTRACE_DETACH, pid, 0, 0))
		die("detach");
	return 0;
}
