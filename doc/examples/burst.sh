#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# burst.sh N: N packets of 8900 bytes leave eth0, by the kernel's packet generator (module pktgen).
control=/proc/net/pktgen/eth0
echo "rem_device_all" > /proc/net/pktgen/kpktgend_0
echo "add_device eth0" > /proc/net/pktgen/kpktgend_0
echo "count $1" > $control
echo "pkt_size 8900" > $control
echo "dst_mac 52:54:00:00:00:02" > $control
echo "dst 10.0.0.2" > $control
echo start > /proc/net/pktgen/pgctrl
grep -A1 Result $control
