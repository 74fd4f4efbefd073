#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run --repeat and check -- CMD on the running kernel.
# shellcheck disable=SC2016,SC2317 # jq has $variables, too; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"

ended() { # STATUS
	((status == $1)) && [[ ! -s $err ]]
}
each() { jq -es "$1" "$report" > /dev/null; }
all_sums() {
	each 'all(.[]; .requests.counted == .requests.succeeded + .requests.failed and
		([.alignment[].count] | add) == .requests.succeeded)'
}

run "$GFPTRACE" run -q --repeat 3 -f json -o "$report" -- sh -c 'echo "$$"; sleep 0.3; exit 5'
ok "--repeat 3 ends well" ended 0
ok "the command ran three times, as three processes" test "$(sort -u "$out" | wc -l)" -eq 3
ok "three reports" each 'length == 3 and all(.[]; .window.command.exit == 5 and
	.window.stopped_by == "command" and .window.duration_ns > 3e8 and .window.duration_ns < 3e9)'
ok "each adds up" all_sums
ok "the windows follow one another" each '[.[].window.start] | . == sort'
run "$GFPTRACE" run -q --repeat 2 -d 0.5 -f json -o "$report"
ok "--repeat 2 -d 0.5" each 'length == 2 and all(.[]; .window.stopped_by == "duration" and
	.window.duration_ns >= 5e8 and .window.duration_ns < 1.5e9)'
run "$GFPTRACE" run -q --repeat 2 -d 0.5 -f json -o "$report" -- sleep 30
ok "-d ends each command" each 'length == 2 and all(.[]; .window.command.exit == 143)'
run "$GFPTRACE" run -q --repeat 3 -f json -o "$report" -- cat /proc/self/oom_score_adj
ok "what protects us protects no command" test "$(sort -u "$out")" = "$(< /proc/self/oom_score_adj)"

# A signal ends all of it: the commands that wait never run.
"$GFPTRACE" run -q --repeat 50 -f json -o "$report" -- sh -c "echo x >> '$work/ran'; sleep 3" > "$out" 2> "$err" &
pid=$!
ran() { [[ -s $work/ran ]]; }
eventually 10 ran
kill -TERM "$pid"
wait "$pid"
status=$?
ok "SIGTERM ends the repetitions" ended 0
ok "with the report of the window that it ended" each 'length == 1 and .[0].window.stopped_by == "signal"'
no_child() { ! pgrep -P "$pid" > /dev/null; }
ok "no command waits on" no_child
ok "no other command ran" test "$(wc -l < "$work/ran")" -eq 1

check() { run "$GFPTRACE" check "$@"; }
says() { ((status == $1)) && grep -qF -- "$2" "$out"; }
check --rule 'gfptrace_requests_total > 1' --report "$report" -- sh -c 'echo first; echo x | cat'
ok "check -- CMD" says 0 "ok 1 - gfptrace_requests_total > 1"
ok "the verdicts come after what CMD prints" test "$(head -n 1 "$out")" = first
ok "--report keeps the report" each 'length == 1 and .[0].window.command.argv[0] == "sh"'
check -q --rule 'gfptrace_requests_total > 1' -- printf 'no end of line'
ok "the plan is on a line of its own" grep -qx '1\.\.1' "$out"
# a quiet machine may make no request for a while
check --rule 'gfptrace_requests_total < 1' -q -- sh -c '/bin/true; /bin/true'
ok "a violated rule" says 1 "not ok 1 - gfptrace_requests_total < 1"
check --rule 'gfptrace_requests_total >= 0' -q -- sh -c '/bin/true; exit 5'
ok "a command that fails" says 1 "not ok 2 - command: 'sh' succeeds"
check --rule 'gfptrace_requests_total >= 0' -q --ignore-exit -- sh -c '/bin/true; exit 5'
ok "--ignore-exit" says 0 "1..1"
check --rule 'gfptrace_requests_total >= 0' -q -d 0.5 -- sleep 30
ok "a command that -d ends did not fail" says 0 "1..1"
check --rule 'gfptrace_requests_total > 1' --by cpu,comm -q -- sh -c '/bin/true; /bin/true'
ok "options of run" says 0 "ok 1"
check --tier tracepoint --rule 'gfptrace_latency_seconds{quantile="0.5"} < 1s' -d 0.5 -q
ok "latency in the tracepoint tier has no answer" says 2 "# unanswered: the report is blind to latency"
check --rule 'gfptrace_requests_total > 1' -o "$work/no/tap" -- touch "$work/traced"
ok "an output that cannot be is refused first" refused 2 "cannot open output"
ok "the command did not run" test ! -e "$work/traced"
check --baseline "$work/base.json" --update --rule 'gfptrace_requests_total > 1' -q -- sh -c '/bin/true; /bin/true'
ok "--update makes a baseline" test -s "$work/base.json"
check --baseline "$work/base.json" --max-regress 100 -q -d 0.5
ok "it is compared with" says 0 "ok 1 - baseline: nothing is worse"

done_testing
