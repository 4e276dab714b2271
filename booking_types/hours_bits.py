"""Working hours, holidays and local days as cells of a grid.

What is worked out is remembered for everybody who keeps the same rules in the same zone; for
one who differs on single dates these are put in the place of the others. Local time becomes
instants only where hours begin and end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, reduce
from operator import or_
from zoneinfo import ZoneInfo

from booking_types.bits import Grid, runs
from booking_types.local_time import first_instant, local_day, steady_offset, zone_named
from booking_types.model import DaySpan, WorkingHours
from booking_types.working_days import DayRules, Hashed, special_days

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
#: Hours that began two dates ago by some clock can still last.
_EARLIER = 2 * _DAY

#: A span in seconds since the epoch, from one to before the other.
_Seconds = tuple[int, int]


@lru_cache(maxsize=4096)
def starts_in_hours(rules: DayRules, grid: Grid, length: int) -> int:
    """The cells from which on so many lie wholly in somebody's hours.

    Args:
        rules: Theirs.
        grid: Of which cells.
        length: At least 1.

    Raises:
        InvalidRequestError: ``unknown_timezone``.
    """
    return runs(hours_cells(rules, grid), length)


def hours_cells(rules: DayRules, grid: Grid) -> int:
    """The cells that lie wholly in somebody's hours.

    Raises:
        InvalidRequestError: ``unknown_timezone``.
    """
    weekly = _weekly(rules.week, grid)
    special = special_days(rules, weekly.first, weekly.last)
    if not special:
        return weekly.cells
    zone = zone_named(rules.week.value.time_zone)
    other = {on: _spans_on(on, day.spans, zone=zone) for on, day in special.items()}
    if weekly.pieces is not None:
        pieces = dict(weekly.pieces)
        for on, spans in other.items():
            piece, is_exact = _inside(spans, grid)
            if not is_exact:
                break
            pieces[on] = piece
        else:
            return reduce(or_, pieces.values(), 0)
    # Spans of different dates that touch in the middle of a cell cover it together.
    seconds = dict(_weekly_seconds(rules.week, weekly.first, weekly.last)) | other
    return _inside(_merged(span for spans in seconds.values() for span in spans), grid)[0]


@lru_cache(maxsize=1024)
def day_cells(on: date, zone: ZoneInfo, grid: Grid) -> int:
    """The cells that begin on a local day."""
    day = local_day(on, zone=zone)
    if day is None:
        return 0
    # The span is half-open; what begins at its end begins on the next day.
    return grid.between(day.start, day.end - timedelta(microseconds=1))


def local_dates(grid: Grid, zone: ZoneInfo) -> list[date]:
    """The local dates that a grid touches."""
    first = grid.origin.astimezone(zone).date()
    last = (grid.origin + grid.size * grid.unit).astimezone(zone).date()
    # A date that a zone left out altogether has no cells, and does no harm.
    return [first + number * _DAY for number in range((last - first).days + 1)]


@dataclass(frozen=True, slots=True)
class _Weekly:
    """The weekly hours of one rule set on a grid.

    Attributes:
        first, last: The dates on which hours can begin that touch the grid.
        cells: All of them.
        pieces: The cells of each date; nothing where they are not whole cells.
    """

    first: date
    last: date
    cells: int
    pieces: Mapping[date, int] | None


@lru_cache(maxsize=512)
def _weekly(week: Hashed[WorkingHours], grid: Grid) -> _Weekly:
    zone = zone_named(week.value.time_zone)
    first = grid.origin.astimezone(zone).date() - _EARLIER
    last = (grid.origin + grid.size * grid.unit).astimezone(zone).date() + _DAY
    seconds = _weekly_seconds(week, first, last)
    pieces: dict[date, int] = {}
    for on, spans in seconds.items():
        pieces[on], is_exact = _inside(spans, grid)
        if not is_exact:
            merged = _merged(span for each in seconds.values() for span in each)
            return _Weekly(first, last, _inside(merged, grid)[0], None)
    return _Weekly(first, last, reduce(or_, pieces.values(), 0), pieces)


@lru_cache(maxsize=512)
def _weekly_seconds(
    week: Hashed[WorkingHours], first: date, last: date
) -> Mapping[date, Sequence[_Seconds]]:
    zone = zone_named(week.value.time_zone)
    of_weekday: dict[int, list[DaySpan]] = {weekday: [] for weekday in range(1, 8)}
    for span in week.value.spans:
        of_weekday[span.weekday].append(DaySpan(start=span.start, end=span.end))
    found: dict[date, Sequence[_Seconds]] = {}
    on = first
    while on <= last:
        spans = of_weekday[on.isoweekday()]
        if spans:
            found[on] = _spans_on(on, spans, zone=zone)
        on += _DAY
    return found


def _spans_on(on: date, spans: Iterable[DaySpan], *, zone: ZoneInfo) -> list[_Seconds]:
    offset = steady_offset(on, days=2, zone=zone)
    found: list[_Seconds] = []
    for span in spans:
        is_overnight = span.end <= span.start
        if offset is not None:
            midnight = (on.toordinal() - _EPOCH_DAY) * 86400 - offset // _SECOND
            start = midnight + _seconds_of(span.start)
            end = midnight + _seconds_of(span.end) + is_overnight * 86400
        else:
            end_on = on + _DAY if is_overnight else on
            start = _instant(datetime.combine(on, span.start), zone=zone, fold=0)
            end = _instant(datetime.combine(end_on, span.end), zone=zone, fold=1)
        # Nothing is left of hours that lie wholly inside a jump of the clocks.
        if start < end:
            found.append((start, end))
    return found


def _seconds_of(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _instant(local: datetime, *, zone: ZoneInfo, fold: int) -> int:
    return (first_instant(local, zone=zone, fold=fold) - _EPOCH) // _SECOND


def _merged(spans: Iterable[_Seconds]) -> list[_Seconds]:
    found: list[_Seconds] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _inside(spans: Iterable[_Seconds], grid: Grid) -> tuple[int, bool]:
    """The cells wholly inside the spans, and whether the spans are whole cells."""
    unit = grid.unit // timedelta(microseconds=1)
    origin = (grid.origin - _EPOCH) // timedelta(microseconds=1)
    bits, is_exact = 0, True
    for start, end in spans:
        first, before = divmod(start * 1_000_000 - origin, unit)
        stop, after = divmod(end * 1_000_000 - origin, unit)
        is_exact &= not before and not after
        first, stop = max(first + bool(before), 0), min(stop, grid.size)
        if first < stop:
            bits |= (1 << stop) - (1 << first)
    return bits, is_exact
