#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: on a machine of 256 MB whose memory is all taken for 5 s, gfptrace lives and its report is
# complete. Usage: tests/vm/exhaust.t [KERNEL…] (default 6.1 and 6.12-rt; all six with FULL=1).
# GFPTRACE is the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12-rt -- "$@"

# lived NAME: what is so in both kinds of exhaustion
lived() {
	local file=$work/out/$1

	compare "$1" '{"tier": "fexit", "marked": true, "complete": true, "reason": "exhausted"}'
	jq -es '.[0] | .failed == 1001 and .pages > 20000 and .run_ns > 5e9' "$file.truth" >"$work/err" 2>&1
	result $? "$1: 1001 failures after most of the memory, over 5 s"
	"$GFPTRACE_BIN" report "$file.json" >"$work/err" 2>&1
	result $? "$1: the reader accepts the report"
	jq -es '.[0] | .window.command.exit == 0 and .window.stopped_by == "command"' "$file.json" \
		>"$work/err" 2>&1
	result $? "$1: CMD lived too"
	[[ $(<"$file.adj") == -1000 ]]
	result $? "$1: gfptrace's oom_score_adj is -1000"
}

one_kernel() {
	local rc

	boot --mem 256 --timeout 300 --add "$top/tests/vm/guest-exhaust.sh:/guest" -- sh /guest
	rc=$?
	((rc != 77)) || return
	result "$rc" "256 MB, exhausted twice: the machine lives, no kernel warning"
	((rc == 0)) || return
	lived atomic
	lived kernel
	grep -E 'Killed process .*\(gfptrace\)' "$work/out/dmesg" >"$work/err"
	result $((!$?)) "the kernel killed no gfptrace"
	[[ -s $work/out/dmesg ]]
	result $? "the kernel's log is there"
	echo "# $kernel: $(grep -c 'Killed process' "$work/out/dmesg") processes killed for memory"
}

while next_kernel; do
	one_kernel
done
finish
