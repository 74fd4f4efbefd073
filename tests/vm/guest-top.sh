#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: top on a terminal, while the module makes requests, some of which fail, and takes
# all memory. See top.t. usage: guest-top.sh NAME ROWS COLUMNS 'KEYS…' [OPTION…]
echo started
name=$1 rows=$2 columns=$3 keys=$4
shift 4
export TERM=xterm-256color TERMINFO=/terminfo LC_ALL=C.UTF-8

load() {
	until [ -s "/out/$name.raw" ]; do
		sleep 0.2
	done
	while :; do
		gfptrace exercise mixed 'do=fragment order=9 gfp=GFP_ATOMIC|__GFP_NOWARN count=100' \
			'do=exhaust order=0-3 count=100 gfp=GFP_ATOMIC|__GFP_NOWARN' \
			'order=11 gfp=GFP_KERNEL|__GFP_NOWARN count=20'
	done
}

load >/out/exercise 2>&1 &
# shellcheck disable=SC2086 # keys are words
pty "$rows" "$columns" "/out/$name.raw" 3000 $keys -- gfptrace top "$@" >"/out/$name.steps" \
	2>"/out/$name.err"
echo $? >"/out/$name.status"
