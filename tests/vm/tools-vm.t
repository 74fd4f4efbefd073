#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: tools/vm keeps its promises. Needs QEMU and one kernel; skips with the reason without them.
# shellcheck disable=SC1003,SC2016,SC2317 # quoted for the guest; the tests are called by name
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit
vm=$top/tools/vm
kernel=${GFPTRACE_KERNEL:-6.12-cloud}
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
n=0
failed=0

# result OK NAME
result() {
	n=$((n + 1))
	if (($1 == 0)); then
		echo "ok $n - $2"
		return
	fi
	failed=1
	echo "not ok $n - $2"
	sed 's/^/#   /' "$work/err" | head -n 20
}

# vm OPTION… -- CMD…: sets rc, leaves $work/out and $work/err.
vm() {
	"$vm" --kernel "$kernel" "$@" >"$work/out" 2>"$work/err"
	rc=$?
}

# is WANT NAME: the exit status of the last vm.
is() {
	if ((rc != $1)); then
		echo "# status $rc, not $1"
	fi
	result $((rc != $1)) "$2"
}

says() {
	grep -q -- "$1" "$work/err"
	result $? "$2"
}

holds() {
	[[ $(<"$work/out") == "$1" ]]
	result $? "$2"
}

module() {
	mkdir -p "$work/$1"
	printf '%s\n' '#include <linux/module.h>' '#include <linux/stop_machine.h>' \
		'static int hang(void *arg) { for (;;) cpu_relax(); return 0; }' \
		"static int __init start(void) { $2; return 0; }" \
		'module_init(start);' 'MODULE_LICENSE("GPL");' >"$work/$1/$1.c"
	echo "obj-m := $1.o
ccflags-y := -Wno-unused-function" >"$work/$1/Kbuild"
	make -C "$headers" M="$work/$1" modules >"$work/err" 2>&1
	result $? "build module $1 with --kernel-headers"
}

t_arguments() {
	local -a args=('' ' ' "'" '"' "a'b\"c" '$(id)' '`id`' '$HOME' ';reboot' '&' '*' '\' '\n' $'a\nb'
		$'\n' $'tab\there' '-x' '--' '!' '#' '~' '{a,b}' $'\xff\xfe' 'üß€' '%s%n')
	local want=''

	want=$(printf '<%s>' "${args[@]}")
	vm -- sh -c 'printf "<%s>" "$@"' sh "${args[@]}"
	is 0 "arguments: status"
	holds "$want" "arguments arrive verbatim"
}

t_streams() {
	printf '%b' "$(printf '\\x%02x' {0..255})" >"$work/bytes"
	cat "$work/bytes" "$work/bytes" >"$work/bytes2"
	vm --add "$work/bytes" -- sh -c 'cat /bytes; cat /bytes /bytes >&2; exit 7'
	is 7 "status of CMD"
	cmp -s "$work/out" "$work/bytes"
	result $? "stdout is CMD's, all 256 bytes"
	cmp -s "$work/err" "$work/bytes2"
	result $? "stderr is CMD's, and nothing else"
	vm -- sh -c 'head -c 1000000 /dev/zero | tr "\0" x; [ ! -t 1 ] && [ ! -t 2 ] && [ ! -t 0 ]'
	is 0 "no stream of CMD is a terminal"
	[[ $(wc -c <"$work/out") == 1000000 ]]
	result $? "1 MB comes through stdout complete"
}

t_status() {
	vm -- no-such-command
	is 127 "CMD that is not there: 127"
	vm -- sh -c 'kill -KILL $$'
	is 137 "CMD killed by a signal: 128 + signal"
	vm -- sh -c 'trap "echo caught; exit 5" INT; kill -INT $$; sleep 1'
	is 5 "CMD can catch SIGINT"
	"$vm" --kernel no-such-kernel -- true 2>"$work/err"
	rc=$?
	is 2 "unknown kernel: 2"
	for rc in '--smp 0 -- true' '--frob -- true' '--timeout x -- true' '--kernel 6.12-cloud' \
		'--add /no/such -- true' '--module /no/such.ko -- true' '--icount --at-once -- true'; do
		# shellcheck disable=SC2086
		"$vm" $rc >"$work/out" 2>"$work/err"
		result $(($? != 2)) "usage error: $rc"
	done
}

t_timeout() {
	vm --timeout 15 --out "$work/o1" -- sh -c 'trap "" INT TERM; echo early; echo kept >/out/f
		while :; do sleep 1; done'
	is 124 "time-out: 124"
	says time-out "time-out says so"
	holds early "time-out: what CMD printed is there"
	[[ $(cat "$work/o1/f") == kept ]]
	result $? "time-out: /out is there"
}

