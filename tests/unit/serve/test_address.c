// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <unistd.h>

#include "serve/address.h"

static struct address address;

static void good(const char *text, const char *as, bool loopback)
{
	char buffer[ADDRESS_TEXT];

	if (address__parse(text, &address))
		fail_msg("'%s' is refused", text);
	assert_string_equal(address__format(&address, buffer), as);
	assert_int_equal(address__is_loopback(&address), loopback);
}

static void test_parse(void **state)
{
	(void)state;
	good("127.0.0.1:9437", "127.0.0.1:9437", true);
	good("127.255.0.3:1", "127.255.0.3:1", true);
	good("localhost:80", "127.0.0.1:80", true);
	good("0.0.0.0:65535", "0.0.0.0:65535", false);
	good("128.0.0.1:0", "128.0.0.1:0", false);
	good("[::1]:9437", "[::1]:9437", true);
	good("[::]:9437", "[::]:9437", false);
	good("[FE80:0:0:0::1]:9437", "[fe80::1]:9437", false);
	good("[::ffff:255.255.255.255]:65535", "[::ffff:255.255.255.255]:65535", false);
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"",
		":",
		":9437",
		"9437",
		"127.0.0.1",
		"127.0.0.1:",
		"127.0.0.1:-1",
		"127.0.0.1:+1",
		"127.0.0.1:0x50",
		"127.0.0.1: 80",
		"127.0.0.1:80 ",
		" 127.0.0.1:80",
		"127.1:80",
		"1:80",
		"256.0.0.1:80",
		"localhost.:80",
		"host:80",
		"::1:80",
		"[::1]",
		"[::1]80",
		"[]:80",
		"[127.0.0.1]:80",
		"[::1:80",
		"::1]:80",
		"[::1%lo]:80",
		"[[::1]]:80",
		"unix:/run/x:1",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (address__parse(texts[i], &address) != -EINVAL)
			fail_msg("'%s' is taken", texts[i]);
	assert_int_equal(address__parse("127.0.0.1:65536", &address), -ERANGE);
	assert_int_equal(address__parse("127.0.0.1:99999999999999999999", &address), -ERANGE);
}

static void test_listen(void **state)
{
	char first[ADDRESS_TEXT], second[ADDRESS_TEXT];
	struct address again;
	int fd;

	(void)state;
	assert_int_equal(address__parse("127.0.0.1:0", &address), 0);
	fd = address__listen(&address);
	assert_true(fd >= 0);
	assert_string_not_equal(address__format(&address, first), "127.0.0.1:0");
	assert_int_equal(address__parse(first, &again), 0);
	assert_int_equal(address__listen(&again), -EADDRINUSE);
	close(fd);
	fd = address__listen(&again);
	assert_true(fd >= 0);
	assert_string_equal(address__format(&again, second), first);
	close(fd);
	/* TEST-NET-1 of RFC 5737: nobody's */
	assert_int_equal(address__parse("192.0.2.1:0", &address), 0);
	assert_int_equal(address__listen(&address), -EADDRNOTAVAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_listen),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
