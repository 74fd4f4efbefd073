// SPDX-License-Identifier: GPL-2.0-only
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/user_namespace.h"

#define LINKS_MOST 40 /* MAXSYMLINKS, include/linux/namei.h */
#define FOLDER	   (O_PATH | O_DIRECTORY | O_CLOEXEC)

struct walk {
	struct path *path;
	char *rest; /* what is still to be walked */
	int links;
};

static bool is_trusted(uid_t user)
{
	return user == 0 || user == geteuid();
}

/* May another user put something into this folder? Who owns it may always give himself the right.
 */
static bool is_shared(const struct stat *folder)
{
	if (folder->st_mode & (S_IWGRP | S_IWOTH))
		return true;
	/* the machine's own folders have no owner in a user namespace */
	return !is_trusted(folder->st_uid) && !user_namespace__is_unmapped(folder->st_uid);
}

/* Why a file that is no link is not to be opened, or NULL. */
static const char *file_danger(const struct stat *folder, const struct stat *file)
{
	bool foreign = !is_trusted(file->st_uid);

	if (!is_shared(folder))
		return NULL;
	if (S_ISFIFO(file->st_mode) && foreign)
		return "it is a FIFO of another user, who may never read it";
	if (!S_ISREG(file->st_mode))
		return NULL;
	if (file->st_nlink > 1)
		return "it has another name, and others may write to its folder";
	if (foreign && folder->st_mode & S_ISVTX && file->st_uid != folder->st_uid)
		return "it is a file of another user in a folder for everyone";
	return NULL;
}

static bool is_proc(int folder)
{
	struct statfs status;

	return !fstatfs(folder, &status) && status.f_type == PROC_SUPER_MAGIC;
}

/* Go on in `folder`, which is ours from here. */
static int enter(struct path *path, int folder)
{
	if (folder < 0)
		return -errno;
	if (path->folder >= 0)
		close(path->folder);
	path->folder = folder;
	return 0;
}

/* What `link` says stands before what is left. */
static int expand(struct walk *walk, int link)
{
	char target[PATH_MAX], *rest;
	ssize_t length = readlinkat(link, "", target, sizeof(target));

	if (length < 0)
		return -errno;
	if (!length)
		return -ENOENT;
	if (length == (ssize_t)sizeof(target))
		return -ENAMETOOLONG;
	if (asprintf(&rest, "%.*s%s%s", (int)length, target, *walk->rest ? "/" : "", walk->rest) <
	    0)
		return -ENOMEM;
	free(walk->rest);
	walk->rest = rest;
	return *rest == '/' ? enter(walk->path, open("/", FOLDER)) : 0;
}

/* `link` is an open symbolic link `name`, `last`: of the path. Returns 1 if that is its end. */
static int follow(struct walk *walk, int link, const char *name, bool last)
{
	struct path *path = walk->path;
	struct stat folder, status;

	if (fstat(path->folder, &folder) || fstat(link, &status))
		return -errno;
	if (is_shared(&folder) && (!is_trusted(status.st_uid) || status.st_nlink > 1)) {
		path->danger = "another user may lead a link on the way to it anywhere";
		return -EACCES;
	}
	if (walk->links++ == LINKS_MOST)
		return -ELOOP;
	/* such a link need not say where it leads */
	if (is_proc(path->folder) && !last)
		return enter(path, openat(path->folder, name, FOLDER));
	if (is_proc(path->folder) && !fstatat(path->folder, name, &path->status, 0)) {
		path->magic = path->exists = true;
		return 1;
	}
	return expand(walk, link);
}

/* The last name of the path. Returns 1 at the end, 0 if it was a link. */
static int arrive(struct walk *walk, const char *name)
{
	struct path *path = walk->path;
	struct stat folder;
	int err;

	path->file = openat(path->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (path->file < 0 && errno != ENOENT)
		return -errno;
	if (fstat(path->folder, &folder))
		return -errno;
	path->shared = is_shared(&folder);
	if (path->file < 0)
		return 1;
	if (fstat(path->file, &path->status))
		return -errno;
	path->exists = true;
	if (!S_ISLNK(path->status.st_mode)) {
		path->danger = file_danger(&folder, &path->status);
		return path->danger ? -EACCES : 1;
	}
	path->exists = false;
	err = follow(walk, path->file, name, true);
	close(path->file);
	path->file = -1;
	return err;
}

/* A name with more behind it: a folder, or a link to one. */
static int pass(struct walk *walk, const char *name)
{
	struct path *path = walk->path;
	int folder = openat(path->folder, name, FOLDER | O_NOFOLLOW), link, err;
	struct stat status;

	if (folder >= 0)
		return enter(path, folder);
	if (errno != ENOTDIR && errno != ELOOP)
		return -errno;
	link = openat(path->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (link < 0)
		return -errno;
	err = fstat(link, &status) ? -errno : S_ISLNK(status.st_mode) ? 0 : -ENOTDIR;
	if (!err)
		err = follow(walk, link, name, false);
	close(link);
	return err;
}

/* One name further. Returns 1 at the end of the path. */
static int step(struct walk *walk)
{
	char *name = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(name, "/");
	bool last = !name[length];
	char *rest;

	/* "folder/": the folder itself */
	if (!length)
		return -EISDIR;
	rest = strdup(name + length + !last);
	name = strndup(name, length);
	free(walk->rest);
	walk->rest = rest;
	free(walk->path->name);
	walk->path->name = name;
	if (!rest || !name)
		return -ENOMEM;
	if (!last)
		return pass(walk, name);
	return arrive(walk, name);
}

int path__find(struct path *path, const char *text)
{
	struct walk walk = {.path = path, .rest = strdup(text)};
	int err;

	*path = (struct path){.folder = -1, .file = -1};
	if (!walk.rest)
		return -ENOMEM;
	err = *text ? enter(path, open(*text == '/' ? "/" : ".", FOLDER)) : -ENOENT;
	while (!err)
		err = step(&walk);
	free(walk.rest);
	return err < 0 ? err : 0;
}

/* The very file that was looked at, by what /proc says of it; without /proc by its name, once more.
 */
int path__open(const struct path *path, int flags)
{
	char name[64];
	struct stat status;
	int fd;

	flags |= O_WRONLY | O_CLOEXEC | O_NOCTTY;
	if (path->magic) {
		fd = openat(path->folder, path->name, flags);
		return fd < 0 ? -errno : fd;
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", path->file);
	fd = open(name, flags);
	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? -errno : fd;
	fd = openat(path->folder, path->name, flags | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &status) && status.st_dev == path->status.st_dev &&
	    status.st_ino == path->status.st_ino && !fcntl(fd, F_SETFL, flags))
		return fd;
	close(fd);
	return -EAGAIN;
}

/* There is no way to read the umask but to set it. */
static mode_t masked(mode_t mode)
{
	mode_t mask = umask(0);

	umask(mask);
	return mode & ~mask;
}

/* The default ACL of a folder takes the place of the umask: another user's shall not. */
int path__create(const struct path *path)
{
	int fd = openat(path->folder, path->name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			path->shared ? masked(0666) : 0666);

	return fd < 0 ? -errno : fd;
}

void path__free(struct path *path)
{
	if (path->folder >= 0)
		close(path->folder);
	if (path->file >= 0)
		close(path->file);
	free(path->name);
	*path = (struct path){.folder = -1, .file = -1};
}
