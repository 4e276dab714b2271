"""When people are taken, and the slots that are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking_types.bits import Cells
from booking_types.intervals import Interval
from booking_types.model.hours import (
    NO_OVERRIDES,
    DateOverride,
    Holiday,
    HostOverrides,
    WorkingHours,
)


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
        working_hours: Their own; used where the type has none of its own. Its zone is theirs:
            days and weeks of limits are counted in it.
        date_overrides: Their own. Days off count always, other hours where their own hours do.
        holidays: Of the place where they work.
        busy: Spans that are taken, in any order, overlapping or not.
        calendar: What their calendars take; comes as cells, because there is so much of it.
        meetings: The starts of the live bookings of this type that take their time, as host or
            co-host; aware. Must hold every one in the local weeks (Monday to Sunday) that the
            question's span touches, where a limit is set.
        overrides: Where they differ from the booking type.
        unavailable: Why this person cannot be booked at all, in words that an organizer
            understands (``calendar cannot be read``); empty when they can be.
        unavailable_code: The same as a stable word (``calendar_unreadable``); empty likewise.
    """

    host_id: str
    working_hours: WorkingHours
    date_overrides: tuple[DateOverride, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    busy: tuple[BusyInterval, ...] = ()
    calendar: Cells | None = None
    meetings: tuple[datetime, ...] = ()
    overrides: HostOverrides = NO_OVERRIDES
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
