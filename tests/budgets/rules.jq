# SPDX-License-Identifier: GPL-2.0-only
# Bounds from a report of tests/vm/guest-budget.sh: jq -r --arg kernel NAME -f rules.jq clean.json
# The slack: 5 % of a p50, 10 % of a p99, for compilers and boots whose memory lies elsewhere. Where
# the buddy system answers, 15 and 20 %: whether one block more is to be split is the boot's (order 8
# of 6.12 took 721 or 809 instructions).

def series: "class=\"\(.labels.class)\",order=\"\(.labels.order)\",context=\"\(.labels.context)\"";
def bound($value; $slack): $value * (1 + $slack) | ceil;
def slack: if .labels.class == "nofs" then [0.15, 0.20] else [0.05, 0.10] end;
# what the workload asks for, in the order of the list
def mine: [.latency[] | select(
	(.labels | .class == "noio" and (.order | tonumber) <= 3 and .context == "task")
	or (.labels | .class == "nofs" and (.order | tonumber) >= 4 and .context == "task")
	or (.labels | (.class == "nowait" or .class == "atomic")
		and (.order | tonumber) <= 1 and .context != "task"))]
	| sort_by([(["noio", "nofs", "nowait", "atomic"] as $all | .labels.class as $c | $all | index($c)),
		(.labels.order | tonumber), .labels.context]);

if .requests.missed != 0 or .requests.failed != 0 then error("missed or failed requests: no base")
else
"# SPDX-License-Identifier: GPL-2.0-only",
"# Made by `make budgets`; see README.md. Linux \(.host.kernel), deterministic: 1 ns is 1 instruction.",
"# noio: hits of the per-CPU lists; nofs: the buddy system; the rest: interrupts.",
"# The slack over what was measured is 5 % of a p50, 10 % of a p99; of nofs 15 and 20 %.",
(mine[] | series as $s
	| "",
	  "# measured: p50 \(.p50) ns, p99 \(.p99) ns, \(.count) requests",
	  "gfptrace_latency_seconds{\($s),quantile=\"0.5\"} <= \(bound(.p50; slack[0]))ns",
	  "gfptrace_latency_seconds{\($s),quantile=\"0.99\"} <= \(bound(.p99; slack[1]))ns",
	  "gfptrace_latency_seconds_count{\($s)} >= \((.count * 0.99) | floor)"),
"",
"gfptrace_failures_total == 0",
"gfptrace_requests_missed_total == 0"
end
