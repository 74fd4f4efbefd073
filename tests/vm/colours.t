#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the colours of the cache that pages have, against the page frame numbers that the module got.
# Usage: tests/vm/colours.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1). GFPTRACE is the
# program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"

# holds NAME TEXT JQ: of the reports $r, their colours $c, and the truth $t of NAME. Both sides are
# folded to as many colours as they have in common.
# shellcheck disable=SC2016 # the variables are jq's
holds() {
	jq -en --slurpfile r "$work/out/$1.json" --slurpfile truth "$work/out/$1.truth" '
		def gcd($b): if $b == 0 then . else . as $a | $b | gcd($a % $b) end;
		def fold($n): . as $all | reduce range(length) as $i ([range($n) | 0]; .[$i % $n] += $all[$i]);
		# pages of each colour, from blocks by that of their first page
		def pages: . as $s | ($s.colours | length) as $n | reduce (range($n) | select($s.colours[.] > 0)) as $i
			([range($n) | 0]; reduce range(pow(2; $s.order)) as $p (.; .[($i + $p) % $n] += $s.colours[$i]));
		def sum: transpose | map(add);
		$truth[0] as $t | $r[0].placement.cache_colours as $c | ($c.colours // 1 | gcd(192)) as $common |
		def told: [$r[].placement.cache_colours.counts | fold($common)] | sum;
		def true(which): [$t.series[] | select(.succeeded > 0 and which) | pages | fold($common)] | sum;
		def blind: [$r[0].mode.blind[] | select(.what == "cache colours") | .why];
		'"$3" >"$work/err" 2>&1
	set -- "$?" "$@"
	(($1 == 0)) || jq -c '{requests, loss, cache: .placement.cache_colours, blind: .mode.blind}' \
		"$work/out/$2.json" >>"$work/err" 2>&1
	result "$1" "$2: $3"
}

# shellcheck disable=SC2016 # the variables are jq's
one_kernel() {
	local name

	all_runs guest-colours.sh 600 || return

	for name in exact sliced sample by; do
		holds "$name" "nothing was missed" '$r[0].requests.missed == 0'
		holds "$name" "each page has its colour" 'told == true(true) and $common >= 64'
		holds "$name" "as many as were given" \
			'($c.counts | add) == $r[0].requests.pages and $r[0].requests.pages == $t.pages'
	done
	holds exact "all copies were at work" '$r[0].mode.coverage.copies == 3'
	holds exact "the skew is the fullest over the mean" \
		'($c.counts | max * length / add) - $c.skew | fabs < 1e-4'
	holds exact "it says that it sees them" '($r[0].mode.sees | index("cache colours")) and blind == []'
	holds sliced "as many colours as sysfs says" '$c.colours == 192 and ($c.counts | length) == 192'
	holds windows "several, and together each page" '($r | length) > 1 and told == true(true)'
	holds order2 "filters hold" 'told == true(.order == 2)'
	holds kprobe "no page but those that were given" \
		'$r[0].requests.pages > 0 and ([told, true(true)] | transpose | all(.[0] <= .[1])) and
		 ($c.counts | add) == $r[0].requests.pages'
	holds tracepoint "as many as were given" \
		'($c.counts | add) == $r[0].requests.pages and $r[0].requests.pages >= $t.pages'
	holds one "no colours in a small cache" '$c == null and (blind | length == 1 and (.[0] | contains("one page")))'
	holds none "no geometry" '$c == null and (blind | length == 1 and (.[0] | contains("sysfs")))'
}

while next_kernel; do
	one_kernel
done
finish
