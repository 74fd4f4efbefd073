#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tools/ci as far as it goes without a VM, and the recipes of doc/ci.md.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
export GFPTRACE_BIN=$GFPTRACE
top=$PWD

refuses() { # TEXT
	((status == 2)) && grep -qF -- "$1" "$err"
}
bad() { # TEXT ARG...
	local text=$1
	shift
	run tools/ci "$@"
	ok "tools/ci ${*: -4}" refuses "$text"
}
bad "no workload" --rule 'gfptrace_loss_ratio == 0'
bad "no rules" -- true
bad "unknown option '--rulez'" --rulez x -- true
bad "--out wants an argument" --rule x --out
bad "--rule:1:1: expected a metric, not 'x'" --rule x -- true
bad "cannot open rules" --rules "$work/none" -- true
bad "a number above 0" --rule 'gfptrace_loss_ratio == 0' --max-regress 0 -- true
: > "$work/x.deb"
bad "no kernel in" --kernel "$work/x.deb" --rule 'gfptrace_loss_ratio == 0' --out "$work/gate" -- true
run tools/ci --help
ok "--help" test "$status" -eq 0
run tools/ci -n --rule 'gfptrace_loss_ratio == 0' --out "$work/dry" -- true
ok "--dry-run does nothing" test "$status" -eq 0 -a ! -e "$work/dry"

# blocks LANGUAGE: the blocks of doc/ci.md, each in a file
blocks() {
	awk -v language="$1" -v folder="$work" '
		/^```/ { inside = !inside; wanted = inside && $0 == "```" language; if (wanted) n++; next }
		inside && wanted { print > (folder "/block-" (language ? language : "text") "-" n) }
	' doc/ci.md
}
blocks yaml
blocks ''
ok "two recipes" test -s "$work/block-yaml-1" -a -s "$work/block-yaml-2"
if python3 -c 'import yaml' 2> /dev/null; then
	for file in "$work"/block-yaml-*; do
		ok "recipe ${file##*-} is YAML" python3 -c \
			'import sys, yaml; assert isinstance(yaml.safe_load(open(sys.argv[1])), dict)' "$file"
	done
else
	skip "the recipes are YAML" "no python3 with yaml"
fi

# The rules that the page offers, and each command line on it, as a user would copy it.
mkdir "$work/project"
grep -h '^gfptrace_' "$work"/block-text-* > "$work/project/page.rules"
ok "the rules of the page" test "$(wc -l < "$work/project/page.rules")" -eq 3
ln -s "$top" "$work/project/gfptrace"
ln -s "$top/tools" "$work/project/tools"
: > "$work/project/driver.ko"
cp tests/golden/sample.json "$work/project/base.json"
lines() { grep -hE "(^|[ /])tools/$1 " "$work"/block-* | sed 's/^ *\(- \)\{0,1\}//'; }
copied() { # LINE
	(cd "$work/project" && bash -c "$1") > "$out" 2> "$err" < /dev/null
}
while read -r line; do
	ok "${line:0:70}" copied "${line/tools\/ci/tools/ci --dry-run}"
done < <(lines ci)
ok "four such lines" test "$(lines ci | wc -l)" -eq 4
while read -r line; do
	ok "$line" copied "${line/tools\/setup/tools/setup --dry-run}"
done < <(lines setup)

# What the page and --help say is left is what is left.
for file in report.json report.txt junit.xml check.tap kernel.log workload.out workload.err; do
	told() { grep -qF "$file" doc/ci.md && tools/ci --help | grep -qF "$file"; }
	ok "$file is told" told
done
artefact() { grep -q "junit: gate/junit.xml" "$work/block-yaml-2"; }
ok "GitLab reads junit.xml" artefact

done_testing
