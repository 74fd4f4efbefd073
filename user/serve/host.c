// SPDX-License-Identifier: GPL-2.0-only
#include "serve/host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

void hosts__init(struct hosts *hosts, const char *const *more, size_t nr)
{
	*hosts = (struct hosts){.more = more, .nr = nr};
	if (gethostname(hosts->machine, sizeof(hosts->machine) - 1))
		*hosts->machine = '\0';
}

/* An address as 16 bytes, IPv4 as IPv6 has it (::ffff:127.0.0.1). */
static bool parse_literal(const char *text, struct in6_addr *address)
{
	char mapped[HOST_TEXT + 8] = "::ffff:";
	struct in_addr v4;

	if (inet_pton(AF_INET, text, &v4) != 1)
		return inet_pton(AF_INET6, text, address) == 1;
	strncat(mapped, text, HOST_TEXT);
	return inet_pton(AF_INET6, mapped, address) == 1;
}

static struct in6_addr address_of(const struct sockaddr_storage *socket)
{
	struct in6_addr address = IN6ADDR_ANY_INIT;
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	if (socket->ss_family == AF_INET6) {
		memcpy(&v6, socket, sizeof(v6));
		return v6.sin6_addr;
	}
	memcpy(&v4, socket, sizeof(v4));
	address.s6_addr[10] = address.s6_addr[11] = 0xff;
	memcpy(&address.s6_addr[12], &v4.sin_addr, sizeof(v4.sin_addr));
	return address;
}

static bool is_loopback(const struct in6_addr *address)
{
	return IN6_IS_ADDR_LOOPBACK(address) ||
	       (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == IN_LOOPBACKNET);
}

/* The host of "host:port" into `host`, without brackets and without a dot at its end. */
static bool take_host(const char *text, char host[HOST_TEXT])
{
	bool is_bracketed = *text == '[';
	size_t length = strcspn(text + is_bracketed, is_bracketed ? "]" : ":");
	const char *rest = text + is_bracketed + length;

	if (!length || length >= HOST_TEXT)
		return false;
	memcpy(host, text + is_bracketed, length);
	host[length] = '\0';
	if (is_bracketed && *rest++ != ']')
		return false;
	if (*rest == ':' && strspn(rest + 1, "0123456789") != strlen(rest + 1))
		return false;
	if (*rest && *rest != ':')
		return false;
	if (length > 1 && host[length - 1] == '.')
		host[length - 1] = '\0';
	return true;
}

bool host__is_name(const char *text)
{
	struct in6_addr address;
	char host[HOST_TEXT];

	if (parse_literal(text, &address))
		return true;
	if (!take_host(text, host))
		return false;
	if (*text == '[')
		return parse_literal(host, &address) && text[strlen(text) - 1] == ']';
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") ==
	       strlen(text);
}

static bool is_same_name(const char *host, const char *name)
{
	size_t length = strlen(name);

	if (length > 1 && name[length - 1] == '.')
		length--;
	return length && strlen(host) == length && !strncasecmp(host, name, length);
}

/* "box" where the machine is box.example.org: no other's name has no dot. */
static bool is_machine(const struct hosts *hosts, const char *host)
{
	size_t label = strcspn(hosts->machine, ".");

	return is_same_name(host, hosts->machine) ||
	       (label && strlen(host) == label && !strncasecmp(host, hosts->machine, label));
}

static bool is_given(const char *name, const char *host, const struct in6_addr *literal)
{
	struct in6_addr address;
	char bare[HOST_TEXT];

	if (!literal)
		return is_same_name(host, name);
	if (*name == '[' && take_host(name, bare))
		name = bare;
	return parse_literal(name, &address) && IN6_ARE_ADDR_EQUAL(&address, literal);
}

bool hosts__allow(const struct hosts *hosts, const char *header,
		  const struct sockaddr_storage *local)
{
	struct in6_addr literal, ours = address_of(local);
	char host[HOST_TEXT];
	bool is_literal;

	if (!take_host(header, host))
		return false;
	is_literal = parse_literal(host, &literal);
	for (size_t i = 0; i < hosts->nr; i++)
		if (is_given(hosts->more[i], host, is_literal ? &literal : NULL))
			return true;
	if (is_literal)
		return is_loopback(&literal) || IN6_ARE_ADDR_EQUAL(&literal, &ours);
	return is_same_name(host, "localhost") || is_machine(hosts, host);
}
