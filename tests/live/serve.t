#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The exporter on the running kernel: its pages, clients that misbehave, a real Prometheus, the end.
# GFPTRACE_SCRAPE_SECONDS: how long Prometheus scrapes (20).
# shellcheck disable=SC2016,SC2317 # jq has $variables, too; functions are called through ok
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"

need python3 setpriv
scrape_seconds=${GFPTRACE_SCRAPE_SECONDS:-20}
started=()

# Only what this test started is ended, whatever happens.
clean_up() {
	local pid
	for pid in ${started[@]+"${started[@]}"}; do
		kill -KILL "$pid" 2> /dev/null
	done
	rm -rf "$work"
}
trap clean_up EXIT

# serve [OPTION…]: an exporter on a free port; sets pid and port
serve() {
	"$GFPTRACE" serve --listen 127.0.0.1:0 "$@" > "$work/serve.out" 2> "$work/serve.err" &
	pid=$!
	started+=("$pid")
	eventually 60 grep -q serving "$work/serve.err" || return 1
	port=$(sed -n 's,.*serving http://127\.0\.0\.1:\([0-9]*\)/metrics$,\1,p' "$work/serve.err")
	[[ $port ]]
}

# stop SIGNAL: sets status
stop() {
	kill -"$1" "$pid"
	wait "$pid"
	status=$?
	cp "$work/serve.err" "$err"
}

# ask METHOD PATH [HEADERS]: the answer's head in $work/head, its body in $out
ask() {
	timeout 15 bash -c 'exec 3<> /dev/tcp/127.0.0.1/$1 &&
		printf "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n" "$2" "$3" "${4-}" >&3 && cat <&3' \
		ask "$port" "$@" > "$work/answer" 2> "$err" || return 1
	sed '/^\r$/,$d' "$work/answer" | tr -d '\r' > "$work/head"
	sed '1,/^\r$/d' "$work/answer" > "$out"
}

answers() { # STATUS METHOD PATH [HEADER-LINE]
	ask "$2" "$3" && head -n 1 "$work/head" | grep -q "^HTTP/1.1 $1 " &&
		{ [[ -z ${4-} ]] || grep -qixF "$4" "$work/head"; }
}

# metric FILE NAME: the sum over its series
metric() {
	awk -v name="$2" '{ n = $1; sub(/\{.*/, "", n) } n == name { sum += $NF } END { printf "%.0f\n", sum }' "$1"
}

