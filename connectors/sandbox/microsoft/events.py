"""Events as JSON, both ways: what Graph answers, and what it takes."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, time
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.microsoft import recurrence
from connectors.sandbox.microsoft.recurrence import Instance
from connectors.sandbox.microsoft.state import Event, Invitee, Mailbox, mutable_id
from connectors.sandbox.microsoft.wire import (
    Json,
    Preferences,
    bad_request,
    date_time,
    local_time,
    seven_digits,
    zulu,
)

_SHOW_AS = frozenset({"free", "tentative", "busy", "oof", "workingElsewhere", "unknown"})
_KINDS = frozenset({"required", "optional", "resource"})
#: Properties that a client may write and that mean nothing to the sandbox.
_PASSED_THROUGH = {
    "importance": "normal",
    "sensitivity": "normal",
    "isReminderOn": False,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "categories": [],
}
#: Source: microsoft-graph-docs-contrib, event resource, writable properties (read 2025).
WRITABLE = frozenset(_PASSED_THROUGH) | {
    "subject",
    "body",
    "start",
    "end",
    "location",
    "locations",
    "attendees",
    "isAllDay",
    "showAs",
    "recurrence",
    "isOnlineMeeting",
    "onlineMeetingProvider",
    "singleValueExtendedProperties",
    "transactionId",
    "@odata.type",
}
#: What can be selected of an event.
PROPERTIES = (WRITABLE - {"@odata.type", "singleValueExtendedProperties"}) | {
    "id",
    "createdDateTime",
    "lastModifiedDateTime",
    "changeKey",
    "originalStartTimeZone",
    "originalEndTimeZone",
    "originalStart",
    "iCalUId",
    "hasAttachments",
    "bodyPreview",
    "isCancelled",
    "isOrganizer",
    "seriesMasterId",
    "type",
    "webLink",
    "onlineMeetingUrl",
    "onlineMeeting",
    "responseStatus",
    "organizer",
}
#: Changes of these are told to all attendees. Which ones exactly Graph tells is not documented;
#: event-update.md says only that an attendees-only change tells those concerned.
TOLD = frozenset(
    {"subject", "body", "start", "end", "location", "locations", "isAllDay", "recurrence"}
    | {"isOnlineMeeting", "onlineMeetingProvider"}
)
_PROPERTY_ID = re.compile(
    r"(String|Integer|Boolean) \{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\} Name \S+"
)


# ------------------------------------------------------------------------------- bodies


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002 - the parser's own
        if tag in ("br", "div", "p"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain(body: str) -> str:
    """What a reader sees of an HTML body."""
    parser = _Text()
    parser.feed(body)
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.parts)).strip()


def blob(join_url: str) -> str:
    """The part of a body that makes an event an online meeting."""
    return (
        f'<div><div style="white-space:nowrap">{"_" * 80}</div>'
        f'<div><a href="{html.escape(join_url)}">Join the meeting</a></div></div>'
    )


def _written_body(value: Any) -> str:
    if not isinstance(value, dict) or set(value) - {"contentType", "content", "@odata.type"}:
        raise bad_request("A body has the properties contentType and content.")
    kind, content = str(value.get("contentType", "text")).lower(), value.get("content", "")
    if kind not in ("text", "html") or not isinstance(content, str):
        raise bad_request("A body's contentType is text or html.")
    if kind == "text":
        return html.escape(content).replace("\n", "<br>")
    inside = re.search(r"<body[^>]*>(.*)</body>", content, re.IGNORECASE | re.DOTALL)
    return inside.group(1) if inside else content


# ------------------------------------------------------------------------------ reading


def _person(person: Invitee) -> Json:
    return {"emailAddress": {"name": person.name or person.email, "address": person.email}}


def _times(event: Event, instance: Instance, preferred: Preferences) -> Json:
    if not event.is_all_day:
        return {
            "start": date_time(instance.start, preferred),
            "end": date_time(instance.end, preferred),
        }
    # An all-day event is at midnight whatever zone was asked for: only the zone's name changes.
    # Source: microsoft-graph-docs issue 6003, microsoft-graph-docs-contrib issue 471.
    zone = local_zone(event)
    return {
        edge: {
            "dateTime": seven_digits(moment.astimezone(zone)),
            "timeZone": preferred.zone_name,
        }
        for edge, moment in (("start", instance.start), ("end", instance.end))
    }


def local_zone(event: Event) -> ZoneInfo:
    """The zone in which the event's days are counted."""
    return ZoneInfo(event.zone)


