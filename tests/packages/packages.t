#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's packages: they are built twice to the same bytes, lintian has no objection, they install
# in a fresh system, work there, and leave nothing behind. allocpage is built as DKMS would build
# it, and makes requests in a VM. Takes minutes, and root: `make check-packages`.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/packages/lib.sh
. "$(dirname "$0")/lib.sh"
needs lintian
kernel=6.1
one=$work/one two=$work/another-place/two

# The files of the system but for what the packager keeps for itself.
files() {
	(cd "$root" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache \
		-o -path ./var/log -o -path ./tmp -o -path ./etc/resolv.conf -o -name ld.so.cache \) -prune -o -print) |
		sort
}

same_bytes() {
	(cd "$one/deb" && sha256sum ./*.deb) > "$work/sums"
	[[ -s $work/sums ]] && (cd "$two/deb" && sha256sum -c "$work/sums") > "$err"
}

work_inside() {
	inside gfptrace run -d 1 -f json > "$work/report.json" 2> "$err" || {
		# a machine that refuses BPF refuses it there, too
		"$GFPTRACE" run -d 1ms > /dev/null 2>&1 || return 0
		return 1
	}
	"$GFPTRACE" report "$work/report.json" 2> "$err" | grep -q '^requests   [1-9]'
}

manual() {
	local command
	for command in '' -run -check -diff -report -explain -doctor -exercise; do
		inside man "gfptrace$command" > "$out" 2> "$err" && grep -q '^EXIT STATUS' "$out" || return
	done
}

completion() {
	# shellcheck disable=SC2016 # the inner shell expands it
	inside bash -c '. /usr/share/bash-completion/completions/gfptrace
		COMP_WORDS=(gfptrace doc) COMP_CWORD=1
		_gfptrace
		echo "${COMPREPLY[@]}"' > "$out" 2> "$err"
	[[ $(< "$out") == doctor ]] && test -s "$root/usr/share/zsh/vendor-completions/_gfptrace"
}

unit_is_right() { # where there is one, it names the command that was installed
	local unit
	for unit in "$root"/lib/systemd/system/gfptrace*.service; do
		[[ ! -e $unit ]] || grep -q '^ExecStart=/usr/bin/gfptrace ' "$unit" || return
	done
}

# What DKMS does with dkms.conf: sources in a folder of their own, one command.
dkms_builds() {
	local headers
	headers=$(tools/vm --kernel-headers "$kernel" 2> "$err" | tail -n 1)
	[[ -d $headers ]] || return
	mkdir "$work/dkms" && dpkg-deb -x "$one/deb/gfptrace-dkms_${version}_all.deb" "$work/dkms" || return
	# shellcheck disable=SC2016 # the inner shell expands it
	kernel_source_dir=$headers bash -c '
		cd "$1" && . ./dkms.conf && [[ $PACKAGE_NAME-$PACKAGE_VERSION == "${1##*/}" ]] &&
			eval "${MAKE[0]}" && cp "${BUILT_MODULE_LOCATION[0]}/${BUILT_MODULE_NAME[0]}.ko" "$2"
		' dkms "$work/dkms/usr/src/gfptrace-$version" "$work" > "$out" 2> "$err"
}

module_works() {
	tools/vm --kernel "$kernel" --module "$work/allocpage.ko" -- gfptrace exercise quiet > "$out" 2> "$err" &&
		grep -q '"schema" *: *"allocpage.truth/1"' "$out"
}

# At once: other places, languages, zones and masks.
env O="$one" tools/deb > "$out" 2> "$err" &
first=$!
env O="$two" TZ=Pacific/Auckland LC_ALL=C HOME="$work" bash -c 'umask 077; tools/deb' > "$work/second" 2>&1
second=$?
wait "$first"
status=$?
ok "the packages are built" test "$status" -eq 0
((status == 0)) || done_testing
ok "they are built again, elsewhere" test "$second" -eq 0
ok "to the same bytes" same_bytes
run lintian --fail-on error,warning "$one"/deb/*.changes
ok "lintian has no objection" test "$status" -eq 0

run bootstrap plain man-db,libbpf1,libjansson4
if ((status == 0)); then
	files > "$work/before"
	install_package "$one"/deb/gfptrace_*.deb
	ok "it installs in a fresh $suite" test "$status" -eq 0
	ok "gfptrace run works there" work_inside
	ok "the manual is there" manual
	ok "the completions are there" completion
	ok "a systemd unit names the command" unit_is_right
	run inside apt-get purge -y --autoremove gfptrace
	ok "it is removed" test "$status" -eq 0
	files > "$work/after"
	run diff "$work/before" "$work/after"
	ok "and leaves nothing" test "$status" -eq 0
else
	skip "it installs in a fresh $suite" "debootstrap could not fetch it: $(tail -n 1 "$out")"
fi

if tools/vm --prepare $kernel > /dev/null 2>&1; then
	ok "allocpage is built as DKMS builds it" dkms_builds
	ok "and makes requests in a VM" module_works
else
	skip "allocpage is built as DKMS builds it" "kernel $kernel cannot be had"
fi
done_testing
