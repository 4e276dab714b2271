"""What is wrong with a booking type's definition: all of it at once, each with its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta

from booking_types.errors import Fault, InvalidRequestError
from booking_types.filters import PATH_ADVICE, filter_faults, is_path
from booking_types.local_time import zone_named
from booking_types.model import (
    BookingType,
    HostRuleKind,
    PlatformRuleKind,
    WorkingHours,
    WorkingSpan,
)

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_SHORTEST = timedelta(minutes=5)
#: Two years: nobody books further ahead, and dates do not overflow.
_WIDEST_WINDOW = timedelta(days=730)
_LONGEST_NAME = 80

_KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.ASCII)
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def faults(booking_type: BookingType) -> tuple[Fault, ...]:
    """Everything that is wrong with the definition; nothing when it can be published.

    Positions in the paths count from 0 (``record_filter.clauses[0].field``), as in the file;
    clauses in the messages count from 1, as in the logic. Whether objects and fields exist is
    for the org to say.
    """
    return (
        *_of_names(booking_type),
        *filter_faults(booking_type.record_filter),
        *_of_host_rules(booking_type),
        *_of_lengths(booking_type),
        *_of_limits(booking_type),
        *_of_zones(booking_type),
        *_of_paths(booking_type),
        *_of_write_back(booking_type),
    )


def _of_names(booking_type: BookingType) -> Iterator[Fault]:
    key, name = booking_type.key, booking_type.name
    if not _KEY.fullmatch(key) or len(key) > _LONGEST_NAME:
        yield Fault(
            "key",
            "use lower-case letters, digits and single dashes or underscores between them, "
            f"{_LONGEST_NAME} characters at most",
        )
    if not name.strip():
        yield Fault("name", "name the booking type; organizers choose by it")
    elif name != name.strip() or len(name) > _LONGEST_NAME or _has_controls(name):
        yield Fault(
            "name",
            f"use one line of at most {_LONGEST_NAME} characters without spaces around it",
        )
    if not _API_NAME.fullmatch(booking_type.object_name):
        yield Fault("object_name", "name the object by its API name, like Lead or Project__c")


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)


# --------------------------------------------------------------------------- who, where


def _of_host_rules(booking_type: BookingType) -> Iterator[Fault]:
    host_rule, platform_rule = booking_type.host_rule, booking_type.platform_rule
    if host_rule.kind is HostRuleKind.LOOKUP and not host_rule.lookup_paths:
        yield Fault("host_rule.lookup_paths", "say which field holds the host, like OwnerId")
    if booking_type.co_host_rule.allowed and booking_type.co_host_rule.most < 1:
        yield Fault("co_host_rule.most", "allow at least one co-host, or none at all")
    if platform_rule.kind is PlatformRuleKind.FIXED and platform_rule.platform is None:
        yield Fault("platform_rule.platform", "say which platform it is fixed to")


# ------------------------------------------------------------------------------ times


def _of_lengths(booking_type: BookingType) -> Iterator[Fault]:
    if not booking_type.durations:
        yield Fault("durations", "give at least one length")
    for position, duration in enumerate(booking_type.durations):
        place = f"durations[{position}]"
        if not _SHORTEST <= duration <= _DAY or duration % _MINUTE:
            yield Fault(place, "a meeting lasts whole minutes, from 5 minutes to 24 hours")
        elif duration in booking_type.durations[:position]:
            yield Fault(place, "this length is there twice")
    increment = booking_type.increment
    if not timedelta(0) < increment <= _DAY or increment % _MINUTE:
        yield Fault("increment", "starts are whole minutes apart, from 1 minute to 24 hours")


def _of_limits(booking_type: BookingType) -> Iterator[Fault]:
    for place, buffer in (
        ("buffer_before", booking_type.buffer_before),
        ("buffer_after", booking_type.buffer_after),
    ):
        if not timedelta(0) <= buffer <= _DAY or buffer % _MINUTE:
            yield Fault(place, "a buffer is whole minutes, from nothing to 24 hours")
    notice, window = booking_type.minimum_notice, booking_type.booking_window
    if notice < timedelta(0):
        yield Fault("minimum_notice", "the minimum notice cannot be negative")
    if window <= notice:
        yield Fault(
            "booking_window", "the booking window must reach further than the minimum notice"
        )
    elif window > _WIDEST_WINDOW:
        yield Fault("booking_window", f"look at most {_WIDEST_WINDOW.days} days ahead")


def _of_zones(booking_type: BookingType) -> Iterator[Fault]:
    if booking_type.time_zone is not None:
        yield from _of_zone(booking_type.time_zone, place="time_zone")
    if booking_type.working_hours is not None:
        yield from working_hours_faults(booking_type.working_hours, place="working_hours")


def working_hours_faults(hours: WorkingHours, *, place: str) -> tuple[Fault, ...]:
    """Everything that is wrong with working hours, a type's or a host's own.

    Args:
        hours: The hours.
        place: The path of the hours; goes before each fault's own.
    """
    found = list(_of_zone(hours.time_zone, place=f"{place}.time_zone"))
    if not hours.spans:
        found.append(Fault(f"{place}.spans", "give at least one span; nobody works otherwise"))
    for position, span in enumerate(hours.spans):
        found += _of_span(span, place=f"{place}.spans[{position}]")
    return tuple(found)


def _of_span(span: WorkingSpan, *, place: str) -> Iterator[Fault]:
    if span.weekday not in range(1, 8):
        yield Fault(f"{place}.weekday", "weekdays go from 1, Monday, to 7, Sunday")
    for name, edge in (("start", span.start), ("end", span.end)):
        if edge.second or edge.microsecond or edge.tzinfo is not None:
            yield Fault(f"{place}.{name}", "write hours and minutes on the local clock, like 09:00")


def _of_zone(name: str, *, place: str) -> Iterator[Fault]:
    try:
        zone_named(name)
    except InvalidRequestError as error:
        yield Fault(place, error.message)


# -------------------------------------------------------------------------- the record

def _of_paths(booking_type: BookingType) -> Iterator[Fault]:
    for place, path in (
        *(
            (f"host_rule.lookup_paths[{position}]", path)
            for position, path in enumerate(booking_type.host_rule.lookup_paths)
        ),
        ("guest_email_path", booking_type.guest_email_path),
        ("guest_name_path", booking_type.guest_name_path),
        ("guest_time_zone_path", booking_type.guest_time_zone_path),
    ):
        if path and not is_path(path):
            yield Fault(place, PATH_ADVICE)


def _of_write_back(booking_type: BookingType) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, update in enumerate(booking_type.write_back.record_updates):
        place = f"write_back.record_updates[{position}].field"
        if not _API_NAME.fullmatch(update.field):
            yield Fault(place, "name a field of the record itself by its API name")
        elif update.field.casefold() in seen:
            yield Fault(place, "this field is written twice")
        seen.add(update.field.casefold())
