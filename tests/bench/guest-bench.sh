#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the same work under one tracer after another.
# /bench/variants has a line "name|kind|want|arguments" for each.
#
# stdout: "kernel", release, function; then for each tracer name, status, pairs, ns, faults, ns, requests seen, note; tabs between.
# A tracer that saw too few of the requests has not been attached: no figure then.
pairs=20000
faults=512
# requests of one work: the module's with its warm-up, 16 rounds of faults
requests=$((pairs + 2000 + 16 * faults))
here=/bench

cat > /tmp/work <<END
#!/bin/sh
$here/load pairs $pairs order=0 gfp=GFP_ATOMIC > /tmp/result && $here/load faults $faults >> /tmp/result
END
chmod 755 /tmp/work

# Where every request passes; newer kernels have the older names too, as wrappers.
choke_point() {
	for function in __alloc_frozen_pages_noprof __alloc_pages_noprof __alloc_pages; do
		! grep -q " $function\$" /proc/kallsyms || return 0
	done
	echo "bench: no function known as the page allocator" >&2
	exit 1
}

# sum_counts FILE: the counts of a histogram as funclatency, bpftrace and perf draw it
sum_counts() {
	awk -F '|' 'NF > 1 { n = split($1, word, " "); split($2, cell, " ")
			if (word[n] ~ /^[0-9]+$/) sum += word[n]
			else if (cell[1] ~ /^[0-9]+$/) sum += cell[1] }
		END { print sum + 0 }' "$1"
}

# in_background SECONDS CMD...: starts CMD, gives it time to attach, works, ends CMD.
# Time is virtual: an idle guest waits for nothing. A tracer that buffers its output cannot tell
# when it is ready; that it was is what the number of requests seen shows.
in_background() {
	seconds=$1
	shift
	"$@" > /tmp/tracer.out 2> /tmp/tracer.err &
	tracer=$!
	sleep "$seconds"
	if ! kill -0 "$tracer" 2> /dev/null; then
		wait "$tracer"
		return 1
	fi
	/tmp/work
	kill -INT "$tracer"
	wait "$tracer"
	return 0
}

in_foreground() {
	"$@" > /tmp/tracer.out 2> /tmp/tracer.err
}

# Sets seen; "-" where the tracer does not say.
trace() {
	kind=$1
	shift
	seen=-
	case $kind in
	none)
		/tmp/work 2> /tmp/tracer.err
		;;
	empty)
		in_foreground $here/attach $here/empty.bpf.o "$function" "$@" -- /tmp/work
		;;
	gfptrace)
		in_foreground gfptrace run -q -f json -o /tmp/report "$@" -- /tmp/work &&
			seen=$(sed -n 's/.*"counted": *\([0-9]*\).*/\1/p' /tmp/report | head -n 1)
		;;
	funclatency)
		in_background 30 funclatency "$function" && seen=$(sum_counts /tmp/tracer.out)
		;;
	bpftrace)
		in_background 90 bpftrace -e "
			kfunc:$function { @start[tid] = nsecs; }
			kretfunc:$function /@start[tid]/ {
				@ns = hist(nsecs - @start[tid]); delete(@start[tid]); }" &&
			seen=$(sum_counts /tmp/tracer.out)
		;;
	perf-ftrace)
		in_foreground perf ftrace latency -a -T "$function" -- /tmp/work &&
			seen=$(sum_counts /tmp/tracer.out)
		;;
	perf-record)
		in_foreground perf record -a -q -m 4096 -o /tmp/perf.data "$@" -- /tmp/work &&
			seen=$(perf script -i /tmp/perf.data -F event 2> /dev/null | grep -c mm_page_alloc)
		rm -f /tmp/perf.data
		;;
	perf-kmem)
		in_foreground perf kmem --page record -m 4096 -o /tmp/perf.data -- /tmp/work &&
			seen=$(perf script -i /tmp/perf.data -F event 2> /dev/null | grep -c mm_page_alloc)
		rm -f /tmp/perf.data
		;;
	*)
		echo "unknown kind '$kind'" > /tmp/tracer.err
		return 1
		;;
	esac
}

measure() {
	name=$1 kind=$2 want=$3
	# shellcheck disable=SC2086 # arguments are words; no globs: set -f below
	set -- $4
	rm -f /tmp/result /tmp/tracer.*
	: > /tmp/tracer.err
	trace "$kind" "$@"
	status=$?
	note=$(grep -v '^ *$' /tmp/tracer.err | tail -n 1 | tr '\t|' '  ')
	pair=$(sed -n 's/^pairs //p' /tmp/result 2> /dev/null | tr ' ' '\t')
	fault=$(sed -n 's/^faults //p' /tmp/result 2> /dev/null | tr ' ' '\t')
	state=ok
	if [ $status != 0 ] || [ -z "$pair" ] || [ -z "$fault" ]; then
		state=failed
		note="exit status $status${note:+: $note}"
	elif [ "$want" = all ] && ! [ "$seen" -ge $((requests * 95 / 100)) ] 2> /dev/null; then
		state=failed
		note="saw $seen of $requests requests${note:+: $note}"
	elif [ "$want" = some ] && ! [ "$seen" -ge 1 ] 2> /dev/null; then
		state=failed
		note="saw no request"
	else
		note=
	fi
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$state" "${pair:-0	0}" "${fault:-0	0}" "$seen" "$note"
	# what the last tracer leaves behind (trampolines, ring buffers) is freed later
	sleep 2
}

dump() {
	for id in $(bpftool prog show | sed -n 's/^\([0-9]*\): .*/\1/p'); do
		name=$(bpftool prog show id "$id" | sed -n '1s/.* name \([^ ]*\).*/\1/p')
		bpftool prog dump xlated id "$id" > "/out/$name.$id.xlated" 2>&1
	done
	$here/dump /out
}

set -f
case ${1:-} in
--dump)
	dump
	exit
	;;
esac
mkdir -p /tmp/cgroup && mount -t cgroup2 none /tmp/cgroup && mkdir -p /tmp/cgroup/bench
choke_point
printf 'kernel\t%s\t%s\n' "$(uname -r)" "$function"
# the kernel's own work after boot
sleep 5
while IFS='|' read -r name kind want arguments; do
	measure "$name" "$kind" "$want" "$arguments" < /dev/null
done < $here/variants
