#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: gfptrace traces before the memory runs out; is it there afterwards? See exhaust.t.
echo started

# exhaust NAME GFP: CMD starts when the programs are at work
exhaust() {
	# shellcheck disable=SC2016 # quoted for the inner shell
	gfptrace run --marked -f json -o "/out/$1.json" -- \
		sh -c 'gfptrace exercise "$1" >"/out/$0.truth"; cat /proc/$PPID/oom_score_adj >"/out/$0.adj"' \
		"$1" "exhaust=1 order=0 gfp=$2 count=1000 hold_ms=5000" 2>"/out/$1.err"
	echo $? >"/out/$1.status"
}

exhaust atomic 'GFP_ATOMIC|__GFP_NOWARN'
exhaust kernel 'GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN'
dmesg >/out/dmesg
exit 0