# No counter of the first scrape is smaller in the second, or gone.
only_grows() {
	awk '
		FNR == 1 { file++ }
		/^# TYPE/ { grows[$3] = $4 == "counter" || $4 == "histogram"; next }
		/^#/ { next }
		{
			name = $0; sub(/ [^ ]*$/, "", name)
			family = name; sub(/\{.*/, "", family); sub(/_(bucket|sum|count)$/, "", family)
			if (!grows[family]) { family = name; sub(/\{.*/, "", family) }
			if (!grows[family]) next
		}
		file == 1 { before[name] = $NF; seen++; next }
		{ after[name] = $NF }
		END {
			for (name in before)
				if (!(name in after) || after[name] < before[name]) {
					print name, before[name], after[name]; bad = 1
				}
			exit bad || !seen
		}' "$1" "$2" > "$err"
}

# Others may trace this machine at the same time: only our own programs must go, by their ids.
note_programs() {
	sed -n 's/^prog_id:[[:space:]]*//p' "/proc/$pid"/fdinfo/* | sort -u > "$work/ids"
	[[ -s $work/ids ]]
}
none_left() {
	! "${BPFTOOL:-bpftool}" prog list -j | jq -r '.[].id' | grep -qxFf "$work/ids"
}
none_is_left() { eventually 20 none_left; }

descriptors() { find "/proc/$pid/fd" -mindepth 1 | wc -l; }
at_rest() { (($(descriptors) == resting)); }
resident() { awk '/^VmRSS/ {print $2}' "/proc/$pid/status"; } # KiB
ended() { # STATUS
	((status == $1)) && ! grep -qv 'serving http' "$err"
}

ok "it starts on a free port" serve
ok "stdout stays empty" test ! -s "$work/serve.out"

# Pages.
ok "/metrics" answers 200 GET /metrics "Content-Type: text/plain; version=0.0.4; charset=utf-8"
cp "$out" "$work/first"
ok "/report.json" answers 200 GET /report.json "Content-Type: application/json"
cp "$out" "$report"
ok "it is a report with its sums" holds '.schema == "gfptrace.report/1" and
	.requests.counted == .requests.succeeded + .requests.failed and .requests.counted > 0'
run "$GFPTRACE" report "$report"
ok "gfptrace report reads it" test "$status" -eq 0 -a -s "$out"
ok "/" answers 200 GET / "Content-Type: text/html; charset=utf-8"
ok "it is the page of -f html" grep -q '^</html>$' "$out"
ok "/healthz" answers 200 GET /healthz
ok "it says ok" test "$(< "$out")" = ok
ok "HEAD" answers 200 HEAD /metrics
ok "HEAD has no body" test ! -s "$out"
ok "a page that is not there" answers 404 GET /metrics/
ok "a page that is not there, by another method" answers 404 POST /nothing
for method in POST PUT DELETE OPTIONS FETCH; do
	ok "$method is not allowed" answers 405 "$method" /metrics "Allow: GET, HEAD"
done
ok "a query is no other page" answers 200 GET '/metrics?a=b'

# Counters only grow, and count what is requested.
sleep 1.1
pages=20000
ask GET /metrics && cp "$out" "$work/before-load"
echo | "$load" pages "$pages"
sleep 1.1
ask GET /metrics && cp "$out" "$work/after-load"
ok "counters only grow" only_grows "$work/first" "$work/after-load"
counts_load() {
	local before after
	before=$(metric "$work/before-load" gfptrace_requests_total)
	after=$(metric "$work/after-load" gfptrace_requests_total)
	echo "before $before after $after" > "$err"
	((after - before >= pages))
}
ok "they count the load's $pages requests" counts_load
if command -v promtool > /dev/null; then
	promtool check metrics < "$work/after-load" > "$out" 2> "$err"
	ok "promtool check metrics" test $? -eq 0 -a ! -s "$err"
	ok "promtool check rules" eval \
		'promtool check rules doc/prometheus/recording.yml doc/prometheus/alerts.yml > "$out" 2> "$err"'
	ok "promtool test rules" eval 'promtool test rules tests/prometheus/rules.yml > "$out" 2> "$err"'
	ok "the example's configuration" eval \
		'promtool check config doc/prometheus/prometheus.yml > "$out" 2> "$err"'
else
	skip "promtool" "no promtool (tools/setup check)"
fi

# Misbehaving clients: all at once, and meanwhile others are served and requests counted.
resting=$(descriptors)
rss=$(resident)
ask GET /metrics && cp "$out" "$work/before-load"
timeout 90 python3 tests/live/clients.py "$port" silent slow_headers slow_line slow_body slow_reader \
	cut garbage no_http endless_line endless_headers endless_body bad_length > "$work/clients" 2> "$work/clients.err" &
clients=$!
started+=("$clients")
sleep 1
echo | "$load" pages "$pages"
asked=0 refused=0 slowest=0
while ((asked < 20)); do
	began=${EPOCHREALTIME/./}
	answers 200 GET /metrics || refused=$((refused + 1))
	took=$((${EPOCHREALTIME/./} - began))
	((took > slowest)) && slowest=$took
	asked=$((asked + 1))
	sleep 0.3
done
cp "$out" "$work/after-load"
ok "20 scrapes meanwhile are answered" test "$refused" -eq 0
echo "# the slowest took $((slowest / 1000)) ms"
ok "none of them waits for the slow ones" test "$slowest" -lt 5000000
ok "nor do the counters" counts_load
ok "counters only grow meanwhile" only_grows "$work/before-load" "$work/after-load"
ok "after its deadline nobody holds a place" eventually 15 at_rest
ok "though one of them still reads" kill -0 "$clients"
all_told() { (($(wc -l < "$work/clients") == 11)) && [[ ! -s $work/clients.err ]]; }
ok "the other 11 have been ended" eventually 10 all_told
kill "$clients"
wait "$clients"
sed 's/^/# /' "$work/clients"
cut_off() { awk '$2 == "patience" || $2 > 20 { print; bad = 1 } END { exit bad }' "$work/clients" > "$err"; }
ok "none of them by its own patience" cut_off

# A crowd that is silent, has sent half a request or drips, and comes back when it is sent away.
beside_crowd() { # CLIENTS SCRAPES
	timeout 100 python3 tests/live/crowd.py "$port" "$1" "$2" > "$out" 2> "$err"
	sed "s/^/# $1 clients: /" "$out"
}
at_once() { [[ $(cut -d ' ' -f 1-2 "$out") == "answered $1" ]] && (($(cut -d ' ' -f 4 "$out") <= 1000)); }
rss=$(resident)
beside_crowd 1000 50
ok "1,000 slow clients: 50 scrapes take a second at most" at_once 50
ok "the crowd goes" eventually 25 at_rest
echo "# resident: $rss KiB before, $(resident) KiB after"
ok "no memory stays with them" test "$(resident)" -le $((rss + 1024))
ok "it lives" answers 200 GET /healthz

# A page of a foreign name, which leads to us.
foreign() { # HOST
	timeout 15 bash -c 'exec 3<> /dev/tcp/127.0.0.1/$1 &&
		printf "GET /report.json HTTP/1.1\r\nHost: %s\r\n\r\n" "$2" >&3 && cat <&3' \
		ask "$port" "$1" > "$out" 2> "$err" && head -n 1 "$out" | grep -q "^HTTP/1.1 $2 "
}
ok "a foreign Host is refused" foreign evil.example 421
ok "by one line" test "$(sed '1,/^\r$/d' "$out" | wc -l)" -eq 1
ok "this machine's name is not foreign" foreign "$(uname -n):$port" 200
ok "nor is its address" foreign "127.0.0.1:$port" 200

# Ends, and what is refused.
run "$GFPTRACE" serve --listen "127.0.0.1:$port"
ok "a port in use" refused 2 "cannot listen on 127.0.0.1:$port: Address already in use"
ok "its programs are known" note_programs
ok "and there" eval "! none_left"
stop TERM
ok "SIGTERM ends it with status 0" ended 0
ok "nothing stays attached" none_is_left
run "$GFPTRACE" serve --listen "127.0.0.1:$port" --memory-limit 1K
ok "its port is free at once; an error of the session is told" refused 2 "--memory-limit"
ok "it starts again, with other options" serve --failures-only --by class,order,comm
stop INT
ok "SIGINT ends it with status 0" ended 0
ok "it starts with a name to allow" serve --allow-host evil.example --allow-host 192.0.2.1
ok "which is answered" foreign evil.example:80 200
ok "an address, too" foreign 192.0.2.1 200
ok "no other" foreign www.evil.example 421
stop INT

# With few descriptors: a crowd takes them all, and nobody spins.
few() { (ulimit -n $((resting + 20)) && exec "$GFPTRACE" serve --listen 127.0.0.1:0) > "$work/serve.out" 2> "$work/serve.err" & pid=$!; }
few
started+=("$pid")
if eventually 60 grep -q serving "$work/serve.err"; then
	port=$(sed -n 's,.*serving http://127\.0\.0\.1:\([0-9]*\)/metrics$,\1,p' "$work/serve.err")
	ticks() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
	before=$(ticks)
	beside_crowd 100 20
	took=$(($(ticks) - before))
	echo "# $took ticks of $(getconf CLK_TCK) a second"
	ok "few descriptors: scrapes are answered" test "$(cut -d ' ' -f 1-2 "$out")" = "answered 20"
	ok "it does not spin" test "$took" -lt "$(getconf CLK_TCK)"
else
	ok "it starts with few descriptors" false
fi
stop TERM
"$GFPTRACE" serve --listen "0.0.0.0:0" > "$out" 2> "$work/serve.err" &
pid=$!
started+=("$pid")
warned() { (($(grep -c "warning: .*is not this machine's alone" "$work/serve.err") == 1)); }
ok "an address that others reach is warned about, once" eventually 60 grep -q serving "$work/serve.err"
ok "by one line" warned
stop TERM
run setpriv --reuid 65534 --regid 65534 --clear-groups "$GFPTRACE" serve --listen 127.0.0.1:80
if (($(sysctl -n net.ipv4.ip_unprivileged_port_start 2> /dev/null || echo 1024) <= 80)); then
	skip "a privileged port" "this machine has none"
else
	ok "a privileged port" refused 3 "cannot listen on 127.0.0.1:80: Permission denied"
fi
run setpriv --reuid 65534 --regid 65534 --clear-groups "$GFPTRACE" serve --listen 127.0.0.1:0
ok "without privileges" test "$status" -eq 3 -a ! -s "$out" -a "$(wc -l < "$err")" -le 2

# A real Prometheus.
prometheus_config() { # PORT
	cat <<- END
		global:
		  scrape_interval: 1s
		  evaluation_interval: 1s
		rule_files: [$PWD/doc/prometheus/recording.yml, $PWD/doc/prometheus/alerts.yml]
		scrape_configs:
		  - job_name: gfptrace
		    static_configs:
		      - targets: ["127.0.0.1:$1"]
	END
}

# queries: expressions on stdin, results on stdout, a line of JSON each
queries() {
	python3 tests/live/query.py "$prometheus_port" 2> "$err"
}

asks() { # EXPRESSION: true where Prometheus has a value above 0
	queries <<< "$1" > "$out" && jq -es '.[0][0].value[1] // "0" | tonumber > 0' "$out" > /dev/null
}

# Each name by itself: resets() drops the names, and then the labels no longer tell series apart.
none_fell() {
	queries <<< 'count by (__name__) ({__name__=~"gfptrace_.*_(total|bucket|count|sum)"})' |
		jq -r '.[].metric.__name__ | "sum(resets(\(.)[1h]))"' > "$work/resets" &&
		queries < "$work/resets" > "$out" &&
		jq -s -e 'length >= 8 and all(.[0].value[1] == "0")' "$out" > /dev/null
}

# Grafana's variables stand for what it would put there. Stages, headroom and latency are not
# seen on every kernel: of them the query must be one that Prometheus takes.
dashboard() {
	jq -r '.panels[].targets[].expr' doc/grafana/gfptrace.json |
		sed 's/\$__rate_interval/10s/g; s/\$__range/1m/g; s/\$job/gfptrace/g; s/\$instance/.*/g' |
		queries > "$out" &&
		jq -s -e 'length >= 10 and all(. != null) and (map(select(length > 0)) | length >= 6)' \
			"$out" > /dev/null
}

scrape() {
	prometheus_port=$(python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])')
	prometheus_config "$port" > "$work/prometheus.yml"
	prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
		--web.listen-address="127.0.0.1:$prometheus_port" > "$work/prometheus.log" 2>&1 &
	prometheus=$!
	started+=("$prometheus")
	ok "Prometheus scrapes it" eventually 60 asks 'up{job="gfptrace"}'
	rss=$(resident)
	"$load" time 1
	sleep "$scrape_seconds"
	"$load" time 1
	echo "# resident: $rss KiB at first, $(resident) KiB after $scrape_seconds s"
	ok "memory is flat" test "$(resident)" -le $((rss + 1024))
	ok "it has scraped all the time" asks "sum(count_over_time(up[${scrape_seconds}s])) > $((scrape_seconds * 7 / 10))"
	ok "and always with success" asks "min(min_over_time(up[${scrape_seconds}s]))"
	ok "requests have a rate" asks 'rate(gfptrace_requests_succeeded_total[10s])'
	ok "no counter has fallen" none_fell
	# They are evaluated each 30 s only: the last time may have been before the load.
	ok "the recording rules find their series" eventually 40 asks 'instance:gfptrace_requests:rate5m'
	ok "every query of the dashboard is one, and names what is exported or may be" dashboard
	ok "no sample was refused" asks \
		'sum(scrape_samples_scraped) == sum(scrape_samples_post_metric_relabeling)'
	kill -TERM "$prometheus"
	wait "$prometheus"
}

ok "it starts again" serve
if command -v prometheus > /dev/null; then
	scrape
else
	skip "a real Prometheus" "no prometheus (tools/setup check)"
fi
note_programs
stop TERM
ok "it ends" ended 0
ok "nothing stays attached at the end" none_is_left
done_testing
