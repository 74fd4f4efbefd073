// SPDX-License-Identifier: GPL-2.0-only
/* Where a path leads; what another user laid out is refused, in each part of it. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

#define NOBODY 65534

static char folder[] = "/tmp/gfptrace-path.XXXXXX";

static int make_folder(const char *name, uid_t owner, mode_t mode)
{
	return mkdir(name, 0700) || chown(name, owner, owner) || chmod(name, mode);
}

static int setup(void **state)
{
	(void)state;
	/* that it lies in /tmp is no part of a path that is not absolute */
	return !mkdtemp(folder) || chdir(folder) || mkdir("own", 0755) || mkdir("own/deep", 0755);
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") || system(command);
}

static void make_file(const char *name, uid_t owner)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	if (owner)
		assert_int_equal(fchown(fd, owner, owner), 0);
	close(fd);
}

static void make_link(const char *target, const char *name, uid_t owner)
{
	assert_int_equal(symlink(target, name), 0);
	if (owner)
		assert_int_equal(lchown(name, owner, owner), 0);
}

/* What path__find() says, and why. */
static int found(const char *text, const char *name)
{
	struct path path;
	int err = path__find(&path, text);

	if (!err) {
		assert_string_equal(path.name, name);
		assert_true(path.folder >= 0);
		assert_int_equal(path.exists, path.magic || path.file >= 0);
	}
	path__free(&path);
	return err;
}

static int danger(const char *text)
{
	struct path path;
	int err = path__find(&path, text);

	assert_int_equal(err == -EACCES, path.danger != NULL);
	path__free(&path);
	return err;
}

static void ways(void **state)
{
	char longest[5000];

	(void)state;
	make_file("own/file", 0);
	make_link("own/file", "first", 0);
	make_link("../first", "own/second", 0);
	make_link("own/deep/", "deep", 0);
	make_link("round", "round", 0);
	make_link("/dev/fd/1", "output", 0);
	assert_int_equal(found("own/file", "file"), 0);
	assert_int_equal(found("./own//deep/../file", "file"), 0);
	assert_int_equal(found("own/second", "file"), 0);
	assert_int_equal(found("deep/new", "new"), 0);
	assert_int_equal(found("deep/../../own/second", "file"), 0);
	assert_int_equal(found("/dev/null", "null"), 0);
	assert_int_equal(found("output", "1"), 0);
	assert_int_equal(found("/proc/self/cwd/first", "file"), 0);
	assert_int_equal(found("own", "own"), 0);
	assert_int_equal(found("round", NULL), -ELOOP);
	assert_int_equal(found("round/x", NULL), -ELOOP);
	assert_int_equal(found("own/", NULL), -EISDIR);
	assert_int_equal(found("deep", NULL), -EISDIR);
	assert_int_equal(found("/", NULL), -EISDIR);
	assert_int_equal(found("none/file", NULL), -ENOENT);
	assert_int_equal(found("own/file/x", NULL), -ENOTDIR);
	assert_int_equal(found("own/file/", NULL), -ENOTDIR);
	assert_int_equal(found("", NULL), -ENOENT);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(found(longest, NULL), -ENAMETOOLONG);
}

/* Each kind of folder that others may write to, and one that they may not. */
static void folders(void **state)
{
	static const struct {
		const char *name;
		uid_t owner;
		mode_t mode;
		bool shared, sticky;
	} cases[] = {
		{"ours", 0, 0755, false, false},	 {"theirs", NOBODY, 0755, true, false},
		{"readonly", NOBODY, 0555, true, false}, {"group", 0, 0775, true, false},
		{"everyone", 0, 0777, true, false},	 {"sticky", 0, 01777, true, true},
	};

	(void)state;
	if (geteuid())
		skip();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const int refused = cases[i].shared ? -EACCES : 0;
		struct path path;

		assert_int_equal(make_folder(cases[i].name, cases[i].owner, cases[i].mode), 0);
		assert_int_equal(chdir(cases[i].name), 0);
		make_file("file", 0);
		make_file("file-theirs", NOBODY);
		make_file("twice", 0);
		assert_int_equal(link("twice", "again"), 0);
		make_link("file", "link", 0);
		make_link("file", "link-theirs", NOBODY);
		make_link("none", "dangling-theirs", NOBODY);
		make_link(".", "here-theirs", NOBODY);
		make_link(".", "here", 0);
		assert_int_equal(mkfifo("fifo", 0600), 0);
		assert_int_equal(mkfifo("fifo-theirs", 0666), 0);
		assert_int_equal(chown("fifo-theirs", NOBODY, NOBODY), 0);

		assert_int_equal(danger("file"), 0);
		assert_int_equal(danger("link"), 0);
		assert_int_equal(danger("here/file"), 0);
		assert_int_equal(danger("here/new"), 0);
		assert_int_equal(danger("fifo"), 0);
		assert_int_equal(danger("file-theirs"), cases[i].sticky ? -EACCES : 0);
		assert_int_equal(danger("twice"), refused);
		assert_int_equal(danger("link-theirs"), refused);
		assert_int_equal(danger("dangling-theirs"), refused);
		assert_int_equal(danger("here-theirs/file"), refused);
		assert_int_equal(danger("here-theirs/new"), refused);
		assert_int_equal(danger("here/here-theirs/here/new"), refused);
		assert_int_equal(danger("fifo-theirs"), refused);
		assert_int_equal(path__find(&path, "new"), 0);
		assert_int_equal(path.shared, cases[i].shared);
		path__free(&path);
		assert_int_equal(chdir(".."), 0);
	}
	/* in a sticky folder that of the folder's owner is as good as the folder */
	assert_int_equal(chown("sticky", NOBODY, NOBODY), 0);
	assert_int_equal(danger("sticky/file-theirs"), 0);
}

/* Whoever takes the place of what was looked at is not opened, and what is made is new. */
static void opens_what_it_saw(void **state)
{
	struct stat saw, got;
	struct path path;
	int fd;

	(void)state;
	make_file("own/seen", 0);
	assert_int_equal(path__find(&path, "own/seen"), 0);
	saw = path.status;
	assert_int_equal(rename("own/seen", "own/moved"), 0);
	make_file("own/seen", 0);
	fd = path__open(&path, 0);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &got), 0);
	assert_int_equal(got.st_ino, saw.st_ino);
	close(fd);
	path__free(&path);
	assert_int_equal(path__find(&path, "own/made"), 0);
	assert_false(path.exists);
	make_link("seen", "own/made", 0);
	assert_int_equal(path__create(&path), -EEXIST);
	path__free(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ways),
		cmocka_unit_test(folders),
		cmocka_unit_test(opens_what_it_saw),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
