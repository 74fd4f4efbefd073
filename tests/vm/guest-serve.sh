#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the exporter while the module makes requests. See serve.t.
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
	# a single task: no loss, so that no copies are put to work, which take a moment with no sample
	gfptrace exercise 'order=0-3 gfp=GFP_KERNEL count=40000' toobig >/out/truth
	sleep 1.2
	get /metrics second
	get /report.json report.json
	get / page.html
}

gfptrace serve 2>/out/serve.err &
pid=$!
scrape
kill -TERM $pid
wait $pid
echo $? >/out/status
exit 0
