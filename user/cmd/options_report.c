// SPDX-License-Identifier: GPL-2.0-only
/* The filters of the command line as the report repeats them. */
#include <errno.h>

#include "cmd/options.h"
#include "report/array.h"

static int add_word(const char ***words, size_t *nr, const char *word)
{
	const char **slot = word ? array__append(words, nr, sizeof(*slot)) : NULL;

	if (!slot)
		return -ENOMEM;
	*slot = word;
	return 0;
}

static int add_words(const char ***words, size_t *nr, const bool *flags, const char *const *names,
		     size_t nr_names)
{
	size_t i;

	for (i = 0; i < nr_names; i++)
		if (flags[i] && add_word(words, nr, names[i]))
			return -ENOMEM;
	return 0;
}

static int add_orders(struct report *report, const bool *orders)
{
	unsigned int i;

	for (i = 0; i < OPTIONS_ORDERS; i++)
		if (orders[i] && add_word(&report->filter.orders, &report->filter.nr_orders,
					  report__printf(report, "%u", i)))
			return -ENOMEM;
	return 0;
}

int options__describe_filter(const struct options *options, struct report *report)
{
	static const char *const class_names[GFT_CLASSES] = GFT_CLASS_NAMES;
	static const char *const context_names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
	uint32_t *pid;
	size_t i;

	if (add_words(&report->filter.classes, &report->filter.nr_classes, options->classes,
		      class_names, GFT_CLASSES) ||
	    add_words(&report->filter.contexts, &report->filter.nr_contexts, options->contexts,
		      context_names, GFT_CONTEXTS) ||
	    add_orders(report, options->orders))
		return -ENOMEM;
	for (i = 0; i < options->nr_pids; i++) {
		pid = array__append(&report->filter.pids, &report->filter.nr_pids, sizeof(*pid));
		if (!pid)
			return -ENOMEM;
		*pid = options->pids[i];
	}
	report->filter.comm = report__string(report, options->comm ? options->comm : "");
	report->filter.cgroup = report__string(report, options->cgroup ? options->cgroup : "");
	report->filter.module = report__string(report, options->module ? options->module : "");
	return report->filter.comm && report->filter.cgroup && report->filter.module ? 0 : -ENOMEM;
}
