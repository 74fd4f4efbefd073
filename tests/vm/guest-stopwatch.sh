#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: requests of classes that nobody else uses, with and without zero-filling, so
# that their series are the module's own without --marked, whose check costs time. See stopwatch.t.
# Twice: without the list of the slowest, and as it is by default. All are timed, whatever it costs.
echo started
for name in stopwatch default; do
	slowest=''
	[ $name = default ] || slowest='--slowest 0'
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; words
	gfptrace run $slowest --budget 100 -f json -o "/out/$name.json" -- \
		sh -c 'gfptrace exercise "$@" >"/out/$0.truth"' $name \
		'order=0-3 gfp=GFP_NOIO count=20000' 'order=0-3 gfp=GFP_NOFS|__GFP_ZERO count=16000' \
		2>"/out/$name.err"
	echo $? >"/out/$name.status"
done
gfptrace run --by class,order,path -f json -o /out/zero.json -- \
	gfptrace exercise 'order=0-3 gfp=GFP_NOIO count=800' 'order=0-3 gfp=GFP_NOFS|__GFP_ZERO count=400' \
	>/out/zero.truth 2>/out/zero.err
echo $? >/out/zero.status
