// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

int cgroup__open(const char *path)
{
	struct statfs status;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &status) || status.f_type != CGROUP2_SUPER_MAGIC) {
		close(fd);
		return -ENOTSUP;
	}
	return fd;
}

/* The first cgroup2 mount: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside version 1. */
static int mount_point(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char buffer[4096];
	int err = -ENOENT;

	if (!mounts)
		return -errno;
	while (err && getmntent_r(mounts, &entry, buffer, sizeof(buffer)))
		if (!strcmp(entry.mnt_type, "cgroup2") &&
		    (size_t)snprintf(path, size, "%s", entry.mnt_dir) < size)
			err = 0;
	endmntent(mounts);
	return err;
}

int cgroup__open_root(void)
{
	static int root = -1;
	char mount[512];
	int err;

	if (root >= 0)
		return root;
	err = mount_point(mount, sizeof(mount));
	if (!err)
		root = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return err ? err : root < 0 ? -errno : root;
}

/*
 * Find the folder of that inode below `folder`, which is closed. `path` has `length` bytes and ends
 * in its name. Returns 0 or a negative errno.
 */
static int find_below(int folder, uint64_t id, char *path, size_t length, size_t size)
{
	DIR *list = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;
	int err = -ENOENT;

	if (!list) {
		err = -errno;
		if (folder >= 0)
			close(folder);
		return err;
	}
	while (err && (entry = readdir(list))) {
		size_t longer = length + 1 + strlen(entry->d_name);

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || longer >= size)
			continue;
		snprintf(path + length, size - length, "/%s", entry->d_name);
		if (entry->d_ino == id)
			err = 0;
		else
			err = find_below(openat(dirfd(list), entry->d_name,
						O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
					 id, path, longer, size);
	}
	closedir(list);
	return err;
}

/*
 * By looking through the folders: the id is the inode's number (kernfs_ino(),
 * include/linux/kernfs.h, where ino_t has 64 bits). open_by_handle_at() would take
 * CAP_DAC_READ_SEARCH, which is gone by then.
 */
int cgroup__path(uint64_t id, char *path, size_t size)
{
	int root = cgroup__open_root();
	struct stat status;

	if (root < 0)
		return root;
	if (fstat(root, &status))
		return -errno;
	if (status.st_ino == id) {
		snprintf(path, size, "/");
		return 0;
	}
	return find_below(openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), id, path, 0, size);
}
