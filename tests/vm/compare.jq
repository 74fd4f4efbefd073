# SPDX-License-Identifier: GPL-2.0-only
# Compare a report with the module's truth: jq -nr --slurpfile report R --slurpfile truth T
#   --arg name N --argjson marked BOOL --argjson rt BOOL -f compare.jq
# Prints "ok - ..." and "not ok - ..." lines. With `marked` the report counts the module's
# requests only; without, the rest of the machine too, so that it may exceed the truth.

$report[0] as $r | $truth[0] as $t |
($r.requests.missed) as $missed |

def check(condition; text): (if condition then "ok" else "not ok" end) + " - " + $name + ": " + text;
def key: "\(.labels.class)/\(.labels.order)/\(.labels.context)";
def tkey: "\(.class)/\(.order)/\(.context)";

($r.latency | map({key: key, value: .count}) | from_entries) as $counted |
($t.series | map({key: tkey, value: .requests}) | from_entries) as $made |
($r.failures | group_by(.labels.class + "/" + .labels.order + "/" + .labels.context)
  | map({key: (.[0] | key), value: (map(.count) | add)}) | from_entries) as $failed |

check($r.requests.counted + $missed >= $t.requests and
      (($marked | not) or $r.requests.counted + $missed == $t.requests);
      "counted \($r.requests.counted) + missed \($missed) == truth \($t.requests)"),
check($r.requests.counted == $r.requests.succeeded + $r.requests.failed; "counted == succeeded + failed"),
check(([$r.loss[] | select(.cause != "bulk-recursion").count] | add // 0) == $missed;
      "missed is explained by \([$r.loss[] | "\(.cause) \(.count)"] | join(", "))"),
check($t.misplaced == 0; "the module made each request in the context it meant to"),

(if $marked then
  check([$counted | to_entries[] | select(.value > ($made[.key] // 0))] | length == 0;
        "no series above its truth"),
  check($missed > 0 or $counted == $made; "every series equal to its truth where nothing was missed"),
  check($missed > 0 or $r.requests.failed == $t.failed; "failed \($r.requests.failed) of \($t.failed)"),
  check($missed > 0 or $r.requests.pages == $t.pages; "pages \($r.requests.pages) of \($t.pages)"),
  check($missed > 0 or
        ([$t.series[] | select(.failed > 0) | {key: tkey, value: .failed}] | from_entries) == $failed;
        "failures of each series"),
  check($missed > 0 or
        ([$r.alignment[] | {key: .labels.order, value: [.buckets[] | [.align, .count]]}]
         | group_by(.key) | map({key: .[0].key, value: (map(.value) | add
             | group_by(.[0]) | map([.[0][0], (map(.[1]) | add)]))}) | from_entries)
        == ([$t.series[] | select(.succeeded > 0)
             | {key: "\(.order)", value: [.alignment[] | [.align, .count]]}]
         | group_by(.key) | map({key: .[0].key, value: (map(.value) | add
             | group_by(.[0]) | map([.[0][0], (map(.[1]) | add)]))}) | from_entries);
        "alignment of each order"),
  check(([$r.latency[].max] | max // 0) <= $t.run_ns;
        "no latency above the scenario's run time: \([$r.latency[].max] | max // 0) of \($t.run_ns) ns"),
  ([$t.series[] | select(.context == "task").requests] | add // 0) as $tasks |
  ([$r.latency[] | select(.labels.context == "task").count] | add // 0) as $seen |
  (if $rt or $tasks == 0 then empty
   else check(($tasks - $seen) * 10000 <= $tasks; "tasks lose at most 0.01 %: \($tasks - $seen) of \($tasks)")
   end)
 else empty end),

check([$r.alignment[].below_natural] | add // 0 | . == 0; "no block below its natural alignment"),
check([$r.latency[] | select((.buckets | map(.count) | add) != .count)] | length == 0;
      "the buckets of each series add up")
