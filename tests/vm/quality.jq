# SPDX-License-Identifier: GPL-2.0-only
# The self-test of the quality API and its truth; called by quality.t.
#   --slurpfile test Q --slurpfile truth T --arg name N
# Prints "ok - …", "not ok - …" and "# …" lines.

$test[0] as $q | $truth[0].quality as $t |
def check(condition; text):
	(if condition then "ok" else "not ok" end) + " - " + $name + ": " + text;
def total(f): [$q.contexts[] | f] | add // 0;
def misused(kind): [$t.misuse[] | select(.kind == kind).count] | add // 0;
[$q.contexts[] | select(.skipped | not)] as $ran |

check($q.passed and $q.error == 0; "passed, error \($q.error)"),
check([$ran[].context] == ["task", "task-atomic", "softirq"] + (if $q.rt then [] else ["hardirq"] end);
      "in \([$ran[].context] | join(", "))"),
check(all($ran[]; (.blocks | length) == 10 and all(.blocks[]; . > 0));
      "orders 0 to 9 in each context, \(total(.blocks | add)) blocks"),
($ran[] | .context as $context |
 check(all(.trials | .underflow_read, .underflow_write, .overflow_read, .overflow_write;
           .tried > 100 and .caught == .tried) and (.guarded | length == 10 and all(.[]; . >= 8));
       "\($context): each access one byte outside of \(.trials.overflow_read.tried) guarded blocks faults, read and write; by order \(.guarded)"),
 check(.false_alarms == 0 and .overlapping == 0; "\($context): no false alarm, no block is another's"),
 check(.misplaced == 0 and .stuck == false and .other_errors == 0; "\($context): it ran there, to the end"),
 check(.aligned > 500 and .misaligned == 0; "\($context): alignment as asked of \(.aligned) blocks"),
 check(.zeroed > 500 and .unzeroed == 0 and .plain_dirty > .plain * 0.5;
       "\($context): zero-fill of \(.zeroed) blocks, where \(.plain_dirty) of \(.plain) others came dirty"),
 check(.trials.redzone | .tried > 50 and .caught == .tried;
       "\($context): each of \(.trials.redzone.tried) writes into a redzone is reported"),
 check(all(.trials | .double_put, .foreign_pointer, .pointer_inside; .tried > 0 and .caught == .tried);
       "\($context): double put, foreign pointer, pointer into a block"),
 check(.trials.dirty_byte | .tried > 30 and .caught == .tried; "\($context): a byte that is not 0 is found")),
($ran[] | select(.context == "task") |
 check(.trials.use_after_put | .tried == 10 and .caught == 10;
       "what was put back cannot be reached any more"),
 check(.trials.sleep_in_atomic | .tried == 1 and .caught == 1; "a sleep on purpose is noticed")),
(if $q.rt then empty else
 check(total(.trials.blocking_gfp_in_atomic | .tried) == 3 and total(.trials.blocking_gfp_in_atomic | .caught) == 3;
       "GFP_KERNEL where nothing may sleep: reported, and it did not sleep"),
 check(total(.trials.sleeping_call | .tried) == 6 and total(.trials.sleeping_call | .caught) == 6;
       "calls that sleep, where nothing may: reported, and they did not sleep") end),
check(all($q.contexts[]; .flaws == 0); "no flaw"),

check($t.watched_stretches > 1000 and $t.watched_slept == 0;
      "no sleep within \($t.watched_stretches) atomic gets and puts (sched_switch); \($t.watched_lock_waits) waits for locks of RT, \($t.watched_preempted) preemptions"),
check($q.rt or $t.atomic_switches == 0; "no voluntary switch within \($t.atomic_stretches)"),
check($t.sleeping_points > 0 and $t.sleeping_points_refused == misused("sleeping-in-atomic");
      "\($t.sleeping_points) sleeping points, none where it must not be"),
check($t.align_asked > 0 and $t.align_short == 0; "\($t.align_asked) alignments asked, all delivered"),
check($t.zero_checked > 0 and $t.zero_broken == 0; "\($t.zero_bytes) bytes checked for 0 before they were handed out"),
check($t.gets == $t.puts; "\($t.gets) blocks, all put back"),
check($t.redzones_checked == $t.redzones and $t.redzones_broken == total(.trials.redzone.tried)
      and misused("redzone-overwritten") == $t.redzones_broken;
      "\($t.redzones) redzones, \($t.redzones_broken) written to, as was planted"),
check(misused("double-put") == total(.trials.double_put.tried)
      and misused("foreign-pointer") == total(.trials | .foreign_pointer.tried + .pointer_inside.tried);
      "misuse is counted, no more and no less"),
check(all($t.misuse[]; .caller | test("^(ap_try|put)[a-z_.0-9]*\\+0x.*\\[allocpage\\]$")); "misuse names its caller"),
check($t.pools | length == 11 and all(.[]; .free == .size); "the pools are full again: missed \($t.pool_missed) of \($t.pool_taken + $t.pool_missed)"),
check(($t.cost | map(.count) | add) + $t.unrecorded == $t.gets + $t.no_memory + $t.pool_missed + $t.table_full
      and all($t.cost[]; (.buckets | map(.count) | add) == .count and .allocator_sum <= .sum);
      "each get has its cost"),
check([$t.cost[] | select(.order == 0) | .quality] | unique | length == 16; "16 kinds of quality"),
($t.cost | map(select(.order == 0 and .count > .failed)) | group_by(.quality)[]
 | "# \(.[0].quality) order 0, mean ns: " + (map("\(.context)\(if .may_sleep then "" else "*" end) \(.sum / .count | floor) (allocator \(.allocator_sum / .count | floor))") | join(", ")))
