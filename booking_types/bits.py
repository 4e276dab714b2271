"""Time as bits: one big integer for everybody's day, one bit for every few minutes.

Union is ``|``, intersection is ``&``, and "a meeting of this length fits here" is a handful of
shifts. Python's integers do that for two weeks of one person in a microsecond.

It is exact, not approximate: as long as every start, length and buffer is a whole number of
cells, a meeting meets a busy span if and only if it meets that span rounded outward to cells,
and lies in working hours if and only if it lies in them rounded inward.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_types.intervals import Interval

#: The digits of a binary number as text, to the numbers 0 and 1.
_DIGITS = bytes(1 if digit == ord("1") else 0 for digit in range(256))


@dataclass(frozen=True, slots=True)
class Grid:
    """A stretch of time cut into cells; bit ``n`` of a number on it is the n-th cell.

    Attributes:
        origin: Where cell 0 begins; aware, UTC.
        unit: The length of a cell; whole seconds.
        size: How many cells there are.
    """

    origin: datetime
    unit: timedelta
    size: int

    @property
    def full(self) -> int:
        """All cells."""
        return (1 << self.size) - 1

    def cell(self, instant: datetime) -> int:
        """The cell in which the instant lies; outside the grid it is negative or too large."""
        return (instant - self.origin) // self.unit

    def outward(self, intervals: Iterable[Interval]) -> int:
        """The cells that the intervals touch."""
        # Written out for speed: this loop sees every busy interval of every host.
        origin, unit, size = self.origin, self.unit, self.size
        digits = bytearray(b"0") * (size + 1)
        end = size + 1
        for interval in intervals:
            first = (interval.start - origin) // unit
            stop = -((origin - interval.end) // unit)
            if first < size and stop > 0:
                first = max(first, 0)
                stop = min(stop, size)
                # The digits stand with the highest cell first, after one leading zero.
                digits[end - stop : end - first] = b"1" * (stop - first)
        return int(digits, 2)

    def inward(self, intervals: Iterable[Interval]) -> int:
        """The cells that lie wholly inside one of the intervals."""
        bits = 0
        for interval in intervals:
            first = max(-((self.origin - interval.start) // self.unit), 0)
            stop = min(self.cell(interval.end), self.size)
            if first < stop:
                bits |= (1 << stop) - (1 << first)
        return bits

    def flags(self, bits: int) -> bytes:
        """The bits as a byte each, 0 or 1, the first cell first."""
        return f"{bits:0{self.size}b}".encode().translate(_DIGITS)[::-1]


def runs(bits: int, length: int) -> int:
    """The cells from which on that many cells are all set.

    Args:
        bits: The cells.
        length: At least 1.
    """
    covered = 1
    while covered < length and bits:
        step = min(covered, length - covered)
        bits &= bits >> step
        covered += step
    return bits
