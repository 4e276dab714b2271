"""Hold the engine to its gates, time it, print the table and write the file of results.

Times differ between machines and runs; the ratios within one run are what counts.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from benchmarks.availability import gates, measuring, pool, table


def main() -> int:
    """1 when a gate found a difference: then nothing is timed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few gates' cases, few runs, without the largest rows; writes no file",
    )
    is_quick = parser.parse_args().quick
    rows = [row for row in pool.ROWS if not is_quick or row.people * row.days <= 200 * 14]
    passed = []
    for gate in gates.all_gates(rows, random_cases=200 if is_quick else gates.RANDOM_CASES):
        print(f"gate: {gate.differences} differences in {gate.cases} {gate.name}", flush=True)
        passed.append(gate)
    if any(gate.differences for gate in passed):
        print("FAILED: nothing is timed while the engine and the others differ")
        return 1
    print(f"\n{table.WORDS}\n{table.head()}", flush=True)
    # The yardstick of all rows comes first.
    rows.sort(key=lambda row: row.name != pool.REFERENCE)
    found: list[measuring.Measured] = []
    for row in rows:
        found.append(measuring.measure(row, runs=5 if is_quick else 15))
        oracle_ms = found[0].oracle_ms
        print(table.line(found[-1], measuring.peer_ms(row, oracle_ms)), flush=True)
    print()
    for said in table.limits(found):
        print(said)
    if not is_quick:
        said_in_full = table.results(passed, found, found[0].oracle_ms, on=datetime.now(UTC).date())
        table.write(said_in_full)
        print(f"written to {table.RESULTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
