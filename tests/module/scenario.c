// SPDX-License-Identifier: GPL-2.0-only
/* A scenario line, key=value words, and what it must not ask. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nodemask.h>
#include <linux/string.h>

#include "allocpage.h"

/* Numbers: a word, where it goes, its bounds; `any` is what the word "any" or -1 stands for. */
/* clang-format off */
static const struct {
	const char *key;
	size_t offset;
	u32 min, max;
	u32 any;
} numbers[] = {
#define NUMBER(key, field, min, max, any) { key, offsetof(struct ap_scenario, field), min, max, any }
	NUMBER("count", count, 1, UINT_MAX, 0), /* requests of each thread or timer */
	NUMBER("threads", threads, 1, AP_MAX_THREADS, 0),
	NUMBER("cpu", cpu, 0, NR_CPUS - 1, AP_CPU_ANY), /* thread i: the (cpu + i)th online one */
	NUMBER("timer_us", timer_us, 1, 1000000, 0), /* from one request's end to the next */
	NUMBER("nest", nest_ns, 0, 1000000, 0), /* mixed: timers aimed at requests, up to so many ns */
	NUMBER("irq_order", irq_order, 0, 31, 0),
	NUMBER("hold", hold, 0, 1u << 30, AP_KEEP_ALL), /* blocks held before the oldest is freed */
	NUMBER("hold_ms", hold_ms, 0, 600000, 0), /* wait before the held blocks are freed */
	NUMBER("free", free, 0, 1, 0), /* 0: keep all until the next scenario */
	NUMBER("bulk", bulk, 0, AP_MAX_BULK, 0), /* pages of a bulk call, instead of requests */
	NUMBER("bulk_list", bulk_list, 0, 1, 0),
	NUMBER("exhaust", exhaust, 0, 1, 0), /* until NULL, then `count` failures within hold_ms */
	NUMBER("bench", bench, 0, 1, 0), /* `count` pairs of request and free, timed as a whole */
	NUMBER("nid", nid, 0, MAX_NUMNODES - 1, AP_NODE_LOCAL),
	NUMBER("reset", reset, 0, 1, 0),
	NUMBER("burst", burst, 1, 1u << 24, 0), /* do=pressure: atomic requests at once */
	NUMBER("sleep_us", sleep_us, 0, 100000, 0), /* reclaim's sleep before it gives */
	NUMBER("align", align, 1, 1u << 30, 0), /* do=quality: bytes */
	NUMBER("redzone", redzone, 1, 65535, 0), /* bytes of the last page that are not asked for */
	NUMBER("caches", caches, 1, AP_CACHES_MAX, 0), /* do=slab: an object of each of so many */
	NUMBER("others", others, 0, 1, 0), /* see others.c */
	NUMBER("slow_order", slow_order, 0, AP_LARGEST_ORDER, AP_SLOW_NONE), /* see slowdown.c */
	NUMBER("slow_ns", slow_ns, 0, 1000000, 0), /* added to each request of slow_order */
	NUMBER("slow_pct", slow_pct, 0, 1000, 0), /* or so many percent of its median */
#undef NUMBER
};
/* clang-format on */

static const char *const where_names[] = {
	[AP_IN_TASK] = "task",
	[AP_IN_SOFTIRQ] = "softirq",
	[AP_IN_HARDIRQ] = "hardirq",
	[AP_MIXED] = "mixed",
};

static int set_number(struct ap_scenario *scenario, const char *key, const char *value)
{
	size_t i;
	u32 number;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(key, numbers[i].key))
			continue;
		if (numbers[i].any && (!strcmp(value, "any") || !strcmp(value, "-1")))
			number = numbers[i].any;
		else if (!isdigit(*value) || kstrtou32(value, 10, &number) ||
			 number < numbers[i].min || number > numbers[i].max)
			return -EINVAL;
		*(u32 *)((char *)scenario + numbers[i].offset) = number;
		return 0;
	}
	return -ENOENT;
}

/* N or N-M */
static int set_orders(struct ap_scenario *scenario, const char *value)
{
	char low[4];
	const size_t length = strcspn(value, "-");
	const char *high = value[length] ? value + length + 1 : value;

	if (length >= sizeof(low))
		return -EINVAL;
	memcpy(low, value, length);
	low[length] = '\0';
	if (kstrtou32(low, 10, &scenario->order_low) || kstrtou32(high, 10, &scenario->order_high))
		return -EINVAL;
	if (scenario->order_low > scenario->order_high || scenario->order_high > 31)
		return -EINVAL;
	return 0;
}

static int set_word(struct ap_scenario *scenario, const char *key, char *value, const char **bad)
{
	int where;

	if (!strcmp(key, "order"))
		return set_orders(scenario, value);
	if (!strcmp(key, "gfp"))
		return ap_gfp_parse(value, &scenario->gfp, bad);
	if (!strcmp(key, "quality"))
		return ap_quality_parse(value, &scenario->quality);
	if (!strcmp(key, "do")) {
		scenario->act = ap_act_find(value);
		return scenario->act ? 0 : -EINVAL;
	}
	if (!strcmp(key, "irq_gfp"))
		return ap_gfp_parse(value, &scenario->irq_gfp, bad);
	if (strcmp(key, "context"))
		return set_number(scenario, key, value);
	where = match_string(where_names, ARRAY_SIZE(where_names), value);
	if (where < 0)
		return -EINVAL;
	scenario->where = (u32)where;
	return 0;
}

