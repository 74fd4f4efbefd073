#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a tracer that was taken over could do: system calls forced into it while it runs, as root and
# as a user with file capabilities. It would catch a call that the filter lets through, and a file
# that may be read though the run does not need it.
# shellcheck disable=SC2317 # functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"
need setpriv setcap
[[ $(uname -m) == x86_64 ]] || skip_all "calls are forced on x86-64 alone"
force=$work/force
cc -O1 -Wall -D_GNU_SOURCE -o "$force" tests/live/force.c || skip_all "cannot compile force.c"
chmod 755 "$work"
secret=$work/secret
(umask 077 && echo secret > "$secret")

# into NAME FILE CMD…: start it, let it be confined, force calls into it; leaves $got
into() {
	local file=$1 fd
	shift
	"$@" > "$out" 2> "$err" &
	pid=$!
	eventually 20 grep -q '^Seccomp:	2' "/proc/$pid/status"
	eventually 5 grep -q '^NoNewPrivs:	1' "/proc/$pid/status"
	fd=$(find "/proc/$pid/fd" -lname "$file" -printf '%f\n' | head -n 1)
	"$force" $pid "${fd:-2}" "$secret" > "$work/got" 2>> "$err"
	status=$?
}
# Each was tried, and none did anything: refused, or not found where the process still sees.
refused_all() {
	cp "$work/got" "$out"
	(($(wc -l < "$work/got") > 40)) && grep -qx 'getpid 0' "$work/got" &&
		! grep -vE ' (EPERM|EACCES)$|^getpid 0$|^clone3 ENOSYS$' "$work/got" |
			grep -vE '^open[a-z0-9-]* (ENOENT|ENOTDIR)$'
}
unharmed() {
	[[ $(< "$secret") == secret && $(stat -c '%a %u' "$secret") == "600 ${1:-0}" ]]
}
ends() { # STATUS
	kill -TERM "$pid" 2> /dev/null
	wait "$pid"
	status=$?
	((status == $1))
}

# That the means work: the same calls into a process that is not confined.
sleep 60 > "$work/control" &
pid=$!
"$force" $pid 1 "$secret" fchmod-setuid openat-secret openat-up socket kill-0 > "$out" 2> "$err"
kill $pid
wait $pid 2> /dev/null
ok "a process that is not confined does what it is forced to" \
	test "$(grep -c ' 0$' "$out")" -eq 5 -a "$(stat -c %a "$work/control")" = 4777

for by in class cgroup; do
	into "$work/report" "$GFPTRACE" run -q -d 60 --by $by -f json -o "$work/report"
	ok "run --by $by: all is refused" refused_all
	ok "run --by $by: it goes on and ends" ends 0
	ok "run --by $by: with its report" sums "$work/report"
	ok "run --by $by: the file has no special bit" test "$(stat -c %a "$work/report")" = 644
done
into none "$GFPTRACE" serve --listen 127.0.0.1:0
if ((status)) && grep -q libmicrohttpd "$err"; then
	skip "serve: all is refused" "no libmicrohttpd"
else
	ok "serve: all is refused" refused_all
	ok "serve: it goes on and ends" ends 0
fi
ok "the secret is as it was" unharmed

# A user: no chroot, so Landlock alone is between it and what that user may read.
install -m 755 "$GFPTRACE" "$work/gfptrace"
mkdir -m 777 "$work/u"
landlock() { "$work/gfptrace" run -v -d 0.1 --by cgroup 2>&1 > /dev/null | grep -q 'no Landlock'; }
if ! setcap cap_bpf,cap_perfmon=p "$work/gfptrace" 2> "$err"; then
	skip "as a user" "$(head -n 1 "$err")"
elif landlock; then
	skip "as a user" "no Landlock here"
else
	chown 65534:65534 "$secret"
	into "$work/u/report" setpriv --reuid=65534 --regid=65534 --clear-groups "$work/gfptrace" \
		run -q -d 60 --by cgroup -f json -o "$work/u/report"
	ok "as a user: all is refused" refused_all
	ok "as a user: its own file, too" grep -qx 'openat-secret EACCES' "$work/got"
	ok "as a user: it goes on and ends" ends 0
	ok "as a user: the secret is as it was" unharmed 65534
fi
done_testing
