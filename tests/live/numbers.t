#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The numbers on the running kernel: sums, filters, dimensions, and perf beside us.
# shellcheck disable=SC2016,SC2317 # jq has $variables, too; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"

trace() { # ARG…: a report in JSON
	run "$GFPTRACE" run -q -f json -o "$report" "$@"
}

done_well() { ((status == 0)) && [[ ! -s $err ]]; }
load_pages() { echo | "$load" pages "$1"; }
export -f load_pages
export load

# A load of 20000 pages is in every report of these.
pages=20000
burst=(bash -c "load_pages $pages")

trace -- "${burst[@]}"
ok "a burst of faults" done_well
ok "sums" sums
ok "nothing below its natural alignment" holds 'all(.alignment[]; .below_natural == 0)'
ok "natural alignment is the page size times 2^order" holds \
	'.host.page_size as $p | all(.alignment[]; .natural == $p * pow(2; .labels.order | tonumber))'
ok "the burst is counted" holds ".requests.counted + .requests.missed >= $pages"
ok "pages are those of the orders" holds \
	'([.alignment[] | .count * pow(2; .labels.order | tonumber)] | add) == .requests.pages'
ok "its class is movable, its context task" holds \
	"[.alignment[] | select(.labels == {class: \"movable\", order: \"0\", context: \"task\"}) | .count]
	 | add >= $pages"
ok "the tool and the host are named" holds \
	'(.tool.version | length > 0) and .host.kernel == "'"$(uname -r)"'" and .host.cpus > 0'
ok "what it cannot see is said with its reason" holds \
	'all(.mode.blind[]; (.what | length > 0) and (.why | length > 0))'

for dimension in comm cpu node zone migratetype class order context comm,cpu zone,migratetype; do
	trace --by "$dimension" -- "${burst[@]}"
	if [[ $dimension == *migratetype* ]] && ((status == 3)); then
		skip "--by $dimension" "$(head -n 1 "$err")"
		continue
	fi
	ok "--by $dimension" done_well
	ok "--by $dimension: sums" sums
	ok "--by $dimension: the burst is counted" holds ".requests.counted + .requests.missed >= $pages"
	ok "--by $dimension: the labels are those asked for" holds \
		"([\"${dimension//,/\",\"}\"] + [\"order\"] | unique) as \$want |
		 all(.alignment[]; (.labels | keys) == \$want)"
done
# Without page frame numbers nothing is told that hangs on them, and the cause is.
cc -O1 -Wall -shared -fPIC -o "$work/blind.so" tests/live/blind.c
blind=(env LD_PRELOAD="$work/blind.so" "$GFPTRACE")
for dimension in node zone; do
	run "${blind[@]}" run --by "$dimension" -d 1ms
	ok "--by $dimension without page frame numbers" refused 3 \
		"--by $dimension: no page frame numbers: the event mm_page_alloc cannot be had"
done
run "${blind[@]}" run -q -f json -o "$report" -- "${burst[@]}"
ok "a run without page frame numbers" done_well
ok "it counts, and shows no alignment" holds \
	".requests.counted >= $pages and .alignment == [] and .placement.zones == []"
ok "it tells the cause" holds 'any(.mode.blind[]; .what == "alignment and placement" and
	(.why | startswith("no page frame numbers: the event mm_page_alloc cannot be had (Perm")))'

if [[ -e /sys/module/allocpage ]]; then
	skip "--by quality without the test module" "it is loaded"
else
	run "$GFPTRACE" run --by class,quality -d 1ms
	ok "--by quality without the test module" \
		refused 3 "--by quality: the module allocpage is not loaded: insmod it first"
fi
trace --by comm -- "${burst[@]}"
ok "--by comm names the load" holds \
	"[.alignment[] | select(.labels.comm == \"load\") | .count] | add >= $pages"
