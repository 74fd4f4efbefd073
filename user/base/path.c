// SPDX-License-Identifier: GPL-2.0-only
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LINKS_MOST 40 /* MAXSYMLINKS, include/linux/namei.h */

/* May what is in the folder be used, as fs/namei.c's may_follow_link() decides? */
static bool may_use(const struct stat *folder, const struct stat *entry)
{
	const mode_t shared = S_ISVTX | S_IWOTH;

	return (folder->st_mode & shared) != shared || entry->st_uid == geteuid() ||
	       entry->st_uid == folder->st_uid;
}

/* Go on from the open folder `at`: open the folder of `path` and keep its last part. */
static int step(struct place *place, int at, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;

	free(place->name);
	place->name = strdup(slash ? slash + 1 : path);
	folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	if (!folder || !place->name) {
		free(folder);
		return -ENOMEM;
	}
	place->folder = openat(at, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (place->folder < 0)
		return -errno;
	/* "folder/": the folder itself */
	return *place->name ? 0 : -EISDIR;
}

static bool is_proc(int folder)
{
	struct statfs status;

	return !fstatfs(folder, &status) && status.f_type == PROC_SUPER_MAGIC;
}

/* What lies at the place; 1: a link, whose text is `target`. */
static int look(struct place *place, char *target, size_t size)
{
	struct stat folder;
	ssize_t length;

	place->exists = false;
	if (fstatat(place->folder, place->name, &place->status, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	place->exists = true;
	if (fstat(place->folder, &folder))
		return -errno;
	if (!may_use(&folder, &place->status))
		return -EACCES;
	if (!S_ISLNK(place->status.st_mode))
		return 0;
	if (is_proc(place->folder) && !fstatat(place->folder, place->name, &place->status, 0)) {
		place->magic = true;
		return 0;
	}
	length = readlinkat(place->folder, place->name, target, size - 1);
	if (length < 0)
		return -errno;
	target[length] = '\0';
	return length ? 1 : -ENOENT;
}

int place__find(struct place *place, const char *path)
{
	char target[PATH_MAX];
	int err;

	*place = (struct place){.folder = -1};
	if (!*path)
		return -ENOENT;
	err = step(place, AT_FDCWD, path);
	for (int links = 0; !err; links++) {
		int from = place->folder;

		err = look(place, target, sizeof(target));
		if (err <= 0)
			break;
		if (links == LINKS_MOST) {
			err = -ELOOP;
			break;
		}
		err = step(place, from, target);
		close(from);
	}
	if (err)
		place__free(place);
	return err;
}

void place__free(struct place *place)
{
	if (place->folder >= 0)
		close(place->folder);
	place->folder = -1;
	free(place->name);
	place->name = NULL;
}
