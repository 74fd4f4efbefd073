#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: real drivers. What a NIC asks for to refill its ring is charged to its driver in softirq
# context, as often as the kernel's own count of stacks has it; without memory its failures appear
# with reason and advice, of which the kernel's log shows one in 10 s. And loads of every day: a file
# in memory, huge pages, bulk calls, a real-time thread.
# Usage: tests/vm/drivers.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1). GFPTRACE is the
# program (build/gfptrace).
# shellcheck disable=SC2016 # jq has variables, too
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"
[[ -x $(command -v chrt) ]] || {
	echo "1..0 # skip no chrt"
	exit 0
}

# back_to_back DRIVER MODEL NUMBER: two NICs on a hub of their own
back_to_back() {
	local i

	drivers+=("$1")
	options+=(--kmod "$1")
	for i in 0 1; do
		options+=(--qemu -netdev --qemu "hubport,id=n$3$i,hubid=$3"
			--qemu -device --qemu "$2,netdev=n$3$i,mac=52:54:00:00:0$3:0$i")
	done
}

# stacks NAME DRIVER 1|2: of the kernel's first (all requests) or second (failures) histogram, those
# in softirqs, elsewhere, and not counted (two CPUs that meet a new stack at once:
# kernel/trace/tracing_map.c) that the driver made to receive: a frame of it comes before any of the
# protocols above it. Flags: 0x10 softirq, 0x08 hardirq on top of it (enum trace_flag_type).
stacks() {
	awk -v driver="[$2]" -v wanted="$3" '
		/^# trigger info/ {table++}
		/^\{/ {flags = $3 + 0; its = above = 0}
		!its && /netif_receive_skb|gro_receive|_xmit/ {above = 1}
		!above && index($0, driver) {its = 1}
		/\} hitcount:/ && its && table == wanted {n[int(flags / 8) % 4 == 2] += $NF}
		/Dropped:/ && table == wanted {dropped = $2}
		END {print n[1] + 0, n[0] + 0, dropped}' "$work/out/$1.hist"
}

# says NAME TEXT JQ [JQ-OPTION…]: of a report
says() {
	local name=$1 text=$2 expression=$3

	shift 3
	jq -es "$@" "length == 1 and (.[0] | $expression)" "$work/out/$name.json" >"$work/err" 2>&1
	result $? "$name: $text"
}

# complete NAME: the command did its work, and nothing is missing in the report
complete() {
	says "$1" "every request is seen and timed" '.window.command.exit == 0
		and .mode.tier == "fexit" and .requests.missed == 0 and (.loss | length) == 0
		and .requests.counted == ([.latency[].count] | add)'
}

its='select(.labels.context == "softirq" and (.labels.caller | endswith("[\($driver)]"))) | .count'

# compare_stacks NAME DRIVER 1|2 LIST: sets counted to what the report's LIST has of the driver, and
# softirqs, elsewhere, dropped to what the kernel counted
compare_stacks() {
	read -r softirqs elsewhere dropped < <(stacks "$1" "$2" "$3")
	counted=$(jq --arg driver "$2" "[.$4[] | $its] | add // 0" "$work/out/$1.json")
	printf '%s in the report, the kernel counted %s in softirqs, %s elsewhere and missed %s\n' \
		"$counted" "$softirqs" "$elsewhere" "$dropped" | tee "$work/err" | sed "s/^/# $kernel $1 $4: /"
}

# charged NAME DRIVER LEAST: what it asked for. Without memory virtio_net asks in a task, too: a work that
# may sleep (refill_work(), drivers/net/virtio_net.c).
charged() {
	local counted softirqs elsewhere dropped all

	compare_stacks "$1" "$2" 1 latency
	((softirqs >= $3))
	result $? "$1: the NIC refills its ring"
	all=$((softirqs + elsewhere))
	[[ $1 != *-pressure ]] || all=$softirqs
	((counted * 100 >= all * 99 && counted <= softirqs + dropped))
	result $? "$1: 99 % of it is charged to the driver in softirq context"
}

# refused DRIVER: its failures, against the kernel's count and the kernel's log
refused() {
	local name=$1-pressure counted softirqs elsewhere dropped before after

	compare_stacks "$name" "$1" 2 failures
	((counted > 0 && counted * 100 >= softirqs * 99 && counted <= softirqs + dropped))
	result $? "$name: as many failures as the kernel has counted"
	says "$name" "atomic ones, with reason and advice" "
		[.failures[] | select(.labels.class == \"atomic\")]
		| ([.[] | $its] | add) as \$all
		| [.[] | select(.labels.reason != \"unknown\" and (.advice | length) > 0) | $its] | add
		| . > 0 and . >= 0.95 * \$all" --arg driver "$1"
	{ read -r before && read -r after; } <"$work/out/$1-log"
	says "$name" "the kernel's log has $((after - before)) of them: less, and at most one in 10 s" \
		'$shown < $counted and $shown <= (.window.duration_ns / 10e9 | floor) + 1' \
		--argjson shown "$((after - before))" --argjson counted "$counted"
}

others() {
	local before after

	complete others
	says others "the pages of a file in memory are movable, asked for by shmem" '[.latency[]
		| select(.labels | .class == "movable" and (.caller | startswith("shmem_"))) | .count]
		| add | . >= 4096 and . < 4096 + 64'
	if [[ -e $work/out/thp ]]; then
		{ read -r before && read -r after; } <"$work/out/thp"
		says others "$((after - before)) huge pages are as many requests of class thp" \
			'$n >= 16 and ([.alignment[] | select(.labels | .class == "thp" and .order == "9"
				and (.caller | contains("huge_pmd"))) | .count] | add) >= $n' \
			--argjson n "$((after - before))"
	else
		n=$((n + 1))
		echo "ok $n - $kernel: huge pages # SKIP the kernel has none: CONFIG_TRANSPARENT_HUGEPAGE"
	fi
	says others "the module's bulk calls and their pages" \
		'.requests | .bulk_calls >= $truth[0].bulk_calls and .bulk_pages >= $truth[0].bulk_pages' \
		--slurpfile truth "$work/out/bulk"
	complete realtime
	cp "$work/out/policy" "$work/err"
	grep -q SCHED_FIFO "$work/out/policy"
	result $? "realtime: the thread is one"
	says realtime "its file of 4 MiB is its own" 'all(.latency[]; .labels.comm == "tee")
		and ([.latency[] | select(.labels.class == "movable") | .count] | add) >= 1024'
}

one_kernel() {
	local rc driver
	local -a drivers=() options=(--kmod pktgen --kmod virtio_pci)

	if [[ $kernel == *-cloud ]]; then
		n=$((n + 1))
		echo "ok $n - $kernel: e1000e # SKIP a kernel without CONFIG_E1000E"
	else
		back_to_back e1000e e1000e 1
	fi
	back_to_back virtio_net virtio-net-pci 2
	# one CPU: no other one frees memory between a failure and the look at it
	boot --smp 1 --timeout 500 --mem 256 "${options[@]}" --add "$top/tests/vm/guest-drivers.sh:/guest" \
		--add "$(command -v chrt):/usr/bin/chrt" -- sh /guest all "${drivers[@]}"
	rc=$?
	((rc != 77)) || return
	result "$rc" "the machine lives, no kernel warning"
	((rc == 0)) || return
	for driver in "${drivers[@]}"; do
		complete "$driver-traffic"
		charged "$driver-traffic" "$driver" 300
		complete "$driver-pressure"
		charged "$driver-pressure" "$driver" 100
		refused "$driver"
	done
	others
}

while next_kernel; do
	one_kernel
done
finish
