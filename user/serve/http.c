// SPDX-License-Identifier: GPL-2.0-only
#include "serve/http.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "process/events.h"

/*
 * libmicrohttpd is loaded when it is needed: with GnuTLS and what that needs it is 7 MiB, which
 * every other command would carry along and lock in memory.
 */
#define LIBRARY "libmicrohttpd.so.12"

#define FUNCTIONS(f)                                                                      \
	f(start_daemon) f(stop_daemon) f(get_fdset2) f(run_from_select) f(get_timeout)    \
		f(get_connection_info) f(create_response_from_buffer) f(destroy_response) \
			f(add_response_header) f(queue_response) f(add_connection)        \
				f(lookup_connection_value)

#define POINTER(name) __typeof__(MHD_##name) *(name);
static struct {
	FUNCTIONS(POINTER)
} mhd;

#if MHD_VERSION >= 0x00097002
typedef enum MHD_Result mhd_result;
#else
typedef int mhd_result;
#endif

/* A request's line and headers, and MHD's own book-keeping; a longer request is refused. */
#define CONNECTION_MEMORY ((size_t)8 << 10)

/* 421 of RFC 9110; not every release of the library has its name. */
#define HTTP_MISDIRECTED 421

#define DESCRIPTORS_SPARE ((size_t)4)
#define PAUSE_MS	  100	/* before it is tried again to accept */
#define SCARCE_MS	  10000 /* so long there are fewer places */

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* A page as it was made last. */
struct made {
	struct MHD_Response *response; /* NULL: not yet */
	uint64_t at_ns;
};

struct client {
	struct MHD_Connection *connection; /* NULL: nobody */
	uint64_t since_ns;
	uint64_t turn;	   /* in which it came: it is read in the next one */
	uint64_t asked_ns; /* when its whole request was there; 0: not yet */
	bool is_ended;
};

struct http {
	struct MHD_Daemon *daemon;
	const struct hosts *hosts;
	int socket; /* that listens */
	size_t nr_clients;
	size_t places; /* at most HTTP_CONNECTIONS; fewer where descriptors are scarce */
	uint64_t scarce_ns, paused_ns;
	uint64_t turn;
	const struct http_page *pages;
	size_t nr;
	struct made *made;
	http_render *render;
	void *context;
	struct MHD_Response *not_found, *not_allowed, *not_now, *not_here;
	struct client clients[HTTP_CONNECTIONS];
};

