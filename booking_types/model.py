"""The field's words as types: frozen, slotted, and free of any input or output.

Durations are ``timedelta``. ``…_at`` is an aware instant in UTC, ``…_on`` a local date,
``time_zone`` an IANA name. Salesforce ids are always the 18-character form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from booking_types.intervals import Interval

#: What a record's field can hold: Salesforce's JSON types, dates and times already parsed.
Value = str | int | float | bool | datetime | None


class Operator(StrEnum):
    """How a record filter compares a field with its value or values."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    GREATER_THAN = "greater_than"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS_THAN = "less_than"
    LESS_OR_EQUAL = "less_or_equal"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition of a record filter, e.g. ``AnnualRevenue greater_than 1000000``.

    Attributes:
        field: Dotted path from the record (``Account.Industry``).
        operator: How to compare.
        value: What to compare with; unused by ``is_empty`` and ``is_not_empty``.
        values: The choices of ``in`` and ``not_in``.
    """

    field: str
    operator: Operator
    value: str | int | float | bool | None = None
    values: tuple[str | int | float | bool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """Which records a booking type is for. Without clauses: every record of its object.

    Attributes:
        clauses: The conditions, numbered from 1 in ``logic``.
        logic: How they combine (``1 AND (2 OR 3)``); empty means all of them.
    """

    clauses: tuple[Clause, ...] = ()
    logic: str = ""


class HostRuleKind(StrEnum):
    """Who decides who the host is."""

    #: The organizer picks one of the type's hosts.
    CHOICE = "choice"
    #: The user found in a field of the record (``OwnerId``, ``Account.OwnerId``).
    LOOKUP = "lookup"
    #: The organizer picks the time first; the host is one of those free then.
    TIME_FIRST = "time_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """How the host of a booking is found.

    Attributes:
        kind: Who decides.
        lookup_path: For ``lookup``: dotted path to a user id on the record.
        show_all: For ``choice``: the organizer may look at the times of all hosts at once.
    """

    kind: HostRuleKind = HostRuleKind.CHOICE
    lookup_path: str | None = None
    show_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CoHostRule:
    """Whether colleagues may be added who must attend as well.

    Attributes:
        allowed: The organizer may add co-hosts, out of the type's hosts.
        most: How many at most.
    """

    allowed: bool = False
    most: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingSpan:
    """One stretch of a working day, by the wall clock.

    Attributes:
        weekday: ISO weekday of the start: 1 is Monday, 7 is Sunday.
        start: Local time at which it begins.
        end: Local time at which it ends, excluded. Not after ``start`` means on the next day,
            so 00:00 to 00:00 is the whole day.
    """

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """Weekly hours in one time zone.

    Attributes:
        time_zone: IANA name.
        spans: In any order; they may overlap.
    """

    time_zone: str
    spans: tuple[WorkingSpan, ...]


class Platform(StrEnum):
    """Where the meeting takes place."""

    GOOGLE_MEET = "google_meet"
    MICROSOFT_TEAMS = "microsoft_teams"
    ZOOM = "zoom"
    #: No platform: an address, a phone number, any text of the organizer's; or nothing at all.
    NONE = "none"


class PlatformRuleKind(StrEnum):
    """Who decides on the platform."""

    #: The host's default, which the organizer may change to another that the host connected.
    HOST_DEFAULT = "host_default"
    #: Always the one named; a host who has not connected it cannot be booked.
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRule:
    """Where meetings of a type take place.

    Attributes:
        kind: Who decides.
        platform: For ``fixed``: which one.
    """

    kind: PlatformRuleKind = PlatformRuleKind.HOST_DEFAULT
    platform: Platform | None = None


class CalendarRule(StrEnum):
    """Whether a host can be booked without a connected calendar."""

    #: Only hosts with a connected calendar (design decision: unread is not free).
    REQUIRED = "required"
    #: Hosts who never connected one too: their hours, our bookings and Salesforce count then.
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUpdate:
    """One field that a booking writes on its record.

    Attributes:
        field: A field of the record itself.
        value: A template over the booking (``{{ booking.start_at }}``) or a plain value.
    """

    field: str
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBack:
    """What a booking writes, and where.

    Attributes:
        calendar_event: An event on the host's calendar.
        guest_invitation: Guests are invited (by the calendar; by our mail without one).
        salesforce_event: A Salesforce Event on the record.
        record_updates: Fields of the record, in order.
        hand_over_owner: The host becomes the record's owner.
    """

    calendar_event: bool = True
    guest_invitation: bool = True
    salesforce_event: bool = True
    record_updates: tuple[RecordUpdate, ...] = ()
    hand_over_owner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingType:
    """The configured kind of meeting; one published version of it.

    Attributes:
        key: Names the type in files and Flows; the same in every org; never changes.
        name: What organizers see; unique in the org.
        object_name: API name of the one Salesforce object it is for (``Lead``).
        record_filter: Which records of that object.
        host_rule: How the host is found.
        co_host_rule: Whether co-hosts may be added.
        durations: The lengths to choose from, the first being the default.
        increment: The distance between possible starts, from local midnight of the grid's zone.
        working_hours: The type's own hours; without them each host's own.
        time_zone: IANA zone of the grid and of templates; without it the org's.
        buffer_before: Kept free before the meeting.
        buffer_after: Kept free after it.
        minimum_notice: How soon the earliest start may be.
        booking_window: How far ahead the latest start may be.
        platform_rule: Where it takes place.
        calendar_rule: Whether hosts need a connected calendar.
        salesforce_busy: Events in Salesforce make a host busy too.
        guest_email_path: Dotted path to the primary guest's address on the record.
        guest_name_path: Dotted path to the primary guest's name.
        guest_time_zone_path: Dotted path to the guest's IANA zone, where the record has one.
        subject: Template of the meeting's title.
        description: Template of its text.
        location: Template of its place, for meetings without a platform.
        write_back: What is written.
    """

    key: str
    name: str
    object_name: str
    record_filter: RecordFilter = field(default_factory=RecordFilter)
    host_rule: HostRule = field(default_factory=HostRule)
    co_host_rule: CoHostRule = field(default_factory=CoHostRule)
    durations: tuple[timedelta, ...] = (timedelta(minutes=30),)
    increment: timedelta = timedelta(minutes=30)
    working_hours: WorkingHours | None = None
    time_zone: str | None = None
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    minimum_notice: timedelta = timedelta(hours=1)
    booking_window: timedelta = timedelta(days=60)
    platform_rule: PlatformRule = field(default_factory=PlatformRule)
    calendar_rule: CalendarRule = CalendarRule.REQUIRED
    salesforce_busy: bool = True
    guest_email_path: str | None = None
    guest_name_path: str | None = None
    guest_time_zone_path: str | None = None
    subject: str = "Meeting with {{ host.name }}"
    description: str = ""
    location: str = ""
    write_back: WriteBack = field(default_factory=WriteBack)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A Salesforce record, as far as somebody asked for its fields.

    Attributes:
        record_id: 18 characters.
        object_name: API name.
        values: Dotted path to value, for the paths that were asked for and exist.
        unreadable: Dotted path to the reason in words, for those that do not exist or cannot be
            read.
    """

    record_id: str
    object_name: str
    values: Mapping[str, Value]
    unreadable: Mapping[str, str] = field(default_factory=dict)


class BusySource(StrEnum):
    """What takes a span of a host's time."""

    CALENDAR = "calendar"
    SALESFORCE = "salesforce"
    BOOKING = "booking"


@dataclass(frozen=True, slots=True)
class BusyInterval:
    """A span that is taken, and by what.

    Attributes:
        interval: When.
        source: By what. Never what it is about: other people's meetings are their own.
    """

    interval: Interval
    source: BusySource


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTimes:
    """Everything about one person that decides when they can meet.

    Attributes:
        host_id: Salesforce user id, 18 characters.
        working_hours: Their own; used where the type has none of its own.
        busy: Spans that are taken, in any order, overlapping or not.
        unavailable: Why this person cannot be booked at all, in words that an organizer
            understands (``calendar cannot be read``); empty when they can be.
        unavailable_code: The same as a stable word (``calendar_unreadable``); empty likewise.
    """

    host_id: str
    working_hours: WorkingHours
    busy: tuple[BusyInterval, ...] = ()
    unavailable: str = ""
    unavailable_code: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A span that can be booked, and with whom.

    Attributes:
        interval: When.
        host_ids: Who of the asked hosts could be the host then, in the order they were given.
    """

    interval: Interval
    host_ids: tuple[str, ...]
