#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: programs that are attached and never run. Function tracing and kprobes are switched off before
# and during a window, in each tier and mode: another tier counts what the module counted, or the
# report says from when on nothing was seen, or the exit status is 3. No gate passes blind, and the
# kernel's ftrace is whole afterwards. Usage: tests/vm/seeing.t [KERNEL…] (default: 6.1 and 6.12).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=(6.1 6.12)

# status NAME STATUS
status() {
	cat "$work/out/$1.err" >"$work/err" 2>&1
	[[ $(<"$work/out/$1.status") == "$2" ]]
	result $? "$1: exit status $2"
}

# says NAME WORDS: on stderr
says() {
	cp "$work/out/$1.err" "$work/err"
	grep -qF -- "$2" "$work/out/$1.err"
	result $? "$1: says '$2'"
}

# holds NAME WHAT EXPRESSION: of the report; truth is the module's
holds() {
	jq -e --slurpfile truth "$work/out/$1.truth" '
		def series: if .mode.tier == "tracepoint" then .alignment else .latency end;
		def counted: [series[] | select(.labels.class == "kernel" and .labels.order == "0") | .count] | add // 0;
		def failed: [.failures[] | select(.labels.order == "9") | .count] | add // 0;
		def blind(what): any(.mode.blind[]; .what | startswith(what));
		def truth: $truth[0]; '"$3" "$work/out/$1.json" >"$work/err" 2>&1
	local rc=$?
	((rc == 0)) || jq -c '[.mode.tier, .requests, .mode.blind[:3]]' "$work/out/$1.json" >>"$work/err"
	result $rc "$1: $2"
}

# no_pass NAME: no verdict says ok
no_pass() {
	cp "$work/out/$1.out" "$work/err"
	! grep -q '^ok' "$work/out/$1.out"
	result $? "$1: nothing passes"
}

before_the_start() {
	local off='blind("tier fexit") and blind("tier kprobe")'

	status before-ftrace 0
	holds before-ftrace "tier tracepoint, and why" ".mode.tier == \"tracepoint\" and $off"
	holds before-ftrace "counts the truth" 'counted >= truth.requests'
	status before-kprobes 0
	holds before-kprobes "tier fexit, kprobes blind" '.mode.tier == "fexit" and blind("kprobes")'
	holds before-kprobes "counts the truth" 'counted >= truth.requests and .requests.missed < 30'
	status forced-fexit 3
	says forced-fexit 'function tracing is switched off'
	status forced-kprobe 3
	says forced-kprobe 'kprobes are switched off'
	status tracepoint 0
	holds tracepoint "counts the truth" 'counted >= truth.requests'
}

during_the_window() {
	local name hole='[.mode.blind[].what | select(startswith("all requests from "))] | length == 1'

	for name in during-ftrace kprobe-ftrace kprobe-kprobes; do
		status "$name" 0
		says "$name" 'requests are not seen from '
		holds "$name" "the hole is in the report" "$hole"
		holds "$name" "what was not counted is missed" \
			'counted >= truth.requests and .requests.missed >= truth.requests'
	done
	status during-kprobes 0
	says during-kprobes 'reasons of failures and headroom are not seen from '
	holds during-kprobes "requests are all counted" \
		'counted >= 2 * truth.requests and (blind("all requests") | not)'
}

gates() {
	local name

	for name in gate-ftrace gate-kprobes gate-plain; do
		status "$name" 1
		no_pass "$name"
		holds "$name" "counts the module's failures" 'failed == truth.failed and failed > 100'
	done
	holds gate-plain "by a kprobe" '.mode.tier == "kprobe"'
	holds gate-kprobes "at the end of each request" '.mode.tier == "tracepoint" and blind("tier kprobe")'
	status gate-forced 3
	no_pass gate-forced
	for name in gate-during gate-during-ftrace gate-timed; do
		status "$name" 3
		no_pass "$name"
		says "$name" 'nothing can be judged: all requests from '
	done
}

the_kernel_is_whole() {
	cp "$work/out/warnings" "$work/err"
	[[ -e $work/out/warnings && ! -s $work/out/warnings ]]
	result $? "no kernel warning"
	status after 0
	grep -qE '^  fexit +works, chosen' "$work/out/doctor.out" &&
		! grep -q 'headroom.*no kprobe' "$work/out/doctor.out"
	result $? "doctor: fexit, and headroom by its kprobes"
	grep -qE '^  fexit +no: function tracing is switched off' "$work/out/doctor-off.out" &&
		grep -qE '^  tracepoint +works, chosen' "$work/out/doctor-off.out"
	result $? "doctor: names the switch"
}

while next_kernel; do
	boot --mem 256 --timeout 500 --add "$top/tests/vm/guest-seeing.sh:/guest" -- sh /guest
	rc=$?
	((rc != 77)) || continue
	result "$rc" "the machine lives, no kernel warning"
	[[ -d $work/out ]] || continue
	before_the_start
	during_the_window
	gates
	the_kernel_is_whole
done
finish
