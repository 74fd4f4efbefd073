// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/helper.h"
#include "base/log.h"
#include "process/output.h"
#include "base/path.h"
#include "base/exit_status.h"

struct output {
	FILE *file;
	const char *name;    /* for messages */
	struct place place;  /* of a regular file; folder -1: written directly */
	char *temporary;     /* in the same folder */
	struct keeper alone; /* does what a keeper would do */
	struct keeper *keeper;
	int number; /* the keeper's */
	mode_t mode;
	int err; /* the first write error, reported already */
};

static void output__free(struct output *output)
{
	place__free(&output->place);
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

#define NAME_TRIES 100

/* A new file in the folder, under a name that nobody can foresee. Returns it or a negative errno.
 */
static int make_temporary(struct output *output)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = -1;

	for (int i = 0; i < NAME_TRIES && fd < 0 && (!i || errno == EEXIST); i++) {
		uint32_t random;

		free(output->temporary);
		output->temporary = NULL;
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -EAGAIN;
		if (asprintf(&output->temporary, "%s.%08" PRIx32, output->place.name, random) < 0) {
			output->temporary = NULL;
			return -ENOMEM;
		}
		fd = openat(output->place.folder, output->temporary, flags, 0600);
	}
	if (fd >= 0)
		return fd;
	free(output->temporary);
	output->temporary = NULL;
	return -errno;
}

/* Open a file beside its place, so that a rename can replace what is there. */
static int open_beside(struct output *output)
{
	const struct place *place = &output->place;
	int fd, err;

	if (place->exists && faccessat(place->folder, place->name, W_OK, 0))
		return -errno;
	fd = make_temporary(output);
	if (fd < 0)
		return fd;
	output->mode = place->exists ? place->status.st_mode & 07777 : default_mode();
	output->number =
		keeper__add_file(&output->alone, place->folder, output->temporary, place->name);
	output->file = fdopen(fd, "w");
	if (!output->file) {
		err = -errno;
		close(fd);
		keeper__remove(&output->alone, output->number);
		free(output->temporary);
		output->temporary = NULL;
		return err;
	}
	return 0;
}

/* A device, a FIFO, a file with several names or in a folder not open to us. */
static int open_directly(struct output *output)
{
	/* what is open already, like /dev/stdout, may have been written to, and goes on */
	int how = output->place.magic ? O_APPEND : O_TRUNC | O_NOFOLLOW, err;
	int fd = openat(output->place.folder, output->place.name, O_WRONLY | O_CLOEXEC | how);

	if (fd < 0)
		return -errno;
	place__free(&output->place);
	output->file = fdopen(fd, "w");
	if (output->file)
		return 0;
	err = -errno;
	close(fd);
	return err;
}

static int open_path(struct output *output, const char *path)
{
	struct place *place = &output->place;
	mode_t mode;
	int err = place__find(place, path);

	if (err)
		return err;
	if (!place->exists)
		return open_beside(output);
	mode = place->status.st_mode;
	if (S_ISDIR(mode))
		return -EISDIR;
	if (S_ISREG(mode) && place->status.st_nlink == 1 && !place->magic && !open_beside(output))
		return 0;
	return open_directly(output);
}

int output__open(struct output **result, const char *path)
{
	struct output *output = calloc(1, sizeof(*output));
	int err;

	if (!output)
		return log_err(-ENOMEM, "open the output");
	output->name = path ? path : "stdout";
	output->place.folder = -1;
	output->keeper = &output->alone;
	if (!path) {
		output->file = stdout;
	} else {
		err = open_path(output, path);
		if (err) {
			output__free(output);
			return log_err(err, "cannot open output '%s'", path);
		}
	}
	*result = output;
	return 0;
}

int output__entrust(struct output *output, struct keeper *keeper)
{
	int number;

	if (!output->temporary)
		return 0;
	number = keeper__add_file(keeper, output->place.folder, output->temporary,
				  output->place.name);
	if (number < 0)
		return number;
	output->keeper = keeper;
	output->number = number;
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
		if (!err)
			err = keeper__place(output->keeper, output->number);
		if (err)
			keeper__remove(output->keeper, output->number);
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
		keeper__remove(output->keeper, output->number);
	output__free(output);
}

int output__status(int err)
{
	return !err || err == -EPIPE ? STATUS_OK : STATUS_INTERNAL;
}
