#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the path of each request, its stages and the slowest ones, as gfptrace says it, against the
# acts of the module that force each path.
# Usage: tests/vm/paths.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1). GFPTRACE is the
# program (build/gfptrace).
# shellcheck disable=SC2016 # quoted for jq
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernels=("$@")
if ((!${#kernels[@]})); then
	kernels=(6.1 6.12)
	[[ ! ${FULL:-} ]] || kernels=("${all_kernels[@]}")
fi

# guest TIER: a boot that runs all acts
guest() {
	local rc

	boot --mem 512 --timeout 600 --add "$top/tests/vm/guest-paths.sh:/guest" -- sh /guest "$1"
	rc=$?
	((rc != 77)) || return "$rc"
	result "$rc" "$1: the machine lives, no kernel warning"
	return "$rc"
}

# path NAME [WANT]: the report's paths are those that were stated
path() {
	local file=$work/out/$1

	if ! jq -nr --slurpfile report "$file.json" --slurpfile truth "$file.truth" --arg name "$1" \
		--argjson want "${2:-"{}"}" --arg status "$(cat "$file.status" 2>&1)" \
		-f "$top/tests/vm/paths.jq" >"$work/compared" 2>"$work/jq-err"; then
		cat "$work/jq-err" "$file.err" >"$work/err" 2>&1
		result 1 "$1: comparison ends"
	fi
	results "$1" <"$work/compared"
}

# holds NAME WHAT FILTER: of a report, or of each of several
holds() {
	jq -es "$3" "$work/out/$1.json" >"$work/err" 2>&1
	result $? "$1: $2"
}

one_tier() {
	guest "$1" || return
	for act in pcp buddy steal slow compact oom; do
		path "$act"
	done
	path reclaim '{"least": 0.95}'
	holds search 'compaction takes most of the time, where it must search' '.[0]
		| ([.latency[] | select(.labels.path == "compact" or .labels.path == "reclaim").sum] | add) as $all
		| ([.stages[] | select(.stage == "compact" or .stage == "reclaim" or .stage == "kswapd").sum] | add)
		| . <= $all and . >= $all * 0.95'
	holds plain 'each window has its own slowest' '
		all(.[]; .window.duration_ns as $d | .slowest | all(.ts <= $d))
		and ([.[].slowest[] | select(.stages | any(.stage == "reclaim"))] | length) > 0
		and all(.[]; ([.latency[].max] | max) as $max | $max < 2048 or .slowest[0].latency >= $max * 15 / 16)'
	holds none 'no slowest, where none is asked for' '.[0] | .slowest == [] and .stages != []'
	holds plain 'the report says what it does not see' '.[0]
		| (.mode.sees | index("stages")) and ([.mode.blind[].what] | index("stage buddy"))'
}

one_kernel() {
	one_tier fexit
	[[ $kernel != 6.1 && $kernel != 6.12 ]] || one_tier kprobe
}

for kernel in "${kernels[@]}"; do
	SECONDS=0
	one_kernel
	echo "# $kernel: $SECONDS s"
done
echo "1..$n"
exit "$failed"
