// SPDX-License-Identifier: GPL-2.0-only
/* Where an output goes, and what a keeper does for it. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/helper.h"
#include "base/log.h"
#include "process/capabilities.h"
#include "process/output.h"

static char folder[] = "/tmp/gfptrace-output.XXXXXX";

static int setup(void **state)
{
	(void)state;
	log__set_level(LOG_QUIET);
	signal(SIGXFSZ, SIG_IGN); /* as main() does */
	return !mkdtemp(folder) || chdir(folder) || mkdir("own", 0755);
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") || system(command);
}

static void make_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void holds(const char *name, const char *text)
{
	char buffer[64] = "";
	FILE *file = fopen(name, "re");

	assert_non_null(file);
	assert_true(fread(buffer, 1, sizeof(buffer) - 1, file) < sizeof(buffer));
	fclose(file);
	assert_string_equal(buffer, text);
}

static int entries(const char *name)
{
	char command[64];
	FILE *list;
	int count = 0;

	snprintf(command, sizeof(command), "ls -A %s | wc -l", name);
	list = popen(command, "re");
	assert_non_null(list);
	assert_int_equal(fscanf(list, "%d", &count), 1);
	pclose(list);
	return count;
}

/* Write "new" through an output; returns what opening it did. */
static int write_new(const char *path)
{
	struct output *output;
	int err = output__open(&output, path);

	if (err)
		return err;
	assert_int_equal(output__write_bytes(output, "new", 3), 0);
	assert_int_equal(output__close(output), 0);
	return 0;
}

static void through_links(void **state)
{
	(void)state;
	make_file("own/file", "old");
	assert_int_equal(symlink("own/file", "first"), 0);
	assert_int_equal(symlink("../first", "own/second"), 0);
	assert_int_equal(write_new("own/second"), 0);
	holds("own/file", "new");
	assert_int_equal(entries("own"), 2);
	assert_int_equal(symlink("own/later", "dangling"), 0);
	assert_int_equal(write_new("dangling"), 0);
	holds("own/later", "new");
}

