# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What every script in tools/ needs: talk to stderr, and root only where it is not there.

note() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# die STATUS MESSAGE [REMEDY]
die() {
	local status=$1

	note "$2"
	if (($# > 2)); then
		printf '    %s\n' "$3" >&2
	fi
	exit "$status"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# Debian keeps depmod, sysctl and bpftool where an unprivileged PATH does not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# May this user become root without being asked anything?
can_root() {
	((EUID == 0)) || { have sudo && sudo -n true 2>/dev/null; }
}

# as_root CMD ARG…: sudo may ask for a password when there is a terminal.
as_root() {
	if ((EUID == 0)); then
		"$@"
	elif have sudo; then
		sudo "$@"
	else
		note "need root for '$*', and there is no sudo"
		return 1
	fi
}
