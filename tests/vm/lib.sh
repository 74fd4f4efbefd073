# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests with a truth share: TAP lines, booting, comparing. Sourced; sets top and work.
# shellcheck disable=SC2034,SC2154 # used by those who source this; kernel is theirs
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit
all_kernels=(6.1 6.1-cloud 6.1-rt 6.12 6.12-cloud 6.12-rt)
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
: >"$work/err"
export GFPTRACE_BIN=${GFPTRACE:-$top/build/gfptrace}
n=0
failed=0

# choose_kernels DEFAULT… -- [KERNEL…]: sets kernels to those of the command line, else to the
# defaults or, with FULL=1, to all six.
choose_kernels() {
	local -a defaults=()

	while [[ $1 != -- ]]; do
		defaults+=("$1")
		shift
	done
	shift
	kernels=("$@")
	((${#kernels[@]})) || kernels=("${defaults[@]}")
	[[ $# -gt 0 || ! ${FULL:-} ]] || kernels=("${all_kernels[@]}")
}

# next_kernel: sets kernel to the next of kernels and says how long the last one took; false: that
# was the last.
next_kernel() {
	[[ ! ${begun:-} ]] || echo "# $begun: $SECONDS s"
	((${#kernels[@]})) || return
	begun=${kernels[0]} kernel=$begun
	kernels=("${kernels[@]:1}")
	SECONDS=0
}

# The plan, and the end of the test.
finish() {
	echo "1..$n"
	exit "$failed"
}

# result STATUS NAME: an ok line, or a not ok line and the end of $work/err.
result() {
	n=$((n + 1))
	if (($1 == 0)); then
		echo "ok $n - $kernel: $2"
		return
	fi
	failed=1
	echo "not ok $n - $kernel: $2"
	tail -n 10 "$work/err" | sed 's/^/#   /'
}

# results: numbers the "ok - …" and "not ok - …" lines of stdin. Nothing at all is a failure.
results() {
	local line count=0

	: >"$work/err"
	while IFS= read -r line; do
		case $line in
		'ok - '*) result 0 "${line#ok - }" ;;
		'not ok - '*) result 1 "${line#not ok - }" ;;
		'#'*)
			echo "# $kernel ${line#\# }"
			continue
			;;
		*) continue ;;
		esac
		count=$((count + 1))
	done
	((count)) || result 1 "${1:-comparison}: no result"
}

# Did the emulator lose a CPU's flags? Seen once in some hundred boots of QEMU 7.2: an oops shows
# bits of EFLAGS that no CPU has (all above 21 are 0), and the branches before it went astray.
emulator_failed() {
	grep -qE 'EFLAGS: (00[4-9a-f]|0[1-9a-f]|[1-9a-f])' "$work/err"
}

# boot OPTION… -- CMD…: a VM of $kernel with the module; CMD must print "started" first.
# Leaves /out in $work/out. A guest that panics before CMD started gets a second chance, and so
# does one whose emulator failed.
# Returns tools/vm's status, 77 after a SKIP line.
boot() {
	local rc try

	for try in 1 2; do
		rm -rf "$work/out"
		"$top/tools/vm" --kernel "$kernel" --module allocpage --out "$work/out" "$@" \
			>"$work/stdout" 2>"$work/err"
		rc=$?
		if ((rc != 125)) || ! grep -q 'the kernel panicked' "$work/err"; then
			break
		elif emulator_failed; then
			echo "# $kernel: the emulator failed: $(grep -oE -m 1 'EFLAGS: [0-9a-f]+' "$work/err")"
		elif grep -q started "$work/stdout"; then
			break
		else
			echo "# $kernel: the guest panicked before the test began"
		fi
	done
	if ((rc == 77)); then
		n=$((n + 1))
		echo "ok $n - $kernel # SKIP $(head -n 1 "$work/err")"
	fi
	return "$rc"
}

# guest SCRIPT PART OPTION…: a boot in which tests/vm/SCRIPT runs one part.
guest() {
	local script=$1 part=$2 rc
	shift 2

	boot --timeout 400 --add "$top/tests/vm/$script:/guest" "$@" -- sh /guest "$part"
	rc=$?
	((rc != 77)) || return "$rc"
	result "$rc" "$part: the machine lives, no kernel warning"
	return "$rc"
}

# all_runs SCRIPT SECONDS: a boot in which all that tests/vm/SCRIPT does ends well, or it is named in
# /out/failed. False: there is nothing to look at.
all_runs() {
	local rc

	boot --mem 512 --timeout "$2" --add "$top/tests/vm/$1:/guest" -- sh /guest
	rc=$?
	((rc != 77)) || return "$rc"
	result "$rc" "the machine lives, no kernel warning"
	((rc == 0)) || return "$rc"
	cat "$work/out/failed" >"$work/err" 2>/dev/null
	[[ ! -e $work/out/failed ]]
	result $? "every run ends well"
}

# truths SECONDS VM-OPTION… -- SCENARIO…: a boot in which guest-truth.sh runs them. False: there is
# nothing to compare.
truths() {
	local -a options=(--timeout "$1")
	local rc

	shift
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	boot --mem 512 --add "$top/tests/vm/guest-truth.sh:/guest" "${options[@]}" -- sh /guest "$@"
	rc=$?
	((rc != 77)) || return "$rc"
	result "$rc" "$*: no kernel warning"
	return "$rc"
}

# pairings SCENARIO: those that --marked has checked, and the wrong ones, as JSON; null: it did not.
pairings() {
	sed -n 's/.*marked: \([0-9]*\) pairings checked, \([0-9]*\) wrong.*/[\1,\2]/p' \
		"$work/out/$1.err" | grep . || echo null
}

# compare SCENARIO JSON: one scenario's report with its truth, with what the test expects of it.
compare() {
	local file=$work/out/$1

	if ! jq -nr --slurpfile report "$file.json" --slurpfile truth "$file.truth" --arg name "$1" \
		--argjson pairings "$(pairings "$1")" --argjson want "$2" \
		--arg status "$(cat "$file.status" 2>&1)" \
		-f "$top/tests/vm/compare.jq" >"$work/compared" 2>"$work/jq-err"; then
		cat "$work/jq-err" "$file.err" >"$work/err" 2>&1
		result 1 "$1: comparison ends"
	fi
	results "$1" <"$work/compared"
}