static bool too_big_and_loud(u32 order, gfp_t gfp)
{
	return order > AP_LARGEST_ORDER && !(gfp & __GFP_NOWARN);
}

static const char *act_contradiction(const struct ap_scenario *s)
{
	const bool slow = s->slow_order != AP_SLOW_NONE;

	if (!slow && (s->slow_ns || s->slow_pct))
		return "slow_ns and slow_pct need slow_order";
	if (s->slow_ns && s->slow_pct)
		return "slow_ns and slow_pct exclude each other";
	if ((s->quality || s->align || s->redzone) && !(s->act && s->act->puts))
		return "quality, align and redzone need do=quality";
	if (s->caches && !(s->act && s->act->step))
		return "caches needs do=slab";
	if (!s->act)
		return s->burst || s->sleep_us ? "burst and sleep_us need do=" : NULL;
	if (s->exhaust || s->bench || s->bulk || !s->free)
		return "do= excludes exhaust, bench, bulk and free=0";
	if (s->where == AP_MIXED && !s->act->puts)
		return "of acts, context=mixed is for do=quality";
	if (s->act->has_second && ap_gfp_refused(s->irq_gfp, true))
		return ap_gfp_refused(s->irq_gfp, true);
	return s->act->refuse ? s->act->refuse(s) : NULL;
}

static const char *contradiction(const struct ap_scenario *s)
{
	const gfp_t patient = __GFP_NORETRY | __GFP_RETRY_MAYFAIL;
	const bool timers = s->where != AP_IN_TASK;
	const char *refused = ap_gfp_refused(s->gfp, timers && s->where != AP_MIXED);

	if (!refused && s->where == AP_MIXED)
		refused = ap_gfp_refused(s->irq_gfp, true);
	if (refused)
		return refused;
	if (too_big_and_loud(s->order_high, s->gfp) ||
	    (s->where == AP_MIXED && too_big_and_loud(s->irq_order, s->irq_gfp)))
		return "an order above the largest needs __GFP_NOWARN: the kernel warns otherwise";
	if (s->nid != AP_NODE_LOCAL && (s->nid >= MAX_NUMNODES || !node_online((int)s->nid)))
		return "nid is not online";
	if (s->bulk && s->order_high)
		return "bulk is for order 0";
	if (s->bulk_list && !s->bulk)
		return "bulk_list needs bulk";
	if (s->exhaust && (s->bulk || timers))
		return "exhaust is for requests in task context";
	if (s->exhaust && s->gfp & __GFP_DIRECT_RECLAIM && !(s->gfp & patient))
		return "exhaust would wake the OOM killer: add __GFP_NORETRY or use GFP_ATOMIC";
	if (s->bench && (s->bulk || s->exhaust || s->hold || !s->free || timers))
		return "bench is for requests in task context that are freed at once";
	if (s->bench && s->nid != AP_NODE_LOCAL)
		return "bench asks as most users do, for the local node";
	if (s->bench && (s->order_low != s->order_high || s->order_low > AP_LARGEST_ORDER))
		return "bench is for one order, at most the largest";
	if (s->nest_ns && s->where != AP_MIXED)
		return "nest is for context=mixed";
	if (s->others && (s->act || s->bulk || s->exhaust || s->bench || s->cpu == AP_CPU_ANY ||
			  max(s->order_high, s->irq_order) > AP_LARGEST_ORDER))
		return "others is for single requests of valid orders, on CPUs that are named";
	return act_contradiction(s);
}

int ap_scenario_parse(char *line, struct ap_scenario *scenario, char *message, size_t size)
{
	const char *why;
	char *word;

	*scenario = (struct ap_scenario){
		.gfp = GFP_KERNEL,
		.irq_gfp = GFP_ATOMIC | __GFP_NOWARN,
		.count = 1000,
		.threads = 1,
		.cpu = AP_CPU_ANY,
		.timer_us = 50,
		.free = 1,
		.nid = AP_NODE_LOCAL,
		.slow_order = AP_SLOW_NONE,
	};
	while ((word = strsep(&line, " \t\n"))) {
		char *value = word, *key = strsep(&value, "=");
		const char *bad = value;
		int err;

		if (!*word && !value)
			continue;
		err = value ? set_word(scenario, key, value, &bad) : -ENOENT;
		if (!err)
			continue;
		if (err == -ENOENT)
			scnprintf(message, size, "unknown word '%s'", key);
		else
			scnprintf(message, size, "%s: bad value '%s'", key, bad);
		return -EINVAL;
	}
	why = contradiction(scenario);
	if (why) {
		scnprintf(message, size, "%s", why);
		return -EINVAL;
	}
	if (scenario->bulk && !AP_HAS_BULK) {
		scnprintf(message, size, "bulk: this kernel has no bulk requests");
		return -EOPNOTSUPP;
	}
	if (scenario->bulk_list && !AP_HAS_BULK_LIST) {
		scnprintf(message, size, "bulk_list: this kernel has no list form");
		return -EOPNOTSUPP;
	}
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && scenario->where == AP_IN_HARDIRQ) {
		ap_truth_refused(GFT_HARDIRQ);
		scnprintf(message, size, "PREEMPT_RT: the allocator's locks sleep, no hardirq");
		return -EOPNOTSUPP;
	}
	return 0;
}
