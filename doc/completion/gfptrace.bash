# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What to offer, from $_gfptrace_table, which stands above this in the completion that is built.
# Needs nothing of the package bash-completion; where it is there, CMD is completed by it.

# _gfptrace_row COMMAND OPTION: sets kind and choices
_gfptrace_row() {
	local command short long
	kind='' choices=''
	while read -r command short long kind choices; do
		[[ $command == "$1" ]] && [[ $short == "$2" || $long == "$2" ]] && return
	done <<< "${_gfptrace_table-}"
	kind='' choices=''
	return 1
}

# _gfptrace_names [COMMAND]: the long options of the command, without it the commands
_gfptrace_names() {
	local command short long kind rest
	while read -r command short long kind rest; do
		if [[ ! ${1-} && $short == . ]]; then
			echo "$command"
		elif [[ $command == "${1-}" && $long == --* ]]; then
			echo "$long"
		fi
	done <<< "${_gfptrace_table-}"
}

# Candidates, one a line, that begin with what stands at the cursor.
_gfptrace_offer() { # CANDIDATES
	local IFS=$'\n' candidate
	for candidate in $1; do
		[[ $candidate == "$current"* ]] && COMPREPLY+=("$candidate")
	done
}

_gfptrace_files() { # folders only: -d
	local IFS=$'\n'
	compopt -o filenames 2> /dev/null
	mapfile -t COMPREPLY < <(compgen "${1:--f}" -- "$current")
}

# Words with commas: those that do not stand there yet, behind what does.
_gfptrace_list() { # WORDS
	local word before='' candidates=''
	[[ $current == *,* ]] && before=${current%,*},
	for word in $1; do
		[[ ,$before == *",$word,"* ]] || candidates+=$before${word//>/\\>}$'\n'
	done
	compopt -o nospace 2> /dev/null
	_gfptrace_offer "$candidates"
}

_gfptrace_processes() { # pid or comm
	local folder name
	for folder in /proc/[0-9]*; do
		if [[ $1 == pid ]]; then
			echo "${folder#/proc/}"
		elif { read -r name < "$folder/comm"; } 2> /dev/null; then
			echo "$name"
		fi
	done | sort -u
}

_gfptrace_modules() {
	local state
	for state in /sys/module/*/initstate; do
		[[ -e $state ]] && basename "${state%/initstate}"
	done
}

_gfptrace_value() { # KIND WORDS: what stands at the cursor is such a value
	case $1 in
	words) _gfptrace_offer "${2// /$'\n'}" ;;
	list) _gfptrace_list "$2" ;;
	file) _gfptrace_files ;;
	cgroup)
		current=${current:-/sys/fs/cgroup/}
		_gfptrace_files -d
		;;
	pids) _gfptrace_list "$(_gfptrace_processes pid)" ;;
	comm) _gfptrace_offer "$(_gfptrace_processes comm)" ;;
	module) _gfptrace_offer "$(_gfptrace_modules)" ;;
	address) _gfptrace_offer 127.0.0.1:9437 ;;
	scenario) _gfptrace_offer "$(gfptrace exercise --list 2> /dev/null | sed -n 's/^\([a-z]\{1,\}\) .*/\1/p')" ;;
	esac
}

# What follows "--": a command of its own.
_gfptrace_command() { # INDEX of its first word
	if declare -F _command_offset > /dev/null; then
		_command_offset "$1"
	elif ((COMP_CWORD == $1)); then
		mapfile -t COMPREPLY < <(compgen -c -- "$current")
	else
		_gfptrace_files
	fi
}

_gfptrace() {
	local current=${COMP_WORDS[COMP_CWORD]} option='' command=${COMP_WORDS[1]-} kind choices i
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_gfptrace_offer "$(_gfptrace_names)"$'\n--help\n--version'
		return
	fi
	_gfptrace_row "$command" . || return
	for ((i = 2; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} == -- && $choices == command ]]; then
			_gfptrace_command $((i + 1))
			return
		fi
	done
	local operand=$kind
	# bash makes --option=value three words
	option=${COMP_WORDS[COMP_CWORD - 1]}
	if [[ $current == = ]]; then
		current=''
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $option == -?* ]] && _gfptrace_row "$command" "$option" && [[ $kind != none ]]; then
		_gfptrace_value "$kind" "$choices"
	elif [[ $current == -* ]]; then
		_gfptrace_offer "$(_gfptrace_names "$command")"
	else
		_gfptrace_value "$operand" ''
	fi
}

complete -F _gfptrace gfptrace
