#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run one fuzz target for a time: tests/fuzz/run.sh PROGRAM SECONDS
#
# Seeds are tests/golden/NAME/* (or what tests/fuzz/NAME.seeds lists, a glob a line); words
# are tests/fuzz/NAME.dict. What it learns is kept beside the program, and so is an input
# that makes it fail.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
program=$1 seconds=$2
name=$(basename "$program")
name=${name#fuzz_}
corpus=$program.corpus
mkdir -p "$corpus" || exit 1

globs=("tests/golden/$name/*")
[[ ! -f tests/fuzz/$name.seeds ]] || mapfile -t globs < <(grep -v '^#' "tests/fuzz/$name.seeds")
for glob in "${globs[@]}"; do
	# shellcheck disable=SC2086 # a glob is meant to expand
	for seed in $glob; do
		[[ ! -f $seed ]] || cp "$seed" "$corpus/seed-$(basename "$seed")"
	done
done

options=(-max_total_time="$seconds" -print_final_stats=1 -timeout=20 -rss_limit_mb=1024
	-artifact_prefix="$program.failed-" -max_len=65536)
[[ ! -f tests/fuzz/$name.dict ]] || options+=(-dict="tests/fuzz/$name.dict")
exec nice -n 19 "$program" "${options[@]}" "$corpus"
