#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: top where requests are timed and fail: a terminal in the guest, whose keys are pressed and
# whose screen is read there (guest-top.sh).
# Usage: tests/vm/top.t [KERNEL…] (default 6.12). GFPTRACE is the program.
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kernels=("$@")
((${#kernels[@]})) || kernels=(6.12)

skip_all() {
	echo "1..0 # skip $1"
	exit 0
}

# what the guest has a terminal with: programs, and what these know of terminals and letters
files=()
for program in bash tmux; do
	path=$(command -v "$program") || skip_all "no $program: run tools/setup check"
	files+=(--add "$path:/usr/bin/$program")
done
for entry in tmux-256color xterm-256color; do
	path=$(find /etc/terminfo /lib/terminfo /usr/share/terminfo -name "$entry" 2>/dev/null | head -n 1)
	[[ $path ]] || skip_all "no terminfo entry $entry"
	files+=(--add "$path:/lib/terminfo/${entry::1}/$entry")
done
[[ -d /usr/lib/locale/C.utf8 ]] || skip_all "no locale C.UTF-8"
files+=(--add /usr/lib/locale/C.utf8:/usr/lib/locale/C.utf8)
for file in tests/cli/tap.sh tests/live/terminal.sh tests/vm/guest-top.sh; do
	files+=(--add "$top/$file:/t/$file")
done

one_kernel() {
	local rc

	boot --timeout 400 --mem 256 "${files[@]}" -- bash /t/tests/vm/guest-top.sh
	rc=$?
	((rc != 77)) || return "$rc"
	results "top" < <(sed -E 's/^(not )?ok [0-9]+ - /\1ok - /' "$work/stdout")
	result "$rc" "the guest's tests end, no kernel warning"
}

while next_kernel; do
	one_kernel
done
finish
