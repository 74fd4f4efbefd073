#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest, whose first process is systemd: the service as the package installs it. Leaves what
# is to be seen in /out. See unit.t.
# shellcheck disable=SC2317 # functions are called through soon
echo started
url=http://127.0.0.1:9437

# page PATH FILE: true where it is served
page() {
	curl -gsSf -m 20 -o "/out/$2" "$url$1" 2>>/out/curl.err
}

# soon CMD…: waits until it succeeds, a minute at most
soon() {
	i=0
	until "$@"; do
		i=$((i + 1))
		[ $i -lt 120 ] || return
		sleep 0.5
	done
}

programs() { # of BPF, by name
	sed -n 's/.* bpf_prog_[0-9a-f]*_\(.*\)\t\[bpf\]$/\1/p' /proc/kallsyms | sort -u
}

maps() { # of BPF, but for small ones; some are known by their kind's function
	grep -cE 'bpf_map_area_alloc|_map_alloc' /proc/vmallocinfo
}

# systemd has programs, too: ours are those that came with the service
none_of_ours() {
	programs >/out/programs-after
	maps >/out/maps-after
	! grep -qxFf /out/programs-ours /out/programs-after &&
		[ "$(cat /out/maps-after)" -le "$(cat /out/maps-before)" ]
}

is() { # STATE
	[ "$(systemctl show -P ActiveState gfptrace)" = "$1" ]
}

state() { # FILE
	systemctl show gfptrace >"/out/$1"
	pid=$(systemctl show -P MainPID gfptrace)
}

another() { # PID: the service has another process, and serves
	state restarted
	[ "$pid" -gt 0 ] && [ "$pid" -ne "$1" ] && page /metrics restarted.prom && state restarted
}

cgroup=/sys/fs/cgroup/system.slice/gfptrace.service

processes() { # what each of them may do
	while read -r process; do
		name=$(cat "/proc/$process/comm")
		cat "/proc/$process/oom_score_adj" >"/out/$name.oom"
		cat "/proc/$process/status" >"/out/$name.status"
	done <$cgroup/cgroup.procs
}

# writable PID: where that process, being root, can make a folder: in which of its mounts
writable() {
	cut -d' ' -f5 "/proc/$1/mountinfo" | while read -r mount; do
		mkdir "/proc/$1/root$mount/made-by-test" 2>/dev/null && echo "$mount"
	done
}

# The status of curl from an address that is not local to its eyes: at a server with no unit, at it.
strangers() {
	ip addr add 192.0.2.1/32 dev lo
	httpd -p 127.0.0.1:9999 -h /out
	printf 'another server '
	curl -sS -m 20 --interface 192.0.2.1 -o /dev/null http://127.0.0.1:9999/start 2>>/out/curl.err
	printf '%s, gfptrace ' $?
	curl -sS -m 5 --interface 192.0.2.1 -o /dev/null $url/healthz 2>>/out/curl.err
	echo $?
}

systemctl is-enabled gfptrace >/out/enabled
systemctl enable gfptrace 2>/dev/null
systemctl is-enabled gfptrace >>/out/enabled
systemd-analyze verify /lib/systemd/system/gfptrace.service >/out/verify 2>&1
systemd-analyze security --no-pager gfptrace >/out/security 2>&1
# a second will do here
mkdir -p /etc/systemd/system/gfptrace.service.d
printf '[Service]\nRestartSec=1\n' >/etc/systemd/system/gfptrace.service.d/soon.conf
systemctl daemon-reload
gfptrace run --sample 64 -d 1 -f json -o /out/outside.json 2>/out/outside.err
sleep 1
programs >/out/programs-before
maps >/out/maps-before

# started, and scraped
systemctl start gfptrace
echo $? >/out/start
soon page /healthz healthz
state started
programs | grep -vxFf /out/programs-before >/out/programs-ours
maps >/out/maps-while
processes
writable "$pid" >/out/writable
writable 1 >/out/writable-outside
strangers >/out/strangers
page /metrics first.prom
dd if=/dev/zero of=/run/pages bs=1M count=16 2>/dev/null
rm /run/pages
sleep 1.2
page /metrics second.prom
page /report.json report.json

# killed
before=$(cat $cgroup/cgroup.procs)
kill -KILL "$pid"
soon another "$pid"
for process in $before; do
	[ ! -d "/proc/$process" ] || cat "/proc/$process/comm"
done >/out/restarted.left

# stopped
systemctl stop gfptrace
state stopped
soon none_of_ours
page /healthz none
echo $? >/out/port
journalctl -u gfptrace -o cat --no-pager | grep '^gfptrace:' >/out/said

# options that are wrong, and options that are right
echo 'GFPTRACE_OPTIONS=--nonsense' >/etc/default/gfptrace
systemctl start gfptrace
soon is failed
sleep 3
state wrong
systemctl reset-failed gfptrace
echo 'GFPTRACE_OPTIONS="--failures-only --listen [::1]:9437"' >/etc/default/gfptrace
url='http://[::1]:9437'
systemctl start gfptrace
soon page /metrics options.prom
systemctl stop gfptrace

refused() { # by a filter, as the kernel logs it: AUDIT_SECCOMP
	dmesg | grep 'type=1326'
}
refused >/out/refused
systemd-run -q -p SystemCallLog=uname uname
soon refused >/out/refused-uname
journalctl -b --no-pager >/out/journal
exit 0
