#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The manual: a page for each command, which names each of its options, and which man can show.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

build=$(dirname "$GFPTRACE")
pages=$build/doc/man
generate=$build/doc/generate
if [[ ! -x $generate || ! -f $pages/gfptrace.1 ]]; then
	echo "1..0 # skip no manual in $build: make man completion"
	exit 0
fi

# shown PAGE: as a terminal 80 columns wide shows it, without markup; clean PAGE makes it
shown() {
	cat "$work/${1##*/}"
}

clean() {
	LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -P cat -l "$1" > "$out" 2> "$err" || return
	col -bx < "$out" > "$work/${1##*/}" && [[ ! -s $err ]]
}

sections() { # PAGE NAME…
	local page=$1 name
	shift
	for name; do
		shown "$page" | grep -qxF "$name" || {
			echo "no section $name" > "$err"
			return 1
		}
	done
}

# Every option of --help, as often as there.
options() { # COMMAND
	"$GFPTRACE" "$1" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort > "$work/help"
	shown "$pages/gfptrace-$1.1" | sed -n '/^OPTIONS/,/^EXIT STATUS/p' |
		grep -oE '^ +(-[a-z], )?--[a-z-]+( |$)' | grep -oE -- '--[a-z-]+' | sort > "$work/page"
	diff "$work/help" "$work/page" > "$err" && [[ -s $work/page ]]
}

listed() { # COMMAND: in gfptrace(1), once among the commands
	(($(shown "$pages/gfptrace.1" | sed -n '/^COMMANDS/,/^WORDS/p' | grep -cx " *gfptrace-$1(1)") == 1))
}

# The cost in the manual is the README's: each row, and no figure of a table in other units.
figures() {
	local name shown_row readme_row rows=0

	while read -r name; do
		shown_row=$(shown "$pages/gfptrace.1" | grep -E "^ +${name//[()+]/.}  " |
			grep -oE '[0-9]+ \([0-9.]+\)' | tr -d '()' | tr '\n' ' ')
		readme_row=$(awk -F' *[|] *' -v name="$name" '
			/^[|] attached / { instructions = /instructions a request/ }
			{ gsub(/[*]/, "", $2) }
			instructions && $2 == name { printf "%s %s ", $3, $4 }' README.md)
		[[ $shown_row && $shown_row == "$readme_row" ]] || {
			echo "# $name: '$shown_row' in the manual, '$readme_row' in README"
			return 1
		}
		rows=$((rows + 1))
	done < <(sed -n 's/^| \*\*\(gfptrace[^*]*\)\*\* .*/\1/p' README.md | sort -u)
	((rows > 20))
}

if command -v man > /dev/null && command -v col > /dev/null; then
	ok "gfptrace.1 has no error of markup" clean "$pages/gfptrace.1"
	while read -r command; do
		page=$pages/gfptrace-$command.1
		ok "gfptrace-$command.1 is there" test -s "$page"
		ok "gfptrace-$command.1 has no error of markup" clean "$page"
		ok "gfptrace-$command.1 has what a page has" sections "$page" NAME SYNOPSIS DESCRIPTION \
			OPTIONS "EXIT STATUS" OVERHEAD "ACCURACY AND LOSS" EXAMPLES "SEE ALSO"
		ok "gfptrace-$command.1 has the options of --help" options "$command"
		ok "gfptrace(1) lists $command" listed "$command"
	done < <("$generate" commands)
	ok "gfptrace.1 has the figures of the README" figures
else
	skip "the pages" "no man or col"
fi

run "$generate" rst options nonsense
ok "a command that is not there is refused" test $status -eq 1 -a ! -s "$out"
run "$generate" commands
same() {
	local name
	while read -r name; do
		[[ -f doc/man/gfptrace-$name.1.rst ]] || return 1
	done < "$out"
	[[ -s $out ]]
}
ok "every command has a source in doc/man" same

done_testing
