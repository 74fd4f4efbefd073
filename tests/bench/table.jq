# SPDX-License-Identifier: GPL-2.0-only
# The report as lines for the terminal, one table for each kernel.

def left(n): . + " " * ([n - length, 0] | max);
def right(n): " " * ([n - length, 0] | max) + .;
def fixed(d): if . == null then "-" else
	(. * pow(10; d) | round) as $x
	| if d == 0 then $x | tostring
	  else (if $x < 0 then "-" else "" end) as $sign
		| ($x | fabs) as $x
		| "\($sign)\($x / pow(10; d) | floor).\("0" * d + ($x % pow(10; d) | tostring) | .[-d:])"
	  end end;
def times(d): if . == null then "-" else fixed(d) + "×" end;

def row: (.variant | left(36)) + (if .status == "ok" then
	(.pair.instructions | fixed(1) | right(10)) + (.pair.overhead | fixed(1) | right(10))
	+ (.pair.floor_ratio | times(3) | right(9)) + (.pair.peer_ratio | times(2) | right(8))
	+ (.fault.instructions | fixed(0) | right(10)) + (.fault.overhead | fixed(0) | right(9))
	+ (.fault.floor_ratio | times(2) | right(9)) + (.fault.peer_ratio | times(2) | right(8))
	else "  \(.status): \(.note)" end);

def turn: (.tracer | left(20)) + (.ns | fixed(1) | right(10)) + (.over | fixed(1) | right(10))
	+ (if .over_quartiles then "\(.over_quartiles[0] | fixed(1))…\(.over_quartiles[1] | fixed(1))"
		else "-" end | right(20))
	+ (.ratio | times(3) | right(9)) + (.over_1_cpu | times(2) | right(9))
	+ (if (.note // "") == "" then "" else "  " + .note end);
def turns_head: left(20) + ("ns" | right(10)) + ("over" | right(10)) + ("quartiles" | right(20))
	+ ("ratio" | right(9)) + ("1 CPU" | right(9));

((.kernels // [])[]
| "Linux \(.release), \(.function), 1 CPU, \(.settings)",
  ("instructions" | left(36)) + ("pair" | right(10)) + ("over" | right(10)) + ("floor" | right(9))
	+ ("peer" | right(8)) + ("fault" | right(10)) + ("over" | right(9)) + ("floor" | right(9))
	+ ("peer" | right(8)),
  (.variants[] | row),
  ""),
((.parallel // [])[]
| "Linux \(.kernel), \(.unit), \(.settings)",
  (.cpus[] | ("\(.cpus) CPUs" | turns_head), (.tracers[] | turn)),
  ""),
(.live // empty
| "Linux \(.kernel), \(.unit), \(.settings)",
  ("" | turns_head), (.tracers[] | turn),
  ""),
(.limits | .[]? | .[]? | "# " + .)