static int load_library(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return -ELIBACC;
#define FIND(name)                                          \
	*(void **)&mhd.name = dlsym(library, "MHD_" #name); \
	if (!mhd.name)                                      \
		return -ELIBACC;
	FUNCTIONS(FIND)
	return 0;
}

/* Every answer ends its connection, so that the deadline of one is that of the other. */
static struct MHD_Response *respond(char *body, size_t size, enum MHD_ResponseMemoryMode mode,
				    const char *type)
{
	struct MHD_Response *response = mhd.create_response_from_buffer(size, body, mode);
	const char *const headers[][2] = {
		{MHD_HTTP_HEADER_CONTENT_TYPE, type},
		{MHD_HTTP_HEADER_CONNECTION, "close"},
		{MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
		{"X-Content-Type-Options", "nosniff"},
	};

	for (size_t i = 0; response && i < sizeof(headers) / sizeof(headers[0]); i++)
		mhd.add_response_header(response, headers[i][0], headers[i][1]);
	return response;
}

static struct MHD_Response *say(const char *text)
{
	return respond((char *)(uintptr_t)text, strlen(text), MHD_RESPMEM_PERSISTENT,
		       "text/plain; charset=utf-8");
}

/* Requests that come within a moment get the same answer: asking often costs nobody much. */
static struct MHD_Response *answer(struct http *http, size_t page)
{
	struct made *made = &http->made[page];
	uint64_t now = window__now();
	struct MHD_Response *response;
	char *body = NULL;
	size_t size = 0;

	if (made->response && now - made->at_ns < HTTP_FRESH_MS * NS_PER_MS)
		return made->response;
	if (http->render(page, &body, &size, http->context))
		return NULL;
	response = respond(body, size, MHD_RESPMEM_MUST_FREE, http->pages[page].type);
	if (!response) {
		free(body);
		return NULL;
	}
	if (made->response) /* lives on until the last that reads it is done */
		mhd.destroy_response(made->response);
	*made = (struct made){response, now};
	return response;
}

static int descriptor(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		mhd.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

/* Every browser names the host, which is what tells a foreign page's request from others. */
static bool is_for_us(const struct http *http, struct MHD_Connection *connection,
		      const char *version)
{
	const char *host =
		mhd.lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
	struct sockaddr_storage local = {};
	socklen_t length = sizeof(local);

	if (!host)
		return !strcmp(version, MHD_HTTP_VERSION_1_0);
	if (getsockname(descriptor(connection), (struct sockaddr *)&local, &length))
		return false;
	return hosts__allow(http->hosts, host, &local);
}

static void note_request(struct http *http, const struct MHD_Connection *connection)
{
	for (size_t i = 0; i < HTTP_CONNECTIONS; i++)
		if (http->clients[i].connection == connection)
			http->clients[i].asked_ns = window__now();
}

static mhd_result handle(void *context, struct MHD_Connection *connection, const char *url,
			 const char *method, const char *version, const char *upload,
			 size_t *upload_size, void **request)
{
	struct http *http = context;
	struct MHD_Response *response;
	size_t page;

	(void)upload, (void)upload_size, (void)request;
	note_request(http, connection);
	if (!is_for_us(http, connection, version))
		return mhd.queue_response(connection, HTTP_MISDIRECTED, http->not_here);
	for (page = 0; page < http->nr && strcmp(url, http->pages[page].path) != 0; page++)
		;
	if (page == http->nr)
		return mhd.queue_response(connection, MHD_HTTP_NOT_FOUND, http->not_found);
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return mhd.queue_response(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
					  http->not_allowed);
	response = answer(http, page);
	if (!response)
		return mhd.queue_response(connection, MHD_HTTP_SERVICE_UNAVAILABLE, http->not_now);
	return mhd.queue_response(connection, MHD_HTTP_OK, response);
}

static void notice(void *context, struct MHD_Connection *connection, void **client,
		   enum MHD_ConnectionNotificationCode what)
{
	struct http *http = context;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*client) {
			*(struct client *)*client = (struct client){};
			http->nr_clients--;
		}
		return;
	}
	for (size_t i = 0; i < HTTP_CONNECTIONS; i++) {
		if (http->clients[i].connection)
			continue;
		http->clients[i] = (struct client){
			.connection = connection, .since_ns = window__now(), .turn = http->turn};
		*client = &http->clients[i];
		http->nr_clients++;
		return;
	}
}

/* It is closed in the next turn, when its end is read. */
static void end(struct client *client)
{
	int fd = descriptor(client->connection);

	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
	client->is_ended = true;
}

/* libmicrohttpd's own time-out begins anew with every byte. */
static void end_late(struct http *http)
{
	uint64_t now = window__now();

	for (size_t i = 0; i < HTTP_CONNECTIONS; i++) {
		struct client *client = &http->clients[i];

		if (client->connection && now - client->since_ns >= HTTP_DEADLINE_S * NS_PER_S)
			end(client);
	}
}

/*
 * Who goes first: the oldest that has had its time to ask and did not, else the oldest that
 * has had its time to read the answer. NULL: nobody may be sent away.
 */
static struct client *next_to_go(struct http *http)
{
	struct client *silent = NULL, *reader = NULL;
	uint64_t now = window__now();

	for (size_t i = 0; i < HTTP_CONNECTIONS; i++) {
		struct client *client = &http->clients[i];

		if (!client->connection || client->is_ended || client->turn == http->turn)
			continue;
		if (!client->asked_ns) {
			if (now - client->since_ns >= HTTP_ASK_MS * NS_PER_MS &&
			    (!silent || client->since_ns < silent->since_ns))
				silent = client;
		} else if (now - client->asked_ns >= HTTP_READ_MS * NS_PER_MS) {
			if (!reader || client->asked_ns < reader->asked_ns)
				reader = client;
		}
	}
	return silent ? silent : reader;
}

static size_t nr_ended(const struct http *http)
{
	size_t nr = 0;

	for (size_t i = 0; i < HTTP_CONNECTIONS; i++)
		nr += http->clients[i].connection && http->clients[i].is_ended;
	return nr;
}

/* Room for those who come in the next turn. */
static void make_room(struct http *http)
{
	size_t spare = http->places / 4 < HTTP_SPARE ? http->places / 4 + 1 : HTTP_SPARE;
	size_t staying = http->nr_clients - nr_ended(http);
	struct client *client;

	for (; staying + spare > http->places; staying--) {
		client = next_to_go(http);
		if (!client)
			return;
		end(client);
	}
}

/* Descriptors are out: some stay free for whoever else needs one. */
static void note_scarcity(struct http *http)
{
	http->scarce_ns = http->paused_ns = window__now();
	http->places = http->nr_clients > 2 * DESCRIPTORS_SPARE
			       ? http->nr_clients - DESCRIPTORS_SPARE
			       : DESCRIPTORS_SPARE;
}

static bool is_paused(const struct http *http)
{
	return http->paused_ns && window__now() - http->paused_ns < PAUSE_MS * NS_PER_MS;
}

/* Those who wait, as far as there is room; none of them is sent away before it was read. */
static void let_in(struct http *http)
{
	struct sockaddr_storage address;

	errno = 0;
	for (int i = 0; i < HTTP_SPARE && http->nr_clients < http->places; i++) {
		socklen_t length = sizeof(address);
		int fd = accept4(http->socket, (struct sockaddr *)&address, &length,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) /* closes it where that fails */
			mhd.add_connection(http->daemon, fd, (struct sockaddr *)&address, length);
		else if (errno != ECONNABORTED && errno != EINTR)
			break;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		note_scarcity(http);
}

static int start(struct http *http)
{
	http->not_found = say("no such page\n");
	http->not_allowed = say("GET or HEAD\n");
	http->not_now = say("No report can be made now: memory is short.\n");
	http->not_here =
		say("This host name is not served here: gfptrace serve --allow-host NAME\n");
	if (!http->not_found || !http->not_allowed || !http->not_now || !http->not_here)
		return -ENOMEM;
	mhd.add_response_header(http->not_allowed, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	mhd.add_response_header(http->not_now, MHD_HTTP_HEADER_RETRY_AFTER, "5");
	/*
	 * Not MHD_USE_EPOLL: it is edge-triggered, and where a client's last bytes and its farewell
	 * come at once, the farewell is never seen (0.9.75). We accept ourselves: the library stops
	 * at its limit until somebody goes.
	 */
	http->daemon = mhd.start_daemon(
		MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, handle, http, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int)HTTP_DEADLINE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		CONNECTION_MEMORY, MHD_OPTION_NOTIFY_CONNECTION, notice, http, MHD_OPTION_END);
	return http->daemon ? 0 : -EIO;
}

int http__open(struct http **http, int socket, const struct hosts *hosts,
	       const struct http_page *pages, size_t nr, http_render *render, void *context)
{
	struct http *new = calloc(1, sizeof(*new));
	int err = new ? load_library() : -ENOMEM;

	if (!err) {
		*new = (struct http){.socket = socket,
				     .hosts = hosts,
				     .places = HTTP_CONNECTIONS,
				     .pages = pages,
				     .nr = nr,
				     .render = render,
				     .context = context};
		new->made = calloc(nr, sizeof(*new->made));
		err = new->made ? start(new) : -ENOMEM;
	}
	if (!err) {
		*http = new;
		return 0;
	}
	if (err == -ELIBACC || !new) {
		close(socket);
		free(new);
	} else {
		new->socket = socket;
		http__close(new);
	}
	return err;
}

static int min_wait(int a, int b)
{
	return a < 0 || b < a ? b : a;
}

size_t http__want(struct http *http, struct pollfd fds[HTTP_FDS], int *wait_ms)
{
	MHD_UNSIGNED_LONG_LONG wait;
	fd_set in, out, other;
	int last = -1;
	size_t nr = 0;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&other);
	mhd.get_fdset2(http->daemon, &in, &out, &other, &last, FD_SETSIZE);
	*wait_ms = -1;
	if (mhd.get_timeout(http->daemon, &wait) == MHD_YES)
		*wait_ms = wait > INT_MAX ? INT_MAX : (int)wait;
	/* where there is no place, or no descriptor, those who come wait before the door */
	if (http->nr_clients < http->places && !is_paused(http))
		fds[nr++] = (struct pollfd){.fd = http->socket, .events = POLLIN};
	else
		*wait_ms = min_wait(*wait_ms, PAUSE_MS);
	for (int fd = 0; fd <= last && nr < HTTP_FDS; fd++) {
		short events = (short)((FD_ISSET(fd, &in) ? POLLIN : 0) |
				       (FD_ISSET(fd, &out) ? POLLOUT : 0));

		if (events)
			fds[nr++] = (struct pollfd){.fd = fd, .events = events};
	}
	return nr;
}

void http__run(struct http *http, const struct pollfd *fds, size_t nr)
{
	fd_set in, out, other;
	bool some_wait = false;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&other);
	for (size_t i = 0; i < nr; i++) {
		if (fds[i].fd == http->socket) {
			some_wait = fds[i].revents;
			continue;
		}
		/* an error shows when it is read, or written to */
		if (fds[i].events & POLLIN && fds[i].revents & (POLLIN | POLLHUP | POLLERR))
			FD_SET(fds[i].fd, &in);
		if (fds[i].events & POLLOUT && fds[i].revents & (POLLOUT | POLLHUP | POLLERR))
			FD_SET(fds[i].fd, &out);
	}
	http->turn++;
	end_late(http);
	mhd.run_from_select(http->daemon, &in, &out, &other);
	if (http->scarce_ns && window__now() - http->scarce_ns >= SCARCE_MS * NS_PER_MS) {
		http->places = HTTP_CONNECTIONS;
		http->scarce_ns = 0;
	}
	if (some_wait)
		let_in(http);
	make_room(http);
}

static void drop(struct MHD_Response *response)
{
	if (response)
		mhd.destroy_response(response);
}

void http__close(struct http *http)
{
	if (!http)
		return;
	if (http->daemon)
		mhd.stop_daemon(http->daemon);
	for (size_t i = 0; http->made && i < http->nr; i++)
		drop(http->made[i].response);
	drop(http->not_found);
	drop(http->not_allowed);
	drop(http->not_now);
	drop(http->not_here);
	close(http->socket);
	free(http->made);
	free(http);
}
