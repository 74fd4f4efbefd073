# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The libraries that gfptrace is built with, for another architecture: Debian's packages, unpacked
# into the cache, never installed. $cache/sysroot/ARCH
# shellcheck disable=SC2034,SC2154 # sysroot is for its callers; cache and apt_opts come from vm-kernel.sh

# The development packages that tools/setup names for a build.
build_libraries() {
	sed -n 's/^\t*build \(lib[a-z0-9.+-]*-dev\|zlib1g-dev\) .*/\1/p' "$here/setup" |
		grep -v cmocka
}

# sysroot_fetch ARCH: runs under the lock.
sysroot_fetch() {
	local home=$cache/sysroot/$1 tmp=$cache/sysroot/.$1.tmp deb link target
	local -a wanted

	mapfile -t wanted < <(build_libraries)
	if [[ -e $home/packages && $(<"$home/packages") == "${wanted[*]}" ]]; then
		return 0
	fi
	have apt-get || die "$skip_status" "no libraries for $1: this system has no apt-get"
	apt_options
	rm -rf "$tmp"
	mkdir -p "$tmp" || return
	note "downloading the libraries of $1: ${wanted[*]}"
	# all that they depend on: nothing counts as installed there
	apt-get "${apt_opts[@]}" -qq --no-install-recommends -y -d install "${wanted[@]}" >&2 ||
		{ apt_update && apt-get "${apt_opts[@]}" -qq --no-install-recommends -y -d install \
			"${wanted[@]}" >&2; } || return
	for deb in "$cache/apt/$1/archives"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$tmp" --no-same-owner || return
	done
	# absolute links would lead out of it
	while IFS= read -r -d '' link; do
		target=$(readlink "$link")
		ln -sfn "$home$target" "$link"
	done < <(find "$tmp" -type l -lname '/*' -print0)
	rm -rf "${cache:?}/apt/$1/archives"/*.deb "$tmp/usr/share/doc" "$home"
	printf '%s\n' "${wanted[*]}" >"$tmp/packages"
	mv "$tmp" "$home"
}

# sysroot_get ARCH: sets sysroot.
sysroot_get() {
	k_arch=$1
	with_lock "sysroot-$1" sysroot_fetch "$1" ||
		die "$skip_status" "cannot have the libraries of $1"
	sysroot=$cache/sysroot/$1
}
