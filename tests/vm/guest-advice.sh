#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: bursts of atomic requests that fail, then once more with exactly the sysctl that
# the report advises; and a fragmented machine, where the report says that it would not help. See
# advice.t.
echo started
knob=/proc/sys/vm/min_free_kbytes

# trace NAME LINE: report and truth to /out
trace() {
	# shellcheck disable=SC2016 # quoted for the inner shell
	gfptrace run --marked -f json -o "/out/$1.json" -- \
		sh -c 'gfptrace exercise "$1" >"/out/$0.truth"' "$@" 2>"/out/$1.err"
	echo $? >"/out/$1.status"
}

cat $knob >/out/before
for burst in 1300 1700; do
	trace "burst-$burst" "do=pressure burst=$burst count=5"
	advised=$(sed -n 's/.*"vm.min_free_kbytes=\([0-9]*\) .*/\1/p' "/out/burst-$burst.json" | head -n 1)
	echo "$advised" >"/out/burst-$burst.advised"
	[ "$advised" ] && echo "$advised" >$knob
	trace "burst-$burst-advised" "do=pressure burst=$burst count=5"
	cat /out/before >$knob
done
# more than a twentieth of the memory would have to be set aside
trace burst-4000 'do=pressure burst=4000 count=3'
fragment='do=fragment order=1-5 gfp=GFP_NOWAIT|__GFP_NOWARN count=500'
trace fragment "$fragment"
echo $(($(cat $knob) * 2)) >$knob
trace fragment-raised "$fragment"
exit 0
