#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: who asked for the pages (--by caller, --module, --stacks), what --lint finds and what it
# leaves alone, and how far requests were from failing, against the module that made them.
# Usage: tests/vm/labels.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1). GFPTRACE is the
# program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"

# holds NAME TEXT JQ: of the report $r and the truth $t of NAME
holds() {
	local file=$work/out/$1 truth=$work/out/$1.truth

	[[ -e $truth ]] || truth=/dev/null
	jq -en --slurpfile report "$file.json" --slurpfile truth "$truth" \
		'$report[0] as $r | $truth[0] as $t | def total(f): [f] | add // 0; '"$3" \
		>"$work/err" 2>&1
	set -- "$?" "$@"
	(($1 == 0)) || jq -c '{requests, lint, headroom, failures: [.failures[] | [.labels, .count, .caller]],
		callers: [.latency[] | [.labels, .count]]}' "$file.json" >>"$work/err" 2>&1
	result "$1" "$2: $3"
}

# said NAME STATUS TEXT: how it ended and what it said
said() {
	[[ $(<"$work/out/$1.status") == "$2" ]] && { [[ ! $3 ]] || grep -qF -- "$3" "$work/out/$1.err"; }
	set -- "$?" "$@"
	cat "$work/out/$2.status" "$work/out/$2.err" >"$work/err"
	result "$1" "$2: status $3, '$4'"
}

rt() { [[ $kernel == *-rt ]]; }

# shellcheck disable=SC2016 # the variables are jq's
one_kernel() {
	local rc name

	boot --mem 512 --timeout 900 --add "$top/tests/vm/guest-labels.sh:/guest" -- sh /guest
	rc=$?
	((rc != 77)) || return
	result "$rc" "the machine lives, no kernel warning"
	((rc == 0)) || return
	for name in clean module plants pressure softirq kprobe gone; do
		said "$name" 0 ''
	done

	holds clean "each series has its caller, and they add up" \
		'total($r.latency[].count) == $r.requests.counted and $r.requests.counted == $t.requests
		 and ($r.latency | length > 1) and all($r.latency[].labels.caller; endswith("[allocpage]"))'
	holds clean "softirqs and hardirqs, too, by the function that asked" \
		'[$r.latency[] | select(.labels.context != "task") | .labels.caller] | length > 0 and
		 all(test("^[a-z_]+\\+0x[0-9a-f]+ \\[allocpage\\]$"))'
	holds clean "stacks add up, and their callers are the series'" \
		'total($r.stacks[].count) == $r.requests.counted and
		 ([$r.stacks[].caller] | unique) == ([$r.latency[].labels.caller] | unique) and
		 all($r.stacks[]; (.stack | length) > 2 and (.caller as $c | any(.stack[]; . == $c)))'
	[[ $(awk '/^requests;/ {n += $NF} END {print n + 0}' "$work/out/clean.folded") == \
		"$(jq .requests.counted "$work/out/clean.json")" ]] &&
		grep -q '^requests;.*\[allocpage\];.*;asked kernel order 3 [0-9]*$' "$work/out/clean.folded"
	rc=$?
	head -n 5 "$work/out/clean.folded" >"$work/err"
	result "$rc" "clean: folded stacks add up"
	holds clean "the lint finds nothing in what is clean" \
		'$r.lint == [] and any($r.mode.sees[]; startswith("lint"))'

	# it asks for a little of its own, too, which is in no truth
	holds module "all of the module, and nothing else" \
		'total($r.latency[] | select(.labels.caller | startswith("single+")).count) ==
		 $t.succeeded and $r.requests.failed == 50 and
		 $r.requests.counted - $t.requests < 10 and
		 all($r.latency[].labels.caller; endswith("[allocpage]") or . == "unknown") and
		 $r.filter.module == "allocpage"'
	said absent 2 "no module 'nosuch' is loaded"
	said built-in 2 "'kernel' is built into the kernel"
	said hidden 3 "kallsyms hides the addresses"

	if rt; then
		holds plants "what cannot be told under PREEMPT_RT is said" \
			'any($r.mode.blind[]; .what == "lint: needless-atomic")'
	else
		holds plants "a request that may sleep, under a spinlock" \
			'[$r.lint[] | select(.kind == "sleeping-in-atomic")] | length >= 1 and
			 all(.caller | startswith("ap_plant_kernel_under_spinlock+")) and
			 total(.[].count) == ([$t.acts[] | select(.do == "plant-kernel")][0].requests)'
		holds plants "one that may not, in a thread that could" \
			'[$r.lint[] | select(.kind == "needless-atomic")] | length >= 1 and
			 all(.caller | startswith("ap_plant_atomic_in_kthread+")) and
			 total(.[].count) == ([$t.acts[] | select(.do == "plant-atomic")][0].requests)'
		holds plants "with stacks and meaning" \
			'all($r.lint[]; (.stack | length) > 2 and (.meaning | length) > 20)'
		holds kprobe "the lint of the tier kprobe" \
			'any($r.lint[]; .kind == "sleeping-in-atomic" and
			 (.caller | startswith("ap_plant_kernel_under_spinlock+")))'
		holds hardirq "the caller, not the interrupted task" \
			'[$r.latency[], $r.failures[]] | map(select(.labels.context == "hardirq")) | length > 0 and
			 all(.labels.caller | test("^ap_provoke_in_irq\\+0x[0-9a-f]+ \\[allocpage\\]$"))'
	fi
	holds kprobe "callers in the tier kprobe" \
		'total($r.latency[].count) == $r.requests.counted and $r.requests.counted > 400 and
		 all($r.latency[].labels.caller; endswith("[allocpage]"))'
	holds softirq "the caller, not the interrupted task" \
		'[$r.latency[], $r.failures[]] | map(select(.labels.context == "softirq")) | length > 0 and
		 total(.[] | select(.labels.reason == null).count) == $t.requests and
		 all(.labels.caller | test("^ap_provoke_in_irq\\+0x[0-9a-f]+ \\[allocpage\\]$"))'

	holds pressure "headroom of the requests that were served" \
		'[$r.headroom[] | select(.labels.class == "atomic")] | length > 0 and
		 all(.count > 0 and total(.buckets[].count) == .count and .touched_reserves <= .count and
		     (.labels | keys) == ["class", "node", "zone"]) and
		 total(.[].touched_reserves) > 0 and total(.[].count) <= $t.succeeded'
	holds gone "a module that was unloaded is still named" \
		'[$r.latency[] | select(.labels.caller | endswith("[allocpage]")) | .count] | add == 500'
}

while next_kernel; do
	one_kernel
done
finish