trace --by zone -- "${burst[@]}"
ok "--by zone agrees with the placement" holds '
	([.alignment[] | {key: .labels.zone, value: .count}] | group_by(.key)
	 | map({key: .[0].key, value: map(.value) | add}) | from_entries) ==
	([.placement.zones[] | {key: .zone, value: .count}] | group_by(.key)
	 | map({key: .[0].key, value: map(.value) | add}) | from_entries)'

# Colours of the cache: this machine's, or none with the reason; and those of caches made up in a
# mount namespace of our own.
trace --cache-colours -- "${burst[@]}"
ok "--cache-colours" done_well
ok "--cache-colours: as many pages as were given, or the reason" holds '
	if .placement.cache_colours then (.placement.cache_colours.counts | add) == .requests.pages
	else any(.mode.blind[]; .what == "cache colours") end'
cpu0=/sys/devices/system/cpu/cpu0
with_cache() { # SETS CMD…
	mount -t tmpfs none "$cpu0" && mkdir -p "$cpu0/cache/index3" || return
	echo Unified > "$cpu0/cache/index3/type"
	echo 3 > "$cpu0/cache/index3/level"
	echo "$1" > "$cpu0/cache/index3/number_of_sets"
	echo 64 > "$cpu0/cache/index3/coherency_line_size"
	"${@:2}"
}
export -f with_cache
export cpu0
trace_with() { # SETS ARG…
	run unshare -m bash -c 'with_cache "$@"' - "$1" "$GFPTRACE" run -q -f json -o "$report" \
		--cache-colours "${@:2}"
}
if unshare -m bash -c 'with_cache 16384 true' 2> /dev/null && [[ $(getconf PAGESIZE) == 4096 ]]; then
	for sets in 16384 12288; do
		trace_with "$sets" -- "${burst[@]}"
		ok "a cache of $sets sets" done_well
		ok "a cache of $sets sets: its colours" holds ".placement.cache_colours |
			.colours == $sets / 64 and (.counts | length) == .colours and .skew >= 1"
		ok "a cache of $sets sets: as many pages as were given" holds \
			'(.placement.cache_colours.counts | add) == .requests.pages'
		ok "a cache of $sets sets: sums" sums
	done
	trace_with 64 -d 0.2
	ok "a cache of one colour has none" holds '.placement.cache_colours == null and
		any(.mode.blind[]; .what == "cache colours" and (.why | contains("one page")))'
else
	skip "caches made up here" "no mount namespace, or other pages"
fi

# Slabs. A signal to oneself is an object that is asked for atomically; the kernel's own table says
# how large the objects of each cache are.
signals=2000
signal_self() {
	trap : USR1
	for ((i = 0; i < signals; i++)); do kill -USR1 "$BASHPID"; done
}
export -f signal_self
export signals
slab_sums='.slab.counted == ([.slab.series[].count] | add // 0) and
	all(.slab.series[]; .failed <= .count and .requested <= .allocated and
		.aligned <= .count - .failed and .crossing + .wide <= .count - .failed)'
trace --slab -- bash -c signal_self
ok "--slab" done_well
ok "--slab: sums" sums
ok "--slab: the series add up" holds "$slab_sums"
ok "--slab: the signals are counted" holds "[.slab.series[] | select(.labels == {class: \"atomic\",
	context: \"task\"} and .call == \"kmem_cache_alloc\") | .count] | max >= $signals"
ok "--slab: who may wait, too" holds '.slab.patient > 0'
ok "--slab says what it sees" holds '
	.mode.sees | index("slab objects of kmalloc") and index("slab objects of kmem_cache_alloc")'
ok "--slab: its programs are among the cost" holds \
	'[.cost.programs[] | select(.name | startswith("slab_")) | .attach] | sort ==
	 ["raw_tp/kmalloc", "raw_tp/kmem_cache_alloc"]'
