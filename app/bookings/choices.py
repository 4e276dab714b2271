"""What follows from what was read: people's time, choices and platforms; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app import payloads
from app.bookings.busy import BROKEN, PersonBusy
from app.bookings.questions import HostChoice
from app.definitions import parse_working_hours
from app.storage.tables import BookingHost, Connection, HostRow
from app.vendors import CALENDAR_VENDORS, PLATFORM_OF, writing_connection
from booking_types.intervals import Interval
from booking_types.model import (
    BookingType,
    BusyInterval,
    BusySource,
    CalendarRule,
    HostTimes,
    Platform,
)
from connectors.protocols import Vendor

#: Hosts without hours of their own work so, in their own zone.
DEFAULT_HOURS = tuple(
    {"weekday": weekday, "start": "09:00:00", "end": "17:00:00"} for weekday in range(1, 6)
)


def host_times(
    *,
    booking_type: BookingType,
    host: HostRow,
    connections: Sequence[Connection],
    read: PersonBusy,
    taken: Sequence[BookingHost],
) -> HostTimes:
    """One person's time as the engine takes it; pure."""
    code, words = read.unavailable_code, read.unavailable
    if not code and booking_type.calendar_rule is CalendarRule.REQUIRED:
        code, words = missing_calendar(connections)
    own = tuple(
        BusyInterval(own_booking_busy(booking_type, row), BusySource.BOOKING) for row in taken
    )
    return HostTimes(
        host_id=host.host_id,
        working_hours=parse_working_hours(
            host.working_hours
            or {"time_zone": host.time_zone, "spans": [dict(span) for span in DEFAULT_HOURS]}
        ),
        busy=read.busy + own,
        unavailable=words,
        unavailable_code=code,
    )


def own_booking_busy(booking_type: BookingType, row: BookingHost) -> Interval:
    """What one of our own bookings blocks for a new meeting of a type.

    Two meetings keep the longer of the two buffers between them, not both: free time is free
    for both. The engine adds the new meeting's buffers itself, so only what the old meeting
    wants beyond them is added here.
    """
    start, end = _bounds(row.span.lower, row.span.upper)
    blocked_start, blocked_end = _bounds(row.blocked.lower, row.blocked.upper)
    nothing = timedelta(0)
    before = max(start - blocked_start - booking_type.buffer_after, nothing)
    after = max(blocked_end - end - booking_type.buffer_before, nothing)
    return Interval(start - before, end + after)


def _bounds(lower: datetime | None, upper: datetime | None) -> tuple[datetime, datetime]:
    if lower is None or upper is None:
        raise ValueError("a booking's span has both ends")
    return lower, upper


def missing_calendar(connections: Sequence[Connection]) -> tuple[str, str]:
    """Code and words for somebody who never connected a calendar; empty when one is there."""
    if any(row.vendor in CALENDAR_VENDORS for row in connections):
        return "", ""
    return "no_calendar", "has not connected a calendar"


def platforms_of(
    *, booking_type: BookingType, connections: Sequence[Connection]
) -> tuple[Platform, ...]:
    """Where a host can meet: what they have connected, and no platform at all.

    Meet and Teams come with the event on the calendar that is written to, so they are there
    only for that calendar's vendor, and only when the type writes an event.
    """
    platforms: list[Platform] = []
    writing = writing_connection(connections)
    if writing is not None and booking_type.write_back.calendar_event:
        platforms.append(PLATFORM_OF[Vendor(writing.vendor)])
    if any(row.vendor == Vendor.ZOOM and row.status == "active" for row in connections):
        platforms.append(Platform.ZOOM)
    return (*platforms, Platform.NONE)


def platform_problem(
    *, booking_type: BookingType, connections: Sequence[Connection], wanted: Platform | None
) -> tuple[str, str]:
    """Code and words for a host who cannot meet where the meeting is to be; empty otherwise.

    Args:
        booking_type: Its platform may be fixed.
        connections: The host's.
        wanted: The organizer's choice, where they made one.
    """
    needed = booking_type.platform_rule.only or wanted
    if needed is None or needed in platforms_of(booking_type=booking_type, connections=connections):
        return "", ""
    return "platform_not_connected", f"has not connected {payloads.PLATFORM_NAMES[needed]}"


def hosts_on_platform(
    times: Sequence[HostTimes],
    *,
    booking_type: BookingType,
    connections: Mapping[str, Sequence[Connection]],
    wanted: Platform | None,
) -> tuple[HostTimes, ...]:
    """The hosts' times, with those who cannot meet there marked as not to be booked."""
    found = []
    for person in times:
        code, words = platform_problem(
            booking_type=booking_type, connections=connections[person.host_id], wanted=wanted
        )
        if code and not person.unavailable_code:
            found.append(replace(person, unavailable_code=code, unavailable=words))
        else:
            found.append(person)
    return tuple(found)


def host_choice(
    *,
    booking_type: BookingType,
    host: HostRow,
    connections: Sequence[Connection],
    times: HostTimes | None = None,
    is_co_host: bool = False,
) -> HostChoice:
    """Somebody as the organizer sees them; pure.

    Args:
        booking_type: Which platforms it allows, and whether it needs a calendar.
        host: The person.
        connections: Theirs.
        times: What was found out when their time was read, if it was.
        is_co_host: They only attend, so the platform is not their matter.
    """
    available = platforms_of(booking_type=booking_type, connections=connections)
    fixed = booking_type.platform_rule.only
    default = fixed or Platform(host.default_platform)
    code, words = _standing_problem(booking_type, connections)
    if times is not None and times.unavailable_code:
        code, words = times.unavailable_code, times.unavailable
    if not code and not is_co_host:
        code, words = platform_problem(
            booking_type=booking_type, connections=connections, wanted=None
        )
    if fixed is not None and not is_co_host:
        available = tuple(each for each in available if each is fixed)
    return HostChoice(
        host_id=host.host_id,
        name=host.name,
        time_zone=host.time_zone,
        platforms=available,
        default_platform=default if default in available else Platform.NONE,
        unavailable_code=code,
        unavailable=words,
    )


def _standing_problem(
    booking_type: BookingType, connections: Sequence[Connection]
) -> tuple[str, str]:
    calendars = [row for row in connections if row.vendor in CALENDAR_VENDORS]
    if any(row.status == "broken" for row in calendars):
        return "connection_broken", BROKEN
    if booking_type.calendar_rule is CalendarRule.REQUIRED:
        return missing_calendar(connections)
    return "", ""
