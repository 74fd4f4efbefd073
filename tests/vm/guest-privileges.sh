#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the tracer as root and as a user with file capabilities, each with its own status
# as its command saw it. Leaves reports and statuses in /out.
echo started
mkdir -m 777 /tmp/user
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null
cp "$(command -v gfptrace)" /tmp/gfptrace
setcap cap_bpf,cap_perfmon=p /tmp/gfptrace || exit

# one request hits the other: more is lost than one copy of the programs can bear
load='context=mixed threads=4 cpu=0 order=0-1 hold=8 count=40000 timer_us=40'

# status NAME: the tracer's, while all is attached, and that of its command
# shellcheck disable=SC2016 # quoted for the inner shell
status='grep -E "^(Uid|Cap...|NoNewPrivs|Seccomp):" /proc/$PPID/status >"/out/$0.tracer"
	grep -E "^(Cap...|NoNewPrivs|Seccomp):" /proc/self/status >"/out/$0.command"'

# as_root NAME 'run options'
as_root() {
	name=$1
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run -v -f json -o "/tmp/user/$name.json" $2 -- \
		sh -c "$status"'; gfptrace exercise "$1" >"/out/$0.truth"
			grep CapEff: /proc/$PPID/status >"/out/$0.late"' "$name" "$load" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
	cp "/tmp/user/$name.json" /out
}

# as_user NAME 'run options': the load is root's, and begins when the tracer is confined
as_user() {
	name=$1
	# shellcheck disable=SC2086 # options are words
	/usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups \
		/tmp/gfptrace run -v -f json -o "/tmp/user/$name.json" $2 \
		>"/out/$name.out" 2>"/out/$name.err" &
	pid=$!
	for _ in $(seq 120); do
		grep -q '^Seccomp:	2' "/proc/$pid/status" && break
		sleep 0.5
	done
	grep -E '^(Uid|Cap...|NoNewPrivs|Seccomp):' "/proc/$pid/status" >"/out/$name.tracer"
	gfptrace exercise "$load" "$load" >/dev/null
	kill -INT $pid
	wait $pid
	echo $? >"/out/$name.status"
	cp "/tmp/user/$name.json" /out
}

chown 65534:65534 /tmp/user
chmod 755 /tmp/user
as_root auto '--coverage auto --marked --budget 100'
# without stacks to name: an emulated machine takes seconds for /proc/kallsyms
as_root budget '--coverage fast --budget 0.05 --slowest 0'
as_root kprobe '--tier kprobe --budget 0.05 --slowest 0'
as_root kprobe-full '--tier kprobe --budget 100'
as_root cgroup '--by cgroup --budget 100'
# --marked as above: a longer exit loses more than one copy can bear, by far
as_user user '--coverage auto --marked --budget 100'
as_user user-tracepoint '--tier tracepoint --by zone'
dmesg | grep 'type=1326' >/out/refused # AUDIT_SECCOMP
exit 0
