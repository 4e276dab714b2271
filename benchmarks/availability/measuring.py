"""How long the parts of the way take, in milliseconds of the processor, and how much room.

Nothing waits on this way, so the processor's time is all there is, and what else the machine does
hardly shows in it.
"""

from __future__ import annotations

import gc
import math
import statistics
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import process_time
from typing import Any, TypeVar

from benchmarks.availability import pool, product
from tests.booking_types.oracle import interval_slots

T = TypeVar("T")

#: How many times as long as the interval lists the reference peer took for the times of 200 hosts
#: and 14 days, both in the same run. Its own time grows with hosts times days.
PEER_TIMES_LISTS = 37.0
#: What it took there; our lists may be slower than those were, and then the factor flatters us.
PEER_MS = 428.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One line of the table; times are medians.

    Attributes:
        row: Which.
        slots: How many are offered.
        cold_ms: From Google's bytes to the bytes of the answer.
        cold_graph_ms: The same from Graph's.
        warm_ms: From the remembered cells to the bytes of the answer.
        who_ms: Who could be the host of one of the slots.
        push_ms: From the bytes about one host, read anew, to the bytes of the next answer.
        oracle_ms: The slots by lists of intervals, without decoding or writing anything.
        peak_mb: The most memory that a cold question takes for itself.
        kept_kb: What is remembered of one host, in 1024 bytes.
        answer_bytes: The length of the answer.
    """

    row: pool.Row
    slots: int
    cold_ms: float
    cold_graph_ms: float
    warm_ms: float
    who_ms: float
    push_ms: float
    oracle_ms: float
    peak_mb: float
    kept_kb: float
    answer_bytes: int

    def as_json(self, peer_ms: float) -> dict[str, Any]:
        """As it stands in the file of results, times to the microsecond."""
        times = ("cold_ms", "warm_ms", "oracle_ms", "who_ms", "push_ms", "cold_graph_ms")
        return {
            "row": self.row.name,
            **{name: round(getattr(self, name), 3) for name in times},
            "peak_mb": round(self.peak_mb, 2),
            "kept_kb_per_host": round(self.kept_kb, 3),
            "oracle_over_cold": round(self.oracle_ms / self.cold_ms, 2),
            "oracle_over_warm": round(self.oracle_ms / self.warm_ms, 2),
            "peer_over_cold": round(peer_ms / self.cold_ms, 1),
            "peer_over_cold_target": self.row.cold_target,
            "peer_over_warm": round(peer_ms / self.warm_ms, 1),
            "peer_over_warm_target": self.row.warm_target,
            "peer_428ms_over_cold": round(PEER_MS * size_of(self.row) / self.cold_ms, 1),
            "peer_428ms_over_warm": round(PEER_MS * size_of(self.row) / self.warm_ms, 1),
            "slots": self.slots,
            "answer_bytes": self.answer_bytes,
        }


def measure(row: pool.Row, *, runs: int) -> Measured:
    """A line of the table.

    Args:
        row: Which.
        runs: How often each is done.
    """
    asked = pool.question(row)
    desk = product.Desk.of(asked)
    everybody = tuple(desk.people.values())
    google = pool.google_answers(everybody, desk.span)
    graph = pool.graph_answers(everybody, desk.span)
    about_one = pool.google_answers(everybody[:1], desk.span)

    def cold(answers: list[bytes], read: Callable[..., Any] = product.google_cells) -> bytes:
        for content in answers:
            desk.keep(read([content], span=desk.span, unit=desk.unit), as_of=asked.now)
        return desk.body()

    peak_mb, kept_kb = _memory(row)
    cold_ms = timed(lambda: cold(google), times=runs)
    found = desk.availability()
    some_start = found.starts[len(found.starts) // 2]
    return Measured(
        row=row,
        slots=len(found.starts),
        cold_ms=cold_ms,
        cold_graph_ms=timed(lambda: cold(graph, product.graph_cells), times=runs),
        warm_ms=timed(desk.body, times=2 * runs),
        who_ms=timed(lambda: found.host_ids(some_start), times=2 * runs),
        push_ms=timed(lambda: cold(about_one), times=2 * runs),
        oracle_ms=timed(lambda: interval_slots(asked), times=max(runs // 2, 2)),
        peak_mb=peak_mb,
        kept_kb=kept_kb,
        answer_bytes=len(desk.body()),
    )


def timed(function: Callable[[], T], *, times: int) -> float:
    """The median of the milliseconds it takes; once before, for what a service has done long ago."""
    function()
    gc.collect()
    taken = []
    for _ in range(times):
        began = process_time()
        function()
        taken.append((process_time() - began) * 1000)
    return statistics.median(taken)


def _memory(row: pool.Row) -> tuple[float, float]:
    """The peak of a cold question in megabytes, and what stays of each calendar in kilobytes."""
    asked = pool.question(row)
    desk = product.Desk.of(asked)
    answers = pool.google_answers(tuple(desk.people.values()), desk.span)
    desk.body()
    gc.collect()
    tracemalloc.start()
    try:
        for content in answers:
            read = product.google_cells([content], span=desk.span, unit=desk.unit)
            desk.keep(read, as_of=asked.now)
            del read
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
        desk.body()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return peak / 1_000_000, kept / 1024 / row.people


def exponent(times: Mapping[int, float]) -> float:
    """With which power of the number of hosts a time grows: the slope of the logarithms."""
    points = [(math.log(hosts), math.log(taken)) for hosts, taken in times.items()]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def peer_ms(row: pool.Row, oracle_ms: float) -> float:
    """How long the reference peer takes for a row.

    Args:
        row: Which.
        oracle_ms: What the interval lists took for 200 hosts and 14 days in this run.
    """
    return PEER_TIMES_LISTS * oracle_ms * size_of(row)


def size_of(row: pool.Row) -> float:
    """How many times as large a row is as 200 hosts and 14 days."""
    reference = next(each for each in pool.ROWS if each.name == pool.REFERENCE)
    return row.people * row.days / (reference.people * reference.days)
