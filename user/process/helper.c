// SPDX-License-Identifier: GPL-2.0-only
#include "process/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "process/capabilities.h"
#include "process/sandbox.h"
#include "process/oom.h"

/* It does what it is asked within microseconds, on a machine without memory within some ms. */
#define ANSWER_MS 2000
#define END_MS	  1000

enum verb {
	KEEPER_KEEP,
	KEEPER_REMOVE,
	KEEPER_STATISTICS,
	KEEPER_SIGNAL,
};

struct request {
	enum verb verb;
	int argument; /* a file's number, on or off, a pid */
	int signal;
};

int keeper__add_file(struct keeper *keeper, struct made_file *made)
{
	if (keeper->nr_files == KEEPER_FILES)
		return -ENOSPC;
	keeper->file[keeper->nr_files] = *made;
	*made = (struct made_file){.folder = -1};
	return (int)keeper->nr_files++;
}

static int finish_file(struct keeper *keeper, const struct request *request)
{
	struct made_file *file;

	if (request->argument < 0 || (size_t)request->argument >= keeper->nr_files)
		return -EINVAL;
	file = &keeper->file[request->argument];
	if (request->verb == KEEPER_REMOVE)
		return made_file__remove(file);
	made_file__keep(file);
	return 0;
}

static int set_statistics(struct keeper *keeper, bool on)
{
	if (keeper->statistics) {
		close(keeper->statistics);
		keeper->statistics = 0;
	}
	if (!on)
		return 0;
	keeper->statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (keeper->statistics > 0)
		return 0;
	keeper->statistics = 0;
	return -errno;
}

static int perform(struct keeper *keeper, const struct request *request)
{
	switch (request->verb) {
	case KEEPER_KEEP:
	case KEEPER_REMOVE:
		return finish_file(keeper, request);
	case KEEPER_STATISTICS:
		return set_statistics(keeper, request->argument);
	case KEEPER_SIGNAL:
		return kill(request->argument, request->signal) ? -errno : 0;
	default:
		return -EINVAL;
	}
}

static int lose(struct keeper *keeper, int err)
{
	close(keeper->socket);
	keeper->socket = -1;
	return err;
}

static int ask(struct keeper *keeper, const struct request *request)
{
	struct pollfd wait = {.fd = keeper->socket, .events = POLLIN};
	int answer, ready;

	if (!keeper->pid)
		return perform(keeper, request);
	if (keeper->socket < 0)
		return -EPIPE;
	if (write(keeper->socket, request, sizeof(*request)) != (ssize_t)sizeof(*request))
		return lose(keeper, -EPIPE);
	do
		ready = poll(&wait, 1, ANSWER_MS);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return lose(keeper, -ETIMEDOUT);
	if (read(keeper->socket, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
		return lose(keeper, -EPIPE);
	return answer;
}

int keeper__keep(struct keeper *keeper, int file)
{
	const struct request request = {.verb = KEEPER_KEEP, .argument = file};

	return ask(keeper, &request);
}

int keeper__remove(struct keeper *keeper, int file)
{
	const struct request request = {.verb = KEEPER_REMOVE, .argument = file};

	return ask(keeper, &request);
}

int keeper__statistics(struct keeper *keeper, bool on)
{
	const struct request request = {.verb = KEEPER_STATISTICS, .argument = on};

	return ask(keeper, &request);
}

int keeper__signal(struct keeper *keeper, pid_t pid, int signal)
{
	const struct request request = {.verb = KEEPER_SIGNAL, .argument = pid, .signal = signal};
	int err = ask(keeper, &request);

	if (err == -EPIPE || err == -ETIMEDOUT)
		err = kill(pid, signal) ? -errno : 0;
	return err;
}

/* Only the socket and the folders stay open: a pipe must end when its last user closes it. */
static void close_others(const struct keeper *keeper)
{
	struct rlimit limit;
	int last = 4096, nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 3; fd++)
		dup2(nothing, fd);
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < (rlim_t)last)
		last = (int)limit.rlim_cur;
	for (int fd = 3; fd < last; fd++) {
		bool ours = fd == keeper->socket;

		for (size_t i = 0; i < keeper->nr_files; i++)
			ours |= fd == keeper->file[i].folder;
		if (!ours)
			close(fd);
	}
}

/* Folders of others are written by root's right alone: files of a user stay a user's matter. */
static uint64_t what_it_needs(const struct keeper *keeper, size_t nr_commands, bool statistics)
{
	uint64_t needs = 0;

	if (statistics)
		needs |= PRIVILEGE(CAP_SYS_ADMIN);
	if (nr_commands)
		needs |= PRIVILEGE(CAP_KILL);
	if (keeper->nr_files && !geteuid())
		needs |= PRIVILEGE(CAP_DAC_OVERRIDE);
	return needs;
}

static _Noreturn void serve(struct keeper *keeper, const pid_t *commands, size_t nr,
			    bool statistics)
{
	struct request request;

	prctl(PR_SET_NAME, "gfptrace-keeper");
	/* Ctrl-Z is for whoever waits for our answers, and needs them until it has stopped */
	signal(SIGTSTP, SIG_IGN);
	close_others(keeper);
	protect_from_oom();
	if (privilege__shed(what_it_needs(keeper, nr, statistics)) ||
	    sandbox__enter_keeper(commands, nr))
		_exit(1);
	while (read(keeper->socket, &request, sizeof(request)) == (ssize_t)sizeof(request)) {
		int answer = perform(keeper, &request);

		if (write(keeper->socket, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
			break;
	}
	/* of what we made leave nothing that is empty */
	for (size_t i = 0; i < keeper->nr_files; i++)
		made_file__remove(&keeper->file[i]);
	_exit(0);
}

int keeper__start(struct keeper *keeper, const pid_t *commands, size_t nr, bool statistics)
{
	int pair[2], err;
	pid_t pid;

	statistics = statistics && privilege__has(CAP_SYS_ADMIN);
	if (!keeper->nr_files && !nr && !statistics)
		return 0;
	if (nr > KEEPER_COMMANDS)
		return -E2BIG;
	for (size_t i = 0; i < nr; i++)
		keeper->commands[keeper->nr_commands++] = commands[i];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	pid = fork();
	if (!pid) {
		keeper->socket = pair[1];
		serve(keeper, commands, nr, statistics);
	}
	err = pid < 0 ? -errno : 0;
	close(pair[1]);
	if (err) {
		close(pair[0]);
		return err;
	}
	keeper->pid = pid;
	keeper->socket = pair[0];
	/* an open folder is a way out for whoever takes us over */
	for (size_t i = 0; i < keeper->nr_files; i++)
		made_file__keep(&keeper->file[i]);
	return 0;
}

/* One that is stopped is killed: what it would do has been done, or cannot be. */
static void await_end(pid_t pid)
{
	const int step_ms = 5;
	int status;

	for (int waited = 0; waited < END_MS; waited += step_ms) {
		if (waitpid(pid, &status, WNOHANG))
			return;
		poll(NULL, 0, step_ms);
	}
	if (!kill(pid, SIGKILL))
		waitpid(pid, &status, 0);
}

void keeper__end(struct keeper *keeper)
{
	keeper->nr_commands = 0;
	if (!keeper->pid) {
		set_statistics(keeper, false);
		for (size_t i = 0; i < keeper->nr_files; i++)
			made_file__remove(&keeper->file[i]);
		return;
	}
	if (keeper->socket >= 0)
		close(keeper->socket);
	await_end(keeper->pid);
	keeper->pid = 0;
	keeper->nr_files = 0;
}
