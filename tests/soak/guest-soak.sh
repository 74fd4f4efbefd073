#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: for so many seconds, scenarios of the module at random under a tracer with options
# at random, which ends well, is interrupted, or is killed. See tests/soak/soak.t.
# usage: guest-soak.sh SECONDS SEED
echo started
end=$(($(date +%s) + $1))
state=$2

# below N: sets r, by the same generator as C's example of rand()
below() {
	state=$(((state * 1103515245 + 12345) & 0x7fffffff))
	r=$((state / 65536 % $1))
}

# one WORD…: sets word to one of them
one() {
	below $#
	shift "$r"
	word=$1
}

rt=''
case $(uname -v) in *PREEMPT_RT*) rt=1 ;; esac

# A line of the module: of 1 to 3 s, none that fails on a machine like this one
line() {
	interrupts='timer_us=200 irq_gfp=GFP_ATOMIC|__GFP_NOWARN'
	below 8
	case $r in
	0) line='order=0-10 gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN count=2000' ;;
	1) line='order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=20000 hold=8' ;;
	2) line='context=softirq order=0-2 gfp=GFP_NOWAIT|__GFP_NOWARN count=5000' ;;
	3 | 4) line="context=mixed threads=4 cpu=0 order=0-1 hold=8 count=10000 $interrupts" ;;
	5) line='order=31 gfp=GFP_KERNEL|__GFP_NOWARN count=1000' ;;
	6) line='do=exhaust order=0-3 gfp=GFP_ATOMIC|__GFP_NOWARN count=200' ;;
	7) line='bulk=16 count=2000 hold=64' ;;
	esac
	[ "$rt" ] || return
	[ "$r" != 7 ] || line='order=0 gfp=GFP_USER count=20000'
}

options() {
	one '' '--coverage fast' '--coverage exact' '--coverage auto' '--tier kprobe' \
		'--sample 16' '--by comm,cpu' '--failures-only' '--tier tracepoint'
	options=$word
}

programs() { # of BPF, and their maps, that exist
	grep -cE 'bpf_prog_alloc|bpf_map_area_alloc|_map_alloc|bpf_jit' /proc/vmallocinfo
}

free_kb() {
	sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

number() { # FILE NAME: the first of that name in JSON
	sed -n "s/.*\"$2\": *\([0-9]*\).*/\1/p" "$1" | head -n 1
}

# run N: one tracer; a line about it to /out/runs
run() {
	marked=--marked
	case $options in
	*tracepoint* | *failures-only*) marked='' ;;
	esac
	rm -f /tmp/truth /tmp/report
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run $marked $options -f json -o /tmp/report -- \
		sh -c 'gfptrace exercise "$0" >/tmp/truth; echo ended >>/tmp/truth' "$line" \
		2>/tmp/errors &
	tracer=$!
	one wait wait wait interrupt kill
	how=$word
	if [ "$how" != wait ]; then
		below 20
		sleep "0.$r"
	fi
	case $how in
	interrupt) kill -INT $tracer ;;
	kill) kill -KILL $tracer ;;
	esac
	wait $tracer
	status=$?
	# what the tracer left behind ends by itself
	while pidof gfptrace >/dev/null; do sleep 0.1; done
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$how" "$status" "$(number /tmp/report counted)" \
		"$(number /tmp/report missed)" "$(number /tmp/truth requests)" "$marked" "$options" "$line" "$(free_kb)" \
		>>/out/runs
	[ "$how$status" != wait0 ] && [ "$how" = wait ] && cat /tmp/errors >>/out/errors
}

gfptrace run -d 0.2 >/dev/null 2>&1 # what is made once is made
sleep 1
programs >/out/programs-before
free_kb >/out/free-before
while [ "$(date +%s)" -lt "$end" ]; do
	options
	line
	run
done
sleep 2
programs >/out/programs-after
free_kb >/out/free-after
exit 0
