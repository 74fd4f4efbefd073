#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: PAIRS times 3 * RUNS windows, in turns a base, the same again, and the same with
# order 2 slower by PCT %. They take turns since what moves a machine lasts longer than a run.
# Usage: guest-noise.sh PAIRS RUNS PCT
echo started
line='order=0-3 gfp=GFP_NOIO count=4000 slow_order=2'
echo 0 >/tmp/turn

# windows NAME COUNT NS: of each three windows the third has NS more
windows() {
	# shellcheck disable=SC2016 # quoted for the inner shell
	gfptrace run -q --budget 100 --repeat "$2" -f json -o "/out/$1.json" -- sh -c '
		read -r turn </tmp/turn
		echo $(((turn + 1) % 3)) >/tmp/turn
		[ "$turn" = 2 ] || set -- "$1" 0
		gfptrace exercise "$1 slow_ns=$2" >/tmp/truth' sh "$line" "$3" 2>>/out/err ||
		echo "$1 $?" >>/out/failed
}

# What is added is a share of the median as the tracer sees it.
windows first 3 0
p50=$(gfptrace check -f json /out/first.json --rule \
	'gfptrace_latency_seconds{class="noio",order="2",quantile="0.5"} < 1s' |
	sed -n 's/.*"measured": *\([0-9]*\).*/\1/p' | head -n 1)
echo "$p50" >/out/p50
i=1
while [ "$i" -le "$1" ]; do
	windows "turns$i" $((3 * $2)) $((p50 * $3 / 100))
	i=$((i + 1))
done
