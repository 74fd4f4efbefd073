// SPDX-License-Identifier: GPL-2.0-only
#include "gate/verdict/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/array.h"
#include "base/units.h"

struct verdict *verdicts__add(struct verdicts *verdicts)
{
	return array__append(&verdicts->verdict, &verdicts->nr, sizeof(*verdicts->verdict));
}

void verdicts__free(struct verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->nr; i++) {
		free(verdicts->verdict[i].name);
		free(verdicts->verdict[i].series);
		free(verdicts->verdict[i].problem);
		free(verdicts->verdict[i].hint);
	}
	free(verdicts->verdict);
	*verdicts = (struct verdicts){};
}

bool verdict__holds(enum comparison comparison, double measured, double bound)
{
	switch (comparison) {
	case IS_BELOW:
		return measured < bound;
	case IS_AT_MOST:
		return measured <= bound;
	case IS_ABOVE:
		return measured > bound;
	case IS_AT_LEAST:
		return measured >= bound;
	case IS_EQUAL:
		return measured >= bound && measured <= bound;
	default:
		return measured < bound || measured > bound;
	}
}

double verdict__margin(enum comparison comparison, double measured, double bound)
{
	double room = bound - measured, distance = room < 0 ? -room : room;

	switch (comparison) {
	case IS_ABOVE:
	case IS_AT_LEAST:
		room = -room;
		break;
	case IS_EQUAL:
		room = -distance;
		break;
	case IS_NOT:
		room = distance;
		break;
	default:
		break;
	}
	return bound > 0 ? room / bound : room;
}

bool verdict__is_close(const struct verdict *verdict)
{
	return verdict->outcome != UNANSWERED && verdict->low < verdict->high &&
	       (verdict__holds(verdict->comparison, verdict->low, verdict->bound) !=
			verdict__holds(verdict->comparison, verdict->measured, verdict->bound) ||
		verdict__holds(verdict->comparison, verdict->high, verdict->bound) !=
			verdict__holds(verdict->comparison, verdict->measured, verdict->bound));
}

const char *verdict__format(enum metric_unit unit, bool icount, double value,
			    char text[VERDICT_TEXT])
{
	char number[UNITS_COUNT];

	if (unit == METRIC_SHARE)
		snprintf(text, VERDICT_TEXT, "%.3g %%", 100 * value);
	else if (value < 0 || value >= 1e18)
		snprintf(text, VERDICT_TEXT, "%.6g", value);
	else if (unit == METRIC_NS && !icount)
		return format__duration((uint64_t)(value + 0.5), text);
	else
		snprintf(text, VERDICT_TEXT, "%s", format__count((uint64_t)(value + 0.5), number));
	return text;
}

const char *verdict__format_change(double change, char text[VERDICT_TEXT])
{
	bool is_large = change >= 1 || change <= -1;

	snprintf(text, VERDICT_TEXT, is_large ? "%+.0f %%" : "%+.3g %%", 100 * change);
	return text;
}

const char *verdict__format_margin(const struct verdict *verdict, bool icount,
				   char text[VERDICT_TEXT])
{
	char value[VERDICT_TEXT];
	double margin = verdict->margin;

	if (verdict->bound > 0) {
		verdict__format_change(margin, text);
		return text;
	}
	verdict__format(verdict->unit, icount, margin < 0 ? -margin : margin, value);
	snprintf(text, VERDICT_TEXT, "%s%.30s", margin < 0 ? "-" : "", value);
	return text;
}

void verdicts__count(struct verdicts *verdicts)
{
	verdicts->violated = verdicts->unanswered = 0;
	for (size_t i = 0; i < verdicts->nr; i++) {
		verdicts->violated += verdicts->verdict[i].outcome == VIOLATED;
		verdicts->unanswered += verdicts->verdict[i].outcome == UNANSWERED;
	}
}
