#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The service that the package installs, under a systemd that is the first process of a VM: it
# traces and serves as well as outside, and keeps no right. Takes minutes, and root:
# `make check-packages`.
# shellcheck disable=SC2016,SC2317 # for jq; functions are called through ok
# shellcheck source=tests/packages/lib.sh
. "$(dirname "$0")/lib.sh"
needs jq
kernel=6.12
tools/vm --prepare "$kernel" > /dev/null 2>&1 || skip_all "kernel $kernel cannot be had"
guest=$work/guest

# value FILE NAME: of `systemctl show` or of /proc/PID/status
value() {
	sed -n "s/^$2[=:][[:space:]]*//p" "$guest/$1"
}

# has FILE NAME=VALUE…
has() {
	local file=$1 want
	shift
	for want; do
		[[ $(value "$file" "${want%%=*}") == "${want#*=}" ]] || {
			echo "$file: ${want%%=*} is '$(value "$file" "${want%%=*}")', not '${want#*=}'" > "$err"
			return 1
		}
	done
}

# holds FILE TEXT: and nothing else
holds() {
	[[ -f $guest/$1 ]] || return
	cp "$guest/$1" "$out"
	[[ $(< "$out") == "$2" ]]
}

report() { # FILTER: true of the service's report; $outside is that of a run outside
	jq -es --slurpfile outside "$guest/outside.json" "\$outside[0] as \$outside | .[0] | $1" \
		"$guest/report.json" > "$out" 2> "$err"
}

recommends_library() {
	dpkg-deb -f "$work"/deb/gfptrace_*.deb Recommends > "$out" && grep -q 'libmicrohttpd12' "$out"
}

# What no machine needs that boots once: it would only take the guest's memory.
slim() {
	rm -rf "$root"/usr/share/{doc,locale,man} "$root"/var/cache/apt "$root"/var/lib/apt/lists
}

exposed_at_most() { # of 10
	tail -n 1 "$guest/security" > "$out"
	sed 's/^[^A-Za-z]*/# /' "$out"
	awk -v most="$1" '/exposure level/ {found = 1; for (i = 1; i < NF; i++) if ($i ~ /service:$/) level = $(i + 1)}
		END {exit !found || level == "" || level > most}' "$out"
}

requests() { # FILE
	awk '$1 == "gfptrace_requests_total" || $1 == "gfptrace_requests_missed_total" {sum += $2}
		END {printf "%d\n", sum}' "$guest/$1"
}

counts() { # the guest has written 16 MiB to a tmpfs between the scrapes
	local first second
	first=$(requests first.prom) second=$(requests second.prom)
	echo "# $first requests, then $second"
	((first > 0 && second - first >= 4096))
}

started() {
	holds start 0 && holds healthz ok && has started ActiveState=active SubState=running NRestarts=0
}

restarted() {
	has restarted ActiveState=active NRestarts=1 && (($(value restarted MainPID) != $(value started MainPID))) &&
		(($(requests restarted.prom) > 0))
}

nothing_left() {
	local before during after
	before=$(< "$guest/maps-before") during=$(< "$guest/maps-while") after=$(< "$guest/maps-after")
	echo "# $(wc -l < "$guest/programs-ours") programs; large maps: $before before, $during, $after after"
	grep -qx 'exit_plain' "$guest/programs-ours" &&
		! grep -xFf "$guest/programs-ours" "$guest/programs-after" > "$out" &&
		((before < during && after <= before))
}

# The service in none of its mounts; /run is one where anybody else who is root can.
writes_nowhere() {
	holds writable '' && grep -qx /run "$guest/writable-outside"
}

# And the kernel would have logged it, as it logged what was made to be.
nothing_refused() {
	holds refused '' && grep -q 'comm="uname"' "$guest/refused-uname"
}

# Once more where the emulator lost a CPU's flags (tests/vm/lib.sh).
boot() {
	local try
	for try in 1 2; do
		run tools/vm --kernel "$kernel" --root "$root" --timeout 600 --out "$guest" \
			--add tests/packages/guest-unit.sh:/guest -- sh /guest
		((status == 125)) && grep -qE 'EFLAGS: (00[4-9a-f]|0[1-9a-f]|[1-9a-f])' "$err" || return 0
		echo "# try $try: the emulator failed"
	done
}

run env O="$work" tools/deb
ok "the packages are built" test "$status" -eq 0
((status == 0)) || done_testing
ok "what serve loads is recommended" recommends_library

run bootstrap systemd systemd-sysv,curl,libbpf1,libjansson4,libmicrohttpd12
if ((status)); then
	skip "the service works" "debootstrap could not fetch $suite: $(tail -n 1 "$out")"
	done_testing
fi
install_package "$work"/deb/gfptrace_*.deb
ok "it installs beside systemd" test "$status" -eq 0
slim
boot
ok "systemd boots, and the machine lives" test "$status" -eq 0

ok "systemd-analyze verify finds nothing" holds verify ''
ok "systemd-analyze security finds little" exposed_at_most 2.6 # it is 2.5
ok "it is off until it is wanted, then it can be enabled" holds enabled $'disabled\nenabled'
ok "it is active, and serves" started
ok "it counts what is requested between two scrapes" counts
ok "no capability is left" has gfptrace.status CapInh=0000000000000000 CapPrm=0000000000000000 \
	CapEff=0000000000000000 CapAmb=0000000000000000
ok "none but the unit's could come back" has gfptrace.status CapBnd=000000c401204000
ok "and none does: no new privileges, a filter" has gfptrace.status NoNewPrivs=1 Seccomp=2
ok "the keeper has CAP_SYS_ADMIN alone, for statistics" has gfptrace-keeper.status \
	CapInh=0000000000000000 CapPrm=0000000000200000 CapEff=0000000000200000 CapAmb=0000000000000000 \
	NoNewPrivs=1 Seccomp=2
ok "the OOM killer leaves it alone" holds gfptrace.oom -1000
ok "it can write nowhere" writes_nowhere
ok "it hears this machine alone" holds strangers 'another server 0, gfptrace 28'
ok "its tier is fexit, as outside" report '.mode.tier == "fexit" and $outside.mode.tier == "fexit"'
ok "it sees as much as outside" report '.mode.blind == $outside.mode.blind and .mode.sees == $outside.mode.sees'
ok "functions have names" report '[.slowest[].stack[]] |
	length > 0 and all(test("^[A-Za-z_][^ ]*\\+0x"))'
ok "none of its system calls is refused" nothing_refused
ok "when killed, it is started again, and serves" restarted
ok "with no process of the first" holds restarted.left ''
ok "when stopped, it ends well" has stopped ActiveState=inactive Result=success ExecMainStatus=0
ok "and leaves no BPF program and no map" nothing_left
ok "nor its port" holds port 7
ok "it never says more than where it serves" holds said \
	$'gfptrace: serving http://127.0.0.1:9437/metrics\ngfptrace: serving http://127.0.0.1:9437/metrics'
ok "with a wrong option it fails once" has wrong ActiveState=failed ExecMainStatus=2 NRestarts=0
ok "options of /etc/default are taken" test -s "$guest/options.prom"
done_testing
