"""The Booking record and the Event of a booking, written together or not at all."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors import transport
from connectors.errors import MissingError
from connectors.protocols import CrmBooking, CrmBookingDraft
from connectors.salesforce import answers
from connectors.salesforce.descriptions import Descriptions
from connectors.salesforce.statements import soql
from connectors.salesforce.wire import PARTS_AT_ONCE, Part, Wire

#: Lengths of fields, on Event and on the package's own object alike.
_MAX_TEXT, _MAX_EMAIL, _MAX_STATUS, _MAX_URL, _MAX_DESCRIPTION = 255, 80, 80, 4096, 32_000
_CANCELED = "canceled"
_LOOK = "look for booking"

#: How a lead's id begins.
_LEAD = "00Q"
#: Objects that a Booking has a lookup of its own for.
_LOOKUPS = ("Lead", "Contact", "Account", "Opportunity", "Case")
#: The record and whom an Event about it can be with, by its object.
_RECORDS = {
    "Lead": "SELECT Id, IsConverted, ConvertedContactId FROM Lead WHERE Id = {record_id}",
    "Opportunity": (
        "SELECT Id, (SELECT ContactId FROM OpportunityContactRoles WHERE IsPrimary = true)"
        " FROM Opportunity WHERE Id = {record_id}"
    ),
    "Case": "SELECT Id, ContactId FROM Case WHERE Id = {record_id}",
}
_OTHER_RECORD = "SELECT Id FROM {object:literal} WHERE Id = {record_id}"

_BOOKING = (
    "SELECT Id, Revision__c, Event_Id__c, CreatedById FROM Booking__c"
    " WHERE External_Id__c = {booking_id}"
)
_EVENT = (
    "SELECT Id, OwnerId, WhoId, WhatId, CreatedById, Booking_Id__c,"
    " (SELECT Id, RelationId FROM EventRelations) FROM Event"
    " WHERE {which} AND IsChild = false ORDER BY CreatedDate, Id"
)
#: Descriptions cannot be filtered by, so they are looked at here.
_COPIES = (
    "SELECT Id, OwnerId, WhoId, WhatId, CreatedById, Booking_Id__c, Description FROM Event"
    " WHERE OwnerId = {host_id} AND StartDateTime = {start} AND EndDateTime = {end}"
    " AND Booking_Id__c = null AND IsChild = false AND IsRecurrence = false"
    " ORDER BY CreatedDate, Id"
)
_MARKED = "Booking_Id__c = {booking_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """An Event that stands in Salesforce.

    Attributes:
        event_id: Its id.
        owner_id: Whose it is.
        who_id: Whom it is with; may be empty.
        what_id: What it is about; may be empty.
        is_marked: It bears the booking's id.
        is_ours: We made it, so all of it follows the booking. What another synchronisation made
            follows its calendar; written by us it would be carried back there, for guests to see.
        invitations: Ids of EventRelations by the user they invite.
    """

    event_id: str
    owner_id: str
    who_id: str
    what_id: str
    is_marked: bool
    is_ours: bool
    invitations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What Salesforce holds before a write.

    Attributes:
        booking_record_id: Nothing when there is no Booking record.
        revision: The one written last; 0 without a Booking record.
        event: The booking's Event, or one to adopt; nothing when there is none.
        abandoned: Adopted once, and not the booking's any more: it is another owner's.
        record: The record it was booked from, with whom it is about; nothing when it is gone.
    """

    booking_record_id: str | None
    revision: int
    event: _Event | None
    abandoned: _Event | None
    record: Mapping[str, Any] | None

    @property
    def event_id(self) -> str | None:
        """Nothing when there is no Event."""
        return self.event.event_id if self.event else None


