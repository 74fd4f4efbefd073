#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What bash and zsh offer at the cursor.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

completion=$(realpath "$(dirname "$GFPTRACE")")/doc/completion
if [[ ! -f $completion/gfptrace ]]; then
	echo "1..0 # skip no completion in $completion: make completion"
	exit 0
fi
mkdir "$work/bin" "$work/files" && ln -s "$(realpath "$GFPTRACE")" "$work/bin/gfptrace"
touch "$work/files/report.json" "$work/files/page.rules"
PATH=$work/bin:$PATH

# bash_offers LINE: what stands in COMPREPLY with the cursor at the end of LINE, one a line
bash_offers() {
	# shellcheck disable=SC2016 # the inner shell expands it
	(cd "$work/files" && bash --norc -c '
		source "$1"
		compopt() { :; } # there is no line that it could act on
		# the words as readline makes them: = is one of its own
		line=${2//=/ = }
		set -f
		COMP_WORDS=($line)
		set +f
		[[ $2 == *[[:space:]] ]] && COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_gfptrace
		printf "%s\n" "${COMPREPLY[@]}"' bash "$completion/gfptrace" "$1") > "$out" 2> "$err"
	[[ ! -s $err ]]
}

is() { # LINE WORD…: these and no others
	bash_offers "$1" || return 1
	shift
	printf '%s\n' "$@" | sort | diff - <(sort "$out") > "$err"
}

has() { # LINE WORD…: these among others
	local word
	bash_offers "$1" || return 1
	shift
	for word; do
		grep -qxF -- "$word" "$out" || {
			echo "no $word" > "$err"
			return 1
		}
	done
}

has_not() { # LINE WORD
	bash_offers "$1" && ! grep -qxF -- "$2" "$out"
}

ok "bash: commands" has 'gfptrace ' run check diff report doctor exercise explain --help --version
ok "bash: a command's beginning" is 'gfptrace do' doctor
ok "bash: options" has 'gfptrace run --' --duration --by --tier --stop-on
ok "bash: an option's beginning" is 'gfptrace run --cov' --coverage
ok "bash: options of another command" has_not 'gfptrace diff --' --duration
ok "bash: what is not built is not offered" has_not 'gfptrace run --' "--$("$GFPTRACE" run --help | grep -q slowest && echo - || echo slowest)"
ok "bash: values" is 'gfptrace run --tier ' auto fexit kprobe tracepoint
ok "bash: values behind =" is 'gfptrace run --tier=' auto fexit kprobe tracepoint
ok "bash: a value's beginning behind =" is 'gfptrace run --tier=k' kprobe
ok "bash: values of a short option" is 'gfptrace run -f h' html
ok "bash: formats of report" has 'gfptrace report -f ' text json html prom folded
ok "bash: formats of explain" is 'gfptrace explain -f ' text json
ok "bash: formats of check" is 'gfptrace check --format ' tap text json
ok "bash: dimensions" has 'gfptrace run --by ' class order context node zone comm
ok "bash: a dimension behind others" is 'gfptrace run --by class,order,con' class,order,context
ok "bash: no dimension twice" has_not 'gfptrace run --by class,' class,class
ok "bash: events" is 'gfptrace run --stop-on ' failure 'latency\>'
ok "bash: files" is 'gfptrace report ' page.rules report.json
ok "bash: a file as a value" is 'gfptrace check --rules pa' page.rules
ok "bash: nothing behind a time" is 'gfptrace run -d ' ''
ok "bash: run takes no file" is 'gfptrace run re' ''
ok "bash: presets" has 'gfptrace exercise ' quiet mixed pressure
ok "bash: tasks" has 'gfptrace run -c ' "$(cat /proc/$$/comm)"
ok "bash: processes" has 'gfptrace run -p ' $$
ok "bash: a command behind --" has 'gfptrace run -d 1 -- ls' ls
ok "bash: a file of a command behind --" is 'gfptrace run -- ls rep' report.json
ok "bash: unknown commands" is 'gfptrace nonsense ' ''

# zsh_offers LINE: zsh's own completion, in a terminal; a list of matches is forced
zsh_offers() {
	(cd "$work/files" && timeout 30 zsh -f tests.zsh "$1") > "$out" 2> "$err"
}

cat > "$work/files/tests.zsh" << END
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1='here> ' PS2= RPS1=; fpath=($completion \\\$fpath); autoload -Uz compinit; compinit -u -D -d $work/dump"
zpty -w shell 'zstyle ":completion:*" list-prompt ""; zstyle ":completion:*:default" list-colors "no="'
zpty -w shell 'LISTMAX=1000; setopt no_beep; bindkey "^D" list-choices; stty columns 500 rows 500'
zpty -w shell 'echo read''y'
# only with its prompt does the shell read keys itself: the terminal would take ^D for an end
zpty -r -m shell line '*ready*here> *' || exit 1
zpty -w -n shell "\$1"\$'\C-d'
zpty -w -n shell \$'\C-a\C-k'
zpty -w shell 'echo all-''shown'
zpty -r -m shell all '*all-shown*'
print -r -- "\$all"
zpty -d shell
END

zsh_has() { # LINE WORD…
	local word
	zsh_offers "$1" || return 1
	shift
	for word; do
		grep -qF -- "$word" "$out" || {
			echo "no $word" > "$err"
			return 1
		}
	done
}

if command -v zsh > /dev/null; then
	ok "zsh: commands" zsh_has 'gfptrace ' 'hold a saved report, or a run' doctor exercise
	ok "zsh: options" zsh_has 'gfptrace run --' --duration 'a complete report every TIME' --coverage
	ok "zsh: values" zsh_has 'gfptrace run --tier ' fexit kprobe tracepoint
	ok "zsh: values behind =" zsh_has 'gfptrace check --format=t' tap text
	ok "zsh: a dimension behind others" zsh_has 'gfptrace run --by class,c' comm cgroup
	ok "zsh: files" zsh_has 'gfptrace report ' page.rules report.json
	ok "zsh: presets" zsh_has 'gfptrace exercise ' quiet pressure
	ok "zsh: a command behind --" zsh_has 'gfptrace run -d 1 -- tru' true truncate
else
	skip "zsh" "no zsh"
fi

done_testing
