#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: blocks with qualities. Guards fault at the first byte, zero-fill and alignment are what was
# asked for, nothing sleeps that must not, misuse is reported, no memory is lost; and the tracer
# sees the blocks with the alignment that they have, and which qualities each request is for.
# Usage: tests/vm/quality.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1).
# COUNT=N: a longer self-test besides, N blocks in each context.
# shellcheck disable=SC2016 # quoted for jq
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"
count=${COUNT:-0}

# self_test NAME
self_test() {
	jq -nr --slurpfile test "$work/out/$1.json" --slurpfile truth "$work/out/$1.truth" \
		--arg name "$1" \
		-f "$top/tests/vm/quality.jq" >"$work/compared" 2>"$work/err" ||
		result 1 "$1: comparison ends"
	results "$1" <"$work/compared"
}

# traced NAME TEXT FILTER: FILTER holds of $r, the report, and $t, the truth
traced() {
	jq -ne --slurpfile report "$work/out/$1.json" --slurpfile truth "$work/out/$1.truth" '
		def sums(k; f): group_by(k) | map({key: (.[0] | k), value: (map(f) | add)}) | from_entries;
		def aligns(k): map({k: k, a: .alignment[]}) | map({k, align: .a.align, count: .a.count})
			| sums("\(.k)/\(.align)"; .count);
		$report[0] as $r | $truth[0] as $t | $t.quality as $q |
		($t.misplaced == 0 and $r.requests.missed == 0 and ('"$3"'))' \
		>"$work/err" 2>&1
	rc=$?
	if ((rc)); then
		jq -c '[.requests, .alignment]' "$work/out/$1.json"
		jq -c 'del(.quality.cost)' "$work/out/$1.truth"
		cat "$work/out/$1.err"
	fi >>"$work/err" 2>&1
	result "$rc" "$1: $2"
}

# memory_is_back [NAME]: what CPUs have not yet added up: 9 to 44 pages were seen, after 2000 blocks
memory_is_back() {
	paste -d ' ' "$work/out/before" "$work/out/after${1:+-$1}" >"$work/err"
	awk '{exit !($1 - $2 <= 256)}' "$work/err"
	result $? "${1:+$1: }free pages before loading and after unloading: $(<"$work/err")"
}

# labelled NAME JSON: the labels of a report by quality and context
labelled() {
	jq -nr --slurpfile report "$work/out/$1.json" --slurpfile truth "$work/out/$1.truth" \
		--arg name "$1" --argjson want "$2" \
		-f "$top/tests/vm/quality-labels.jq" >"$work/compared" 2>"$work/err" ||
		result 1 "$1: comparison ends"
	results "$1" <"$work/compared"
}

# Has each format, and two reports in one, all labels of a report?
formats_have_labels() {
	local report=$work/out/labels.json format

	jq -r '.latency[].labels.quality' "$report" | sort -u >"$work/words"
	for format in text html prom json; do
		"$GFPTRACE_BIN" report -f "$format" "$report" >"$work/$format" || return
		while IFS= read -r word; do
			grep -qF -- "$word" "$work/$format" || return
		done <"$work/words"
	done
	"$GFPTRACE_BIN" report -f json "$report" "$report" >"$work/twice" &&
		jq -es --slurpfile once "$report" '
			def counts: [.latency[] | [.labels, .count]] | sort;
			(.[0] | counts) == ($once[0] | counts | map(.[1] *= 2))' "$work/twice" >/dev/null &&
		"$GFPTRACE_BIN" diff "$report" "$report" >/dev/null
}

same='([$r.alignment[] | {k: "\(.labels.class)/\(.labels.order)/\(.labels.context)", b: .buckets[]}]
	| sums("\(.k)/\(.b.align)"; .b.count)) ==
	([$t.series[] | {k: "\(.class)/\(.order)/\(.context)", b: .alignment[]}]
	| sums("\(.k)/\(.b.align)"; .b.count))'

