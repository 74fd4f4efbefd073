#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: the exporter where requests can be timed.
# Usage: tests/vm/serve.t [KERNEL…] (default 6.12; all six with FULL=1). GFPTRACE is the program.
# shellcheck disable=SC2317 # functions are called through try
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.12 -- "$@"
library=$(ldconfig -p | awk '$1 == "libmicrohttpd.so.12" {print $NF; exit}')

# try NAME CMD…: a line for what must be true
try() {
	local name=$1
	shift
	"$@" >"$work/err" 2>&1
	result $? "$name"
}

# sum FILE NAME [TEXT]: of a metric's samples, those with TEXT in their labels
sum() {
	awk -v name="$2" -v text="${3:-}" '
		{ n = $1; sub(/\{.*/, "", n) }
		n == name && index($0, text) { sum += $NF }
		END { printf "%.0f\n", sum }' "$work/out/$1"
}

# The buckets of a series rise to its count.
buckets_add_up() {
	awk '
		/^gfptrace_latency_seconds_bucket/ {
			if ($NF < last) exit bad = 1
			last = $NF
			if (/le="\+Inf"/) { all += $NF; last = 0 }
		}
		/^gfptrace_latency_seconds_count/ { counted += $NF }
		END { exit bad || !all || all != counted }' "$work/out/second"
}

# grown BY NAME [TEXT]: between the two scrapes, by so much at least
grown() {
	local before after

	before=$(sum first "$2" "${3:-}")
	after=$(sum second "$2" "${3:-}")
	echo "$2: $before, then $after, and not $1 more"
	((after - before >= $1))
}

# The rest of the machine makes requests, too.
counts_truth() {
	local made=0 truth name

	for name in gfptrace_requests_total gfptrace_requests_missed_total; do
		made=$((made + $(sum second "$name") - $(sum first "$name")))
	done
	truth=$(jq .requests "$work/out/truth") || return
	echo "the module made $truth, seen between the scrapes $made"
	((truth > 1000 && made >= truth))
}

sampled() {
	local counted timed

	counted=$(sum second gfptrace_requests_total)
	timed=$(sum second gfptrace_latency_timed_total)
	echo "$timed of $counted are timed"
	(($(sum second gfptrace_latency_seconds_count) == counted)) || return
	((timed * 64 > counted / 2 && timed * 64 < counted * 2))
}

not_lost() {
	! grep -q 'cause="sampled-out"' "$work/out/second"
}

check_command() {
	try "SIGTERM ends it with status 0" test "$(cat "$work/out/status")" = 0
	try "it only says that it serves" test "$(cat "$work/out/serve.err")" = \
		"gfptrace: serving http://127.0.0.1:9437/metrics"
	try "it counts the module's requests, or says that it missed them" counts_truth
	try "and those that fail for their order" grown 100 gfptrace_failures_total 'reason="invalid"'
	try "one request in 64 is timed" sampled
	try "what a sample leaves out is no loss" not_lost
	try "buckets add up" buckets_add_up
	try "the page is whole" grep -q '^</html>$' "$work/out/page.html"
	try "gfptrace report reads its report" "$GFPTRACE_BIN" report "$work/out/report.json"
	if command -v promtool >/dev/null; then
		try "promtool takes the metrics" promtool check metrics <"$work/out/second"
	fi
}

one_kernel() {
	guest guest-serve.sh command --mem 512 --add "$library:$library" || return
	check_command
}

if [[ ! $library ]]; then
	echo "1..0 # skip no libmicrohttpd.so.12: run tools/setup"
	exit 0
fi
while next_kernel; do
	one_kernel
done
finish
