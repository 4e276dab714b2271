"""What is wrong with a booking type's definition: all of it at once, each with its place.

Positions in the paths count from 0 (``record_filter.clauses[0].field``), as in the file; clauses
in the messages count from 1, as in the logic. Whether objects and fields exist is for the org to
say.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta

from booking_types.errors import Fault, InvalidRequestError
from booking_types.filters import PATH_ADVICE, filter_faults, is_path
from booking_types.local_time import zone_named
from booking_types.model import (
    BookingType,
    DateOverride,
    DaySpan,
    FormField,
    FormFieldKind,
    HostOverrides,
    HostRule,
    HostRuleKind,
    Platform,
    PlatformRule,
    PlatformRuleKind,
    SalesforceEventRule,
    WorkingHours,
    WorkingSpan,
)
from booking_types.person_rules import rules_for

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_SHORTEST = timedelta(minutes=5)
#: Two years: nobody books further ahead, and dates do not overflow.
_WIDEST_WINDOW = timedelta(days=730)
#: Whatever is chosen by its name is no longer, and stands on one line.
_LONGEST_NAME = 80
#: Salesforce's Text; what is written to one fits.
_LONGEST_LINE = 255
#: A consent is read to somebody on the phone.
_LONGEST_CONSENT = 4000
_LONGEST_FORM_KEY = 40

_MOST_LOOKUPS = 10
_MOST_CO_HOSTS = 20
_MOST_ROLES = 10
_MOST_DURATIONS = 20
_MOST_FORM_FIELDS = 50
_MOST_CHOICES = 200
#: As many as Salesforce changes in one update of a record that still can be read by an admin.
_MOST_UPDATES = 50

_KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.ASCII)
_ROLE_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_FORM_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
#: A country, or a country and a part of it: ISO 3166-1 alpha-2 and ISO 3166-2.
_CALENDAR = re.compile(r"[A-Z]{2}(?:-[A-Za-z0-9]+)?", re.ASCII)
#: Words of the templates' own language.
_RESERVED = frozenset(
    {"and", "else", "false", "for", "if", "in", "is", "none", "not", "or", "true"}
)

#: Made with the calendar's event, in the same request; so there has to be one.
_WITH_EVENT = {
    Platform.GOOGLE_MEET: "a Google Meet meeting",
    Platform.MICROSOFT_TEAMS: "a Teams meeting",
}


def faults(booking_type: BookingType) -> tuple[Fault, ...]:
    """Everything that is wrong with the definition; nothing when it can be published."""
    return (
        *_of_names(booking_type),
        *filter_faults(booking_type.record_filter),
        *_of_host_rule(booking_type.host_rule),
        *_of_colleagues(booking_type),
        *_of_lengths(booking_type),
        *_of_times(booking_type),
        *_of_limits(booking_type),
        *_of_platform(booking_type.platform_rule),
        *_of_paths(booking_type),
        *_of_form(booking_type.form),
        *_of_consent(booking_type),
        *_of_write_back(booking_type),
    )


def _of_names(booking_type: BookingType) -> Iterator[Fault]:
    name = booking_type.name
    yield from key_faults(booking_type.key)
    if not name.strip():
        yield Fault("name", "name the booking type; organizers choose by it")
    elif not _is_line(name):
        yield Fault("name", _line_advice(_LONGEST_NAME))
    if not _API_NAME.fullmatch(booking_type.object_name):
        yield Fault("object_name", "name the object by its API name, like Lead or Project__c")


def key_faults(key: str) -> Iterator[Fault]:
    """What is wrong with a booking type's key."""
    if not _KEY.fullmatch(key) or len(key) > _LONGEST_NAME:
        yield Fault(
            "key",
            "use lower-case letters, digits and single dashes or underscores between them, "
            f"{_LONGEST_NAME} characters at most",
        )


def _is_line(text: str, *, longest: int = _LONGEST_NAME) -> bool:
    """Whether it is one line of something, without spaces around it."""
    return bool(text) and text == text.strip() and len(text) <= longest and not _has_controls(text)


