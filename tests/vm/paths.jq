# SPDX-License-Identifier: GPL-2.0-only
# A report by path, held against the path that the module's act states.
#   --slurpfile report R --slurpfile truth T --arg name N --arg status EXIT-STATUS
#   --argjson want {least, right}: the share of the requests' time that their stages must explain,
#     or null; that of the requests whose path must be right (0.99)
# Prints "ok - …", "not ok - …" and "# …" lines.

$report[0] as $r | $truth[0] as $t |

def check(condition; text):
	(if condition then "ok" else "not ok" end) + " - " + $name + ": " + text;
def total(f): [f] | add // 0;
def lengths: ["kswapd", "compact", "reclaim", "memcg", "oom", "search", "runqueue", "autopsy"];

# the OOM killer is not called where memory comes free meanwhile: the act counts its calls
($t.acts[0].oom_calls // 0) as $oom_calls |
# what the act states of each class, order and context, and how many of those have the path
[$t.series[] | . as $s | .expected_path | to_entries[] | select(.value > 0)
 | {class: $s.class, order: "\($s.order)", context: $s.context, path: .key, stated: .value}
 | .right = ([. as $e | total($r.latency[] | select(.labels as $l
		| ["class", "order", "context", "path"] | all(. as $d | $l[$d] == $e[$d])).count), .stated] | min)]
as $rows |
([total($rows[].stated), if $rows | any(.path == "oom") then $oom_calls else infinite end] | min) as $stated | total($rows[].right) as $right |
total($r.latency[].sum) as $time | total($r.stages[] | select(.stage | IN(lengths[])).sum) as $staged |
($r.latency | group_by(.labels.path) | map("\(.[0].labels.path) \(map(.count) | add)") | join(", ")) as $paths |

check($status == "0"; "exit status \($status)"),
check($stated > 0 and $right >= $stated * ($want.right // 0.99); "\($right) of \($stated) have the path that the act states (\($paths))"),
check($r.latency | all(.labels.path != "none"); "each request has a path"),
check($r.stages | all(.count == (.buckets | map(.count) | add)); "the buckets of each stage add up"),
check($staged <= $time; "the stages take no longer than the requests: \($staged) of \($time) ns"),
(if $want.least then
   check($staged >= $time * $want.least; "and explain \($staged * 1000 / $time | floor) of 1000 of the time")
 else empty end),
check($r.slowest | length > 0 and length <= 10; "\($r.slowest | length) of the slowest"),
check(($r.slowest | map(.latency)) as $l | $l == ($l | sort | reverse); "the slowest first"),
check(([$r.latency[].max] | max) == $r.slowest[0].latency; "the slowest of all is the first"),
check($r.slowest | all((.stack | length) > 2) and
	(map(select(.labels.path == $rows[0].path)) | length) >= length * 0.8;
      "they took that path, and their stacks are known: \($r.slowest | map(.labels.path) | unique | join(", "))"),
check($r.slowest | all(.caller != null and (.caller | test("\\[allocpage\\]$")) and .comm == "gfptrace");
      "the module's function asked, in its task"),
check($r.slowest | all(. as $s | (.stages | map(.duration) | add // 0) <= $s.latency
	and ([.stages[].start] as $b | $b == ($b | sort)));
      "their stages follow one another and are no longer than they"),
"# \($name): \([$r.stages[] | "\(.stage) \(.count) in \(.sum) ns"] | join("; ")); all \($time) ns",
"# \($name): \([$r.slowest[0].stages[]? | "\(.stage) \(.start)+\(.duration)"] | join(" ")) of \($r.slowest[0].latency) ns"
