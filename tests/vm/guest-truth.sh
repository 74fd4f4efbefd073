#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: run scenarios under the tracer, leave reports and truths in /out.
# usage: guest-truth.sh rt|other

# trace NAME 'run options' SCENARIO...
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2086 # options are words
	gfptrace run -f json -o "/out/$name.json" $options -- \
		sh -c 'gfptrace exercise "$@" > "/out/$0.truth"' "$name" "$@" 2> "/out/$name.err"
	echo $? > "/out/$name.status"
}

softirq='context=softirq order=0-2 gfp=GFP_NOWAIT|__GFP_NOWARN count=2000'
hardirq='context=hardirq order=0-1 gfp=GFP_ATOMIC|__GFP_NOWARN count=2000'
mixed='context=mixed threads=4 cpu=0 order=0-1 count=20000 timer_us=100 hold=8'
if [ "$1" = rt ]; then
	hardirq=$softirq
	mixed='context=mixed threads=4 cpu=0 order=0-1 count=20000 timer_us=200 hold=8'
fi

# one context after another: nothing may be missed
trace quiet --marked \
	'order=0-10 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=3000' \
	'order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=2000 hold=8' \
	'order=0 gfp=GFP_NOIO count=500' 'order=1 gfp=GFP_NOFS count=500' \
	'order=0 gfp=GFP_USER count=500' 'order=0 gfp=GFP_HIGHUSER_MOVABLE count=500' \
	'order=9 gfp=GFP_TRANSHUGE_LIGHT count=100' \
	"$softirq" "$hardirq"
trace toobig --marked 'order=31 gfp=GFP_KERNEL|__GFP_NOWARN count=100' \
	'order=31 gfp=GFP_ATOMIC|__GFP_NOWARN count=50' 'order=2 gfp=GFP_KERNEL count=100'
trace bulk '' 'bulk=16 count=500 hold=64' 'bulk=16 bulk_list=1 count=500 hold=64'
trace mixed --marked "$mixed"
trace kprobe '--marked --tier kprobe' \
	'order=0-10 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=3000' "$softirq" "$hardirq"
trace tracepoint '--tier tracepoint' \
	'order=4-8 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=3000' "$softirq" "$hardirq"
exit 0
