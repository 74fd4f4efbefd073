// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/wrappers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mm/wrapper_names.h"

/* A function is smaller: the last one of a module ends here, if nothing follows it before. */
#define FUNCTION_MOST 0x20000

#define MODULE_NAME 64 /* include/linux/module.h MODULE_NAME_LEN is less */

struct place {
	uint64_t start;
	bool is_wrapper, is_of_module;
};

struct places {
	struct place *place;
	size_t count, capacity;
};

static int add_place(struct places *places, struct place place)
{
	if (places->count == places->capacity) {
		size_t capacity = places->capacity ? 2 * places->capacity : 1 << 16;
		struct place *larger =
			reallocarray(places->place, capacity, sizeof(*places->place));

		if (!larger)
			return -ENOMEM;
		places->place = larger;
		places->capacity = capacity;
	}
	places->place[places->count++] = place;
	return 0;
}

/* Names of modules have underscores where the user may write a dash. */
static bool is_module(const char *name, const char *module)
{
	for (; *name && *name != ']' && *module; name++, module++)
		if (*name != (*module == '-' ? '_' : *module))
			return false;
	return (!*name || *name == ']') && !*module;
}

/* "ffffffffc0123000 t function\t[module]" */
static int take_line(struct places *places, char *line, const char *wanted)
{
	char *type, *name, *module;
	struct place place = {.start = strtoull(line, &type, 16)};
	bool is_text;

	if (!place.start || type[0] != ' ' || !type[1] || type[2] != ' ')
		return 0;
	is_text = strchr("tTwW", type[1]);
	name = type + 3;
	name[strcspn(name, "\n")] = '\0';
	module = strchr(name, '\t');
	if (module)
		*module++ = '\0';
	place.is_wrapper = is_text && requester__is_wrapper(name);
	place.is_of_module = is_text && module && wanted && is_module(module + 1, wanted);
	return add_place(places, place);
}

static int compare_places(const void *a, const void *b)
{
	uint64_t x = ((const struct place *)a)->start, y = ((const struct place *)b)->start;

	return (x > y) - (x < y);
}

/* Where what begins at the place ends: at the next thing that begins further up. */
static uint64_t end_of(const struct places *places, size_t place)
{
	uint64_t start = places->place[place].start;

	for (size_t i = place + 1; i < places->count; i++)
		if (places->place[i].start > start)
			return places->place[i].start - start < FUNCTION_MOST
				       ? places->place[i].start
				       : start + FUNCTION_MOST;
	return start + FUNCTION_MOST;
}

static void add_wrapper(struct wrappers *wrappers, struct gft_code code)
{
	struct gft_code *last = wrappers->code + wrappers->count - 1;

	if (wrappers->count && last->start == code.start)
		return; /* two names of one function */
	/* the last place stays free: gfptrace/callers.h */
	if (wrappers->count < GFT_WRAPPERS - 1)
		wrappers->code[wrappers->count++] = code;
}

static void take_places(struct wrappers *wrappers, const struct places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		const struct place *place = &places->place[i];
		struct gft_code code = {place->start, 0};

		if (!place->is_wrapper && !place->is_of_module)
			continue;
		code.end = end_of(places, i);
		if (place->is_wrapper)
			add_wrapper(wrappers, code);
		if (!place->is_of_module)
			continue;
		if (!wrappers->module.start)
			wrappers->module.start = code.start;
		wrappers->module.end = code.end;
	}
}

int wrappers__read_from(struct wrappers *wrappers, FILE *kallsyms, const char *module)
{
	struct places places = {};
	char line[512];
	int err = 0;

	memset(wrappers, 0, sizeof(*wrappers));
	for (size_t i = 0; i < GFT_WRAPPERS; i++)
		wrappers->code[i] = (struct gft_code){UINT64_MAX, UINT64_MAX};
	while (!err && fgets(line, sizeof(line), kallsyms))
		err = take_line(&places, line, module);
	if (!err && !places.count)
		err = -EACCES;
	if (!err) {
		qsort(places.place, places.count, sizeof(*places.place), compare_places);
		take_places(wrappers, &places);
		if (module && !wrappers->module.start)
			err = -ENOENT;
	}
	free(places.place);
	return err;
}

/* Built into the kernel: known in /sys/module, but nothing that was loaded. */
static bool is_built_in(const char *module)
{
	char path[32 + MODULE_NAME], name[MODULE_NAME];

	if (strchr(module, '/') || module[0] == '.' ||
	    snprintf(name, sizeof(name), "%s", module) >= (int)sizeof(name))
		return false;
	for (char *dash = name; (dash = strchr(dash, '-'));)
		*dash = '_';
	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

static void explain(struct wrappers_problem *problem, int err, const char *module)
{
	problem->hint = NULL;
	if (err == -ENOENT) {
		snprintf(problem->text, sizeof(problem->text),
			 is_built_in(module) ? "--module: '%s' is built into the kernel, no module"
					     : "--module: no module '%s' is loaded",
			 module);
	} else if (err == -EACCES) {
		snprintf(problem->text, sizeof(problem->text),
			 "callers have no names here: /proc/kallsyms hides the addresses");
		problem->hint = "run it as root; `sysctl kernel.kptr_restrict` must be 0 or 1";
	} else {
		snprintf(problem->text, sizeof(problem->text), "/proc/kallsyms: %s",
			 strerror(-err));
	}
}

int wrappers__read(struct wrappers *wrappers, const char *module, struct wrappers_problem *problem)
{
	FILE *kallsyms = fopen("/proc/kallsyms", "re");
	int err = kallsyms ? wrappers__read_from(wrappers, kallsyms, module) : -errno;

	/* the file itself may be missing, too */
	if (err == -ENOENT && !kallsyms)
		err = -ENOSYS;
	if (kallsyms)
		fclose(kallsyms);
	if (err)
		explain(problem, err, module);
	return err;
}