if awk 'NR > 2 {print "{\"" $1 "\":" $4 "}"}' /proc/slabinfo > "$work/slabinfo" 2> /dev/null &&
	[[ -s $work/slabinfo ]]; then
	sizes_agree() {
		jq -es --slurpfile slabinfo "$work/slabinfo" '($slabinfo | add) as $size |
			[.[0].slab.series[] | select(.cache and $size[.cache])] | length > 0 and
			all(.size == $size[.cache] and .allocated == .size * (.count - .failed))' "$report" > "$out" 2> "$err"
	}
	ok "--slab: names and sizes are those of /proc/slabinfo" sizes_agree
else
	skip "--slab: names and sizes are those of /proc/slabinfo" "it cannot be read"
fi
trace --slab --class nowait -- bash -c signal_self
ok "--slab --class: only those" holds "$slab_sums and
	all(.slab.series[]; .labels.class == \"nowait\") and .slab.filtered >= $signals"
trace --slab -c 'nobod?' -- bash -c signal_self
ok "--slab -c: only theirs" holds ".slab.counted == 0 and .slab.filtered >= $signals"
trace --slab -i 0.2 -- bash -c signal_self
together() {
	jq -se "all(.[]; .slab.counted == ([.slab.series[].count] | add // 0)) and
		([.[].slab.series[] | select(.labels == {class: \"atomic\", context: \"task\"}) |
			{cache, count}] | group_by(.cache) | map(map(.count) | add) | max) >= $signals" \
		"$report" > "$out" 2> "$err"
}
ok "--slab -i: windows together have all" together
trace -- bash -c signal_self
ok "without --slab there is none, and no program of it" holds '
	.slab == null and all(.cost.programs[]; .name | startswith("slab_") | not)'
# as many as another counter of the same events: the runs of the programs, while they are measured
if [[ -w /proc/sys/kernel/bpf_stats_enabled ]]; then
	before=$(< /proc/sys/kernel/bpf_stats_enabled)
	echo 1 > /proc/sys/kernel/bpf_stats_enabled
	trace --slab -- bash -c signal_self
	echo "$before" > /proc/sys/kernel/bpf_stats_enabled
	ok "--slab: each run is in one of its counts" holds '
		([.cost.programs[] | select(.name | startswith("slab_")) | .runs] | add) ==
		.slab.counted + .slab.filtered + .slab.patient + .slab.large'
else
	skip "--slab: each run is in one of its counts" "the runs of programs cannot be counted"
fi

# Filters: only what they let through, and the sums hold of it.
trace --class movable --order 0 --context task -- "${burst[@]}"
ok "filters on class, order and context" holds \
	"(.alignment | length) == 1 and .requests.counted >= $pages and
	 .filter.classes == [\"movable\"] and .filter.orders == [\"0\"] and .filter.contexts == [\"task\"]"
ok "filters: sums" sums
trace --class atomic -- "${burst[@]}"
ok "--class atomic leaves the burst out" holds \
	".requests.counted < $pages and all(.alignment[]; .labels.class == \"atomic\")"
ok "--class: sums" sums
trace --order 9 -- "${burst[@]}"
ok "--order 9 leaves the burst out" holds \
	".requests.counted < $pages and all(.alignment[]; .labels.order == \"9\")"
trace --context hardirq -- "${burst[@]}"
ok "--context hardirq leaves the burst out" holds \
	".requests.counted < $pages and all(.alignment[]; .labels.context == \"hardirq\")"
trace -c 'loa?' -- "${burst[@]}"
ok "-c loa? counts the load and nothing else" holds \
	".requests.counted >= $pages and .requests.counted <= $pages * 1.02"
ok "-c: sums" sums
trace -c '[!l]*' -- "${burst[@]}"
ok "-c [!l]* leaves the load out" holds ".requests.counted < $pages"

# -p: a load that waits for its line; another one beside it that must not count.
mkfifo "$work/go"
"$load" pages "$pages" < "$work/go" &
pid=$!
exec {go}> "$work/go"
trace -p "$pid" -- bash -c "load_pages 5000; echo >&$go; load_pages 5000; while kill -0 $pid; do sleep 0.1; done 2>/dev/null"
exec {go}>&-
wait "$pid"
ok "-p PID counts its pages, and not those of others" holds \
	".requests.counted >= $pages and .requests.counted <= $pages * 1.02 and .filter.pids == [$pid]"
ok "-p: no interrupts" holds 'all(.alignment[]; .labels.context == "task")'

# --cgroup: the load beside us lies in a cgroup of its own for a while.
cgroups=$(awk '$3 == "cgroup2" {print $2; exit}' /proc/self/mounts)
group=$cgroups/gfptrace-test.$$
if [[ $cgroups ]] && mkdir "$group" 2> /dev/null; then
	trace --cgroup "$group" -- bash -c 'load_pages 5000; (echo $BASHPID > '"$group"'/cgroup.procs && echo | exec "$load" pages '"$pages"')'
	ok "--cgroup counts its tasks, and not others" holds \
		".requests.counted >= $pages and .requests.counted <= $pages * 1.05"
	ok "--cgroup: sums" sums
	trace --by cgroup -- bash -c '(echo $BASHPID > '"$group"'/cgroup.procs && echo | exec "$load" pages '"$pages"')'
	ok "--by cgroup names it" holds \
		"[.alignment[] | select(.labels.cgroup == \"/${group##*/}\") | .count] | add >= $pages"
	ok "--by cgroup: sums" sums
	eventually 5 rmdir "$group"
else
	skip "--cgroup" "no cgroup2 that can be written to"
fi
trace --cgroup /proc -d 1
ok "--cgroup of no cgroup" refused 2 "--cgroup"

# Intervals: each report is complete, together they are the whole.
run "$GFPTRACE" run -q -f json -i 1 -d 3 -o "$report"
ok "three reports" test "$(jq -s length "$report")" -eq 3
jq -s -c '.[]' "$report" > "$work/each"
while read -r line; do
	number=$((${number:-0} + 1))
	echo "$line" > "$work/one.json"
	ok "report $number: counted == succeeded + failed" holds \
		'.requests.counted == .requests.succeeded + .requests.failed' "$work/one.json"
	ok "report $number: a second long" holds \
		'.window.duration_ns > 8e8 and .window.duration_ns < 15e8' "$work/one.json"
done < "$work/each"

# Two at once: each counts the load that lies in both windows as if it were alone.
"$GFPTRACE" run -q -f json -o "$work/first.json" --by comm -d 5 &
first=$!
"$GFPTRACE" run -q -f json -o "$work/second.json" --by comm -d 5 &
second=$!
sleep 1.5
"$load" time 2
wait "$first" "$second"
of_load='[.alignment[] | select(.labels.comm == "load") | .count] | add'
ok "two at once: sums of the first" sums "$work/first.json"
ok "two at once: sums of the second" sums "$work/second.json"
ok "two at once agree within 0.5 %" near \
	"$(field "$of_load" "$work/first.json")" "$(field "$of_load" "$work/second.json")" 5

# perf counts the same tracepoint inside our window: only its own start is ours alone.
total='.requests.counted + .requests.missed'
if perf stat -a -e kmem:mm_page_alloc -x, -o "$work/perf" true 2> "$err"; then
	trace -- perf stat -a -e kmem:mm_page_alloc -x, -o "$work/perf" -- "$load" time 10
	counted=$(awk -F, '/mm_page_alloc/ {print $1}' "$work/perf")
	echo "# perf $counted, gfptrace $(field "$total"), missed $(field .requests.missed)"
	ok "perf stat agrees within 0.5 % over 10 s of page faults" near "$counted" "$(field "$total")" 5
	ok "perf: sums" sums
else
	skip "perf stat agrees" "perf cannot count kmem:mm_page_alloc here"
fi
done_testing
