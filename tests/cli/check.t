#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gfptrace check on saved reports: verdicts, exit statuses, formats, hostile words.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
sample=tests/golden/sample.json
latency='gfptrace_latency_seconds{class="atomic",order="0",quantile="0.99"}'
nulls='gfptrace_failures_total'

# the sample's command ended with status 3
check() { run "$GFPTRACE" check --ignore-exit "$@"; }
ended() { ((status == $1)) && [[ ! -s $err ]]; }
says() { ended "$1" && grep -qF -- "$2" "$out"; }

# Exit statuses.
check --rule "$latency < 20us" $sample
ok "a rule that holds" says 0 "ok 1 - $latency < 20us"
ok "what was measured is said" says 0 "measured 340 ns, bound < 20.0 us, margin +98.3 %"
check --rule "$latency < 340ns" $sample
ok "a rule that is violated" says 1 "not ok 1 - $latency < 340ns"
check --rule "$latency <= 340ns" $sample
ok "the bound itself" ended 0
unanswered() {
	((status == 2)) && grep -q '^not ok 1' "$out" && grep -qF -- "$1" "$err" &&
		(($(wc -l < "$err") <= 2))
}
check --rule "$nulls{class=\"thp\"} == 0" $sample
ok "a rule that no series answers" unanswered "--rule:1:1: no series matches"
check --rule "$nulls{class=\"thp\"} == 0" --rule "$latency < 1ns" $sample
ok "it outweighs a violation" unanswered "no series matches"
ok "which is told all the same" grep -q '^not ok 2' "$out"
sed 's/{"what": "stages and path"/{"what": "latency", "why": "it is dark"}, &/' $sample > "$work/blind"
check --rule "$latency < 1s" "$work/blind"
ok "a rule on what the report is blind to" unanswered "the report is blind to latency: tier fexit: it is dark"

# A command that failed.
judge() { run "$GFPTRACE" check --rule "$latency < 20us" "$@"; }
judge $sample
ok "a command that failed is a failed verdict" says 1 "not ok 2 - command: 'make' succeeds"
ok "with its exit status" grep -qF "# measured 3, bound == 0, margin -3: exit status of 'make'" "$out"
ok "beside the rules, which hold" grep -q '^ok 1' "$out"
judge -f json $sample
ok "in JSON" says 1 '"rule": "command: '
judge --junit "$work/junit-exit" $sample
ok "in JUnit" grep -q '<failure type="violated" message="measured 3' "$work/junit-exit"
judge --ignore-exit $sample
ok "--ignore-exit leaves it out" says 0 "1..1"
sed 's/"stopped_by": "command"/"stopped_by": "duration"/' $sample > "$work/ended"
judge "$work/ended"
ok "one that -d ended did not fail" says 0 "1..1"

# Refused before anything is judged.
bad() { # TEXT ARG...
	local text=$1
	shift
	check "$@"
	ok "check ${*:0:60}" refused 2 "$text"
}
bad "no rule: --rules FILE, --rule EXPR or --baseline FILE" $sample
bad "what is to be checked?" --rule "$latency < 1s"
bad "one report is expected, not 2" --rule "$latency < 1s" $sample $sample
bad "exclude each other" --rule "$latency < 1s" $sample -- true
bad "exclude each other: nothing is traced" --rule "$latency < 1s" -d 1 $sample
bad "--update needs --baseline" --rule "$latency < 1s" --update $sample
bad "cannot open rules '$work/none'" --rules "$work/none" $sample
bad "cannot read rules '$work'" --rules "$work" $sample
bad "rules '/dev/zero' are too long" --rules /dev/zero $sample
bad "cannot open report '$work/none'" --rule "$latency < 1s" "$work/none"
bad "unknown format 'xml': tap, text or json expected" --rule "$latency < 1s" -f xml $sample
bad "--rule is empty" --rule '' $sample
bad "--rule:2:21: expected <, <=" --rule "$latency < 1s" --rule "gfptrace_loss_ratio x" $sample
bad "cannot execute 'no-such-command'" --rule "$latency < 1s" -- no-such-command
bad "cannot open output '$work/no/junit'" --rule "$latency < 1s" --junit "$work/no/junit" $sample
bad "cannot open report '$work/none'" --baseline "$work/none" $sample
printf '# two lines\n%s < 20us\n  %s {\n class="x"} == 0\n' "$latency" "$nulls" > "$work/rules"
bad "$work/rules:4:8: expected a class" --rules "$work/rules" $sample
hinted() { [[ $(tail -n 1 "$err") == "gfptrace: hint: thp, atomic"* ]]; }
ok "the hint names the classes" hinted
check --rule "$latency < 1s" -o /dev/full $sample
ok "-o /dev/full" refused 4 "cannot write the report"
check --rule "$latency < 1s" --junit /dev/full $sample
ok "--junit /dev/full" test "$status" -eq 4

# Files of rules.
cat > "$work/rules" << END
# the gate
$latency < 20us   # for the driver
for each order: gfptrace_latency_seconds{
	class=~"kernel|atomic",
	quantile="0.5" } < 100us
