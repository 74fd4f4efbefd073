// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
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

/* kernfs encodes the id itself as the file handle: FILEID_KERNFS (include/linux/exportfs.h). */
static int path_by_handle(const char *mount, uint64_t id, char *path, size_t size)
{
	union {
		struct file_handle header;
		unsigned char bytes[sizeof(struct file_handle) + sizeof(id)];
	} handle = {.header = {.handle_bytes = sizeof(id), .handle_type = 0xfe}};
	char link[64], target[4096];
	ssize_t length;
	int mount_fd, fd, err;

	mount_fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mount_fd < 0)
		return -errno;
	memcpy(handle.bytes + offsetof(struct file_handle, f_handle), &id, sizeof(id));
	fd = open_by_handle_at(mount_fd, &handle.header, O_RDONLY | O_PATH | O_CLOEXEC);
	err = errno == EPERM ? -EPERM : -ENOENT;
	close(mount_fd);
	if (fd < 0)
		return err;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, target, sizeof(target) - 1);
	close(fd);
	if (length < 0)
		return -errno;
	target[length] = '\0';
	if (strncmp(target, mount, strlen(mount)) != 0)
		return -ENOENT;
	snprintf(path, size, "%s", target[strlen(mount)] ? target + strlen(mount) : "/");
	return 0;
}

/*
 * A handle takes CAP_DAC_READ_SEARCH. Without it the folders are looked through: the id is the
 * inode's number (kernfs_ino(), include/linux/kernfs.h, where ino_t has 64 bits).
 */
static int path_by_walk(const char *mount, uint64_t id, char *path, size_t size)
{
	char root[512];
	char *const roots[] = {root, NULL};
	size_t length = strlen(mount);
	int err = -ENOENT;
	FTSENT *entry;
	FTS *walk;

	snprintf(root, sizeof(root), "%s", mount);
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	if (!walk)
		return -errno;
	while (err && (entry = fts_read(walk))) {
		if (entry->fts_info != FTS_D || entry->fts_statp->st_ino != id)
			continue;
		err = 0;
		snprintf(path, size, "%s",
			 entry->fts_path[length] ? entry->fts_path + length : "/");
	}
	fts_close(walk);
	return err;
}

int cgroup__path(uint64_t id, char *path, size_t size)
{
	char mount[512];
	int err = mount_point(mount, sizeof(mount));

	if (!err)
		err = path_by_handle(mount, id, path, size);
	return err == -EPERM ? path_by_walk(mount, id, path, size) : err;
}
