"""When people work, and the limits around a meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpan:
    """One stretch of one day, by the wall clock; like ``WorkingSpan`` without its weekday."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class DateOverride:
    """Other hours on one date, in place of the weekly ones that begin on it.

    Attributes:
        on: The local date, in the zone of the hours that it replaces.
        spans: The hours that begin on that date; none: a day off.
        label: What it is, for people (``Inventory``); may be empty.
    """

    on: date
    spans: tuple[DaySpan, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day on which nobody works; hours that begin on it do not take place.

    Attributes:
        on: The local date, as on ``DateOverride``.
        name: What people call it.
    """

    on: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRule:
    """Which holidays a booking type keeps.

    Attributes:
        calendar: A country, or a part of one, by its ISO 3166 code (``US``, ``DE-BY``); empty
            for none.
        days: Further days, of the company's own.
    """

    calendar: str = ""
    days: tuple[Holiday, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOverrides:
    """Where one host of a booking type differs from it; what is nothing is as the type says.

    Attributes:
        working_hours: In place of the type's, or the host's own where the type has none.
        date_overrides: Each in place of the type's of the same date, and beside the others.
        buffer_before, buffer_after, minimum_notice, booking_window: As on ``BookingType``.
        daily_limit, weekly_limit: As on ``BookingType``; 0 takes the host out of the type.
    """

    working_hours: WorkingHours | None = None
    date_overrides: tuple[DateOverride, ...] = ()
    buffer_before: timedelta | None = None
    buffer_after: timedelta | None = None
    minimum_notice: timedelta | None = None
    booking_window: timedelta | None = None
    daily_limit: int | None = None
    weekly_limit: int | None = None


#: Somebody who differs in nothing.
NO_OVERRIDES = HostOverrides()
