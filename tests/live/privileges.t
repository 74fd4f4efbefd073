#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Least privilege on the running kernel: what the tracer has while it runs, as root and as a user
# with file capabilities; what its command has; where it may write.
# shellcheck disable=SC2016,SC2317 # jq has $variables, too; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"
need setpriv setcap

# In the command: the status of the tracer, which is its parent, and its own.
look='grep -E "^(Uid|Cap...|NoNewPrivs|Seccomp):" "/proc/$PPID/status" > "$0.tracer"
	grep -E "^(Cap...|NoNewPrivs|Seccomp):" /proc/self/status > "$0.command"
	cat "/proc/$PPID/status" | grep TracerPid: > /dev/null'
has() { # FILE LINE…
	local file=$1 line
	shift
	cp "$file" "$out"
	for line; do
		grep -qxE -- "$line" "$file" || return
	done
}
confined() { # FILE
	has "$1" 'CapInh:	0{16}' 'CapPrm:	0{16}' 'CapEff:	0{16}' 'CapAmb:	0{16}' 'NoNewPrivs:	1' \
		'Seccomp:	2'
}
shape() { # FILE: what is in a report, not how much of it
	jq -cS '[paths | map(if type == "number" then 0 else . end) |
		select(.[0] | IN("latency", "alignment", "failures", "lint", "slowest", "placement") | not)] |
		unique' "$1"
}

# Root.
mkdir -m 755 "$work/o"
run "$GFPTRACE" run -q -f json -o "$work/o/root.json" -- sh -c "$look"'; sleep 0.5' "$work/root"
ok "as root" test "$status" -eq 0 -a ! -s "$err"
ok "as root: no capability is left, a filter is on" confined "$work/root.tracer"
ok "as root: nor can any be had again" has "$work/root.tracer" 'CapBnd:	0{16}'
grep -E '^(Cap...|NoNewPrivs|Seccomp):' /proc/self/status > "$work/self"
ok "the command keeps what it had" cmp -s "$work/root.command" "$work/self"
run "$GFPTRACE" run -q --repeat 2 -f json -o "$report" -- \
	sh -c 'grep -E "^(Cap...|NoNewPrivs|Seccomp):" /proc/self/status > "$0.$$"' "$work/again"
same_all() {
	local file
	for file in "$work"/again.*; do
		cmp -s "$file" "$work/self" || return
	done
	(($(find "$work" -name 'again.*' | wc -l) == 2))
}
ok "so does each one of --repeat" same_all
run "$GFPTRACE" run -q -d 1 -i 0.3 -f json -o "$report"
ok "-i goes on reporting" test "$status" -eq 0 -a "$(jq -s length "$report")" -ge 3
run "$GFPTRACE" run -q -f json -o "$report" --by cgroup -- sh -c '/bin/true; /bin/true'
ok "--by cgroup" sums
if grep -q ' cgroup2 ' /proc/self/mounts; then
	ok "names of cgroups without any capability" holds \
		'.alignment | length > 0 and all(.labels.cgroup | startswith("/") or IN("none", "other"))'
else
	skip "names of cgroups without any capability" "no cgroup v2 here"
fi
run "$GFPTRACE" run -q -f json -o "$report" -- bash -c 'for ((i = 0; i < 4000; i++)); do /bin/true; done'
ok "the cost is measured, which takes CAP_SYS_ADMIN" holds '.cost.ns_per_request > 0'
ok "the tracer's helper is gone" test "$(pgrep -c gfptrace-keeper)" -eq 0
install -m 755 "$GFPTRACE" "$work/watched"
for format in text json html prom folded; do
	run "$work/watched" run -q -d 0.5 -i 0.2 -f "$format" --stacks --by class,cgroup
	ok "-f $format" test "$status" -eq 0 -a ! -s "$err"
done
run dmesg
ok "the filter refused nothing that they asked for" test "$(grep -c "type=1326.*exe=\"$work/watched\"" "$out")" -eq 0
# The keeper's rights: to put the report where only root's right leads.
mkdir "$work/theirs"
chown 65534:65534 "$work/theirs"
chmod 755 "$work" "$work/theirs"
run "$GFPTRACE" run -q -d 0.3 -f json -o "$work/theirs/report"
ok "root's report in a user's folder" test "$status" -eq 0 -a -s "$work/theirs/report"
ok "a command that became another user is ended" \
	timeout 20 "$GFPTRACE" run -q -d 0.5 -f json -o "$report" -- setpriv --reuid=65534 --clear-groups sleep 30
