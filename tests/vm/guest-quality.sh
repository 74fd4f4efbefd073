#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the self-test of the module's quality API, requests with qualities under the
# tracer, and what is left of the memory. See quality.t. usage: guest-quality.sh MODULE.ko COUNT
echo started
d=/sys/kernel/debug/allocpage
module=$1

# Free pages, those on the per-CPU lists too, once what is freed with delay has been freed and
# the CPUs have added up (vm.stat_interval: 1 s).
free_pages() {
	sleep 3
	awk '/nr_free_pages/ {n += $2} $1 == "count:" {n += $2} END {print n}' /proc/zoneinfo
}

# trace NAME LINE…
trace() {
	name=$1
	shift
	# shellcheck disable=SC2016 # quoted for the inner shell
	gfptrace run --marked --coverage exact --budget 100 -f json -o "/out/$name.json" -- \
		sh -c 'gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" 2>"/out/$name.err"
	echo "$name $?" >>/out/status
}

# by_quality NAME OPTION… -- CMD…: of the whole machine, from a truth of nothing
by_quality() {
	name=$1
	shift
	echo reset >$d/truth
	gfptrace run --by quality,context -f json -o "/out/$name.json" "$@" \
		>/dev/null 2>"/out/$name.err"
	echo "$name $?" >>/out/status
	cat $d/truth >"/out/$name.truth"
}

refused() {
	gfptrace exercise "$1" >/dev/null 2>>/out/refused
	echo $? >>/out/codes
}

# Nothing is kept in files meanwhile, which would take memory.
cycle() {
	insmod "$module"
	if ! echo count=500 >$d/quality; then
		echo "memory 1" >>/out/status
		sed 's/^/# /' $d/quality >>/out/flaws
	fi
	cat $d/truth >/dev/null
	rmmod allocpage
}

rmmod allocpage
# the first run leaves page tables of the vmalloc space, which the kernel keeps for the next
cycle
free_pages >/out/before
cycle
free_pages >/out/after
if [ "$2" -gt 0 ]; then
	insmod "$module"
	echo "count=$2" >$d/quality
	cat $d/quality >/out/long.json
	cat $d/truth >/out/long.truth
	rmmod allocpage
	# the files take memory, too
	echo $(($(free_pages) + $(cat /out/long.* | wc -c) / 4096)) >/out/after-long
fi
insmod "$module"
cat $d/quality >/out/quick.json
cat $d/truth >/out/quick.truth

modest='gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN'
atomic='gfp=GFP_ATOMIC|__GFP_NOWARN'
# each of a class of its own, where it matters which line a block is of
trace aligned "do=quality order=0 align=16384 gfp=GFP_NOIO count=500" \
	"do=quality order=3 align=4096 gfp=GFP_NOFS count=500" \
	"do=quality order=1 align=2097152 gfp=GFP_USER|__GFP_NORETRY|__GFP_NOWARN count=100" \
	"do=quality order=0-9 align=64 quality=zero $modest count=500"
trace all "do=quality order=0-4 quality=zero+guard redzone=77 align=8192 $modest count=1000" \
	"do=quality order=0-4 quality=zero+guard redzone=4095 $atomic count=1000" \
	"do=quality context=softirq order=0-3 quality=guard+zero gfp=GFP_NOWAIT|__GFP_NOWARN count=1000"
case $(uname -v) in
*PREEMPT_RT*) ;;
*) trace hardirq "do=quality context=hardirq order=0-3 quality=guard redzone=1 $atomic count=1000" ;;
esac
# requests of tasks, and of interrupts aimed at them: sets of qualities upon others, and upon none
by_quality labels --budget 100 --coverage exact -- gfptrace exercise --no-reset \
	"do=quality context=mixed threads=2 cpu=0 nest=20000 quality=each order=0-2 $modest count=4000" \
	'context=mixed count=1000'
by_quality labels-test --budget 100 --coverage exact -- sh -c "echo count=400 >$d/quality"
by_quality labels-cost --budget 100 --coverage exact -- gfptrace exercise --no-reset \
	"do=quality order=8 quality=each $modest count=3200"
for tier in kprobe tracepoint; do
	by_quality labels-$tier --budget 100 --tier $tier -- gfptrace exercise --no-reset \
		"do=quality quality=each order=0-2 $modest count=1600" \
		"do=quality context=softirq quality=each order=0-2 $atomic count=1600"
done
by_quality labels-failures --failures-only -- gfptrace exercise --no-reset 'do=quality count=100'
gfptrace run -q --by quality -o /out/held -- rmmod allocpage 2>/out/held.err
[ -d $d ]
echo "held $?" >>/out/status
for line in 'do=quality align=3' 'do=quality quality=soft' 'quality=zero' 'align=64' \
	'do=quality redzone=4096' 'do=quality align=1073741824' 'do=quality hold=3' \
	'do=quality context=softirq quality=zero'; do
	refused "$line"
done
rmmod allocpage || exit
gfptrace run --by quality -d 1 >/dev/null 2>/out/absent
[ $? -eq 3 ]
echo "absent $?" >>/out/status
