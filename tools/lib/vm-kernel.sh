# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Kernels for tools/vm: Debian's packages, resolved to the newest ABI, unpacked, never installed.
#
# $cache/kernels/NAME/{vmlinuz,config,abi,lib/modules/ABI}
# $cache/headers/ABI-FLAVOUR/usr/{src,lib}
# shellcheck disable=SC2034 # the results are variables that tools/vm reads
# shellcheck source=tools/lib/common.sh
. "${BASH_SOURCE%/*}/common.sh"
# shellcheck source=tools/lib/vm-headers.sh
. "${BASH_SOURCE%/*}/vm-headers.sh"

cache=${GFPTRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gfptrace}

kernel_names=(5.10 6.1 6.1-cloud 6.1-rt 6.12 6.12-cloud 6.12-rt 6.18 7.2 7.3 7.3-cloud 7.3-rt
	arm64:6.1-cloud arm64:6.12-cloud arm64:7.3-cloud)

# Exit status of "this kernel cannot be had here": what automake and TAP harnesses call a skip.
readonly skip_status=77

# Drivers worth keeping; all of them would make 6.1 weigh 330 MB.
readonly keep_drivers='ata|block|char|dax|firmware|md|net|nvdimm|nvme|scsi|tty|uio|vhost|virtio'
readonly drop_dirs='drivers/net/wireless|drivers/net/ethernet/(mellanox|broadcom|qlogic|chelsio)|drivers/scsi/[^/]*/'

# gnu_triplet ARCH: GNU's name of one of Debian's architectures.
gnu_triplet() {
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	*) return 1 ;;
	esac
}

# kernel_parse NAME: sets k_arch, k_version, k_flavour (of the package's name); false if unknown.
kernel_parse() {
	local name=$1

	k_arch=amd64
	case $name in
	*:*)
		k_arch=${name%%:*}
		name=${name#*:}
		;;
	esac
	[[ $k_arch =~ ^(amd64|arm64)$ && $name =~ ^([0-9]+\.[0-9]+)(-(cloud|rt))?$ ]] || return 1
	k_version=${BASH_REMATCH[1]}
	k_flavour=${BASH_REMATCH[3]:+${BASH_REMATCH[3]}-}$k_arch
}

# with_lock NAME CMD…: CMD runs under an exclusive lock shared by all tools/vm of this cache.
with_lock() {
	local lock=$cache/lock/${1//\//_}

	shift
	mkdir -p "$cache/lock" || return
	(
		flock 9 || exit
		"$@" 9>&-
	) 9>"$lock"
}

# apt options: the host's own lists, or (`private`) lists of every suite that has kernels, which
# need no root and change nothing on this machine.
apt_options() {
	local state=$cache/apt/$k_arch

	apt_opts=(-o APT::Sandbox::User="$(id -un)" -o APT::Architecture="$k_arch")
	if [[ ${1:-} != private && $k_arch == "$(dpkg --print-architecture)" ]]; then
		return
	fi
	mkdir -p "$state/lists/partial" "$state/archives/partial" "$state/parts"
	: >>"$state/status"
	suites >"$state/sources.list"
	apt_opts+=(-o APT::Architectures="$k_arch" -o Dir::State="$state"
		-o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status"
		-o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts="$state/parts"
		-o Dir::Cache="$state" -o Debug::NoLocking=1)
}

# The suites that hold kernels, from the mirrors that this machine uses. Each is optional there.
suites() {
	local key=/usr/share/keyrings/debian-archive-keyring.gpg uri

	[[ -r $key ]] || key=''
	# shellcheck disable=SC2016 # apt's own variables
	while read -r uri; do
		case $uri in
		*-security/) set -- bullseye-security bookworm-security trixie-security ;;
		*) set -- bullseye bookworm trixie trixie-backports sid ;;
		esac
		printf "deb ${key:+[signed-by=$key] }$uri %s main\n" "$@"
	done < <(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' |
		sed -n 's,\(.*/debian\(-security\)\?/\) Debian$,\1,p' | sort -u)
}

# The newest image package, unsigned if there is one: it is the one that says which kernel it is.
newest_image() {
	local all abi

	all=$(apt-cache "${apt_opts[@]}" search --names-only "^linux-image-${k_version//./\\.}\\." |
		cut -d' ' -f1)
	abi="linux-image-${k_version//./\\.}\\.[0-9]+(-[0-9]+|\\+deb[0-9.]+)-$k_flavour"
	{
		grep -Ex "$abi-unsigned" <<<"$all" || grep -Ex "$abi" <<<"$all"
	} | sort -V | tail -n 1
}

