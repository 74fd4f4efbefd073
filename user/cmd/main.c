// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "base/log.h"
#include "cmd/options_table.h"
#include "process/capabilities.h"

/* clang-format off */
static int (*const commands[COMMANDS])(int argc, char **argv) = {
	[COMMAND_RUN] = cmd_run,
	[COMMAND_TOP] = cmd_top,
	[COMMAND_CHECK] = cmd_check,
	[COMMAND_DIFF] = cmd_diff,
	[COMMAND_REPORT] = cmd_report,
	[COMMAND_DOCTOR] = cmd_doctor,
	[COMMAND_EXERCISE] = cmd_exercise,
	[COMMAND_EXPLAIN] = cmd_explain,
	[COMMAND_SERVE] = cmd_serve,
};
/* clang-format on */

/* A file that we open must not become stdin, stdout or stderr. Writing to the stand-in fails. */
static void reserve_standard_files(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			_exit(STATUS_INTERNAL);
}

/* Help and version: their text is the result, so a stdout that is full is an error. */
static int finish_stdout(void)
{
	if (fflush(stdout) || ferror(stdout)) {
		log_error("cannot write to stdout");
		return STATUS_INTERNAL;
	}
	return STATUS_OK;
}

bool command__begin(enum command command, int argc, char **argv, struct options *options,
		    int *status)
{
	struct options_error error;

	if (options__parse(command, argc, argv, options, &error)) {
		log_error("%s", error.text);
		if (*error.hint)
			log_hint("%s", error.hint);
		*status = STATUS_USAGE;
		return false;
	}
	if (options->help) {
		help__command(stdout, command);
		*status = finish_stdout();
		return false;
	}
	log__set_level(options->verbosity);
	return true;
}

static int unknown_command(const char *name)
{
	const char *names[COMMANDS], *nearest;
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		names[i] = command_table[i].name;
	log_error("unknown %s '%s'", *name == '-' ? "option" : "command", name);
	nearest = word__nearest(name, names, COMMANDS);
	if (nearest)
		log_hint("did you mean %s?", nearest);
	else
		log_hint("see 'gfptrace --help'");
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	const char *name;
	size_t i;

	reserve_standard_files();
	if (geteuid() != getuid()) {
		log_error("this program is not made for the setuid bit");
		log_hint("give it file capabilities: chmod u-s, then "
			 "setcap cap_bpf,cap_perfmon=p");
		return STATUS_UNSUPPORTED;
	}
	privilege__lower();
	/* A reader that goes away shows as EPIPE, a file above the limit as EFBIG; a command we
	 * start gets the defaults back.
	 */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		help__usage(stderr);
		return STATUS_USAGE;
	}
	name = argv[1];
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		help__program(stdout);
		return finish_stdout();
	}
	if (!strcmp(name, "--version")) {
		printf("gfptrace %s\n", GFPTRACE_VERSION);
		return finish_stdout();
	}
	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(name, command_table[i].name))
			return commands[i](argc - 1, argv + 1);
	return unknown_command(name);
}
