// SPDX-License-Identifier: GPL-2.0-only
/* The pages by HTTP, on a loopback port, driven by this test's own loop. */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "serve/address.h"
#include "serve/http.h"

#define LARGE ((size_t)16 << 20)

enum { SMALL_PAGE, LARGE_PAGE, NO_PAGE };

static const struct http_page pages[] = {
	{"/small", "text/plain"},
	{"/large", "text/plain"},
	{"/none", "text/plain"},
};

static struct address address;
static struct hosts hosts;
static struct http *http;
static unsigned int rendered;

static int render(size_t page, char **body, size_t *size, void *context)
{
	assert_ptr_equal(context, &rendered);
	rendered++;
	if (page == NO_PAGE)
		return -ENOMEM;
	*size = page == LARGE_PAGE ? LARGE : 6;
	*body = malloc(*size);
	assert_non_null(*body);
	memset(*body, 'x', *size);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	rendered = 0;
	assert_int_equal(address__parse("127.0.0.1:0", &address), 0);
	hosts__init(&hosts, NULL, 0);
	assert_int_equal(
		http__open(&http, address__listen(&address), &hosts, pages, 3, render, &rendered),
		0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	http__close(http);
	return 0;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* One turn of the loop that the exporter runs, of 20 ms at most. */
static void turn(void)
{
	struct pollfd fds[HTTP_FDS];
	int wait_ms;
	size_t nr = http__want(http, fds, &wait_ms);

	assert_true(nr <= HTTP_FDS);
	assert_true(poll(fds, nr, wait_ms < 0 || wait_ms > 20 ? 20 : wait_ms) >= 0);
	http__run(http, fds, nr);
}

static int dial(const char *request)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address.socket, address.length), 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return fd;
}

/* Turn until the server has ended the connection; the answer, `most` bytes of it, into `text`. */
static size_t hang_up(int fd, char *text, size_t most)
{
	static char rest[65536];
	size_t length = 0, all = 0;
	double end = now() + 15;

	while (now() < end) {
		char *to = length < most ? text + length : rest;
		size_t room = length < most ? most - length : sizeof(rest);
		ssize_t got = recv(fd, to, room, MSG_DONTWAIT);

		if (got > 0) {
			length += length < most ? (size_t)got : 0;
			all += (size_t)got;
			continue;
		}
		if (!got || errno != EAGAIN) {
			close(fd);
			text[length] = '\0';
			return all;
		}
		turn();
	}
	fail_msg("the server has not ended the connection");
	return 0;
}

static char text[4096];

static const char *ask(const char *request)
{
	hang_up(dial(request), text, sizeof(text) - 1);
	return text;
}

static void has(const char *answer, const char *line)
{
	if (!strstr(answer, line))
		fail_msg("'%s' is missing in '%s'", line, answer);
}

