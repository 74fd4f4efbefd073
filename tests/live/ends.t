#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How a run ends on the running kernel: signals, commands, outputs, privileges; nothing stays behind.
# shellcheck disable=SC2016,SC2317 # jq has $variables, too; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"

ended() { # STATUS [TEXT-ON-STDERR]
	((status == $1)) && { [[ -z ${2-} ]] || grep -q -- "$2" "$err"; }
}

complete() { # STOPPED-BY [FILE]
	holds '.schema == "gfptrace.report/1" and .window.stopped_by == "'"$1"'"' "${2:-$report}" &&
		sums "${2:-$report}"
}

run "$GFPTRACE" run -d 1
ok "-d 1 prints a text" test "$status" -eq 0 -a -s "$out"
ok "the text speaks of requests" grep -qi 'requests' "$out"
run "$GFPTRACE" run -d 1 -f json
cp "$out" "$report"
ok "-d 1 -f json" complete duration
ok "it lasted a second" holds '.window.duration_ns >= 1e9 and .window.duration_ns < 2e9'
run "$GFPTRACE" report "$report"
ok "the saved report renders as text" test "$status" -eq 0 -a -s "$out"
run "$GFPTRACE" doctor
ok "doctor exits 0" test "$status" -eq 0
ok "doctor names the tier" grep -qE 'fexit|kprobe|tracepoint' "$out"

# Commands.
run "$GFPTRACE" run -q -f json -o "$report" -- sh -c 'exit 7'
ok "a command's failure is not ours" ended 0
ok "its status is in the report" complete command
ok "exit 7" holds '.window.command.exit == 7 and .window.command.argv == ["sh", "-c", "exit 7"]'
run "$GFPTRACE" run -f json -o "$report" -- sh -c 'exit 7'
ok "its failure is told" ended 0 "status 7"
run "$GFPTRACE" run -q -f json -o "$report" -- sh -c 'kill -9 $$'
ok "a command that is killed" complete command
ok "exit 137" holds '.window.command.exit == 137'
run "$GFPTRACE" run -q -d 1 -f json -o "$report" -- sleep 30
ok "-d ends before the command" complete duration
ok "the command was ended" holds '.window.command.exit == 143'
run "$GFPTRACE" run -q -f json -- echo hello
ok "the command's output stands before the report" test "$(head -n 1 "$out")" = hello
tail -n +2 "$out" > "$report"
ok "the report stands behind it, whole" complete command
run "$GFPTRACE" run -q -f json -o "$report" -- sh -c 'echo out; echo err >&2'
ok "-q silences us, not the command" test "$(< "$out")$(< "$err")" = outerr
echo "a line" > "$work/in"
"$GFPTRACE" run -q -f json -o "$report" -- cat < "$work/in" > "$out" 2> "$err"
ok "the command has our stdin" test "$(< "$out")" = "a line"
run "$GFPTRACE" run -d 1 -- "$work/no-such-command"
ok "a command that is not there" refused 2 "cannot execute"
run "$GFPTRACE" run -d 1 -- "$work"
ok "a command that is a folder" refused 2 "cannot execute"
printf '#!/no/such/interpreter\n' > "$work/broken"
chmod +x "$work/broken"
run "$GFPTRACE" run -d 1 -- "$work/broken"
ok "a command whose interpreter is not there" refused 2 "cannot execute"

# Signals.
for signal in INT TERM HUP QUIT; do
	"$GFPTRACE" run -q -f json -o "$report" -d 60 > "$out" 2> "$err" &
	pid=$!
	sleep 1
	"$load" time 0.2
	kill -"$signal" "$pid"
	wait "$pid"
	status=$?
	ok "SIG$signal ends it with status 0" ended 0
	ok "SIG$signal: the report is complete" complete signal
done
# A background job of a script ignores SIGINT: tried with the command in the foreground, too.
"$GFPTRACE" run -q -f json -o "$report" -- sleep "60.$$" > "$out" 2> "$err" &
pid=$!
sleep 1
runs() { pgrep -f "^sleep 60.$$" > /dev/null; }
ok "the command runs" runs
kill -TERM "$pid"
wait "$pid"
status=$?
ok "SIGTERM with a command" complete signal
ok "the command is ended with it" holds '.window.command.exit == 143'
gone() { ! pgrep -f "^sleep 60.$$" > /dev/null; }
ok "it does not run on" gone

