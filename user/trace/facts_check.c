// SPDX-License-Identifier: GPL-2.0-only
#include "trace/facts_check.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A jiffy or two each. */
#define WAITS 8

const char *facts__contexts(const struct gft_facts *facts)
{
	static const char *const why[GFT_CONTEXTS] = {
		[GFT_TASK] = "preempt_count reads as an interrupt's in a task: "
			     "every interrupt is shown as softirq, by its stack",
		[GFT_SOFTIRQ] = "preempt_count does not read as a softirq's in a softirq: "
				"every interrupt is shown as softirq, by its stack",
		[GFT_HARDIRQ] = "preempt_count does not read as a hardirq's in a hardirq: "
				"every interrupt is shown as softirq, by its stack",
	};

	for (int known = 0; known < GFT_CONTEXTS; known++)
		for (int read = 0; read < GFT_CONTEXTS; read++)
			if (read != known && facts->read[known][read] && why[known])
				return why[known];
	return NULL;
}

bool facts__are_complete(const volatile struct gft_facts *facts)
{
	static const int known[] = {GFT_TASK, GFT_SOFTIRQ, GFT_HARDIRQ};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint32_t sum = 0;

		for (int read = 0; read < GFT_CONTEXTS; read++)
			sum += facts->read[known[i]][read];
		if (!sum)
			return false;
	}
	return true;
}

/*
 * Who waits for a datagram that does not come has a timer of the timer wheel: it ends in an
 * interrupt of the timer and the softirq after it (net/core/datagram.c, schedule_timeout()).
 */
void facts__provoke(const volatile struct gft_facts *facts)
{
	const struct timeval brief = {.tv_usec = 1000};
	int pair[2];
	char byte;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return;
	if (!setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof(brief)))
		for (int i = 0; i < WAITS && !facts__are_complete(facts); i++)
			recv(pair[0], &byte, sizeof(byte), 0);
	close(pair[0]);
	close(pair[1]);
}
