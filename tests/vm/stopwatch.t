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
	[[ $(cat "$work/out/stopwatch.status" "$work/out/default.status") == $'0\n0' ]]
	result $? "run $1: exit status 0, twice"
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

one_kernel() {
	local name

	watch first || return
	against stopwatch
	against default
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
