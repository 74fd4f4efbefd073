// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a kernel log, through the parser, the autopsy and both output formats. The
 * first byte says in pieces of which size the rest is fed. Seeds: tests/golden/klog.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/explain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct explain explain;

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void write_both(void)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	check(file != NULL);
	check(!explain__write_text(file, &explain, 0));
	check(!explain__write_json(file, &explain));
	check(!fclose(file));
	/* nothing of the log may drive a terminal */
	for (size_t i = 0; i < length; i++)
		check((unsigned char)text[i] >= 0x20 || text[i] == '\n');
	check(strlen(text) == length);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct klog *klog = klog__new(explain__add, &explain);
	const char *bytes = (const char *)data;
	size_t piece, length;
	uint64_t grouped = 0;

	check(klog != NULL);
	explain.source = "fuzz";
	piece = size && data[0] ? data[0] : SIZE_MAX;
	for (; size; bytes += length, size -= length) {
		length = size < piece ? size : piece;
		klog__feed(klog, bytes, length);
	}
	klog__finish(klog);
	explain.stats = *klog__stats(klog);
	explain__sort(&explain);
	for (size_t i = 0; i < explain.nr_groups; i++)
		grouped += explain.groups[i]->count;
	check(grouped + explain.not_grouped == explain.stats.failures + explain.stats.ooms);
	write_both();
	explain__clear(&explain);
	klog__free(klog);
	return 0;
}
