"""Google's JSON as types: only what we read of it. Unknown fields are left alone."""

from __future__ import annotations

import datetime
from typing import Annotated

import msgspec

#: A time as Google answers it, always with an offset.
Instant = Annotated[datetime.datetime, msgspec.Meta(tz=True)]


class Time(msgspec.Struct, rename="camel"):
    """An EventDateTime: a date for an all-day event, otherwise a time."""

    date: datetime.date | None = None
    date_time: Instant | None = None


class Person(msgspec.Struct, rename="camel"):
    """An organizer."""

    email: str = ""


class EventAttendee(msgspec.Struct, rename="camel"):
    """An EventAttendee."""

    email: str = ""
    display_name: str = ""
    response_status: str = "needsAction"
    optional: bool = False
    organizer: bool = False
    resource: bool = False
    is_self: bool = msgspec.field(default=False, name="self")
    comment: str | None = None
    additional_guests: int | None = None


class SolutionKey(msgspec.Struct):
    """A ConferenceSolutionKey."""

    type: str = ""


class Solution(msgspec.Struct):
    """A ConferenceSolution."""

    key: SolutionKey = msgspec.field(default_factory=SolutionKey)


class Status(msgspec.Struct, rename="camel"):
    """A ConferenceRequestStatus."""

    status_code: str = ""


class CreateRequest(msgspec.Struct, rename="camel"):
    """A CreateConferenceRequest."""

    request_id: str = ""
    conference_solution_key: SolutionKey = msgspec.field(default_factory=SolutionKey)
    status: Status = msgspec.field(default_factory=Status)


class EntryPoint(msgspec.Struct, rename="camel"):
    """An EntryPoint."""

    entry_point_type: str = ""
    uri: str = ""


class ConferenceData(msgspec.Struct, rename="camel"):
    """A ConferenceData."""

    conference_id: str = ""
    conference_solution: Solution = msgspec.field(default_factory=Solution)
    create_request: CreateRequest | None = None
    entry_points: list[EntryPoint] = msgspec.field(default_factory=list)


class ExtendedProperties(msgspec.Struct):
    """Properties only our application sees."""

    private: dict[str, str] = msgspec.field(default_factory=dict)


class WorkingLocation(msgspec.Struct):
    """Where somebody works from."""

    type: str = ""


class Event(msgspec.Struct, rename="camel"):
    """An Event. Of a deleted one only the id is certain."""

    id: str
    etag: str = ""
    status: str = "confirmed"
    html_link: str = ""
    summary: str = ""
    description: str = ""
    location: str = ""
    organizer: Person = msgspec.field(default_factory=Person)
    start: Time | None = None
    end: Time | None = None
    recurring_event_id: str = ""
    transparency: str = "opaque"
    ical_uid: str = msgspec.field(default="", name="iCalUID")
    attendees: list[EventAttendee] = msgspec.field(default_factory=list)
    extended_properties: ExtendedProperties = msgspec.field(default_factory=ExtendedProperties)
    conference_data: ConferenceData | None = None
    event_type: str = "default"
    working_location_properties: WorkingLocation | None = None


class Events(msgspec.Struct, rename="camel"):
    """One page of ``events.list``."""

    time_zone: str
    items: list[Event] = msgspec.field(default_factory=list)
    next_page_token: str = ""


class CalendarResource(msgspec.Struct, rename="camel"):
    """A Calendar."""

    time_zone: str


class Period(msgspec.Struct, gc=False):
    """A TimePeriod. There are many: nothing in it can be part of a cycle."""

    start: Instant
    end: Instant


class Trouble(msgspec.Struct):
    """Why one calendar could not be answered for."""

    reason: str = ""


class FreeBusyCalendar(msgspec.Struct):
    """One calendar's busy periods."""

    busy: list[Period] = msgspec.field(default_factory=list)
    errors: list[Trouble] = msgspec.field(default_factory=list)


class FreeBusy(msgspec.Struct):
    """The answer of ``freebusy.query``."""

    calendars: dict[str, FreeBusyCalendar]


class ErrorDetail(msgspec.Struct):
    """One of the reasons of an error."""

    reason: str = ""


class ErrorBody(msgspec.Struct):
    """What an error says."""

    message: str = ""
    errors: list[ErrorDetail] = msgspec.field(default_factory=list)


class ErrorAnswer(msgspec.Struct):
    """An error."""

    error: ErrorBody