class Bookings:
    """Bookings in one org.

    Args:
        wire: Makes the calls.
        descriptions: What the org consists of.
    """

    def __init__(self, *, wire: Wire, descriptions: Descriptions) -> None:
        self._wire = wire
        self._descriptions = descriptions

    def find(self, booking_id: str) -> CrmBooking | None:
        """As ``connectors.protocols.Crm.find_booking``."""
        operation = "find booking"
        found = self._wire.queries(
            {
                "booking": soql(_BOOKING, booking_id=booking_id),
                "event": soql(_EVENT.replace("{which}", _MARKED), booking_id=booking_id),
            },
            operation=operation,
        )
        with answers.sense(operation):
            if not found["booking"]:
                return None
            booking = found["booking"][0]
            return CrmBooking(
                booking_record_id=str(booking["Id"]),
                event_id=str(found["event"][0]["Id"]) if found["event"] else None,
                revision=int(booking["Revision__c"] or 0),
            )

    def write(self, draft: CrmBookingDraft) -> CrmBooking:
        """As ``connectors.protocols.Crm.write_booking``.

        What is there is looked up first, so that a write whose answer was lost is not done twice;
        an Event that somebody deleted is made again. A canceled booking keeps its Event, as free
        time and with a title that says so, and gets none if it has none.

        An Event that another synchronisation makes from the host's calendar
        (``CrmBookingDraft.adopts_event``) is told by its owner, start, end and the marker in its
        description; Salesforce says of none whence it comes. Of the two, ours is the one that the
        same user made as the Booking record.
        """
        operation = "write booking"
        has_activities = self._has_activities(draft.object_name)
        may_adopt = draft.adopts_event and bool(has_activities) and draft.status != _CANCELED
        found = self._look(draft, is_known=has_activities is not None, may_adopt=may_adopt)
        if found.booking_record_id and found.revision > draft.revision:
            # A later write was faster; it stays, and what it did not adopt is not adopted now.
            is_known = found.event is not None and (
                found.event.is_marked or found.event_id == draft.event_id
            )
            return CrmBooking(
                booking_record_id=found.booking_record_id,
                event_id=found.event_id if is_known else None,
                revision=found.revision,
            )
        parts = _parts(draft, found, may_have_event=bool(has_activities))
        bodies: dict[str, Any] = {}
        while parts:
            bodies |= self._wire.write(parts[:PARTS_AT_ONCE], operation=operation)
            parts = [_settled(part, bodies) for part in parts[PARTS_AT_ONCE:]]
        with answers.sense(operation, is_write=True):
            # Changed records may be answered without a body.
            booking, event = bodies["booking"], bodies.get("event")
            record_id = booking["id"] if booking else found.booking_record_id
            if not record_id:
                raise ValueError("no id")
            event_id = event["id"] if event else found.event_id
            if "event_gone" in bodies:
                event_id = None
        return CrmBooking(
            booking_record_id=str(record_id),
            event_id=str(event_id) if event_id else None,
            revision=draft.revision,
        )

    def _has_activities(self, object_name: str) -> bool | None:
        """Whether Events can be related to the object's records; nothing when it is gone."""
        try:
            return self._descriptions.object(object_name).has_activities
        except MissingError:
            return None

    def _look(self, draft: CrmBookingDraft, *, is_known: bool, may_adopt: bool) -> _Found:
        which, values = _MARKED, {"booking_id": draft.booking_id}
        if draft.event_id:
            which, values["event_id"] = f"({_MARKED} OR Id = {{event_id}})", draft.event_id
        statements = {
            "booking": soql(_BOOKING, booking_id=draft.booking_id),
            "event": soql(_EVENT.replace("{which}", which), **values),
        }
        if is_known:
            statements["record"] = soql(
                _RECORDS.get(draft.object_name, _OTHER_RECORD),
                object=draft.object_name,
                record_id=draft.record_id,
            )
        if may_adopt:
            statements["copies"] = soql(
                _COPIES,
                host_id=draft.host_id,
                start=draft.interval.start,
                end=draft.interval.end,
            )
        found = self._wire.queries(statements, operation=_LOOK)
        with answers.sense(_LOOK):
            bookings, records = found["booking"], found.get("record", [])
            booking = bookings[0] if bookings else None
            marked = _chosen(found["event"], draft.event_id)
            event = self._event(draft, marked, booking) if marked else None
            abandoned = None
            if event and not event.is_ours and event.owner_id != draft.host_id:
                event, abandoned = None, event
            if event is None or not event.is_marked:
                copy = _copy(found.get("copies", []), draft.event_marker)
                event = self._event(draft, copy, booking) if copy else event
            return _Found(
                booking_record_id=str(booking["Id"]) if booking else None,
                revision=int(booking["Revision__c"] or 0) if booking else 0,
                event=event,
                abandoned=abandoned,
                record=records[0] if records else None,
            )

    def _event(
        self, draft: CrmBookingDraft, row: Mapping[str, Any], booking: Mapping[str, Any] | None
    ) -> _Event:
        relations = self._wire.all_records(row.get("EventRelations"), operation=_LOOK)
        invitations = {str(each["RelationId"]): str(each["Id"]) for each in relations}
        return _Event(
            event_id=str(row["Id"]),
            owner_id=str(row["OwnerId"]),
            who_id=str(row["WhoId"] or ""),
            what_id=str(row["WhatId"] or ""),
            is_marked=row["Booking_Id__c"] == draft.booking_id,
            is_ours=_is_ours(draft, row, booking),
            invitations={k: v for k, v in invitations.items() if k.startswith("005")},
        )


