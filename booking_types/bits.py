"""Time as bits: one big integer for everybody's day, one bit for every few minutes.

Union is ``|``, intersection is ``&``, and "a meeting of this length fits here" is a handful of
shifts. Python's integers do that for two weeks of one person in a microsecond.

It is exact, not approximate: as long as every start, length and buffer is a whole number of
cells, a meeting meets a busy span if and only if it meets that span rounded outward to cells,
and lies in working hours if and only if it lies in them rounded inward.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking_types.intervals import Interval

#: The lengths of a cell: five minutes wherever everything is a multiple of it, else one.
COARSE, FINE = timedelta(minutes=5), timedelta(minutes=1)


def unit_for(lengths: Iterable[timedelta]) -> timedelta:
    """The longest cell that all of these lengths are a whole number of; else the shortest."""
    return FINE if any(length % COARSE for length in lengths) else COARSE


#: So many spans are set one by one; more of them are faster written into a row of digits.
_FEW = 24

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
        touched: list[tuple[int, int]] = []
        for interval in intervals:
            first = (interval.start - origin) // unit
            stop = -((origin - interval.end) // unit)
            if first < size and stop > 0:
                touched.append((max(first, 0), min(stop, size)))
        if len(touched) < _FEW:
            bits = 0
            for first, stop in touched:
                bits |= (1 << stop) - (1 << first)
            return bits
        digits = bytearray(b"0") * (size + 1)
        end = size + 1
        for first, stop in touched:
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

    def between(self, first: datetime, last: datetime) -> int:
        """The cells that begin from one instant to another, both included."""
        low = max(-((self.origin - first) // self.unit), 0)
        high = min((last - self.origin) // self.unit + 1, self.size)
        return (1 << high) - (1 << low) if low < high else 0

    def before(self, instant: datetime) -> int:
        """The cells that begin before an instant."""
        count = -((self.origin - instant) // self.unit)
        return (1 << min(max(count, 0), self.size)) - 1

    def laid(self, cells: Cells) -> int:
        """The cells of this grid that other cells touch."""
        shift, rest = divmod(self.origin - _EPOCH, self.unit)
        bits, first = cells.bits, cells.first
        if cells.unit != self.unit:
            parts, odd = divmod(cells.unit, self.unit)
            if odd:
                return self.outward(cells.intervals())
            bits, first = _cut(bits, parts), first * parts
        if rest:
            return self.outward(cells.intervals())
        shift -= first
        return (bits >> shift if shift >= 0 else bits << -shift) & self.full

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


def steps_over(length: int) -> tuple[int, ...]:
    """By which shifts a cell comes to stand for so many: each as far as is covered already.

    Args:
        length: In cells, at least 1.
    """
    covered, steps = 1, []
    while covered < length:
        steps.append(min(covered, length - covered))
        covered += steps[-1]
    return tuple(steps)


def spread(bits: int, steps: Iterable[int]) -> int:
    """The cells from which on at least one of so many cells is set.

    Args:
        bits: The cells.
        steps: ``steps_over`` how many.
    """
    for step in steps:
        bits |= bits >> step
    return bits


def _cut(bits: int, parts: int) -> int:
    """Each cell as so many smaller ones."""
    digits = f"{bits:b}".replace("1", "x" * parts).replace("0", "0" * parts).replace("x", "1")
    return int(digits, 2)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cells:
    """Time that is taken, as bits on a grid that everybody shares: it begins with 1970 in UTC.

    What was read once in cells is laid on any board with a shift, without looking at a single
    interval again.

    Attributes:
        unit: The length of a cell; a whole number of minutes that divides an hour.
        first: The number of the cell at bit 0, counted from the epoch.
        size: How many cells are known; bits beyond are not set.
        bits: The cells that are taken, in part or wholly.
    """

    unit: timedelta
    first: int
    size: int
    bits: int

    @classmethod
    def of(cls, intervals: Iterable[Interval], *, span: Interval, unit: timedelta) -> Cells:
        """The cells of a span that the intervals touch; rounded outward on both sides."""
        blank = cls.blank(span, unit=unit)
        grid = Grid(blank.span.start, unit, blank.size)
        return cls(unit, blank.first, blank.size, grid.outward(intervals))

    @classmethod
    def blank(cls, span: Interval, *, unit: timedelta) -> Cells:
        """A span, rounded outward, of which it is known that nothing is taken."""
        first = (span.start - _EPOCH) // unit
        return cls(unit=unit, first=first, size=-((_EPOCH - span.end) // unit) - first, bits=0)

    @staticmethod
    def united(parts: Sequence[Cells]) -> Cells:
        """What any of them takes, where all of them are known.

        Args:
            parts: At least one, all of the same unit.
        """
        if len(parts) == 1:
            return parts[0]
        first = max(part.first for part in parts)
        size = max(min(part.first + part.size for part in parts) - first, 0)
        bits = 0
        for part in parts:
            bits |= part.bits >> (first - part.first)
        return Cells(parts[0].unit, first, size, bits & ((1 << size) - 1))

    def coarser(self, unit: timedelta) -> Cells:
        """The same in longer cells, rounded outward.

        Args:
            unit: A multiple of the cells' own; as long as they are, it is these cells.
        """
        times = unit // self.unit
        if times == 1:
            return self
        first, lead = divmod(self.first, times)
        size = -(-(lead + self.size) // times)
        bits = any_of_each = self.bits << lead
        for step in range(1, times):
            any_of_each |= bits >> step
        # The lowest of every so many digits; they stand with the highest cell first.
        digits = f"{any_of_each:0{size * times}b}"[times - 1 :: times]
        return Cells(unit, first, size, int(digits or "0", 2))

    @property
    def span(self) -> Interval:
        """What is known."""
        start = _EPOCH + self.first * self.unit
        return Interval(start, start + self.size * self.unit)

    def intervals(self) -> list[Interval]:
        """The same as sorted spans in which no two touch."""
        start, unit = self.span.start, self.unit
        digits = f"{self.bits:b}"[::-1]
        found: list[Interval] = []
        first = digits.find("1")
        while first >= 0:
            stop = digits.find("0", first)
            stop = len(digits) if stop < 0 else stop
            found.append(Interval(start + first * unit, start + stop * unit))
            first = digits.find("1", stop)
        return found
