#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What gfptrace itself takes with its defaults: memory of its maps, resident memory, time to start,
# and to read the counters of many CPUs.
# shellcheck disable=SC2016,SC2317 # CMD expands its own; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"

"$GFPTRACE" run -v -d 60 -o "$report" 2> "$work/talk" &
pid=$!
is_active() { grep -q ': active ' "$work/talk"; }
ok "it starts" eventually 20 is_active
tier=$(sed -n 's/.*: tier \([a-z]*\), .*/\1/p' "$work/talk")
cat "/proc/$pid/fdinfo"/* > "$work/descriptors"
cp "/proc/$pid/status" "$work/status"
kill -INT "$pid"
wait "$pid"

# map_bytes: what the kernel accounts to its maps
map_bytes() {
	awk '/^map_type:/ {map = 1} /^pos:/ {map = 0} map && /^memlock:/ {sum += $2} END {print sum + 0}' \
		"$work/descriptors"
}
status_of() { awk -v field="$1:" '$1 == field {print $2}' "$work/status"; } # FIELD: KiB
# between LEAST NUMBER MOST
between() {
	(($1 <= $2 && $2 <= $3)) && return
	: > "$out"
	echo "$2 is not between $1 and $3" > "$err"
	return 1
}

# exec to the first instant of the window, in which CMD, which tells the time, is let go
start_ms() {
	local before=${EPOCHREALTIME/./} active
	active=$("$GFPTRACE" run -q -o "$report" -- bash -c 'echo "${EPOCHREALTIME/./}"')
	echo $(((active - before) / 1000))
}
least=$(for _ in {1..10}; do start_ms; done | sort -n | head -n 1)

cpus=$(getconf _NPROCESSORS_CONF) maps=$(map_bytes) resident=$(status_of VmRSS) highest=$(status_of VmHWM)
echo "# tier $tier, $cpus CPUs: maps $((maps >> 10)) KiB, resident $resident KiB," \
	"at most $highest KiB; active after $least ms"
# A tier that times requests has a histogram in each series, and each CPU has series of its own.
if [[ $tier == tracepoint ]] && ((cpus <= 2)); then
	ok "maps of 4 MiB at most" between $((1 << 20)) "$maps" $((4 << 20))
	ok "16 MiB resident at most" between 4096 "$resident" $((16 << 10))
	ok "no more than 20 MiB at any time" between 4096 "$highest" $((20 << 10))
else
	skip "maps of 4 MiB at most" "tier $tier, $cpus CPUs"
	ok "maps of 64 MiB at most" between $((1 << 20)) "$maps" $((64 << 20))
	ok "20 MiB resident at most beside the maps" between 4096 "$resident" \
		$(((20 << 10) + (maps >> 10)))
fi
ok "active within 250 ms in the best of ten starts" between 1 "$least" 250

# The least CPU time of some snapshots: counters of 512 CPUs, all slots of all copies in use. A
# neighbour in the caches only adds to it: where one is at work a quiet moment is waited for.
build=$(dirname "$GFPTRACE")
if [[ -e $build/libgfptrace.a ]] && make -s O="$build" "$build/tests/bench/merge" > "$out" 2> "$err"; then
	for _ in {1..20}; do
		took=$("$build/tests/bench/merge" 512)
		status=$?
		((status == 0 && took > 20000)) || break
		sleep 1
	done
	echo "# 512 CPUs merged in $took us"
	ok "the sums are right" test "$status" -eq 0
	ok "512 CPUs merged within 20 ms" between 1 "$took" 20000
else
	skip "512 CPUs merged within 20 ms" "no library beside $GFPTRACE to build with"
fi
done_testing
