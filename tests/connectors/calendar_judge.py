"""When an ``.ics`` file's owner is busy, by a library that the sandbox does not use.

``ical`` has a parser, zones and an unfolding of series of its own; nothing of ours helps it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from ical.calendar import Calendar
from ical.calendar_stream import CalendarStream
from ical.event import Event, EventStatus

from booking_types.intervals import Interval, merged

_FREE = ("FREE", "WORKINGELSEWHERE")


def busy(data: bytes, *, first: date, last: date, zone: str, owner: str = "") -> list[Interval]:
    """The busy time that begins or ends inside of some days of a zone.

    Args:
        data: The file.
        first: The first day.
        last: The day after the last one.
        zone: IANA; whole days and floating times are in it.
        owner: What this address has declined is free.
    """
    stream = CalendarStream.from_ics(data.decode("utf-8-sig"))
    own = ZoneInfo(zone)
    start, end = (datetime.combine(day, time(0), own) for day in (first, last))
    taken = []
    for calendar in stream.calendars:
        taken += _taken(calendar, start, end, own, owner)
    return list(merged(taken))


def _taken(
    calendar: Calendar, start: datetime, end: datetime, own: ZoneInfo, owner: str
) -> list[Interval]:
    found = []
    for event in calendar.timeline_tz(own).overlapping(start, end):
        if not _counts(event, owner):
            continue
        span = event.timespan_of(own)
        if span.start < span.end:
            found.append(Interval(span.start.astimezone(UTC), span.end.astimezone(UTC)))
    return found


def _counts(event: Event, owner: str) -> bool:
    if event.status == EventStatus.CANCELLED:
        return False
    if any(
        str(one.uri).casefold() == f"mailto:{owner}" and one.status == "DECLINED"
        for one in event.attendees
    ):
        return False
    told = next((one for one in event.extras if one.name == "x-microsoft-cdo-busystatus"), None)
    if told is not None:
        return told.value not in _FREE
    return event.transparency != "TRANSPARENT"
