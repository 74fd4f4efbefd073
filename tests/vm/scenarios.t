#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the acts of the module allocpage make what they state: failures for their reason, paths,
# bursts that vm.min_free_kbytes decides, plants, a slowdown. All by the module's own truth and by
# the kernel's events, without gfptrace's tracer; tests/module/README.md says how to read it.
# Usage: tests/vm/scenarios.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1).
# shellcheck disable=SC2016 # quoted for jq
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"

# truth FILE NAME FILTER: FILTER holds of a truth whose sums are right.
truth() {
	jq -es '.[0] | .schema == "allocpage.truth/1" and .misplaced == 0
		and .requests == .succeeded + .failed
		and .requests == ([.series[].requests] | add // 0)
		and all(.series[]; ([.expected[]] | add // 0) <= .failed
			and ([.expected_path[]] | add // 0) <= .requests)
		and ('"$3"')' "$work/out/$1" >"$work/err" 2>&1
	rc=$?
	((rc == 0)) || head -c 1500 "$work/out/$1" >>"$work/err"
	cat "$work/out/$1.err" >>"$work/err" 2>/dev/null
	result "$rc" "$2"
}

# fails FILE REASON ORDERS COUNT: 99 of 100 requests fail, each for that reason, at these orders
fails() {
	truth "$1" "$1: fails as $2 at orders $3" '
		[.series[].order] == ['"$3"'] and .requests == '"$4"' and .failed >= '"$4"' * 0.99
		and all(.series[]; .failed > 0 and .expected == {'"$2"': .failed})'
}

# refused FILE WORD: status 3, and why
refused() {
	grep -q "^$1 3\$" "$work/out/status" && grep -q "$2" "$work/out/$1.err"
	result $? "$1: refused"
}

# hits ACT EVENT [LOWEST-ORDER]: of the act's process; refills of per-CPU lists apart
hits() {
	awk -v event="$2" -v lowest="${3:-0}" -v refill="${4:-0}" '
		$1 == event && $2 >= lowest && $3 == refill {n += $4} END {print n + 0}' \
		"$work/out/$1.events"
}

# takes ACT COUNT TEST: the truth states the path for each request, and the events agree
takes() {
	truth "$1" "$1: $2 requests take this path" '
		.requests == '"$2"' and all(.series[]; .expected_path == {'"$1"': .requests})'
	cat "$work/out/$1.events" >"$work/err"
	(($3))
	result $? "$1: the kernel's events agree"
}

check_paths() {
	local locked=mm_page_alloc_zone_locked extfrag=mm_page_alloc_extfrag
	local reclaim=mm_vmscan_direct_reclaim_begin

	takes pcp 3000 "$(hits pcp $locked 1 1) <= 30 && $(hits pcp kswapds) == 0"
	takes buddy 500 "$(hits buddy $locked 4) >= 500 && $(hits buddy $extfrag 4) <= 5"
	takes steal 200 "$(hits steal $extfrag 10) >= 198"
	takes slow 1000 "$(hits slow kswapds) >= 990 && $(hits slow compact) + $(hits slow $reclaim) <= 10"
	takes compact 600 "$(hits compact compact) >= 594 && $(hits compact $reclaim) <= 6"
	takes reclaim 200 "$(hits reclaim $reclaim) >= 198 && $(hits reclaim oom) <= 2"
	takes oom 100 "$(hits oom oom) >= 99"
	truth reclaim "reclaim: one is enough for a request" '.succeeded >= 190'
	truth oom "oom: every request succeeds" '.succeeded == 100'
}

check_failures() {
	local kind

	for kind in ATOMIC NOWAIT KERNEL; do
		fails "exhaust-$kind" exhausted 0,1,2,3 400
	done
	fails fragment fragmented 1,2,3,4,5 1000
	fails fragment-high fragmented 9,10 100
	truth fragment "fragment: a quarter of the memory and more is free" '.acts[0].free_mib >= 128'
	fails charge memcg 0,1,2,3 400
	refused charge-root 'no small memory cgroup'
	truth invalid "invalid: each, whatever the order" '
		[.series[] | .expected] == [{"invalid": 50}, {"invalid": 50}]'
	refused constrain-one 'only one node'
	fails reserve reserved 0,1,2,3 400
	truth reserve "reserve: there is one" '.acts[0].reserved_pages > 0'
	# v6.8 taught the allocator to give up the whole of it; before, the last block may stay
	if [[ $kernel == 6.1* ]] && grep -q '^after-reserve 3$' "$work/out/status"; then
		refused after-reserve 'highatomic reserve'
	else
		fails after-reserve exhausted 0,1,2,3 400
	fi
}

check_advice() {
	truth pressure "pressure: bursts fail, the consumer does not" '
		.acts[0] as $a | $a.needed_pages == 2000 and $a.failed_bursts == 5
		and $a.worst_failed > 200 and all(.series[];
			if .class == "atomic" then .requests == 10000 and .expected == {exhausted: .failed}
			else .failed == 0 end)'
	truth pressure-raised "pressure: none fails with min_free_kbytes raised" '
		.acts[0].bursts == 5 and .failed == 0'
	fails fragment-raised fragmented 1,2,3,4,5 500
}

check_named() {
	truth provoke-softirq "provoke: requests of a softirq fail while another task runs" '
		.acts[0] as $a | $a.function == "ap_provoke_in_irq" and .failed >= 90
		and (.rt or $a.interrupted == "busy")
		and all(.series[]; .context == "softirq" and .expected == {exhausted: .failed})'
	if [[ $kernel == *-rt ]]; then
		refused provoke-hardirq PREEMPT_RT
		refused plant-kernel PREEMPT_RT
	else
		truth provoke-hardirq "provoke: requests of a hardirq too" '
			.acts[0].interrupted == "busy" and .failed >= 90
			and all(.series[]; .context == "hardirq" and .expected == {exhausted: .failed})'
		truth plant-kernel "plants: a mask that may sleep, under a spinlock" '.failed == 0
			and .acts[0].lint == "sleeping-in-atomic" and .acts[0].requests == 200
			and .acts[0].function == "ap_plant_kernel_under_spinlock"'
	fi
	truth plant-atomic "plants: an atomic one, in a thread" '.failed == 0
		and .acts[0].lint == "needless-atomic" and .acts[0].requests == 200
		and .acts[0].function == "ap_plant_atomic_in_kthread"'
	truth clean "clean: nothing planted" '.acts == [] and .failed == 0'
	truth tail "tail: as many requests of 1 ms and more as slept, or more" '
		.acts[0] as $a | $a.slept > 4 and .slow >= $a.slept and $a.migrated >= $a.slept / 2
		and .slow == ([.series[].slow] | add) and .requests == 8000'
}

# The middle of all requests of one order, in nanoseconds.
p50() {
	jq --argjson order "$2" '[.series[] | select(.order == $order)][0].latency
		| (.count / 2) as $half
		| reduce .buckets[] as $b ({n: 0, le: null};
			if .n >= $half then . else {n: (.n + $b.count), le: $b.le} end) | .le' "$work/out/$1"
}

check_slowdown() {
	local base slow other

	base=$(p50 slowdown-0 3)
	slow=$(p50 slowdown-200 3)
	other=$(($(p50 slowdown-200 2) - $(p50 slowdown-0 2)))
	echo "p50: $base, $slow, other order by $other" >"$work/err"
	((slow - base >= 185 && slow - base <= 215 && other >= -15 && other <= 15))
	result $? "slowdown: 200 ns more at the order, none at another"
	truth slowdown-200 "slowdown: added what was asked" '
		.slowdown.order == 3 and (.slowdown.added_ns - 200 | fabs) <= 4'
	truth slowdown-pct "slowdown: a share of the median" '
		.slowdown.p50_ns > 0 and (.slowdown.asked_ns - .slowdown.p50_ns / 10 | fabs) <= 1'
}

one_kernel() {
	guest guest-scenarios.sh all --mem 512 --add "$(command -v nice):/bin/nice" || return
	check_paths
	check_failures
	check_advice
	check_named
	paste -sd ' ' "$work/out/free" >"$work/err"
	# MemFree leaves out the per-CPU lists
	awk 'NR == 1 {first = $1} END {exit !(NR == 2 && first - $1 < 32768)}' "$work/out/free"
	result $? "all is given back: MemFree before the first and after unloading"
	guest guest-scenarios.sh nodes --mem 512 --numa 2 || return
	fails constrain constrained 0,1,2,3 400
	truth constrain "constrain: the other node has memory" '.acts[0].free_mib > 128'
	guest guest-scenarios.sh slowdown --icount --append init_on_alloc=0 || return
	check_slowdown
}

while next_kernel; do
	one_kernel
done
finish
