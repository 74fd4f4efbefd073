/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands, one file each (cmd_*.c); argv[0] is the command's name. They return an exit status.
 */
#ifndef GFPTRACE_USER_COMMANDS_H
#define GFPTRACE_USER_COMMANDS_H

#include <stdbool.h>

#include "cmd/options.h"
#include "base/exit_status.h"

int cmd_run(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_exercise(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_serve(int argc, char **argv);

/*
 * What every command does first: parse its options, set the log level. Returns
 * true if the command is to go on; otherwise help or an error is already printed
 * and *status is what the command returns.
 */
bool command__begin(enum command command, int argc, char **argv, struct options *options,
		    int *status);

#endif
