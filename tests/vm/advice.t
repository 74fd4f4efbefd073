#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the advice of a report closes the loop. Bursts that fail do not with exactly the sysctl that
# was advised; where the report says that it will not help, it does not.
# Usage: tests/vm/advice.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1). GFPTRACE is the
# program (build/gfptrace).
# shellcheck disable=SC2016 # jq has variables, too
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"

# says NAME TEXT JQ: of a report and its truth ($t)
says() {
	jq -es --slurpfile truth "$work/out/$1.truth" "\$truth[0] as \$t | .[0] | $3" "$work/out/$1.json" \
		>"$work/err" 2>&1
	result $? "$1: $2"
}

bursts() { # BURST
	local name=burst-$1

	says "$name" "the bursts fail" '$t.acts[0].failed_bursts == 5 and $t.failed > 0'
	says "$name" "as often as the truth has it" '.requests.failed == $t.failed'
	says "$name" "for the same reason" 'all(.failures[]; .labels.reason == "exhausted")'
	echo "# $kernel $name: $(jq -c '[.failures[] | {(.labels.reason): .count}] | add' "$work/out/$name.json")"
	says "$name" "a knob and its value are advised" 'any(.failures[].advice[]; startswith("vm.min_free_kbytes="))'
	echo "# $kernel $name: $(jq -r '[.failures[] | "\(.count) failures: " + .advice[0]][0]' "$work/out/$name.json")"
	echo "# $kernel $name: $(<"$work/out/before") KiB before, $(<"$work/out/$name.advised") advised"
	says "$name-advised" "with what was advised none fails" \
		'$t.acts[0].bursts == 5 and $t.failed == 0 and .requests.failed == 0'
}

fragmentation() {
	local knob='raising vm.min_free_kbytes will not help'

	says fragment "it says that the knob will not help" \
		"[.failures[] | select(.labels.reason == \"fragmented\")]
		 | length > 0 and all(.[]; any(.advice[]; startswith(\"$knob\")))"
	says fragment "and advises no value for it" 'all(.failures[].advice[]; contains("vm.min_free_kbytes=") | not)'
	says fragment-raised "it does not: $(jq .failed "$work/out/fragment-raised.truth") of 500 fail" \
		'$t.failed >= 495'
	says fragment-raised "all of them fragmented" \
		'([.failures[] | select(.labels.reason == "fragmented").count] | add) >= $t.failed * 0.99'
}

one_kernel() {
	local rc burst

	boot --timeout 400 --mem 512 --add "$top/tests/vm/guest-advice.sh:/guest" -- sh /guest
	rc=$?
	((rc != 77)) || return
	result "$rc" "the machine lives, no kernel warning"
	((rc == 0)) || return
	for burst in 1300 1700; do
		bursts "$burst"
	done
	says burst-4000 "a burst that would take too much is to be made smaller" \
		'any(.failures[].advice[]; contains("make the burst smaller"))'
	says burst-4000 "and no value is advised" 'all(.failures[].advice[]; startswith("vm.min_free_kbytes=") | not)'
	fragmentation
}

while next_kernel; do
	one_kernel
done
finish
