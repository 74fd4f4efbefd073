#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the documents name is there: files, functions, targets of links.
# shellcheck disable=SC2016,SC2317 # backticks are markdown's; functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

# `words` of a document, those in blocks of code left out; NAME stands for any
words() {
	sed '/^```/,/^```/d' "$1" | grep -oE '`[^`]+`' | tr -d '`' | grep -v NAME
}

missing_files() { # DOCUMENT
	words "$1" | grep -oE '^(include|bpf|user|vmlinux|tests|tools|doc)/[A-Za-z0-9_./-]*$' | sort -u | while read -r path; do
		[[ -e $path ]] || echo "$path"
	done
	# a file's bare name, as in a table: anywhere
	words "$1" | grep -oE '^[a-z_-]+\.(c|h|t|sh)$' | sort -u | while read -r name; do
		[[ -n $(git ls-files -co --exclude-standard "*/$name" "$name") ]] || echo "$name"
	done
}

missing_symbols() { # DOCUMENT: functions(), and types and arrays of ours
	words "$1" | grep -oE '^([a-z_]+\(\)|(enum|struct) [a-z_]+|[a-z]+_(names|table|ladder|kernels)|acts|formats)$' |
		sed -E 's/\(\)$//; s/^(enum|struct) //' | sort -u | while read -r symbol; do
		grep -rqw -- "$symbol" include bpf user vmlinux tests tools || echo "$symbol"
	done
}

links() { # DOCUMENT: targets of [text](target) that are not there
	grep -oE '\]\([^)#:]+\)' "$1" | sed 's/^](//; s/)$//' | while read -r target; do
		[[ -e $(dirname "$1")/$target ]] || echo "$target"
	done
}

none() { # CMD…
	"$@" > "$out" 2> "$err"
	[[ ! -s $out ]]
}

for document in README.md CONTRIBUTING.md doc/*.md tests/module/README.md; do
	ok "$document names files that are there" none missing_files "$document"
	ok "$document names what is in the source" none missing_symbols "$document"
	ok "$document links to what is there" none links "$document"
done
finds() {
	printf '`user/%s-such.c` `%s_such()`\n[x](no-such.md)\n' no no > "$work/x.md"
	! none missing_files "$work/x.md" && ! none missing_symbols "$work/x.md" && ! none links "$work/x.md"
}
ok "what is not there is found" finds

# What tools/setup installs to build with, but for the unit tests' library.
build_depends() {
	awk '$1 == "build" && $2 ~ /-dev$/ && $2 != "libcmocka-dev" { print $2 }' tools/setup > "$out"
	[[ -s $out ]] && while read -r package; do
		grep -qx " $package," debian/control || {
			echo "$package is not in debian/control" > "$err"
			return 1
		}
	done < "$out"
}
ok "debian/control builds with the libraries of tools/setup" build_depends
version() { [[ $(sed -n 's/^VERSION *:= *//p' Makefile) == "$(sed -n '1s/^gfptrace (\(.*\)) .*/\1/p' debian/changelog)" ]]; }
ok "debian/changelog is of the Makefile's version" version

done_testing
