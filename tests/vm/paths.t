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
choose_kernels 6.1 6.12 -- "$@"
slow_paths='slow compact reclaim oom' # all that have a stage with a length
lengths='kswapd compact reclaim memcg oom search runqueue autopsy' # these stages

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
	cp "$file.err" "$work/err"
	grep -q 'marked: .* 0 wrong; 0 walks dropped' "$work/err"
	result $? "$1: each walk is its own request's, and no longer than it"
}

# explains NAME LEAST PATHS STAGES: these stages are so many thousandths, at least, of the time of
# the requests that took one of these paths
explains() {
	local name=$1 least=$2 share

	share=$(jq --arg paths " $3 " --arg stages " $4 " '
		([.stages[] | select(.stage as $s | $stages | contains(" \($s) ")).sum] | add // 0) * 1000
		/ ([.latency[] | select(.labels.path as $p | $paths | contains(" \($p) ")).sum] | add // 1e18)
		| floor' "$work/out/$name.json" 2>"$work/err")
	jq -c '[.latency[] | {path: .labels.path, order: .labels.order, count, sum}],
		[.stages[] | {stage, count, sum}]' "$work/out/$name.json" >>"$work/err"
	((${share:-0} >= least && ${share:-0} <= 1000))
	result $? "$name: $4: ${share:-0} of 1000 of the time of $3"
}

# waits NAME: what the requests waited for a CPU between their stages is no more than they waited
waits() {
	local waited delay

	waited=$(jq '[.stages[] | select(.stage == "runqueue").sum] | add // 0' "$work/out/$1.json" 2>"$work/err")
	delay=$(jq '.acts[0].run_delay_ns' "$work/out/$1.truth" 2>>"$work/err")
	((${waited:-0} > 0 && ${waited:-0} <= ${delay:-0}))
	result $? "$1: ready to run between stages for ${waited:-0} ns of ${delay:-0} that the module saw"
}

# holds NAME WHAT FILTER: of a report, or of each of several
holds() {
	jq -es "$3" "$work/out/$1.json" >"$work/err" 2>&1
	result $? "$1: $2"
}

one_tier() {
	local right=0.99 act name

	# all kprobe programs share one guard: what comes while another runs is skipped
	[[ $1 != kprobe ]] || right=0.95
	guest guest-paths.sh "$1" --mem 512 --timeout 600 --add "$(command -v nice):/bin/nice" || return
	for act in pcp buddy steal slow compact oom; do
		path "$act" "{\"right\": $right}"
	done
	path reclaim "{\"right\": $right, \"least\": 0.4}"
	# short ones: much of their time are the walks between the stages, and the look at a failure
	explains search 300 'compact reclaim' 'kswapd compact reclaim'
	explains sleep 950 reclaim reclaim
	for name in search sleep queue; do
		explains "$name" 950 "$slow_paths" "$lengths"
	done
	waits queue
	# what comes while a report is begun counts in its window
	holds plain 'the slowest began within their windows' '
		all(.[]; .window.duration_ns as $d | .slowest | all(.ts <= $d + 1e8))'
	holds plain 'some of the slowest reclaimed' '
		[.[].slowest[] | select(.stages | any(.stage == "reclaim"))] | length > 0'
	holds plain 'the slowest of all windows is there' '
		([.[].latency[].max] | max) == ([.[].slowest[].latency] | max)'
	holds none 'no slowest, where none is asked for' '.[0] | .slowest == [] and .stages != []'
	holds plain 'the report says what it does not see' '.[0]
		| (.mode.sees | index("stages")) and ([.mode.blind[].what] | index("stage buddy"))'
}

one_kernel() {
	one_tier fexit
	[[ $kernel != 6.1 && $kernel != 6.12 ]] || one_tier kprobe
}

while next_kernel; do
	one_kernel
done
finish
