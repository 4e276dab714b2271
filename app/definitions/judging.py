"""What is wrong with a definition in itself; whether an org fits it is for ``org`` to say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from app.holidays import calendar_fault
from app.templates import template_faults
from booking_types.definition_faults import (
    date_override_faults,
    faults,
    overrides_faults,
    working_hours_faults,
)
from booking_types.errors import Fault
from booking_types.model import BookingType, DateOverride, HostOverrides, WorkingHours


def definition_faults(booking_type: BookingType) -> tuple[Fault, ...]:
    """Everything that is wrong with the definition in itself."""
    of_rules = faults(booking_type)
    place = "holidays.calendar"
    is_said = any(fault.path == place for fault in of_rules)
    calendar = "" if is_said else booking_type.holidays.calendar
    return (
        *of_rules,
        *_calendar_faults(calendar, place=place),
        *template_faults(booking_type),
    )


def member_faults(
    overrides: HostOverrides,
    *,
    role: str,
    roles: Collection[str],
    booking_type: BookingType,
    place: str,
) -> Iterator[Fault]:
    """What is wrong with somebody's part in a booking type.

    Args:
        overrides: Where they differ from it.
        role: The key of a panel role; empty for a host.
        roles: The keys there are.
        booking_type: What it says.
        place: The path of the part; goes before each fault's own.
    """
    yield from overrides_faults(overrides, booking_type=booking_type, place=f"{place}.overrides")
    if role and role not in roles:
        there_is = f"there is {', '.join(sorted(roles))}" if roles else "there is none at all"
        yield Fault(f"{place}.role", f"there is no panel role {role} here; {there_is}")


def own_time_faults(
    working_hours: WorkingHours | None,
    *,
    date_overrides: Sequence[DateOverride],
    holiday_calendar: str,
) -> tuple[Fault, ...]:
    """What is wrong with a host's own hours, days off and holidays."""
    hours = (
        () if working_hours is None else working_hours_faults(working_hours, place="working_hours")
    )
    return (
        *hours,
        *date_override_faults(date_overrides, place="date_overrides"),
        *_calendar_faults(holiday_calendar, place="holiday_calendar"),
    )


def _calendar_faults(calendar: str, *, place: str) -> Iterator[Fault]:
    if calendar and (words := calendar_fault(calendar)):
        yield Fault(place, words)
