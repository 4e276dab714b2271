"""What is wrong with a definition in itself; whether an org fits it is for ``org`` to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.holidays import calendar_fault
from app.templates import template_faults
from booking_types.definition_faults import date_override_faults, faults, overrides_faults
from booking_types.errors import Fault
from booking_types.model import BookingType, DateOverride, HostOverrides


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


def member_faults(overrides: HostOverrides, *, role: str, booking_type: BookingType) -> list[Fault]:
    """What is wrong with somebody's part in a booking type.

    Args:
        overrides: Where they differ from it.
        role: The key of a panel role; empty for a host.
        booking_type: What it says.
    """
    found = list(overrides_faults(overrides, booking_type=booking_type, place="overrides"))
    known = [each.key for each in booking_type.panel_roles]
    if role and role not in known:
        there_is = f"there is {', '.join(known)}" if known else "it has none"
        found.append(Fault("role", f"{booking_type.key} has no panel role {role}; {there_is}"))
    return found


def own_time_faults(
    date_overrides: Sequence[DateOverride], *, holiday_calendar: str
) -> tuple[Fault, ...]:
    """What is wrong with a host's own days off, other hours and holidays."""
    return (
        *date_override_faults(date_overrides, place="date_overrides"),
        *_calendar_faults(holiday_calendar, place="holiday_calendar"),
    )


def _calendar_faults(calendar: str, *, place: str) -> Iterator[Fault]:
    if calendar and (words := calendar_fault(calendar)):
        yield Fault(place, words)