t_failures() {
	vm -- sh -c 'echo c >/proc/sysrq-trigger; sleep 60'
	is 125 "panic: 125"
	says 'the kernel panicked' "panic says so"
	log=$(sed -n 's/.*kernel log: //p' "$work/err")
	grep -q 'Kernel panic' "$log" && grep -q 'Linux version' "$log"
	result $? "panic: the complete kernel log is where it says"
	vm -- reboot -f
	is 125 "a guest that ends without a result: 125"
	says 'without a result' "it says so"
	echo garbage >"$work/bad.ko"
	vm --module "$work/bad.ko" -- true
	is 125 "insmod failure: 125"
	says 'insmod failed: .*bad' "insmod failure says which"
	vm --append 'init_on_alloc=0' --qemu -no-such-option -- true
	is 125 "QEMU that does not start: 125"
}

t_modules() {
	headers=$("$vm" --kernel-headers "$kernel" 2>"$work/err" | tail -n 1)
	module warnme 'WARN(1, "from a test")'
	module hangme 'stop_machine(hang, NULL, cpu_online_mask)'
	vm --module "$work/warnme/warnme.ko" --out "$work/o2" -- sh -c 'lsmod; echo x >/out/f'
	is 125 "WARN: 125"
	says 'kernel warned' "WARN says so"
	says 'WARNING: .*start' "WARN shows the splat"
	grep -q '^warnme ' "$work/out" && [[ -s $work/o2/f ]]
	result $? "--module is loaded before CMD, and CMD's output is there after a WARN"
	vm --timeout 8 --module "$work/hangme/hangme.ko" -- true
	is 125 "hang: 125"
	says 'hangs' "hang says so"
	module stuckme 'for (;;) cpu_relax()'
	vm --append watchdog_thresh=2 --module "$work/stuckme/stuckme.ko" -- true
	is 125 "a CPU that is stuck: 125"
	says 'the kernel panicked' "stuck: it does not wait for the time-out"
	log=$(sed -n 's/.*kernel log: //p' "$work/err")
	grep -q 'RIP: .* start\|\bstart+0x\|init_module+0x' "$log"
	result $? "stuck: the log has its stack"
	vm --kmod virtio_net -- sh -c 'grep -q virtio_net /proc/modules || ls /sys/module/virtio_net'
	is 0 "--kmod loads a module of the package"
}

t_files() {
	local od

	od=$(command -v od)
	echo data >"$work/plain"
	mkdir "$work/dir"
	echo in >"$work/dir/side"
	printf '#!/bin/sh\necho ran' >"$work/with:colon"
	chmod 640 "$work/plain"
	chmod 751 "$work/with:colon"
	vm --add "$work/plain:/a/b/c" --add "$work/with:colon" --add "$work/dir" --add "$od:/x/od" \
		--out "$work/o3" -- sh -c 'stat -c "%a %u:%g" /a/b/c /with:colon; cat /dir/side
			/with:colon; cmp -s /a/b/c /plain || echo data | cmp - /a/b/c && echo same
			mkdir /out/d; echo 1 >/out/d/f; chmod 4711 /out/d/f; echo data | /x/od -c | head -n 1; exit 3'
	is 3 "--add and --out: status"
	holds $'640 0:0\n751 0:0\nin\nran\nsame\n0000000   d   a   t   a  \\n' \
		"--add: mode bits, owner, folders, colons, and the libraries of a program"
	[[ $(cat "$work/o3/d/f") == 1 && $(stat -c %a "$work/o3/d/f") == *711 ]]
	result $? "--out after a failure, with folders and mode bits"
	vm --smp 4 --numa 2 --mem 512 -- sh -c \
		'nproc; cat /sys/devices/system/node/online /sys/devices/system/node/node*/cpulist'
	holds $'4\n0-1\n0-1\n2-3' "--smp and --numa"
	vm --append 'gft.x=1' -- sh -c 'grep -q gft.x=1 /proc/cmdline && touch /tmp/f /out/f && id -u &&
		for d in debug tracing; do [ "$(ls /sys/kernel/$d)" ] || echo no $d; done;
		grep -q "bpf /sys/fs/bpf" /proc/mounts || echo no bpf'
	holds 0 "--append, root, debugfs, tracefs, bpffs, /tmp and /out"
}

