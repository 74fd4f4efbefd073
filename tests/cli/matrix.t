#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The README's table of the matrix is made of tests/matrix/result.json, and has each of its cells.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
command -v jq > /dev/null || {
	echo "1..0 # skip no jq"
	exit 0
}
result=tests/matrix/result.json cell='6.1 preempt=none'

table() { # README: what stands between the markers
	sed -n '/^<!-- matrix -->$/,/^<!-- matrix end -->$/ { //!p }' "$1"
}

is_the_table() {
	jq -rs -f tests/matrix/readme.jq "$result" > "$out" 2> "$err" && diff <(table README.md) "$out" > "$err"
}
ok "the README's table is that of the last result" is_the_table

each_cell() {
	diff <(tests/matrix/matrix.t --list) <(jq -r .cell "$result") > "$err"
}
ok "it has each cell of the matrix once" each_cell

# A tree of its own, in which the README may be written.
cp --parents -r README.md tools tests/matrix tests/vm/lib.sh "$work" || exit
cp "$result" "$work/good"

readme() { # JQ-EXPRESSION: of the list of cells, a result for the README of the copy
	jq -cs "$1 | .[]" "$work/good" > "$work/result"
	cp README.md "$work/README.md"
	run "$work/tools/matrix" --readme -o "$work/result"
}

refuses() { # TEXT JQ-EXPRESSION: says TEXT and writes nothing
	readme "$2"
	((status == 1)) && grep -qF "$1" "$err" && cmp README.md "$work/README.md" &&
		cmp "$result" "$work/$result"
}
ok "a cell that failed makes no table" refuses "$cell" \
	"map(if .cell == \"$cell\" then .status = \"failed\" else . end)"
ok "nor does one that was skipped without a reason" refuses "$cell" \
	"map(if .cell == \"$cell\" then .status = \"skipped\" else . end)"
ok "nor do some of the cells" refuses "not each cell" ".[1:]"

skipped() {
	readme "map(if .cell == \"$cell\" then {cell, seconds, status: \"skipped\", reason: \"no such luck\"} else . end)"
	((status == 0)) && [[ $(table "$work/README.md" | grep -cF "| $cell | skipped: no such luck |") == 1 ]] &&
		cmp "$work/result" "$work/$result" &&
		diff <(table README.md | grep -c '^|') <(table "$work/README.md" | grep -c '^|')
}
ok "a cell that was skipped is in the table, with the reason" skipped
done_testing
