"""Points in time, spans and weeks, as RFC 3339 and ISO 8601 write them.

Python's own reader takes basic formats, weeks and nine digits of a second, the last of which it
silently drops; so the shape is checked first.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from booking_types.errors import InvalidRequestError
from booking_types.intervals import Interval
from booking_types.local_time import first_instant, instants

#: A span that is looked at may not be longer.
LONGEST_SPAN = timedelta(days=62)

#: Nobody means other years, and datetimes overflow not far from them.
_FIRST_YEAR, _LAST_YEAR = 1973, 9990

_SHAPE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,6})?"
    r"(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
)
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_EXAMPLE = "2027-03-08T09:30:00-05:00"
#: RFC 9557 2: these say which instant it is and nothing about anybody's clock.
_NO_CLOCK = ("Z", "-00:00")


def instant(value: object, *, zone: ZoneInfo | None, field: str) -> datetime:
    """The instant, aware, in UTC.

    Args:
        value: ``2027-03-08T09:30:00`` with an offset, ``Z``, or neither when a zone is given.
        zone: Where a time without an offset is meant. A time with one must agree with it;
            ``Z`` agrees with every zone.
        field: Named in the error.

    Raises:
        InvalidRequestError: ``invalid_type``, ``invalid_datetime``, ``timezone_required``,
            ``offset_zone_mismatch``, ``ambiguous_local_time`` or ``nonexistent_local_time``.
    """
    if not isinstance(value, str):
        raise InvalidRequestError("This must be a text.", code="invalid_type", field=field)
    shape = _SHAPE.fullmatch(value)
    if shape is None:
        raise _invalid(f"write it like {_EXAMPLE}", field)
    local, offset = _local(shape[1] + (shape[2] or ""), field), shape[3]
    if offset is None:
        return _by_the_clock(local, zone=zone, field=field)
    given = local.replace(tzinfo=_fixed(offset))
    found = given.astimezone(UTC)
    if zone is not None and offset not in _NO_CLOCK:
        theirs = found.astimezone(zone).utcoffset()
        if theirs != given.utcoffset():
            raise InvalidRequestError(
                f"The offset {offset} is not the one of {zone.key} at that time; correct one of them.",
                code="offset_zone_mismatch",
                field=field,
            )
    return found


def span(*, start: datetime, end: datetime, field: str) -> Interval:
    """The span between two instants, neither empty nor too long.

    Raises:
        InvalidRequestError: ``invalid_range`` or ``range_too_large``.
    """
    if end <= start:
        raise InvalidRequestError(
            "The end must be after the start; choose a later one.",
            code="invalid_range",
            field=field,
        )
    if end - start > LONGEST_SPAN:
        raise InvalidRequestError(
            f"At most {LONGEST_SPAN.days} days can be looked at at once; ask for fewer.",
            code="range_too_large",
            field=field,
        )
    return Interval(start, end)


def week(value: object, *, zone: ZoneInfo, field: str) -> Interval:
    """An ISO week, from the first instant of its Monday to the first of the next.

    Args:
        value: ``2027-W10``.
        zone: By whose calendar.
        field: Named in the error.

    Raises:
        InvalidRequestError: ``invalid_type`` or ``invalid_datetime``.
    """
    if not isinstance(value, str):
        raise InvalidRequestError("This must be a text.", code="invalid_type", field=field)
    shape = _WEEK.fullmatch(value)
    if shape is None or not _FIRST_YEAR <= int(shape[1]) <= _LAST_YEAR:
        raise _invalid("write the week like 2027-W10", field)
    try:
        monday = date.fromisocalendar(int(shape[1]), int(shape[2]), 1)
    except ValueError:
        raise _invalid("that year has no such week", field) from None
    start, end = (
        first_instant(datetime.combine(day, time()), zone=zone, fold=0)
        for day in (monday, monday + timedelta(days=7))
    )
    return Interval(start, end)


def _local(text: str, field: str) -> datetime:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise _invalid("there is no such day or time", field) from None
    if not _FIRST_YEAR <= local.year <= _LAST_YEAR:
        raise _invalid("check the year", field)
    return local


def _fixed(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))


def _by_the_clock(local: datetime, *, zone: ZoneInfo | None, field: str) -> datetime:
    if zone is None:
        raise InvalidRequestError(
            "Say which clock shows this time: add an offset, or give a time zone.",
            code="timezone_required",
            field=field,
        )
    found = instants(local, zone=zone)
    if not found:
        raise InvalidRequestError(
            f"The clocks in {zone.key} jump over this time on that day; choose another.",
            code="nonexistent_local_time",
            field=field,
        )
    if len(found) > 1:
        raise InvalidRequestError(
            f"The clocks in {zone.key} show this time twice on that day; add the offset.",
            code="ambiguous_local_time",
            field=field,
        )
    return found[0]


def _invalid(why: str, field: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"This is no point in time: {why}.", code="invalid_datetime", field=field
    )
