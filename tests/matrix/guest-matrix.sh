#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: what this machine is, as the kernel has it; then the scenarios.
# usage: guest-matrix.sh SCENARIO…
{
	find /sys/devices/system/node -name 'node[0-9]*' -maxdepth 1 | wc -l
	dmesg | sed -n 's/.*mem auto-init:.* heap alloc:\([a-z]*\).*/\1/p'
} >/out/machine
exec sh /guest "$@"
