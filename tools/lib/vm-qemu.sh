# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Start QEMU, wait for it, and say what became of it.
# Four serial ports: they are built into every kernel of the matrix, and a panic cannot stop them.
# shellcheck disable=SC2154 # options and paths come from tools/vm
# shellcheck disable=SC2054,SC2100 # commas and minus signs are part of the words

qemu_setup() {
	case $k_arch in
	arm64)
		qemu=qemu-system-aarch64
		ports=(/dev/ttyAMA0 /dev/ttyS0 /dev/ttyS1 /dev/ttyS2)
		;;
	*)
		qemu=qemu-system-x86_64
		ports=(/dev/ttyS0 /dev/ttyS1 /dev/ttyS2 /dev/ttyS3)
		;;
	esac
	have "$qemu" || die 125 "no $qemu" "run: tools/setup vm"
	# CMD cannot guess it, so it cannot fake a result. A different byte would be a different run.
	nonce=icount
	[[ $icount ]] || nonce=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	mkdir -p "$cache/log" || exit 125
	log=${GFPTRACE_VM_LOG:-}
	[[ $log ]] || log=$(mktemp "$cache/log/$(date +%Y%m%d-%H%M%S)-${kernel//[^[:alnum:].-]/_}.XXXX") || exit 125
}

machine_args() {
	local node first last size cpus

	if [[ $k_arch == arm64 ]]; then
		qemu_args=(-M virt,gic-version=3 -cpu max ${qemu_args[@]+"${qemu_args[@]}"})
	else
		qemu_args=(-M pc -cpu max,la57=off ${qemu_args[@]+"${qemu_args[@]}"})
	fi
	for ((node = 0; node < numa; node++)); do
		first=$((node * smp / numa))
		last=$(((node + 1) * smp / numa - 1))
		size=$(((node + 1) * mem / numa - node * mem / numa))
		cpus=''
		((last < first)) || cpus=,cpus=$first-$last
		qemu_args+=(-object "memory-backend-ram,id=node$node,size=${size}M"
			-numa "node,nodeid=$node,memdev=node$node$cpus")
	done
	if [[ $icount ]]; then
		qemu_args+=(-accel tcg,thread=single -icount "shift=0,sleep=off" -seed 42
			-rtc "clock=vm,base=2020-01-01T00:00:00")
	elif [[ $at_once ]]; then
		qemu_args+=(-accel tcg,thread=multi)
	else
		# One host thread for all CPUs: with more, QEMU 7.2 now and then lets a CPU run into
		# an int3 that the kernel has already patched away (Oops in a function being traced).
		qemu_args+=(-accel tcg,thread=single)
	fi
}

# A socket for each node: the kernel warns of CPUs that share a cache and not a node.
sockets() {
	if ((numa > 1 && smp % numa == 0)); then
		echo ",sockets=$numa,cores=$((smp / numa)),threads=1"
	fi
}

serial_args() {
	local name

	for name in log stdout stderr ctl; do
		qemu_args+=(-chardev "file,id=$name,path=$tmp/$name")
		if [[ $k_arch == arm64 && $name != log ]]; then
			qemu_args+=(-device "pci-serial,chardev=$name")
		else
			qemu_args+=(-serial "chardev:$name")
		fi
	done
}

vm_run() {
	local args timer first=/.vm/init
	local -a pdeath=()

	# The ports are ours: no login on the console.
	[[ ! $system ]] || first='/sbin/init systemd.getty_auto=no'

	# Warnings stay off the console: a traced failure would wait for the port. A panic replays the
	# whole log on it (panic_print bit 5), and the guest sends the log at the end otherwise.
	args="console=${ports[0]#/dev/} loglevel=4 panic=-1 oops=panic panic_print=32"
	# So does a CPU that is stuck in the kernel, with the stacks of all: after a minute, for an
	# emulated one may stand still for some seconds.
	args+=" watchdog_thresh=30 softlockup_panic=1 softlockup_all_cpu_backtrace=1"
	# PREEMPT_RT serves the port in a thread, which may find nothing left to do: with 100,000 such
	# interrupts the kernel took the line away while /out was on its way.
	[[ $kernel != *-rt ]] || args+=' noirqdebug'
	args+=" rdinit=${first}${icount:+ nokaslr gfptrace.clock=icount}$append"
	machine_args
	serial_args
	: >"$tmp/ctl"
	# Live, except that a slow reader would change what a deterministic guest sees.
	if [[ ! $icount ]]; then
		mkfifo "$tmp/stdout" "$tmp/stderr"
		cat "$tmp/stdout" &
		readers=($!)
		cat "$tmp/stderr" >&2 &
		readers+=($!)
	fi
	ln -s "$log" "$tmp/log"
	mkfifo "$tmp/monitor"
	exec {monitor}<>"$tmp/monitor"
	if have setpriv; then
		pdeath=(setpriv --pdeathsig KILL --)
	fi
	${pdeath[@]+"${pdeath[@]}"} "$qemu" -nodefaults -no-user-config -display none -no-reboot \
		-smp "$smp$(sockets)" -m "$mem" -kernel "$k_image" -initrd "$tmp/initrd" -append "$args" \
		-chardev stdio,id=monitor,signal=off -mon monitor "${qemu_args[@]}" \
		<"$tmp/monitor" >"$tmp/qemu.out" 2>"$tmp/qemu.err" &
	qemu_pid=$!
	sleep "$timeout" &
	timer=$!
	wait -n "$qemu_pid" "$timer"
	if kill -0 "$timer" 2>/dev/null; then
		kill "$timer"
		wait "$timer"
	else
		vm_timed_out
	fi 2>/dev/null
	wait "$qemu_pid" 2>/dev/null
	qemu_status=$?
	qemu_pid=''
	vm_drain
}

