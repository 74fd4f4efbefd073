#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP: objects of slabs that are asked for atomically, against the addresses that the module got.
# Usage: tests/vm/slab.t [KERNEL…] (default 6.1 and 6.12; all six with FULL=1). GFPTRACE is
# the program (build/gfptrace).
set -u
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
choose_kernels 6.1 6.12 -- "$@"

# holds NAME TEXT JQ: of the reports $r, the truth $t of NAME, and the kernel's own sizes $size. Of
# both sides there are counts by call, cache, class and context; a kmalloc() has no cache, but the
# size that was asked for of each object.
# shellcheck disable=SC2016 # the variables are jq's
holds() {
	jq -en --slurpfile r "$work/out/$1.json" --slurpfile truth "$work/out/$1.truth" \
		--slurpfile slabinfo "$work/out/slabinfo" '
		$truth[0] as $t | $r[0].slab as $s |
		($slabinfo | map({key: .cache, value: .size}) | from_entries) as $size |
		def fields: ["count", "failed", "requested", "aligned", "crossing", "wide"];
		def had: .count - .failed;
		def each: .object_size // (.requested / had);
		def key: [.call, (.cache // ""), (if .call == "kmalloc" then each else "" end),
			(.labels // . | .class, .context)] | join("/");
		def sums: group_by(key) | map({key: (.[0] | key),
			value: (. as $all | fields | map({key: ., value: ([$all[][.]] | add)}) | from_entries)})
			| from_entries;
		# an object that was asked for while the program ran is missed, and is no other one
		def equals(right): . as $ours | ([$r[].slab.missed] | add) as $missed | keys == (right | keys) and
			([right | to_entries[] | .value as $true | $ours[.key] as $seen |
				$true.count - $seen.count] | all(. >= 0) and (add // 0) <= $missed) and
			all(right | to_entries[]; .value as $true | $ours[.key] as $seen |
				($true.count - $seen.count) as $less |
				($less > 0 or $true.requested == $seen.requested) and all(fields[] | select(. != "requested");
					$true[.] >= $seen[.] and $true[.] - $seen[.] <= $less));
		def ours: (.cache // "" | startswith("allocpage")) or (.call == "kmalloc" and .size == 8192);
		def told: [$r[].slab.series[] | select(ours)];
		def pages: .object_size > 8192;
		def true(which): [$t.slab.series[] | select(.class == "atomic" or .class == "nowait")
			| select(which and (pages | not))];
		'"$3" >"$work/err" 2>&1
	set -- "$?" "$@"
	(($1 == 0)) || { jq -c '.slab, .loss, .mode.blind' "$work/out/$2.json"; jq -c .slab "$work/out/$2.truth"; cat "$work/out/$2.err"; } >>"$work/err" 2>&1
	result "$1" "$2: $3"
}

# shellcheck disable=SC2016 # the variables are jq's
one_kernel() {
	local name

	all_runs guest-slab.sh 900 || return

	for name in kinds tracepoint kprobe module windows fails; do
		holds "$name" "every object, and how it lies" '(told | sums | equals(true(true) | sums)) and $t.misplaced == 0'
	done
	for name in kinds tracepoint kprobe module class context comm many fails; do
		holds "$name" "next to nothing is missed, and the series add up" \
			'$s.missed * 200 <= $s.counted and $s.counted == ([$s.series[].count] | add)'
	done
	holds kinds "objects of all kinds" '([told[].cache] | unique | length) == 6 and
		 (true(true) | any(.crossing > 0) and any(.wide > 0) and any(.aligned == .count) and
			any(.aligned < .count))'
	holds kinds "they take what the kernel says" \
		'all($s.series[] | select(.cache // "" | startswith("allocpage"));
			.size == $size[.cache] and .allocated == .size * had)'
	holds kinds "so do those of kmalloc" '[told[] | select(.call == "kmalloc") | .size * had == .allocated and
		.requested == 5000 * had] | length >= 4 and all'
	holds kinds "what takes pages is no object, once or twice" '
		([$t.slab.series[] | select(pages).count] | add) as $n | $s.large >= $n and $s.large <= 2 * $n + 100 and
		all($s.series[]; .call != "kmalloc" or .size <= 8192)'
	holds kinds "lines as long as the module says" '$s.line == $t.slab.line'
	holds kinds "who may wait is only counted" \
		'all($s.series[].labels; .class == "atomic" or .class == "nowait") and
		 $s.patient >= ([$t.slab.series[] | select(.class == "kernel" and (pages | not)).count] | add)'
	holds module "nothing else comes from there" \
		'$s.counted + $s.missed >= ([true(true)[].count] | add) and (told | length) == ($s.series | length)'
	holds class "a filter on the class" '(told | sums | equals(true(.class == "nowait") | sums)) and
		$s.filtered + $s.missed >= ([true(.class == "atomic")[].count] | add)'
	holds context "a filter on the context" '(told | sums | equals(true(.context != "task") | sums))'
	holds comm "a filter on the task" '(told | sums | equals(true(.context == "task") | sums))'
	holds many "what found no room is counted" '
		([$s.series[] | select(.call == "kmem_cache_alloc" and .labels.class == "nowait")]) as $all |
		([$all[] | select(.cache == null)]) as $other |
		($t.slab.series[0].count - ([$all[].count] | add)) as $less | $less >= 0 and $less <= $s.missed and
		all("aligned", "crossing", "wide"; . as $how | $t.slab.series[0][$how] - ([$all[][$how]] | add) |
			. >= 0 and . <= $less) and
		($less > 0 or ([$all[].requested] | add) == $t.slab.series[0].requested) and
		($other | length) == 1 and $other[0].size == 0 and $other[0].count > 25 * 100 and
		($all | length) > 32'
	holds fails "what the cgroup refused has failed" '
		([true(true)[].failed] | add) as $n | $n > 1000 and $n >= ([told[].failed] | add) and
		$n - ([told[].failed] | add) <= $s.missed and ([told[] | select(had > 0)] | length) >= 6'
	holds without "not asked for, there is none" '
		$s == null and ([$r[0].cost.programs[].name | select(startswith("slab_"))] | length) == 0'
}

while next_kernel; do
	one_kernel
done
finish
