# SPDX-License-Identifier: GPL-2.0-only
# Compare a report with the module's truth; called by compare in lib.sh.
#   --slurpfile report R --slurpfile truth T --arg name N --arg status EXIT-STATUS
#   --argjson pairings [checked, wrong] or null: what --marked said
#   --argjson want {tier, marked, complete, reason}: the tier that must be in use; whether the
#     report counts the module's requests only (else the rest of the machine too, so that it may
#     exceed the truth); whether nothing may be missed; the reason of all failures, or a list of those there may be
# Prints "ok - …", "not ok - …" and one "# …" line with the figures.

$report[0] as $r | $truth[0] as $t | $r.requests.missed as $missed | ($t.rt == true) as $rt |

def check(condition; text):
	(if condition then "ok" else "not ok" end) + " - " + $name + ": " + text;
def total(f): [f] | add // 0;
def key: "\(.labels.class)/\(.labels.order)/\(.labels.context)";
def tkey: "\(.class)/\(.order)/\(.context)";
def place: "\(.labels.order)/\(.labels.context)";
def tplace: "\(.order)/\(.context)";
def sums(k; f): group_by(k) | map({key: (.[0] | k), value: (map(f) | add)}) | from_entries;
# alignment counts of each order, as [align, count] lists
def aligned(order; list):
	group_by(order) | map({key: (.[0] | order | tostring),
		value: (map(list[] | [.align, .count]) | group_by(.[0])
			| map([.[0][0], (map(.[1]) | add)]))}) | from_entries;