$nulls{class="kernel"} == 0 for each order
END
check --rules "$work/rules" $sample
ok "a file: six verdicts" says 0 "1..6"
ok "for each order has one each" grep -qF '[order=10]' "$out"
check --rules "$work/rules" --rule "gfptrace_loss_ratio == 0" $sample
ok "a file and a rule" says 1 "not ok 7 - gfptrace_loss_ratio == 0"
"$GFPTRACE" check --ignore-exit --rules - $sample < "$work/rules" > "$out" 2> "$err"
status=$?
ok "rules from stdin" says 0 "1..6"
cat $sample $sample > "$work/two"
check --rule "$latency < 20us" "$work/two"
ok "a file of two reports" says 0 "ok 2 - $latency < 20us (report 2 of 2)"

# Formats.
check --rules "$work/rules" --rule "gfptrace_loss_ratio == 0" -f text $sample
worst() { says 1 "7 rules: 6 hold, 1 violated" && sed -n 2p "$out" | grep -q '^violated .*gfptrace_loss_ratio'; }
ok "-f text: the worst first" worst
check --rules "$work/rules" -f json $sample
json() { ended 0 && jq -es "length == 1 and (.[0] | $1)" "$out" > /dev/null; }
if command -v jq > /dev/null; then
	ok "-f json" json '.schema == "gfptrace.check/1" and .rules == 6 and .violated == 0 and
		.verdicts[0].measured == 340 and .verdicts[0].unit == "ns" and
		.verdicts[0].series == "{class=\"atomic\",order=\"0\",context=\"hardirq\",quantile=\"0.99\"}"'
else
	skip "-f json" "no jq"
fi

# Words from outside in every format: markup, quotes, controls, directives of TAP.
hostile='gfptrace_latency_seconds_count{comm=~"<&>|]]>|'$'\e\x01\xff\xef\xbf\xbf'"'|é #TODO #SKIP\"} == 0"
printf '%s\n' "$hostile" > "$work/hostile"
check --rules "$work/hostile" --rules "$work/rules" --rule "gfptrace_loss_ratio == 0" \
	--junit "$work/junit.xml" $sample
no_directive() { ! grep -qE '[^\\]#' <(grep -E '^(not )?ok' "$out") && ! grep -q $'[\e\x01]' "$out"; }
ok "TAP: no directive, no control" no_directive
if command -v xmllint > /dev/null; then
	ok "JUnit is valid" xmllint --noout --schema tests/golden/junit.xsd "$work/junit.xml" 2> /dev/null
	counts() { [[ $(xmllint --xpath 'concat(//testsuite/@tests, " ", //testsuite/@failures, " ", //testsuite/@errors, " ", count(//failure), " ", count(//error))' "$work/junit.xml") == "8 1 1 1 1" ]]; }
	ok "JUnit counts" counts
else
	skip "JUnit is valid" "no xmllint (tools/setup check)"
	skip "JUnit counts" "no xmllint (tools/setup check)"
fi
if command -v prove > /dev/null; then
	check --rules "$work/rules" -o "$work/good.tap" $sample
	ok "-o: nothing on stdout" test ! -s "$out"
	run prove -e cat "$work/good.tap"
	ok "prove takes it" test "$status" -eq 0
	ok "prove counts it" grep -q 'Tests=6' "$out"
	check --rules "$work/hostile" --rule "gfptrace_loss_ratio == 0" -o "$work/bad.tap" $sample
	run prove -e cat "$work/bad.tap"
	failed() { ((status != 0)) && grep -q 'Failed 2/2' "$out" "$err"; }
	ok "prove fails where a rule fails" failed
else
	skip "prove takes it" "no prove"
fi

# Baselines.
check --baseline $sample $sample
ok "single runs of wall time" refused 2 "one run of wall time a side cannot be judged"
check --baseline $sample --max-regress 50 $sample
ok "the baseline itself" says 0 "ok 1 - baseline: nothing is worse"
sed 's/monotonic/icount/' $sample > "$work/base"
sed 's/"sum": 1901/"sum": 2000/' "$work/base" > "$work/slower"
check --baseline "$work/base" "$work/slower"
ok "icount: a mean that grew" says 1 "not ok 1 - baseline: mean of {class=\"atomic\""
check --baseline "$work/base" --max-regress 10 "$work/slower"
ok "--max-regress bears it" says 0 "ok 1 - baseline: mean of"
check --baseline "$work/slower" "$work/base"
ok "better is no regression" ended 0
check --baseline "$work/base" $sample
ok "icount against time" refused 2 "one counts instructions (icount), the other measures time"
cp "$work/base" "$work/kept"
check --baseline "$work/kept" --update --rule "$latency < 1ns" "$work/slower"
ok "--update not where a rule is violated" test "$status" -eq 1
ok "the baseline is as it was" cmp -s "$work/kept" "$work/base"
check --baseline "$work/kept" --update --rule "$latency < 1us" "$work/slower"
ok "--update" says 0 "ok 1"
ok "the baseline is the new report" cmp -s "$work/kept" "$work/slower"
check --baseline "$work/new" --update --rule "$latency < 1us" "$work/slower"
ok "--update makes a baseline" cmp -s "$work/new" "$work/slower"
leftovers() { (($(find "$work" -name 'kept*' -o -name 'new*' | wc -l) == 2)); }
ok "nothing is left beside them" leftovers
check --rule "$latency < 1us" --report "$work/copy" $sample
ok "--report keeps the report" cmp -s "$work/copy" $sample

done_testing
