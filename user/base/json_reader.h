/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading JSON of which nothing may be believed. The first thing wrong is kept as an
 * error that names the field by its path; from then on every call returns an empty
 * value, so that callers check once, at the end.
 */
#ifndef GFPTRACE_USER_JSON_NODE_H
#define GFPTRACE_USER_JSON_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_error {
	char *text; /* empty until something is wrong */
	size_t size;
};

/* One object of the document, or nothing after an error. */
struct json_node {
	struct json_error *error;
	const json_t *json;
	char path[96]; /* "", "requests.", "latency[3]." */
};

bool json__failed(const struct json_error *error);

void json__fail(const struct json_node *node, const char *key, const char *what);

/* Fields of `node`, all of which must be there. */
struct json_node json__object(const struct json_node *node, const char *key);
bool json__has(const struct json_node *node, const char *key); /* for what older ones lack */
bool json__is_null(const struct json_node *node, const char *key);
uint64_t json__number(const struct json_node *node, const char *key, uint64_t max);
double json__real(const struct json_node *node, const char *key); /* not negative */
bool json__truth(const struct json_node *node, const char *key);
const char *json__text(const struct json_node *node, const char *key); /* "" after an error */
const char *json__text_or_null(const struct json_node *node, const char *key); /* null: "" */

/* The names in an object whose fields are not known: the first for NULL, then the next; at last
 * NULL. */
const char *json__next_key(const struct json_node *node, const char *key);

/* The length of a list, and its elements. */
size_t json__list(const struct json_node *node, const char *key);
struct json_node json__element(const struct json_node *node, const char *key, size_t index);
const char *json__text_at(const struct json_node *node, const char *key, size_t index);
uint64_t json__number_at(const struct json_node *node, const char *key, size_t index, uint64_t max);
bool json__is_null_at(const struct json_node *node, const char *key, size_t index);

#endif