# The tracer's clock readings lie between the module's, so of each series no more requests may
# be in a bucket or above it than the truth has there: the first `le` where they are, or null.
def too_slow($seen; $true):
	[($true[] | [.le // 1e18, 0, .count]), ($seen[] | [.le // 1e18, 1, -.count])]
	| sort_by(-.[0], .[1])
	| reduce .[] as [$le, $who, $count] ({left: 0, first: null};
		.left += $count | if .left < 0 and .first == null then .first = $le else . end)
	| .first;

# the upper bound of the bucket in which a quantile of a histogram lies
def quantile($q; $histogram):
	($histogram.count * $q | ceil) as $rank
	| reduce $histogram.buckets[] as $bucket ({left: $rank, le: null};
		if .left > 0 then .left -= $bucket.count | .le = $bucket.le else . end)
	| .le // 1e18;

($r.latency | sums(key; .count)) as $counted |
($t.series | sums(tkey; .requests)) as $made |
($r.failures | sums(key; .count)) as $failed |
($t.series | map(select(.failed > 0)) | sums(tkey; .failed)) as $refused |
([$r.latency[].max] | max // 0) as $max |
$r.mode.sees as $sees | [$r.mode.blind[].what] as $blind |
total($r.failures[] | select(.labels.reason == "invalid").count) as $invalid |

check($status == "0"; "exit status \($status)"),
check($r.mode.tier == $want.tier; "tier \($r.mode.tier)"),
check($t.misplaced == 0; "the module made each request in the context it meant to"),
check($r.requests.counted == $r.requests.succeeded + $r.requests.failed;
      "counted == succeeded + failed"),
check(total($r.loss[] | select(.cause != "bulk-recursion").count) == $missed;
      "missed \($missed) is explained: \([$r.loss[] | "\(.cause) \(.count)"] | join(", "))"),
check(total($r.alignment[].below_natural) == 0; "no block below its natural alignment"),
check([$r.latency[] | select((.buckets | map(.count) | add // 0) != (if .timed > 0 or .interval == null then .count else 0 end))] | length == 0;
      "the buckets of each series add up"),
check(all($r.mode.sampled_stretches[]; .from_ns < .to_ns and .to_ns <= $r.window.duration_ns);
      "stretches of a sample lie in the window"),
(if $want.complete then check($missed == 0; "nothing missed") else empty end),
(if $want.auto then
   check($missed * 50 <= $missed + $r.requests.counted or $r.mode.coverage.copies > 1;
         "\($r.mode.coverage.copies) copies at work where \($missed) of \($missed + $r.requests.counted) were missed")
 else empty end),
(if $want.copies then check($r.mode.coverage.copies == $want.copies; "\($want.copies) copies at work") else empty end),
check(all($r.loss[]; .cause != "sampled-out"); "what was left out of a sample is no loss"),
(if $sees | index("latency") then
   check(total($r.latency[].count) == $r.requests.counted; "each request is in a series")
 else
   check($r.latency == []; "no latency where none is seen")
 end),
check(all($r.latency[]; .timed <= .count); "no more are timed than there are"),
(if $want.sample then
   total($r.latency[].timed) as $timed |
   check($timed * $want.sample >= $r.requests.counted * 0.8 and $timed * $want.sample <= $r.requests.counted * 1.2;
         "about one in \($want.sample) is timed")
 else empty end),
(if $want.slow then
   # The stopwatch holds the request and the probes: whatever the tracer sees, it sees, too, and what
   # reclaim naps lies within both. Where one CPU is at work nothing else can take 1 ms between their
   # clocks, so those near the bound alone may lie on either side of it; where two emulated CPUs take
   # turns, either may have to wait there.
   ([$t.series[].latency.buckets[] | select((.le // 1e18) > 1048575).count] | add // 0) as $true |
   ([$t.series[].latency.buckets[] | select((.le // 1e18) > 800000 and (.le // 1e18) < 1300000).count] | add // 0) as $near |
   ([$r.latency[].buckets[] | select((.le // 1e18) > 1048575).count] | add // 0) as $seen |
   $t.acts[0].slept_requests as $slept |
   check($seen <= $true and $seen >= $slept and $slept > 100
         and ($want.turns or $seen + $near + 1 + ($true / 50 | floor) >= $true);
         "\($seen) requests of 1 ms and more, truth \($true), \($near) near the bound; \($slept) napped for more")
 else empty end),
(if $want.loss_per_mille then
   check($missed * 1000 <= $want.loss_per_mille * ($missed + $r.requests.counted);
         "at most \($want.loss_per_mille) per mille missed: \($missed)") else empty end),

(if $want.marked then
  # what the kernel skipped has no mark: somebody else's request that came upon one of the
  # module's may be in it (others.c; 0 where tasks do not preempt programs)
  check($r.requests.counted + $missed >= $t.requests
        and $r.requests.counted + $missed <= $t.requests + $t.others;
        "counted \($r.requests.counted) + missed \($missed) == truth \($t.requests)"
        + if $t.others > 0 then ", and at most \($t.others) of others" else "" end),
  check($t.others >= 0 and $t.others * 1000 <= $t.requests;
        "few requests of others came upon the module's: \($t.others)"),
  check([$counted | to_entries[] | select(.value > ($made[.key] // 0))] | length == 0;
        "no series above its truth"),
  (if $want.sample then
     # an estimate: of 95 % intervals one in forty lies above the truth by chance
     ([$r.latency[] | key as $key | .interval as $interval | $t.series[] | select(tkey == $key)
       | .latency as $true | {p50: 0.5, p90: 0.9, p99: 0.99} | to_entries[]
       | select($interval[.key]) | select($interval[.key][0] != null)
       | {name: "\($key) \(.key)", above: ($interval[.key][0] > quantile(.value; $true))}]) as $pairs |
     [$pairs[] | select(.above).name] as $above |
     check(($pairs | length) > 10 and ($above | length) <= 2 + ($pairs | length) / 20;
           "intervals lie not above the module's stopwatch but by chance: \($above | length) of \($pairs | length)"
           + ($above | map(" " + .) | join("")))
   else
     ([$r.latency[] | key as $key | .buckets as $seen | $t.series[] | select(tkey == $key)
       | too_slow($seen; .latency.buckets) as $le | select($le) | "\($key) from le \($le) up"]) as $slow |
     check($slow == [];
           "no quantile of a series above the module's stopwatch\($slow | map(": " + .) | join(""))")
   end),
  check($max <= $t.max_latency_ns and $max <= $t.run_ns;
        "largest latency \($max) ns; truth \($t.max_latency_ns), run time \($t.run_ns)"),
  (total($t.series[] | select(.context == "task").requests)) as $tasks |
  (total($counted | to_entries[] | select(.key | endswith("/task")).value)) as $seen |
  (if $rt or $tasks == 0 or $want.tasks_may_lose then empty
   else check(($tasks - $seen) * 10000 <= $tasks;
              "tasks lose at most 0.01 %: \($tasks - $seen) of \($tasks)") end),
  (if $missed > 0 then
    check($r.requests.failed <= $t.failed and $r.requests.pages <= $t.pages;
          "failed and pages at most their truth")
   else
    check($counted == $made; "every series equal to its truth"),
    check($r.requests.failed == $t.failed and $failed == $refused;
          "failed \($r.requests.failed) of \($t.failed), in each series"),
    check($r.requests.pages == $t.pages; "pages \($r.requests.pages) of \($t.pages)"),
    check(($r.alignment | aligned(.labels.order; .buckets))
          == ($t.series | map(select(.succeeded > 0)) | aligned(.order; .alignment));
          "alignment of each order")
   end),
  (if $want.tier != "fexit" then empty else
    check($pairings != null and $pairings[1] == 0
          and $pairings[0] * 2 >= $r.requests.counted - $invalid;
          "\($pairings // ["no", "?"] | "\(.[0]) pairings checked, \(.[1]) wrong") of \($r.requests.counted) counted")
   end)
 else
  check($r.requests.counted + $missed >= $t.requests;
        "counted \($r.requests.counted) + missed \($missed) >= truth \($t.requests)")
 end),

(if $want.reason then
  ([$want.reason] | flatten) as $reasons |
  (total($r.failures[] | select(.labels.reason | IN($reasons[])).count)) as $right |
  # memory may come free between a failure and the look at the zones
  check($t.failed > 0 and $right >= $r.requests.failed * 0.99;
        "\($right) of \($r.requests.failed) failures for the reason \($reasons | join(" or "))")
 else empty end),

(if $t.bulk_calls == 0 then empty else
  # the rest of the machine makes a few
  check($r.requests.bulk_calls >= $t.bulk_calls and $r.requests.bulk_calls <= $t.bulk_calls + 20;
        "bulk calls \($r.requests.bulk_calls), truth \($t.bulk_calls)"),
  # a page that came from the choke point is a request, and counted there
  ($t.bulk_pages - $t.bulk_single) as $pages |
  check($r.requests.bulk_pages >= $pages and $r.requests.bulk_pages <= $pages + 20;
        "bulk pages \($r.requests.bulk_pages), truth \($pages)")
 end),

(if $want.tier == "fexit" then
  check(["latency", "bulk requests", "classes user and kernel apart", "failures: memcg"]
        - $sees == []; "sees latency, bulk, classes, memcg")
 elif $want.tier == "kprobe" then
  check(["bulk requests"] - $blind == [] and ["latency", "failures: memcg"] - $sees == [];
        "blind for bulk requests, sees latency, memcg")
 else
  check(["latency", "bulk requests", "gfp as asked for",
        "classes user and kernel apart", "failures: memcg", "failures: invalid order"] - $blind == [];
        "says what it is blind for, and the classes that it merges"),
  # no latency: the requests of a place are its blocks and its failures
  (($r.alignment + $r.failures) | sums(place; .count)) as $seen |
  ($t.series | sums(tplace; .requests)) as $true |
  ([$true | keys[] | select(test("^[5-8]/task$"))]) as $sharp |
  check(($sharp | length) == 4 and all($sharp[]; $seen[.] == $true[.]);
        "tasks, orders 5 to 8: \([$sharp[] | "\($seen[.])"] | join(" ")), the truth"),
  check(all($true | keys[]; $seen[.] >= $true[.]); "every order and context has its requests")
 end),

(if $r.mode.coverage.changes != [] then
   "# \($name): \($r.mode.coverage.changes[0].copies) copies from \($r.mode.coverage.changes[0].at_ns) ns on"
 else empty end),
"# \($name): counted \($r.requests.counted), missed \($missed)"
+ (if $missed > 0 then " (\([$r.loss[] | "\(.cause) \(.count)"] | join(", ")))" else "" end)
+ ", truth \($t.requests), failed \($r.requests.failed), "
+ (if $pairings then "pairings \($pairings[0]), wrong \($pairings[1]), " else "" end)
+ (if $t.bulk_calls > 0 then "bulk calls \($r.requests.bulk_calls) of \($t.bulk_calls), pages "
     + "\($r.requests.bulk_pages) of \($t.bulk_pages)"
   else "max \($max) ns, stopwatch's \($t.max_latency_ns) ns" end)
