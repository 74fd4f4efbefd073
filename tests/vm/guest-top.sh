#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: top on a terminal, while the module makes requests, some of which fail.
# See top.t. usage: guest-top.sh NAME ROWS COLUMNS 'KEYS…' [OPTION…]
echo started
name=$1 rows=$2 columns=$3 keys=$4
shift 4
export TERM=xterm-256color TERMINFO=/terminfo LC_ALL=C.UTF-8
while :; do
	gfptrace exercise mixed "do=fragment order=9 gfp=GFP_ATOMIC|__GFP_NOWARN count=100" \
		"order=11 gfp=GFP_KERNEL|__GFP_NOWARN count=20"
done >/out/exercise 2>&1 &
# shellcheck disable=SC2086 # keys are words
pty "$rows" "$columns" "/out/$name.raw" 2500 $keys -- gfptrace top "$@" >"/out/$name.steps"
echo $? >"/out/$name.status"
kill $!
