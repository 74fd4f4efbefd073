#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: cache colours of the module's pages, with the geometry that the emulator shows and
# with others. See colours.t.
echo started
sets=/sys/devices/system/cpu/cpu0/cache/index3/number_of_sets

# trace NAME 'run options' LINE…: reports and truth to /out
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run -q -f json -o "/out/$name.json" --cache-colours $options -- \
		sh -c 'gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" 2>"/out/$name.err" ||
		echo "$name: $?" >>/out/failed
}

hardirq='context=hardirq gfp=GFP_ATOMIC count=500'
if grep -q PREEMPT_RT /proc/version; then # it may not be there
	hardirq='gfp=GFP_KERNEL count=500'
fi
set -- 'order=0-10 gfp=GFP_KERNEL|__GFP_NOWARN count=2000 hold=30' \
	'gfp=GFP_HIGHUSER_MOVABLE threads=3 count=3000 hold=200' \
	'context=softirq order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=500 hold=50' "$hardirq" \
	'order=31 gfp=GFP_KERNEL|__GFP_NOWARN count=50'

# nothing is to be lost
all='--marked --coverage exact'
trace exact "$all" "$@"
trace windows "$all -i 50ms" "$@"
trace sample "$all --sample 64" "$@"
trace order2 "$all --order 2" "$@"
trace by "$all --by comm,zone" "$@"
trace kprobe '--marked --tier kprobe' "$@"
trace tracepoint '--tier tracepoint' "$@"

# no power of two, as the sets of sliced caches are: 192 colours of 4 KiB
echo 12288 >/tmp/sets
mount --bind /tmp/sets "$sets" || exit
trace sliced "$all" "$@"
echo 64 >/tmp/sets
trace one --marked "$@"
mount -t tmpfs none /sys/devices/system/cpu/cpu0 && mount -t tmpfs none /sys/devices/system/cpu/cpu1 || exit
trace none --marked "$@"
