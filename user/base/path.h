/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a path leads, behind symbolic links, as a folder that is open and a name in it. What
 * follows is done by these two and follows no link any more, whoever puts one there meanwhile.
 *
 * In a sticky folder that everyone may write to, such as /tmp, no link is followed and no file is
 * taken that is another user's, unless it is the folder owner's: fs.protected_symlinks,
 * fs.protected_regular and fs.protected_fifos of Documentation/admin-guide/sysctl/fs.rst, whatever
 * they are set to.
 */
#ifndef GFPTRACE_USER_PLACE_H
#define GFPTRACE_USER_PLACE_H

#include <stdbool.h>
#include <sys/stat.h>

struct place {
	int folder;
	char *name;	    /* the caller's by place__free() */
	bool exists;	    /* `status` says what is there */
	bool magic;	    /* a link of /proc, that leads to what is open already */
	struct stat status; /* of a magic link: of what it leads to */
};

/* Returns 0 or a negative errno; -ELOOP after too many links, -EACCES for what is another's. */
int place__find(struct place *place, const char *path);

void place__free(struct place *place);

#endif
