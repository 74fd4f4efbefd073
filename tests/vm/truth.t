#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: what gfptrace counts, against the module that made the requests.
# Usage: tests/vm/truth.t [KERNEL…] (default: all six). GFPTRACE is the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=("${all_kernels[@]}")

# Of what begins two seconds after the loss did as much is seen as with copies from the start.
soon() {
	jq -n --slurpfile report "$work/out/soon.json" --slurpfile first "$work/out/soon.first" \
		--slurpfile later "$work/out/soon.truth" '
		[$report[0].latency[] | select(.labels.order | IN("2", "3")).count] as $seen |
		{made: ($first[0].requests + $later[0].requests), others: ($first[0].others + $later[0].others),
			counted: $report[0].requests.counted, missed: $report[0].requests.missed,
			copies: $report[0].mode.coverage.copies, first_ns: $first[0].run_ns,
			later: $later[0].requests, seen: ($seen | add)}' >"$work/seen" 2>"$work/err"
	cat "$work/seen" >>"$work/err"
	jq -es '.[0] | .made > 0 and .counted + .missed >= .made and
		.counted + .missed <= .made + .others' "$work/seen" >>"$work/err"
	result $? "soon: counted + missed == truth"
	jq -es '.[0] | .copies == 3 and .seen <= .later and .seen * 1000 >= .later * 999' "$work/seen" >>"$work/err"
	result $? "soon: two seconds after the loss began at most one per mille is missed"
	cat "$work/out/soon.err" >"$work/err"
	[[ $(<"$work/out/soon.status") == 0 && $(pairings soon) == *',0]' ]]
	result $? "soon: the tracer ends well, no pairing is wrong"
	echo "# $kernel soon: $(jq -c . "$work/seen")"
}

# The kernels of servers have all, the others what a kernel of their kind may change; FULL=1 gives
# all to all.
one_kernel() {
	local forced=() full=${FULL:-} scenarios=(quiet memcg mixed nest exact auto plain)

	case $kernel in
	6.1 | 6.12)
		forced=(kprobe kprobe-memcg kprobe-mixed tracepoint)
		full=1
		;;
	esac
	[[ ! $full ]] || scenarios=(quiet toobig memcg nomem bulk mixed nest nest-exact exact auto soon \
		sample plain plain-mixed)
	truths 400 -- "${scenarios[@]}" ${forced[@]+"${forced[@]}"} || return
	compare quiet '{"tier": "fexit", "marked": true, "complete": true}'
	compare memcg '{"tier": "fexit", "marked": true, "complete": true, "reason": "memcg"}'
	compare mixed '{"tier": "fexit", "marked": true}'
	compare nest '{"tier": "fexit", "marked": true}'
	compare exact '{"tier": "fexit", "marked": true, "copies": 3, "loss_per_mille": 1}'
	compare auto '{"tier": "fexit", "marked": true, "auto": true}'
	compare plain '{"tier": "fexit", "complete": true}'
	if [[ $kernel != *rt ]]; then
		jq -es '[.[0].cost.programs[].name] | index("exit_plain")' "$work/out/plain.json" >"$work/err"
		result $? "a plain run uses the plain programs"
	fi
	[[ $full ]] || return 0
	compare toobig '{"tier": "fexit", "marked": true, "complete": true, "reason": "invalid"}'
	compare nomem '{"tier": "fexit", "marked": true, "complete": true, "reason": ["fragmented", "exhausted"]}'
	compare bulk '{"tier": "fexit", "marked": true, "complete": true}'
	compare nest-exact '{"tier": "fexit", "marked": true, "copies": 3, "loss_per_mille": 1}'
	soon
	compare sample '{"tier": "fexit", "marked": true, "sample": 16}'
	compare plain-mixed '{"tier": "fexit"}'
	((${#forced[@]})) || return 0
	compare kprobe '{"tier": "kprobe", "marked": true, "complete": true}'
	compare kprobe-memcg '{"tier": "kprobe", "marked": true, "complete": true, "reason": "memcg"}'
	compare kprobe-mixed '{"tier": "kprobe", "marked": true}'
	compare tracepoint '{"tier": "tracepoint", "complete": true}'
}

# Tasks preempt one another inside the tracer's programs: they may lose, the sums must hold.
preempt_full() {
	truths 400 --append preempt=full -- mixed exact || return
	kernel+=' preempt=full'
	jq -es '.[0].host.preempt == "full"' "$work/out/mixed.json" >"$work/err"
	result $? "the report says preempt full"
	compare mixed '{"tier": "fexit", "marked": true, "tasks_may_lose": true}'
	compare exact '{"tier": "fexit", "marked": true, "tasks_may_lose": true, "loss_per_mille": 5}'
}

# What needs scenarios of its own: sleeping in the allocator, failures alone.
special() {
	truths 400 -- tail still failures || return
	compare tail '{"tier": "fexit", "marked": true, "slow": true, "turns": true}'
	compare still '{"tier": "fexit", "marked": true, "slow": true}'
	# an act that fills the memory makes failures of its own, at orders 0, 4 and 9
	jq -es --slurpfile truth "$work/out/failures.truth" '
		[.[0].failures[] | {key: .labels.order, value: .count}] | group_by(.key) |
		map({key: .[0].key, value: (map(.value) | add)}) | from_entries as $seen |
		[$truth[0].series[] | select(.failed > 0) | {order: "\(.order)", failed}] as $true |
		all($true[]; $seen[.order] >= .failed) and
		all($true[] | select(.order | IN("1", "2", "3", "10")); $seen[.order] == .failed)' \
		"$work/out/failures.json" >"$work/err" &&
		jq -es '.[0] | .requests.failed == .requests.counted and .mode.tier == "kprobe"' \
			"$work/out/failures.json" >"$work/err"
	result $? "failures only: each, and nothing else"
}

while next_kernel; do
	name=$kernel
	one_kernel
	case $name in
	6.12) preempt_full ;&
	6.1)
		kernel=$name
		special
		;;
	esac
done
finish
