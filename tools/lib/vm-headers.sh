# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Headers of kernels that are newer or older than this system: their compiler may not be here, and
# their build programs may want a newer C library.
# shellcheck disable=SC2154 # k_abi, apt_opts and download() come from vm-kernel.sh

# adapt_headers FOLDER HOME: unpacked headers in FOLDER that will be moved to HOME.
adapt_headers() {
	local kernel=$1/usr/src/linux-headers-$k_abi

	adapt_compiler "$kernel/.kernelvariables" "$1" "$2" || return
	adapt_programs "$1" "$2"
}

# The package names the compiler that the kernel was built with, gcc-14 say. Where that is not here,
# gcc takes its place, without the flags that it does not know.
adapt_compiler() {
	local variables=$1 compiler

	[[ -e $variables ]] || return 0
	compiler=$(sed -n 's/^CC = .*[ )]\(gcc-[0-9]*\)$/\1/p' "$variables")
	if [[ ! $compiler ]] || have "$compiler"; then
		return 0
	fi
	cat >"$2/cc" <<-'END'
		#!/bin/bash
		# -fmin-function-alignment= and -std=gnu23 came with gcc 14.
		args=()
		for arg; do
			case $arg in
			-fmin-function-alignment=*) args+=("-falign-functions=${arg#*=}") ;;
			-std=gnu23) args+=(-std=gnu2x) ;;
			*) args+=("$arg") ;;
			esac
		done
		exec "${CROSS_COMPILE:-}gcc" "${args[@]}"
	END
	chmod 755 "$2/cc"
	sed -i "s,^CC = .*,CC = $3/cc," "$variables"
	# pahole of this system may not know what the kernel's BTF has: modules go without
	sed -i '/^CONFIG_DEBUG_INFO_BTF_MODULES=/d' "${variables%/*}/include/config/auto.conf"
}

# The build programs that this system's C library is too old for run with Debian's newer one, unpacked
# beside them.
adapt_programs() {
	local program loader=lib64/ld-linux-x86-64.so.2 wrapped=''

	while IFS= read -r -d '' program; do
		is_program "$program" || continue
		[[ $(ldd "$program" 2>&1) == *"version \`GLIBC_"*"' not found"* ]] || continue
		[[ $wrapped ]] || fetch_runtime "$1/runtime" || return
		wrapped=1
		mv "$program" "$program.elf"
		# shellcheck disable=SC2016 # the script's own words
		printf '#!/bin/sh\nexec %s --library-path %s "$0.elf" "$@"\n' "$2/runtime/$loader" \
			"$2/runtime/usr/lib/x86_64-linux-gnu" >"$program"
		chmod 755 "$program"
	done < <(find "$1/usr/lib" -type f -perm -u+x -print0)
}

# fetch_runtime FOLDER: the C library and what the build programs use beside it, of the newest stable.
fetch_runtime() {
	local deb

	mkdir -p "$1" || return
	apt_options private
	download "$1" libc6/trixie libelf1t64/trixie libssl3t64/trixie libzstd1/trixie zlib1g/trixie || return
	for deb in "$1"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$1" --no-same-owner || return
	done
	rm -rf "$1"/*.deb "${1:?}/usr/share"
	[[ -e $1/lib64 ]] || ln -s usr/lib64 "$1/lib64"
}