def _line_advice(longest: int) -> str:
    return f"use one line of at most {longest} characters without spaces around it"


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)


def _twice(values: Iterable[str]) -> Iterator[int]:
    """The positions of those that were there before, however they are written."""
    seen: set[str] = set()
    for position, value in enumerate(values):
        if value.casefold() in seen:
            yield position
        seen.add(value.casefold())


# ----------------------------------------------------------------------------- the people


def _of_host_rule(rule: HostRule) -> Iterator[Fault]:
    paths = rule.lookup_paths
    for position, path in enumerate(paths):
        if not is_path(path):
            yield Fault(f"host_rule.lookup_paths[{position}]", PATH_ADVICE)
    for position in _twice(paths):
        yield Fault(f"host_rule.lookup_paths[{position}]", "this path is tried already")
    if rule.kind is not HostRuleKind.LOOKUP:
        yield from _of_no_lookup(rule)
        return
    if not paths:
        yield Fault("host_rule.lookup_paths", "say which field holds the host, like OwnerId")
    elif len(paths) > _MOST_LOOKUPS:
        yield Fault("host_rule.lookup_paths", f"try at most {_MOST_LOOKUPS} paths")
    if rule.fallback is HostRuleKind.LOOKUP:
        message = "when the lookup finds nobody, another rule decides: choice, fixed or time_first"
        yield Fault("host_rule.fallback", message)


def _of_no_lookup(rule: HostRule) -> Iterator[Fault]:
    only = f"is for the lookup rule only, and the rule is {rule.kind}; leave it out"
    if rule.lookup_paths:
        yield Fault("host_rule.lookup_paths", only)
    if rule.lookup_any:
        yield Fault("host_rule.lookup_any", only)
    if rule.fallback is not None:
        yield Fault("host_rule.fallback", only)


def _of_colleagues(booking_type: BookingType) -> Iterator[Fault]:
    co_hosts, roles = booking_type.co_host_rule, booking_type.panel_roles
    if co_hosts.allowed and not 1 <= co_hosts.most <= _MOST_CO_HOSTS:
        message = f"allow from 1 to {_MOST_CO_HOSTS} co-hosts, or none at all"
        yield Fault("co_host_rule.most", message)
    if len(roles) > _MOST_ROLES:
        yield Fault("panel_roles", f"have at most {_MOST_ROLES} roles")
    for position, role in enumerate(roles):
        place = f"panel_roles[{position}]"
        if not _ROLE_KEY.fullmatch(role.key) or len(role.key) > _LONGEST_NAME:
            message = f"use lower-case letters, digits and single dashes, {_LONGEST_NAME} at most"
            yield Fault(f"{place}.key", message)
        if not _is_line(role.name):
            yield Fault(f"{place}.name", f"name the role; {_line_advice(_LONGEST_NAME)}")
    for position in _twice(role.key for role in roles):
        yield Fault(f"panel_roles[{position}].key", "this role is there twice")
    for position in _twice(role.name for role in roles):
        yield Fault(f"panel_roles[{position}].name", "two roles of one name cannot be told apart")


# ------------------------------------------------------------------------------ the times


def _of_lengths(booking_type: BookingType) -> Iterator[Fault]:
    if not booking_type.durations:
        yield Fault("durations", "give at least one length")
    elif len(booking_type.durations) > _MOST_DURATIONS:
        yield Fault("durations", f"give at most {_MOST_DURATIONS} lengths to choose from")
    for position, duration in enumerate(booking_type.durations):
        place = f"durations[{position}]"
        if not _SHORTEST <= duration <= _DAY or duration % _MINUTE:
            yield Fault(place, "a meeting lasts whole minutes, from 5 minutes to 24 hours")
        elif duration in booking_type.durations[:position]:
            yield Fault(place, "this length is there twice")
    increment = booking_type.increment
    if not timedelta(0) < increment <= _DAY or increment % _MINUTE:
        yield Fault("increment", "starts are whole minutes apart, from 1 minute to 24 hours")


