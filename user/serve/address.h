/* SPDX-License-Identifier: GPL-2.0-only */
/* ADDR:PORT, where the exporter listens: numbers only, so that no name service is asked. */
#ifndef GFPTRACE_USER_ADDRESS_H
#define GFPTRACE_USER_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

struct address {
	struct sockaddr_storage socket;
	socklen_t length;
};

/*
 * "127.0.0.1:9437", "[::1]:9437", "localhost:9437"; port 0: any that is free. Returns 0,
 * -EINVAL, or -ERANGE for a port above 65535.
 */
int address__parse(const char *text, struct address *address);

/* Is it heard on this machine alone? */
bool address__is_loopback(const struct address *address);

/* As it was parsed, with brackets around an IPv6 address. Returns `text`. */
#define ADDRESS_TEXT 64
const char *address__format(const struct address *address, char text[ADDRESS_TEXT]);

/*
 * A socket that listens there and does not block; the port that was chosen for 0 is put into
 * `address`. Returns a descriptor or a negative errno.
 */
int address__listen(struct address *address);

#endif
