#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the same requests on many machines: architectures, nodes, CPUs, kinds of preemption, pages
# cleared or not. Each cell is a boot in which gfptrace's counts are compared with the module's.
# Usage: tests/matrix/matrix.t [CELL…] (default: all; a CELL is a glob). With MATRIX_JSON=FILE a line
# of JSON for each cell is added to FILE.
# GFPTRACE is the program for this architecture (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

# cell | kernel | tier that is chosen | options of tools/vm, separated by blanks
cells() {
	cat <<-END
		arm64:6.12-cloud|arm64:6.12-cloud|fexit|
		arm64:6.1-cloud|arm64:6.1-cloud|kprobe|
		6.1 1 CPU|6.1|fexit|--smp 1
		6.1 4 CPUs|6.1|fexit|--smp 4
		6.1 2 nodes|6.1|fexit|--numa 2
		6.1 init_on_alloc=1|6.1|fexit|--append init_on_alloc=1
		6.1 preempt=none|6.1|fexit|--append preempt=none
		6.1 preempt=full|6.1|fexit|--append preempt=full
		6.12 1 CPU|6.12|fexit|--smp 1
		6.12 4 CPUs|6.12|fexit|--smp 4
		6.12 2 nodes|6.12|fexit|--numa 2
		6.12 init_on_alloc=0|6.12|fexit|--append init_on_alloc=0
		6.12 preempt=none|6.12|fexit|--append preempt=none
		6.12 preempt=full|6.12|fexit|--append preempt=full
		6.12-rt 4 CPUs|6.12-rt|fexit|--smp 4
	END
}

# write_row CELL TIER: what was seen, for the table
write_row() {
	[[ ! ${MATRIX_JSON:-} ]] ||
		jq -nc --arg cell "$1" --arg tier "$2" --slurpfile quiet "$work/out/quiet.json" \
			--slurpfile mixed "$work/out/mixed.json" --slurpfile truth "$work/out/mixed.truth" '
			{cell: $cell, tier: $tier, kernel: $quiet[0].host.kernel, cpus: $quiet[0].host.cpus,
			 preempt: $quiet[0].host.preempt, quiet: $quiet[0].requests.counted,
			 counted: $mixed[0].requests.counted, missed: $mixed[0].requests.missed,
			 truth: $truth[0].requests}' >>"$MATRIX_JSON"
}

one_cell() { # CELL TIER OPTION…
	local cell=$1 tier=$2 rc lose=false
	shift 2

	boot --mem 512 --timeout 900 --add "$top/tests/vm/guest-truth.sh:/guest" "$@" \
		-- sh /guest quiet toobig mixed
	rc=$?
	((rc != 77)) || return
	kernel=$cell
	result "$rc" "all scenarios run, no kernel warning"
	((rc == 0)) || return
	[[ $cell != *preempt=full* ]] || lose=true
	compare quiet "{\"tier\": \"$tier\", \"marked\": true, \"complete\": true}"
	compare toobig "{\"tier\": \"$tier\", \"marked\": true, \"complete\": true, \"reason\": \"invalid\"}"
	compare mixed "{\"tier\": \"$tier\", \"marked\": true, \"tasks_may_lose\": $lose}"
	write_row "$cell" "$tier"
}

wanted() { # CELL: no globs at all, or one that fits
	local glob

	((${#globs[@]})) || return 0
	for glob in "${globs[@]}"; do
		# shellcheck disable=SC2053 # a glob
		[[ $1 != $glob ]] || return 0
	done
	return 1
}

globs=("$@")
while IFS='|' read -r cell kernel tier options <&3; do
	wanted "$cell" || continue
	SECONDS=0
	if [[ $kernel == arm64:* && ! -x $top/build/arm64/gfptrace ]]; then
		n=$((n + 1))
		echo "ok $n - $cell # SKIP there is no build/arm64/gfptrace: tools/setup cross; tools/cross arm64"
		continue
	fi
	[[ $kernel != arm64:* ]] || unset GFPTRACE_BIN
	read -ra words <<<"$options"
	one_cell "$cell" "$tier" ${words[@]+"${words[@]}"}
	export GFPTRACE_BIN=${GFPTRACE:-$top/build/gfptrace}
	echo "# $cell: $SECONDS s"
done 3< <(cells)
echo "1..$n"
exit "$failed"
