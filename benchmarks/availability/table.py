"""What was measured, for people and for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from benchmarks.availability import pool
from benchmarks.availability.gates import Gate
from benchmarks.availability.measuring import PEER_MS, Measured, exponent, peer_ms, size_of

RESULTS = Path(__file__).parents[1] / "results" / "availability.json"
COLD_EXPONENT, WARM_EXPONENT = 1.10, 1.05
MOST_KEPT_KB, MOST_PEAK_MB = 0.7, 10.0

WORDS = """\
Times in milliseconds of the processor, medians. From what calendars answer (bytes) to what the service answers
(bytes); without the network and the database.

  cold     every calendar was just read, from Google: decode, work out, write the answer
  graph    the same from Microsoft Graph
  warm     the calendars are remembered: work out, write the answer
  who      who could be the host of one slot
  push     one host's calendar is read anew: decode it, work out, write the answer
  lists    the slots by lists of intervals, from intervals in memory to slots: the yardstick
  x lists  how many times as fast as the lists cold and warm are
  x peer   the same against the reference peer, which took 37 times as long as the lists for
           pooled 200x14, from bytes to bytes, and whose time grows with hosts times days;
           beside it what is aimed at
  x 428    the same against the 428 ms that the peer took for pooled 200x14 where it was
           measured, in case our lists are slower than those beside which it was
"""


def head() -> str:
    """The line above the others."""
    return (
        f"{'row':<17}{'slots':>6}{'cold':>8}{'graph':>8}{'warm':>8}{'who':>7}{'push':>8}{'lists':>8}"
        f"{'x lists':>13}{'x peer: cold':>18}{'warm':>17}{'x 428':>13}{'peak MB':>9}{'kept KB':>9}"
    )


def line(measured: Measured, peer: float) -> str:
    """One line of the table."""
    row = measured.row
    cold, warm = measured.oracle_ms / measured.cold_ms, measured.oracle_ms / measured.warm_ms
    return (
        f"{row.name:<17}{measured.slots:>6}{measured.cold_ms:>8.2f}{measured.cold_graph_ms:>8.2f}"
        f"{measured.warm_ms:>8.2f}{measured.who_ms:>7.3f}{measured.push_ms:>8.2f}"
        f"{measured.oracle_ms:>8.1f}{cold:>6.1f}{warm:>7.1f}"
        f"{_against(peer / measured.cold_ms, row.cold_target):>18}"
        f"{_against(peer / measured.warm_ms, row.warm_target):>17}"
        f"{PEER_MS * size_of(row) / measured.cold_ms:>6.0f}"
        f"{PEER_MS * size_of(row) / measured.warm_ms:>7.0f}"
        f"{measured.peak_mb:>9.1f}{measured.kept_kb:>9.2f}"
    )


def _against(found: float, target: float) -> str:
    return f"{found:.0f} of {target:.0f} {'pass' if found >= target else 'MISS'}"


def exponents(found: Sequence[Measured]) -> dict[str, float]:
    """With which power of the number of hosts times grow; empty when not all rows are there."""
    grown = {each.row.people: each for each in found if each.row.name in pool.SCALING}
    if len(grown) < len(pool.SCALING):
        return {}
    return {
        "cold": exponent({people: each.cold_ms for people, each in grown.items()}),
        "warm": exponent({people: each.warm_ms for people, each in grown.items()}),
    }


def limits(found: Sequence[Measured]) -> list[str]:
    """What must not be exceeded, each with what was found."""
    said = []
    grows = exponents(found)
    for name, most in (("cold", COLD_EXPONENT), ("warm", WARM_EXPONENT)):
        if name in grows:
            said.append(
                f"{name} grows with the hosts to the power of {grows[name]:.2f}, at most"
                f" {most:.2f}: {_verdict(grows[name] <= most)}"
            )
    for each in found:
        if each.row.name == pool.REFERENCE:
            kept, peak = each.kept_kb, each.peak_mb
            said.append(
                f"kept of each host {kept:.2f} KB, at most {MOST_KEPT_KB}:"
                f" {_verdict(kept <= MOST_KEPT_KB)}"
            )
            said.append(
                f"peak of a cold question {peak:.1f} MB, at most {MOST_PEAK_MB:.0f}:"
                f" {_verdict(peak <= MOST_PEAK_MB)}"
            )
    return said


def _verdict(is_met: bool) -> str:  # noqa: FBT001 - private
    return "pass" if is_met else "MISS"


def results(
    gates: Sequence[Gate], found: Sequence[Measured], oracle_ms: float, *, on: date
) -> Mapping[str, object]:
    """As it stands in the file."""
    return {
        "measured_on": on.isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "peer_over_oracle_at_200x14": 37,
        "gates": [
            {"gate": each.name, "cases": each.cases, "differences": each.differences}
            for each in gates
        ],
        "rows": [each.as_json(peer_ms(each.row, oracle_ms)) for each in found],
        "exponents": {name: round(value, 3) for name, value in exponents(found).items()},
    }


def write(said: Mapping[str, object]) -> None:
    """Into the file of results."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