def _of_times(booking_type: BookingType) -> Iterator[Fault]:
    if booking_type.time_zone is not None:
        yield from _of_zone(booking_type.time_zone, place="time_zone")
    if booking_type.working_hours is not None:
        yield from working_hours_faults(booking_type.working_hours, place="working_hours")
    yield from date_override_faults(booking_type.date_overrides, place="date_overrides")
    rule = booking_type.holidays
    if rule.calendar and not _CALENDAR.fullmatch(rule.calendar):
        message = "use a country's code like US or DE, or DE-BY for a part of one"
        yield Fault("holidays.calendar", message)
    seen: set[date] = set()
    for position, day in enumerate(rule.days):
        if day.on in seen:
            yield Fault(f"holidays.days[{position}].on", "this day is there twice")
        seen.add(day.on)
        if not _is_line(day.name):
            message = f"name the day; {_line_advice(_LONGEST_NAME)}"
            yield Fault(f"holidays.days[{position}].name", message)


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


def date_override_faults(overrides: Sequence[DateOverride], *, place: str) -> tuple[Fault, ...]:
    """Everything that is wrong with other hours on single dates, a type's or a host's own.

    Args:
        overrides: The dates.
        place: The path of the list; goes before each fault's own.
    """
    found: list[Fault] = []
    seen: set[date] = set()
    for position, override in enumerate(overrides):
        here = f"{place}[{position}]"
        if override.on in seen:
            message = f"{override.on} is there twice; put all of its hours into one entry"
            found.append(Fault(f"{here}.on", message))
        seen.add(override.on)
        for number, span in enumerate(override.spans):
            found += _of_edges(span, place=f"{here}.spans[{number}]")
        if override.label and not _is_line(override.label):
            found.append(Fault(f"{here}.label", _line_advice(_LONGEST_NAME)))
    return tuple(found)


def _of_span(span: WorkingSpan, *, place: str) -> Iterator[Fault]:
    if span.weekday not in range(1, 8):
        yield Fault(f"{place}.weekday", "weekdays go from 1, Monday, to 7, Sunday")
    yield from _of_edges(span, place=place)


def _of_edges(span: WorkingSpan | DaySpan, *, place: str) -> Iterator[Fault]:
    edges: tuple[tuple[str, time], ...] = (("start", span.start), ("end", span.end))
    for name, edge in edges:
        if edge.second or edge.microsecond or edge.tzinfo is not None:
            yield Fault(f"{place}.{name}", "write hours and minutes on the local clock, like 09:00")


def _of_zone(name: str, *, place: str) -> Iterator[Fault]:
    try:
        zone_named(name)
    except InvalidRequestError as error:
        yield Fault(place, error.message)


# ----------------------------------------------------------------------------- the limits


def _of_limits(booking_type: BookingType) -> Iterator[Fault]:
    yield from _of_buffers(booking_type, place="")
    notice, window = booking_type.minimum_notice, booking_type.booking_window
    yield from _of_reach(notice, window, place="", at="booking_window")
    daily, weekly = booking_type.daily_limit, booking_type.weekly_limit
    for place, limit in (("daily_limit", daily), ("weekly_limit", weekly)):
        if limit is not None and limit < 1:
            yield Fault(place, "allow at least one meeting, or leave it out for no limit")
    yield from _of_both_limits(daily, weekly, place="")


def _of_buffers(rules: BookingType | HostOverrides, *, place: str) -> Iterator[Fault]:
    for name, buffer in (
        ("buffer_before", rules.buffer_before),
        ("buffer_after", rules.buffer_after),
    ):
        if buffer is not None and (not timedelta(0) <= buffer <= _DAY or buffer % _MINUTE):
            yield Fault(f"{place}{name}", "a buffer is whole minutes, from nothing to 24 hours")


def _of_reach(notice: timedelta, window: timedelta, *, place: str, at: str) -> Iterator[Fault]:
    """Whether there is anything between the first and the last time that can be booked."""
    if notice < timedelta(0):
        yield Fault(f"{place}minimum_notice", "the minimum notice cannot be negative")
    if window <= notice:
        message = "the booking window must reach further than the minimum notice"
        yield Fault(f"{place}{at}", message)
    elif window > _WIDEST_WINDOW:
        yield Fault(f"{place}booking_window", f"look at most {_WIDEST_WINDOW.days} days ahead")


