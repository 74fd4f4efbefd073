#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the module's objects of slabs under the tracer. See slab.t.
echo started

# trace NAME 'run options' LINE…: reports and truth to /out
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run -q -f json -o "/out/$name.json" $options -- \
		sh -c '[ "$cgroup" ] && echo $$ >"$cgroup/cgroup.procs"
			gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" 2>"/out/$name.err" ||
		echo "$name: $?" >>/out/failed
}

hardirq='context=hardirq'
if grep -q PREEMPT_RT /proc/version; then # its locks sleep
	hardirq='context=softirq'
fi
atomic='gfp=GFP_ATOMIC|__GFP_NOWARN'
nowait='gfp=GFP_NOWAIT|__GFP_NOWARN'
set -- "do=slab $atomic count=2000 hold=100" "do=slab $nowait count=1000 hold=37" \
	"do=slab context=softirq $atomic count=1000 hold=60" \
	"do=slab $hardirq $nowait count=1000 hold=4000" \
	'do=slab gfp=GFP_KERNEL|__GFP_NOWARN count=500'

trace kinds --slab "$@"
trace tracepoint '--slab --tier tracepoint' "$@"
trace kprobe '--slab --tier kprobe' "$@"
trace module '--slab --module allocpage' "$@"
trace class '--slab --class nowait' "$@"
trace context '--slab --context softirq,hardirq' "$@"
trace comm '--slab -c gfptrace' "$@"
trace windows '--slab -i 100ms' "$@"
trace many '--slab --context softirq' "do=slab context=softirq $nowait caches=250 count=25"
mount -t cgroup2 none /sys/fs/cgroup
mkdir /sys/fs/cgroup/small
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
echo 8M >/sys/fs/cgroup/small/memory.max
export cgroup=/sys/fs/cgroup/small
trace fails --slab "do=slab $nowait|__GFP_ACCOUNT count=2000 hold=4000"
cgroup=
trace without '' "do=slab $atomic count=100"
awk '/^allocpage/ {print "{\"cache\":\"" $1 "\",\"size\":" $4 "}"}' /proc/slabinfo >/out/slabinfo
grep -c . /out/slabinfo
