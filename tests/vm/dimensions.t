#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the labels beyond class, order and context are those of the blocks that were handed out.
# Usage: tests/vm/dimensions.t [KERNEL…] (default: 6.1 and 6.12), on two NUMA nodes.
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=(6.1 6.12)

# series NAME: "label=count" of each series of /out/NAME.json, sorted
series() {
	jq -r '.latency[] | "\([.labels | to_entries[] | .value] | join("/"))=\(.count)"' \
		"$work/out/$1.json" 2>>"$work/err" | sort | paste -sd ' '
}

is() { # NAME GOT WANTED
	printf 'got:    %s\nwanted: %s\n' "$2" "$3" >"$work/err"
	[[ $2 == "$3" ]]
	result $? "$1"
}

for kernel in "${kernels[@]}"; do
	# shellcheck disable=SC2016 # quoted for the guest's shell
	boot --numa 2 --mem 1024 --timeout 300 -- sh -c '
		echo started
		trace() {
			name=$1 by=$2
			shift 2
			gfptrace run -q --marked --coverage fast --by "$by" -f json -o "/out/$name.json" -- \
				sh -c "gfptrace exercise \"\$@\" >/dev/null" - "$@" || exit
		}
		trace migratetype class,migratetype "gfp=GFP_HIGHUSER_MOVABLE count=2000 hold=any" \
			"gfp=GFP_KERNEL count=2000 hold=any" \
			"gfp=GFP_KERNEL|__GFP_RECLAIMABLE count=2000 hold=any"
		trace node node "gfp=GFP_KERNEL|__GFP_THISNODE nid=0 count=300" \
			"gfp=GFP_KERNEL|__GFP_THISNODE nid=1 count=700" \
			"order=31 gfp=GFP_KERNEL|__GFP_NOWARN count=50"
		trace zone zone "gfp=GFP_KERNEL|__GFP_DMA|__GFP_NOWARN count=100" "gfp=GFP_KERNEL|__GFP_DMA32 count=200"
		# starts among interrupts that ask for pages, too
		while :; do gfptrace exercise mixed >/dev/null; done &
		for i in 1 2 3; do
			gfptrace run -q --tier tracepoint -d 0.1 -f json -o "/out/start$i.json" || exit
		done
		kill $!
		wait
		trace cpu cpu "cpu=0 count=400" "cpu=1 count=600"'
	rc=$?
	((rc != 77)) || continue
	result "$rc" "the scenarios run"
	((rc == 0)) || continue
	is "migrate types" "$(series migratetype)" \
		"kernel/reclaimable=2000 kernel/unmovable=2000 movable/movable=2000"
	is "nodes, and none for what was refused" "$(series node)" "0=300 1=700 none=50"
	is "zones" "$(series zone)" "DMA32=200 DMA=100"
	is "page frame numbers in each start" \
		"$(jq -c '.alignment | length > 0' "$work"/out/start?.json | paste -sd ' ')" "true true true"
	is "CPUs" "$(series cpu)" "0=400 1=600"
done
echo "1..$n"
exit "$failed"
