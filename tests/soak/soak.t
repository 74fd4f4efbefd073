#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: scenarios at random against tracers that are started, stopped and killed at random: no
# kernel warning, nothing left behind, each run that ended well equal to its truth.
# Usage: MINUTES=n tests/soak/soak.t [KERNEL…] (default: one minute, 6.1 and 6.12). SEED=n repeats one.
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=(6.1 6.12)
seconds=$((${MINUTES:-1} * 60))
seed=${SEED:-$RANDOM}

# The runs of which `condition` (awk: how status counted missed truth marked options line) is false.
without() {
	awk -F '\t' "{ how = \$1; status = \$2; counted = \$3; missed = \$4; truth = \$5; marked = \$6 }
		!($1) { print; bad = 1 } END { exit bad }" "$work/out/runs" >"$work/err" 2>&1
}

# KiB available after a run: the means over the first and the last quarter of all runs.
means() {
	awk -F '\t' '{ free[NR] = $9 }
		END { n = int(NR / 4); for (i = 1; i <= n; i++) { first += free[i]; last += free[NR + 1 - i] }
			printf "%d %d\n", first / n, last / n }' "$work/out/runs"
}

one_kernel() {
	local rc before after

	boot --mem 768 --timeout $((seconds + 300)) --add "$top/tests/soak/guest-soak.sh:/guest" \
		-- sh /guest "$seconds" "$seed"
	rc=$?
	((rc != 77)) || return
	result "$rc" "the machine lives, no kernel warning"
	((rc == 0)) || return
	echo "# $kernel: seed $seed, $(wc -l <"$work/out/runs") runs: $(cut -f 1 "$work/out/runs" |
		sort | uniq -c | awk '{ printf "%s%s %s", sep, $1, $2; sep = ", " }')"
	test -s "$work/out/runs"
	result $? "there were runs"
	without 'how != "wait" || status == 0'
	result $? "each run that nothing disturbed ended well"
	without 'how != "interrupt" || (status == 0 && counted != "")'
	result $? "each that was interrupted printed its report"
	without 'how != "wait" || marked == "" || counted + missed == truth'
	result $? "counted + missed == truth"
	before=$(<"$work/out/programs-before") after=$(<"$work/out/programs-after")
	((after <= before))
	result $? "no BPF program or map is left: $before before, $after after"
	before=$(<"$work/out/free-before") after=$(<"$work/out/free-after")
	((after > before - 16384))
	result $? "no memory is lost: $before KiB available before, $after after"
	# one run leaves 10 MiB more or less than another; many of them tell
	(($(wc -l <"$work/out/runs") >= 80)) || return 0
	read -r before after < <(means)
	((after > before - 8192))
	result $? "nor run by run: $before KiB after those of the first quarter, $after after the last"
}

while next_kernel; do
	one_kernel
done
finish