def _is_ours(
    draft: CrmBookingDraft, event: Mapping[str, Any], booking: Mapping[str, Any] | None
) -> bool:
    if draft.makes_event and not draft.adopts_event:
        return True
    if booking is None:
        # Nobody can tell any more; what may be another's is left alone.
        return False
    return bool(event["CreatedById"] == booking["CreatedById"])


def _chosen(events: list[dict[str, Any]], event_id: str | None) -> dict[str, Any] | None:
    """The Event that is known already, else the oldest with the marker."""
    for event in events:
        if event["Id"] == event_id:
            return event
    return events[0] if events else None


def _copy(events: Sequence[dict[str, Any]], marker: str) -> dict[str, Any] | None:
    """The oldest Event whose description has the marker, however the calendar wraps its text."""
    wanted = _plain(marker)
    for event in events if wanted else ():
        if wanted in _plain(str(event["Description"] or "")):
            return event
    return None


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).split())


def _parts(draft: CrmBookingDraft, found: _Found, *, may_have_event: bool) -> list[Part]:
    """The calls that make Salesforce look like the draft, in an order Salesforce takes."""
    is_canceled = draft.status == _CANCELED
    event = found.event
    event_id: str | None = found.event_id
    before: list[Part] = []
    after: list[Part] = []
    if found.abandoned:
        before.append(_changed(found.abandoned, {"Booking_Id__c": None}, reference="abandoned"))
    if event and not draft.makes_event and not draft.adopts_event:
        before.append(_let_go(event))
        event_id = None
    elif event and not event.is_ours:
        if not event.is_marked:
            before.append(_changed(event, _adoption(draft, found, event), reference="event"))
    elif event:
        gone, come = _invitation_changes(draft, event.invitations)
        # Whoever becomes the owner must not be invited any more by then.
        before += [_uninvite(event.invitations[user]) for user in gone]
        before.append(_changed(event, _event(draft), reference="event"))
        after += [_invite(user, event.event_id) for user in come]
    elif draft.makes_event and may_have_event and not is_canceled:
        body = {**_event(draft), **_links(draft, found)}
        before.append(Part(reference="event", method="POST", path="sobjects/Event", body=body))
        event_id = "@{event.id}"
        after += [_invite(user, event_id) for user in _invitation_changes(draft, {})[1]]
    return _ordered(before, _booking(draft, found, event_id), after)


def _ordered(before: list[Part], booking: Part, after: list[Part]) -> list[Part]:
    """Event and Booking stand in the first request, whatever else has to wait for a second."""
    room = PARTS_AT_ONCE - 2
    if len(before) <= room:
        return [*before, booking, *after]
    spare = [part for part in before if part.method == "DELETE"]
    needed = [part for part in before if part.method != "DELETE"]
    return [*spare[:room], *needed, booking, *spare[room:], *after]


def _changed(event: _Event, body: Mapping[str, Any], *, reference: str) -> Part:
    path = f"sobjects/Event/{event.event_id}"
    return Part(reference=reference, method="PATCH", path=path, body=body)


def _let_go(event: _Event) -> Part:
    """No Event is wanted any more: ours goes, another's is only not the booking's any more."""
    if not event.is_ours:
        return _changed(event, {"Booking_Id__c": None}, reference="event_gone")
    path = f"sobjects/Event/{event.event_id}"
    return Part(reference="event_gone", method="DELETE", path=path)


def _adoption(draft: CrmBookingDraft, found: _Found, event: _Event) -> dict[str, Any]:
    """What an Event of another synchronisation is given; the rest of it stays.

    It may have been related already, by the guest's address. Source: Object Reference, Event (a
    lead as WhoId allows no WhatId): then the record it was booked from goes before.
    """
    body: dict[str, Any] = {"Booking_Id__c": draft.booking_id, **_links(draft, found)}
    if str(body.get("WhoId", "")).startswith(_LEAD) and event.what_id:
        body["WhatId"] = None
    if "WhatId" in body and "WhoId" not in body and event.who_id.startswith(_LEAD):
        body["WhoId"] = None
    return body


