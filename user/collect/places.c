// SPDX-License-Identifier: GPL-2.0-only
#include "collect/places.h"

#include "collect/lint.h"

int places__init(struct places *places, const struct tracer *tracer, bool addresses)
{
	struct stacks_view stacks = tracer__stacks(tracer), lints = tracer__lints(tracer);
	struct slabs_view slabs = tracer__slabs(tracer);
	size_t count;
	const struct gft_callers *seen = tracer__callers(tracer, &count);
	int err = stacks_base__init(&places->stacks, stacks.count);

	if (!err)
		err = stacks_base__init(&places->lints, lints.count);
	if (!err && seen)
		err = callers__init(&places->callers, seen, count, addresses);
	if (!err && stacks.stacks)
		err = callers__add_stacks(&places->callers, stacks.stacks, stacks.count);
	if (!err && lints.stacks)
		err = callers__add_stacks(&places->callers, lints.stacks, lints.count);
	if (!err)
		err = slabs__init(&places->slabs, &slabs);
	if (!err)
		err = slabs__init(&places->slabs_end, &slabs);
	return err;
}

void places__free(struct places *places)
{
	callers__free(&places->callers);
	stacks_base__free(&places->stacks);
	stacks_base__free(&places->lints);
	slabs__free(&places->slabs);
	slabs__free(&places->slabs_end);
}

void places__begin(struct places *places, const struct tracer *tracer)
{
	struct stacks_view lints = tracer__lints(tracer);

	/* of the others there is none before the exits are attached */
	for (size_t i = 0; i < lints.count; i++)
		stacks__take(&places->lints, &lints, i);
	stacks__take_other(&places->lints, &lints);
	if (tracer__headrooms(tracer))
		places->origin = places->base = *tracer__headrooms(tracer);
}

void places__resolve(struct places *places)
{
	if (!places->callers.symbols)
		return;
	callers__resolve(&places->callers);
	callers__find_same(&places->callers, &places->seen, places->same);
}

/* What came between two moments. Of slabs `from` NULL is the activation. */
static int describe_between(const struct tracer *tracer, const struct gft_headrooms *before,
			    const struct gft_headrooms *now, const struct slabs_state *from,
			    const struct slabs_state *to, struct report *report)
{
	static const struct slabs_state nothing;
	struct slabs_view slabs = tracer__slabs(tracer);
	int err = 0;

	if (tracer__headrooms(tracer))
		err = headroom__describe(before, now, tracer__zones(tracer), report);
	if (!err && slabs.rows)
		err = slabs__describe(&slabs, from ? from : &nothing, to, report);
	if (!err)
		report__sort(report);
	return err;
}

int places__describe_so_far(struct places *places, const struct tracer *tracer,
			    struct report *report)
{
	struct slabs_view slabs = tracer__slabs(tracer);

	if (tracer__headrooms(tracer))
		places->end = *tracer__headrooms(tracer);
	if (slabs.rows)
		slabs__take(&places->slabs_end, &slabs);
	return describe_between(tracer, &places->base, &places->end, &places->slabs,
				&places->slabs_end, report);
}

int places__describe_all(const struct places *places, const struct tracer *tracer,
			 struct report *report)
{
	return describe_between(tracer, &places->origin, &places->base, NULL, &places->slabs,
				report);
}

int places__describe(struct places *places, const struct tracer *tracer, struct report *report)
{
	struct stacks_view stacks = tracer__stacks(tracer), lints = tracer__lints(tracer);
	struct slabs_state slabs = places->slabs;
	int err = stacks__describe(&places->stacks, &stacks, &places->callers, report);

	if (!err)
		err = lint__describe(&places->lints, &lints, &places->callers, report);
	if (!err)
		err = places__describe_so_far(places, tracer, report);
	places->base = places->end;
	places->slabs = places->slabs_end;
	places->slabs_end = slabs;
	return err;
}
