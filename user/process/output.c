// SPDX-License-Identifier: GPL-2.0-only
#include "process/output.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/exit_status.h"
#include "base/log.h"
#include "process/helper.h"
#include "process/output_file.h"

struct output {
	FILE *file; /* of a regular file: `text`, until it is whole */
	const char *name;
	struct output_file target; /* fd -1: stdout */
	char *text;
	size_t length;
	struct keeper *keeper; /* removes what we made, or NULL */
	int number;	       /* the keeper's */
	int err;	       /* the first write error, reported already */
};

static int open_target(struct output *output, const char *path)
{
	const char *danger = NULL;
	int err = output_file__open(&output->target, path, &danger);

	if (err) {
		log_err(err, "cannot open output '%s'", path);
		if (danger)
			log_hint("%s", danger);
		return err;
	}
	output->file = output->target.regular ? open_memstream(&output->text, &output->length)
					      : fdopen(output->target.fd, "w");
	if (output->file)
		return 0;
	err = log_err(-errno, "cannot open output '%s'", path);
	made_file__remove(&output->target.made);
	close(output->target.fd);
	return err;
}

int output__open(struct output **result, const char *path)
{
	struct output *output = calloc(1, sizeof(*output));
	int err;

	if (!output)
		return log_err(-ENOMEM, "open the output");
	output->name = path ? path : "stdout";
	output->target.fd = -1;
	output->file = stdout;
	err = path ? open_target(output, path) : 0;
	if (err)
		free(output);
	else
		*result = output;
	return err;
}

int output__entrust(struct output *output, struct keeper *keeper)
{
	int number;

	if (!output->target.made.name)
		return 0;
	number = keeper__add_file(keeper, &output->target.made);
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

	if (!output->target.regular && !ioctl(fileno(output->file), TIOCGWINSZ, &size))
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

/* What was written so far leaves this process. */
static int flush(struct output *output)
{
	int err;

	/* A stream that failed earlier keeps its flag, not its errno: flush may say nothing new. */
	if (fflush(output->file) || ferror(output->file))
		return errno ? -errno : -EIO;
	if (!output->target.regular)
		return 0;
	err = output_file__write(&output->target, output->text, output->length);
	/* the next begins in the same memory */
	if (!err && fseeko(output->file, 0, SEEK_SET))
		err = -errno;
	return err;
}

int output__write(struct output *output, const struct format *format, const struct report *report)
{
	struct format_options options = output__format_options(output);
	int err, written = 0;

	errno = 0;
	err = format->write(output->file, report, &options);
	/* a file gets whole reports alone */
	if (!err || !output->target.regular)
		written = flush(output);
	if (written)
		err = written;
	return err ? write_error(output, err) : 0;
}

int output__write_bytes(struct output *output, const char *bytes, size_t length)
{
	int err;

	errno = 0;
	if (fwrite(bytes, 1, length, output->file) != length)
		err = errno ? -errno : -EIO;
	else
		err = flush(output);
	return err ? write_error(output, err) : 0;
}

/* Returns `err`, or what went wrong. `keep`: what we made stays. */
static int finish(struct output *output, bool keep, int err)
{
	struct made_file *made = &output->target.made;

	if (output->target.regular && !keep)
		output_file__empty(&output->target);
	if (output->keeper && keep)
		keeper__keep(output->keeper, output->number);
	else if (output->keeper)
		keeper__remove(output->keeper, output->number);
	else if (keep)
		made_file__keep(made);
	else
		made_file__remove(made);
	if (output->target.regular && close(output->target.fd) && !err)
		err = -errno;
	if (output->file != stdout && fclose(output->file) && !err)
		err = -errno;
	free(output->text);
	return err;
}

int output__close(struct output *output)
{
	int err = output->err;

	if (err) {
		output__discard(output);
		return err;
	}
	errno = 0;
	err = flush(output);
	if (!err && output->target.regular)
		err = output_file__sync(&output->target);
	err = finish(output, !err, err);
	if (err)
		err = write_error(output, err);
	free(output);
	return err;
}

void output__discard(struct output *output)
{
	if (!output)
		return;
	/* reports of earlier intervals are whole */
	finish(output, output->target.at > 0, 0);
	free(output);
}

int output__status(int err)
{
	return !err || err == -EPIPE ? STATUS_OK : STATUS_INTERNAL;
}
