#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gfptrace explain: kernel logs in, reasons and advice out. tests/golden/explain/ holds what is
# printed for some of tests/golden/klog; UPDATE_GOLDEN=1 writes it anew: look at the difference.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
logs=tests/golden/klog
golden=tests/golden/explain

same() { ((status == 0)) && [[ ! -s $err ]] && cmp -s "$out" "$1"; }
shows() { ((status == 0)) && [[ ! -s $err ]] && grep -qF -- "$1" "$out"; }

for name in 4.19-atomic.journal 5.15-interleaved.dmesg 6.12-exhausted.kmsg 6.12-fragmented-oom.dmesg \
	6.12-thisnode.raw; do
	run "$GFPTRACE" explain $logs/$name
	[[ ! ${UPDATE_GOLDEN:-} ]] || cp "$out" $golden/$name.txt
	ok "$name" same $golden/$name.txt
done
for name in 5.10-memcg-oom.dmesg-T 6.12-thisnode.raw; do
	run "$GFPTRACE" explain -f json $logs/$name
	sed -i 's/"version": "[^"]*"/"version": "0"/' "$out"
	[[ ! ${UPDATE_GOLDEN:-} ]] || cp "$out" $golden/$name.json
	ok "$name as JSON" same $golden/$name.json
done

# The same report through each way of saving a log.
reasons() { sed -n 's/^ *"reason": "\(.*\)",$/\1/p' "$1" | tr '\n' ' '; }
agree() { [[ $(reasons "$out") == "exhausted exhausted " ]]; }
for name in 6.1-exhausted.raw 6.12-exhausted.dmesg 6.12-exhausted.kmsg; do
	run "$GFPTRACE" explain -f json $logs/$name
	ok "two failures in $name" agree
done
"$GFPTRACE" explain - < $logs/6.12-exhausted.dmesg > "$out" 2> "$err"
status=$?
ok "- reads stdin" shows "of stdin"
sed -e 's/\[ *\([0-9.]*\)\]/\x1b[32m[ \1]\x1b[0m/' $logs/6.12-exhausted.dmesg > "$work/colours"
run "$GFPTRACE" explain "$work/colours"
ok "colours of dmesg --color=always" shows "2 page allocation failures"
run "$GFPTRACE" explain $logs/4.19-atomic.journal
ok "like failures are one, with first and last time" shows \
	"2 times, Jul 03 11:20:05 (line 1) to Jul 03 11:21:15 (line 53)"
ok "the requester is a driver in an interrupt, not the task" shows "igb_clean_rx_irq+0x5a3 [igb], in an interrupt of swapper/3"
run "$GFPTRACE" explain $logs/5.4-order5.syslog
ok "fragmented: raising min_free_kbytes will not help" shows "raising vm.min_free_kbytes will not help"
ok "reports that the kernel held back" shows "3 more, held back by the kernel"
ok "a report without zones is said to have none" shows "the zones of 1 report"

# What is not there, and what cannot be read.
echo "[    0.000000] Linux version 6.1" > "$work/quiet"
run "$GFPTRACE" explain "$work/quiet"
ok "a log without failures" shows "no page allocation failures in 1 line of"
run "$GFPTRACE" explain /dev/null
ok "an empty log" shows "no page allocation failures in 0 lines of"
head -c 300000 /dev/urandom > "$work/noise"
run "$GFPTRACE" explain "$work/noise"
ok "noise" shows "no page allocation failures"
clean() { ((status == 0)) && ! grep -q '[^[:print:][:space:]]' "$out"; }
printf 'e\033[31mvil\0\377: page allocation failure: order:0, mode:0x1(\033[2J), nodemask=\n' > "$work/evil"
run "$GFPTRACE" explain "$work/evil"
ok "nothing of a log drives the terminal" clean
printf 'x: page allocation failure: order:99999999999999999999, mode:0x1(GFP_ATOMIC)\n' > "$work/range"
run "$GFPTRACE" explain "$work/range"
ok "an order out of range is refused, and said" shows "1 first line of reports"
run "$GFPTRACE" explain "$work/none"
ok "no such file" refused 2 "cannot read log '$work/none': No such file"
run "$GFPTRACE" explain "$work"
ok "a directory" refused 2 "cannot read log '$work': Is a directory"
run "$GFPTRACE" explain a b
ok "two logs" refused 2 "one log at a time: unexpected argument 'b'"
run "$GFPTRACE" explain -d 5 a
ok "an option of another command" refused 2 "unknown option '-d'"

# Without a file: the log of this machine, or a word about how to get at it.
own() {
	if ((status == 0)); then
		grep -q ' of /dev/kmsg' "$out"
	else
		refused 3 "cannot read log '/dev/kmsg'"
	fi
}
run timeout 20 "$GFPTRACE" explain
ok "no file: /dev/kmsg, without waiting for more" own

# Where it goes.
run "$GFPTRACE" explain -o "$work/new" $logs/4.19-atomic.journal
ok "-o FILE" cmp -s "$work/new" $golden/4.19-atomic.journal.txt
: > "$out"
"$GFPTRACE" explain $logs/4.19-atomic.journal > /dev/full 2> "$err"
status=$?
ok "stdout is full" refused 4 "cannot write the report to 'stdout'"

# Cut anywhere it neither crashes nor finds more than there was.
few() { ((status == 0)) && grep -qE '(no|1|2) page allocation failures?' "$out"; }
size=$(stat -c %s $logs/6.12-exhausted.dmesg)
for i in $(seq 0 19); do
	head -c $((size * i / 19)) $logs/6.12-exhausted.dmesg > "$work/cut"
	run "$GFPTRACE" explain "$work/cut"
	ok "cut after $((size * i / 19)) bytes" few
	tail -c $((size * i / 19)) $logs/6.12-exhausted.dmesg > "$work/cut"
	run "$GFPTRACE" explain "$work/cut"
	ok "the last $((size * i / 19)) bytes" few
done

done_testing
