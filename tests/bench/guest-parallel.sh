#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: pairs on several CPUs at once, untraced and traced in turns.
# usage: guest-parallel.sh CYCLES CPUS...
#
# A line on stdout for each: tracer, CPUs, pairs of all CPUs, ns of all CPUs; tabs between.
cycles=$1
shift
here=/bench
pairs=300000

# What the tracer does in user space meanwhile is no part of a request, and patches the kernel's text
# to learn the programs' price (tools/vm --at-once: Oops): it is stopped. First all CPUs, so that each
# has met these requests.
cat > /tmp/work <<END
#!/bin/sh
[ "\$1" != gfptrace ] || kill -STOP "\$PPID"
$here/load pairs 1000 order=0 gfp=GFP_ATOMIC threads=4 cpu=0 >/dev/null
for cpus in $*; do
	echo "\$1 \$cpus \$($here/load pairs $pairs order=0 gfp=GFP_ATOMIC threads=\$cpus cpu=0)"
done
[ "\$1" != gfptrace ] || kill -CONT "\$PPID"
END
chmod 755 /tmp/work
for function in __alloc_frozen_pages_noprof __alloc_pages_noprof __alloc_pages; do
	! grep -q " $function\$" /proc/kallsyms || break
done
sleep 3
for cycle in $(seq "$cycles"); do
	echo "turn $cycle" >&2
	/tmp/work untraced &&
		$here/attach $here/empty.bpf.o "$function" entry_empty exit_empty -- /tmp/work floor &&
		$here/attach $here/empty.bpf.o "$function" entry_clock exit_clock -- /tmp/work clocks &&
		gfptrace run -q -o /dev/null -- /tmp/work gfptrace || exit
done >/tmp/lines
while read -r tracer cpus word count ns; do
	[ "$word" = pairs ] || exit 1
	printf '%s\t%s\t%s\t%s\n' "$tracer" "$cpus" "$count" "$ns"
done </tmp/lines
