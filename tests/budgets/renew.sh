#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Write tests/budgets/KERNEL.rules anew from what this gfptrace measures in the deterministic VM.
# Usage: tests/budgets/renew.sh [KERNEL…] (default: all six). See tests/budgets/README.md.
set -u -o pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=("${all_kernels[@]}")

# Memory of three sizes, which lies differently in each.
sizes=(512 544 576)

# measure: a report of each size to $work/SIZE
measure() {
	local size

	for size in "${sizes[@]}"; do
		boot --icount --mem "$size" --timeout 600 --append init_on_alloc=0 \
			--add "$top/tests/vm/guest-budget.sh:/guest" -- sh /guest &&
			cp "$work/out/clean.json" "$work/$size" || return
	done
}

for kernel in "${kernels[@]}"; do
	if ! measure; then
		echo "renew: $kernel: no report; tests/budgets/$kernel.rules stays as it was" >&2
		tail -n 5 "$work/err" >&2
		failed=1
	elif jq -rs --arg kernel "$kernel" -f "$top/tests/budgets/rules.jq" \
		"${sizes[@]/#/$work/}" >"$work/rules"; then
		cp "$work/rules" "$top/tests/budgets/$kernel.rules"
	else
		failed=1
	fi
done
exit "$failed"
