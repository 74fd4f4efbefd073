# SPDX-License-Identifier: GPL-2.0-only
# The lines that matrix.t writes (-s) as the README's table.

def cells: "| " + join(" | ") + " |";
def sum: "\(.counted) + \(.missed) = \(.truth)";
def wrong: [.quiet.wrong, .mixed.wrong] | if index(null) then "–" else add end;

"\(length) machines in \(map(.seconds) | add / 60 | round) minutes: \(map(select(.status == "passed")) | length) passed, \(map(select(.status == "skipped")) | length) skipped.",
"",
(["machine", "Linux", "CPUs", "nodes", "preemption", "init_on_alloc", "tier", "one after another",
  "at once: counted + missed = truth", "wrong pairings"] | cells, (map("---") | cells)),
(.[] | [.cell] + (if .status == "passed" then
	[.kernel, .cpus, .nodes, .preempt, .init_on_alloc, .tier, "\(.quiet.counted) of \(.quiet.truth)",
	 (.mixed | sum), wrong]
 else
	["\(.status)\(.reason // "" | if . == "" then . else ": " + . end)", "", "", "", "", "", "", "", ""]
 end) | cells),
""
