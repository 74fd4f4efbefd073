# SPDX-License-Identifier: GPL-2.0-only
# Runs in turns to medians (-R -s). $what: "parallel" or "live". over_1_cpu: what a tracer adds to an
# untraced pair beside it, as a part of that one, against what it adds on one CPU.

def median: sort | if length == 0 then null elif length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def quartiles: sort | if length == 0 then null else [.[length / 4 | floor], .[length * 3 / 4 | floor]] end;
def tidy: if . == null then null elif type == "array" then map(tidy) else . * 1000 | round / 1000 end;
def lines: split("\n") | map(select(length > 0) | split("\t"));

# [{tracer, cpus, ns}] in the order of the runs; the ith run of a tracer is beside the ith untraced
def compare: . as $runs
	| [$runs[] | select(.tracer == "untraced") | .ns] as $base
	| reduce $runs[] as $run ({}; .[$run.tracer] += [$run.ns])
	| to_entries | map(.value as $ns
		| [range([$ns | length, ($base | length)] | min) | select($ns[.] != null and $base[.] != null)
			| {over: ($ns[.] - $base[.]), ratio: ($ns[.] / $base[.])}] as $turns
		| {tracer: .key, runs: ($turns | length), ns: ($ns | map(values) | median | tidy),
			over: ($turns | map(.over) | median | tidy),
			over_quartiles: ($turns | map(.over) | quartiles | tidy),
			ratio: ($turns | map(.ratio) | median | tidy)});

if $what == "parallel" then
	lines | map({tracer: .[0], cpus: (.[1] | tonumber), ns: ((.[3] | tonumber) / (.[2] | tonumber))})
	| group_by(.cpus) | map({cpus: .[0].cpus, tracers: compare}) as $all
	| {kernel: $name, unit: "ns of a pair on each CPU", settings: $settings,
		cpus: ($all | map(.tracers |= map(. + {over_1_cpu:
			(.tracer as $t | .ratio as $ratio | $all[0].tracers[] | select(.tracer == $t)
			| if .ratio > 1 then ($ratio - 1) / (.ratio - 1) | tidy else null end)})))}
else
	lines | (map({tracer: .[0], note: (.[4] // "")}) | group_by(.tracer)
		| map({key: .[0].tracer, value: ([.[].note | select(length > 0)] | last)})
		| from_entries) as $notes
	| {kernel: $name, unit: "ns of a page fault", settings: $settings,
		tracers: (map({tracer: .[0], ns: (if .[1] == "0" then null else (.[2] | tonumber) / (.[1] | tonumber) end)})
			| compare | map(. + {note: $notes[.tracer]}))}
end