# A system whose first process is busybox's init.
t_root() {
	echo data >"$work/plain"
	mkdir -p "$work/system/bin" "$work/system/sbin" "$work/system/etc" "$work/system/proc"
	cp "$(command -v busybox)" "$work/system/bin/busybox"
	ln -s ../bin/busybox "$work/system/sbin/init"
	ln -s /no/such "$work/system/etc/dangling"
	printf '%s\n' '::sysinit:/bin/busybox mount -t proc proc /proc' \
		'::sysinit:/bin/busybox mount -t devtmpfs dev /dev' '::once:/bin/busybox sh /.vm/init' \
		>"$work/system/etc/inittab"
	vm --root "$work/system" --add "$work/plain:/plain" --out "$work/o4" -- sh -c \
		'tr -d "\0 " </proc/1/cmdline; echo; readlink /etc/dangling; cat /plain; echo x >/out/f; exit 6'
	is 6 "--root: status"
	holds $'init\n/no/such\ndata' "--root: its init comes first, its links are as they were"
	[[ -s $work/o4/f && ! -e $work/system/.vm && ! -e $work/system/plain ]]
	result $? "--root: --out works, and the folder stays as it was"
	"$vm" --root "$work/o4" -- true 2>"$work/err"
	rc=$?
	is 2 "--root: a folder without /sbin/init is refused"
}

t_leftovers() {
	local pid pids

	mkdir "$work/t"
	: >"$work/out"
	TMPDIR=$work/t "$vm" --kernel "$kernel" -- sh -c 'echo up; sleep 60' >"$work/out" 2>"$work/err" &
	pid=$!
	for _ in {1..300}; do
		[[ ! -s $work/out ]] || break
		sleep 0.1
	done
	holds up "stdout is live"
	kill -TERM "$pid"
	wait "$pid"
	rc=$?
	is 143 "SIGTERM ends it"
	pids=$(pgrep -f "^[^ ]*qemu-system.*$work/t")
	[[ ! $pids && ! $(ls -A "$work/t") ]]
	result $? "no process and no file is left"
	"$vm" --kernel "$kernel" -- echo one >"$work/1" 2>"$work/err" &
	vm -- echo two
	wait $!
	[[ $(<"$work/1") == one && $(<"$work/out") == two ]]
	result $? "two at once"
}

t_icount() {
	local i busy='' same
	cat >"$work/probe" <<-'END'
		i=0
		while [ $i -lt 10 ]; do
			cat /proc/uptime /proc/buddyinfo
			date +%s.%N
			i=$((i + 1))
		done
		cat /proc/interrupts /proc/vmstat
		head -c 64 /dev/urandom | md5sum
		dmesg
		echo done >&2
	END
	for i in 1 2 3; do
		if ((i == 3)); then
			(while :; do :; done) &
			busy=$!
		fi
		GFPTRACE_CACHE=${GFPTRACE_CACHE:-$HOME/.cache/gfptrace} TMPDIR=$work \
			vm --icount --add "$work/probe" --qemu -name --qemu "run$i" -- sh /probe
		mv "$work/out" "$work/out$i"
	done
	kill "$busy"
	is 0 "--icount: status"
	grep -q 'gfptrace.clock=icount' "$work/out1" && grep -q nokaslr "$work/out1"
	result $? "--icount: the kernel's command line says so"
	[[ -s $work/out1 ]] && cmp -s "$work/out1" "$work/out2" && cmp -s "$work/out1" "$work/out3"
	same=$?
	cmp "$work/out1" "$work/out2" | sed 's/^/# /'
	cmp "$work/out1" "$work/out3" | sed 's/^/# /'
	result "$same" "--icount: three runs, one on a busy machine, give the same bytes"
}

# QEMU names its threads: one for each CPU, or one for all.
t_at_once() {
	local name=at-once-$$ threads='' pid

	vm --at-once --qemu -name --qemu "$name,debug-threads=on" -- sleep 5 &
	for _ in {1..100}; do
		pid=$(pgrep -f "^[^ ]*qemu-system.*$name" | head -n 1)
		threads=$([[ $pid ]] && cat /proc/"$pid"/task/*/comm 2>/dev/null)
		[[ $threads != *TCG* ]] || break
		sleep 0.2
	done
	wait $!
	rc=$?
	is 0 "--at-once: status"
	echo "$threads" >"$work/err"
	[[ $threads == *'CPU 0/TCG'* && $threads == *'CPU 1/TCG'* ]]
	result $? "--at-once: each CPU has a thread"
}

"$vm" --prepare "$kernel" 2>"$work/err"
rc=$?
if ((rc == 77)) || ! command -v qemu-system-x86_64 >/dev/null; then
	echo "1..0 # SKIP $(head -n 1 "$work/err" || true)"
	exit 0
fi
for t in ${1:-arguments streams status timeout failures modules files root leftovers icount at_once}; do
	"t_$t"
done
echo "1..$n"
exit $failed