# A BREAK on the control port wakes the guest's watcher if the guest is well; it then kills CMD
# and ends as usual.
vm_timed_out() {
	local tenth

	timed_out=1
	echo "chardev-send-break ctl" >&"$monitor"
	for ((tenth = 0; tenth < 300; tenth++)); do
		kill -0 "$qemu_pid" || return
		if ((tenth == 50)) && ! grep -aq "^VM-ALIVE $nonce" "$tmp/ctl"; then
			break
		fi
		sleep 0.1
	done
	kill -KILL "$qemu_pid"
}

# QEMU is gone; the readers end once nobody can write.
vm_drain() {
	if [[ $icount ]]; then
		[[ ! -e $tmp/stdout ]] || cat "$tmp/stdout"
		[[ ! -e $tmp/stderr ]] || cat "$tmp/stderr" >&2
	else
		: 1<>"$tmp/stdout" 1<>"$tmp/stderr"
		wait "${readers[@]}"
		readers=()
	fi
}

vm_cleanup() {
	local pid

	trap '' HUP INT TERM
	for pid in ${qemu_pid:-} ${readers[@]+"${readers[@]}"}; do
		kill -KILL "$pid"
		wait "$pid"
	done 2>/dev/null
	[[ ! ${tmp:-} ]] || rm -rf "$tmp"
}

# fail STATUS MESSAGE: with the log's name, and the splat's first lines if there is one.
fail() {
	sed -n '/WARNING: \|BUG: \|Oops: \|Kernel panic\|Unable to handle/,$p' "$log" |
		head -n 12 | sed 's/^<[0-9]*>//; s/^/    /' >&2
	die "$1" "$2" "kernel log: $log"
}

vm_result() {
	local line word rc taint offset

	sed -i 's/\r$//' "$log"
	find "$cache/log" -type f -mtime +7 -delete 2>/dev/null
	line=$(grep -abm 1 "^VM-RESULT $nonce " "$tmp/ctl" | tr -d '\0')
	if [[ ! $line ]]; then
		vm_failed
	fi
	offset=${line%%:*}
	line=${line#*:}
	read -r _ _ word rc taint <<<"$line"
	if [[ $out ]]; then
		if ! tail -c "+$((offset + ${#line} + 2))" "$tmp/ctl" | tar -xz -C "$out" --no-same-owner; then
			fail 125 "cannot bring /out back to '$out'"
		fi
	fi
	case $word in
	insmod)
		fail 125 "insmod failed: $(sed -n "s/^VM-INSMOD $nonce //p" "$tmp/ctl")"
		;;
	timeout) fail 124 "time-out: CMD was killed after $timeout s" ;;
	esac
	if ((taint & 1 << 9)); then
		fail 125 "the kernel warned (WARN, taint $taint); CMD's status was $rc"
	fi
	exit "$rc"
}

# No result: why?
vm_failed() {
	if grep -aq 'Kernel panic' "$log"; then
		fail 125 "the kernel panicked"
	elif [[ ${timed_out:-} ]] && grep -aq "^VM-ALIVE $nonce" "$tmp/ctl"; then
		fail 124 "time-out after $timeout s, and the guest could not end CMD"
	elif [[ ${timed_out:-} ]]; then
		fail 125 "the guest hangs: no sign of life at the time-out of $timeout s"
	elif ((qemu_status)); then
		die 125 "QEMU failed ($qemu_status): $(tail -n 1 "$tmp/qemu.err")"
	fi
	fail 125 "the guest ended without a result"
}