is_private() {
	[[ " ${apt_opts[*]} " == *" Dir::State="* ]]
}

# find_image: sets image to the newest, from the host's lists or all suites; '' where none has it.
find_image() {
	apt_options
	image=$(newest_image)
	[[ ! $image ]] || return 0
	if ! is_private; then
		apt_options private
		image=$(newest_image)
	fi
	[[ ! $image ]] || return 0
	apt_update
	image=$(newest_image)
}

apt_update() {
	note "updating the package lists for $k_arch"
	if is_private; then
		# a suite that the mirror has no more is no reason to fail
		apt-get "${apt_opts[@]}" -qq update 2>/dev/null || true
	elif can_root; then
		as_root apt-get -qq update >&2
	else
		apt_options private
		apt-get "${apt_opts[@]}" -qq update 2>/dev/null || true
	fi
}

# download DIR PACKAGE…
download() (
	cd "$1" || exit
	shift
	apt-get "${apt_opts[@]}" -qq download "$@" >&2
)

# image_parts IMAGE: its packages. From v7.1 the image is an empty package and depends on those that
# hold the kernel (linux-binary), its modules and its configuration (linux-base).
image_parts() {
	local abi=${1#linux-image-}

	printf '%s\n' "$1"
	apt-cache "${apt_opts[@]}" depends "$1" |
		sed -n "s/.*Depends: \(linux-\(binary\|modules\|base\)-${abi//./\\.}\)$/\1/p" | sort -u
}

# Only the modules that --kmod may be asked for, with the index that depmod makes of them.
unpack_image() {
	local dir=$1 deb abi

	for deb in "$dir"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --no-same-owner || return
	done
	[[ -d $dir/lib || ! -d $dir/usr/lib ]] || mv "$dir/usr/lib" "$dir/lib"
	mv "$dir"/boot/vmlinuz-* "$dir/vmlinuz" 2>/dev/null ||
		mv "$dir"/lib/modules/*/vmlinuz "$dir/vmlinuz" || return
	mv "$dir"/boot/config-* "$dir/config" 2>/dev/null ||
		mv "$dir"/lib/modules/*/config "$dir/config" || return
	rm -rf "${dir:?}/boot" "${dir:?}/usr"
	abi=$(basename "$dir"/lib/modules/*)
	find "$dir/lib/modules" -name '*.ko*' -printf '%P\n' |
		grep -E '/kernel/(sound|samples|drivers)/' |
		grep -Ev "/kernel/drivers/($keep_drivers)/" |
		(cd "$dir/lib/modules" && tr '\n' '\0' | xargs -0r rm -f)
	find "$dir/lib/modules" -name '*.ko*' -printf '%P\n' | grep -E "/kernel/($drop_dirs)" |
		(cd "$dir/lib/modules" && tr '\n' '\0' | xargs -0r rm -f)
	find "$dir/lib/modules" -type d -empty -delete
	find "$dir/lib/modules" -name '*.ko' -print0 | xargs -0r xz -0 --check=crc32
	printf '%s\n' "$abi" >"$dir/abi"
	index_modules "$dir"
}

# modules.dep, for --kmod only: no reason to fail without it.
index_modules() {
	local abi

	abi=$(<"$1/abi")
	[[ ! -s $1/lib/modules/$abi/modules.dep ]] || return 0
	if have depmod; then
		depmod -b "$1" "$abi" 2>/dev/null
	elif have busybox; then
		busybox depmod -b "$1" "$abi" 2>/dev/null
	fi
	return 0
}

# Into kernel_fetch's folder.
download_image() {
	local -a parts

	mapfile -t parts < <(image_parts "$image")
	download "$tmp" "${parts[@]}"
}

# kernel_fetch NAME: make $cache/kernels/NAME. Runs under the lock.
kernel_fetch() {
	local name=$1 home=$cache/kernels/$1 tmp=$cache/kernels/.$1.tmp image

	if [[ -e $home/abi && ! ${GFPTRACE_REFRESH:-} ]]; then
		index_modules "$home"
		return
	fi
	if ! have apt-get || ! have dpkg-deb; then
		die "$skip_status" "kernel $name: this system has no Debian packages (no apt-get)" \
			"give --kernel the path of a bzImage"
	fi
	find_image
	[[ $image ]] || die "$skip_status" "kernel $name: apt knows no package of it" \
		"it comes from Debian: bullseye (5.10), bookworm (6.1, 6.12), trixie-backports and sid"
	if [[ -e $home/abi && $image == linux-image-$(<"$home/abi")* ]]; then
		return 0
	fi
	rm -rf "$tmp"
	mkdir -p "$tmp" || exit
	note "downloading $image"
	if ! download_image; then
		apt_update
		image=$(newest_image)
		download_image || die "$skip_status" "kernel $name: cannot download $image"
	fi
	unpack_image "$tmp" || die 125 "kernel $name: cannot unpack $image"
	rm -rf "$tmp"/*.deb "$home"
	mv "$tmp" "$home"
}

# kernel_get NAME|PATH: sets k_image and, for a name, k_home and k_abi.
kernel_get() {
	k_arch=amd64
	k_home=''
	if [[ $1 == */* || -f $1 ]]; then
		[[ -f $1 && -r $1 ]] || die 2 "--kernel: cannot read '$1'"
		k_image=$1
		case $(file -bL "$1" 2>/dev/null) in *ARM64*) k_arch=arm64 ;; esac
		return
	fi
	kernel_parse "$1" || die 2 "--kernel: unknown kernel '$1'" \
		"known: ${kernel_names[*]}, or the path of a bzImage"
	k_home=$cache/kernels/$1
	with_lock "kernel-$1" kernel_fetch "$1" || exit
	k_image=$k_home/vmlinuz
	k_abi=$(<"$k_home/abi")
}

