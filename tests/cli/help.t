#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Help and version go to stdout and end in 0; no arguments is an error.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

shows() { # TEXT
	((status == 0)) && [[ ! -s $err ]] && grep -qF -- "$1" "$out"
}

for word in --help -h help; do
	run "$GFPTRACE" "$word"
	ok "gfptrace $word" shows "Usage: gfptrace COMMAND"
done
for command in run top check diff report doctor exercise explain serve; do
	ok "gfptrace help names $command" shows "  $command "
done
for command in run top check diff report doctor exercise explain serve; do
	for word in --help -h; do
		run "$GFPTRACE" "$command" "$word"
		ok "gfptrace $command $word" shows "Usage: gfptrace $command"
	done
done

run "$GFPTRACE" run --help
for option in duration interval format output by class order context pid comm cgroup module stacks cache-colours slab lint tier \
	memory-limit addresses repeat quiet verbose help; do
	ok "run --help explains --$option" shows "--$option"
done
narrow() { ! grep -q '.\{101\}' "$out"; }
ok "no line of help is wider than 100" narrow

run "$GFPTRACE" --version
version() { ((status == 0)) && [[ ! -s $err ]] && grep -qE '^gfptrace [0-9]+\.[0-9]+\.[0-9]+$' "$out"; }
ok "--version" version

run "$GFPTRACE"
usage() { ((status == 2)) && [[ ! -s $out ]] && grep -q '^Usage: gfptrace' "$err"; }
ok "no arguments: usage on stderr, status 2" usage

"$GFPTRACE" --help > /dev/full 2> "$err"
status=$?
: > "$out"
ok "help into a full device" refused 4 "cannot write to stdout"

done_testing
