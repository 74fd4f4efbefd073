# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Build tests/module for one kernel, out of tree, in the cache.
# shellcheck disable=SC2154 # kernel and cache come from vm-kernel.sh and tools/vm

# mirror FROM TO: files that are the same keep their time, so that kbuild rebuilds only the rest.
mirror() {
	local file

	while IFS= read -r -d '' file; do
		if ! cmp -s "$1/$file" "$2/$file"; then
			install -D -m 644 "$1/$file" "$2/$file" || return
		fi
	done < <(cd "$1" && find . -type f \( -name '*.[chS]' -o -name Kbuild -o -name Makefile \) \
		! -name '*.mod.c' -print0)
	# What is no longer a source must not be built.
	while IFS= read -r -d '' file; do
		[[ -e $1/$file ]] || rm -f "$2/$file"
	done < <(cd "$2" && find . -type f -name '*.[ch]' ! -name '*.mod.c' -print0)
}

# Runs under the lock. Two source trees that share a cache do not share a build.
allocpage_make() {
	local build=$1 log=$1/build.log
	local -a cross=()

	mkdir -p "$build/tests/module" "$build/include" || return
	mirror "$here/../include" "$build/include" || return
	mirror "$here/../tests/module" "$build/tests/module" || return
	if [[ $k_arch != "$(dpkg --print-architecture)" ]]; then
		# kbuild calls architectures as the kernel's folders are called
		cross=(ARCH="${k_arch/amd64/x86}" CROSS_COMPILE="$(gnu_triplet "$k_arch")-")
	fi
	if ! make -C "$k_headers" ${cross[@]+"${cross[@]}"} M="$build/tests/module" modules >"$log" 2>&1; then
		tail -n 30 "$log" >&2
		return 1
	fi
	[[ -e $build/tests/module/allocpage.ko ]]
}

# Sets allocpage_ko.
allocpage_build() {
	local tree build

	[[ -e $here/../tests/module/Kbuild || -e $here/../tests/module/Makefile ]] ||
		die 125 "--module allocpage: there is no tests/module"
	headers_get "$kernel"
	tree=$(cd "$here/.." && pwd | cksum | cut -d' ' -f1)
	build=$cache/build/$k_abi-$tree
	with_lock "build-$k_abi-$tree" allocpage_make "$build" ||
		die 125 "--module allocpage: does not build for $k_abi" "see $build/build.log"
	# shellcheck disable=SC2034 # read by tools/vm
	allocpage_ko=$build/tests/module/allocpage.ko
}
