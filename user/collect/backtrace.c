// SPDX-License-Identifier: GPL-2.0-only
#include "collect/backtrace.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "mm/wrapper_names.h"

/*
 * The trampoline of a traced function (kernel/bpf/trampoline.c) stands between that function
 * and its caller, and the function once more above it: that is us, not the request. Not every
 * kernel has a name for it.
 */
static bool is_ours(const char *name)
{
	static const char *const hooks[] = {"bpf_trace_run", "__bpf_trace_", "__traceiter_"};
	const char *module = name ? strchr(name, '[') : "[bpf]";

	for (size_t i = 0; name && i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (!strncmp(name, hooks[i], strlen(hooks[i])))
			return true;
	return module && (!strcmp(module, "[bpf]") || !strcmp(module, "[__builtin__ftrace]"));
}

static bool is_same_function(const char *a, const char *b)
{
	size_t length = a ? strcspn(a, "+") : 0;

	return length && b && !strncmp(a, b, length) && b[length] == '+';
}

static int add_frame(struct report *report, const char *name, struct text_list *list,
		     const char **caller)
{
	if (report__add_text(report, list, name))
		return -ENOMEM;
	if (!*caller && !requester__is_wrapper(name))
		*caller = list->text[list->nr - 1];
	return 0;
}

int backtrace__add(struct report *report, const struct symbols *symbols, bool addresses,
		   const __u64 *frames, size_t count, struct text_list *list, const char **caller)
{
	const char *last = NULL, *traced = NULL;
	char number[24];

	for (size_t i = 0; i < count; i++) {
		const char *name = symbols__name(symbols, frames[i]);

		if (!name && addresses) {
			snprintf(number, sizeof(number), "0x%" PRIx64, (uint64_t)frames[i]);
			if (report__add_text(report, list, number))
				return -ENOMEM;
			continue;
		}
		if (is_ours(name)) {
			traced = last;
			continue;
		}
		if (traced && is_same_function(traced, name)) {
			traced = NULL;
			continue;
		}
		last = name;
		if (add_frame(report, name, list, caller))
			return -ENOMEM;
	}
	return 0;
}