def rendered(mailbox: Mailbox, instance: Instance, preferred: Preferences) -> Json:
    """An event as Graph answers it, without extended properties."""
    event = instance.event
    item_id = instance.item_id if preferred.immutable_ids else mutable_id(instance.item_id)
    series_id = event.item_id if preferred.immutable_ids else mutable_id(event.item_id)
    body, kind = event.body, instance.kind
    return {
        "@odata.etag": f'W/"{event.version}"',
        "id": item_id,
        "createdDateTime": zulu(event.created_at),
        "lastModifiedDateTime": zulu(event.modified_at),
        "changeKey": str(event.version),
        "transactionId": event.transaction_id,
        "originalStartTimeZone": event.time_zone,
        "originalEndTimeZone": event.time_zone,
        "originalStart": None if instance.original_start is None else zulu(instance.original_start),
        "iCalUId": event.ical_uid,
        "hasAttachments": False,
        "subject": instance.subject,
        "bodyPreview": plain(body)[:255],
        "isAllDay": event.is_all_day,
        "isCancelled": event.is_cancelled,
        "isOrganizer": event.is_organizer,
        "seriesMasterId": series_id if kind in ("occurrence", "exception") else None,
        "showAs": instance.show_as,
        "type": kind,
        "webLink": f"https://outlook.office365.com/owa/?itemid={item_id}",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": event.is_online,
        "onlineMeetingProvider": "teamsForBusiness" if event.is_online else "unknown",
        "onlineMeeting": {"joinUrl": event.join_url} if event.join_url else None,
        "recurrence": event.recurrence if kind == "seriesMaster" else None,
        "responseStatus": {"response": event.response, "time": "0001-01-01T00:00:00Z"},
        "body": {
            "contentType": "html",
            "content": f"<html><head></head><body>{body}</body></html>",
        },
        **_times(event, instance, preferred),
        "location": {"displayName": event.location, "locationType": "default"},
        "locations": [{"displayName": event.location}] if event.location else [],
        "attendees": [
            {
                "type": invitee.kind,
                "status": {"response": invitee.response, "time": "0001-01-01T00:00:00Z"},
                **_person(invitee),
            }
            for invitee in event.invitees
        ],
        "organizer": _person(event.organizer),
        **_PASSED_THROUGH,
        **event.other,
    } | ({} if mailbox.teams else {"onlineMeetingProvider": "unknown"})


# ------------------------------------------------------------------------------ writing


def refuse_unknown(body: Json) -> None:
    """See that every property is one that a client may write.

    Raises:
        GraphError: One is not.
    """
    for name in body:
        if name not in WRITABLE:
            raise bad_request(
                f"The property '{name}' does not exist on type 'microsoft.graph.event' "
                "or cannot be written.",
                code="RequestBodyRead",
            )


def _written_invitees(value: Any, known: list[Invitee]) -> list[Invitee]:
    if not isinstance(value, list):
        raise bad_request("attendees is a collection.")
    before = {invitee.email.lower(): invitee for invitee in known}
    invitees: dict[str, Invitee] = {}
    for item in value:
        address = item.get("emailAddress") if isinstance(item, dict) else None
        if not isinstance(address, dict) or "@" not in str(address.get("address", "")):
            raise bad_request("At least one recipient isn't valid.", code="ErrorInvalidRecipients")
        if set(item) - {"emailAddress", "type", "status", "proposedNewTime", "@odata.type"}:
            raise bad_request("An attendee has the properties emailAddress and type.")
        kind = item.get("type", "required")
        if kind not in _KINDS:
            raise bad_request(f"Requested value '{kind}' was not found.")
        email = str(address["address"])
        old = before.get(email.lower())
        invitees[email.lower()] = Invitee(
            email=email,
            name=str(address.get("name") or ""),
            kind=kind,
            response=old.response if old else "none",
        )
    return list(invitees.values())


