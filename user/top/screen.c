// SPDX-License-Identifier: GPL-2.0-only
#include "top/screen.h"

#include <curses.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"
#include "base/exit_status.h"

#define ESCAPE_MS 50 /* what follows an ESC so soon is one key with it */

static struct {
	SCREEN *screen;
	struct termios before;
	char leave[128]; /* what ends the full screen, for the signal handler */
	size_t leave_length;
	int said, stderr_before; /* -1: stderr is no terminal */
} state = {.said = -1, .stderr_before = -1};

int screen__check(void)
{
	const char *term = getenv("TERM");
	int problem = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		log_error("top needs a terminal; without one use `gfptrace run -i 1`");
		return STATUS_USAGE;
	}
	if (!term || setupterm(term, STDOUT_FILENO, &problem) != OK) {
		log_error("top does not know the terminal '%s'; use `gfptrace run -i 1`",
			  term ? term : "");
		log_hint("is TERM right, and its terminfo entry installed?");
		return STATUS_USAGE;
	}
	if (!cursor_address || !clear_screen) {
		log_error("top cannot draw on a terminal '%s'; use `gfptrace run -i 1`", term);
		return STATUS_USAGE;
	}
	del_curterm(cur_term);
	return STATUS_OK;
}

/* A crash, too, leaves the terminal as it was: only what is safe in a handler. */
static void fatal(int number)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &state.before);
	if (write(STDOUT_FILENO, state.leave, state.leave_length) < 0)
		_exit(STATUS_INTERNAL);
	raise(number); /* SA_RESETHAND: ends us now */
}

static void catch_fatal(void)
{
	static const int numbers[] = {SIGSEGV,	 SIGBUS,  SIGABRT, SIGFPE,  SIGILL,
				      SIGSYS,	 SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU,
				      SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,  SIGTRAP};
	struct sigaction action = {.sa_handler = fatal,
				   .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

static void add_leave(const char *capability)
{
	size_t room = sizeof(state.leave) - state.leave_length, length;

	if (!capability)
		return;
	length = strcspn(capability, "$"); /* $<5>: to wait for a slow terminal */
	if (length > room)
		return;
	memcpy(state.leave + state.leave_length, capability, length);
	state.leave_length += length;
}

/* What is said would be written across the screen. */
static void hold_stderr(void)
{
	if (!isatty(STDERR_FILENO))
		return;
	state.said = memfd_create("gfptrace", MFD_CLOEXEC);
	state.stderr_before = dup(STDERR_FILENO);
	if (state.said >= 0 && state.stderr_before >= 0)
		dup2(state.said, STDERR_FILENO);
}

static void release_stderr(void)
{
	char text[1024];
	ssize_t length;

	if (state.stderr_before >= 0)
		dup2(state.stderr_before, STDERR_FILENO);
	if (state.said >= 0)
		lseek(state.said, 0, SEEK_SET);
	while (state.said >= 0 && (length = read(state.said, text, sizeof(text))) > 0)
		if (write(STDERR_FILENO, text, (size_t)length) != length)
			break;
	close(state.said);
	close(state.stderr_before);
	state.said = state.stderr_before = -1;
}

int screen__open(void)
{
	setlocale(LC_CTYPE, "");
	tcgetattr(STDIN_FILENO, &state.before);
	state.screen = newterm(NULL, stdout, stdin);
	if (!state.screen) {
		log_error("cannot draw on the terminal; use `gfptrace run -i 1`");
		return STATUS_USAGE;
	}
	add_leave(exit_attribute_mode);
	add_leave(cursor_normal);
	add_leave(exit_ca_mode);
	catch_fatal();
	hold_stderr();
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	return STATUS_OK;
}

void screen__close(void)
{
	if (!state.screen)
		return;
	endwin();
	delscreen(state.screen);
	state.screen = NULL;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &state.before);
	release_stderr();
}

void screen__resized(void)
{
	struct winsize size;
	int high = LINES, wide = COLS;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col) {
		high = size.ws_row;
		wide = size.ws_col;
	}
	if (isendwin())
		refresh();
	if (high != LINES || wide != COLS)
		resizeterm(high, wide);
	clearok(stdscr, TRUE);
}

void screen__suspend(void)
{
	endwin();
	raise(SIGSTOP);
}

int screen__key(bool *gone)
{
	struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};
	int key = getch();

	*gone = key == ERR && poll(&wait, 1, 0) > 0 &&
		wait.revents & (POLLHUP | POLLERR | POLLNVAL);
	return key == ERR || key == KEY_RESIZE ? -1 : key;
}
