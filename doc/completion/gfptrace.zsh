# What the functions above call; doc/completion/gfptrace.zsh in gfptrace's tree.

# Behind "--" stands a command with its own completion.
_gfptrace_behind_dashes() {
	local -i dashes=${words[(i)--]}
	((dashes < CURRENT)) || return 1
	words=("${(@)words[dashes + 1,-1]}")
	((CURRENT -= dashes))
	_normal
	return 0
}

_gfptrace_cgroups() {
	_files -/ -W /sys/fs/cgroup -P /sys/fs/cgroup/ || _files -/
}

_gfptrace_comms() {
	local -aU names
	names=(${(f)"$(cat /proc/[0-9]*/comm 2> /dev/null)"})
	compadd "$@" -a names
}

_gfptrace_modules() {
	local -a names
	names=(/sys/module/*/initstate(N:h:t))
	compadd "$@" -a names
}

_gfptrace_presets() {
	local -a names
	names=(${(f)"$(gfptrace exercise --list 2> /dev/null | sed -n 's/^\([a-z]\{1,\}\) .*/\1/p')"})
	compadd "$@" -a names
}

_gfptrace() {
	local curcontext=$curcontext
	if ((CURRENT == 2)); then
		_describe -t commands command _gfptrace_commands
		compadd -- --help --version
		return
	fi
	local command=$words[2]
	shift words
	((CURRENT--))
	(($+functions[_gfptrace-$command])) || return 1
	curcontext="${curcontext%:*:*}:gfptrace-$command:"
	_gfptrace-$command
}

_gfptrace "$@"
