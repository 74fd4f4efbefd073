#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gfptrace report: rendering, refusing, writing. tests/golden/sample.* come from tests/unit.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
sample=tests/golden/sample

same() { ((status == 0)) && [[ ! -s $err ]] && cmp -s "$out" "$1"; }
run "$GFPTRACE" report $sample.json
ok "text is the default" same $sample.txt
run "$GFPTRACE" report -f text $sample.json
ok "-f text" same $sample.txt
run "$GFPTRACE" report -f json $sample.json
ok "-f json gives the same bytes again" same $sample.json
"$GFPTRACE" report - < $sample.json > "$out" 2> "$err"
status=$?
ok "- reads stdin" same $sample.txt
"$GFPTRACE" report < /dev/null -- $sample.json > "$out" 2> "$err"
status=$?
ok "-- ends options" same $sample.txt

# Where the report goes.
written() { ((status == 0)) && [[ ! -s $err && ! -s $out ]] && cmp -s "$work/$1" "$sample.txt"; }
left() { (($(find "$work" -name "$1*" | wc -l) == $2)); }
run "$GFPTRACE" report -o "$work/new" $sample.json
ok "-o FILE" written new
ok "-o leaves no other file behind" left new 1
ok "-o gives usual permissions" test "$(stat -c %a "$work/new")" = "$(printf '%o' $((0666 & ~$(umask))))"
echo old > "$work/old"
chmod 640 "$work/old"
ln -s old "$work/link"
run "$GFPTRACE" report -o "$work/link" $sample.json
ok "-o through a link" written old
ok "-o keeps the link" test -L "$work/link"
ok "-o keeps permissions" test "$(stat -c %a "$work/old")" = 640
mkfifo "$work/fifo"
cat "$work/fifo" > "$work/read" &
run "$GFPTRACE" report -o "$work/fifo" $sample.json
wait $!
ok "-o FIFO" written read
ok "-o FIFO stays one" test -p "$work/fifo"
cp $sample.json "$work/same"
run "$GFPTRACE" report -f json -o "$work/same" "$work/same"
ok "-o may name the report itself" cmp -s "$work/same" $sample.json

run "$GFPTRACE" report -o "$work" $sample.json
ok "-o DIRECTORY" refused 2 "cannot open output '$work': Is a directory"
run "$GFPTRACE" report -o "$work/no/where" $sample.json
ok "-o in no directory" refused 2 "cannot open output"
run "$GFPTRACE" report -o '' $sample.json
ok "-o ''" refused 2 "--output is empty"
run "$GFPTRACE" report -o /dev/full $sample.json
ok "-o /dev/full" refused 4 "cannot write the report to '/dev/full': No space left"

# stdout that takes nothing: full is an error, a reader that has gone away is none.
: > "$out"
"$GFPTRACE" report $sample.json > /dev/full 2> "$err"
status=$?
ok "stdout is full" refused 4 "cannot write the report to 'stdout'"
silent() { ((status == 0)) && [[ ! -s $err ]]; }
"$GFPTRACE" report $sample.json >&- 2> "$err"
status=$?
ok "stdout is closed" silent
# Held open by us until the reader is gone, so that the write surely fails.
mkfifo "$work/pipe"
exec 9<> "$work/pipe"
(exec 9>&-; sleep 0.1; "$GFPTRACE" report -f json $sample.json > "$work/pipe" 2> "$err"; echo $? > "$work/status") &
head -c 1 <&9 > /dev/null
exec 9>&-
wait
status=$(cat "$work/status")
ok "the reader of stdout goes away" silent

# Cut anywhere, a report is refused; it never crashes and never passes for a whole one.
size=$(stat -c %s $sample.json)
for i in $(seq 0 49); do
	head -c $(((size - 2) * i / 49)) $sample.json > "$work/cut"
	run "$GFPTRACE" report "$work/cut"
	ok "cut after $(((size - 2) * i / 49)) bytes" refused 2 "cannot read report"
done

# edited NAME TEXT SED-SCRIPT
edited() {
	sed "$3" $sample.json > "$work/edited"
	run "$GFPTRACE" report "$work/edited"
	ok "$1" refused 2 "$2"
}
edited "another version" "schema gfptrace.report/2 is not known" 's,report/1,report/2,'
edited "another schema" "not a gfptrace report" 's,gfptrace.report/1,perf/1,'
edited "a field less" "requests.counted: the field is missing" 's/"counted": 2013, //'
edited "a wrong type" "host.cpus: a whole number" 's/"cpus": 2/"cpus": "2"/'
edited "a sum that does not add up" "requests.counted: is not the sum" 's/"failed": 13,/"failed": 14,/'
edited "buckets that do not add up" "latency[0].buckets: do not add up" 's/"le": 303, "count": 2/"le": 303, "count": 9/'
head -c 4096 /dev/urandom > "$work/noise"
run "$GFPTRACE" report "$work/noise"
ok "noise" refused 2 "cannot read report"
: > "$work/empty"
run "$GFPTRACE" report "$work/empty"
ok "an empty file" refused 2 "cannot read report"
run "$GFPTRACE" report /proc/self/mem
ok "a file that cannot be read" refused 2 "cannot read report"

# Several as one.
merged() { ((status == 0)) && [[ ! -s $err ]] && grep -q "$1" "$out"; }
sed 's/"missed": 7/"missed": 9/' $sample.json > "$work/b.json"
run "$GFPTRACE" report $sample.json "$work/b.json"
ok "two reports become one" merged '^gfptrace   2 reports merged; Linux 6.12.0-sample'
ok "counts add up" merged '^requests   4,026 '
ok "each keeps its loss" merged "$work/b.json  6.12.0-sample  fexit *2.00 s *2,013 *9 "
cp "$out" "$work/forth"
run "$GFPTRACE" report "$work/b.json" $sample.json
ok "any order gives the same" cmp -s "$out" "$work/forth"
run "$GFPTRACE" report -f json $sample.json "$work/b.json"
cp "$out" "$work/merged.json"
run "$GFPTRACE" report "$work/merged.json"
ok "a merged report is shown again" cmp -s "$out" "$work/forth"
sed 's,report/1,report/2,' $sample.json > "$work/foreign.json"
run "$GFPTRACE" report $sample.json "$work/foreign.json"
ok "a foreign version among them" refused 2 "'$work/foreign.json': schema gfptrace.report/2 is not"
sed 's/"page_size": 4096/"page_size": 65536/' $sample.json > "$work/pages.json"
run "$GFPTRACE" report $sample.json "$work/pages.json"
ok "what has no sum is refused" refused 2 "their page sizes differ"

# Formats.
run "$GFPTRACE" report -f html $sample.json
ok "-f html" merged '<title>gfptrace: Linux 6.12.0-sample'
run "$GFPTRACE" report -f prom $sample.json
ok "-f prom" merged '^gfptrace_requests_failed_total 13$'
if command -v promtool > /dev/null; then
	"$GFPTRACE" report -f prom $sample.json | promtool check metrics > "$out" 2> "$err"
	status=$?
	ok "promtool has nothing to say" test "$status" = 0 -a ! -s "$out" -a ! -s "$err"
else
	skip "promtool has nothing to say" "no promtool (package prometheus)"
fi

done_testing
