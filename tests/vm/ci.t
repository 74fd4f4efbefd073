#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: tools/ci in the deterministic VM: the baseline it makes holds to the instruction in the next
# boot, a violated rule and a failed workload fail it, and everything is left in the folder.
# Usage: tests/vm/ci.t [KERNEL] (default 6.12). GFPTRACE is the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernel=${1:-6.12}
latency='gfptrace_latency_seconds{class="kernel",order="0",context="task",quantile="0.99"}'
printf '%s < 20us\ngfptrace_failures_total{class="kernel",order="0"} == 0\n' "$latency" >"$work/rules"

# ci NAME ARG…: a run whose results go to $work/NAME
ci() {
	local name=$1
	shift
	"$top/tools/ci" --kernel "$kernel" --module allocpage --mem 512 --timeout 400 \
		--rules "$work/rules" --out "$work/$name" "$@" >"$work/$name.out" 2>"$work/err"
}

ci first --baseline "$work/base.json" -- gfptrace exercise orders
status=$?
if ((status == 3)); then
	echo "1..0 # SKIP $(head -n 1 "$work/err")"
	exit 0
fi
((status == 0))
result $? "the rules hold"
for name in report.json report.txt junit.xml check.tap kernel.log workload.out workload.err; do
	[[ -e $work/first/$name ]]
	result $? "$name is left"
done
grep -q 'Linux version' "$work/first/kernel.log"
result $? "the kernel's log is the kernel's"
cmp "$work/base.json" "$work/first/report.json" >"$work/err" 2>&1
result $? "the first report is the baseline"

ci second --baseline "$work/base.json" --rule "$latency < 1us" -- \
	sh -c 'gfptrace exercise orders; exit 3'
(($? == 1))
result $? "a violated rule"
grep -qF "not ok 3 - $latency < 1us" "$work/second.out"
result $? "it is named"

ci third --baseline "$work/base.json" -- gfptrace exercise orders
result $? "the next boot gives the same to the instruction"
grep -q '^ok 3 - baseline: nothing is worse' "$work/third.out"
result $? "nothing is worse than the baseline"
echo "1..$n"
exit "$failed"