static void test_answers(void **state)
{
	(void)state;
	has(ask("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 200 OK\r\n");
	has(text, "\r\nContent-Type: text/plain\r\n");
	has(text, "\r\nConnection: close\r\n");
	has(text, "\r\n\r\nxxxxxx");
	has(ask("GET /small?a=b HTTP/1.0\r\n\r\n"), " 200 OK\r\n");
	has(ask("HEAD /small HTTP/1.1\r\nHost: localhost\r\n\r\n"), "\r\nContent-Length: 6\r\n");
	assert_null(strstr(text, "xxxxxx"));
	has(ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 404 ");
	has(ask("POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"),
	    "HTTP/1.1 405 ");
	has(text, "\r\nAllow: GET, HEAD\r\n");
	has(ask("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 503 ");
	has(text, "\r\nRetry-After: ");
}

/* Several who ask within a second cost one report. */
static void test_fresh(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		has(ask("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n"), " 200 OK\r\n");
	assert_in_range(rendered, 1, 3);
	for (double end = now() + 1.1; now() < end;)
		turn();
	rendered = 0;
	ask("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_int_equal(rendered, 1);
}

static void test_malformed(void **state)
{
	static char line[100000] = "GET /";

	(void)state;
	memset(line + 5, 'a', sizeof(line) - 6);
	assert_null(strstr(ask(line), " 200 OK"));
	assert_null(strstr(ask("\x16\x03\x01\x02\r\n\r\n"), " 200 OK"));
	has(ask("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n"), " 200 OK\r\n");
	assert_int_equal(rendered, 1);
}

/* One whose last bytes and farewell come at once leaves its place at once. */
static void test_farewell(void **state)
{
	struct pollfd fds[HTTP_FDS];
	int wait_ms;

	(void)state;
	for (int i = 0; i < HTTP_CONNECTIONS / 2; i++)
		close(dial("GET /small"));
	for (double end = now() + 0.5; now() < end;)
		turn();
	assert_int_equal(http__want(http, fds, &wait_ms), 1); /* the listening socket */
}

/*
 * A silent client, one that drips and one that does not read what is more than the sockets hold:
 * others are served meanwhile, and the deadline ends all three.
 */
static void test_deadline(void **state)
{
	int silent = dial(""), drip = dial("GET /small HTTP/1.1\r\nHost: "),
	    reader = dial("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct pollfd fds[HTTP_FDS];
	double begin = now(), end = begin + HTTP_DEADLINE_S + 2;
	int wait_ms;

	(void)state;
	while (now() < begin + HTTP_DEADLINE_S - 1) {
		send(drip, "x", 1, MSG_NOSIGNAL);
		for (int i = 0; i < 10; i++)
			turn();
	}
	assert_int_equal(http__want(http, fds, &wait_ms), 4);
	has(ask("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n"), " 200 OK\r\n");
	while (now() < end && http__want(http, fds, &wait_ms) > 1) {
		send(drip, "x", 1, MSG_NOSIGNAL);
		turn();
	}
	assert_int_equal(http__want(http, fds, &wait_ms), 1);
	assert_in_range(hang_up(reader, text, sizeof(text) - 1), 1, LARGE);
	close(silent);
	close(drip);
}

/* What a page of a foreign name would get. */
static void test_foreign(void **state)
{
	static const char *const own[] = {"127.0.0.1:1", "[::1]:80", "localhost",
					  "LocalHost.:9437"};
	char request[128], machine[65];

	(void)state;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		snprintf(request, sizeof(request), "GET /small HTTP/1.1\r\nHost: %s\r\n\r\n",
			 own[i]);
		has(ask(request), " 200 OK\r\n");
	}
	assert_int_equal(gethostname(machine, sizeof(machine)), 0);
	snprintf(request, sizeof(request), "GET /small HTTP/1.1\r\nHost: %s:80\r\n\r\n", machine);
	has(ask(request), " 200 OK\r\n");
	has(ask("GET /small HTTP/1.1\r\nHost: evil.example\r\n\r\n"), "HTTP/1.1 421 ");
	has(text, "\r\n\r\nThis host name is not served here: gfptrace serve --allow-host NAME\n");
	has(ask("HEAD /nowhere HTTP/1.1\r\nHost: evil.example\r\n\r\n"), "HTTP/1.1 421 ");
	has(ask("POST /small HTTP/1.1\r\nHost: 8.8.8.8\r\nContent-Length: 0\r\n\r\n"),
	    "HTTP/1.1 421 ");
	assert_null(strstr(ask("GET /small HTTP/1.1\r\n\r\n"), " 200 OK"));
	has(ask("GET /small HTTP/1.0\r\n\r\n"), " 200 OK\r\n");
}

static size_t held(void)
{
	struct pollfd fds[HTTP_FDS];
	int wait_ms;

	return http__want(http, fds, &wait_ms);
}

/* Silent, and half a request: they wait, and one who asks does not wait for them. */
#define CROWD 800 /* fewer than FD_SETSIZE: their descriptors are this process's, too */

static void test_crowd(void **state)
{
	static int crowd[CROWD];
	struct pollfd fds[HTTP_FDS];
	double slowest = 0, began;
	int wait_ms;

	(void)state;
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i] = dial(i % 2 ? "" : "GET /small HTTP/1.1\r\nHost: local");
		if (i % 20)
			continue;
		began = now();
		has(ask("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n"), " 200 OK\r\n");
		if (now() - began > slowest)
			slowest = now() - began;
	}
	assert_true(slowest < 1);
	for (double end = now() + 0.3; now() < end;)
		turn();
	assert_in_range(held(), 1, HTTP_CONNECTIONS);
	http__want(http, fds, &wait_ms);
	assert_true(poll(fds, held(), 0) == 0); /* nothing to do: no reason to spin */
	for (size_t i = 0; i < CROWD; i++)
		close(crowd[i]);
	has(ask("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n"), " 200 OK\r\n");
}

/* Those who do not read what they asked for give way, too. */
static void test_readers(void **state)
{
	int readers[2 * HTTP_CONNECTIONS];
	double began;

	(void)state;
	for (size_t i = 0; i < 2 * HTTP_CONNECTIONS; i++)
		readers[i] = dial("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
	turn();
	began = now();
	has(ask("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n"), " 200 OK\r\n");
	assert_true(now() - began < HTTP_DEADLINE_S - 1);
	for (size_t i = 0; i < 2 * HTTP_CONNECTIONS; i++)
		close(readers[i]);
}

/* No descriptor is left: no spinning, and others are served when there is one. */
static void test_no_descriptors(void **state)
{
	struct rlimit before, none;
	struct timespec cpu[2];
	int taken[1024], fd;
	size_t nr = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){64, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	fd = dial("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while ((taken[nr] = dup(fd)) >= 0)
		nr++;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu[0]);
	for (double end = now() + 1; now() < end;)
		turn();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu[1]);
	assert_true((double)(cpu[1].tv_sec - cpu[0].tv_sec) +
			    (double)(cpu[1].tv_nsec - cpu[0].tv_nsec) / 1e9 <
		    0.5);
	close(taken[--nr]);
	hang_up(fd, text, sizeof(text) - 1);
	has(text, " 200 OK\r\n");
	while (nr)
		close(taken[--nr]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),  TEST(test_fresh),	  TEST(test_malformed),
		TEST(test_farewell), TEST(test_deadline), TEST(test_crowd),
		TEST(test_foreign),  TEST(test_readers),  TEST(test_no_descriptors),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
