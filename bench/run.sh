#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the benchmark programs given, prints a table of their figures and writes
# them to $B/bench.json as one array. QUICK=1: all of it within a minute.
set -u
B=${B:-build}
BENCH_OUT=$B/bench.records
export BENCH_OUT QUICK
: "${QUICK:=}"
: >"$BENCH_OUT" || exit 1
bad=0

for program in "$@"; do
	printf '  RUN  %s\n' "$program" >&2
	"$program" || {
		printf 'bench: %s failed\n' "$program" >&2
		bad=1
	}
done

# One record per line, as report_add() writes them.
awk 'BEGIN { print "[" }
	{ printf "%s%s", (NR > 1 ? ",\n" : ""), $0 }
	END { print "\n]" }' "$BENCH_OUT" >"$B/bench.json" || exit 1
awk -F'[:,]' 'BEGIN { printf "%-36s %12s %-8s %8s\n", "name", "value", "unit", "ratio" }
	{
		gsub(/["}]/, "")
		printf "%-36s %12s %-8s %8s\n", $2, $4, $6, ($10 == "null" ? "-" : $10)
	}' "$BENCH_OUT"
rm -f "$BENCH_OUT"
exit $bad
