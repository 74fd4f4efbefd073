#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who asks for the pages, on the running kernel: --by caller, --stacks, --module, --lint.
# shellcheck disable=SC2016,SC2317 # jq has $variables, too; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"

pages=20000
trace() { # ARG…: a report in JSON of a window with so many page faults
	run "$GFPTRACE" run -q -f json -o "$report" "$@" -- bash -c "echo | '$load' pages $pages"
}

trace --by caller --stacks
if ((status == 3)); then
	skip_all "$(head -n 1 "$err")"
fi
ok "--by caller, --stacks" test "$status" -eq 0
ok "sums" sums
ok "the burst is counted" holds ".requests.counted + .requests.missed >= $pages"
ok "one caller, that of page faults, has the burst" holds \
	"[.alignment[] | {key: .labels.caller, value: .count}] | group_by(.key)
	 | map([.[].value] | add) | max >= $pages"
ok "callers have names" holds \
	'all(.alignment[].labels.caller; test("^[A-Za-z0-9_.]+\\+0x[0-9a-f]+( \\[[A-Za-z0-9_]+\\])?$")
		or . == "other" or . == "unknown") and
	 ([.alignment[] | select(.labels.caller == "unknown") | .count] | add // 0) <= .requests.counted / 100'
ok "none is part of the allocator" holds \
	'all(.alignment[].labels.caller; test("^_*(alloc_pages|alloc_frozen|kmalloc|kmem_cache_alloc|folio_alloc|vma_alloc)") | not)'
ok "stacks add up to what was counted" holds '([.stacks[].count] | add) == .requests.counted'
ok "the caller is a frame of its stack" holds \
	'all(.stacks[] | select(.stack | length > 0); .caller as $caller | any(.stack[]; . == $caller))'
ok "stacks and series agree" holds \
	'def by(f): group_by(f) | map({key: (.[0] | f), value: ([.[].count] | add)}) | from_entries;
	 ([.alignment[] | {caller: .labels.caller, count}] | by(.caller)) ==
	 ([.stacks[] | {caller: (.caller // "unknown"), count}] | by(.caller))'
no_address() { ! grep -qE '0x[0-9a-f]{12}|ffff[0-9a-f]{8}' "$report"; }
ok "no address appears" no_address
run "$GFPTRACE" report -f folded "$report"
folded() { [[ $(awk '/^requests;/ {n += $NF} END {print n}' "$out") == "$(field .requests.counted)" ]]; }
ok "-f folded has them all" folded
trace --by comm,cpu
ok "no stacks unless asked for" holds '.stacks == []'

trace --lint
ok "--lint" test "$status" -eq 0
ok "--lint says what it sees, or why it does not" holds \
	'[.mode.sees[], .mode.blind[].what] | any(startswith("lint"))'
ok "--lint: findings have a caller, a stack and a meaning" holds \
	'all(.lint[]; (.caller | length > 0) and (.stack | length > 2) and (.meaning | length > 20))'
trace
ok "no lint unless asked for" holds \
	'.lint == [] and ([.mode.sees[], .mode.blind[].what] | any(startswith("lint")) | not)'

run "$GFPTRACE" run --module no-such -d 1
ok "--module that is not loaded" refused 2 "no module 'no-such' is loaded"
run "$GFPTRACE" run --module kernel -d 1
ok "--module of built-in code" refused 2 "built into the kernel"
module=$(awk '$3 > 0 {print $1; exit}' /proc/modules 2> /dev/null)
if [[ $module ]]; then
	run "$GFPTRACE" run -q -f json -o "$report" --module "$module" -d 0.5
	ok "--module $module" holds ".filter.module == \"$module\""
else
	skip "--module of a loaded one" "no module is loaded here"
fi
done_testing
