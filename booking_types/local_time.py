"""From the wall clock to instants, on the days the clocks change too.

A local time can happen once, never (the clocks jump over it) or twice (they go back over it).
Everything here answers in UTC, because Python compares and subtracts two datetimes of one zone
by the wall clock, and takes the two occurrences of an ambiguous time for equal.

Offsets are whole minutes in every zone since 1972; earlier dates are nobody's meetings.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from booking_types.errors import InvalidRequestError
from booking_types.intervals import Interval

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)

#: Names in the time zone database that are an offset's abbreviation and no place: somebody who
#: writes EST in summer hardly means it.
_ABBREVIATIONS = frozenset(
    [
        "CET",
        "CST6CDT",
        "EET",
        "EST",
        "EST5EDT",
        "HST",
        "MET",
        "MST",
        "MST7MDT",
        "PST8PDT",
        "WET",
        "Factory",
        "localtime",
    ]
)


def zone_named(name: str, *, field: str | None = None) -> ZoneInfo:
    """The IANA time zone of that name.

    Args:
        name: Exact case; older names (``Europe/Kiev``) are known too.
        field: Named in the error as the part of the request at fault.

    Raises:
        InvalidRequestError: ``unknown_timezone``: there is none, or it is an abbreviation.
    """
    # A directory of the database ("America") and a path out of it are refused in ways of their
    # own: OSError and ValueError.
    try:
        if name not in _ABBREVIATIONS:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise InvalidRequestError(
        f"“{name[:80]}” is no time zone; name a place, like America/New_York",
        code="unknown_timezone",
        field=field,
    )


def instants(local: datetime, *, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The instants at which the clocks of the zone show that time: none, one or two, in UTC.

    Args:
        local: A naive wall-clock time.
        zone: Where the clock hangs.
    """
    found = {
        instant
        for instant in (_naively(local, zone=zone, fold=fold) for fold in (0, 1))
        if instant.astimezone(zone).replace(tzinfo=None) == local
    }
    return tuple(sorted(found))


def first_instant(local: datetime, *, zone: ZoneInfo, fold: int) -> datetime:
    """The instant of a wall-clock time that is an edge of working hours, in UTC.

    A time that the clocks jump over becomes the first instant after the jump.

    Args:
        local: A naive wall-clock time.
        zone: Where the clock hangs.
        fold: Which one of two occurrences: 0 the first, 1 the second.
    """
    instant = _naively(local, zone=zone, fold=fold)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # Inside a jump the offset after it gives an instant before it, and the other way round.
    before, after = sorted(_naively(local, zone=zone, fold=each) for each in (0, 1))
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after


def local_day(on: date, *, zone: ZoneInfo) -> Interval | None:
    """The day from its first instant to the first of the next: mostly 24 hours.

    Returns:
        Nothing for a date that the zone left out altogether (a move over the date line).
    """
    start = first_instant(datetime.combine(on, time()), zone=zone, fold=0)
    end = first_instant(datetime.combine(on + _DAY, time()), zone=zone, fold=0)
    return Interval(start, end) if start < end else None


@lru_cache(maxsize=8192)
def steady_offset(on: date, *, days: int, zone: ZoneInfo) -> timedelta | None:
    """The offset from UTC that holds from midnight of that date for so many days.

    Returns:
        Nothing when the clocks change meanwhile; each time must be looked at by itself then.
    """
    edges = (datetime.combine(on, time()), datetime.combine(on + days * _DAY, time()))
    offsets = {
        edge.replace(tzinfo=zone, fold=fold).utcoffset() for edge in edges for fold in (0, 1)
    }
    return offsets.pop() if len(offsets) == 1 else None


def _naively(local: datetime, *, zone: ZoneInfo, fold: int) -> datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