def _of_both_limits(daily: int | None, weekly: int | None, *, place: str) -> Iterator[Fault]:
    if daily is not None and weekly is not None and 0 < weekly < daily:
        message = f"a week takes no fewer than a day; the day takes {daily}"
        yield Fault(f"{place}weekly_limit", message)


def overrides_faults(
    overrides: HostOverrides, *, booking_type: BookingType, place: str = "overrides"
) -> tuple[Fault, ...]:
    """Everything that is wrong with where one host differs from a type.

    Args:
        overrides: The host's.
        booking_type: What stands where the host does not differ.
        place: The path of the overrides; goes before each fault's own.
    """
    return tuple(_of_overrides(overrides, booking_type, place=f"{place}."))


def _of_overrides(
    overrides: HostOverrides, booking_type: BookingType, *, place: str
) -> Iterator[Fault]:
    if overrides.working_hours is not None:
        yield from working_hours_faults(overrides.working_hours, place=f"{place}working_hours")
    yield from date_override_faults(overrides.date_overrides, place=f"{place}date_overrides")
    yield from _of_buffers(overrides, place=place)
    if overrides.minimum_notice is not None or overrides.booking_window is not None:
        rules = rules_for(booking_type, overrides)
        at = "minimum_notice" if overrides.booking_window is None else "booking_window"
        yield from _of_reach(rules.minimum_notice, rules.booking_window, place=place, at=at)
    daily, weekly = overrides.daily_limit, overrides.weekly_limit
    for name, limit in (("daily_limit", daily), ("weekly_limit", weekly)):
        if limit is not None and limit < 0:
            yield Fault(f"{place}{name}", "a limit cannot be negative; 0 takes the host out")
    yield from _of_both_limits(daily, weekly, place=place)


# -------------------------------------------------------------------------- place and record


def _of_platform(rule: PlatformRule) -> Iterator[Fault]:
    if rule.kind is not PlatformRuleKind.FIXED:
        if rule.platform is not None:
            message = (
                f"only the fixed rule names a platform, and the rule is {rule.kind}; leave it out"
            )
            yield Fault("platform_rule.platform", message)
    elif rule.platform is None:
        yield Fault("platform_rule.platform", "say which platform it is fixed to")
    elif rule.platform is Platform.NONE:
        message = "for meetings without a platform the rule's kind is none"
        yield Fault("platform_rule.platform", message)


def _of_paths(booking_type: BookingType) -> Iterator[Fault]:
    for place, path in (
        ("guest_email_path", booking_type.guest_email_path),
        ("guest_name_path", booking_type.guest_name_path),
        ("guest_time_zone_path", booking_type.guest_time_zone_path),
    ):
        if path is not None and not is_path(path):
            yield Fault(place, PATH_ADVICE)


# -------------------------------------------------------------------------------- the form


def _of_form(form: Sequence[FormField]) -> Iterator[Fault]:
    if len(form) > _MOST_FORM_FIELDS:
        yield Fault("form", f"ask for at most {_MOST_FORM_FIELDS} things")
    for position, field in enumerate(form):
        place = f"form[{position}]"
        yield from _of_form_texts(field, place=place)
        yield from _of_choices(field, place=place)
        if field.default_path is not None and not is_path(field.default_path):
            yield Fault(f"{place}.default_path", PATH_ADVICE)
        if field.record_field is not None and not _API_NAME.fullmatch(field.record_field):
            yield Fault(f"{place}.record_field", _OF_THE_RECORD)
    for position in _twice(field.key for field in form):
        yield Fault(f"form[{position}].key", "this key is there twice")
    for position in _twice(field.label for field in form):
        message = "two fields of one label cannot be told apart"
        yield Fault(f"form[{position}].label", message)


_OF_THE_RECORD = "name a field of the record itself by its API name, like Status"


