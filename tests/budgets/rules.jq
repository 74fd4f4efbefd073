# SPDX-License-Identifier: GPL-2.0-only
# Bounds from reports of tests/vm/guest-budget.sh: jq -rs --arg kernel NAME -f rules.jq clean.json…
# The dearest of them counts: whether a block of the buddy system has to be split once more is the
# boot's (order 8 of 6.12 takes 721 or 809 instructions). The slack: 5 % of a p50, 10 % of a p99, for
# compilers and boots whose memory lies elsewhere.

def series: "class=\"\(.labels.class)\",order=\"\(.labels.order)\",context=\"\(.labels.context)\"";
def bound($value; $slack): $value * (1 + $slack) | ceil;
# what the workload asks for, in the order of the list
def mine: [.[].latency[] | select(
	(.labels | .class == "noio" and (.order | tonumber) <= 3 and .context == "task")
	or (.labels | .class == "nofs" and (.order | tonumber) >= 4 and .context == "task")
	or (.labels | (.class == "nowait" or .class == "atomic")
		and (.order | tonumber) <= 1 and .context != "task"))]
	| group_by(.labels) | map({labels: .[0].labels, count: (map(.count) | min), p50: (map(.p50) | max),
		p99: (map(.p99) | max)})
	| sort_by([(["noio", "nofs", "nowait", "atomic"] as $all | .labels.class as $c | $all | index($c)),
		(.labels.order | tonumber), .labels.context]);

if any(.[].requests; .missed != 0 or .failed != 0) then error("missed or failed requests: no base")
else
"# SPDX-License-Identifier: GPL-2.0-only",
"# Made by `make budgets`; see README.md. Linux \(.[0].host.kernel), deterministic: 1 ns is 1 instruction.",
"# noio: hits of the per-CPU lists; nofs: the buddy system; the rest: interrupts.",
"# The slack over what was measured is 5 % of a p50, 10 % of a p99.",
(mine[] | series as $s
	| "",
	  "# measured: p50 \(.p50) ns, p99 \(.p99) ns, \(.count) requests",
	  "gfptrace_latency_seconds{\($s),quantile=\"0.5\"} <= \(bound(.p50; 0.05))ns",
	  "gfptrace_latency_seconds{\($s),quantile=\"0.99\"} <= \(bound(.p99; 0.10))ns",
	  "gfptrace_latency_seconds_count{\($s)} >= \((.count * 0.99) | floor)"),
"",
"gfptrace_failures_total == 0",
"gfptrace_requests_missed_total == 0"
end
