"""Half-open spans of time, always in UTC.

Python subtracts two datetimes of the same zone by the wall clock, which is wrong across a
change of the clocks; so everything that is added, subtracted or compared here is UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A span ``[start, end)``: the start belongs to it, the end does not.

    Two meetings back to back therefore do not overlap.

    Attributes:
        start: Aware; kept in UTC whatever zone it came in.
        end: Aware, after the start; kept in UTC.

    Raises:
        ValueError: One of the two is naive, or the end is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an interval needs aware datetimes")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"an interval ends after it starts: {self.start} to {self.end}")

    @property
    def length(self) -> timedelta:
        """The elapsed time from start to end."""
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        """Whether the two share at least an instant."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: Interval) -> bool:
        """Whether the other lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, *, before: timedelta, after: timedelta) -> Interval:
        """The span with buffers around it."""
        return Interval(self.start - before, self.end + after)

    def clipped(self, bounds: Interval) -> Interval | None:
        """The part of this span inside the bounds; nothing when they do not meet."""
        start, end = max(self.start, bounds.start), min(self.end, bounds.end)
        return Interval(start, end) if start < end else None


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time as a sorted list in which no two spans touch."""
    result: list[Interval] = []
    for interval in sorted(intervals):
        if result and interval.start <= result[-1].end:
            if interval.end > result[-1].end:
                result[-1] = Interval(result[-1].start, interval.end)
        else:
            result.append(interval)
    return result


def subtract(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What is left of the spans when the taken ones are cut out; sorted and merged."""
    return list(_subtract(merged(intervals), merged(taken)))


def _subtract(spans: list[Interval], cuts: list[Interval]) -> Iterator[Interval]:
    position = 0
    for span in spans:
        start = span.start
        while position < len(cuts) and cuts[position].end <= start:
            position += 1
        probe = position
        while probe < len(cuts) and cuts[probe].start < span.end:
            if cuts[probe].start > start:
                yield Interval(start, cuts[probe].start)
            start = max(start, cuts[probe].end)
            probe += 1
        if start < span.end:
            yield Interval(start, span.end)


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """The time that is in both; sorted and merged."""
    first, second = merged(left), merged(right)
    result: list[Interval] = []
    i = j = 0
    while i < len(first) and j < len(second):
        common = first[i].clipped(second[j])
        if common is not None:
            result.append(common)
        if first[i].end <= second[j].end:
            i += 1
        else:
            j += 1
    return result
