#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: among very many requests that interrupts nest in, none gets the latency of another.
# Usage: COUNT=N tests/vm/pairing.t [KERNEL…] (default 6.1 and 6.12). N: how many pairings are to be
# checked at least, of all kernels together (10,000,000). GFPTRACE is the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"
want=${COUNT:-10000000}
checked=0 wrong=0
# requests of a thread, of which a scenario has four, in one of four scenarios; those of interrupts
# come on top, and at coverage fast some are lost
each=$((want * 105 / 1600 / ${#kernels[@]} + 1))

sum() { # SCENARIO
	local right bad

	read -r right bad < <(pairings "$1" | jq -r '. // [0, 1] | @tsv')
	checked=$((checked + right)) wrong=$((wrong + bad))
}

one_kernel() {
	local scenario

	truths 3000 -- "count=$each" mixed nest exact auto || return
	compare mixed '{"tier": "fexit", "marked": true}'
	compare nest '{"tier": "fexit", "marked": true}'
	compare exact '{"tier": "fexit", "marked": true, "copies": 3, "loss_per_mille": 1}'
	compare auto '{"tier": "fexit", "marked": true, "auto": true}'
	for scenario in mixed nest exact auto; do
		sum "$scenario"
	done
}

while next_kernel; do
	one_kernel
done
kernel='all kernels'
echo "$checked checked, $wrong wrong" >"$work/err"
((checked >= want && wrong == 0))
result $? "none of $checked pairings is wrong, at least $want were checked"
finish