def _write_times(event: Event, body: Json, mailbox: Mailbox) -> None:
    supported = mailbox.supported_time_zones
    if "isAllDay" in body:
        event.is_all_day = bool(body["isAllDay"])
    if "start" in body:
        start, name = local_time(body["start"], supported=supported)
        event.start, event.time_zone = start.astimezone(UTC), name
        event.zone = str(start.tzinfo)
    if "end" in body:
        end, name = local_time(body["end"], supported=supported)
        event.end = end.astimezone(UTC)
        if event.is_all_day and name != event.time_zone:
            raise bad_request("start and end of an all-day event have the same time zone.")
    if event.end < event.start:
        raise bad_request("The end is before the start.", code="ErrorPropertyValidationFailure")
    if event.is_all_day:
        zone = local_zone(event)
        edges = (event.start.astimezone(zone), event.end.astimezone(zone))
        if any(edge.time() != time(0) for edge in edges) or event.start == event.end:
            raise bad_request(
                "The start and end of an all-day event must be midnight, a day or more apart.",
                code="ErrorPropertyValidationFailure",
            )


def _write_location(event: Event, body: Json) -> None:
    place = body.get("location")
    if "locations" in body and place is None:
        places = body["locations"]
        place = places[0] if places else {"displayName": ""}
    if place is None:
        return
    if not isinstance(place, dict):
        raise bad_request("A location has a displayName.")
    event.location = str(place.get("displayName") or "")


def _write_extended(event: Event, body: Json) -> None:
    for item in body.get("singleValueExtendedProperties", ()):
        if not isinstance(item, dict) or set(item) != {"id", "value"}:
            raise bad_request("An extended property has an id and a value.")
        if not _PROPERTY_ID.fullmatch(str(item["id"])):
            raise bad_request(f"The property id '{item['id']}' is invalid.")
        event.extended[str(item["id"])] = str(item["value"])


def _write_body(event: Event, body: Json) -> None:
    event.body = _written_body(body["body"])
    # The meeting lives in the body: a body without its link ends it.
    # Source: microsoft-graph-docs-contrib, event-update.md (read 2025).
    if event.join_url and html.escape(event.join_url) not in event.body:
        event.join_url, event.is_online = "", False


def write(event: Event, body: Json, *, mailbox: Mailbox, now: datetime) -> None:
    """Change the event as the request says; a new meeting is made by the caller.

    Raises:
        GraphError: A value is not what Graph takes.
    """
    if "start" in body or "end" in body or "isAllDay" in body:
        _write_times(event, body, mailbox)
    if "subject" in body:
        event.subject = str(body["subject"] or "")
    if "body" in body:
        _write_body(event, body)
    _write_location(event, body)
    if "attendees" in body:
        event.invitees = _written_invitees(body["attendees"], event.invitees)
    if "showAs" in body:
        if body["showAs"] not in _SHOW_AS:
            raise bad_request(f"Requested value '{body['showAs']}' was not found.")
        event.show_as = body["showAs"]
    if body.get("recurrence") is not None:
        recurrence.check(body["recurrence"])
        event.recurrence = body["recurrence"]
    _write_extended(event, body)
    event.other.update({k: v for k, v in body.items() if k in _PASSED_THROUGH})
    event.modified_at = now
    event.version += 1


def wants_meeting(body: Json) -> bool:
    """Whether the request asks for an online meeting.

    Raises:
        GraphError: Of a provider that is none.
    """
    provider = body.get("onlineMeetingProvider", "teamsForBusiness")
    if provider not in ("teamsForBusiness", "skypeForBusiness", "skypeForConsumer", "unknown"):
        raise bad_request(f"Requested value '{provider}' was not found.")
    return bool(body.get("isOnlineMeeting")) and provider == "teamsForBusiness"
