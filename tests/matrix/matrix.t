#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the same requests on many machines: architectures, nodes, CPUs, kinds of preemption, pages
# cleared or not. Each cell is a boot in which gfptrace's counts are compared with the module's.
# Usage: tests/matrix/matrix.t [--list] [CELL…] (default: all; a CELL is a glob). With MATRIX_JSON=FILE
# a line of JSON for each cell is added to FILE, of which tools/matrix makes the README's table.
# GFPTRACE is the program for this architecture (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

# kernel | CPUs | nodes | preemption | init_on_alloc | tier that is chosen. What is empty is the
# kernel's own: voluntary, or that of PREEMPT_RT, and on.
cells() {
	cat <<-END
		arm64:6.12-cloud|2|1|||fexit
		arm64:6.1-cloud|2|1|||kprobe
		6.1|1|1|||fexit
		6.1|4|1|||fexit
		6.1|2|2|||fexit
		6.1|2|1|none||fexit
		6.1|2|1|voluntary||fexit
		6.1|2|1|full||fexit
		6.1|2|1||0|fexit
		6.1|2|1||1|fexit
		6.12|1|1|||fexit
		6.12|4|1|||fexit
		6.12|2|2|||fexit
		6.12|2|1|none||fexit
		6.12|2|1|voluntary||fexit
		6.12|2|1|full||fexit
		6.12|2|1||0|fexit
		6.12|2|1||1|fexit
		6.12-rt|4|1|||fexit
	END
}

# What is said of a cell: its kernel, and what sets it apart.
name_cell() {
	cell=$kernel
	case $cpus in
	1) cell+=' 1 CPU' ;;
	4) cell+=' 4 CPUs' ;;
	esac
	((nodes == 1)) || cell+=" $nodes nodes"
	cell+=${preempt:+ preempt=$preempt}${clears:+ init_on_alloc=$clears}
}

# machine: what was booted, in the kernel's own words
machine() {
	local nodes clears

	{ read -r nodes && read -r clears; } <"$work/out/machine" &&
		jq -c --argjson nodes "$nodes" --arg clears "$clears" '.host
			| {kernel, arch, cpus, $nodes, preempt, init_on_alloc: ({on: 1, off: 0}[$clears])}' \
			"$work/out/quiet.json"
}

# asked_for: is it what the cell says?
asked_for() {
	jq -es --argjson cpus "$cpus" --argjson nodes "$nodes" --arg preempt "$preempt" \
		--arg clears "$clears" '.[0] | .cpus == $cpus and .nodes == $nodes and .init_on_alloc != null
			and (.preempt | IN($preempt, select($preempt == "")))
			and (.init_on_alloc | tostring | IN($clears, select($clears == "")))' <<<"$machine"
}

# seen SCENARIO: its sums, and the module's; pairings are not checked in each tier
seen() {
	jq -c --slurpfile truth "$work/out/$1.truth" --argjson pairings "$(pairings "$1")" '.requests
		| {counted, missed, truth: $truth[0].requests,
		   wrong: ($pairings | if .[0] > 0 then .[1] else null end)}' "$work/out/$1.json"
}

# row STATUS JSON: the cell, for the table
row() {
	[[ ! ${MATRIX_JSON:-} ]] ||
		jq -nc --arg cell "$cell" --arg status "$1" --argjson seconds "$SECONDS" \
			--argjson more "${2:-null}" '{$cell, $status, $seconds} + $more' >>"$MATRIX_JSON"
}

# skip REASON
skip() {
	n=$((n + 1))
	echo "ok $n - $cell # SKIP $1"
	row skipped "$(jq -n --arg reason "$1" '{$reason}')"
}

one_cell() {
	local rc machine lose=false
	local -a options=(--smp "$cpus")

	((nodes == 1)) || options+=(--numa "$nodes")
	[[ ! $preempt ]] || options+=(--append "preempt=$preempt")
	[[ ! $clears ]] || options+=(--append "init_on_alloc=$clears")
	boot --mem 512 --timeout 900 --add "$top/tests/vm/guest-truth.sh:/guest" \
		--add "$top/tests/matrix/guest-matrix.sh:/matrix" "${options[@]}" \
		-- sh /matrix quiet toobig mixed
	rc=$?
	if ((rc == 77)); then
		row skipped "$(jq -R '{reason: .}' <<<"$(head -n 1 "$work/err")")"
		return
	fi
	kernel=$cell
	result "$rc" "all scenarios run, no kernel warning"
	((rc == 0)) || return
	machine=$(machine) && asked_for >"$work/err" 2>&1
	result $? "the machine is the one that was asked for: ${machine:-?}"
	[[ $preempt != full ]] || lose=true
	compare quiet "{\"tier\": \"$tier\", \"marked\": true, \"complete\": true}"
	compare toobig "{\"tier\": \"$tier\", \"marked\": true, \"complete\": true, \"reason\": \"invalid\"}"
	compare mixed "{\"tier\": \"$tier\", \"marked\": true, \"tasks_may_lose\": $lose}"
	((failed)) || row passed "$(jq -n --argjson machine "$machine" --arg tier "$tier" \
		--argjson quiet "$(seen quiet)" --argjson mixed "$(seen mixed)" \
		'$machine + {$tier, $quiet, $mixed}')"
}

wanted() { # no globs at all, or one that fits
	local glob

	((${#globs[@]})) || return 0
	for glob in "${globs[@]}"; do
		# shellcheck disable=SC2053 # a glob
		[[ $cell != $glob ]] || return 0
	done
	return 1
}

list='' any_failed=0
[[ ${1:-} != --list ]] || { list=1 && shift; }
globs=("$@")
while IFS='|' read -r kernel cpus nodes preempt clears tier <&3; do
	name_cell
	wanted || continue
	[[ ! $list ]] || { echo "$cell" && continue; }
	SECONDS=0 failed=0
	if [[ $kernel != arm64:* ]]; then
		export GFPTRACE_BIN=${GFPTRACE:-$top/build/gfptrace}
		one_cell
	elif [[ -x $top/build/arm64/gfptrace ]]; then
		unset GFPTRACE_BIN
		one_cell
	else
		skip 'there is no build/arm64/gfptrace: tools/setup cross; tools/cross arm64'
	fi
	((!failed)) || { any_failed=1 && row failed; }
	echo "# $cell: $SECONDS s"
done 3< <(cells)
[[ $list ]] || echo "1..$n"
exit "$any_failed"