one_kernel() {
	local rc name contexts

	boot --mem 512 --timeout $((900 + count / 250)) --append init_on_alloc=0 \
		--add "$top/tests/vm/guest-quality.sh:/guest" -- \
		sh /guest /.vm/modules/000-allocpage.ko "$count"
	rc=$?
	((rc != 77)) || return
	result "$rc" "all runs, no kernel warning"
	((rc == 0)) || return
	self_test quick
	if ((count)); then
		self_test long
		memory_is_back long
	fi
	cat "$work/out/flaws" "$work/out/status" >"$work/err" 2>/dev/null
	awk '$2 {bad = 1} END {exit bad || NR < 2}' "$work/out/status"
	result $? "the traced runs end well"
	traced aligned "the tracer's alignment counts are the truth's" "$same"
	traced aligned "alignment as asked by the tracer's count: 16 KiB for order 0" '
		[$r.alignment[] | select(.labels.class == "noio") | [.labels.order, .count, .below_natural]]
			== [["2", 500, 0]]
		and all($r.alignment[] | select(.labels.class == "noio").buckets[]; .align >= 16384)'
	traced aligned "and where it is less than natural, and 2 MiB for order 1" '
		[$r.alignment[] | select(.labels.class == "nofs") | [.labels.order, .count, .below_natural]]
			== [["3", 500, 0]]
		and [$r.alignment[] | select(.labels.class == "user") | [.labels.order, .count]]
			== [["9", 100]]
		and all($r.alignment[] | select(.labels.class == "user").buckets[]; .align >= 2097152)'
	traced aligned "all $(jq .quality.align_asked "$work/out/aligned.truth") blocks have it, the rest was trimmed" '
		$q.align_asked == $q.gets and $q.align_short == 0 and $q.gets == $q.puts
		and $q.trimmed_pages == 500 * 3 + 100 * 510'
	for name in all hardirq; do
		[[ -e $work/out/$name.json ]] || continue
		traced "$name" "the tracer's alignment counts are the truth's" "$same"
		traced "$name" "each block is guarded, zeroed where asked, its redzone whole" '
			$q.gets == $q.guarded and $q.gets == $q.puts and $q.zero_broken == 0
			and $q.redzones_broken == 0 and $q.redzones_checked == $q.redzones and $q.misuse == []
			and $t.requests == $q.gets + $q.no_memory
			and ($t.rt or $q.atomic_switches == 0)
			and $t.requests + $q.pool_missed >= (if $t.acts | length == 3 then 3000 else 1000 end)'
	done
	contexts=3
	[[ $kernel != *-rt ]] || contexts=2
	labelled labels '{"complete": true, "labels": '$((contexts * 16))'}'
	labelled labels-test '{"complete": true, "labels": '$((contexts * 16))'}'
	labelled labels-cost '{"complete": true, "labels": 16, "order": true}'
	labelled labels-kprobe '{"labels": 32}'
	labelled labels-tracepoint '{"labels": 32}'
	# failures alone are counted, of which there are none
	jq -es '.[0] | .latency == [] and .requests.counted == .requests.failed' \
		"$work/out/labels-failures.json" >"$work/err" 2>&1
	result $? "the labels with --failures-only"
	formats_have_labels 2>"$work/err"
	result $? "the labels are in each format, and in two reports as one"
	grep -q 'allocpage' "$work/out/held.err"
	result $? "the module stays as long as its events are traced: $(head -n 1 "$work/out/held.err")"
	grep -qx 'gfptrace: --by quality: the module allocpage is not loaded: insmod it first' \
		"$work/out/absent"
	result $? "without the module: $(<"$work/out/absent")"
	[[ $(tr '\n' ' ' <"$work/out/codes") == "2 2 2 2 2 2 2 2 " ]]
	result $? "lines that contradict themselves are refused"
	memory_is_back
}

while next_kernel; do
	one_kernel
done
finish
