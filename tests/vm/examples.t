#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The examples of the documents that need a kernel of their own: what is shown comes out.
# The words behind `example: vm` are those of tools/vm.
cd "$(dirname "$0")/../.." || exit 1
GFPTRACE_BIN=$(realpath "${GFPTRACE:-build/gfptrace}")
export GFPTRACE_BIN
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# what CMD wrote to stdout and stderr as a terminal shows it; 77 and a reason as tools/vm ends
cat > "$work/runner" << 'END'
#!/bin/bash
words=()
while [[ $1 != -- ]]; do
	words+=("$1")
	shift
done
tools/vm --kernel 6.12 ${words[@]+"${words[@]}"} -- sh -c "exec 2>&1; $2" < /dev/null 2> "$0.err"
status=$?
((status != 77 && status != 125)) || cat "$0.err"
exit $status
END
chmod +x "$work/runner"
tests/examples.pl "$work/runner" vm README.md doc/*.md doc/man/*.rst
