#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: slow requests, then many fast ones, and the other way round: all timed, and samples.
# Then a tracer that looks at one idle task, beside a load that is not its.
echo started
slow='order=5 gfp=GFP_NOIO count=1500'
fast='order=0 gfp=GFP_NOIO count=12000'

# trace NAME 'OPTIONS' LINE…
trace() {
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace run -f json -o "/out/$name.json" --by class $options -- \
		sh -c 'gfptrace exercise "$@" >"/out/$0.truth"' "$name" "$@" 2>"/out/$name.err"
	echo "$name $?" >>/out/status
}

trace full-slow '--budget 100 --repeat 3' "$slow" "$fast"
trace eighth-slow '--budget 100 --sample 8 --repeat 8' "$slow" "$fast"
trace few-slow '--budget 100 --sample 64 --repeat 8' "$slow" "$fast"
trace full-fast '--budget 100 --repeat 3' "$fast" "$slow"
trace eighth-fast '--budget 100 --sample 8 --repeat 8' "$fast" "$slow"
trace few-fast '--budget 100 --sample 64 --repeat 8' "$fast" "$slow"
sleep 1000 &
idle=$!
trace idle "-p $idle --max-loss 20 --budget 100" mixed
kill $idle
exit 0
