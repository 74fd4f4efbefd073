# SPDX-License-Identifier: GPL-2.0-only
# A report by quality and context with the module's truth; called by quality.t.
#   --slurpfile report R --slurpfile truth T --arg name N
#   --argjson want {complete, labels, order}: whether nothing may be missed; how many labels there
#     are, `none` aside; whether what takes longer in the truth has to in the report
# Prints "ok - …", "not ok - …" and "# …" lines.

$report[0] as $r | $truth[0] as $t | $r.requests.missed as $missed |
def check(condition; text):
	(if condition then "ok" else "not ok" end) + " - " + $name + ": " + text;
def sums(k; f): group_by(k) | map({key: (.[0] | k), value: (map(f) | add)}) | from_entries;
def place: "\(.quality)/\(.context)";
def percentile($share): (map(.count) | add * $share) as $rank
	| reduce sort_by(.le // 1e18)[] as $bucket ({left: $rank, le: null};
		.left -= $bucket.count | if .left <= 0 and .le == null then .le = ($bucket.le // 1e18) else . end)
	| .le;
# The tracer's clock readings lie between the module's: no percentile is above the truth's.
def too_slow($seen; $true):
	[($true[] | [.le // 1e18, 0, .count]), ($seen[] | [.le // 1e18, 1, -.count])]
	| sort_by(-.[0], .[1])
	| reduce .[] as [$le, $who, $count] ({left: 0, first: null};
		.left += $count | if .left < 0 and .first == null then .first = $le else . end)
	| .first;
# The pairs of labels of which the first's median is twice the second's percentile in the truth.
def pairs($share; $true):
	[$true | to_entries[] as $a | to_entries[] as $b
	 | select(($a.value | percentile(0.5)) >= 2 * ($b.value | percentile($share)))
	 | [$a.key, $b.key]];

# the tier that times nothing has a request's label with its block
(if $r.latency == [] then $r.alignment + $r.failures else $r.latency end) as $series |
($series | sums(.labels | place; .count)) as $all |
($all | with_entries(select(.key | startswith("none/") | not))) as $seen |
($t.quality.cost | map(select(.requests > 0)) | sums(place; .requests)) as $true |
($r.latency | sums(.labels | place; .buckets)) as $buckets |
($t.quality.cost | map(select(.requests > 0)) | sums(place; .allocator_buckets)) as $stopwatch |

check($t.misplaced == 0 and $t.quality.unrecorded == 0; "each block is asked for where it should be"),
check($true | length == $want.labels and all(.[]; . >= 20);
      "\($true | length) qualities and contexts, \([$true[]] | add) requests in tier \($r.mode.tier)"),
(if $want.complete then
   check($missed == 0; "nothing missed"),
   check($seen == $true; "each label has the requests of its blocks, and no other"),
   check([$all | to_entries[] | select(.key | startswith("none/")).value] | add > 0;
         "and all other requests have none: \($all | with_entries(select(.key | startswith("none/"))))")
 else
   check(all($seen | to_entries[]; .value <= ($true[.key] // 0))
         and ([$true[]] | add) - ([$seen[]] | add) <= $missed;
         "no label has more requests than its blocks, \(([$true[]] | add) - ([$seen[]] | add)) fewer, missed \($missed)")
 end),
(if $want.complete then
   [$buckets | keys[] | select($stopwatch[.]) | select(too_slow($buckets[.]; $stopwatch[.]))] as $slow |
   check($slow == []; "no percentile of a label above the module's stopwatch\($slow | map(" " + .) | join(","))")
 else empty end),
(if $want.order then
   pairs(0.5; $stopwatch) as $half | pairs(0.99; $stopwatch) as $most |
   check($half | length >= 60 and all(.[]; . as [$a, $b]
         | ($buckets[$a] | percentile(0.5)) > ($buckets[$b] | percentile(0.5)));
         "what takes twice as long in the truth takes longer in the report: \($half | length) pairs at p50"),
   check($most | length > 0 and all(.[]; . as [$a, $b]
         | ($buckets[$a] | percentile(0.99)) > ($buckets[$b] | percentile(0.99)));
         "\($most | length) pairs at p99")
 else empty end)
