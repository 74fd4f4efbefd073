#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: --budget 1 under a storm of page faults, in deterministic time. Where one of two CPUs does
# nothing else the budget is kept; where the only one does, counting alone is more and that is said.
# Usage: tests/vm/budget.t [KERNEL…] (default 6.1, with one CPU, and 6.12, with two). GFPTRACE is
# the program (build/gfptrace).
# shellcheck disable=SC2016 # jq has variables, too
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"
pages=400000
cc -O1 -Wall -o "$work/load" "$top/tests/live/load.c" || {
	echo "1..0 # skip cannot compile tests/live/load.c"
	exit 0
}

# holds WHAT FILTER: of the reports of all seconds, in their order, and $truth
holds() {
	jq -es --slurpfile truth "$work/out/truth.json" --argjson pages "$pages" "
		def counted(\$class): [.[].alignment[] | select(.labels.class == \$class).count] | add // 0;
		$2" "$work/out/report.json" >"$work/seen" 2>"$work/err"
	local rc=$?
	jq -c '[.window.duration_ns, .cost.ns_per_request, .cost.cpu_share, .requests.counted]' \
		"$work/out/report.json" >>"$work/err" 2>&1
	result $rc "$1"
}

one_kernel() {
	local cpus=2 rc

	[[ $kernel == 6.12* ]] || cpus=1
	boot --icount --smp "$cpus" --mem 512 --timeout 600 --add "$work/load:/load" \
		--add "$top/tests/vm/guest-storm.sh:/guest" -- sh /guest "$pages" 1
	rc=$?
	((rc != 77)) || return
	result "$rc" "the machine lives, no kernel warning"
	((rc == 0)) || return
	[[ $(<"$work/out/status") == 0 ]]
	result $? "the tracer ends with status 0"
	holds "a sample is taken within two seconds of the storm" \
		'[limit(2; .[]).mode.sampled_stretches[].sample] | index(64) != null'
	holds "the counts equal the truth: the module's" \
		'counted("noio") + (map(.requests.missed) | add) == $truth[0].requests and
		 (map(.requests.missed) | add) == 0'
	# what else runs in the guest faults in its own pages: commands of a few hundred
	holds "and the storm's" 'counted("movable") | . >= $pages and . < $pages + 5000'
	if ((cpus == 1)); then
		holds "counting alone costs more than the budget" \
			'.[2:-1] | length > 0 and any(.cost.cpu_share > 0.01)'
		cp "$work/out/err" "$work/err"
		grep -q 'warning: --budget 1 was not kept: to count alone took up to [0-9.]* %' "$work/err"
		result $? "which is said"
		return
	fi
	holds "the share of the machine is kept from the third second on" \
		'.[2:-1] | length > 0 and all(.cost.cpu_share > 0 and .cost.cpu_share <= 0.01)'
	cp "$work/out/err" "$work/err"
	! grep -q 'was not kept' "$work/err"
	result $? "and nothing else is said"
}

while next_kernel; do
	one_kernel
done
finish
