#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: top in tmux where requests are timed, some of them slow, some in interrupts, and
# some fail. See top.t. The tree's tests/ are in /t; TAP on stdout.
# shellcheck disable=SC2317 # functions are called through ok
echo started
GFPTRACE=/usr/bin/gfptrace
# shellcheck source=tests/cli/tap.sh
. /t/tests/cli/tap.sh
# shellcheck disable=SC2034 # for terminal.sh; the emulator is slow, and its host may be busy
PATIENCE=90
# shellcheck source=tests/live/terminal.sh
. /t/tests/live/terminal.sh

atomic='gfp=GFP_ATOMIC|__GFP_NOWARN' nowait='gfp=GFP_NOWAIT|__GFP_NOWARN'
kernel='gfp=GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN'

# The load, until it is told to stop. What takes all memory is done once: who needs a page
# meanwhile waits for it, be it this terminal.
load() {
	gfptrace exercise "do=fragment order=3 count=50 $nowait" \
		"do=tail threads=1 sleep_us=100000 count=100 $kernel" || return
	until [[ -e $work/stop ]]; do
		gfptrace exercise "context=softirq order=0-1 count=200 $nowait" \
			"context=hardirq order=0-1 count=200 $atomic" "order=11 count=20 $kernel" || return
		sleep 0.2
	done
}

programs() { # of BPF, and their maps, that exist
	grep -cE 'bpf_prog_alloc|bpf_map_area_alloc|_map_alloc|bpf_jit' /proc/vmallocinfo
}
none_left() {
	programs > "$out"
	(($(cat "$out") <= at_first))
}
# No request is left out for being timed: in the emulator that takes more than the usual budget.
watch() {
	start -i 1 --budget 100 --slowest 32
	ok "tier fexit" shows '^gfptrace  last .* tier fexit '
}
mark() { echo "# $1: $SECONDS s"; }

time='[0-9.]+ [nmu]?s' count='[0-9.,<]+'
row="[a-z]+ +[0-9]+ +(task|softirq|hardirq)"
narrow=("^$row +$count +$count( +$time){3}" "^ *$count +$count +(fragmented|exhausted|invalid) +$row"
	"^ *[0-9.]+ m?s +$row" '^(no request has gone|stage +class)' "^0 +4K +$count .*4K $count %"
	"^0 +DMA32 +$count +$count %" '^COST +[0-9]+ ns a request')
wide=("^$row +$count +$count( +$time){7} +$count %"
	"^ *$count +$count +(fragmented|exhausted|invalid) +$row +(-|no|yes) +[^ ]"
	"^ *[0-9.]+ m?s +$time +$row +[^ ]+ +([0-9]+|-) +[^ ]+\+0x" "${narrow[@]:3}")

# What there is since the start, and the pages of rows.
pages() {
	local text

	press 2
	for text in fragmented exhausted invalid; do
		ok "failures: $text" shows "^ *$count +[1-9][0-9,]* +$text +$row"
	done
	press Enter
	ok "a failure's verdict" shows '^verdict '
	ok "and advice" shows '^advice '
	press Escape 3 g Enter
	ok "a slow request's page" shows "^$time +class [a-z]+, order [0-9]+, context "
	press Escape 4 t
	ok "stages: reclaim" shows "^reclaim +kernel +0 +task +[1-9].* $time"
	press Enter
	ok "a stage's page" shows '^STAGE '
	press Escape 1
	ok "latency: softirq" shows "^nowait +[01] +softirq +[1-9][0-9,]* .*( +$time){3}"
	ok "latency: hardirq" shows "^atomic +[01] +hardirq +[1-9][0-9,]* .*( +$time){3}"
	press 5 t Enter
	ok "the alignment of a size" shows "^ALIGNMENT  of blocks of 4K"
	press Escape 7
	ok "what was lost" shows '^lost +([0-9]|nothing)'
}

at_first=$(programs)
open 80 24
mark open
watch
mark started
load > /dev/null 2> /out/load.err &
loader=$!
press 2
ok "the load is seen to fail" shows ' fragmented +nowait +3 +task'
mark fragmented
each_view 80 24 "${narrow[@]}"
mark each_view
pages
mark pages
press 1
mux resize-window -x 200 -y 60
ok "wider: it fits" fits 200 60
each_view 200 60 "${wide[@]}"
mark each_view
mux resize-window -x 100 -y 30
ok "smaller: it fits" fits 100 30
each_key atomic '^(kernel|movable|nowait) '
mark keys
kill -INT "$(pid_of_top)"
ok "SIGINT ends it with status 0" ended 0
ok "SIGINT: the terminal is as before" sane
ok "SIGINT: no BPF program is left" eventually "$patience" none_left
touch "$work/stop"
wait "$loader"
ok "the load went on" test $? = 0
mark stop

# Numbers: what the module asks for while it is watched.
watch
gfptrace exercise "order=8 gfp=GFP_NOIO|__GFP_NORETRY count=300" "order=11 count=20 $kernel" > /out/truth
press t
ok "300 requests are 300" shows "^noio +8 +task +300 .* $time"
press 2
ok "20 failures are 20" shows "^ *$count +20 +invalid +kernel +11 +task"
ok "there are BPF programs" test "$(programs)" -gt "$at_first"
mark numbers

# What it cannot know of: the shell takes its settings back, and the next one leaves the full screen.
kill -KILL "$(pid_of_top)"
ok "SIGKILL ends it" ended 137
ok "SIGKILL: the shell has its settings" diff "$work/before" "$work/after"
press " stty sane; echo back-\$((6 * 7))" Enter
ok "SIGKILL: the shell goes on" shows '^back-42'
ok "SIGKILL: no BPF program is left" eventually "$patience" none_left
mark killed
watch
kill -TERM "$(pid_of_top)"
ok "SIGTERM ends it with status 0" ended 0
ok "SIGTERM: the terminal is as before" sane
ok "SIGTERM: no BPF program is left" eventually "$patience" none_left
done_testing
