#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: acts whose requests take one path, under the tracer. See paths.t.
# usage: guest-paths.sh TIER
echo started
tier=$1

# trace NAME 'run options' LINE: report and truth to /out. Before kswapd, which would else take the
# CPU between the stages of those who woke it (cond_resched() in __perform_reclaim()).
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run -f json -o "/out/$name.json" --budget 100 --tier "$tier" $options -- \
		sh -c 'nice -n -20 gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" \
		2>"/out/$name.err"
	echo $? >"/out/$name.status"
}

path() {
	name=$1
	shift
	trace "$name" '--marked --by class,order,context,path' "$@"
}

kernel='gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN'
path pcp 'do=pcp order=1-3 count=3000'
path buddy 'do=buddy order=4-8 count=500'
path steal 'do=steal order=10 count=200'
path slow 'do=slow order=0-3 count=1000'
path compact "do=compact order=4-9 $kernel count=600"
path reclaim "do=reclaim $kernel count=200"
path oom 'do=oom gfp=GFP_KERNEL count=100'
# without --by path: the plain programs; two windows of the slowest
trace plain '-i 1 --slowest 32' "do=reclaim $kernel count=200"
trace none '--slowest 0' "do=reclaim $kernel count=50"
# free memory in single pages, and nothing that can be moved: compaction searches all of it
trace search '--marked --by class,order,path' \
	"do=fragment order=4-6 $kernel count=100"
# reclaim that has to wait
trace sleep '--marked --by class,path' \
	"do=tail threads=4 sleep_us=40000 $kernel count=3000"
# the same among tasks that take the CPU from it anywhere, not only where it offers it, in stages
knob=/sys/kernel/debug/sched/preempt
before=$(sed -n 's/.*(\(.*\)).*/\1/p' $knob 2>/dev/null)
[ ! "$before" ] || echo full >$knob
hogs=''
while [ "$(echo "$hogs" | wc -w)" -lt 4 ]; do
	sh -c 'while :; do :; done' &
	hogs="$hogs $!"
done
sleep 0.2
gfptrace run -f json -o /out/queue.json --budget 100 --tier "$tier" --marked --by class,order,path -- \
	gfptrace exercise "do=fragment order=4-6 $kernel count=3000" >/out/queue.truth 2>/out/queue.err
echo $? >/out/queue.status
# shellcheck disable=SC2086 # words
kill $hogs
[ ! "$before" ] || echo "$before" >$knob
exit 0
