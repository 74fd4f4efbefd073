// SPDX-License-Identifier: GPL-2.0-only
/*
 * attach OBJECT FUNCTION PROGRAM... -- CMD [ARG...]
 *
 * Attaches the named programs of OBJECT, those for fentry and fexit to FUNCTION, runs CMD, and
 * exits with its status; 125 where one of them cannot be attached.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#define FAILED 125

static int fail(int err, const char *verb, const char *what)
{
	fprintf(stderr, "attach: cannot %s %s: %s\n", verb, what, strerror(-err));
	return FAILED;
}

static bool chosen(const char *name, char **names)
{
	for (; *names; names++)
		if (!strcmp(name, *names))
			return true;
	return false;
}

/* Only the chosen programs are loaded; a name that is not there is an error. */
static int choose(struct bpf_object *object, const char *function, char **names)
{
	struct bpf_program *program;
	int err;

	for (char **name = names; *name; name++)
		if (!bpf_object__find_program_by_name(object, *name))
			return fail(-ENOENT, "find", *name);
	bpf_object__for_each_program(program, object)
	{
		const bool load = chosen(bpf_program__name(program), names);

		bpf_program__set_autoload(program, load);
		if (!load || bpf_program__type(program) != BPF_PROG_TYPE_TRACING)
			continue;
		err = bpf_program__set_attach_target(program, 0, function);
		if (err)
			return fail(err, "aim at", function);
	}
	return 0;
}

static int attach(struct bpf_object *object, char **names)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		if (!chosen(bpf_program__name(program), names))
			continue;
		/* the link lives as long as this process */
		if (!bpf_program__attach(program))
			return fail(-errno, "attach", bpf_program__name(program));
	}
	return 0;
}

static int run(char **command)
{
	const pid_t pid = fork();
	int status;

	if (pid < 0)
		return fail(-errno, "fork for", *command);
	if (!pid) {
		execvp(*command, command);
		_exit(fail(-errno, "run", *command));
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(-errno, "wait for", *command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	int i, err;

	for (i = 3; i < argc && strcmp(argv[i], "--"); i++)
		;
	if (i == 3 || i + 1 >= argc) {
		fputs("usage: attach OBJECT FUNCTION PROGRAM... -- CMD [ARG...]\n", stderr);
		return FAILED;
	}
	argv[i] = NULL;
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		return fail(-errno, "open", argv[1]);
	err = choose(object, argv[2], argv + 3);
	if (err)
		return err;
	err = bpf_object__load(object);
	if (err)
		return fail(err, "load", argv[1]);
	err = attach(object, argv + 3);
	return err ? err : run(argv + i + 1);
}
