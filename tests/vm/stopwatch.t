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
	[[ $(<"$work/out/stopwatch.status") == 0 ]]
	result $? "run $1: exit status 0"
	rm -rf "${work:?}/$1"
	mv "$work/out" "$work/$1"
}

# What may differ: the tool and the wall clock at the start.
plain() {
	jq -S 'del(.tool, .window.start)' "$1/stopwatch.json"
}

one_kernel() {
	watch first || return
	jq -nr --slurpfile report "$work/first/stopwatch.json" \
		--slurpfile truth "$work/first/stopwatch.truth" -f "$top/tests/vm/stopwatch.jq" \
		>"$work/compared" 2>"$work/err" || result 1 "comparison ends"
	results stopwatch <"$work/compared"
	watch second || return
	diff <(plain "$work/first") <(plain "$work/second") >"$work/err"
	result $? "the same run gives the same report"
	cmp "$work/first/stopwatch.truth" "$work/second/stopwatch.truth" >"$work/err"
	result $? "the same run gives the same truth"
}

while next_kernel; do
	one_kernel
done
finish
