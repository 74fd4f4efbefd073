#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: who asked, habits and headroom, against scenarios whose callers are known. See
# labels.t.
echo started

# trace NAME 'run options' LINE…: report and truth to /out
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run -f json -o "/out/$name.json" $options -- \
		sh -c 'gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
}

refuse() { # NAME OPTION…
	name=$1
	shift
	gfptrace run -d 1 "$@" >"/out/$name.out" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
}

# every request is to be timed, whatever else the host does
all='--marked --coverage exact --budget 100'
# under PREEMPT_RT neither may be: the line before takes its place
hardirq='context=hardirq gfp=GFP_ATOMIC count=300'
plant='do=plant-kernel order=0-1 count=200'
if grep -q PREEMPT_RT /proc/version; then
	hardirq='gfp=GFP_KERNEL count=300'
	plant=$hardirq
fi
trace clean "$all --by caller,context --stacks --lint" 'order=0-3 gfp=GFP_KERNEL count=2000' \
	'context=softirq gfp=GFP_ATOMIC count=300' "$hardirq"
gfptrace report -f folded /out/clean.json >/out/clean.folded
trace module '--module allocpage --by caller --budget 100' 'order=0-3 gfp=GFP_KERNEL count=2000' \
	'order=11 gfp=GFP_KERNEL|__GFP_NOWARN count=50'
trace plants "$all --lint" "$plant" 'do=plant-atomic gfp=GFP_ATOMIC count=200'
trace kprobe '--marked --budget 100 --tier kprobe --by caller --lint' 'gfp=GFP_KERNEL count=500' "$plant"
trace pressure '--marked' 'do=pressure burst=2000 count=5'
sh -c 'printf busy >/proc/self/comm; while :; do :; done' &
busy=$!
taskset -p 1 $busy >/dev/null
irq='do=provoke cpu=0 order=0-1 gfp=GFP_ATOMIC|__GFP_NOWARN count=100'
trace softirq "$all --by caller,context" "$irq context=softirq"
trace hardirq "$all --by caller,context" "$irq context=hardirq"
kill $busy
refuse absent --module nosuch
refuse built-in --module kernel
echo 2 >/proc/sys/kernel/kptr_restrict
refuse hidden --by caller
echo 0 >/proc/sys/kernel/kptr_restrict
# the module is gone when the report is made
gfptrace run -f json -o /out/gone.json --marked --budget 100 --by caller -- sh -c 'gfptrace exercise \
	"gfp=GFP_KERNEL count=500" >/dev/null; sleep 20; rmmod allocpage' 2>/out/gone.err
echo $? >/out/gone.status
exit 0