/* What is there stays what it is, but for what it holds. */
static void in_place(void **state)
{
	struct stat before, after;
	char path[64];
	int fd;

	(void)state;
	make_file("one", "much older");
	assert_int_equal(link("one", "two"), 0);
	assert_int_equal(chmod("one", 0604), 0);
	assert_int_equal(stat("one", &before), 0);
	assert_int_equal(write_new("one"), 0);
	holds("two", "new");
	assert_int_equal(stat("one", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mode, after.st_mode);
	make_file("open", "before,");
	fd = open("open", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(symlink(path, "stdout"), 0);
	assert_int_equal(write_new("stdout"), 0);
	holds("open", "before,new");
	close(fd);
	assert_int_equal(write_new("/dev/null"), 0);
	assert_int_equal(stat("/dev/null", &after), 0);
	assert_true(S_ISCHR(after.st_mode));
}

/* Nothing is lost before there is something to put in its place; what fails leaves no trace. */
static void until_it_is_whole(void **state)
{
	struct rlimit limit, small;
	struct output *output;

	(void)state;
	make_file("precious", "precious");
	assert_int_equal(output__open(&output, "precious"), 0);
	fputs("half a re", output__file(output));
	fflush(output__file(output));
	holds("precious", "precious");
	output__discard(output);
	holds("precious", "precious");
	assert_int_equal(output__open(&output, "young"), 0);
	assert_int_equal(access("young", F_OK), 0);
	fputs("half a re", output__file(output));
	output__discard(output);
	assert_int_equal(access("young", F_OK), -1);
	/* an empty one is a result, too */
	assert_int_equal(output__open(&output, "young"), 0);
	assert_int_equal(output__close(output), 0);
	holds("young", "");
	/* ulimit -f */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){4, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(output__open(&output, "precious"), 0);
	assert_int_equal(output__write_bytes(output, "too much", 8), -EFBIG);
	assert_int_equal(output__close(output), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	holds("precious", "precious");
}

/* One report behind the other, of which the first takes the place of what was there. */
static void several(void **state)
{
	struct output *output;

	(void)state;
	make_file("several", "what was there before is longer");
	assert_int_equal(output__open(&output, "several"), 0);
	assert_int_equal(output__write_bytes(output, "first,", 6), 0);
	holds("several", "first,");
	assert_int_equal(output__write_bytes(output, "2,", 2), 0);
	holds("several", "first,2,");
	fputs("half", output__file(output));
	output__discard(output);
	holds("several", "first,2,");
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

/* As `>` makes them, and without the bits that give rights away. */
static void modes(void **state)
{
	mode_t mask = umask(027);

	(void)state;
	privilege__lower(); /* as main() does */
	assert_int_equal(write_new("new"), 0);
	assert_int_equal(mode_of("new"), 0640);
	umask(mask);
	make_file("special", "old");
	assert_int_equal(chmod("special", 06755), 0);
	assert_int_equal(write_new("special"), 0);
	assert_int_equal(mode_of("special"), 0755);
}

static void by_a_keeper(void **state)
{
	struct output *kept, *discarded, *forgotten, *half;
	struct keeper keeper = {};

	(void)state;
	assert_int_equal(mkdir("kept", 0755), 0);
	assert_int_equal(output__open(&kept, "kept/kept"), 0);
	assert_int_equal(output__open(&discarded, "kept/discarded"), 0);
	assert_int_equal(output__open(&forgotten, "kept/forgotten"), 0);
	assert_int_equal(output__open(&half, "kept/half"), 0);
	assert_int_equal(output__entrust(kept, &keeper), 0);
	assert_int_equal(output__entrust(discarded, &keeper), 0);
	assert_int_equal(output__entrust(forgotten, &keeper), 0);
	assert_int_equal(output__entrust(half, &keeper), 0);
	assert_int_equal(entries("kept"), 4);
	assert_int_equal(keeper__start(&keeper, NULL, 0, false), 0);
	assert_true(keeper.pid > 0);
	output__discard(discarded);
	assert_int_equal(entries("kept"), 3);
	assert_int_equal(output__write_bytes(kept, "new", 3), 0);
	assert_int_equal(output__close(kept), 0);
	assert_int_equal(output__write_bytes(half, "the first", 9), 0);
	/* as if we had been killed: what is written stays, what is empty does not */
	keeper__end(&keeper);
	holds("kept/kept", "new");
	holds("kept/half", "the first");
	assert_int_equal(entries("kept"), 2);
	output__discard(forgotten);
	output__discard(half);
}

/* What has taken the place of our file is not ours to remove. */
static void not_another(void **state)
{
	struct output *output;

	(void)state;
	assert_int_equal(output__open(&output, "kept/ours"), 0);
	assert_int_equal(unlink("kept/ours"), 0);
	make_file("kept/ours", "");
	output__discard(output);
	holds("kept/ours", "");
}

/* A report is written without it, too. */
static void without_its_keeper(void **state)
{
	struct output *output;
	struct keeper keeper = {};

	(void)state;
	assert_int_equal(output__open(&output, "kept/alone"), 0);
	assert_int_equal(output__entrust(output, &keeper), 0);
	assert_int_equal(keeper__start(&keeper, NULL, 0, false), 0);
	kill(keeper.pid, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(output__write_bytes(output, "new", 3), 0);
	assert_int_equal(output__close(output), 0);
	keeper__end(&keeper);
	holds("kept/alone", "new");
}

/* It is asked once and no more, and neither waited for nor left behind. */
static void stopped_keeper(void **state)
{
	pid_t child = fork(), pid;
	struct keeper keeper = {};
	struct output *output;
	int status;

	(void)state;
	if (!child) {
		pause();
		_exit(0);
	}
	assert_int_equal(output__open(&output, "kept/stopped"), 0);
	assert_int_equal(output__entrust(output, &keeper), 0);
	assert_int_equal(keeper__start(&keeper, &child, 1, false), 0);
	pid = keeper.pid;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(keeper__signal(&keeper, child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(keeper__statistics(&keeper, true), -EPIPE);
	assert_int_equal(output__write_bytes(output, "new", 3), 0);
	assert_int_equal(output__close(output), 0);
	keeper__end(&keeper);
	assert_int_equal(kill(pid, 0), -1);
	holds("kept/stopped", "new");
}

/* Only what it was told of at the start: no signal to others, no other file. */
static void keeper_refuses(void **state)
{
	struct keeper keeper = {};
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		pause();
		_exit(0);
	}
	assert_int_equal(keeper__start(&keeper, &child, 1, false), 0);
	assert_int_equal(keeper__signal(&keeper, getpid(), SIGTERM), -EPERM);
	assert_int_equal(keeper__keep(&keeper, 0), -EINVAL);
	assert_int_equal(keeper__remove(&keeper, -1), -EINVAL);
	assert_int_equal(keeper__signal(&keeper, child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(keeper__signal(&keeper, child, SIGKILL), -ESRCH);
	keeper__end(&keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_links),
		cmocka_unit_test(in_place),
		cmocka_unit_test(until_it_is_whole),
		cmocka_unit_test(several),
		cmocka_unit_test(modes),
		cmocka_unit_test(by_a_keeper),
		cmocka_unit_test(not_another),
		cmocka_unit_test(without_its_keeper),
		cmocka_unit_test(stopped_keeper),
		cmocka_unit_test(keeper_refuses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
