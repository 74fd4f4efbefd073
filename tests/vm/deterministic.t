#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: in deterministic time the same boot gives the same reports to the byte, whatever the host
# does meanwhile, and they keep the budget of their kernel (tests/budgets/).
# Usage: tests/vm/deterministic.t [KERNEL…] (default 6.1, 6.12 and 6.12-rt; all six with FULL=1).
# GFPTRACE is the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 6.12-rt -- "$@"

busy=''
# shellcheck disable=SC2317 # called by the trap
leave() {
	[[ ! $busy ]] || kill "$busy"
	rm -rf "$work"
}
trap leave EXIT

# watch NAME: a boot whose /out is kept in $work/NAME
watch() {
	local rc

	boot --icount --mem 512 --timeout 600 --append init_on_alloc=0 \
		--add "$top/tests/vm/guest-budget.sh:/guest" -- sh /guest
	rc=$?
	((rc != 77)) || return "$rc"
	cat "$work"/out/*.err >>"$work/err"
	result "$rc" "$1: no kernel warning"
	((rc == 0)) || return
	[[ $(<"$work/out/status") == $'clean 0\nrough 0' ]]
	result $? "$1: exit status 0"
	rm -rf "${work:?}/$1"
	mv "$work/out" "$work/$1"
}

# What may differ: the tool and the wall clock at the start.
plain() {
	jq -S 'del(.tool, .window.start)' "$1"
}

budget() {
	local rules=$top/tests/budgets/$kernel.rules

	if [[ ! -e $rules ]]; then
		result 0 "the budget is kept # SKIP no tests/budgets/$kernel.rules (make budgets)"
		return
	fi
	"$GFPTRACE_BIN" check --rules "$rules" "$work/quiet/clean.json" >"$work/err" 2>&1
	result $? "the budget is kept"
}

one_kernel() {
	local name

	watch quiet || return
	while :; do :; done &
	busy=$!
	watch loaded
	kill "$busy"
	wait "$busy" 2>/dev/null
	busy=''
	[[ -d $work/loaded ]] || return
	for name in clean rough; do
		[[ -s $work/quiet/$name.json ]] &&
			diff <(plain "$work/quiet/$name.json") <(plain "$work/loaded/$name.json") >"$work/err"
		result $? "$name: the same report beside a busy host"
		cmp "$work/quiet/$name.truth" "$work/loaded/$name.truth" >"$work/err"
		result $? "$name: the same truth"
	done
	jq -es '.[0] | .requests.missed > 0 or .requests.failed > 0' "$work/quiet/rough.json" >"$work/err"
	result $? "the rough one has something to repeat: losses or failures"
	budget
	rm -rf "$work/quiet" "$work/loaded"
}

while next_kernel; do
	one_kernel
done
finish
