// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a command on a terminal of its own, press keys, keep what it draws:
 *
 *	pty ROWS COLUMNS FILE MS KEYS... -- CMD [ARG...]
 *
 * Once CMD has drawn something, the next word of KEYS is pressed every MS. FILE gets all that
 * was drawn. A line on stdout for each word says how much that was before it was pressed, so
 * that the screen of that moment can be drawn again elsewhere. Exits as CMD does; 124 if CMD
 * does not end after the last word.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_MS 20000
#define START_MS 200000

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static pid_t start(int master, char **command)
{
	const char *name = ptsname(master);
	pid_t pid = fork();
	int slave;

	if (pid)
		return pid;
	setsid();
	slave = open(name, O_RDWR); /* becomes the terminal of the session */
	if (slave < 0)
		die(name);
	for (int fd = 0; fd < 3; fd++)
		dup2(slave, fd);
	execvp(command[0], command);
	die(command[0]);
	return -1;
}

/*
 * Copy what is drawn until a moment, or until there is no more: false. `first`: no longer than
 * until something is drawn.
 */
static int copy(int master, int file, long until, long *total, int first)
{
	struct pollfd wait = {.fd = master, .events = POLLIN};
	char buffer[65536];
	ssize_t length;

	for (long left = until - now_ms(); left > 0 && !(first && *total);
	     left = until - now_ms()) {
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		length = read(master, buffer, sizeof(buffer));
		if (length <= 0)
			return 0;
		if (write(file, buffer, (size_t)length) != length)
			die("write");
		*total += length;
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct winsize size = {};
	int master, file, status, word = 5;
	long total = 0, step;
	pid_t pid;

	for (status = 5; status < argc && strcmp(argv[status], "--") != 0; status++)
		;
	if (status + 1 >= argc) {
		fprintf(stderr, "usage: pty ROWS COLUMNS FILE MS KEYS... -- CMD [ARG...]\n");
		return 2;
	}
	argv[status] = NULL;
	size.ws_row = (unsigned short)atoi(argv[1]);
	size.ws_col = (unsigned short)atoi(argv[2]);
	step = atol(argv[4]);
	file = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (file < 0 || master < 0 || grantpt(master) || unlockpt(master) ||
	    ioctl(master, TIOCSWINSZ, &size))
		die("terminal");
	pid = start(master, argv + status + 1);
	copy(master, file, now_ms() + START_MS, &total, 1);
	for (; argv[word] && copy(master, file, now_ms() + step, &total, 0); word++) {
		printf("%ld %s\n", total, argv[word]);
		if (write(master, argv[word], strlen(argv[word])) < 0)
			break;
	}
	if (copy(master, file, now_ms() + GRACE_MS, &total, 0)) {
		kill(pid, SIGKILL);
		return 124;
	}
	if (waitpid(pid, &status, 0) < 0)
		die("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
