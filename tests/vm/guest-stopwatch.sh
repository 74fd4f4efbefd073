#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: requests of classes that nobody else uses, with and without zero-filling, so
# that their series are the module's own without --marked, whose check costs time. See stopwatch.t.
# The timer's tick comes every 4 ms and takes longer than any of them: to zero 8 pages (34 us) would
# put a tick into nearly each hundredth request, and p99 where a single one decides. Hence order 2.
echo started
# shellcheck disable=SC2016 # quoted for the inner shell
gfptrace run -f json -o /out/stopwatch.json -- sh -c 'gfptrace exercise "$@" >/out/stopwatch.truth' sh \
	'order=0-3 gfp=GFP_NOIO count=20000' 'order=0-2 gfp=GFP_NOFS|__GFP_ZERO count=8000' \
	2>/out/stopwatch.err
echo $? >/out/stopwatch.status
