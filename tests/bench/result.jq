# SPDX-License-Identifier: GPL-2.0-only
# Lines of guest-bench.sh to one kernel's part of the report. Input: raw text (-R -s).

def number: if . == "-" or . == "" then null else tonumber end;
def kinds_with_latency: ["perf-ftrace", "funclatency", "bpftrace"];
def round2: if . == null then null else . * 1000 | round / 1000 end;
def price(count; ns): if (count | tonumber) > 0 then (ns | tonumber) / (count | tonumber) else null end;

# $of: "pair" or "fault". Adds overhead and ratios to .[$of]
def compare(of; base; floor; peer):
	.[of] as $x
	| if $x == null then . else
		($x - base) as $over
		| .[of] = {
			instructions: ($x | round2),
			overhead: ($over | round2),
			floor_ratio: (if floor and .kind != "none" then $over / floor | round2 else null end),
			peer_ratio: (if peer and $over >= 1 and .kind != "none" then peer / $over | round2 else null end)
		}
	end;

[split("\n")[] | select(length > 0) | split("\t")] as $lines
| ($lines | map(select(.[0] == "kernel")) | first) as $kernel
| [$lines[] | select(.[0] != "kernel") | {
	variant: .[0], status: .[1],
	kind: ($kinds[.[0]] // "gfptrace"),
	pair: (if .[1] == "ok" then price(.[2]; .[3]) else null end),
	fault: (if .[1] == "ok" then price(.[4]; .[5]) else null end),
	seen: (.[6] | number), note: (.[7] // "")
}] as $rows
| def base(of): first($rows[] | select(.kind == "none" and .status == "ok") | .[of]);
  def over(of; select_it): [$rows[] | select(.status == "ok") | select(select_it) | .[of] - base(of)] | min;
  {
	kernel: $name, release: $kernel[1], function: $kernel[2], settings: $settings,
	variants: [$rows[] | . as $row
		| reduce ("pair", "fault") as $of ($row;
			compare($of; base($of);
				over($of; .variant == "floor: empty fentry + fexit");
				over($of; .kind as $k | kinds_with_latency | index($k) != null)))]
  }
