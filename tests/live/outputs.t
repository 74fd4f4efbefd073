#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Files that root writes, as two users. It would catch an output that leads root to another file,
# keeps it waiting, or leaves a file of root's that the other user may write or that is set-uid;
# and one that does to a plain file what the shell's `>` would not.
# shellcheck disable=SC2016,SC2317 # $variables of an inner shell; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"
need setpriv mkfifo

sample=$PWD/tests/golden/sample.json
theirs=4711 # nobody has it
them=(setpriv "--reuid=$theirs" "--regid=$theirs" --clear-groups)
chmod 755 "$work"
mkdir "$work/plain" "$work/theirs" "$work/root"
chown $theirs:$theirs "$work/theirs"
chmod 700 "$work/root"
"${them[@]}" true 2> /dev/null || skip_all "setpriv cannot"

# Every way in which a file is written: NAME, and the file is the last argument of its command.
ways=(run report check junit keep update explain diff)
write() { # WAY FILE
	local rule='gfptrace_loss_ratio >= 0'
	case $1 in
		run) run timeout 20 "$GFPTRACE" run -q -d 0.1 -f json -o "$2" ;;
		report) run timeout 20 "$GFPTRACE" report -f json "$sample" -o "$2" ;;
		check) run timeout 20 "$GFPTRACE" check --ignore-exit --rule "$rule" "$sample" -o "$2" ;;
		junit) run timeout 20 "$GFPTRACE" check --ignore-exit --rule "$rule" "$sample" --junit "$2" ;;
		keep) run timeout 20 "$GFPTRACE" check --rule "$rule" -d 0.1 --report "$2" ;;
		update) run timeout 20 "$GFPTRACE" check --ignore-exit --rule "$rule" "$sample" --update --baseline "$2" ;;
		explain) run timeout 20 "$GFPTRACE" explain /dev/null -o "$2" ;;
		diff) run timeout 20 "$GFPTRACE" diff --max-regress 50 "$sample" "$sample" -o "$2" ;;
	esac
}

# Nothing is there of root's that the other may write, and nothing set-uid or set-gid.
harmless() {
	find "$work/theirs" "$work/root" -not -type l \( -user 0 \( -perm /6000 -o -perm /022 \) -o \
		-perm /6000 \) -not -path "$work/theirs" > "$out"
	[[ ! -s $out ]]
}
refused_for() { # TEXT: status 2, the reason in the second line
	((status == 2)) && grep -q '^gfptrace: cannot open output' "$err" &&
		grep -q "^gfptrace: hint: .*$1" "$err"
}
is() { # FILE OWNER MODE
	[[ $(stat -c '%u %a' "$1") == "$2 $3" ]]
}

for way in "${ways[@]}"; do
	rm -rf "${work:?}/theirs/"* "${work:?}/root/"*

	# Root can be had through it: the file is theirs, set-uid, and for all to write.
	"${them[@]}" sh -c 'echo old > "$1" && chmod 6777 "$1"' - "$work/theirs/setuid"
	write "$way" "$work/theirs/setuid"
	ok "$way: a set-uid file stays its owner's, and is set-uid no more" is "$work/theirs/setuid" $theirs 777
	ok "$way: it is written" test "$status" -le 1 -a "$(cat "$work/theirs/setuid")" != old

	write "$way" "$work/theirs/new"
	ok "$way: a new file in their folder is root's alone to write" is "$work/theirs/new" 0 644

	# Links of theirs, in each part of the path.
	echo precious > "$work/root/precious"
	"${them[@]}" ln -s ../root/precious "$work/theirs/link"
	"${them[@]}" ln -s ../root/made "$work/theirs/dangling"
	"${them[@]}" ln -s ../root "$work/theirs/folder"
	for link in link dangling folder/precious folder/made; do
		write "$way" "$work/theirs/$link"
		ok "$way: no link of theirs is followed: $link" refused_for "another user may lead a link"
	done
	ok "$way: root's file is as it was" test "$(cat "$work/root/precious")" = precious
	ok "$way: and none is made beside it" test "$(ls -A "$work/root")" = precious

	"${them[@]}" mkfifo -m 666 "$work/theirs/fifo"
	write "$way" "$work/theirs/fifo"
	ok "$way: no FIFO of theirs keeps root waiting" refused_for "a FIFO of another user"
	ln "$work/root/precious" "$work/theirs/name"
	write "$way" "$work/theirs/name"
	ok "$way: no other name of root's file is taken" refused_for "it has another name"
	ok "$way: it is as it was" test "$(cat "$work/root/precious")" = precious
	rm "$work/theirs/name"
	ok "$way: nothing of root's is theirs" harmless
done
if command -v setfacl > /dev/null && setfacl -d -m "u:$theirs:rwx" "$work/theirs" 2> /dev/null; then
	write report "$work/theirs/acl"
	ok "a default ACL gives no right to write it" \
		"${them[@]}" sh -c '! echo more 2> /dev/null >> "$1"' - "$work/theirs/acl"
else
	skip "a default ACL gives no right to write it" "no setfacl, or no ACLs here"
fi

