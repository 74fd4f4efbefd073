#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: what a sample tells, against runs of the same load that time all, in deterministic time: two
# phases of one series, slow then fast and the other way round. And a filter hides no loss and makes
# none. Usage: tests/vm/samples.t [KERNEL…] (default 6.12). GFPTRACE is the program.
# shellcheck disable=SC2016 # jq has variables, too
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.12 -- "$@"

# holds NAME WHAT FILTER: of the reports of a run in their order, and $full, those of all timed
holds() {
	local full=$1

	[[ ! -e $work/out/full-${1#*-}.json ]] || full=full-${1#*-}
	jq -es --slurpfile full "$work/out/$full.json" '
		def noio: .latency[] | select(.labels.class == "noio");
		'"$3" "$work/out/$1.json" >"$work/err" 2>&1
	result $? "$1: $2"
}

one_kernel() {
	local name

	boot --icount --smp 1 --timeout 900 --add "$top/tests/vm/guest-samples.sh:/guest" -- sh /guest
	result $? "the machine lives, no kernel warning"
	((n > 0 && failed == 0)) || return
	cp "$work/out/status" "$work/err"
	! grep -v ' 0$' "$work/out/status"
	result $? "each tracer ends with status 0, the idle one's with --max-loss 20, too"
	for name in eighth-slow few-slow eighth-fast few-fast; do
		holds $name "counts equal the truth" 'all(.[]; noio.count == 13500)'
		holds $name "buckets add up to it" \
			'all(.[]; [noio.buckets[].count] | add == 13500)'
		holds $name "fewer are timed" 'all(.[]; noio | .timed > 100 and .timed < 3000)'
		holds $name "percentiles of all lie in 95 % of the intervals" '
			[.[] | noio as $s | $full[] | noio as $f | ("p50", "p90", "p99") |
			 select($s[.] != null) |
			 $s.interval[.][0] <= $f[.] and $f[.] <= $s.interval[.][1]] |
			(map(select(.)) | length) * 100 >= 95 * length and length > 20'
	done
	holds idle "a loss is a share of what the machine asked for" \
		'.[0].requests | .missed * 5 < .counted + .filtered + .missed and .filtered > 1000'
	holds idle "no copies are put to work for what a filter hides" \
		'.[0].mode.coverage.copies == 1 or .[0].requests.missed * 100 > .[0].requests.filtered'
}

while next_kernel; do
	one_kernel
done
finish
