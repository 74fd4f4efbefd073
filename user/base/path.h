/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a path leads, behind symbolic links, as a folder that is open and a name in it. What is
 * opened later is opened by these two and follows no link any more, whoever puts one there
 * meanwhile.
 *
 * Root may be led astray by what other users put where they may write. So, in a folder that
 * another user may write to (another's, or one that its group or everyone may write to):
 *
 *	- no link of another user is followed, in no part of the path,
 *	- no FIFO of another user is opened, which could keep us waiting,
 *	- no file with several names is opened, one of which could be root's,
 *	- no file of another user is opened where the folder is sticky, like /tmp, unless it is
 *	  that of the folder's owner.
 *
 * This is more than fs.protected_symlinks and its siblings do (Documentation/admin-guide/sysctl/
 * fs.rst), and holds whatever they are set to. Root is never "another user".
 */
#ifndef GFPTRACE_BASE_PATH_H
#define GFPTRACE_BASE_PATH_H

#include <stdbool.h>
#include <sys/stat.h>

struct path {
	int folder;	    /* O_PATH */
	char *name;	    /* in it */
	bool shared;	    /* another user may write to the folder */
	bool exists;	    /* `file` is open and `status` says what is there */
	bool magic;	    /* a link of /proc that leads to what is open already */
	int file;	    /* O_PATH, -1 for a magic link */
	struct stat status; /* of a magic link: of what it leads to */
	const char *danger; /* why it was refused with -EACCES, or NULL */
};

/*
 * Returns 0 or a negative errno: -ELOOP after too many links, -EACCES with `danger` for what
 * another user may have put there. To be freed in each case.
 */
int path__find(struct path *path, const char *text);

/* Open for writing what is there, with further `flags` of open(2). A descriptor, or a negative
 * errno. Waits for the reader of a FIFO.
 */
int path__open(const struct path *path, int flags);

/* Make a new file, with 0666 less the umask; -EEXIST if there is something now. */
int path__create(const struct path *path);

void path__free(struct path *path);

#endif
