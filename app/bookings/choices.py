"""What follows from what was read: people's time, choices and platforms; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from app import payloads
from app.bookings.busy import BROKEN, PersonBusy
from app.bookings.questions import HostChoice
from app.definitions import parse_working_hours, stored_date_overrides
from app.holidays import holidays_of
from app.storage.booking_types import Member
from app.storage.tables import BookingHost, Connection, HostRow
from app.vendors import CALENDAR_VENDORS, PLATFORM_OF, writing_connection
from booking_types.intervals import Interval
from booking_types.model import (
    BookingType,
    BusyInterval,
    BusySource,
    CalendarRule,
    Holiday,
    HostOverrides,
    HostTimes,
    Platform,
    PlatformRuleKind,
    WorkingHours,
)
from booking_types.person_rules import PersonRules, rules_for
from connectors.protocols import Vendor

#: Goes on from the person's name.
INACTIVE = "is not active as a host"

#: Hosts without hours of their own work so, in their own zone.
DEFAULT_HOURS = tuple(
    {"weekday": weekday, "start": "09:00:00", "end": "17:00:00"} for weekday in range(1, 6)
)


#: A local date is a day away from that of UTC at most, and hours last a day from the date on
#: which they begin; a meeting may be a day longer still.
_AROUND = timedelta(days=3)


def host_times(
    *,
    booking_type: BookingType,
    host: HostRow,
    member: Member | None,
    connections: Sequence[Connection],
    read: PersonBusy | None,
    taken: Sequence[BookingHost],
    meetings: Sequence[datetime],
    span: Interval,
) -> HostTimes:
    """One person's time as the engine takes it; pure.

    Args:
        booking_type: What they are asked for.
        host: The person.
        member: Their part in the type; nothing for somebody whom a record names.
        connections: Theirs.
        read: What makes them busy outside; nothing for somebody who is not active.
        taken: Their live bookings around the span.
        meetings: The starts of those of the type, where a limit is set.
        span: For which all this is known.
    """
    code, words = "inactive", INACTIVE
    if read is not None:
        code, words = read.unavailable_code, read.unavailable
        if not code and booking_type.calendar_rule is CalendarRule.REQUIRED:
            code, words = missing_calendar(connections)
    overrides = member.overrides if member is not None else HostOverrides()
    rules = rules_for(booking_type, overrides)
    own = tuple(BusyInterval(own_booking_busy(rules, row), BusySource.BOOKING) for row in taken)
    holidays: tuple[Holiday, ...] = ()
    try:
        holidays = holidays_within(host.holiday_calendar, span)
    except ValueError as error:
        # One person's odd profile must not hide everybody else's times.
        code, words = "holidays_unknown", f"keeps holidays that are not known: {error}"
    return HostTimes(
        host_id=host.host_id,
        working_hours=working_hours_of(host),
        date_overrides=stored_date_overrides(host.date_overrides),
        holidays=holidays,
        busy=(read.busy if read is not None else ()) + own,
        calendar=read.calendar if read is not None else None,
        meetings=tuple(meetings),
        overrides=overrides,
        unavailable=words,
        unavailable_code=code,
    )


def working_hours_of(host: HostRow) -> WorkingHours:
    """A host's own hours; their zone is the host's.

    Equal hours are one object: what is worked out of them is remembered by it.
    """
    hours = host.working_hours or {"time_zone": host.time_zone, "spans": DEFAULT_HOURS}
    return _hours(json.dumps(hours, sort_keys=True))


@lru_cache(maxsize=4096)
def _hours(text: str) -> WorkingHours:
    return parse_working_hours(json.loads(text))


def holidays_within(calendar: str, span: Interval) -> tuple[Holiday, ...]:
    """A calendar's holidays on all local dates whose hours can reach the span, in whatever zone.

    Raises:
        ValueError: Nobody knows that calendar.
    """
    first, last = (span.start - _AROUND).date(), (span.end + _AROUND).date()
    found = holidays_of(calendar, range(first.year, last.year + 1))
    return tuple(each for each in found if first <= each.on <= last)


def type_holidays(booking_type: BookingType, span: Interval) -> tuple[Holiday, ...]:
    """The holidays that a booking type keeps, those of the company among them.

    Raises:
        ValueError: Nobody knows its calendar.
    """
    rule = booking_type.holidays
    return (*holidays_within(rule.calendar, span), *rule.days)


def can_be_booked(member: Member) -> bool:
    """Whether a member of a type is active in it, and as a host at all."""
    return member.is_active and member.is_host_active


def limits_of(
    booking_type: BookingType, host_ids: Sequence[str], members: Mapping[str, Member]
) -> list[str]:
    """Those of the people for whom a type limits how often they meet in a day or a week."""
    found = []
    for host_id in host_ids:
        member = members.get(host_id)
        rules = rules_for(booking_type, member.overrides if member else HostOverrides())
        if rules.daily_limit is not None or rules.weekly_limit is not None:
            found.append(host_id)
    return found


def own_booking_busy(rules: PersonRules, row: BookingHost) -> Interval:
    """What one of our own bookings blocks for a new meeting of somebody with these rules.

    Two meetings keep the longer of the two buffers between them, not both: free time is free
    for both. The engine adds the new meeting's buffers itself, so only what the old meeting
    wants beyond them is added here.
    """
    start, end = _bounds(row.span.lower, row.span.upper)
    blocked_start, blocked_end = _bounds(row.blocked.lower, row.blocked.upper)
    nothing = timedelta(0)
    before = max(start - blocked_start - rules.buffer_after, nothing)
    after = max(blocked_end - end - rules.buffer_before, nothing)
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
    *,
    booking_type: BookingType,
    host: HostRow,
    connections: Sequence[Connection],
    wanted: Platform | None,
) -> tuple[str, str]:
    """Code and words for a host who cannot meet where the meeting is to be; empty otherwise.

    Args:
        booking_type: Its rule decides.
        host: The person; their default platform is theirs.
        connections: The host's.
        wanted: The organizer's choice, where they made one.
    """
    needed = _fixed_platform(booking_type, host)
    if needed is not None and wanted not in (None, needed):
        where = payloads.PLATFORM_NAMES[needed]
        return "platform_not_allowed", f"always meets on {where}" if where else "uses no platform"
    needed = needed or wanted
    if needed is None or needed in platforms_of(booking_type=booking_type, connections=connections):
        return "", ""
    return "platform_not_connected", f"has not connected {payloads.PLATFORM_NAMES[needed]}"


def _fixed_platform(booking_type: BookingType, host: HostRow) -> Platform | None:
    """The one platform of this host's meetings of the type, where nobody may choose."""
    if booking_type.platform_rule.kind is PlatformRuleKind.HOST_DEFAULT:
        return Platform(host.default_platform)
    return booking_type.platform_rule.only


def hosts_on_platform(
    times: Sequence[HostTimes],
    *,
    booking_type: BookingType,
    hosts: Mapping[str, HostRow],
    connections: Mapping[str, Sequence[Connection]],
    wanted: Platform | None,
) -> tuple[HostTimes, ...]:
    """The hosts' times, with those who cannot meet there marked as not to be booked."""
    found = []
    for person in times:
        code, words = platform_problem(
            booking_type=booking_type,
            host=hosts[person.host_id],
            connections=connections[person.host_id],
            wanted=wanted,
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
    fixed = _fixed_platform(booking_type, host)
    default = fixed or Platform(host.default_platform)
    code, words = _standing_problem(booking_type, connections)
    if times is not None and times.unavailable_code:
        code, words = times.unavailable_code, times.unavailable
    if not code and not is_co_host:
        code, words = platform_problem(
            booking_type=booking_type, host=host, connections=connections, wanted=None
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
