#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every bad command line gives one clear line, nothing on stdout and exit status 2,
# before privileges or the kernel are looked at.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

# bad TEXT ARG...
bad() {
	local text=$1
	shift
	run "$GFPTRACE" "$@"
	ok "gfptrace ${*:0:60}" refused 2 "$text"
}

bad "unknown command 'rn'" rn
bad "unknown command ''" ''
bad "unknown option '--nonsense'" --nonsense
bad "unknown option '-d'" -d 5

bad "top needs a terminal; without one use \`gfptrace run -i 1\`" top
bad "unknown option '-o'" top -o file
bad "unexpected argument 'true'" top -- true
bad "--interval 0 is out" top -i 0
bad "--duration needs a value" run -d
bad "--duration 0 is out of range" run -d 0
bad "--duration 0.0s is out of range" run -d 0.0s
bad "--duration '-5'" run -d -5
bad "--duration '5 s'" run -d '5 s'
bad "--duration '5x'" run --duration=5x
bad "--duration '' is not a time" run -d ''
bad "--duration '1e3'" run -d 1e3
bad "--duration 99999999999999999999 is out" run -d 99999999999999999999
bad "--duration is given twice" run -d 5 -d 6
bad "--interval 0 is out" run -i 0
bad "--interval 'soon'" run -i soon
bad "unknown option '--dur'" run --dur 5
bad "unknown option '--duratoin'" run --duratoin 5
bad "unknown option '-z'" run -z
bad "unknown format 'xml'" run -f xml
bad "unknown format ''" run -f ''
bad "--format needs a value" run -d 1 --format
bad "--by: unknown word 'colour'" run --by colour
bad "--by names 'class' twice" run --by class,class
bad "--by has an empty item" run --by class,,order
bad "--by has an empty item" run --by ''
bad "--class: unknown word 'GFP_KERNEL'" run --class GFP_KERNEL
bad "--class names 'thp' twice" run --class thp,thp
bad "--context: unknown word 'irq'" run --context irq
bad "--order '1x'" run --order 1x
bad "--order 64 is out of range" run --order 64
bad "--order 3-1 runs backwards" run --order 3-1
bad "--order names 2 twice" run --order 2,1-3
bad "--pid 0 is out of range" run -p 0
bad "--pid 4194305 is out of range" run -p 4194305
bad "--pid 'self' is not a number" run -p self
bad "--pid names 1 twice" run -p 1,1
bad "--pid takes 16 at most" run -p 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
bad "--comm is empty" run -c ''
bad "--comm is too long" run -c aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
bad "--cgroup is empty" run --cgroup ''
bad "unknown tier 'ebpf'" run --tier ebpf
bad "unknown coverage 'most': auto, fast or exact expected" run --coverage most
bad "--max-loss '0': a number above 0" run --max-loss 0
bad "--max-loss '101'" run --max-loss 101
bad "--max-loss 'nan'" run --max-loss nan
bad "--tier needs a value" run --tier
bad "--memory-limit '1T'" run --memory-limit 1T
bad "--memory-limit 0 is out of range" run --memory-limit 0
bad "exclude each other" run -q -v
bad "unexpected argument 'make'" run make -j2
bad "a command is expected after --" run --
bad "--slab: --failures-only puts nothing on the fast path" run --slab --failures-only
bad "--slab: no object carries the mark that --marked asks for" run --slab --marked
bad "--slab takes no value" run --slab=1
bad "unknown option '--slab'" top --slab

bad "--stop-on 'latency': failure or latency>TIME expected" run --stop-on latency
bad "--sample 0 is out of range" run --sample 0
bad "--budget '101'" run --budget 101
bad "--failures-only times no request" run --failures-only --sample 8
bad "explain writes text or json" explain -f html /dev/null
bad "--repeat 0 is out of range: 1 to 100" run --repeat 0 -d 1
bad "--repeat 101 is out of range" run --repeat 101 -d 1
bad "--repeat 'x' is not a number" run --repeat x -d 1
bad "--repeat needs a window that ends" run --repeat 2
bad "--repeat and --interval exclude each other" run --repeat 2 -i 1 -d 3

for address in '' 9437 :9437 example.org:9437 1.2.3:80 127.0.0.1:x 127.0.0.1: ::1:80 '[::1]' '[]:80' \
	'127.0.0.1:-1' '127.0.0.1:80 ' '1.2.3.4.5:80'; do
	bad "--listen '$address' is not ADDR:PORT" serve --listen "$address"
done
bad "--listen '127.0.0.1:65536': the port is out of range: 0 to 65535" serve --listen 127.0.0.1:65536
bad "--listen is given twice" serve --listen 127.0.0.1:1 --listen 127.0.0.1:1
bad "cannot listen on 192.0.2.1:9437" serve --listen 192.0.2.1:9437
bad "unknown option '--duration'" serve --duration 5
bad "unknown option '-o'" serve -o x
bad "unknown option '--listen'" run --listen 127.0.0.1:80
bad "--failures-only times no request: --sample" serve --failures-only --sample 8
bad "unexpected argument 'now'" serve now

bad "which report?" report
bad "cannot open report '$work/none'" report "$work/none"
bad "is a directory" report "$work"
bad "cannot open report 'a.json'" report a.json b.json
bad "unknown option '-d'" report -d 5 a.json
bad "unknown format 'xml'" report -f xml a.json
bad "unexpected argument 'now'" doctor now

# An argument that could drive the terminal is shown harmless.
bad "--allow-host 'a:80': a host name or an address expected, no port" serve --allow-host a:80
bad "unknown option '--allow-host'" run --allow-host a
bad "-f folded: no stacks are counted without --stacks" run -f folded -d 1
bad "--stop-on latency: --failures-only times no request" run --failures-only --stop-on 'latency>1ms'
jq -c '.stacks = [] | .failures = [] | .slowest = [] | .lint = []' tests/golden/sample.json > "$work/bare" 2> /dev/null
bad "-f folded: the report has no stacks" report -f folded "$work/bare"
run "$GFPTRACE" run $'\e[31m'
harmless() { refused 2 "unexpected argument" && ! grep -q $'\e' "$err"; }
ok "control characters are escaped" harmless

# C1 (CSI among them) and what turns the direction of writing, in words and names of files
for name in $'x\u009b31m' $'x\u202eknat' $'x\u2066y' $'x\u061cy'; do
	run "$GFPTRACE" report "$name"
	ok "no raw control of a name that is not there" refused 2 '\x'
	run "$GFPTRACE" run "$name"
	ok "nor of a word that is not expected" refused 2 '\x'
done

done_testing
