# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# top in a terminal: tmux presses the keys and tells what the screen shows. Nothing here waits for
# some time to pass: it waits until the screen shows a text, or $patience is over. For the tests on
# the running kernel and in a VM; after tests/cli/tap.sh.
# shellcheck disable=SC2034,SC2154,SC2317 # work, out, err: tap.sh; functions are called through ok

patience=${PATIENCE:-30} # s to wait for what comes at once on an idle machine
# all of the terminal that could differ from run to run is set here
unset TMUX NO_COLOR
export LC_ALL=C.UTF-8 TERM=xterm-256color
terminals=0
mux() { tmux -S "$work/tmux$terminals" -f /dev/null "$@"; }

# open COLUMNS ROWS: a new terminal with a shell in it; false: there can be none. Each has a tmux
# of its own: one that is about to end still answers at its socket.
open() {
	mux kill-server 2> /dev/null
	terminals=$((terminals + 1))
	mux new-session -d -x "$1" -y "$2" "PS1='\$ ' exec bash --norc --noprofile" 2> "$err" &&
		mux set-option -g history-limit 0 && shows '^\$'
}

screen() { mux capture-pane -p 2>&1; }
on_screen() { screen > "$out" && grep -qE -- "$1" "$out"; }
not_on_screen() { screen > "$out" && ! grep -qE -- "$1" "$out"; }
press() { mux send-keys "$@"; }

# shows TEXT, lacks TEXT: the screen comes to have a line like it, to have none
shows() {
	eventually "$patience" on_screen "$1" || unseen "no '$1'"
}
lacks() {
	eventually "$patience" not_on_screen "$1" || unseen "still '$1'"
}
unseen() {
	{
		echo "$1 in:"
		grep . "$out"
	} > "$err"
	return 1
}

# start [ENVIRONMENT… --] OPTION…: top in the terminal, between two looks at its settings
start() {
	local before=()
	while [[ " $* " == *" -- "* && $1 != -- ]]; do
		before+=("$1")
		shift
	done
	[[ ${1:-} != -- ]] || shift
	rm -f "$work"/{pid,status,after}
	cat > "$work/go" <<- END
		stty -g > '$work/before'
		(
			echo \$BASHPID > '$work/pid'
			exec env ${before[*]} '$(realpath "$GFPTRACE")' top $* 2> '$work/said'
		)
		echo \$? > '$work/status'
		stty -g > '$work/after'
	END
	press " clear; . '$work/go'" Enter
}
pid_of_top() { cat "$work/pid"; }
lives() { kill -0 "$(pid_of_top)" 2> "$err"; }

ended() { # STATUS: top has ended with it
	eventually "$patience" test -s "$work/after" || unseen "it has not ended"
	[[ $(cat "$work/status") == "$1" ]]
}
# the terminal is as it was: its settings, no full screen, a cursor that can be seen
sane() {
	diff "$work/before" "$work/after" > "$out" &&
		[[ $(mux display-message -p '#{alternate_on}#{cursor_flag}') == 01 ]]
}

# fits COLUMNS ROWS: head, views and keys are where they belong, so no line went on in the next one
fits() {
	eventually "$patience" fits_now "$2" || unseen "not $2 lines from head to foot"
}
fits_now() {
	screen > "$out"
	awk -v rows="$1" '
		BEGIN { want[1] = "^gfptrace "; want[2] = "^requests "; want[3] = "^lost "; want[4] = "^1 latency"
			want[rows] = " keys" }
		NR in want && $0 !~ want[NR] { exit bad = 1 }
		END { exit bad || NR != rows }' "$out"
}

views=(latency failures slowest stages align place cost)

# each_view COLUMNS ROWS TEXT…: each view has its text and fits; so does the help
each_view() {
	local size="$1 $2" view
	local texts=("${@:3}")

	for view in "${!views[@]}"; do
		press $((view + 1))
		ok "$size: view ${views[view]}" shows "${texts[view]}"
		ok "$size: view ${views[view]} fits" fits "$1" "$2"
		press Enter t Escape t
	done
	press '?'
	ok "$size: help" shows '^/ +only rows'
	press x
	ok "$size: back from it" shows '^gfptrace  last'
}

# sorted COLUMN OPTION…: so are the rows of the table of series
sorted() {
	screen > "$out"
	awk -v column="$1" '
		/^(Enter|only|Esc) / { exit }
		is_row && NF { print $column }
		/^class +order +context/ { is_row = 1 }' "$out" > "$work/column"
	[[ -s $work/column ]] && sort -c "${@:2}" "$work/column" 2> "$err"
}

# each_key CLASS OTHERS: what the keys do to the table of series; OTHERS is a text of rows that
# have not the word CLASS
each_key() {
	press 1 Enter
	ok "ENTER: the page of a series" shows '^SERIES +class'
	press G # with a histogram it may be longer than the screen
	ok "it has the alignment" shows '^ALIGNMENT'
	press q
	ok "q goes back" shows '^class +order +context'
	press '<'
	ok "<: sorted by the column before the rate" eventually "$patience" sorted 3
	press '<' r
	ok "r: the other way round" eventually "$patience" sorted 2 -rn
	press '>' '>'
	press /
	ok "a filter is asked for" shows '^only rows with: _'
	press -l "$1"
	ok "rows without the words are gone" lacks "$2"
	press Enter
	ok "the filter stays in sight" shows "^only '$1': [0-9]+ of [0-9]+ rows"
	press Escape
	ok "Esc takes it away" shows '^Enter details'
	press p
	ok "p holds the screen" shows '^gfptrace  HELD'
	screen > "$work/held"
	sleep 2
	screen > "$out"
	ok "nothing moves" cmp "$work/held" "$out"
	press p
	ok "p goes on" lacks HELD
	press t
	ok "t: all since the start" shows '^gfptrace  all '
	ok "the figures are sums" shows 'req +memory |req +.*p50'
	press t
	ok "t: the last interval" shows '^gfptrace  last'
}
