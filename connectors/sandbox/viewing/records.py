"""Salesforce's records as pages show them, with the bookings and events that belong to each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.salesforce.schema import Field, SObject
from connectors.sandbox.salesforce.state import Org, Row, SalesforceState
from connectors.sandbox.world import World

_BOOKING = "Booking__c"
_EVENT = "Event"
_USER = "User"

#: What every record has and nobody looks for.
_SYSTEM = frozenset(
    {
        "Id",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
        "IsDeleted",
    }
)
#: What says in a list which record it is.
_TITLES = ("Name", "Subject", "CaseNumber", "Label", "DeveloperName")
#: What a list says of each record beside that.
_FACTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgSummary:
    """An org in a list: its id, its name, and how many records of which object it has."""

    org_id: str
    name: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A field of a record.

    Attributes:
        name: API name.
        label: What people see.
        text: Its value, in words.
        record_id: Of the record it points to; empty when it points to none.
    """

    name: str
    label: str
    text: str
    record_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A record in a list.

    Attributes:
        org_id: Whose.
        record_id: 18 characters.
        title: Its name.
        owner: Its owner's name.
        facts: What else the list says.
        bookings: How many bookings belong to it.
        events: How many events do.
    """

    org_id: str
    record_id: str
    title: str
    owner: str
    facts: tuple[Value, ...]
    bookings: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingLine:
    """A Booking record in a list; ``about`` is the record it was booked from."""

    org_id: str
    record_id: str
    subject: str
    status: str
    start: datetime | None
    host: str
    about: Value | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An Event in a list; ``is_copy`` of a colleague who is invited to somebody else's."""

    org_id: str
    record_id: str
    subject: str
    start: datetime | None
    end: datetime | None
    owner: str
    show_as: str
    is_copy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgPage:
    """An org: its bookings, its Events, and its other records by object (name, label, records)."""

    org_id: str
    name: str
    bookings: tuple[BookingLine, ...]
    events: tuple[EventLine, ...]
    objects: tuple[tuple[str, str, tuple[Listed, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """A record with everything that belongs to it."""

    org_id: str
    org_name: str
    record_id: str
    object_label: str
    title: str
    values: tuple[Value, ...]
    bookings: tuple[BookingLine, ...]
    events: tuple[EventLine, ...]


def orgs(world: World) -> list[OrgSummary]:
    """All orgs, the newest first."""
    state: SalesforceState = world.states["salesforce"]
    return [
        OrgSummary(
            org_id=org.org_id,
            name=org_name(org),
            counts=tuple((known.label, len(org.live(known.name))) for known in _objects(org)),
        )
        for org in reversed(state.orgs.values())
    ]


def latest_bookings(world: World, *, most: int) -> list[BookingLine]:
    """The Booking records of all orgs, those changed last first."""
    state: SalesforceState = world.states["salesforce"]
    rows = [(org, row) for org in state.orgs.values() for row in org.live(_BOOKING)]
    rows.sort(key=lambda each: each[1].values["LastModifiedDate"], reverse=True)
    return [_booking(org, row) for org, row in rows[:most]]


def org(world: World, org_id: str) -> OrgPage | None:
    """An org with its records; nothing when there is none."""
    found = _org(world, org_id)
    if found is None:
        return None
    return OrgPage(
        org_id=found.org_id,
        name=org_name(found),
        bookings=tuple(_booking(found, row) for row in _by_start(found.live(_BOOKING))),
        events=tuple(_event(found, row) for row in _by_start(found.live(_EVENT))),
        objects=tuple(
            (known.name, known.label, tuple(_listed(found, known, row) for row in rows))
            for known in _objects(found)
            if known.name not in (_BOOKING, _EVENT) and (rows := found.live(known.name))
        ),
    )


def record(world: World, org_id: str, record_id: str) -> RecordPage | None:
    """A record with what belongs to it; nothing when there is none."""
    found = _org(world, org_id)
    known = found.schema.by_prefix(record_id[:3]) if found is not None else None
    row = found.row(known.name, record_id) if found is not None and known is not None else None
    if found is None or known is None or row is None:
        return None
    return RecordPage(
        org_id=found.org_id,
        org_name=org_name(found),
        record_id=row.id,
        object_label=known.label,
        title=_title(row) + (" (deleted)" if row.is_deleted else ""),
        values=tuple(
            _value(found, each, row.values[each.name])
            for each in known.fields.values()
            if each.name not in _SYSTEM and row.values.get(each.name) not in (None, "", False)
        ),
        bookings=tuple(_booking(found, each) for each in _related(found, _BOOKING, row)),
        events=tuple(_event(found, each) for each in _related(found, _EVENT, row)),
    )


def _org(world: World, org_id: str) -> Org | None:
    state: SalesforceState = world.states["salesforce"]
    return state.orgs.get(org_id)


def org_name(org: Org) -> str:
    """What people call the org."""
    rows = org.live("Organization")
    return str(rows[0].values.get("Name") or org.org_id) if rows else org.org_id


def _objects(org: Org) -> Iterator[SObject]:
    """The objects that people work with: bookings first, users last."""
    shown = [known for known in org.schema.objects.values() if known.prefix]
    worked_with = [
        known
        for known in shown
        if known.has_activities and known.name not in (_BOOKING, _EVENT, _USER)
    ]
    for name in (_BOOKING, _EVENT):
        yield from (known for known in shown if known.name == name)
    yield from sorted(worked_with, key=lambda known: (known.is_custom, known.label))
    yield from (known for known in shown if known.name == _USER)


def _related(org: Org, object_name: str, row: Row) -> list[Row]:
    """The rows of an object that name this one, or that this one names, by their times."""
    keys = {row.id}
    # A Booking and its Event name each other by ids that are no lookups.
    keys |= {str(row.values[name]) for name in _MARKERS if row.values.get(name)}
    found = [
        each
        for each in org.live(object_name)
        if each.id != row.id
        and any(each.values.get(name) in keys for name in each.values if name not in _SYSTEM)
    ]
    return _by_start(found)


def _by_start(rows: list[Row]) -> list[Row]:
    """Bookings, or Events, in the order of their starts."""

    def start(row: Row) -> tuple[str, str]:
        return str(row.values.get("Start__c") or row.values.get("StartDateTime") or ""), row.id

    return sorted(rows, key=start)


_MARKERS = ("External_Id__c", "Booking_Id__c", "Event_Id__c")


def _listed(org: Org, known: SObject, row: Row) -> Listed:
    values = (
        _value(org, each, row.values[each.name])
        for each in known.fields.values()
        if each.name not in _SYSTEM
        and each.name not in (*_TITLES, "FirstName", "LastName", "OwnerId", *_MARKERS)
        and row.values.get(each.name) not in (None, "", False)
    )
    return Listed(
        org_id=org.org_id,
        record_id=row.id,
        title=_title(row),
        owner=_name_of(org, row.values.get("OwnerId")),
        facts=tuple(itertools.islice(values, _FACTS)),
        bookings=len(_related(org, _BOOKING, row)),
        events=len(_related(org, _EVENT, row)),
    )


def _booking(org: Org, row: Row) -> BookingLine:
    values = row.values
    about_id = str(values.get("Record_Id__c") or "")
    about = Value(name="", label="", text=_name_of(org, about_id), record_id=about_id)
    return BookingLine(
        org_id=org.org_id,
        record_id=row.id,
        subject=str(values.get("Subject__c") or values.get("Name") or row.id),
        status=str(values.get("Status_Text__c") or values.get("Status__c") or ""),
        start=values.get("Start__c"),
        host=_name_of(org, values.get("Host__c")),
        about=about if about_id else None,
    )


def _event(org: Org, row: Row) -> EventLine:
    values = row.values
    return EventLine(
        org_id=org.org_id,
        record_id=row.id,
        subject=str(values.get("Subject") or "(no subject)"),
        start=values.get("StartDateTime"),
        end=values.get("EndDateTime"),
        owner=_name_of(org, values.get("OwnerId")),
        show_as=str(values.get("ShowAs") or ""),
        is_copy=bool(row.parent_event_id),
    )


def _title(row: Row) -> str:
    return next((str(row.values[name]) for name in _TITLES if row.values.get(name)), row.id)


def _name_of(org: Org, record_id: Any) -> str:
    """The name of the record that an id points to; the id itself where it points nowhere."""
    if not record_id:
        return ""
    known = org.schema.by_prefix(str(record_id)[:3])
    row = org.row(known.name, str(record_id)) if known is not None else None
    return _title(row) if row is not None else str(record_id)


def _value(org: Org, each: Field, value: Any) -> Value:
    if each.type == "reference" or each.name in ("Record_Id__c", "Event_Id__c"):
        return Value(
            name=each.name, label=each.label, text=_name_of(org, value), record_id=str(value)
        )
    return Value(name=each.name, label=each.label, text=_text(value))


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, float) and value.is_integer():
        return f"{int(value)}"
    return "yes" if value is True else str(value)
