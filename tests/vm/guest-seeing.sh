#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: function tracing and kprobes switched off before a run and during it, in each tier and
# mode. Leaves in /out NAME.json, NAME.err, NAME.status and NAME.truth, which is the module's.
echo started
ftrace=/proc/sys/kernel/ftrace_enabled
kprobes=/sys/kernel/debug/kprobes/enabled
export ftrace kprobes
success='order=0 gfp=GFP_KERNEL|__GFP_NOWARN count=3000'
failure='order=9 gfp=GFP_ATOMIC|__GFP_NOWARN count=300 hold=any'

on() {
	echo 1 >$ftrace
	echo 1 >$kprobes
}

# before NAME SWITCH COMMAND 'options' SCENARIO: a window with that switch off from before the start
before() {
	name=$1
	echo 0 >"$2"
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace $3 $4 -- sh -c 'gfptrace exercise "$1" >"/out/$0.truth"' "$name" "$5" \
		>"/out/$name.out" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
	on
}

# during NAME SWITCH COMMAND 'options' SCENARIO: half of the window; the switch stays off to its end
during() {
	name=$1
	# shellcheck disable=SC2016,SC2086 # quoted for the inner shell; options are words
	gfptrace $3 $4 -- sh -c 'gfptrace exercise "$1" >"/out/$0.first"; echo 0 >"$2"
		sleep 1; gfptrace exercise "$1" >"/out/$0.truth"; sleep 0.6' \
		"$name" "$5" "$2" >"/out/$name.out" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
	on
}

run='run -f json --by class,order,context --slowest 0 --budget 100 -o'
rule="--rule gfptrace_requests_failed_total==0"

before before-ftrace "$ftrace" "$run /out/before-ftrace.json" '' "$success"
before before-kprobes "$kprobes" "$run /out/before-kprobes.json" '' "$success"
before forced-fexit "$ftrace" run '--tier fexit' "$success"
before forced-kprobe "$kprobes" run '--tier kprobe' "$success"
during during-ftrace "$ftrace" "$run /out/during-ftrace.json" '' "$success"
during during-kprobes "$kprobes" "$run /out/during-kprobes.json" '' "$success"
during kprobe-ftrace "$ftrace" "$run /out/kprobe-ftrace.json" '--tier kprobe' "$success"
during kprobe-kprobes "$kprobes" "$run /out/kprobe-kprobes.json" '--tier kprobe' "$success"
before tracepoint "$ftrace" "$run /out/tracepoint.json" '--tier tracepoint' "$success"
before gate-ftrace "$ftrace" 'check --report /out/gate-ftrace.json' "--failures-only $rule" "$failure"
before gate-kprobes "$kprobes" 'check --report /out/gate-kprobes.json' "--failures-only $rule" "$failure"
before gate-forced "$kprobes" check "--failures-only --tier kprobe $rule" "$failure"
during gate-during "$kprobes" 'check --report /out/gate-during.json' "--failures-only $rule" "$success"
during gate-during-ftrace "$ftrace" 'check --report /out/gate-during-ftrace.json' "--failures-only $rule" "$success"
during gate-timed "$ftrace" 'check --report /out/gate-timed.json' "$rule" "$success"
# a gate that sees, for comparison
before gate-plain /dev/null 'check --report /out/gate-plain.json' "--failures-only $rule" "$failure"
gfptrace doctor >/out/doctor.out 2>&1
echo 0 >$ftrace
gfptrace doctor >/out/doctor-off.out 2>&1
echo 1 >$ftrace
# ftrace is whole: this fails for good where a detached program has left flags behind
gfptrace run -d 0.2 --tier fexit -f json -o /out/after.json 2>/out/after.err
echo $? >/out/after.status
dmesg | grep -E 'WARNING|Oops|BUG' >/out/warnings
exit 0
