#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the exporter while the module makes requests. See serve.t.
# usage: guest-serve.sh command|unit
echo started
url=http://127.0.0.1:9437

# get PAGE FILE: true where it is served
get() {
	wget -qO "/out/$2" "$url$1" 2>>/out/wget.err
}

# served: waits until it is
served() {
	i=0
	until get /healthz health; do
		i=$((i + 1))
		[ $i -lt 60 ] || return 1
		sleep 1
	done
}

scrape() {
	served || return
	get /metrics first
	gfptrace exercise mixed toobig >/out/truth
	sleep 1.2
	get /metrics second
	get /report.json report.json
	get / page.html
}

# What systemd needs to start one unit and nothing else.
make_system() {
	units=/etc/systemd/system
	mkdir -p "$units/gfptrace.service.d" /run/systemd /var/log /var/tmp /home /usr/local/bin
	cp /gfptrace.service "$units"
	ln -s /usr/bin/gfptrace /usr/local/bin/gfptrace
	printf '[Service]\nStandardError=file:/run/gfptrace.err\n' >"$units/gfptrace.service.d/err.conf"
	printf '[Unit]\nWants=gfptrace.service\n' >"$units/default.target"
	for name in network sysinit basic shutdown; do
		printf '[Unit]\nDefaultDependencies=no\n' >"$units/$name.target"
	done
	echo 'root:x:0:0::/root:/bin/sh' >/etc/passwd
	echo 'root:x:0:' >/etc/group
	echo 0123456789abcdef0123456789abcdef >/etc/machine-id
	mount -t cgroup2 none /sys/fs/cgroup
}

case $1 in
command)
	gfptrace serve 2>/out/serve.err &
	pid=$!
	scrape
	kill -TERM $pid
	wait $pid
	echo $? >/out/status
	;;
unit)
	make_system
	# it is the first process of its own pid namespace
	# shellcheck disable=SC2016
	unshare -m -p -f --mount-proc sh -c 'container=other exec /lib/systemd/systemd --system \
		--log-target=console --show-status=no' >/out/systemd.log 2>&1 &
	scrape
	pid=$(pidof gfptrace)
	cat "/proc/$pid/status" >/out/status
	cat "/proc/$pid/oom_score_adj" >/out/oom
	cat "/proc/$pid/mountinfo" >/out/mounts
	kill -TERM "$pid"
	sleep 2
	pidof gfptrace >/out/left
	cp /run/gfptrace.err /out/serve.err
	;;
esac
exit 0
