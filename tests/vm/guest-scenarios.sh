#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: scenarios with a known truth, and how often the kernel's own events saw the paths
# that they state, without gfptrace's tracer. See scenarios.t. usage: guest-scenarios.sh PART
echo started
t=/sys/kernel/tracing
memfree() { awk '/^MemFree/ {print $2}' /proc/meminfo; }

# act NAME LINE…: its truth to /out/NAME
act() {
	name=$1
	shift
	# shellcheck disable=SC2086 # words
	${ahead:-} gfptrace exercise "$@" >"/out/$name" 2>"/out/$name.err"
	echo "$name $?" >>/out/status
}

keys() { # EVENT: what its hits are told apart by
	case $1 in
	*zone_locked) echo common_pid.execname,order,percpu_refill ;;
	*extfrag) echo common_pid.execname,alloc_order ;;
	*) echo common_pid.execname ;;
	esac
}

events='kmem/mm_page_alloc_zone_locked kmem/mm_page_alloc_extfrag ap/kswapds ap/compact ap/oom
	vmscan/mm_vmscan_direct_reclaim_begin'

watch() {
	{
		echo 'p:ap/kswapds wake_all_kswapds'
		echo 'p:ap/compact try_to_compact_pages'
		echo 'p:ap/oom out_of_memory'
	} | while read -r probe; do
		echo "$probe" >>$t/kprobe_events || exit
	done
}

# path NAME LINE: the act and the hits of its process; a line "EVENT ORDER REFILL HITS" each
path() {
	# writing anew, not appending, drops what was counted before
	for event in $events; do
		echo "hist:keys=$(keys "$event")" >$t/events/"$event"/trigger || exit
	done
	act "$@"
	for event in $events; do
		sed -n 's/^{ common_pid: gfptrace //p' $t/events/"$event"/hist | tr -d ',}' |
			awk -v event="${event#*/}" '{
				order = refill = 0
				for (i = 1; i < NF; i++) {
					if ($i ~ /order:$/) order = $(i + 1)
					if ($i == "percpu_refill:") refill = $(i + 1)
					if ($i == "hitcount:") print event, order, refill, $(i + 1)
				}
			}'
	done >"/out/$1.events"
}

paths() {
	# kswapd, which they wake, would else have its turn within their requests
	ahead='nice -n -20'
	kernel='gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN'
	watch
	path pcp 'do=pcp order=1-3 count=3000'
	path buddy 'do=buddy order=4-8 count=500'
	path steal 'do=steal order=10 count=200'
	path slow 'do=slow order=0-3 count=1000'
	path compact "do=compact order=4-9 $kernel count=600"
	path reclaim "do=reclaim $kernel count=200"
	path oom 'do=oom gfp=GFP_KERNEL count=100'
}

failures() {
	ahead=''
	act tail tail # refused where there is a highatomic reserve, which the atomic ones may leave
	for gfp in NOWAIT 'KERNEL|__GFP_NORETRY' ATOMIC; do
		act "exhaust-${gfp%%|*}" "do=exhaust order=0-3 gfp=GFP_$gfp|__GFP_NOWARN count=400"
	done
	act fragment 'do=fragment order=1-5 gfp=GFP_ATOMIC|__GFP_NOWARN count=1000'
	act fragment-high 'do=fragment order=9-10 gfp=GFP_ATOMIC|__GFP_NOWARN count=100'
	mount -t cgroup2 none /sys/fs/cgroup
	mkdir /sys/fs/cgroup/small
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	echo 16M >/sys/fs/cgroup/small/memory.max
	accounted='gfp=GFP_KERNEL_ACCOUNT|__GFP_NORETRY|__GFP_NOWARN'
	(
		sh -c 'echo $PPID' >/sys/fs/cgroup/small/cgroup.procs
		act charge "do=charge order=0-3 $accounted count=400"
	)
	act charge-root "do=charge order=0-3 $accounted count=400"
	act invalid 'order=11 gfp=GFP_KERNEL|__GFP_NOWARN count=50' \
		'order=31 gfp=GFP_ATOMIC|__GFP_NOWARN count=50'
	act constrain-one 'do=constrain nid=0 gfp=GFP_ATOMIC|__GFP_THISNODE|__GFP_NOWARN'
}

# More memory in reserve for a burst of 2000 pages helps it, and does not help fragmentation.
advice() {
	burst=2000
	before=$(cat /proc/sys/vm/min_free_kbytes)
	act pressure "do=pressure burst=$burst count=5"
	echo $((before + burst * 6)) >/proc/sys/vm/min_free_kbytes
	act pressure-raised "do=pressure burst=$burst count=5"
	act fragment-raised 'do=fragment order=1-5 gfp=GFP_NOWAIT|__GFP_NOWARN count=500'
	echo "$before" >/proc/sys/vm/min_free_kbytes
}

named() {
	sh -c 'printf busy >/proc/self/comm; while :; do :; done' &
	busy=$!
	taskset -p 1 $busy >/dev/null
	irq='do=provoke cpu=0 order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=100'
	act provoke-softirq "$irq context=softirq"
	act provoke-hardirq "$irq context=hardirq"
	kill $busy
	act plant-kernel 'do=plant-kernel order=0-1 count=200'
	act plant-atomic 'do=plant-atomic gfp=GFP_ATOMIC count=200'
	act clean clean
}

case $1 in
all)
	memfree >/out/free
	paths
	advice # before a highatomic reserve is there, which bursts may use
	failures
	named
	act reserve 'do=reserve order=0-3 gfp=GFP_NOWAIT|__GFP_NOMEMALLOC|__GFP_NOWARN count=400'
	act after-reserve 'do=exhaust order=0-3 gfp=GFP_NOWAIT|__GFP_NOWARN count=400'
	rmmod allocpage || exit
	memfree >>/out/free
	;;
nodes)
	act constrain 'do=constrain nid=0 order=0-3 gfp=GFP_ATOMIC|__GFP_THISNODE|__GFP_NOWARN count=400'
	;;
slowdown)
	line='order=2-3 gfp=GFP_KERNEL count=10000 slow_order=3'
	act slowdown "$line slow_ns=0"
	act slowdown-0 "$line slow_ns=0"
	act slowdown-200 "$line slow_ns=200"
	act slowdown-pct "$line slow_pct=10"
	;;
esac
exit 0
