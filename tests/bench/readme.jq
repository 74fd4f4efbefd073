# SPDX-License-Identifier: GPL-2.0-only
# The report as the README's tables. What did not run here is left out.

def fixed(d): (. * pow(10; d) | round) as $n | $n | fabs | tostring
	| if d == 0 then . else ("0" * ([d + 1 - length, 0] | max) + .) | .[:-d] + "." + .[-d:] end
	| if $n < 0 then "-" + . else . end;
def whole: if . == null then "–" else fixed(0) end;
def times: if . == null then "–" else fixed(2) end;
def attached: {floor: "empty fentry and fexit", clocks: "two looks at the clock",
	gfptrace: "**gfptrace**"}[.] // .;
def bold: if startswith("gfptrace") then "**\(.)**" else . end;

(.kernels[]
| first(.variants[] | select(.kind == "none" and .status == "ok")) as $untraced
| "Linux \(.release), one CPU, \(.settings); untraced \($untraced.pair.instructions | whole) and \($untraced.fault.instructions | whole):",
  "",
  "| attached | instructions a request and its free | × floor | cheaper than the cheapest peer | instructions a page fault |",
  "|---|---|---|---|---|",
  (.variants[] | select(.status == "ok" and .kind != "none")
	| "| \(.variant | bold) | \(.pair.overhead | whole) | \(.pair.floor_ratio | times) | "
	+ "\(.pair.peer_ratio | if . == null then "–" else times + "×" end) | \(.fault.overhead | whole) |"),
  "" ),
(.parallel // [] | if length > 0 then
"The same request and free on several CPUs at once, a thread of this host for each: what is added to an untraced one, as a part of it, and against what is added on one CPU; the kernel's clock is jiffies, for the emulated one has a lock that all CPUs share:",
"",
"| Linux | attached | 1 CPU | 2 CPUs | 4 CPUs |",
"|---|---|---|---|---|",
(.[] | .kernel as $kernel | .cpus as $cpus
	| $cpus[0].tracers[].tracer | select(. != "untraced") | . as $tracer
	| "| \($kernel) | \($tracer | attached) | "
	+ ([$cpus[] | .cpus as $n | .tracers[] | select(.tracer == $tracer)
		| "+\(.ratio * 100 - 100 | fixed(0)) %\(if $n == 1 then "" else ", \(.over_1_cpu | times)×" end)"]
		| join(" | ")) + " |"),
"" else empty end),
(.live // empty
| "Page faults on a machine that allows tracepoints alone (Linux \(.kernel | split(".")[:2] | join(".")), \(.settings)), in turns; what else it does is in the figures:",
"",
"| attached | ns a page fault | added | quartiles |",
"|---|---|---|---|",
(.tracers[] | if .ns == null then "| \(.tracer) | – | \(.note) | |" else
	"| \(.tracer | bold) | \(.ns | whole) | "
	+ (if .tracer == "untraced" then "– | – |" else
		"\(.over | whole) | \(.over_quartiles[0] | whole) … \(.over_quartiles[1] | whole) |" end) end),
"")
