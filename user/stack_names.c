// SPDX-License-Identifier: GPL-2.0-only
#include "stack_names.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "requester.h"

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

int stack_names__add(struct report *report, const struct symbols *symbols, const __u64 *addresses,
		     size_t frames, struct text_list *stack, const char **caller)
{
	const char *last = NULL, *traced = NULL;

	for (size_t i = 0; i < frames; i++) {
		const char *name = symbols__name(symbols, addresses[i]);

		if (is_ours(name)) {
			traced = last;
			continue;
		}
		if (traced && is_same_function(traced, name)) {
			traced = NULL;
			continue;
		}
		last = name;
		if (report__add_text(report, stack, name))
			return -ENOMEM;
		if (!*caller && !requester__is_wrapper(name))
			*caller = stack->text[stack->nr - 1];
	}
	return 0;
}
