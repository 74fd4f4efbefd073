#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: a tracer without capabilities still does what it has to do later, and a user with two of them
# can trace. Usage: tests/vm/privileges.t [KERNEL…] (default: 6.1 and 6.12).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=(6.1 6.12)
[[ -x $(command -v setcap) && -x $(command -v setpriv) ]] || {
	echo "1..0 # skip no setcap or no setpriv"
	exit 0
}

# is NAME FILE LINE…: each line is in the file in /out
is() {
	local name=$1 file=$work/out/$2 line rc=0

	shift 2
	cp "$file" "$work/err" 2>&1
	for line; do
		grep -qxE -- "$line" "$file" 2>>"$work/err" || rc=1
	done
	result $rc "$name"
}

# holds NAME REPORT EXPRESSION
holds() {
	local rc

	jq -es "length == 1 and (.[0] | $3)" "$work/out/$2.json" >"$work/err" 2>&1
	rc=$?
	cat "$work/out/$2.err" >>"$work/err"
	result $rc "$1"
}

# confined NAME [CAPPRM]: as the command saw the tracer
confined() {
	is "$1: status 0" "$1.status" 0
	is "$1: capabilities and filter of the tracer" "$1.tracer" "CapPrm:	${2:-0{16\}}" \
		"CapEff:	${2:-0{16\}}" 'CapInh:	0{16}' 'CapAmb:	0{16}' 'NoNewPrivs:	1' 'Seccomp:	2'
}

untouched() {
	is "$1: the command keeps its own" "$1.command" 'CapEff:	0*[1-9a-f][0-9a-f]*' \
		'CapBnd:	0*[1-9a-f][0-9a-f]*' 'NoNewPrivs:	0' 'Seccomp:	0'
}

while next_kernel; do
	boot --mem 512 --timeout 500 --add "$top/tests/vm/guest-privileges.sh:/guest" \
		--add "$(command -v setcap):/bin/setcap" --add "$(command -v setpriv):/usr/bin/setpriv" \
		-- sh /guest
	rc=$?
	((rc != 77)) || continue
	result "$rc" "the scenarios run, no kernel warning"
	((rc == 0)) || continue
	for name in auto budget kprobe kprobe-full cgroup; do
		if [[ $name == kprobe ]]; then
			confined $name '0{6}4000000000' # CAP_PERFMON
			is "$name: it says why" $name.err '.*CAP_PERFMON stays: .*'
		else
			confined $name
		fi
		untouched $name
		holds "$name: the load is in the report" $name '.requests.counted > 150000'
	done
	is "auto: no bounding set is left" auto.tracer 'CapBnd:	0{16}'
	holds "auto: the tier is fexit" auto '.mode.tier == "fexit"'
	holds "auto: it goes to three copies without any capability" auto \
		'.mode.coverage | .copies == 3 and .changes[0].copies == 3'
	holds "budget: the keeper measures, and a sample is taken" budget \
		'.mode.sampled_stretches | length > 0 and .[0].sample > 1'
	holds "budget: the cost is known" budget '.cost.ns_per_request > 0'
	# perf events may take CAP_SYS_ADMIN there (doc/privileges.md): then it is tried, and told
	grep -E 'budget: (cannot go over to )?one request in' "$work/out/kprobe.err" >"$work/err"
	result $? "kprobe: the budget switches, or says that it was refused"
	holds "cgroup: names" cgroup 'any(.latency[]; .labels.cgroup | startswith("/"))'
	confined user
	is "user: not root" user.tracer 'Uid:	65534	65534	65534	65534'
	holds "user: fexit, and three copies" user \
		'.mode.tier == "fexit" and .mode.coverage.copies == 3'
	cp "$work/out/refused" "$work/err"
	[[ ! -s $work/out/refused ]]
	result $? "the filter refused nothing"
	holds "user: no tracefs and no pagemap, yet page frame numbers" user \
		'.alignment | length > 0 and all(.below_natural == 0)'
	# the load is of GFP_KERNEL: a wrong number would lie in no zone, or in any
	holds "user: the tier tracepoint has them, too" user-tracepoint \
		'([.alignment[] | select(.labels.zone | test("^(DMA32|Normal)$")) | .count] | add) >
		 0.99 * .requests.succeeded and .requests.succeeded > 150000'
	holds "user: latencies" user '[.latency[].count] | add > 100000'
done
finish
