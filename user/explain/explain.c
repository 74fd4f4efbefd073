// SPDX-License-Identifier: GPL-2.0-only
#include "explain/explain.h"

#include <stdlib.h>
#include <string.h>

#include "mm/gfp_names.h"

static const char *class_of(const struct autopsy *autopsy)
{
	static const char *const names[GFT_CLASSES] = GFT_CLASS_NAMES;

	return autopsy->gfp_known ? names[gfp_meaning__class(autopsy->gfp)] : NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Offsets within the requester do not part what is one failure: the compiler may repeat a call. */
static bool alike(const struct explain_group *group, const struct klog_event *event,
		  const char *class, enum gft_reason reason)
{
	return group->event.kind == event->kind &&
	       group->event.autopsy.order == event->autopsy.order &&
	       group->finding.reason == reason && same_text(group->class, class) &&
	       !strcmp(group->event.requester, event->requester);
}

static struct explain_group *find_group(struct explain *explain, const struct klog_event *event,
					const char *class, enum gft_reason reason)
{
	struct explain_group *group;

	for (size_t i = 0; i < explain->nr_groups; i++)
		if (alike(explain->groups[i], event, class, reason))
			return explain->groups[i];
	if (explain->nr_groups == EXPLAIN_GROUPS)
		return NULL;
	group = calloc(1, sizeof(*group));
	if (!group) {
		explain->no_memory = true;
		return NULL;
	}
	explain->groups[explain->nr_groups++] = group;
	return group;
}

void explain__add(void *context, const struct klog_event *event)
{
	struct explain *explain = context;
	const char *class = class_of(&event->autopsy);
	enum gft_reason reason = autopsy__reason(&event->autopsy);
	struct explain_group *group = find_group(explain, event, class, reason);

	if (!group) {
		explain->not_grouped++;
		return;
	}
	if (!group->count++) {
		group->event = *event;
		group->class = class;
		memcpy(group->first, event->when, sizeof(group->first));
		group->first_line = event->line;
		autopsy__find(&event->autopsy, &group->finding);
	} else if (!group->event.has_memory && event->has_memory) {
		group->event = *event;
		autopsy__find(&event->autopsy, &group->finding);
	}
	memcpy(group->last, event->when, sizeof(group->last));
	group->last_line = event->line;
}

static int by_first_line(const void *a, const void *b)
{
	const struct explain_group *const *first = a, *const *second = b;

	return (*first)->first_line < (*second)->first_line ? -1 : 1;
}

void explain__sort(struct explain *explain)
{
	qsort(explain->groups, explain->nr_groups, sizeof(struct explain_group *), by_first_line);
}

void explain__clear(struct explain *explain)
{
	for (size_t i = 0; i < explain->nr_groups; i++)
		free(explain->groups[i]);
	memset(explain, 0, sizeof(*explain));
}
