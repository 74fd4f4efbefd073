# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest's file tree. The same inputs give the same bytes: times, owners and order are fixed,
# since under --icount a different byte is a different run.
# shellcheck disable=SC2154 # kernel and cache come from vm-kernel.sh

# Static busybox of the guest's architecture.
busybox_path() {
	local bb

	if [[ $k_arch == "$(host_arch)" ]]; then
		for bb in "${GFPTRACE_BUSYBOX:-}" "$(command -v busybox)" /bin/busybox; do
			if [[ -x $bb ]] && ! ldd "$bb" >/dev/null 2>&1; then
				echo "$bb"
				return
			fi
		done
		die 125 "no static busybox" "run: tools/setup vm"
	fi
	with_lock "busybox-$k_arch" busybox_fetch || exit
	echo "$cache/busybox-$k_arch"
}

host_arch() {
	case $(uname -m) in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	*) uname -m ;;
	esac
}

busybox_fetch() {
	local tmp=$cache/.busybox-$k_arch.tmp

	[[ ! -x $cache/busybox-$k_arch ]] || return 0
	have apt-get || die "$skip_status" "no busybox for $k_arch: this system has no apt-get"
	rm -rf "$tmp"
	mkdir -p "$tmp"
	apt_options
	download "$tmp" busybox-static || { apt_update && download "$tmp" busybox-static; } ||
		die "$skip_status" "cannot download busybox-static for $k_arch"
	dpkg-deb --fsys-tarfile "$tmp"/*.deb | tar -x -C "$tmp"
	mv "$(find "$tmp" -name busybox -type f -perm -u+x | head -n 1)" "$cache/busybox-$k_arch"
	rm -rf "$tmp"
}

# add_foreign_libraries ROOT PROGRAM: the same from the libraries that it was built with.
add_foreign_libraries() {
	local root=$1 dir=$cache/sysroot/$k_arch lib path

	while read -r lib; do
		path=$(find "$dir/lib" "$dir/usr/lib" -name "${lib##*/}" -print -quit 2>/dev/null)
		[[ $path ]] || return
		[[ $lib == /* ]] || lib=/usr/lib/$lib
		[[ ! -e $root$lib ]] || continue
		install -D -m 755 "$path" "$root$lib" && add_foreign_libraries "$root" "$path" || return
	done < <(readelf -ld "$2" 2>/dev/null |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p; s/.*interpreter: \(.*\)\]/\1/p')
}

# add_libraries ROOT PROGRAM: what the dynamic loader would want, at the same paths.
add_libraries() {
	local root=$1 lib

	if [[ $k_arch != "$(host_arch)" ]]; then
		add_foreign_libraries "$@"
		return
	fi

	while read -r lib; do
		[[ -e $root$lib ]] || install -D -m 755 "$lib" "$root$lib" || return
	done < <(ldd "$2" 2>/dev/null | grep -Eo '/[^ :]+' | sort -u)
}

# add_system ROOT FOLDER: a whole system, with a unit that runs CMD when systemd has started all else.
add_system() {
	local units=$1/etc/systemd/system

	mkdir -p "$1" && cp -a "$2/." "$1" || return
	mkdir -p "$units/multi-user.target.wants" &&
		printf '%s\n' '[Unit]' "Description=tools/vm's command" 'After=multi-user.target' \
			'[Service]' 'ExecStart=/bin/busybox sh /.vm/init' >"$units/vm-command.service" &&
		ln -s ../vm-command.service "$units/multi-user.target.wants/vm-command.service"
}

is_program() {
	[[ -f $1 && $1 != *.ko && $(head -c 4 "$1" | tr -d '\0') == $'\x7fELF' ]]
}

# add_file ROOT FILE GUESTPATH: a file or a folder, with mode bits, and libraries for programs.
add_file() {
	local root=$1 from=$2 to=$1/${3#/}

	mkdir -p "$(dirname "$to")" || return
	if [[ -d $from ]]; then
		mkdir -p "$to" && cp -RL --preserve=mode "$from/." "$to/" || return
	else
		cp -L --preserve=mode "$from" "$to" || return
	fi
	while IFS= read -r -d '' from; do
		if is_program "$from"; then
			add_libraries "$root" "$from" || return
		fi
	done < <(find "$to" -type f -print0)
}

# quote ARG…: words for the guest's shell that come out verbatim, newlines and all.
quote() {
	local word

	for word; do
		printf " '%s'" "${word//\'/\'\\\'\'}"
	done
}

# add_kmod ROOT NAME: a module of the kernel's package, after all that it depends on.
add_kmod() {
	local root=$1 name=${2//[-_]/[-_]} dir=$k_home/lib/modules/${k_abi:-} line dep

	[[ $k_home ]] || die 2 "--kmod: a bzImage comes without modules"
	[[ -s $dir/modules.dep ]] || die 125 "--kmod: no module index for $k_abi" "run: tools/setup vm"
	line=$(grep -m 1 -E "^([^:]*/)?$name\\.ko[^/:]*:" "$dir/modules.dep")
	if [[ ! $line ]]; then
		if grep -q "/$name\\.ko" "$dir/modules.builtin"; then
			return 0
		fi
		die 2 "--kmod: kernel $k_abi has no module '$2'"
	fi
	# kmod's depmod lists dependencies in order, busybox's does not: look at each one's own.
	for dep in ${line#*:}; do
		dep=${dep##*/}
		add_kmod "$root" "${dep%%.ko*}"
	done
	add_module "$root" "$dir/${line%%:*}"
}

# add_module ROOT FILE.ko[.xz]: loaded before CMD, in the order of these calls.
add_module() {
	local root=$1 name=${2##*/}
	local -a there=("$root"/.vm/modules/*-"${name%%.ko*}.ko")

	[[ ! -e ${there[0]} ]] || return 0
	name=$root/.vm/modules/$(printf '%03d' "$module_count")-${name%%.ko*}.ko
	((module_count += 1))
	case $2 in
	*.xz) xz -dc "$2" >"$name" ;;
	*.zst) zstd -qdc "$2" >"$name" ;;
	*) cp -L "$2" "$name" ;;
	esac || die 125 "cannot read module $2"
}

# pack ROOT FILE
pack() (
	cd "$1" || exit
	find . -exec touch -h -d @0 {} + &&
		find . -print0 | LC_ALL=C sort -z |
		cpio --quiet -0 -o -H newc --reproducible -R 0:0 >"$2"
)
