# SPDX-License-Identifier: GPL-2.0-only
# The rows of gfptrace and of the floor in README.md's tables of instructions, which tools/bench
# writes, for the manual: one line a way to trace, one column a kernel. Tables of other units stand
# between the same marks.
/^<!-- bench -->/ { inside = 1 }
/^<!-- bench end -->/ { inside = 0 }
!inside { next }
/^Linux .*untraced/ { sub(/,$/, "", $2); kernel[++kernels] = $2 }
/^\| attached / { instructions = /instructions a request and its free/ }
/^$/ { instructions = 0 }
instructions && /^\| (\*\*gfptrace|floor: empty fentry \+ fexit)/ {
	split($0, column, / *\| */)
	gsub(/\*/, "", column[2])
	if (!((column[2]) in seen)) {
		seen[column[2]] = 1
		row[++rows] = column[2]
	}
	cost[column[2], kernels] = column[3] " (" column[4] ")"
}
END {
	if (!rows) {
		print "cost.awk: no cost table found" > "/dev/stderr"
		exit 1
	}
	printf "::\n\n    %-34s", "instructions a request and its free (x floor)"
	printf "\n    %-34s", "Linux"
	for (k = 1; k <= kernels; k++)
		printf "  %20s", kernel[k]
	printf "\n"
	for (r = 1; r <= rows; r++) {
		printf "    %-34s", row[r]
		for (k = 1; k <= kernels; k++)
			printf "  %20s", (row[r], k) in cost ? cost[row[r], k] : "-"
		printf "\n"
	}
}
