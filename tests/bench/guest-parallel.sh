#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: pairs on several CPUs at once, untraced and traced in turns.
# usage: guest-parallel.sh CYCLES CPUS...
#
# A line on stdout for each: tracer, CPUs, pairs of all CPUs, ns of all CPUs; tabs between.
cycles=$1
shift
here=/bench
pairs=50000

cat > /tmp/work <<END
#!/bin/sh
for cpus in $*; do
	echo "\$1 \$cpus \$($here/load pairs $pairs order=0 gfp=GFP_ATOMIC threads=\$cpus cpu=0)"
done
END
chmod 755 /tmp/work
for function in __alloc_frozen_pages_noprof __alloc_pages_noprof __alloc_pages; do
	! grep -q " $function\$" /proc/kallsyms || break
done
sleep 3
while [ "$cycles" -gt 0 ]; do
	cycles=$((cycles - 1))
	/tmp/work untraced
	$here/attach $here/empty.bpf.o "$function" entry_empty exit_empty -- /tmp/work floor || exit
	gfptrace run -q -o /dev/null -- /tmp/work gfptrace || exit
done | while read -r tracer cpus word count ns; do
	[ "$word" = pairs ] || exit 1
	printf '%s\t%s\t%s\t%s\n' "$tracer" "$cpus" "$count" "$ns"
done
