/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a request is for, by its Host header. A browser can be led to any address by a name that
 * its page's owner controls (DNS rebinding), but it always says that name: what is asked for by a
 * foreign one is refused.
 */
#ifndef GFPTRACE_USER_HOST_H
#define GFPTRACE_USER_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define HOST_TEXT 256

struct hosts {
	char machine[HOST_TEXT]; /* this machine's own name */
	const char *const *more; /* names that are allowed beside it; they must stay */
	size_t nr;
};

void hosts__init(struct hosts *hosts, const char *const *more, size_t nr);

/* A name or an address as --allow-host takes it: without port, "[::1]" or "::1". */
bool host__is_name(const char *text);

/*
 * Is a Host header ours? Localhost, loopback addresses, the machine's name (with or without its
 * domain), the names allowed, and the address at which the connection came in: `local`.
 */
bool hosts__allow(const struct hosts *hosts, const char *header,
		  const struct sockaddr_storage *local);

#endif
