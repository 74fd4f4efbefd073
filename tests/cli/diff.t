#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gfptrace diff on saved reports: what is refused, what is found, how it is told.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
sample=tests/golden/sample.json

differ() { run "$GFPTRACE" diff "$@"; }
says() { ((status == $1)) && [[ ! -s $err ]] && grep -qF -- "$2" "$out"; }
bad() { # TEXT ARG...
	local text=$1
	shift
	differ "$@"
	ok "diff ${*:0:60}" refused 2 "$text"
}
sed 's/monotonic/icount/' $sample > "$work/base"

bad "two reports are expected, BASE.json and NEW.json, not 0"
bad "not 1" $sample
bad "not 3" $sample $sample $sample
bad "cannot open report '$work/none'" $sample "$work/none"
bad "is a directory" "$work" $sample
: > "$work/empty"
bad "cannot read report '$work/empty': it is empty" "$work/empty" $sample
sed 's,report/1,report/2,' $sample > "$work/version"
bad "schema gfptrace.report/2 is not known" $sample "$work/version"
(cat $sample; echo '{"schema"') > "$work/cut"
bad "cannot read report '$work/cut': no JSON, or cut" $sample "$work/cut"
bad "one counts instructions (icount), the other measures time" $sample "$work/base"
sed 's/"order": /"cpu": /' $sample > "$work/by"
bad "the series have different labels (--by)" $sample "$work/by"
sed 's/"tier": "fexit"/"tier": "kprobe"/' $sample > "$work/tier"
bad "different tiers" $sample "$work/tier"
cat $sample $sample > "$work/two"
bad "2 and 2 reports are too few" "$work/two" "$work/two"
bad "--max-regress '0': a number above 0, at most 10000" --max-regress 0 $sample $sample
bad "--max-regress 'nan'" --max-regress nan $sample $sample

differ $sample $sample
ok "the same report" says 0 "no difference"
ok "which test it was" says 0 "test       intervals of one run a side: differences are told, not judged"
differ --max-regress 50 $sample $sample
ok "with a bound they are judged" says 0 "moves a run by more than 50 %"
differ "$work/base" "$work/base"
ok "the same deterministic report" says 0 "test       exact"
sed 's/"sum": 1901/"sum": 1902/' "$work/base" > "$work/slower"
differ "$work/base" "$work/slower"
ok "one nanosecond more" says 1 "1 worse"
differ "$work/slower" "$work/base"
ok "one nanosecond less" says 0 "0 worse, 1 better"
differ --max-regress 0.1 "$work/base" "$work/slower"
ok "--max-regress bears it" says 0 "1 worse (0 by more than 0.1 %)"
ok "and says so" says 0 "worse (borne)"
sed 's/"reason": "exhausted"}, "count": 1/"reason": "exhausted"}, "count": 4/' "$work/base" > "$work/failing"
differ "$work/base" "$work/failing"
ok "more failures" says 1 "failures"
sed 's/"class": "kernel", "order": "2"/"class": "kernel", "order": "3"/' "$work/base" > "$work/moved"
differ "$work/base" "$work/moved"
ok "a series that appears" says 0 'appeared'
ok "a series that vanishes" says 0 'vanished'
cat "$work/base" "$work/base" > "$work/base2"
cat "$work/base" "$work/slower" > "$work/slower2"
differ "$work/base2" "$work/slower2"
ok "deterministic reports one by one" says 1 'run 2 {class="atomic"'
bad "1 reports cannot be compared one by one with 2" "$work/base" "$work/base2"
cat $sample $sample $sample $sample $sample > "$work/five"
differ "$work/five" "$work/five"
ok "five of them" says 0 "test       permutation of 5 and 5 runs"
ok "no difference" says 0 "no difference"

if command -v jq > /dev/null; then
	differ -f json "$work/base" "$work/slower"
	json() { ((status == 1)) && jq -es "length == 1 and (.[0] | $1)" "$out" > /dev/null; }
	ok "-f json" json '.schema == "gfptrace.diff/1" and .test == "exact" and .regressions == 1 and
		.rows[0].of == "mean" and .rows[0].regression and .rows[0].p == null'
else
	skip "-f json" "no jq"
fi
differ -o "$work/out" $sample $sample
ok "-o FILE" grep -q "no difference" "$work/out"
differ -o /dev/full $sample $sample
ok "-o /dev/full" refused 4 "cannot write the report"
cp $sample "$work/copy"
"$GFPTRACE" diff - $sample < "$work/copy" > "$out" 2> "$err"
status=$?
ok "- reads stdin" says 0 "no difference"

done_testing