ok "by a signal" holds '.window.command.exit == 143'
"$GFPTRACE" run -q -d 60 -o "$work/o/killed" > "$out" 2> "$err" &
pid=$!
sleep 1.5
ok "a report that is being written" test "$(find "$work/o" -name 'killed*' | wc -l)" -eq 1
kill -9 "$pid"
wait "$pid" 2> /dev/null
nothing_left() { [[ -z $(find "$work/o" -name 'killed*') ]]; }
ok "kill -9 leaves nothing of it" eventually 5 nothing_left
"$GFPTRACE" run -q -d 0.3 -o /dev/stdout > "$work/stdout" 2> "$err"
ok "-o /dev/stdout" test -s "$work/stdout" -a ! -s "$err"
"$GFPTRACE" run -q -f json -o /dev/stdout -- echo before > "$work/stdout" 2> "$err"
ok "-o /dev/stdout behind what a command wrote to the same file" \
	test "$(head -n 1 "$work/stdout")" = before -a "$(wc -l < "$work/stdout")" -gt 1
run "$GFPTRACE" run -q -d 0.3 -o /dev/null
ok "-o /dev/null" test "$status" -eq 0 -a -c /dev/null
mkfifo "$work/fifo"
cat "$work/fifo" > "$work/read" &
run "$GFPTRACE" run -q -d 0.3 -o "$work/fifo"
wait $!
ok "-o FIFO" test "$status" -eq 0 -a -s "$work/read"

# An ordinary user, and two capabilities that come with the file.
user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
install -m 755 "$GFPTRACE" "$work/gfptrace"
mkdir -m 777 "$work/u"
if ! "${user[@]}" "$work/gfptrace" --version > /dev/null 2>&1; then
	skip "as a user" "setpriv cannot"
	done_testing
fi
run "${user[@]}" "$work/gfptrace" run -d 1
ok "without capabilities" refused 3 "CAP_BPF and CAP_PERFMON are missing"
ok "the remedy" grep -qF "sudo setcap cap_bpf,cap_perfmon=p $work/gfptrace" "$err"
run "${user[@]}" "$work/gfptrace" doctor
ok "doctor names them" test "$(grep -c 'CAP_.*MISSING' "$out")" -eq 2
ok "and says the remedy" grep -q 'setcap cap_bpf,cap_perfmon=p' "$out"
if ! setcap cap_bpf=p "$work/gfptrace" 2> "$err"; then
	skip "as a user with file capabilities" "$(head -n 1 "$err")"
	done_testing
fi
run "${user[@]}" "$work/gfptrace" run -d 1
ok "with one of the two" refused 3 "CAP_PERFMON is missing"
setcap cap_bpf,cap_perfmon=p "$work/gfptrace"
run "${user[@]}" "$work/gfptrace" run -q -f json -o "$work/u/user.json" -- \
	sh -c "$look"'; sleep 0.5' "$work/u/user"
ok "with both" test "$status" -eq 0 -a ! -s "$err"
ok "as a user" has "$work/u/user.tracer" 'Uid:	65534	65534	65534	65534'
ok "as a user: no capability is left, a filter is on" confined "$work/u/user.tracer"
"${user[@]}" grep -E '^(Cap...|NoNewPrivs|Seccomp):' /proc/self/status > "$work/self"
ok "the command keeps what a user has" cmp -s "$work/u/user.command" "$work/self"
ok "the report has the shape of root's" test "$(shape "$work/u/user.json")" = "$(shape "$work/o/root.json")"
ok "page frame numbers do not take CAP_SYS_ADMIN" holds '
	(.requests | .counted == .succeeded + .failed and .counted > 0) and
	(.alignment | length > 0) and (.placement.zones | length > 0) and
	all(.mode.blind[]; .what != "alignment and placement")' "$work/u/user.json"
ok "the report is the user's" test "$(stat -c %u "$work/u/user.json")" -eq 65534
run "${user[@]}" "$work/gfptrace" doctor
ok "doctor says that it works" grep -q 'works, chosen' "$out"
chmod u+s "$work/watched"
run "${user[@]}" "$work/watched" report "$work/u/user.json"
if ((status == 0)); then
	skip "the setuid bit is refused" "it does nothing on this file system"
else
	ok "the setuid bit is refused" refused 3 "setuid"
fi
# With every right in the file a user still writes as a user.
setcap cap_bpf,cap_perfmon,cap_sys_admin,cap_dac_override,cap_syslog,cap_ipc_lock=p "$work/gfptrace"
run "${user[@]}" "$work/gfptrace" run -d 0.3 -o "$work/o/root.json"
ok "cap_dac_override does not write root's files" refused 2 "cannot open output"
run "${user[@]}" "$work/gfptrace" run -q -d 0.5 -f json -o "$work/u/user.json"
ok "with CAP_SYS_ADMIN it is as root's" holds '.alignment | length > 0' "$work/u/user.json"
ok "sums" sums "$work/u/user.json"

done_testing
