/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of gfptrace.report/1 are read with; for report_read*.c only. What is
 * wrong is kept in the node's error (base/json_reader.h).
 */
#ifndef GFPTRACE_USER_REPORT_READ_PARTS_H
#define GFPTRACE_USER_REPORT_READ_PARTS_H

#include "base/json_reader.h"
#include "report/report.h"

/* Strings, copied into the report. read__maybe: NULL for null; read__word: "" for null. */
const char *read__text(const struct json_node *node, struct report *report, const char *key);
const char *read__word(const struct json_node *node, struct report *report, const char *key);
const char *read__maybe(const struct json_node *node, struct report *report, const char *key);
const char *read__text_at(const struct json_node *node, struct report *report, const char *key,
			  size_t index);

uint64_t read__number(const struct json_node *node, const char *key);
uint32_t read__small(const struct json_node *node, const char *key);

/* An element of one of the report's arrays; NULL means that memory is short. */
bool read__is_there(const struct json_node *node, const void *element);

void read__list(const struct json_node *node, struct report *report, const char *key,
		struct text_list *list);
void read__labels(const struct json_node *node, struct report *report, struct labels *labels);

/* Buckets that are not empty, in rising order, the overflow bucket last. Returns their sum. */
uint64_t read__buckets(const struct json_node *series, struct bucket **buckets, size_t *nr);

/* json_read_series.c */
void read__latency(const struct json_node *root, struct report *report);
void read__alignment(const struct json_node *root, struct report *report);
void read__placement(const struct json_node *root, struct report *report);
void read__slab(const struct json_node *root, struct report *report);
void read__stages(const struct json_node *root, struct report *report);
void read__headroom(const struct json_node *root, struct report *report);

/* json_read_events.c */
void read__failures(const struct json_node *root, struct report *report);
void read__slowest(const struct json_node *root, struct report *report);
void read__lint(const struct json_node *root, struct report *report);
void read__stacks(const struct json_node *root, struct report *report);

#endif
