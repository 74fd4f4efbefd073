#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# top through a real terminal: tmux presses the keys and tells what the screen shows.
# shellcheck disable=SC2016,SC2317 # quoted for grep; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"
need tmux

# shellcheck source=tests/live/terminal.sh
. tests/live/terminal.sh

stop_all() {
	mux kill-server 2> /dev/null
	kill "${loads[@]}" 2> /dev/null
	rm -rf "$work"
}
loads=()
trap stop_all EXIT

"$load" time 100000 &
loads+=($!)

# Every view under load, at two sizes.
load_is_shown='^movable +0 +task +[1-9]'
texts=("$load_is_shown" '^(no request has failed|fail/s +failed +reason)'
	'^(the slowest requests are not|no slow request|latency +ago)'
	'^(stages are not seen|no request has gone|stage +)' '^0 +[0-9]+K' '^0 +(Normal|DMA)' '^COST')
open 80 24 || skip_all "tmux does not start a shell"
for size in '80 24' '200 60'; do
	read -r columns rows <<< "$size"
	open "$columns" "$rows"
	start -i 0.3
	ok "$size: it shows the load" shows "$load_is_shown"
	each_view "$columns" "$rows" "${texts[@]}"
	press q
	ok "$size: q ends it" ended 0
	ok "$size: the terminal is as before" sane
	ok "$size: nothing is said" test ! -s "$work/said"
done

# Keys.
open 100 30
start -i 0.5
shows "$load_is_shown"
each_key movable '^(kernel|user|nowait) '
press -l -
press -l -
ok "-: half the interval, and half again" shows '^gfptrace  last 1[0-9][0-9] ms'
press -l +
press -l +
press -l +
press -l +
ok "+: twice, and so on" shows '^gfptrace  last (1\.[5-9]|2\.)'
sleep 0.1
press C-z
ok "Ctrl-Z stops it" shows 'Stopped'
rm -f "$work/status" "$work/after" # the shell went on without it
press " fg; echo \$? > '$work/status'; stty -g > '$work/after'" Enter
ok "fg brings it back" shows '^gfptrace  last'
press C-c
ok "Ctrl-C ends it" ended 0
ok "Ctrl-C: the terminal is as before" sane

# Sizes: while it runs, and so small that nothing fits.
start -i 0.3
shows "$load_is_shown"
for size in '200 60' '80 24' '40 10' '20 4' '5 2' '1 1' '300 3' '80 24'; do
	read -r columns rows <<< "$size"
	for view in 1 2 7 '?' x; do
		press "$view"
		mux resize-window -x "$columns" -y "$rows"
	done
	press 1
	sleep 0.3
	ok "$size: it lives" lives
done
ok "it is drawn anew at its old size" shows 'movable +0 +task'
ok "it fits" fits 80 24
press q
ok "after the resizing it ends well" ended 0
ok "and leaves the terminal as it was" sane

# Whatever ends it, the terminal is sane.
for signal in INT TERM HUP QUIT; do
	start -i 0.3
	shows "$load_is_shown"
	kill -"$signal" "$(pid_of_top)"
	ok "SIG$signal ends it with status 0" ended 0
	ok "SIG$signal: the terminal is as before" sane
done
for signal in ABRT SEGV USR1; do
	start -i 0.3
	shows "$load_is_shown"
	kill -"$signal" "$(pid_of_top)"
	ok "SIG$signal kills it" ended $((128 + $(kill -l "$signal")))
	ok "SIG$signal: the terminal is as before" sane
done
start -d 1.5
ok "-d ends it" ended 0
ok "-d: the terminal is as before" sane
run "$GFPTRACE" run -d 1ms --tier kprobe
if ((status == 3)); then
	start --tier kprobe
	ok "an error keeps its status" ended 3
	ok "an error: it is said" grep -q '^gfptrace: tier kprobe' "$work/said"
	ok "an error: the terminal is as before" sane
else
	skip "an error" "this kernel allows kprobes"
fi

# The terminal goes away: it ends, too.
start -i 0.3
shows "$load_is_shown"
pid=$(pid_of_top)
mux kill-server
gone() { ! kill -0 "$pid" 2> /dev/null; }
ok "it ends with its terminal" eventually "$patience" gone

# Colours.
open 80 24
raw() { # FILE: what top writes, as it is
	mux pipe-pane -O "cat > '$1'"
}
colours() { grep -qP '\x1b\[[0-9;]*\b([349][0-7]|38|48|39|49|10[0-7])(;[0-9;]*)?m' "$1"; }
raw "$work/coloured"
start -i 0.2
shows "$load_is_shown"
press q
ok "it is coloured" ended 0
ok "there are colours" colours "$work/coloured"
plain() { ! colours "$1" && grep -q gfptrace "$1"; }
for environment in NO_COLOR=1 TERM=vt100 TERM=xterm-mono; do
	mux pipe-pane
	raw "$work/plain"
	start "$environment" -- -i 0.2
	shows "$load_is_shown"
	press q
	ok "$environment: it runs" ended 0
	ok "$environment: no colours" plain "$work/plain"
	ok "$environment: the terminal is as before" sane
	rm -f "$work/plain"
done
start LC_ALL=C -- -i 0.2
shows "$load_is_shown"
ascii() { screen > "$out" && ! grep -qP '[^\x00-\x7f]' "$out"; }
ok "LC_ALL=C: ASCII alone" ascii
press q
ok "LC_ALL=C: it ends" ended 0
start TERM=nonsense --
ok "an unknown terminal is an error" ended 2
ok "that says what to do" grep -q 'gfptrace run -i 1' "$work/said"
ok "an unknown terminal: it is as before" sane

# No terminal.
for redirected in 'stdin < /dev/null' 'stdout > /dev/null'; do
	rm -f "$work/after"
	press " clear; '$(realpath "$GFPTRACE")' top ${redirected#* } 2> '$work/said'; echo \$? > '$work/status'; stty -g > '$work/after'" Enter
	ok "no terminal at ${redirected%% *}: status 2" ended 2
	ok "no terminal at ${redirected%% *}: it names what to use" grep -q 'gfptrace run -i 1' "$work/said"
done
run "$GFPTRACE" top
ok "no terminal at all" refused 2 '`gfptrace run -i 1`'
done_testing
