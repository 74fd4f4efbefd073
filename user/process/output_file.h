/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that is written as the shell's `>` would do it: what is there keeps its owner, its mode
 * and its other names, what is not there is made with 0666 less the umask. Its set-uid and set-gid
 * bits are lost to the kernel, for we write without CAP_FSETID. Other than `>`:
 *
 *	- what was in it is replaced when there is something to put in its place, and if the disk
 *	  has room for that: until then nothing is lost,
 *	- what another user may have laid out for us is refused (base/path.h).
 */
#ifndef GFPTRACE_PROCESS_OUTPUT_FILE_H
#define GFPTRACE_PROCESS_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* A file that we made, which is to be removed if nothing is written to it. */
struct made_file {
	int folder;
	char *name; /* NULL: none */
	dev_t device;
	ino_t inode;
};

struct output_file {
	int fd;
	bool regular; /* else a device, a FIFO, or what is open already: written as it comes */
	struct made_file made;
	off_t at; /* what is written so far */
	rlim_t limit;
};

/* `danger`: why it was refused with -EACCES, or NULL. Returns 0 or a negative errno. */
int output_file__open(struct output_file *file, const char *path, const char **danger);

/* To a regular file: the first time in place of what was there. All of it, or a negative errno. */
int output_file__write(struct output_file *file, const char *bytes, size_t length);

/* All is on the disk. Returns 0 or a negative errno. */
int output_file__sync(const struct output_file *file);

/* Nothing that was made stays: take back what is in it, so that it may be removed. */
void output_file__empty(const struct output_file *file);

/* Remove it if it is still that file, and empty. Returns 0 or a negative errno. */
int made_file__remove(struct made_file *made);
/* Leave it there. */
void made_file__keep(struct made_file *made);

#endif
