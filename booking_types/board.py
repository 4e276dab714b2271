"""The board on which availability is worked out: the possible starts, and who fits where.

One algebra for everything that is asked about times, so that what is shown, what is checked
and what is explained cannot disagree. For each person::

    starts = runs(hours, duration) & runs(~busy, before + duration + after)

``availability`` asks the questions; the bits themselves are in ``bits``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import compress
from zoneinfo import ZoneInfo

from booking_types.bits import Grid, runs
from booking_types.intervals import Interval, merged
from booking_types.local_time import first_instant, instants, steady_offset, zone_named
from booking_types.model import WorkingHours, WorkingSpan

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_COARSE = timedelta(minutes=5)


def grid_starts(
    *, zone: ZoneInfo, increment: timedelta, first: datetime, last: datetime
) -> list[datetime]:
    """Every start on the grid from one instant to another, both included.

    On each local day the clock is read from midnight on: a time that the clocks jump over is
    left out, one that they show twice is two starts.

    Args:
        zone: Where the clock hangs.
        increment: From one start to the next; more than nothing.
        first: The earliest instant; aware.
        last: The latest instant; aware.

    Returns:
        Aware instants in UTC, in order.
    """
    times = [increment * number for number in range(-(-_DAY // increment))]
    found: list[datetime] = []
    day = first.astimezone(zone).date() - _DAY
    until = last.astimezone(zone).date() + _DAY
    while day <= until:
        midnight = datetime.combine(day, time())
        offset = steady_offset(day, days=1, zone=zone)
        if offset is not None:
            utc_midnight = (midnight - offset).replace(tzinfo=UTC)
            found += [utc_midnight + after for after in times]
        else:
            found += sorted(
                instant for after in times for instant in instants(midnight + after, zone=zone)
            )
        day += _DAY
    return [start for start in found if first <= start <= last]


def working_intervals(hours: WorkingHours, *, within: Interval) -> list[Interval]:
    """The weekly hours on actual days, as far as they touch the bounds; they may overlap.

    Raises:
        InvalidRequestError: ``unknown_timezone``.
    """
    zone = zone_named(hours.time_zone)
    found: list[Interval] = []
    # Hours that began two dates ago by this zone's clock can still last.
    day = within.start.astimezone(zone).date() - 2 * _DAY
    until = within.end.astimezone(zone).date() + _DAY
    while day <= until:
        for span in hours.spans:
            if span.weekday == day.isoweekday():
                interval = _on_day(span, day=day, zone=zone)
                if interval is not None and interval.overlaps(within):
                    found.append(interval)
        day += _DAY
    return found


def _on_day(span: WorkingSpan, *, day: date, zone: ZoneInfo) -> Interval | None:
    local_start = datetime.combine(day, span.start)
    local_end = datetime.combine(day if span.end > span.start else day + _DAY, span.end)
    offset = steady_offset(day, days=2, zone=zone)
    if offset is not None:
        return Interval(
            (local_start - offset).replace(tzinfo=UTC), (local_end - offset).replace(tzinfo=UTC)
        )
    start = first_instant(local_start, zone=zone, fold=0)
    end = first_instant(local_end, zone=zone, fold=1)
    # Nothing is left of hours that lie wholly inside a jump of the clocks.
    return Interval(start, end) if start < end else None


class Board:
    """The possible starts of one meeting, and questions about them in bits.

    A number that a method answers has one bit for each cell; the bit of a start is at its
    position, and only bits of starts are set.

    Attributes:
        starts: The instants, in order.
        positions: The cell of each.
        mask: All of them.
        grid: The cells; they reach over the buffers of the first and the last meeting.
    """

    def __init__(
        self,
        *,
        starts: Sequence[datetime],
        duration: timedelta,
        before: timedelta,
        after: timedelta,
    ) -> None:
        lengths = (duration, before, after)
        unit = _COARSE if _is_coarse(starts, lengths) else _MINUTE
        self.starts = starts
        self._duration = duration // unit
        # A buffer that is no whole number of minutes keeps a little more free, never less.
        self._before = -(-before // unit)
        self._after = -(-after // unit)
        origin = starts[0] - self._before * unit
        cells = (starts[-1] - origin) // unit + self._duration + self._after
        self.grid = Grid(origin, unit, cells)
        self.positions = tuple(self.grid.cell(start) for start in starts)
        self.mask = self.mask_of(range(len(starts)))
        self._number_of_cell = [-1] * self.grid.size
        for number, position in enumerate(self.positions):
            self._number_of_cell[position] = number
        self._hours: dict[WorkingHours, int] = {}

    def mask_of(self, numbers: Iterable[int]) -> int:
        """The starts with these numbers, counted from 0."""
        digits = bytearray(b"0") * (self.grid.size + 1)
        for number in numbers:
            digits[self.grid.size - self.positions[number]] = 49  # "1"
        return int(digits, 2)

    def numbers(self, bits: int) -> Iterator[int]:
        """The numbers of the starts that are set, in order."""
        return compress(self._number_of_cell, self.grid.flags(bits)) if bits else iter(())

    def in_hours(self, hours: WorkingHours) -> int:
        """The starts at which the meeting lies wholly in the hours; buffers need not.

        Raises:
            InvalidRequestError: ``unknown_timezone``.
        """
        known = self._hours.get(hours)
        if known is None:
            end = self.grid.origin + self.grid.size * self.grid.unit
            intervals = working_intervals(hours, within=Interval(self.grid.origin, end))
            # Merged first: two spans that touch in the middle of a cell cover it together.
            known = self.mask & runs(self.grid.inward(merged(intervals)), self._duration)
            self._hours[hours] = known
        return known

    def clear(self, busy: Iterable[Interval], *, also: int = 0) -> int:
        """The starts at which the meeting and its buffers meet none of the intervals."""
        free = self.grid.full & ~(self.grid.outward(busy) | also)
        total = self._before + self._duration + self._after
        return self.mask & runs(free, total) << self._before

    def clear_bare(self, busy: Iterable[Interval]) -> int:
        """The starts at which the meeting itself, without buffers, meets none of them."""
        return self.mask & runs(self.grid.full ^ self.grid.outward(busy), self._duration)


def _is_coarse(starts: Sequence[datetime], lengths: Iterable[timedelta]) -> bool:
    return all(not length % _COARSE for length in lengths) and all(
        start.minute % 5 == 0 for start in starts
    )
