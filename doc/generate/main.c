// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run while gfptrace is built, linked with its option table:
 *	generate rst synopsis|options COMMAND	parts of the man page of a command
 *	generate rst commands			the list of commands, for gfptrace(1)
 *	generate bash|zsh			the completion
 *	generate commands			their names, one a line
 */
#include <stdlib.h>
#include <string.h>

#include "generate.h"

static int find_command(const char *name)
{
	int i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(command_table[i].name, name))
			return i;
	return -1;
}

static void list_commands(void)
{
	int i;

	for (i = 0; i < COMMANDS; i++)
		puts(command_table[i].name);
}

/* False if the words make no sense. */
static bool write_rst(int argc, char **argv)
{
	int command;

	if (argc == 1 && !strcmp(argv[0], "commands")) {
		rst__commands(stdout);
		return true;
	}
	command = argc == 2 ? find_command(argv[1]) : -1;
	if (command < 0)
		return false;
	if (!strcmp(argv[0], "synopsis"))
		rst__synopsis(stdout, (enum command)command);
	else if (!strcmp(argv[0], "options"))
		rst__options(stdout, (enum command)command);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	bool known = true;

	if (argc >= 3 && !strcmp(argv[1], "rst"))
		known = write_rst(argc - 2, argv + 2);
	else if (argc == 2 && !strcmp(argv[1], "bash"))
		bash__completion(stdout);
	else if (argc == 2 && !strcmp(argv[1], "zsh"))
		zsh__completion(stdout);
	else if (argc == 2 && !strcmp(argv[1], "commands"))
		list_commands();
	else
		known = false;
	if (!known) {
		fputs("usage: generate rst synopsis|options COMMAND | rst commands | bash | zsh | "
		      "commands\n",
		      stderr);
		return EXIT_FAILURE;
	}
	return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
