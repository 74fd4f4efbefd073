#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the two NICs of each driver, joined back to back, each in a network namespace of its
# own, and traffic between them; then other loads of every day. See drivers.t.
# usage: guest-drivers.sh all DRIVER…; the other parts are what it runs under the tracer
# shellcheck disable=SC2086,SC2317 # prefixes and options are words; functions are called by await
event=/sys/kernel/tracing/events/kmem/mm_page_alloc
pktgen=/proc/net/pktgen
thp=/sys/kernel/mm/transparent_hugepage/enabled # not on RT

fail() {
	echo "guest: $1" >&2
	exit 1
}

# await CMD…: until it succeeds; a minute is much more than any of it takes
await() {
	tries=600
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "it never came: $*"
		usleep 100000
	done
}

nics_of() { # DRIVER
	for nic in /sys/class/net/*; do
		[ "$(basename "$(readlink -f "$nic/device/driver")")" != "$1" ] || basename "$nic"
	done
}

apart() { # PID: has it left our network namespace?
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# namespace NIC ADDRESS: sets pid to that of a process whose namespace has the NIC from now on
namespace() {
	unshare -n sleep 1000 &
	pid=$!
	await apart $pid
	# no packets of its own accord
	nsenter -t $pid -n sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
	ip link set "$1" netns $pid || fail "$1 does not move"
	nsenter -t $pid -n ip link set "$1" mtu 9000 up || fail "$1 does not come up"
	nsenter -t $pid -n ip addr add "$2/24" dev "$1"
}

# The kernel's own count of all requests: which stacks, in which context, how many of them failed.
# Writing anew drops what was counted before.
count_stacks() {
	stack=common_stacktrace # before v6.3: stacktrace
	grep -q common_stacktrace /sys/kernel/tracing/README || stack=stacktrace
	for filter in '' ' if pfn == 0xffffffffffffffff'; do
		echo "hist:keys=common_flags,$stack:size=8192$filter"
	done >$event/trigger || fail 'the kernel does not count stacks'
}

trace() { # NAME 'OPTIONS' CMD…: the report and the kernel's own count to /out
	name=$1 options=$2
	shift 2
	count_stacks
	gfptrace run --coverage exact --budget 100 $options -f json -o "/out/$name.json" -- "$@" \
		2>"/out/$name.err" || fail "$name: $(cat "/out/$name.err")"
	cat $event/hist >"/out/$name.hist"
}

driver() { # DRIVER
	for nic in $(nics_of "$1"); do
		sender=${receiver:-} receiver=$nic
	done
	mac=$(cat "/sys/class/net/$receiver/address")
	namespace "$sender" 10.0.0.1
	here="nsenter -t $pid -n"
	namespace "$receiver" 10.0.0.2
	there="nsenter -t $pid -n"
	export sender receiver mac here there
	await $there ping -c 1 -W 1 10.0.0.1
	$here httpd -p 80 -h /tmp/www
	trace "$1-traffic" --by=caller,class,order,context $there wget -q -O /tmp/got http://10.0.0.1/file
	cmp /tmp/www/file /tmp/got || fail "$1: what arrives is not what was sent"
	rm /tmp/got
	log_lines >"/out/$1-log"
	trace "$1-pressure" --by=caller,class,order,context sh /guest pressure
	log_lines >>"/out/$1-log"
}

log_lines() {
	dmesg | grep -c 'page allocation failure'
}

packets() { # that have arrived
	$there cat /proc/net/dev | awk -v nic="$receiver:" '$1 == nic {print $3}'
}

more_than() { # N
	[ "$(packets)" -gt "$1" ]
}

# Packets that all have one buffer: the sender needs no memory for them.
generate() {
	echo rem_device_all >$pktgen/kpktgend_0
	echo "add_device $sender" >$pktgen/kpktgend_0
	for word in 'count 0' 'clone_skb 1000000' 'pkt_size 8900' 'delay 1000000' "dst_mac $mac" 'dst 10.0.0.9'; do
		echo "$word" >"$pktgen/$sender"
	done
	echo start >$pktgen/pgctrl
}

none_arrives() {
	arrived=$(packets)
	usleep 300000
	[ "$(packets)" = "$arrived" ]
}

# What the emulator has kept for a NIC without memory arrives when there is some.
stop() {
	$here sh -c "echo stop >$pktgen/pgctrl"
	wait
	await none_arrives
}

# Packets arrive while all memory is taken, and taken again when it comes free.
pressure() {
	before=$(packets)
	$here sh /guest generate &
	trap stop EXIT
	await more_than $((before + 50))
	gfptrace exercise 'do=exhaust gfp=GFP_ATOMIC|__GFP_NOWARN count=2000' >/dev/null
}

# For thp_*, what the kernel has counted so far.
vmstat() { # NAME
	awk -v name="$1" '$1 == name {print $2}' /proc/vmstat
}

# A file of 16 MiB in memory, 32 MiB of huge pages and some to align them, and bulk calls.
others() {
	dd if=/dev/zero of=/tmp/sixteen bs=1M count=16
	rm /tmp/sixteen
	[ ! -e $thp ] || {
		echo always >$thp
		vmstat thp_fault_alloc >/out/thp
		dd if=/dev/zero of=/dev/null bs=34M count=1
		vmstat thp_fault_alloc >>/out/thp
	}
	gfptrace exercise bulk >/out/bulk
}

# A file of 4 MiB.
realtime() {
	chrt -f 50 sh -c 'chrt -p $$ >/out/policy; exec tee /tmp/four' </tmp/www/four >/dev/null
}

# virtio_net's work that may sleep wakes the OOM killer: it shall find others than the test itself.
victims() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		sh -c 'echo 1000 >/proc/self/oom_score_adj; exec sleep 1000' &
	done
}

all() {
	echo started
	victims
	mkdir /tmp/www
	dd if=/dev/urandom of=/tmp/www/file bs=1M count=8 2>/dev/null
	for driver; do
		driver "$driver"
	done
	dd if=/dev/zero of=/tmp/www/four bs=1M count=4
	trace others --by=class,caller sh /guest others
	trace realtime '-c tee --by=class,comm' sh /guest realtime
}

part=$1
shift
case $part in
all) all "$@" ;;
generate | pressure | others | realtime) $part ;;
esac
exit
