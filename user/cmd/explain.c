// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace explain: the failures that a kernel log tells of, and what follows from them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "explain/explain.h"
#include "format/formats.h"
#include "base/log.h"
#include "process/output.h"

#define KMSG "/dev/kmsg"

/* One read of /dev/kmsg gives one record, whole; EPIPE: older ones were overwritten meanwhile. */
static int feed(struct klog *klog, int fd)
{
	char bytes[16384];
	ssize_t length;

	for (;;) {
		length = read(fd, bytes, sizeof(bytes));
		if (length > 0)
			klog__feed(klog, bytes, (size_t)length);
		else if (!length || errno == EAGAIN)
			return 0;
		else if (errno != EINTR && errno != EPIPE)
			return -errno;
	}
}

static int read_log(const char *path, struct explain *explain)
{
	int fd = STDIN_FILENO, err;
	struct klog *klog;

	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | (strcmp(path, KMSG) ? 0 : O_NONBLOCK));
	if (fd < 0)
		return -errno;
	klog = klog__new(explain__add, explain);
	err = klog ? feed(klog, fd) : -ENOMEM;
	if (!err) {
		klog__finish(klog);
		explain->stats = *klog__stats(klog);
		explain__sort(explain);
	}
	klog__free(klog);
	if (fd != STDIN_FILENO)
		close(fd);
	if (explain->no_memory)
		err = -ENOMEM;
	return err;
}

/* The log of this machine or a file that was named; what is wrong is logged. */
static int load(const struct options *options, struct explain *explain)
{
	const char *path = options->nr_operands ? options->operands[0] : KMSG;
	int err;

	explain->source = strcmp(path, "-") ? path : "stdin";
	err = read_log(path, explain);
	if (!err)
		return STATUS_OK;
	if (err == -ENOMEM) {
		log_err(err, "read log '%s'", explain->source);
		return STATUS_INTERNAL;
	}
	log_err(err, "cannot read log '%s'", explain->source);
	if (options->nr_operands)
		return STATUS_USAGE;
	log_hint("give a file: sudo dmesg | gfptrace explain -, or journalctl -k | gfptrace "
		 "explain -");
	return STATUS_UNSUPPORTED;
}

static int write_result(struct output *output, const struct options *options,
			const struct explain *explain)
{
	struct format_options format = output__format_options(output);
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	int err;

	if (!file)
		return log_err(-ENOMEM, "write the result");
	if (!strcmp(options->format->name, "json"))
		err = explain__write_json(file, explain);
	else
		err = explain__write_text(file, explain, format.width);
	if (fclose(file) && !err)
		err = -ENOMEM;
	if (err)
		log_err(err, "write the result");
	else
		err = output__write_bytes(output, text, length);
	free(text);
	return err;
}

int cmd_explain(int argc, char **argv)
{
	static struct explain explain;
	struct options options;
	struct output *output;
	int status, err;

	if (!command__begin(COMMAND_EXPLAIN, argc, argv, &options, &status))
		return status;
	if (options.nr_operands > 1) {
		log_error("one log at a time: unexpected argument '%s'", options.operands[1]);
		return STATUS_USAGE;
	}
	if (strcmp(options.format->name, "text") != 0 &&
	    strcmp(options.format->name, "json") != 0) {
		log_error("explain writes text or json, not %s", options.format->name);
		return STATUS_USAGE;
	}
	/* The log first: -o may name the same file. */
	status = load(&options, &explain);
	if (status) {
		explain__clear(&explain);
		return status;
	}
	if (output__open(&output, options.output)) {
		explain__clear(&explain);
		return STATUS_USAGE;
	}
	err = write_result(output, &options, &explain);
	if (err)
		output__discard(output);
	else
		err = output__close(output);
	explain__clear(&explain);
	return output__status(err);
}