def _invitation_changes(
    draft: CrmBookingDraft, invitations: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    wanted = [] if draft.status == _CANCELED else dict.fromkeys(draft.co_host_ids)
    users = [user for user in wanted if user != draft.host_id]
    # The owner-to-be comes first: with many to leave, the rest may wait for a second request.
    gone = sorted(set(invitations) - set(users), key=lambda user: user != draft.host_id)
    return gone, [user for user in users if user not in invitations]


def _invite(user_id: str, event_id: str) -> Part:
    return Part(
        reference=f"invite_{user_id}",
        method="POST",
        path="sobjects/EventRelation",
        body={"EventId": event_id, "RelationId": user_id, "Status": "New"},
    )


def _uninvite(relation_id: str) -> Part:
    return Part(
        reference=f"uninvite_{relation_id}",
        method="DELETE",
        path=f"sobjects/EventRelation/{relation_id}",
    )


def _settled(part: Part, bodies: Mapping[str, Any]) -> Part:
    """A part of a later request, which cannot refer to the first one's answers any more."""
    event = bodies.get("event")
    if not event or not part.body or part.body.get("EventId") != "@{event.id}":
        return part
    return Part(
        reference=part.reference,
        method=part.method,
        path=part.path,
        body={**part.body, "EventId": event["id"]},
    )


def _event(draft: CrmBookingDraft) -> dict[str, Any]:
    is_canceled = draft.status == _CANCELED
    location, description = draft.location, draft.description
    if len(location) > _MAX_TEXT:
        # A link that is cut is none; in the text it is whole.
        description = (
            description if location in description else f"{location}\n\n{description}".strip()
        )
        location = ""
    body: dict[str, Any] = {
        "Subject": (f"Canceled: {draft.subject}" if is_canceled else draft.subject)[:_MAX_TEXT],
        "Description": description[:_MAX_DESCRIPTION],
        "Location": location,
        "StartDateTime": transport.rfc3339(draft.interval.start),
        "EndDateTime": transport.rfc3339(draft.interval.end),
        "ShowAs": "Free" if is_canceled else "Busy",
        "Booking_Id__c": draft.booking_id,
    }
    if not is_canceled:
        # A canceled booking's host may have left the org; nobody inactive can be given anything.
        body["OwnerId"] = draft.host_id
    return body


def _links(draft: CrmBookingDraft, found: _Found) -> dict[str, str]:
    """With whom and about what the Event is; only said when it is made.

    Salesforce moves an Event along when its lead is converted, and people may relate it to
    something else; a later write leaves that alone. Source: Object Reference, Event (a lead as
    WhoId allows no WhatId).
    """
    record = found.record
    if record is None:
        return {}
    if draft.object_name == "Lead":
        contact = record.get("ConvertedContactId") if record.get("IsConverted") else None
        if record.get("IsConverted") and not contact:
            return {}
        return {"WhoId": str(contact or record["Id"])}
    if draft.object_name == "Contact":
        return {"WhoId": str(record["Id"])}
    links = {"WhatId": str(record["Id"])}
    contact = record.get("ContactId")
    roles = record.get("OpportunityContactRoles")
    if roles and roles["records"]:
        contact = roles["records"][0]["ContactId"]
    if contact:
        links["WhoId"] = str(contact)
    return links


def _booking(draft: CrmBookingDraft, found: _Found, event_id: str | None) -> Part:
    is_there = found.record is not None
    body: dict[str, Any] = {
        "Revision__c": draft.revision,
        "Booking_Type__c": draft.booking_type_name[:_MAX_TEXT],
        "Status__c": draft.status,
        "Status_Text__c": draft.status_text[:_MAX_STATUS],
        "Start__c": transport.rfc3339(draft.interval.start),
        "End__c": transport.rfc3339(draft.interval.end),
        "Host__c": draft.host_id,
        "Booked_By__c": draft.booked_by_id,
        "Record_Id__c": draft.record_id,
        "Record_Object__c": draft.object_name,
        # A longer address would keep the whole booking out of Salesforce.
        "Guest_Email__c": draft.guest_email if len(draft.guest_email) <= _MAX_EMAIL else None,
        "Join_Url__c": draft.join_url if len(draft.join_url) <= _MAX_URL else None,
        "Subject__c": draft.subject[:_MAX_TEXT],
        "Location__c": draft.location if len(draft.location) <= _MAX_TEXT else None,
        "Event_Id__c": event_id,
    }
    if draft.object_name in _LOOKUPS:
        body[f"{draft.object_name}__c"] = draft.record_id if is_there else None
    if draft.status != _CANCELED:
        body["OwnerId"] = draft.host_id
    return Part(
        reference="booking",
        method="PATCH",
        path=f"sobjects/Booking__c/External_Id__c/{draft.booking_id}",
        body=body,
    )
