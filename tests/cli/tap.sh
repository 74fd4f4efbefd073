# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Small helpers for tests that speak TAP. Source this from the top of the tree or anywhere.
#
#	run CMD ARG...		run it; leaves $status and the files $out and $err
#	ok "name" CMD ARG...	one test: it passes if CMD succeeds
#	eventually SECONDS CMD	wait until it succeeds
#	done_testing		the plan, the exit status

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck disable=SC2034 # for the tests
GFPTRACE=${GFPTRACE:-build/gfptrace}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
out=$work/out err=$work/err status=0
tests=0 failures=0

run() {
	"$@" > "$out" 2> "$err" < /dev/null
	status=$?
}

ok() {
	local name=$1
	shift
	tests=$((tests + 1))
	if "$@"; then
		echo "ok $tests - ${name//#/}"
	else
		failures=$((failures + 1))
		echo "not ok $tests - ${name//#/}"
		echo "# status $status"
		head -n 5 "$out" | sed 's/^/# stdout: /'
		head -n 20 "$err" | sed 's/^/# stderr: /'
	fi
}

skip() { # NAME REASON
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

done_testing() {
	echo "1..$tests"
	((failures == 0))
	exit
}

# Wait up to SECONDS until a command succeeds.
eventually() { # SECONDS CMD…
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < deadline)) || return 1
		sleep 0.1
	done
}

# The last run ended in STATUS with nothing on stdout and one or two lines on stderr,
# the first of which contains TEXT.
refused() { # STATUS TEXT
	local lines
	lines=$(wc -l < "$err")
	((status == $1)) && [[ ! -s $out ]] && ((lines == 1 || lines == 2)) &&
		head -n 1 "$err" | grep -q '^gfptrace: ' &&
		head -n 1 "$err" | grep -qF -- "$2" &&
		{ ((lines == 1)) || tail -n 1 "$err" | grep -q '^gfptrace: hint: '; }
}