# Outputs.
"$GFPTRACE" run -d 1 -f json 2> "$err" | head -c 1 > "$out"
status=${PIPESTATUS[0]}
ok "a closed stdout ends it silently" test "$status" -eq 0 -a ! -s "$err"
"$GFPTRACE" run -d 1 2> "$err" > /dev/full
status=$?
: > "$out"
ok "a full stdout is an error" refused 4 "cannot write the report"
run "$GFPTRACE" run -d 1 -o /dev/full
ok "-o /dev/full" refused 4 "cannot write the report to '/dev/full'"
run "$GFPTRACE" run -d 1 -o "$work/no/such/report"
ok "-o where nothing can be" refused 2 "cannot open output"
run "$GFPTRACE" run -d 1 -o "$work"
ok "-o a folder" refused 2 "cannot open output"
mkdir "$work/small"
if mount -t tmpfs -o size=16k tmpfs "$work/small" 2> /dev/null; then
	head -c 12k /dev/zero > "$work/small/filler"
	echo old > "$work/small/report"
	run "$GFPTRACE" run -d 1 -f json -o "$work/small/report" --by comm,cpu -- "$load" time 0.5
	ok "-o on a full disk" refused 4 "cannot write the report"
	ok "the old report is still there" test "$(< "$work/small/report")" = old
	ok "nothing is left beside it" test "$(find "$work/small" -type f | wc -l)" -eq 2
	umount "$work/small"
else
	skip "-o on a full disk" "no tmpfs can be mounted"
fi

# Limits, tiers, privileges.
run "$GFPTRACE" run -d 1 --memory-limit 1M
ok "--memory-limit too small" refused 2 "--memory-limit"
run "$GFPTRACE" run -d 1 --order 63
ok "--order above the kernel's" refused 2 "--order"
run "$GFPTRACE" run -q -d 1 --tier tracepoint -f json -o "$report"
ok "--tier tracepoint" complete duration
ok "it is that tier, and latency is blind" holds \
	'.mode.tier == "tracepoint" and any(.mode.blind[]; .what == "latency") and .latency == []'
for tier in fexit kprobe; do
	run "$GFPTRACE" run -d 1 --tier "$tier" -f json
	if ((status == 0)); then
		skip "--tier $tier where it is refused" "this kernel allows it"
	else
		ok "--tier $tier never falls back" refused 3 "tier $tier"
	fi
done
run "$GFPTRACE" run --tier tracepoint --marked -d 1
ok "--marked where the mark cannot be seen" refused 3 "--marked"
# shellcheck disable=SC2016 # quoted for the inner shell
if unshare -m mount -t tmpfs none /sys/kernel/btf 2> /dev/null; then
	for command in 'run -d 1' doctor; do
		run unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$0" $1' \
			"$GFPTRACE" "$command"
		ok "a kernel without BTF: $command" refused 3 "no BTF"
	done
else
	skip "a kernel without BTF" "no unshare"
fi
install -m 755 "$GFPTRACE" "$work/gfptrace"
chmod 755 "$work"
if setpriv --reuid=65534 --clear-groups "$work/gfptrace" --version > /dev/null 2>&1; then
	run setpriv --reuid=65534 --clear-groups "$work/gfptrace" run -d 1
	ok "without privileges" refused 3 "gfptrace: "
	ok "the remedy is said" grep -q 'hint: run it as root' "$err"
	run setpriv --reuid=65534 --clear-groups "$work/gfptrace" doctor
	ok "doctor without privileges says so" grep -qiE 'root|CAP_' "$out" "$err"
	run setpriv --reuid=65534 --clear-groups "$work/gfptrace" report "$report"
	ok "a saved report needs none" test "$status" -eq 0 -a -s "$out"
else
	skip "without privileges" "no setpriv"
fi

for limit in 16 40; do
	run sh -c 'ulimit -n "$1" && exec "$0" run -d 0.1' "$GFPTRACE" $limit
	ok "ulimit -n $limit" refused 3 "Too many open files"
	ok "ulimit -n $limit: what to do" grep -q "hint: raise the limit of open files: ulimit -n" "$err"
done
if unshare -r true 2> /dev/null; then
	run unshare -r "$GFPTRACE" run -d 0.1
	ok "root of a user namespace" refused 3 "Operation not permitted"
	ok "root of a user namespace: why" grep -q "hint: root of a user namespace" "$err"
else
	skip "root of a user namespace" "no unshare"
fi

# kill -9: the kernel takes the programs down once the last reader is through.
if command -v "${BPFTOOL:-bpftool}" > /dev/null; then
	before=$(programs)
	"$GFPTRACE" run -d 60 -q > "$out" 2> "$err" &
	pid=$!
	sleep 1.5
	ok "its programs are there while it runs" test "$(programs)" != "$before"
	kill -9 "$pid"
	wait "$pid" 2> /dev/null
	same() { [[ $(programs) == "$before" ]]; }
	ok "kill -9 leaves no program behind" eventually 10 same
else
	skip "kill -9 leaves no program behind" "no bpftool"
fi
done_testing