# /tmp, where all may write: the same, and files of others.
mkdir -m 1777 "$work/all"
"${them[@]}" sh -c 'echo theirs > "$1/file" && ln -s ../root/precious "$1/link" && mkfifo "$1/fifo"' - "$work/all"
for name in file link fifo; do
	write report "$work/all/$name"
	ok "in a folder for everyone: their $name" test "$status" -eq 2
done
ok "their file is as it was" test "$(cat "$work/all/file")" = theirs

# And the other way round: what root left for them.
install -m 755 "$GFPTRACE" "$work/gfptrace"
install -m 644 "$sample" "$work/sample.json"
ln -s ../theirs/target "$work/all/link-of-root"
run "${them[@]}" "$work/gfptrace" report "$work/sample.json" -o "$work/all/link-of-root"
ok "a user follows a link of root's" test "$status" -eq 0 -a -s "$work/theirs/target"
ok "what it makes is the user's" is "$work/theirs/target" $theirs 644

# The plain cases are those of `>`: done with both, and compared.
"$GFPTRACE" report -f json "$sample" > "$work/wanted"
prepare() { # FOLDER
	mkdir "$1"
	echo "something that was there before" > "$1/old"
	ln "$1/old" "$1/name"
	chmod 604 "$1/old"
	echo theirs > "$1/theirs"
	chown $theirs:$theirs "$1/theirs"
	chmod 640 "$1/theirs"
	head -c 200000 /dev/zero > "$1/longer"
	ln -s old "$1/link"
	ln -s made "$1/dangling"
	ln -s . "$1/here"
	echo > "$1/readonly"
	chmod 444 "$1/readonly"
}
describe() { # FOLDER: owner, mode, names and content of all that is in it
	(cd "$1" && for file in *; do
		stat -c '%n %F %u %g %a %h %N' "$file" | sed "s|$1|.|"
		[[ -d $file ]] || md5sum < "$file"
	done)
}
prepare "$work/shell"
prepare "$work/ours"
for mask in 022 077 002 000; do
	for name in old theirs longer link dangling here/old here/new-$mask new-$mask readonly; do
		(umask $mask && cat "$work/wanted" > "$work/shell/$name")
		(umask $mask && "$GFPTRACE" report -f json "$sample" -o "$work/ours/$name")
	done
	describe "$work/shell" > "$work/a"
	describe "$work/ours" > "$out"
	diff "$work/a" "$out" > "$err"
	ok "as > does, umask $mask" test ! -s "$err"
done
mkfifo "$work/ours/fifo"
timeout 20 cat "$work/ours/fifo" > "$work/read" &
write report "$work/ours/fifo"
wait $!
ok "a FIFO of one's own" cmp "$work/read" "$work/wanted"
"$GFPTRACE" report -f json "$sample" -o /dev/stdout > "$work/read"
ok "/dev/stdout" cmp "$work/read" "$work/wanted"
if unshare -r true 2> /dev/null; then
	unshare -r "$GFPTRACE" report -f json "$sample" -o /dev/stdout > "$work/read" 2> "$err"
	ok "in a user namespace" cmp "$work/read" "$work/wanted"
else
	skip "in a user namespace" "no unshare"
fi

# What ends a run, and what is left of its file.
small() { (ulimit -f 1 && exec "$GFPTRACE" run -q -d 0.3 -f json --by comm,cpu -o "$1"); }
echo old > "$work/plain/limited"
run small "$work/plain/limited"
ok "ulimit -f is an error" refused 4 "File too large"
ok "the old report is still there" test "$(cat "$work/plain/limited")" = old
run small "$work/plain/young"
ok "a new file is not left behind" test "$status" -eq 4 -a ! -e "$work/plain/young"

helper() { pgrep -P "$1" gfptrace-keeper; }
start() { # FILE RUN-ARGUMENTS…
	"$GFPTRACE" run -q -f json -o "$@" > "$out" 2> "$err" &
	pid=$!
	eventually 20 grep -q '^Seccomp:	2' "/proc/$pid/status"
	keeper=$(helper $pid)
}
start "$work/plain/killed" -d 60
kill -9 "$keeper" "$pid"
wait "$pid" 2> /dev/null
ok "kill -9 of both leaves at most an empty file, under its own name" \
	test "$(find "$work/plain" -name 'killed*' -not -name killed -o -name killed -size +0 | wc -l)" -eq 0
for how in STOP KILL; do
	start "$work/plain/$how" -- sleep 60
	kill -$how "$keeper"
	sleep 0.6 # some ticks
	kill -TERM $pid
	gone() { ! kill -0 "$pid" 2> /dev/null; }
	ok "a helper that gets SIG$how: SIGTERM ends the run all the same" eventually 12 gone
	kill -9 $pid 2> /dev/null
	wait $pid
	status=$?
	ok "SIG$how: with its report" test "$status" -eq 0 -a "$(jq -r .window.stopped_by "$work/plain/$how")" = signal
	ok "SIG$how: the command is ended" test "$(jq -r .window.command.exit "$work/plain/$how")" -eq 143
	ok "SIG$how: the helper is gone" test ! -e "/proc/$keeper"
done
done_testing
