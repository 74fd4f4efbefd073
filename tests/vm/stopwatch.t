#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: latencies against the module's own stopwatch in deterministic time, where 1 ns is one
# instruction, and the same run twice. Usage: tests/vm/stopwatch.t [KERNEL…] (default 6.1, 6.12).
# GFPTRACE is the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=(6.1 6.12)

# watch DIR: a boot whose /out is kept there
watch() {
	local rc

	boot --icount --mem 512 --timeout 400 --append init_on_alloc=0 --add "$top/tests/vm/guest-stopwatch.sh:/guest" \
		-- sh /guest
	rc=$?
	((rc != 77)) || return "$rc"
	result "$rc" "run $1, no kernel warning"
	((rc == 0)) || return
	[[ $(cat "$work"/out/{stopwatch,default,zero}.status) == $'0\n0\n0' ]]
	result $? "run $1: exit status 0, three times"
	rm -rf "${work:?}/$1"
	mv "$work/out" "$work/$1"
}

# What may differ: the tool and the wall clock at the start.
plain() {
	jq -S 'del(.tool, .window.start)' "$1"
}

# against NAME: the report and its truth
against() {
	jq -nr --slurpfile report "$work/first/$1.json" --slurpfile truth "$work/first/$1.truth" \
		-f "$top/tests/vm/stopwatch.jq" >"$work/compared" 2>"$work/err" || result 1 "$1: comparison ends"
	results "$1" <"$work/compared"
}

# What zero-filling is said to take, against the stopwatch's own difference of the two series. The
# tracer knows latencies by buckets of a sixteenth at most.
zeroing() {
	jq -nc --slurpfile report "$work/first/zero.json" --slurpfile truth "$work/first/zero.truth" '
		def mean($class): [$truth[0].series[] | select(.class == $class)]
			| map({key: "\(.order)", value: (.latency.sum / .requests)}) | from_entries;
		mean("noio") as $plain | mean("nofs") as $zeroed |
		[$report[0].stages[] | select(.stage == "zero" and .labels.class == "nofs")
		 | .labels.order as $order | {order: $order, derived, count, each: (.sum / .count),
		    stopwatch: ($zeroed[$order] - $plain[$order]), zeroed: $zeroed[$order]}] as $seen |
		$seen, ([$seen[].order] == ["0", "1", "2", "3"] and all($seen[]; .derived and .count == 100
			and (.each - .stopwatch | fabs) <= .zeroed / 8))' >"$work/compared" 2>"$work/err"
	cat "$work/compared" >>"$work/err"
	[[ $(tail -n 1 "$work/compared") == true ]]
	result $? "zero-filling as derived is what the stopwatch shows: $(head -n 1 "$work/compared")"
}

one_kernel() {
	local name

	watch first || return
	against stopwatch
	against default
	zeroing
	watch second || return
	for name in stopwatch default; do
		diff <(plain "$work/first/$name.json") <(plain "$work/second/$name.json") >"$work/err"
		result $? "$name: the same run gives the same report"
		cmp "$work/first/$name.truth" "$work/second/$name.truth" >"$work/err"
		result $? "$name: the same run gives the same truth"
	done
}

while next_kernel; do
	one_kernel
done
finish
