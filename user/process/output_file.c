// SPDX-License-Identifier: GPL-2.0-only
#include "process/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/path.h"

#define TRIES 8 /* while others make and remove it */

static int open_there(struct output_file *file, const struct path *path)
{
	bool stream = path->magic || !S_ISREG(path->status.st_mode);
	/* what is open already, like /dev/stdout, may have been written to, and goes on */
	int fd = path__open(path, path->magic ? O_APPEND : 0);

	if (fd < 0)
		return fd;
	file->fd = fd;
	file->regular = !stream;
	return 0;
}

/* The folder and the name are ours from here. */
static int create(struct output_file *file, struct path *path)
{
	int fd = path__create(path);
	struct stat status;

	if (fd < 0)
		return fd;
	file->fd = fd;
	file->regular = true;
	if (fstat(fd, &status))
		return 0;
	file->made = (struct made_file){path->folder, path->name, status.st_dev, status.st_ino};
	path->folder = -1;
	path->name = NULL;
	return 0;
}

static int open_once(struct output_file *file, const char *name, const char **danger)
{
	struct path path;
	int err = path__find(&path, name);

	*danger = path.danger;
	if (!err && path.exists)
		err = S_ISDIR(path.status.st_mode) ? -EISDIR : open_there(file, &path);
	else if (!err)
		err = create(file, &path);
	path__free(&path);
	return err;
}

int output_file__open(struct output_file *file, const char *path, const char **danger)
{
	struct rlimit limit;
	int err = -EEXIST;

	*file = (struct output_file){.fd = -1, .made.folder = -1, .limit = RLIM_INFINITY};
	for (int i = 0; i < TRIES && (err == -EEXIST || err == -EAGAIN); i++)
		err = open_once(file, path, danger);
	if (!getrlimit(RLIMIT_FSIZE, &limit))
		file->limit = limit.rlim_cur;
	return err;
}

static int cut(const struct output_file *file, off_t length)
{
	int err;

	do
		err = ftruncate(file->fd, length) ? -errno : 0;
	while (err == -EINTR);
	return err;
}

/* Where a file system cannot tell, it shows when it is written. */
static int reserve(const struct output_file *file, off_t was, size_t length)
{
	off_t end = file->at + (off_t)length;
	int err;

	if (file->limit != RLIM_INFINITY && (rlim_t)end > file->limit)
		return -EFBIG;
	do
		err = fallocate(file->fd, FALLOC_FL_KEEP_SIZE, file->at, (off_t)length) ? -errno
											: 0;
	while (err == -EINTR);
	if (err != -ENOSPC && err != -EDQUOT)
		return 0;
	cut(file, was);
	return err;
}

static int write_all(const struct output_file *file, const char *bytes, size_t length)
{
	off_t at = file->at;

	while (length) {
		ssize_t wrote = pwrite(file->fd, bytes, length, at);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return wrote ? -errno : -EIO;
		bytes += wrote;
		at += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

int output_file__write(struct output_file *file, const char *bytes, size_t length)
{
	struct stat status;
	int err;

	if (fstat(file->fd, &status))
		return -errno;
	err = length ? reserve(file, status.st_size, length) : 0;
	if (err)
		return err;
	err = write_all(file, bytes, length);
	if (err) {
		/* what was written before is whole */
		if (file->at)
			cut(file, file->at);
		return err;
	}
	if (!file->at && status.st_size > (off_t)length)
		err = cut(file, (off_t)length);
	file->at += (off_t)length;
	return err;
}

int output_file__sync(const struct output_file *file)
{
	if (!fsync(file->fd) || errno == EINVAL || errno == EROFS)
		return 0;
	return -errno;
}

void output_file__empty(const struct output_file *file)
{
	if (file->made.name)
		cut(file, 0);
}

void made_file__keep(struct made_file *made)
{
	if (made->folder >= 0)
		close(made->folder);
	free(made->name);
	*made = (struct made_file){.folder = -1};
}

int made_file__remove(struct made_file *made)
{
	struct stat status;
	int err = 0, unknown;

	if (!made->name)
		return 0;
	unknown = fstatat(made->folder, made->name, &status, AT_SYMLINK_NOFOLLOW);
	if (!unknown &&
	    (status.st_dev != made->device || status.st_ino != made->inode || status.st_size))
		err = -EEXIST;
	else if (unknown || unlinkat(made->folder, made->name, 0))
		err = -errno;
	made_file__keep(made);
	return err;
}
