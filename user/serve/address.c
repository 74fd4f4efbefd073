// SPDX-License-Identifier: GPL-2.0-only
#include "serve/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"

#define BACKLOG 4096 /* net.core.somaxconn bounds it: a crowd must not keep others out */

static int set_v4(struct address *address, const char *host, uint16_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (!strcmp(host, "localhost"))
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		return -EINVAL;
	memcpy(&address->socket, &v4, sizeof(v4));
	address->length = sizeof(v4);
	return 0;
}

static int set_v6(struct address *address, const char *host, uint16_t port)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (inet_pton(AF_INET6, host, &v6.sin6_addr) != 1)
		return -EINVAL;
	memcpy(&address->socket, &v6, sizeof(v6));
	address->length = sizeof(v6);
	return 0;
}

int address__parse(const char *text, struct address *address)
{
	const char *colon = strrchr(text, ':');
	char host[ADDRESS_TEXT];
	uint64_t port;
	size_t length;
	int err;

	memset(address, 0, sizeof(*address));
	if (!colon || (size_t)(colon - text) >= sizeof(host))
		return -EINVAL;
	length = (size_t)(colon - text);
	memcpy(host, text, length);
	host[length] = '\0';
	err = parse__number(colon + 1, 0, UINT16_MAX, &port);
	if (err)
		return err;
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		return set_v6(address, host + 1, (uint16_t)port);
	}
	return set_v4(address, host, (uint16_t)port);
}

static struct sockaddr_in v4_of(const struct address *address)
{
	struct sockaddr_in v4;

	memcpy(&v4, &address->socket, sizeof(v4));
	return v4;
}

static struct sockaddr_in6 v6_of(const struct address *address)
{
	struct sockaddr_in6 v6;

	memcpy(&v6, &address->socket, sizeof(v6));
	return v6;
}

bool address__is_loopback(const struct address *address)
{
	struct sockaddr_in6 v6 = v6_of(address);

	if (address->socket.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
	return ntohl(v4_of(address).sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

const char *address__format(const struct address *address, char text[ADDRESS_TEXT])
{
	struct sockaddr_in v4 = v4_of(address);
	struct sockaddr_in6 v6 = v6_of(address);
	char host[INET6_ADDRSTRLEN] = "";

	if (address->socket.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
		snprintf(text, ADDRESS_TEXT, "[%s]:%u", host, ntohs(v6.sin6_port));
	} else {
		inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		snprintf(text, ADDRESS_TEXT, "%s:%u", host, ntohs(v4.sin_port));
	}
	return text;
}

static int bind_and_listen(int fd, struct address *address)
{
	const int on = 1;

	/* connections of an exporter that has just ended do not keep the next one out */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address->socket, address->length))
		return -errno;
	if (listen(fd, BACKLOG))
		return -errno;
	return getsockname(fd, (struct sockaddr *)&address->socket, &address->length) ? -errno : 0;
}

int address__listen(struct address *address)
{
	int fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = bind_and_listen(fd, address);
	if (!err)
		return fd;
	close(fd);
	return err;
}
