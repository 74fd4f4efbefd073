// SPDX-License-Identifier: GPL-2.0-only
/* Whose name a Host header may say. */
#include "unit.h"

#include <string.h>

#include "serve/address.h"
#include "serve/host.h"

static const char *const given[] = {"metrics.example.org", "192.0.2.7", "[2001:db8::7]", "Proxy."};
static struct hosts hosts;
static struct address local;

static void set_local(const char *text)
{
	assert_int_equal(address__parse(text, &local), 0);
}

static void ours(const char *header)
{
	if (!hosts__allow(&hosts, header, &local.socket))
		fail_msg("'%s' is refused", header);
}

static void foreign(const char *header)
{
	if (hosts__allow(&hosts, header, &local.socket))
		fail_msg("'%s' is taken", header);
}

static void test_default(void **state)
{
	(void)state;
	hosts__init(&hosts, NULL, 0);
	strcpy(hosts.machine, "box.example.org");
	set_local("198.51.100.1:9437");
	ours("localhost");
	ours("LOCALHOST:80");
	ours("localhost.:80");
	ours("127.0.0.1:9437");
	ours("127.1.2.3");
	ours("[::1]");
	ours("[::1]:9437");
	ours("box");
	ours("box:9437");
	ours("Box.Example.Org:1");
	ours("198.51.100.1:9437");
	foreign("198.51.100.2:9437");
	foreign("[2001:db8::1]:9437");
	foreign("box.example.com");
	foreign("box.example.org.evil.example");
	foreign("evilbox.example.org");
	foreign("bo");
	foreign("localhost.evil.example");
	foreign("evil.example");
	foreign("127.0.0.1.evil.example");
	foreign("metrics.example.org");
	foreign("");
	foreign(":80");
	foreign(".");
	foreign("localhost:80:80");
	foreign("localhost:8x");
	foreign("localhost@evil.example");
	foreign("evil.example:80@localhost");
	foreign("[::1");
	foreign("[::1]x");
	foreign("[]");
	foreign("localhost/");
	foreign("2130706433"); /* 127.0.0.1 as browsers turn it into one: then they send that */
}

static void test_given(void **state)
{
	(void)state;
	hosts__init(&hosts, given, sizeof(given) / sizeof(given[0]));
	set_local("127.0.0.1:9437");
	ours("metrics.example.org:443");
	ours("METRICS.example.org.");
	ours("proxy");
	ours("192.0.2.7:9437");
	ours("[2001:DB8:0::7]:9437");
	ours("localhost");
	foreign("192.0.2.8");
	foreign("[2001:db8::8]");
	foreign("xmetrics.example.org");
}

/* A socket of IPv6 takes IPv4, too. */
static void test_mapped(void **state)
{
	(void)state;
	hosts__init(&hosts, NULL, 0);
	set_local("[::ffff:198.51.100.1]:9437");
	ours("198.51.100.1:9437");
	ours("[::ffff:198.51.100.1]:9437");
	foreign("198.51.100.2");
	set_local("[2001:db8::1]:9437");
	ours("[2001:db8::1]:9437");
	foreign("[2001:db8::2]:9437");
}

static void test_no_name(void **state)
{
	(void)state;
	hosts__init(&hosts, NULL, 0);
	*hosts.machine = '\0';
	set_local("127.0.0.1:9437");
	foreign("");
	foreign(".");
	ours("localhost");
}

static void test_names(void **state)
{
	static const char *const good[] = {"a",		"a.example.org", "A-1_b.",
					   "127.0.0.1", "::1",		 "[::1]"};
	static const char *const bad[] = {"",	 "a:80", "[::1]:80", "http://a", "a/b",
					  "a b", "*.a",	 "[a]",	     "\x1b[31m", "a,b"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!host__is_name(good[i]))
			fail_msg("'%s' is refused", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (host__is_name(bad[i]))
			fail_msg("'%s' is taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default), cmocka_unit_test(test_given),
		cmocka_unit_test(test_mapped),	cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
