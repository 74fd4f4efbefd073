# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests of Debian's packages share: a fresh system, kept for the next time. Sourced; ends
# the test where it cannot be had.
# shellcheck disable=SC2034,SC2154 # for the tests; work is tap.sh's
# shellcheck source=tests/cli/tap.sh
. "${BASH_SOURCE%/*}/../cli/tap.sh"

version=$(sed -n 's/^VERSION *:= *//p' Makefile)
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
arch=$(dpkg --print-architecture)
cache=${GFPTRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gfptrace}/chroot
root=$work/root

skip_all() {
	echo "1..0 # skip $1"
	exit 0
}

needs() { # TOOL…
	local tool
	((EUID == 0)) || skip_all "not root"
	for tool in dpkg-buildpackage dh dh_dkms debootstrap unshare zstd "$@"; do
		command -v "$tool" > /dev/null || skip_all "no $tool (tools/setup package)"
	done
}

mirror() {
	cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2> /dev/null |
		sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+) .*/\2/p' | grep debian | head -n 1
}

# bootstrap NAME PACKAGE,…: a minimal system with these, in $root; what was made under NAME is taken
bootstrap() {
	local base=$cache/$suite-$arch-$1.tar.zst
	if [[ ! -s $base ]]; then
		mkdir -p "$cache"
		debootstrap --variant=minbase --include="$2" "$suite" "$root" "$(mirror)" &&
			tar -C "$root" --one-file-system -cf - . | zstd -q -T0 > "$base.new" &&
			mv "$base.new" "$base" && rm -rf "$root"
	fi
	mkdir -p "$root" && zstd -qdc "$base" | tar -C "$root" -xf -
}

# inside CMD…: in that system, with this machine's kernel to look at
inside() {
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare --mount --propagation private bash -c '
		root=$1
		shift
		for folder in proc sys dev; do
			mount --rbind "/$folder" "$root/$folder" || exit
		done
		cp /etc/resolv.conf "$root/etc/" 2> /dev/null
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
			HOME=/root chroot "$root" "$@"' inside "$root" "$@" < /dev/null
}

# install_package FILE.deb: leaves status; the lists of packages are fetched where the base lacks one
install_package() {
	cp "$1" "$root/tmp/package.deb"
	run inside apt-get install -y --no-install-recommends /tmp/package.deb
	((status == 0)) || {
		inside apt-get update > /dev/null 2>&1
		run inside apt-get install -y --no-install-recommends /tmp/package.deb
	}
}
