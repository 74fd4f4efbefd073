// SPDX-License-Identifier: GPL-2.0-only
/* Where an output goes: behind links, but not those of others; by a keeper, too. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/helper.h"
#include "base/log.h"
#include "process/output.h"
#include "base/path.h"

#define NOBODY 65534

static char folder[] = "/tmp/gfptrace-place.XXXXXX";

static int setup(void **state)
{
	(void)state;
	log__set_level(LOG_QUIET);
	return !mkdtemp(folder) || chdir(folder) || mkdir("own", 0755) || mkdir("shared", 0777) ||
	       chmod("shared", 01777);
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
	struct place place;

	(void)state;
	make_file("own/file", "old");
	assert_int_equal(symlink("own/file", "first"), 0);
	assert_int_equal(symlink("../first", "own/second"), 0);
	assert_int_equal(place__find(&place, "own/second"), 0);
	assert_string_equal(place.name, "file");
	assert_true(place.exists);
	place__free(&place);
	assert_int_equal(write_new("own/second"), 0);
	holds("own/file", "new");
	assert_int_equal(entries("own"), 2);
	assert_int_equal(symlink("own/later", "dangling"), 0);
	assert_int_equal(write_new("dangling"), 0);
	holds("own/later", "new");
	assert_int_equal(symlink("round", "round"), 0);
	assert_int_equal(place__find(&place, "round"), -ELOOP);
	assert_int_equal(place__find(&place, "own/"), -EISDIR);
	assert_int_equal(place__find(&place, "none/file"), -ENOENT);
	assert_int_equal(place__find(&place, "own/file/x"), -ENOTDIR);
	assert_int_equal(place__find(&place, ""), -ENOENT);
}

/* A file that has other names is written, not replaced; so is what is open already. */
static void written_directly(void **state)
{
	struct stat status;
	char path[64];
	int fd;

	(void)state;
	make_file("one", "much older");
	assert_int_equal(link("one", "two"), 0);
	assert_int_equal(write_new("one"), 0);
	holds("two", "new");
	make_file("open", "before,");
	fd = open("open", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(symlink(path, "stdout"), 0);
	assert_int_equal(write_new("stdout"), 0);
	holds("open", "before,new");
	close(fd);
	assert_int_equal(write_new("/dev/null"), 0);
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
}

/* As another user, in the folder that all may write to. */
static void in_a_shared_folder(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	make_file("own/victim", "precious");
	assert_int_equal(symlink("../own/victim", "shared/link"), 0);
	assert_int_equal(write_new("shared/link"), 0); /* ours */
	holds("own/victim", "new");
	assert_int_equal(lchown("shared/link", NOBODY, NOBODY), 0);
	assert_int_equal(write_new("shared/link"), -EACCES);
	assert_int_equal(symlink("nowhere", "shared/dangling"), 0);
	assert_int_equal(lchown("shared/dangling", NOBODY, NOBODY), 0);
	assert_int_equal(write_new("shared/dangling"), -EACCES);
	make_file("shared/file", "theirs");
	assert_int_equal(chown("shared/file", NOBODY, NOBODY), 0);
	assert_int_equal(write_new("shared/file"), -EACCES);
	holds("shared/file", "theirs");
	assert_int_equal(mkfifo("shared/fifo", 0666), 0);
	assert_int_equal(chown("shared/fifo", NOBODY, NOBODY), 0);
	assert_int_equal(write_new("shared/fifo"), -EACCES);
	/* one's own folder may hold what it likes */
	assert_int_equal(lchown("first", NOBODY, NOBODY), 0);
	assert_int_equal(write_new("first"), 0);
	assert_int_equal(write_new("shared/mine"), 0);
	assert_int_equal(write_new("shared/mine"), 0);
	/* that of the folder's owner is as good as the folder */
	assert_int_equal(chown("shared", NOBODY, NOBODY), 0);
	assert_int_equal(write_new("shared/file"), 0);
	holds("shared/file", "new");
}

static void by_a_keeper(void **state)
{
	struct output *placed, *discarded, *forgotten;
	struct keeper keeper = {};

	(void)state;
	assert_int_equal(mkdir("kept", 0755), 0);
	assert_int_equal(output__open(&placed, "kept/placed"), 0);
	assert_int_equal(output__open(&discarded, "kept/discarded"), 0);
	assert_int_equal(output__open(&forgotten, "kept/forgotten"), 0);
	assert_int_equal(output__entrust(placed, &keeper), 0);
	assert_int_equal(output__entrust(discarded, &keeper), 0);
	assert_int_equal(output__entrust(forgotten, &keeper), 0);
	assert_int_equal(entries("kept"), 3);
	assert_int_equal(keeper__start(&keeper, NULL, 0, false), 0);
	assert_true(keeper.pid > 0);
	output__discard(discarded);
	assert_int_equal(entries("kept"), 2);
	assert_int_equal(output__write_bytes(placed, "new", 3), 0);
	assert_int_equal(output__close(placed), 0);
	holds("kept/placed", "new");
	/* as if we had been killed */
	keeper__end(&keeper);
	assert_int_equal(entries("kept"), 1);
	output__discard(forgotten);
}

/* A report that cannot be placed is an error, not a reader gone away. */
static void without_its_keeper(void **state)
{
	struct output *output;
	struct keeper keeper = {};

	(void)state;
	assert_int_equal(output__open(&output, "kept/lost"), 0);
	assert_int_equal(output__entrust(output, &keeper), 0);
	assert_int_equal(keeper__start(&keeper, NULL, 0, false), 0);
	kill(keeper.pid, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(output__write_bytes(output, "new", 3), 0);
	assert_int_equal(output__close(output), -EIO);
	keeper__end(&keeper);
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
	assert_int_equal(keeper__place(&keeper, 0), -EINVAL);
	assert_int_equal(keeper__place(&keeper, -1), -EINVAL);
	assert_int_equal(keeper__signal(&keeper, child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(keeper__signal(&keeper, child, SIGKILL), -ESRCH);
	keeper__end(&keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_links),      cmocka_unit_test(written_directly),
		cmocka_unit_test(in_a_shared_folder), cmocka_unit_test(by_a_keeper),
		cmocka_unit_test(without_its_keeper), cmocka_unit_test(keeper_refuses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
