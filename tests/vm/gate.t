#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the gate. The recipe of doc/ci.md, copied into an empty folder, on a busy machine, several
# times: the same verdicts. A slowdown of 1 %, planted in one order: `diff` finds it, in its series
# and of its size, and nothing where nothing was planted; a rule fails exactly where its bound says.
# Usage: tests/vm/gate.t [KERNEL] (default 6.12; of the planted part). GATE_RUNS: how often (3).
# GFPTRACE is the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernel=${1:-6.12}
runs=${GATE_RUNS:-3}

busy=()
# shellcheck disable=SC2317 # called by the trap
leave() {
	((!${#busy[@]})) || kill "${busy[@]}"
	rm -rf "$work"
}
trap leave EXIT

check() {
	"$GFPTRACE_BIN" check "$@" >"$work/err" 2>&1
}

# The gate's own line of the recipe for GitHub, and the rules that the page offers.
recipe() {
	mkdir "$work/project" && cd "$work/project" || return
	ln -s "$top" gfptrace
	grep -h '^gfptrace_' "$top/doc/ci.md" >page.rules
	grep -m 1 -E '^ +gfptrace/tools/ci ' "$top/doc/ci.md" | sed 's/^ *//' >"$work/line"
	cd "$top" || return
	[[ $(wc -l <"$work/line") == 1 && $(wc -l <"$work/project/page.rules") == 3 ]]
	result $? "the page has a line to copy, and rules"
}

# run_recipe NUMBER: leaves the results in $work/run-NUMBER
run_recipe() {
	(cd "$work/project" && bash -e "$work/line") >"$work/run-$1.out" 2>"$work/err"
	echo $? >"$work/run-$1.status"
	mv "$work/project/gate" "$work/run-$1"
}

# What a verdict is, without the time of day.
verdicts() {
	cat "$work/run-$1/check.tap" "$work/run-$1.status"
	sed 's/ timestamp="[^"]*"//' "$work/run-$1/junit.xml"
	jq -S 'del(.window.start)' "$work/run-$1/report.json"
}

same_verdicts() {
	local run

	for ((run = 1; run <= 2; run++)); do
		while :; do :; done &
		busy+=($!)
	done
	for ((run = 1; run <= runs; run++)); do
		run_recipe "$run"
		echo "# run $run: status $(<"$work/run-$run.status"), load $(cut -d ' ' -f 1 /proc/loadavg)"
	done
	kill "${busy[@]}"
	wait "${busy[@]}" 2>/dev/null
	busy=()
	[[ $(<"$work/run-1.status") == 0 && $(grep -c '^ok' "$work/run-1/check.tap") == 3 ]]
	result $? "the recipe gates a run: three rules hold"
	for ((run = 2; run <= runs; run++)); do
		diff <(verdicts 1) <(verdicts "$run") >"$work/err" 2>&1
		result $? "run $run on a busy machine: the same verdicts and the same report"
	done
}

harnesses() {
	if command -v xmllint >/dev/null; then
		xmllint --noout --schema "$top/tests/golden/junit.xsd" "$work/run-1/junit.xml" 2>"$work/err"
		result $? "junit.xml is valid"
	else
		result 0 "junit.xml is valid # SKIP no xmllint (tools/setup check)"
	fi
	prove -e cat "$work/run-1/check.tap" >"$work/err" 2>&1
	result $? "prove takes check.tap"
}

# planted NAME NS ARG…: a gated boot in which order 2 is slower by so many instructions
planted() {
	local name=$1 ns=$2
	shift 2
	"$top/tools/ci" --kernel "$kernel" --module allocpage --mem 512 --timeout 600 \
		--append init_on_alloc=0 --out "$work/$name" --rule 'gfptrace_loss_ratio == 0' "$@" -- \
		gfptrace exercise "order=0-3 gfp=GFP_NOIO count=8000 slow_order=2 slow_ns=$ns" \
		>"$work/$name.out" 2>"$work/err"
}

of_noio() { # ORDER FIELD REPORT
	jq ".latency[] | select(.labels == {class: \"noio\", order: \"$1\", context: \"task\"}) | $2" "$3"
}

# regressed NAME: the module's series whose p50 or p99 `diff` calls worse than in the base by more
# than half a per cent. Means and the series of others move with the clock's ticks, too.
regressed() {
	"$GFPTRACE_BIN" diff --max-regress 0.5 -f json "$work/base/report.json" \
		"$work/$1/report.json" >"$work/diff.json" 2>"$work/err"
	jq -r '.rows[] | select(.regression and (.of == "p50" or .of == "p99"))
		| .series | select(contains("\"noio\""))' "$work/diff.json" | sort -u
}

slowdown() {
	local p50 ns series='{class="noio",order="2",context="task"}' added change

	planted base 0
	result $? "a base, with the probe and without the work"
	p50=$(of_noio 2 .p50 "$work/base/report.json")
	ns=$(((p50 + 50) / 100))
	local latency="gfptrace_latency_seconds{class=\"noio\",order=\"2\",quantile=\"0.5\"}"

	planted none 0 --baseline "$work/base/report.json" --rule "$latency <= ${p50}ns"
	result $? "+0 %: the gate passes, with the p50 as its bound and the base as its baseline"
	[[ -z $(regressed none) && $(jq .compared "$work/diff.json") -gt 10 ]]
	result $? "+0 %: diff finds nothing"

	planted more "$ns" --rule "$latency <= ${p50}ns"
	(($? == 1)) && grep -q "^not ok 2 - gfptrace_latency" "$work/more.out"
	result $? "+1 % ($ns of $p50 ns): the gate fails, for that rule"
	regressed more >"$work/series"
	{ cat "$work/series" && jq -c '.rows[] | select(.regression)' "$work/diff.json"; } >"$work/err"
	[[ $(<"$work/series") == "$series" ]]
	result $? "+1 %: diff names this series and no other of the module's"
	added=$(jq .slowdown.added_ns "$work/more/workload.out")
	change=$(jq --arg series "$series" \
		'.rows[] | select(.of == "p50" and .series == $series) | .new - .base' "$work/diff.json")
	echo "# $kernel: asked $ns, added $added ns to a p50 of $p50 ns; diff says $change more"
	jq -ne --argjson added "${added:-0}" --argjson ns "$ns" --argjson change "${change:-0}" \
		'($added - $ns | fabs) <= 2 and ($change - $added | fabs) <= 4' >"$work/err" 2>&1
	result $? "+1 %: and its size, within a bucket of 4 ns"
	bounds "$latency"
}

# A rule on a saved report: as much as was measured holds, a nanosecond less does not.
bounds() { # METRIC
	local report=$work/more/report.json value

	value=$(of_noio 2 .p50 "$report")
	check --rule "$1 <= ${value}ns" "$report"
	result $? "a bound of what was measured holds"
	check --rule "$1 <= $((value - 1))ns" "$report"
	(($? == 1))
	result $? "one of a nanosecond less is violated"
	check --rule "$1 < ${value}ns" "$report"
	(($? == 1))
	result $? "so is one that must be undercut"
	check --rule "$1 < $((value + 1))ns" "$report"
	result $? "and by a nanosecond it is"
	check --rule "${1/noio/thp} < 1s" "$report"
	(($? == 2))
	result $? "a rule that matches nothing: exit status 2"
}

"$top/tools/vm" --prepare "$kernel" >/dev/null 2>"$work/err"
if (($? == 77)); then
	echo "1..0 # SKIP $(head -n 1 "$work/err")"
	exit 0
fi
SECONDS=0
recipe
same_verdicts
harnesses
echo "# $runs runs: $SECONDS s"
slowdown
echo "# all: $SECONDS s"
echo "1..$n"
exit "$failed"
