# SPDX-License-Identifier: GPL-2.0-only
# The tracer's latencies against the module's own stopwatch, in deterministic time.
#   jq -nr --slurpfile report R --slurpfile truth T -f stopwatch.jq
# The stopwatch also contains the probes' work before the tracer's first clock reading and after
# its second: the constant. It is taken at the p50 of the order-0 series without zero-filling and
# must be the same for every series, within one bucket, and but for what the exit does after its
# reading: to count the alignment of a page whose pfn has five zero bits takes it 12 instructions
# more (gft_align_high()). The per-CPU lists give a thread the same page again and again, and which
# one that is depends on the boot: all requests of a series may take the longer way.
# A request that enters the list of the slowest is recorded there after the second reading, with its
# stack, which takes it some 10,000 instructions: of a series whose requests are in the list, p99 is
# only shown. Without the list (--slowest 0) every one is compared. Smaller ones of that class enter
# it, too, until there are enough of the large: there must be so many requests that these, and those
# that met a tick (one in 230 of order 2), are fewer than one in a hundred.

$report[0] as $r | $truth[0] as $t |

def check(condition; text): (if condition then "ok" else "not ok" end) + " - " + text;
# include/gfptrace/buckets.h: the width of the bucket whose largest value is `le`
def width: if . < 2048 then 4 else pow(2; (log2 | floor) - 4) end;
# bucket of the percentile: {low, le}
def bucket($permille): .latency | .min as $min | .max as $max | (.count * $permille / 1000 | ceil) as $rank
	| reduce .buckets[] as $b ({seen: 0, le: null};
		if .le == null then .seen += $b.count | if .seen >= $rank then .le = $b.le else . end
		else . end)
	| {le, low: (.le + 1 - (.le | width)), $min, $max};
# as user/report/histogram.c: within min and max
def middle: [([.low + ((.le - .low) / 2 | floor), .max] | min), .min] | max;

# what the longer way may add to a series, in instructions
def longer: if any(.alignment[]; .align >= 32 * $r.host.page_size and .count > 0) then 16 else 0 end;

[$t.series[] as $s | $r.latency[]
 | select(.labels.class == $s.class and .labels.order == "\($s.order)"
          and .labels.context == $s.context)
 | {name: "\($s.class)/\($s.order)", seen: ., made: $s}] as $pairs |
($pairs | map(select(.name == "noio/0"))[0]) as $base |
(($base.made | bucket(500) | middle) - $base.seen.p50) as $constant |
($base.made | longer) as $base_longer |

check($r.host.clock == "icount"; "the report says that the clock is icount"),
check($r.requests.missed == 0; "nothing missed"),
check($pairs | length == 8; "8 series"),
# some kernel threads ask for a few pages with GFP_NOIO or GFP_NOFS
check(all($pairs[]; .seen.count >= .made.requests and .seen.count <= .made.requests * 1.001);
      "the series are the module's but for one request in a thousand at most"),
check($constant >= 0; "the constant is not negative"),
"# cost of the probes inside the stopwatch: \($constant) ns (instructions), order 0, p50",
($pairs[] | .name as $name | .seen as $seen | .made as $made
 | ([$r.slowest[] | select(.labels.class == $seen.labels.class and .labels.order == $seen.labels.order)] | length) as $slowest
 | ([500, "p50", $seen.p50], [990, "p99", $seen.p99]) as [$permille, $what, $value]
 | ($made | bucket($permille)) as $b | ($b.le | width) as $w | ($made | longer) as $longer
 | (($b | middle) - $value) as $difference
 | "# \($name) \($what): tracer \($value), stopwatch \($b | middle), difference \($difference), bucket \($w) ns, longer way \($longer)",
   if $slowest > 0 and $what == "p99"
   then "# \($name): \($slowest) of the slowest are of it"
   else check($difference - $constant <= $w + $longer and $constant - $difference <= $w + $base_longer;
              "\($name): \($what) within one bucket and the constant") end),
($pairs[] | "# \(.name): mean of the differences \((.made.latency.sum - .seen.sum) / .seen.count * 10 | round / 10) ns")
