"""The starts of a booking type: on each local day the clock is read from midnight on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import compress
from zoneinfo import ZoneInfo

from booking_types.bits import Grid
from booking_types.local_time import instants, steady_offset

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StartGrid:
    """Every start that a stretch of time has.

    Attributes:
        starts: Aware instants in UTC, in order.
        positions: The cell of each on the grid that it was asked for.
        mask: These cells.
    """

    starts: tuple[datetime, ...]
    positions: tuple[int, ...]
    mask: int

    def numbers(self, bits: int, grid: Grid) -> Iterator[int]:
        """Which of the starts are set, counted from 0."""
        return compress(range(len(self.starts)), self._picked(bits, grid))

    def instants(self, bits: int, grid: Grid) -> tuple[datetime, ...]:
        """The starts that are set, in order."""
        return tuple(compress(self.starts, self._picked(bits, grid)))

    def _picked(self, bits: int, grid: Grid) -> Iterator[int]:
        return map(grid.flags(bits).__getitem__, self.positions)


@lru_cache(maxsize=64)
def start_grid(zone: ZoneInfo, increment: timedelta, grid: Grid) -> StartGrid:
    """The starts that a grid of cells has.

    A time that the clocks jump over is left out, one that they show twice is two starts.

    Args:
        zone: Where the clock hangs.
        increment: From one start to the next; a whole number of minutes.
        grid: Of which cells; a start inside a cell, not at its beginning, is left out.
    """
    end = grid.origin + grid.size * grid.unit
    starts, positions = [], []
    digits = bytearray(b"0") * (grid.size + 1)
    for start in _starts(zone, increment, first=grid.origin, end=end):
        position, rest = divmod(start - grid.origin, grid.unit)
        if not rest:
            starts.append(start)
            positions.append(position)
            digits[grid.size - position] = ord("1")
    return StartGrid(tuple(starts), tuple(positions), int(digits, 2))


def is_start(instant: datetime, *, zone: ZoneInfo, increment: timedelta) -> bool:
    """Whether a meeting may begin then, as far as the grid is concerned."""
    local = instant.astimezone(zone).replace(tzinfo=None)
    return not (local - datetime.combine(local.date(), time())) % increment


def _starts(
    zone: ZoneInfo, increment: timedelta, *, first: datetime, end: datetime
) -> Iterator[datetime]:
    times = [increment * number for number in range(-(-_DAY // increment))]
    day = first.astimezone(zone).date() - _DAY
    until = end.astimezone(zone).date() + _DAY
    while day <= until:
        midnight = datetime.combine(day, time())
        offset = steady_offset(day, days=1, zone=zone)
        if offset is not None:
            utc_midnight = (midnight - offset).replace(tzinfo=UTC)
            found = [utc_midnight + after for after in times]
        else:
            found = sorted(
                instant for after in times for instant in instants(midnight + after, zone=zone)
            )
        yield from (start for start in found if first <= start < end)
        day += _DAY
