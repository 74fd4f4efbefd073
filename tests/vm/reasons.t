#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: why requests fail, as gfptrace says it, against the acts of the module that made them fail.
# Usage: tests/vm/reasons.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1). GFPTRACE is the
# program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"

# reasons NAME WANT: the report's reasons are those that were stated
reasons() {
	local file=$work/out/$1

	if ! jq -nr --slurpfile report "$file.json" --slurpfile truth "$file.truth" --arg name "$1" \
		--argjson want "$2" --arg status "$(cat "$file.status" 2>&1)" \
		-f "$top/tests/vm/reasons.jq" >"$work/compared" 2>"$work/jq-err"; then
		cat "$work/jq-err" "$file.err" >"$work/err" 2>&1
		result 1 "$1: comparison ends"
	fi
	results "$1" <"$work/compared"
}

one_kernel() {
	guest guest-reasons.sh one --mem 512 || return
	reasons all '{"only": true}'
	reasons memcg '{"only": true}'
	reasons reserved '{"only": true}'
	reasons alone '{"only": false}'
	reasons tracepoint '{"only": false}'
	jq -es '[.[0].failures[] | select(.labels.class == "atomic") | .dmesg_would_show] | any and (all | not)' \
		"$work/out/alone.json" >"$work/err" 2>&1
	result $? "what the kernel's log shows, and what __GFP_NOWARN keeps from it"
	guest guest-reasons.sh two --mem 512 --numa 2 || return
	for tier in fexit kprobe; do
		reasons "constrained-$tier" '{"only": true}'
	done
	reasons constrained-alone '{"only": false}'
	jq -es 'length == 5 and all(.[]; .failed >= 400 and .acts[0].requests == .requests)' \
		"$work"/out/moved.* >"$work/err" 2>&1 &&
		[[ $(cut -d : -f 2 "$work/out/moved" | sort -u) == ' 0' ]]
	result $? "an act ends where its task goes to another node: $(grep -c . "$work/out/moved") times"
}

while next_kernel; do
	one_kernel
done
finish
