// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "base/json_reader.h"

bool json__failed(const struct json_error *error)
{
	return *error->text;
}

void json__fail(const struct json_node *node, const char *key, const char *what)
{
	if (!json__failed(node->error))
		snprintf(node->error->text, node->error->size, "%s%s: %s", node->path, key, what);
}

static const json_t *field(const struct json_node *node, const char *key)
{
	const json_t *json;

	if (json__failed(node->error))
		return NULL;
	json = json_object_get(node->json, key);
	if (!json)
		json__fail(node, key, "the field is missing");
	return json;
}

struct json_node json__object(const struct json_node *node, const char *key)
{
	struct json_node child = {.error = node->error, .json = field(node, key)};

	/* A path too long to print is cut; it is for messages only. */
	if (snprintf(child.path, sizeof(child.path), "%s%s.", node->path, key) < 0)
		child.path[0] = '\0';
	if (child.json && !json_is_object(child.json)) {
		json__fail(node, key, "an object is expected");
		child.json = NULL;
	}
	return child;
}

bool json__has(const struct json_node *node, const char *key)
{
	return json_object_get(node->json, key);
}

bool json__is_null(const struct json_node *node, const char *key)
{
	const json_t *json = field(node, key);

	return !json || json_is_null(json);
}

static uint64_t number_of(const struct json_node *node, const char *key, const json_t *json,
			  uint64_t max)
{
	if (!json)
		return 0;
	if (!json_is_integer(json) || json_integer_value(json) < 0) {
		json__fail(node, key, "a whole number, not negative, is expected");
		return 0;
	}
	if ((uint64_t)json_integer_value(json) > max) {
		json__fail(node, key, "the number is too large");
		return 0;
	}
	return (uint64_t)json_integer_value(json);
}

uint64_t json__number(const struct json_node *node, const char *key, uint64_t max)
{
	return number_of(node, key, field(node, key), max);
}

double json__real(const struct json_node *node, const char *key)
{
	const json_t *json = field(node, key);

	if (!json)
		return 0;
	if (!json_is_number(json) || json_number_value(json) < 0) {
		json__fail(node, key, "a number, not negative, is expected");
		return 0;
	}
	return json_number_value(json);
}

bool json__truth(const struct json_node *node, const char *key)
{
	const json_t *json = field(node, key);

	if (json && !json_is_boolean(json))
		json__fail(node, key, "true or false is expected");
	return json_is_true(json);
}

const char *json__next_key(const struct json_node *node, const char *key)
{
	/* jansson has no iterator for a constant object; nothing is changed through this one */
	json_t *object = (json_t *)(uintptr_t)node->json;
	void *iterator;

	if (json__failed(node->error))
		return NULL;
	iterator = key ? json_object_iter_next(object, json_object_key_to_iter(key))
		       : json_object_iter(object);
	return iterator ? json_object_iter_key(iterator) : NULL;
}

static const char *text_of(const struct json_node *node, const char *key, const json_t *json)
{
	if (!json)
		return "";
	if (!json_is_string(json)) {
		json__fail(node, key, "a string is expected");
		return "";
	}
	return json_string_value(json);
}

const char *json__text(const struct json_node *node, const char *key)
{
	return text_of(node, key, field(node, key));
}

const char *json__text_or_null(const struct json_node *node, const char *key)
{
	const json_t *json = field(node, key);

	return json_is_null(json) ? "" : text_of(node, key, json);
}

size_t json__list(const struct json_node *node, const char *key)
{
	const json_t *json = field(node, key);

	if (json && !json_is_array(json))
		json__fail(node, key, "a list is expected");
	return json__failed(node->error) ? 0 : json_array_size(json);
}

static const json_t *at(const struct json_node *node, const char *key, size_t index)
{
	return json_array_get(field(node, key), index);
}

struct json_node json__element(const struct json_node *node, const char *key, size_t index)
{
	struct json_node child = {.error = node->error, .json = at(node, key, index)};

	if (snprintf(child.path, sizeof(child.path), "%s%s[%zu].", node->path, key, index) < 0)
		child.path[0] = '\0';
	if (child.json && !json_is_object(child.json)) {
		json__fail(node, key, "a list of objects is expected");
		child.json = NULL;
	}
	return child;
}

const char *json__text_at(const struct json_node *node, const char *key, size_t index)
{
	return text_of(node, key, at(node, key, index));
}

bool json__is_null_at(const struct json_node *node, const char *key, size_t index)
{
	const json_t *json = at(node, key, index);

	return !json || json_is_null(json);
}

uint64_t json__number_at(const struct json_node *node, const char *key, size_t index, uint64_t max)
{
	return number_of(node, key, at(node, key, index), max);
}
