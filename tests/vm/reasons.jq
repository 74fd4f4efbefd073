# SPDX-License-Identifier: GPL-2.0-only
# The reasons of a report's failures, held against those that the module's acts state.
#   --slurpfile report R --slurpfile truth T --arg name N --arg status EXIT-STATUS
#   --argjson want {only}: only: the report counts the module's requests only
# Prints "ok - …", "not ok - …" and "# …" lines.

$report[0] as $r | $truth[0] as $t |

def check(condition; text):
	(if condition then "ok" else "not ok" end) + " - " + $name + ": " + text;
# what the module stated: "class/order/context/reason" and how often
([$t.series[] | . as $s | .expected | to_entries[]
  | {key: "\($s.class)/\($s.order)/\($s.context)/\(.key)", value}] | from_entries) as $stated |
([$r.failures[] | .labels as $l | {key: "\($l.class)/\($l.order)/\($l.context)/\($l.reason)", value: .count}]
 | group_by(.key) | map({key: .[0].key, value: (map(.value) | add)}) | from_entries) as $seen |
([$stated | to_entries[] | select(.value > 0)
  | {key, stated: .value, right: ([.value, $seen[.key] // 0] | min)}]) as $rows |
([$rows[].stated] | add // 0) as $all | ([$rows[].right] | add // 0) as $right |
([$r.failures[] | select(.labels.reason != "invalid")]) as $searched |

check($status == "0"; "exit status \($status)"),
check($all > 0; "the module states \($all) reasons"),
check($right >= $all * 0.99 and ($rows | all(.right >= (.stated * 0.99 | floor)));
      "at least 99 % of each kind: \($right) of \($all) right"
      + ([$rows[] | select(.right < .stated) | "; \(.key) \(.right) of \(.stated)"] | add // "")),
(if $want.only then
   ([$seen | to_entries[] | select(($stated[.key] // 0) < .value) | .value - ($stated[.key] // 0)] | add // 0) as $more |
   check($more <= $t.failed / 100; "\($more) of \($t.failed) failures with a reason that was not stated")
 else empty end),
check($searched | all(.verdict != null and (.verdict | length) > 20); "each has a verdict"),
check([$searched[] | select(.labels.reason != "memcg" and .labels.reason != "unknown")]
      | all(.zones != null and .gfp != null and .later == false and (.stack | length) > 2);
      "each has its zones, gfp and stack"),
check($searched | any(.caller != null and (.caller | test("\\[allocpage\\]$")));
      "the caller is a function of the module"),
check($r.mode.sees | index("reasons beyond invalid and memcg") != null; "says that it sees reasons"),
# one sentence of each reason, to be read
([$searched[] | {reason: .labels.reason, verdict}] | unique_by(.reason)[]
 | "# \($name): \(.reason): \(.verdict)")