# apt_options_for PACKAGE: the host's own lists if they have it, else those of all suites.
apt_options_for() {
	apt_options
	apt-cache "${apt_opts[@]}" show "$1" >/dev/null 2>&1 || apt_options private
}

# download_kbuild DIR PACKAGE: of k_arch, the one that runs here
download_kbuild() {
	apt_options_for "$2"
	download "$@" || { apt_update && download "$@"; }
}

# headers_fetch NAME: make $cache/headers/ABI of the kernel we have. Runs under the lock.
headers_fetch() {
	local name=$1 home=$cache/headers/$k_abi tmp=$cache/headers/.$k_abi.tmp
	local deb
	local -a parts

	[[ ! -e $home/done ]] || return 0
	apt_options_for "linux-headers-$k_abi"
	# Such as linux-headers-6.1.0-56-common-rt and linux-kbuild-6.1.
	mapfile -t parts < <(apt-cache "${apt_opts[@]}" depends "linux-headers-$k_abi" |
		sed -n 's/.*Depends: \(linux-kbuild-.*\|linux-headers-.*-common.*\)/\1/p' | sort)
	rm -rf "$tmp"
	mkdir -p "$tmp" || exit
	note "downloading linux-headers-$k_abi"
	# linux-headers-…-common is for all, linux-kbuild-… has programs that run here
	if ((${#parts[@]} != 2)) || ! download "$tmp" "linux-headers-$k_abi" "${parts[0]}" ||
		! k_arch=$(dpkg --print-architecture) download_kbuild "$tmp" "${parts[1]}"; then
		return 1
	fi
	for deb in "$tmp"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$tmp" --no-same-owner || return
	done
	rm -rf "$tmp"/*.deb "${tmp:?}/usr/share"
	# The flavour's Makefile names the common one, and since v6.3 its own folder, by an absolute path.
	sed -i "s,\(include \|KBUILD_OUTPUT=\)/usr/src/,\1$home/usr/src/," \
		"$tmp/usr/src/linux-headers-$k_abi/Makefile"
	adapt_headers "$tmp" "$home" || return
	: >"$tmp/done"
	rm -rf "$home"
	mv "$tmp" "$home"
}

# headers_get NAME: sets k_headers, the build folder for modules.
headers_get() {
	kernel_get "$1"
	[[ $k_home ]] || die 2 "--kernel-headers: need a kernel's name, not a path"
	[[ $k_arch == "$(dpkg --print-architecture)" ]] || have "$(gnu_triplet "$k_arch")-gcc" ||
		die "$skip_status" "kernel $1: there is no compiler for its modules" \
			"run: tools/setup cross"
	if ! with_lock "headers-$k_abi" headers_fetch "$1"; then
		# Old ABIs leave the archive: take the newest kernel, then its headers.
		GFPTRACE_REFRESH=1 kernel_get "$1"
		with_lock "headers-$k_abi" headers_fetch "$1" ||
			die "$skip_status" "kernel $1: cannot download linux-headers-$k_abi"
	fi
	k_headers=$cache/headers/$k_abi/usr/src/linux-headers-$k_abi
}
