#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: run scenarios under the tracer, leave reports and truths in /out.
# usage: guest-truth.sh [count=N] SCENARIO…; N: requests a thread where interrupts nest
echo started
coverage=fast budget="--budget 100"

# trace NAME 'run options' LINE…
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	# no sampling on its own: each series is compared with its truth
	gfptrace run $budget --coverage "$coverage" -f json -o "/out/$name.json" $options -- \
		sh -c '[ "$cgroup" ] && echo $$ >"$cgroup/cgroup.procs"
			[ "$first" ] && gfptrace exercise "$first" >"/out/$0.first" && sleep 1
			gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
}

# confine KB: the next scenario runs in a memory cgroup of that size. Empty without cgroup v2.
confine() {
	mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null
	mkdir -p /sys/fs/cgroup/small &&
		echo +memory >/sys/fs/cgroup/cgroup.subtree_control &&
		echo "${1}K" >/sys/fs/cgroup/small/memory.max &&
		export cgroup=/sys/fs/cgroup/small
}

softirq='context=softirq order=0-2 gfp=GFP_NOWAIT|__GFP_NOWARN count=2000'
hardirq='context=hardirq order=0-1 gfp=GFP_ATOMIC|__GFP_NOWARN count=2000'
threads='context=mixed threads=4 cpu=0 order=0-1 hold=8'
timer='timer_us=100'
case $(uname -v) in
*PREEMPT_RT*)
	# the allocator's locks sleep there: no hardirq
	hardirq=$softirq
	timer='timer_us=200'
	;;
esac
sleepers='do=tail threads=4 sleep_us=3000 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=20000'
case $(uname -v && cat /proc/cmdline) in
*PREEMPT_RT* | *preempt=full*) threads="$threads others=1" ;; # see tests/module/others.c
esac
accounted='gfp=GFP_KERNEL_ACCOUNT|__GFP_NORETRY|__GFP_NOWARN'

for scenario; do
	coverage=fast
	case $scenario in
	count=*) count=${scenario#*=} ;;
	quiet) # one context after another: nothing may be missed
		trace quiet --marked \
			'order=0-10 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=1100' \
			'order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=2000 hold=8' \
			'order=0 gfp=GFP_NOIO count=500' 'order=1 gfp=GFP_NOFS count=500' \
			'order=0 gfp=GFP_USER count=500' \
			'order=0 gfp=GFP_HIGHUSER_MOVABLE count=500' \
			'order=9 gfp=GFP_TRANSHUGE_LIGHT count=100' "$softirq" "$hardirq"
		;;
	toobig)
		trace toobig --marked 'order=31 gfp=GFP_KERNEL|__GFP_NOWARN count=100' \
			'order=31 gfp=GFP_ATOMIC|__GFP_NOWARN count=50' \
			'order=2 gfp=GFP_KERNEL count=100'
		;;
	memcg | kprobe-memcg) # 16 MB are spent soon, then charges are refused
		confine 16384
		tier=fexit
		[ "$scenario" = memcg ] || tier=kprobe
		trace "$scenario" "--marked --tier $tier" "order=0-3 $accounted hold=any count=3000" \
			"order=0 $accounted hold=any count=6000"
		cgroup=
		;;
	nomem) # no block of the largest order is left: no matter of the cgroup
		trace nomem --marked 'order=10 gfp=GFP_ATOMIC|__GFP_NOWARN hold=any count=400' \
			"order=10 $accounted hold=any count=400"
		;;
	bulk)
		trace bulk --marked 'bulk=16 count=500 hold=64' 'bulk=16 bulk_list=1 count=500 hold=64'
		;;
	mixed) trace mixed --marked "$threads count=${count:-20000} $timer" ;;
	exact)
		coverage=exact
		trace exact --marked "$threads count=${count:-20000} $timer"
		;;
	auto) # long enough for the loss to show and for the rest to be complete
		coverage=auto
		trace auto --marked "$threads count=${count:-40000} $timer"
		;;
	soon) # what begins two seconds after the loss did has orders of its own
		coverage=auto
		export first="$threads count=5000 $timer"
		trace soon --marked "$(echo "$threads" | sed "s/order=0-1/order=2-3 irq_order=2/") count=20000 $timer"
		export first=
		;;
	nest) trace nest --marked "$threads count=${count:-5000} nest=3000" ;;
	nest-exact) # three of four interrupts hit a request that is traced
		coverage=exact
		trace nest-exact --marked "$threads count=5000 nest=3000"
		;;
	sample) # one in 16 is timed, all are counted
		trace sample '--marked --sample 16' 'order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=20000' \
			'order=0 gfp=GFP_USER count=5000' "$softirq" "$hardirq"
		;;
	tail) # the allocator sleeps and wakes on another CPU
		trace tail --marked "$sleepers"
		;;
	still) # the same on one CPU
		echo 0 >/sys/devices/system/cpu/cpu1/online
		trace still --marked "$sleepers"
		echo 1 >/sys/devices/system/cpu/cpu1/online
		;;
	failures) # nothing is attached to requests that succeed
		budget=''
		trace failures --failures-only 'order=0-3 gfp=GFP_KERNEL count=1000' \
			'do=fragment order=9-10 gfp=GFP_ATOMIC|__GFP_NOWARN count=100' \
			'do=exhaust order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=500'
		;;
	kprobe)
		trace kprobe '--marked --tier kprobe' \
			'order=0-10 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=1100' \
			"$softirq" "$hardirq"
		;;
	kprobe-mixed)
		trace kprobe-mixed '--marked --tier kprobe' "$threads count=10000 $timer"
		;;
	plain) # the programs that users run: --marked has its own
		trace plain '' 'order=5-8 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=1000' \
			"$softirq" "$hardirq"
		;;
	plain-mixed) trace plain-mixed '' "$threads count=20000 $timer" ;;
	tracepoint)
		trace tracepoint '--tier tracepoint' \
			'order=5-8 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=1000' \
			"$softirq" "$hardirq"
		;;
	esac
done
exit 0
