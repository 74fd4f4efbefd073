#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Stages on the running kernel: reclaim in a memory cgroup that is full, perf beside us.
# shellcheck disable=SC2016,SC2317 # the inner shell has variables, too; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"
event=vmscan:mm_vmscan_memcg_reclaim_begin

# A memory cgroup of 20 MiB; sets group.
make_group() {
	local root limit
	root=$(awk '$3 == "cgroup" && $4 ~ /(^|,)memory(,|$)/ {print $2; exit}' /proc/mounts)
	limit=memory.limit_in_bytes
	if [[ ! $root ]]; then
		root=$(awk '$3 == "cgroup2" {print $2; exit}' /proc/mounts)
		limit=memory.max
	fi
	[[ $root ]] || return
	group=$root/gfptrace-test.$$
	mkdir "$group" 2> /dev/null || return
	trap 'rmdir "$group"; rm -rf "$work"' EXIT
	echo 20M > "$group/$limit" 2> /dev/null
}

make_group || skip_all "no memory cgroup can be made here"
need perf dd
perf stat -a -e $event -x, -o "$work/perf" true 2> "$err" || skip_all "perf cannot count $event here"
export group work event

# More pages of a file than fit: each charge beyond reclaims first.
run "$GFPTRACE" run -q -f json -o "$report" --tier tracepoint --by class,order -- \
	perf stat -a -e $event -x, -o "$work/perf" -- sh -c '
	echo $$ > "$group/cgroup.procs"
	dd if=/dev/zero of="$work/big" bs=1M count=100 2> /dev/null
	rm "$work/big"'
ok "a run while a memory cgroup is full" test "$status" -eq 0
counted=$(awk -F, '/memcg_reclaim/ {print $1}' "$work/perf")
seen=$(field '[.stages[] | select(.stage == "memcg").count] | add // 0')
echo "# perf $counted, gfptrace $seen"
ok "some reclaim" test "$counted" -gt 20
ok "each is seen, as perf counts them" near "$counted" "$seen" 20
ok "buckets and sums" holds '.stages | all((.buckets | map(.count) | add) == .count
	and .max <= .sum and .sum <= .max * .count and .p50 <= .max)'
ok "with the labels that are asked for" holds \
	'.stages | length > 0 and all(.labels | keys == ["class", "order"])'
ok "the report says what it does not see" holds \
	'[.mode.blind[].what] | index("other stages, path and the slowest requests")'

run "$GFPTRACE" run -q -f json -o "$report" --tier tracepoint --by path -d 0.2
ok "no path where no stage knows its request" holds \
	'.alignment | length > 0 and all(.labels.path == "none")'
done_testing
