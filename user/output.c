// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "output.h"
#include "status.h"

struct output {
	FILE *file;
	const char *name; /* for messages */
	char *path;	  /* the place of a regular file; NULL: written directly */
	char *temporary;
	mode_t mode;
	int err; /* the first write error, reported already */
};

static void output__free(struct output *output)
{
	free(output->path);
	free(output->temporary);
	free(output);
}

/* What a new file gets: there is no way to read the umask but to set it. */
static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Open a file beside `path`, behind symbolic links, so that a rename can replace it. */
static int open_beside(struct output *output, const char *path, const struct stat *old)
{
	int fd, err;

	output->path = old ? realpath(path, NULL) : strdup(path);
	if (!output->path)
		return -errno;
	if (old && access(output->path, W_OK))
		return -errno;
	if (asprintf(&output->temporary, "%s.XXXXXX", output->path) < 0) {
		output->temporary = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		free(output->temporary);
		output->temporary = NULL;
		return err;
	}
	output->mode = old ? old->st_mode & 07777 : default_mode();
	output->file = fdopen(fd, "w");
	if (!output->file) {
		err = -errno;
		close(fd);
		return err;
	}
	return 0;
}

static int open_path(struct output *output, const char *path)
{
	struct stat st, link;

	if (!*path)
		return -ENOENT;
	if (stat(path, &st)) {
		/* A link that leads nowhere is written through, like cp and shells do. */
		if (errno != ENOENT || !lstat(path, &link)) {
			output->file = fopen(path, "we");
			return output->file ? 0 : -errno;
		}
		return open_beside(output, path, NULL);
	}
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISREG(st.st_mode) && st.st_nlink == 1 && !open_beside(output, path, &st))
		return 0;
	/* A device, a FIFO, a file with several names, or a directory not open to us. */
	output->file = fopen(path, "we");
	return output->file ? 0 : -errno;
}

int output__open(struct output **result, const char *path)
{
	struct output *output = calloc(1, sizeof(*output));
	int err;

	if (!output)
		return log_err(-ENOMEM, "open the output");
	output->name = path ? path : "stdout";
	if (!path) {
		output->file = stdout;
	} else {
		err = open_path(output, path);
		if (err) {
			if (output->temporary)
				unlink(output->temporary);
			output__free(output);
			return log_err(err, "cannot open output '%s'", path);
		}
		if (!output->temporary) {
			free(output->path);
			output->path = NULL;
		}
	}
	*result = output;
	return 0;
}

FILE *output__file(struct output *output)
{
	return output->file;
}

struct format_options output__format_options(const struct output *output)
{
	struct format_options options = {0};
	struct winsize size;

	if (!ioctl(fileno(output->file), TIOCGWINSZ, &size))
		options.width = size.ws_col;
	return options;
}

/* A stdout that was closed before we began (>&-) is a reader gone away, too. */
static int write_error(struct output *output, int err)
{
	if (output->file == stdout && err == -EBADF)
		err = -EPIPE;
	output->err = err;
	if (err == -EPIPE)
		return err;
	return log_err(err, "cannot write the report to '%s'", output->name);
}

int output__write(struct output *output, const struct format *format, const struct report *report)
{
	struct format_options options = output__format_options(output);
	int err;

	errno = 0;
	err = format->write(output->file, report, &options);
	/* A stream that failed earlier keeps its flag, not its errno: flush may say nothing new. */
	if (fflush(output->file) || ferror(output->file))
		err = errno ? -errno : -EIO;
	return err ? write_error(output, err) : 0;
}

int output__write_bytes(struct output *output, const char *bytes, size_t length)
{
	errno = 0;
	if (fwrite(bytes, 1, length, output->file) != length || fflush(output->file))
		return write_error(output, errno ? -errno : -EIO);
	return 0;
}

int output__close(struct output *output)
{
	int err = output->err;

	if (err) {
		output__discard(output);
		return err;
	}
	errno = 0;
	if (fflush(output->file) || ferror(output->file))
		err = errno ? -errno : -EIO;
	if (output->temporary) {
		/* rename before the data is on disk could leave an empty file after a crash */
		if (!err &&
		    (fchmod(fileno(output->file), output->mode) || fsync(fileno(output->file))))
			err = -errno;
		if (fclose(output->file) && !err)
			err = -errno;
		if (!err && rename(output->temporary, output->path))
			err = -errno;
		if (err)
			unlink(output->temporary);
	} else if (output->file != stdout && fclose(output->file) && !err) {
		err = -errno;
	}
	if (err)
		err = write_error(output, err);
	output__free(output);
	return err;
}

void output__discard(struct output *output)
{
	if (!output)
		return;
	if (output->file != stdout)
		fclose(output->file);
	if (output->temporary)
		unlink(output->temporary);
	output__free(output);
}

int output__status(int err)
{
	return !err || err == -EPIPE ? STATUS_OK : STATUS_INTERNAL;
}