def _of_form_texts(field: FormField, *, place: str) -> Iterator[Fault]:
    if not _FORM_KEY.fullmatch(field.key) or len(field.key) > _LONGEST_FORM_KEY:
        message = (
            "begin with a letter and use letters, digits and underscores, "
            f"{_LONGEST_FORM_KEY} characters at most"
        )
        yield Fault(f"{place}.key", message)
    elif field.key.casefold() in _RESERVED:
        yield Fault(f"{place}.key", f"{field.key} is a word of the templates; take another")
    if not _is_line(field.label):
        yield Fault(f"{place}.label", f"say what is asked for; {_line_advice(_LONGEST_NAME)}")
    if field.help and not _is_line(field.help, longest=_LONGEST_LINE):
        yield Fault(f"{place}.help", _line_advice(_LONGEST_LINE))


def _of_choices(field: FormField, *, place: str) -> Iterator[Fault]:
    if field.kind is not FormFieldKind.CHOICE:
        if field.choices:
            message = f"only a field of kind choice has choices, and this is {field.kind}"
            yield Fault(f"{place}.choices", message)
        return
    if not field.choices:
        yield Fault(f"{place}.choices", "say what there is to choose from")
    elif len(field.choices) > _MOST_CHOICES:
        yield Fault(f"{place}.choices", f"give at most {_MOST_CHOICES} choices")
    for position, choice in enumerate(field.choices):
        if not _is_line(choice, longest=_LONGEST_LINE):
            yield Fault(f"{place}.choices[{position}]", _line_advice(_LONGEST_LINE))
    for position in _twice(field.choices):
        yield Fault(f"{place}.choices[{position}]", "this choice is there twice")


def _of_consent(booking_type: BookingType) -> Iterator[Fault]:
    if booking_type.consent is None:
        return
    text = booking_type.consent.text
    if not text.strip():
        yield Fault("consent.text", "say what the guest agrees to; it is read to them")
    elif len(text) > _LONGEST_CONSENT:
        message = f"say it in at most {_LONGEST_CONSENT} characters; it is read to the guest"
        yield Fault("consent.text", message)


# ------------------------------------------------------------------------- what is written


def _of_write_back(booking_type: BookingType) -> Iterator[Fault]:
    write_back = booking_type.write_back
    if not write_back.calendar_event:
        if write_back.salesforce_event is SalesforceEventRule.ADOPT:
            message = (
                "what is adopted was made from the calendar's event; write one, or choose always "
                "or never"
            )
            yield Fault("write_back.salesforce_event", message)
        made = _WITH_EVENT.get(booking_type.platform_rule.only or Platform.NONE)
        if made is not None:
            message = f"{made} comes with the calendar's event; write one"
            yield Fault("write_back.calendar_event", message)
    if len(write_back.record_updates) > _MOST_UPDATES:
        yield Fault("write_back.record_updates", f"write at most {_MOST_UPDATES} fields")
    yield from _of_written(booking_type)


def _of_written(booking_type: BookingType) -> Iterator[Fault]:
    """Each field of the record is written once, and it is one of the record itself."""
    write_back = booking_type.write_back
    seen = {"ownerid": "by the hand-over"} if write_back.hand_over_owner else {}
    for position, update in enumerate(write_back.record_updates):
        place = f"write_back.record_updates[{position}]"
        if not _API_NAME.fullmatch(update.field):
            yield Fault(f"{place}.field", _OF_THE_RECORD)
        elif update.field.casefold() in seen:
            before = seen[update.field.casefold()]
            yield Fault(f"{place}.field", f"{update.field} is written twice: {before} already")
        seen.setdefault(update.field.casefold(), "by another record update")
        if isinstance(update.value, float) and not math.isfinite(update.value):
            yield Fault(f"{place}.value", "write a number, a text, yes or no, or nothing")
    for position, field in enumerate(booking_type.form):
        name = (field.record_field or "").casefold()
        if name in seen:
            message = f"{field.record_field} is written twice: {seen[name]} already"
            yield Fault(f"form[{position}].record_field", message)
        if name:
            seen.setdefault(name, f"by the form's field {field.label}")
