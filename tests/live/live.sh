# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests on the running kernel share. They are skipped, with the reason, where
# they are not run as root or BPF is refused.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cli/tap.sh"

skip_all() {
	echo "1..0 # skip $1"
	exit 0
}

need() {
	local tool
	for tool; do
		command -v "$tool" > /dev/null || skip_all "no $tool"
	done
}

((EUID == 0)) || skip_all "not root"
[[ -x $GFPTRACE ]] || skip_all "no $GFPTRACE: run make"
need jq cc
run "$GFPTRACE" run -d 1ms -f json
if ((status == 3)); then
	skip_all "$(head -n 1 "$err")"
fi
cc -O1 -Wall -o "$work/load" tests/live/load.c || skip_all "cannot compile tests/live/load.c"
# shellcheck disable=SC2034 # for the tests that source this
load=$work/load
report=$work/report.json

# holds EXPRESSION [FILE]: a jq expression is true of the report (-s: to jq -e nothing at all is true)
holds() {
	jq -es "length == 1 and (.[0] | $1)" "${2:-$report}" > "$out" 2> "$err"
}

# The sums that doc/report-schema.md promises of every report.
sums() { # [FILE]
	# shellcheck disable=SC2016 # the variables are jq's
	holds '
		def total(f): map(f) | add // 0;
		.requests as $r | (.latency | length > 0) as $timed |
		($r.counted == $r.succeeded + $r.failed) and
		(if $timed then (.latency | total(.count)) == $r.counted else true end) and
		(.latency | all((.buckets | total(.count)) == .count)) and
		(.alignment | total(.count)) == $r.succeeded and
		(.alignment | all((.buckets | total(.count)) == .count)) and
		(.placement.zones | total(.count)) == $r.succeeded and
		(.failures | total(.count)) == $r.failed
	' "$@"
}

# near A B PER-MILLE: they differ by no more
near() {
	local difference=$(($1 > $2 ? $1 - $2 : $2 - $1))
	((difference * 1000 <= $3 * ($1 > $2 ? $1 : $2))) && return
	echo "$1 and $2 differ by $difference" > "$err"
	return 1
}

field() { # EXPRESSION [FILE]
	jq -r "$1" "${2:-$report}"
}

# programs: the BPF programs of the machine that gfptrace could have loaded
programs() {
	"${BPFTOOL:-bpftool}" prog list -j 2> /dev/null |
		jq -r '.[] | "\(.type) \(.name)"' |
		grep -E ' (entry_|exit_|bulk_|warn_|failure_|headroom_|lint_|slab_|stage_|alone_|verify_|check_|locate|find_)' | sort
}
