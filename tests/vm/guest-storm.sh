#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: processes that fault in page after page, under a tracer with a budget of 1 %. They
# wait until it is attached, so it misses none of them. The module makes requests meanwhile, in
# classes that nobody else uses.
# usage: guest-storm.sh PAGES PROCESSES
echo started
pages=$1 processes=$2
set --
while [ $# -lt "$processes" ]; do
	mkfifo "/tmp/go$#"
	/load pages "$pages" <"/tmp/go$#" &
	set -- "$@" $!
done
# shellcheck disable=SC2016 # quoted for the inner shell
gfptrace run -v -i 1 -f json -o /out/report.json --budget 1 -- sh -c '
	for go in /tmp/go*; do
		echo >"$go"
	done
	gfptrace exercise "order=0-3 gfp=GFP_NOIO count=20000" >/out/truth.json
	for pid; do
		while kill -0 "$pid" 2>/dev/null; do
			sleep 0.2
		done
	done' sh "$@" 2>/out/err
echo $? >/out/status
wait
