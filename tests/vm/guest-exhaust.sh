#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: gfptrace traces before the memory runs out; is it there afterwards? See exhaust.t.
echo started

# Whoever needs a page meanwhile, kthreadd say, wakes the OOM killer. It shall find others than
# the test itself, as it would on any machine that does more than this one.
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
	sh -c 'echo 1000 >/proc/self/oom_score_adj; exec sleep 1000' &
done

# exhaust NAME GFP: CMD starts when the programs are at work
exhaust() {
	# shellcheck disable=SC2016 # quoted for the inner shell
	gfptrace run --marked --budget 100 -f json -o "/out/$1.json" -- \
		sh -c 'gfptrace exercise "$1" >"/out/$0.truth"; cat /proc/$PPID/oom_score_adj >"/out/$0.adj"' \
		"$1" "exhaust=1 order=0 gfp=$2 count=1000 hold_ms=5000" 2>"/out/$1.err"
	echo $? >"/out/$1.status"
}

exhaust atomic 'GFP_ATOMIC|__GFP_NOWARN'
exhaust kernel 'GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN'
dmesg >/out/dmesg
exit 0
