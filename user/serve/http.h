/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few pages by HTTP, for a loop that has other work: nothing here waits. http__run() does
 * what can be done at once. A client has HTTP_DEADLINE_S, whatever it sends or reads, and where
 * more come than there is room for, those go first that have waited longest without having asked
 * for anything: a crowd that is silent or slow keeps nobody out.
 */
#ifndef GFPTRACE_USER_HTTP_H
#define GFPTRACE_USER_HTTP_H

#include <poll.h>
#include <stddef.h>

#include "serve/host.h"

#define HTTP_CONNECTIONS 256
#define HTTP_SPARE	 16 /* of them are free for those who come, or made free */
#define HTTP_FDS	 (HTTP_CONNECTIONS + 1)
#define HTTP_DEADLINE_S	 10  /* from accept() to the last byte of the answer */
#define HTTP_ASK_MS	 20  /* so long a client has to ask though others wait */
#define HTTP_READ_MS	 500 /* an answer may take so long to be read though others wait */
#define HTTP_FRESH_MS	 1000

struct http;

struct http_page {
	const char *path;
	const char *type; /* Content-Type */
};

/*
 * Make the body of a page, from malloc(), which the caller frees. Returns 0 or a negative
 * errno: the client is told to come again. What it made answers all who ask within
 * HTTP_FRESH_MS.
 */
typedef int http_render(size_t page, char **body, size_t *size, void *context);

/*
 * Serve `nr` pages, which must stay, as must `hosts`, on a listening socket, which is then ours.
 * Returns 0, -ELIBACC where libmicrohttpd is not there, or another negative errno.
 */
int http__open(struct http **http, int socket, const struct hosts *hosts,
	       const struct http_page *pages, size_t nr, http_render *render, void *context);

/*
 * What to poll, and for how many ms at most, -1: without end. Returns how many of `fds` it filled.
 */
size_t http__want(struct http *http, struct pollfd fds[HTTP_FDS], int *wait_ms);

/* What came of it; to be called now and then in any case. */
void http__run(struct http *http, const struct pollfd *fds, size_t nr);

void http__close(struct http *http); /* accepts NULL */

#endif
