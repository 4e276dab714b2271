"""Google's dates and times as intervals."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from booking_types.intervals import Interval
from connectors.errors import RejectedError
from connectors.google import shapes
from connectors.google.access import CONNECTOR


def zone_of(name: str, *, operation: str) -> ZoneInfo:
    """A calendar's zone.

    Raises:
        RejectedError: Nobody here knows it, so nobody knows when its all-day events are.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RejectedError(CONNECTOR, operation, "calendar has an unknown time zone") from error


def is_all_day(event: shapes.Event) -> bool:
    """Whether it needs a zone to say when the event is."""
    return event.start is not None and event.start.date is not None


def interval_of(event: shapes.Event, calendar_zone: datetime.tzinfo) -> Interval | None:
    """When the event is; nothing when it takes no time or does not say.

    Args:
        event: It.
        calendar_zone: The zone of the calendar it is on: an all-day event lasts from its
            midnight to its midnight, wherever the one who asks may be.
    """
    start, end = _instant(event.start, calendar_zone), _instant(event.end, calendar_zone)
    if start is None or end is None or end <= start:
        return None
    return Interval(start, end)


def _instant(value: shapes.Time | None, calendar_zone: datetime.tzinfo) -> datetime.datetime | None:
    if value is None:
        return None
    if value.date is not None:
        # Where midnight does not exist, the offset from before the gap gives its first instant.
        midnight = datetime.datetime.combine(value.date, datetime.time(), calendar_zone)
        return midnight.astimezone(datetime.UTC)
    if value.date_time is not None:
        return value.date_time.astimezone(datetime.UTC)
    return None
