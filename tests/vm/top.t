#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: top where requests are timed and fail. The guest has a bare terminal (pty.c) on which keys
# are pressed; what it drew until each key is drawn again here, in tmux, and looked at.
# Usage: tests/vm/top.t [KERNEL…] (default 6.12). GFPTRACE is the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=(6.12)

skip_all() {
	echo "1..0 # skip $1"
	exit 0
}

command -v tmux >/dev/null || skip_all "no tmux"
terminfo=$(find /usr/share/terminfo /lib/terminfo /etc/terminfo -path '*/x/xterm-256color' 2>/dev/null | head -n 1)
[[ $terminfo ]] || skip_all "no terminfo entry xterm-256color"
cc -O1 -Wall -D_GNU_SOURCE -static -o "$work/pty" "$top/tests/vm/pty.c" 2>"$work/err" ||
	skip_all "a static program cannot be made here"
mux() { env -u TMUX LC_ALL=C.UTF-8 tmux -S "$work/tmux" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null; rm -rf "$work"' EXIT

# screen NAME STEP COLUMNS ROWS: the screen when the key of that step was pressed, to $work/screen
screen() {
	local bytes

	bytes=$(awk -v step="$2" 'NR == step {print $1}' "$work/out/$1.steps")
	: >"$work/screen"
	[[ $bytes ]] || return 1
	head -c "$bytes" "$work/out/$1.raw" >"$work/part"
	mux kill-server 2>/dev/null
	mux new-session -d -x "$3" -y "$4" "stty raw -echo; cat '$work/part'; touch '$work/drawn'; exec sleep 100"
	for _ in {1..100}; do
		[[ ! -e $work/drawn ]] || break
		sleep 0.1
	done
	sleep 0.3 # tmux reads what cat wrote
	rm -f "$work/drawn"
	mux capture-pane -p >"$work/screen"
	if [[ ${KEEP:-} ]]; then cp "$work/screen" "$KEEP/$kernel-$1-$2"; fi
}

# shows NAME STEP TEXT…: all of these, each an extended regular expression, are on the screen
shows() {
	local name=$1 step=$2 text rc=0
	shift 2

	screen "$name" "$step" 100 30
	for text; do
		if ! grep -qE -- "$text" "$work/screen"; then
			{
				echo "no '$text' in:"
				cat "$work/screen"
			} >"$work/err"
			rc=1
		fi
	done
	result "$rc" "key $step: $*"
}

guest() { # NAME KEYS OPTION…
	local rc

	boot --timeout 400 --add "$work/pty:/bin/pty" --add "$terminfo:/terminfo/x/xterm-256color" \
		--add "$top/tests/vm/guest-top.sh:/guest" -- sh /guest "$1" 30 100 "${@:2}"
	rc=$?
	((rc != 77)) || return "$rc"
	result "$rc" "$1: the machine lives, no kernel warning"
	[[ $(cat "$work/out/$1.status" 2>&1) == 0 ]]
	result $? "$1: top ends with status 0"
}

# What happens at key n of these; z does nothing but to wait.
keys='z z z z t z t 2 z z z z z l z j j j z q 3 z 7 z 1 z j l z q q'

one_kernel() {
	local time='[0-9.]+ [nmu]?s'

	guest timed "$keys" || return
	shows timed 4 'tier fexit' '^class +order +context +req/s.* p50 .* max' \
		"^[a-z]+ +[0-9]+ +[a-z]+ +[0-9,.]+ .*$time +$time +$time"
	shows timed 6 '^gfptrace  all ' '^class +order +context +req '
	shows timed 13 '^fail/s +failed +reason' '[0-9] +(fragmented|exhausted|invalid|reserved) '
	shows timed 15 '^FAILURE' '^verdict' '^advice'
	shows timed 24 '^gfptrace   Linux' '^LAST' '^ALL' '^lost'
	shows timed 29 '^SERIES' '^p99 ' '^HISTOGRAM'
}

for kernel in "${kernels[@]}"; do
	one_kernel
done
echo "1..$n"
exit "$failed"
