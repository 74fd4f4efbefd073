#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On the running kernel: page faults under what can count them through a tracepoint, in turns.
# usage: live.sh GFPTRACE LOAD CYCLES
#
# A line on stdout for each: tracer, faults, ns, requests seen, note; tabs between. A tracer that
# failed has 0 faults and says why.
set -u -o pipefail
gfptrace=$1 load=$2 cycles=$3
faults=512
rounds=151
made=$(((rounds + 1) * faults))
tmp=$(mktemp -d) || exit
trap 'rm -rf "$tmp"' EXIT
work=("$load" faults "$faults" "$rounds")

histogram_sum() {
	sed -n 's/^@\[[0-9]*\]: \([0-9]*\)$/\1/p' "$tmp/out" | awk '{ sum += $1 } END { print sum + 0 }'
}

events() {
	perf script -i "$tmp/perf.data" -F event 2>/dev/null | grep -c mm_page_alloc
}

# Sets seen and result.
trace() {
	local tracer=$1

	seen=$made
	case $tracer in
	untraced) "${work[@]}" ;;
	gfptrace)
		"$gfptrace" run -q -f json -o "$tmp/report" --tier tracepoint -- "${work[@]}" &&
			seen=$(jq .requests.counted "$tmp/report")
		;;
	bpftrace)
		bpftrace -c "${work[*]}" -e 't:kmem:mm_page_alloc { @[args->order] = count(); }' &&
			seen=$(histogram_sum)
		;;
	'perf record')
		perf record -a -m 4096 -q -o "$tmp/perf.data" -e kmem:mm_page_alloc -- "${work[@]}" &&
			seen=$(events)
		;;
	'perf kmem')
		perf kmem --page record -m 4096 -o "$tmp/perf.data" -- "${work[@]}" && seen=$(events)
		;;
	esac >"$tmp/out" 2>"$tmp/err"
	result=$(grep -m 1 '^faults ' "$tmp/out")
}

for ((cycle = 0; cycle < cycles; cycle++)); do
	for tracer in untraced gfptrace bpftrace 'perf record' 'perf kmem'; do
		result='' note=''
		if [[ $tracer != untraced && $tracer != gfptrace ]] && ! command -v "${tracer%% *}" >/dev/null; then
			note="no ${tracer%% *}"
		elif ! trace "$tracer"; then
			note="failed: $(grep -v '^ *$' "$tmp/err" | tail -n 1 | tr '\t' ' ')"
		elif ((seen < made * 95 / 100)); then
			note="failed: saw $seen of $made requests"
		fi
		[[ $result && ! $note ]] || result='faults 0 0'
		read -r _ count ns <<<"$result"
		printf '%s\t%s\t%s\t%s\t%s\n' "$tracer" "$count" "$ns" "$seen" "$note"
	done
done
