#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: one workload that tests/budgets/ has bounds for, in classes that nobody else uses
# while it lasts, and a rough one with interrupts in requests, loss and failures.
echo started
hardirq='context=hardirq order=0-1 gfp=GFP_ATOMIC count=1000'
timer=100
case $(uname -v) in
*PREEMPT_RT*)
	# the allocator's locks sleep there: no hardirq
	hardirq='context=softirq order=0-1 gfp=GFP_ATOMIC count=1000'
	timer=200
	;;
esac

# trace NAME 'OPTIONS' LINE…
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run -f json -o "/out/$name.json" $options -- \
		sh -c 'gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" 2>"/out/$name.err"
	echo "$name $?" >>/out/status
}

# per-CPU lists, the buddy system (orders 4 to 8 have no per-CPU list), interrupts; all are timed
trace clean '--budget 100' 'order=0-3 gfp=GFP_NOIO count=8000' \
	'order=4-8 gfp=GFP_NOFS|__GFP_NORETRY|__GFP_NOWARN count=2500' \
	'context=softirq order=0-1 gfp=GFP_NOWAIT count=1000' "$hardirq"
trace rough '--coverage exact --by class,order,context,cpu,comm' \
	"context=mixed threads=4 cpu=0 order=0-1 hold=8 count=3000 timer_us=$timer" \
	'order=31 gfp=GFP_KERNEL|__GFP_NOWARN count=20' \
	'exhaust=1 gfp=GFP_ATOMIC|__GFP_NOWARN count=500'
