#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: acts whose requests fail for a known reason, under the tracer. See reasons.t.
# usage: guest-reasons.sh PART
echo started

# trace NAME 'run options' LINE…: report and truth to /out
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run -f json -o "/out/$name.json" $options -- \
		sh -c '[ "$cgroup" ] && echo $$ >"$cgroup/cgroup.procs"
			gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
}

# shellcheck disable=SC2054 # words of a line
exhaust='do=exhaust order=0-3 count=400'
case $1 in
one)
	# requests that may reclaim first, and those that leave a highatomic reserve last
	trace all --marked \
		"$exhaust gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN" \
		"$exhaust gfp=GFP_NOWAIT|__GFP_NOWARN" \
		'do=fragment order=1-5 gfp=GFP_NOWAIT|__GFP_NOWARN count=1000' \
		'order=11 gfp=GFP_KERNEL|__GFP_NOWARN count=50' \
		"$exhaust gfp=GFP_ATOMIC|__GFP_NOWARN" \
		'do=fragment order=1-5 gfp=GFP_ATOMIC|__GFP_NOWARN count=1000' \
		'do=fragment order=9-10 gfp=GFP_ATOMIC|__GFP_NOWARN count=100'
	mount -t cgroup2 none /sys/fs/cgroup
	mkdir /sys/fs/cgroup/small
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	echo 16M >/sys/fs/cgroup/small/memory.max
	export cgroup=/sys/fs/cgroup/small
	trace memcg --marked \
		'do=charge order=0-3 gfp=GFP_KERNEL_ACCOUNT|__GFP_NORETRY|__GFP_NOWARN count=400'
	cgroup=
	trace alone --failures-only "$exhaust gfp=GFP_ATOMIC" \
		'do=fragment order=2-9 gfp=GFP_ATOMIC|__GFP_NOWARN count=400'
	# the rest of the machine counts there too
	trace tracepoint '--tier tracepoint' "$exhaust gfp=GFP_ATOMIC|__GFP_NOWARN" \
		'do=fragment order=2-9 gfp=GFP_ATOMIC|__GFP_NOWARN count=400'
	trace reserved --marked \
		'do=reserve order=0-3 gfp=GFP_NOWAIT|__GFP_NOMEMALLOC|__GFP_NOWARN count=400'
	;;
two) # the CPU's own node is not always the one that the request wants
	for tier in fexit kprobe; do
		trace "constrained-$tier" "--marked --tier $tier" \
			'do=constrain nid=0 cpu=1 order=0-3 gfp=GFP_ATOMIC|__GFP_THISNODE|__GFP_NOWARN count=400' \
			'do=constrain nid=1 cpu=0 order=0-3 gfp=GFP_ATOMIC|__GFP_THISNODE|__GFP_NOWARN count=400' \
			"$exhaust gfp=GFP_ATOMIC|__GFP_NOWARN"
	done
	trace constrained-alone --failures-only \
		'do=constrain nid=0 cpu=1 order=0-3 gfp=GFP_ATOMIC|__GFP_THISNODE|__GFP_NOWARN count=400'
	# the task goes to the other node while it takes all memory; the blocks were movable ones, so that
	# what it takes boosts the watermark
	for ms in 20 40 60 80 100; do
		gfptrace exercise 'order=0 exhaust=1 count=1 gfp=GFP_HIGHUSER_MOVABLE|__GFP_NORETRY|__GFP_NOWARN' >/dev/null
		taskset 2 gfptrace exercise "$exhaust gfp=GFP_ATOMIC|__GFP_NOWARN" >/out/moved.$ms &
		usleep ${ms}000
		taskset -p 1 $! >/dev/null
		wait $!
		echo "$ms ms: $?" >>/out/moved
	done
	;;
esac
exit 0
