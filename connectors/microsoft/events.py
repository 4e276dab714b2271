"""Events: our drafts as Graph's JSON, and Graph's JSON as our events.

A Teams meeting lives in the event's body: a body that is written without it ends the meeting
(microsoft-graph-docs-contrib, event-update.md, 2025). So the meeting's part is cut out of the body
that is there and written back behind the new text.
"""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from booking_types.intervals import Interval
from booking_types.model import Platform
from connectors.microsoft.zones import name_for, zone_from
from connectors.protocols import (
    Attendee,
    AttendeeResponse,
    CalendarEvent,
    Conference,
    ConferenceState,
    EventDraft,
)

Json = dict[str, Any]

#: Our own property set. Never change it: events that exist are found by it.
_PROPERTY_SET = "{5b1a7c60-3d5e-4f0f-9d53-8a2c1f6be7d4}"
#: Holds our key alone: events are looked for by it.
KEY_PROPERTY = f"String {_PROPERTY_SET} Name HandoverKey"
#: Holds ``key|booking|revision|whether it shall have a Teams meeting``.
MARK_PROPERTY = f"String {_PROPERTY_SET} Name HandoverBooking"
#: Asks for the mark along with an event.
EXPAND = f"singleValueExtendedProperties($filter=id eq '{MARK_PROPERTY}')"

_RESPONSES = {
    "accepted": AttendeeResponse.ACCEPTED,
    "organizer": AttendeeResponse.ACCEPTED,
    "tentativelyAccepted": AttendeeResponse.TENTATIVE,
    "declined": AttendeeResponse.DECLINED,
}
#: The line of underscores before a meeting's part, with the tags that open just before it.
_LINE = 20
_LONG_LINE = re.compile(rf"_{{{_LINE},}}")
_MEETING = re.compile(rf"(?:<(?!/)[^<>]*>\s*)*_{{{_LINE},}}")
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.IGNORECASE | re.DOTALL)
_SOURCE_BREAK = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_BLOCKS = frozenset({"div", "p", "li", "tr", "h1", "h2", "h3"})
_HIDDEN = frozenset({"head", "style", "script", "title"})


# -------------------------------------------------------------------------------- bodies


class _Text(HTMLParser):
    """What a reader sees: line breaks where the page has them, not where its source has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._hidden = 0
        self._block_ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self._begin()
            self.text += "\n"
        elif tag in _BLOCKS:
            self._block_ended = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self._block_ended = True

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        leading = _SOURCE_BREAK.match(data)
        if leading and (self._block_ended or not self.text or self.text.endswith("\n")):
            data = data[leading.end() :]
        if data:
            self._begin()
            self.text += _SOURCE_BREAK.sub(" ", data)

    def _begin(self) -> None:
        """Something follows: what came before it in a block of its own ends its line."""
        if self._block_ended and self.text and not self.text.endswith("\n"):
            self.text += "\n"
        self._block_ended = False


def _inside(content: str) -> str:
    found = _BODY.search(content)
    return found.group(1) if found else content


def _meeting_part(content: str) -> str | None:
    """The part of a body that holds its meeting; nothing where it cannot be told apart."""
    inside = _inside(content)
    found = _MEETING.search(inside)
    return inside[found.start() :] if found else None


def text_of(content: str) -> str:
    """A body as plain text, without the part that holds its meeting."""
    inside = _inside(content)
    found = _MEETING.search(inside)
    parser = _Text()
    parser.feed(inside[: found.start()] if found else inside)
    parser.close()
    return parser.text if parser.text.strip() else ""


def _told_apart(text: str) -> str:
    """The text without anything that looks like the beginning of a meeting's part.

    Its lines end by a line feed alone, since a body's source has line ends of its own.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _LONG_LINE.sub("_" * (_LINE - 1), text)


def _html(text: str) -> str:
    escaped = html.escape(_told_apart(text), quote=False).replace("\n", "<br>")
    return f"<div>{escaped}</div>" if escaped else ""


# ------------------------------------------------------------------------------- writing


def _mark(draft: EventDraft) -> str:
    wants = "teams" if draft.makes_conference else ""
    return f"{draft.key}|{draft.booking_id}|{draft.revision}|{wants}"


def _moment(moment: datetime, time_zone: str) -> Json:
    zone = zone_from(time_zone)
    if zone is None:
        zone, time_zone = ZoneInfo("UTC"), "UTC"
    local = moment.astimezone(zone).replace(tzinfo=None)
    return {"dateTime": local.isoformat(), "timeZone": name_for(time_zone)}


def _times(draft: EventDraft, *, in_utc: bool) -> Json:
    zone = "UTC" if in_utc else draft.time_zone
    return {
        "start": _moment(draft.interval.start, zone),
        "end": _moment(draft.interval.end, zone),
    }


def _attendee(attendee: Attendee) -> Json:
    address = {"address": attendee.email}
    if attendee.name:
        address["name"] = attendee.name
    return {
        "emailAddress": address,
        "type": "optional" if attendee.is_optional else "required",
    }


def created(draft: EventDraft, *, in_utc: bool = False) -> Json:
    """The body that makes the event.

    Args:
        draft: The event as it should be.
        in_utc: Say its times in UTC, for a mailbox that does not know the draft's zone.
    """
    body: Json = {
        "subject": draft.subject,
        "body": {"contentType": "html", "content": _html(draft.description)},
        **_times(draft, in_utc=in_utc),
        "location": {"displayName": draft.location},
        "attendees": [_attendee(attendee) for attendee in draft.attendees],
        "showAs": "busy",
        # Sent again with the same id, Graph gives the event it has already made.
        "transactionId": str(uuid.UUID(draft.key)),
        "singleValueExtendedProperties": [
            {"id": KEY_PROPERTY, "value": draft.key},
            {"id": MARK_PROPERTY, "value": _mark(draft)},
        ],
    }
    if draft.makes_conference:
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    return body


def changed(current: Mapping[str, Any], draft: EventDraft, *, in_utc: bool = False) -> Json:
    """The smallest body that makes the event look like the draft; empty when it does already.

    Graph mails everybody for whatever is written, so what is the same is left out.

    Args:
        current: The event as Graph has it now.
        draft: The event as it should be.
        in_utc: As in ``created``.
    """
    body: Json = {}
    if current.get("subject") != draft.subject:
        body["subject"] = draft.subject
    if _interval(current) != draft.interval:
        body |= _times(draft, in_utc=in_utc)
    if _location(current) != draft.location:
        body["location"] = {"displayName": draft.location}
    if _people(_attendees(current)) != _people(draft.attendees):
        body["attendees"] = [_attendee(attendee) for attendee in draft.attendees]
    body |= _changed_text(current, draft)
    if draft.makes_conference and not current.get("isOnlineMeeting"):
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    if _mark_on(current) != _mark(draft):
        body["singleValueExtendedProperties"] = [
            {"id": KEY_PROPERTY, "value": draft.key},
            {"id": MARK_PROPERTY, "value": _mark(draft)},
        ]
    return body


def _changed_text(current: Mapping[str, Any], draft: EventDraft) -> Json:
    content = _content(current)
    if text_of(content).split() == _told_apart(draft.description).split():
        return {}
    wanted = _html(draft.description)
    if current.get("isOnlineMeeting"):
        meeting = _meeting_part(content)
        if meeting is None:
            # The meeting is worth more than the text: without knowing where it is in the body,
            # the body stays as it is.
            return {}
        wanted += meeting
    return {"body": {"contentType": "html", "content": wanted}}


def _people(attendees: tuple[Attendee, ...]) -> dict[str, bool]:
    """Who is on it; names are left out, since the directory has its own for its people."""
    return {attendee.email.casefold(): attendee.is_optional for attendee in attendees}


# ------------------------------------------------------------------------------- reading


def instant(value: Any) -> datetime:
    """A dateTimeTimeZone as an aware datetime in UTC.

    Raises:
        ValueError: It is none, or its zone is not known.
        TypeError: Likewise.
        KeyError: Likewise.
    """
    moment = datetime.fromisoformat(value["dateTime"])
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    zone = zone_from(value["timeZone"])
    if zone is None:
        raise ValueError("a zone that nobody knows")
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _interval(event: Mapping[str, Any]) -> Interval:
    start, end = instant(event["start"]), instant(event["end"])
    # An entry of no length is legal in Outlook; nothing is ever decided by this minute.
    return Interval(start, max(end, start + timedelta(minutes=1)))


def _content(event: Mapping[str, Any]) -> str:
    body = event.get("body") or {}
    if body.get("contentType") == "text":
        return html.escape(body.get("content") or "", quote=False).replace("\n", "<br>")
    return str(body.get("content") or "")


def _location(event: Mapping[str, Any]) -> str:
    return str((event.get("location") or {}).get("displayName") or "")


def _attendees(event: Mapping[str, Any]) -> tuple[Attendee, ...]:
    organizer = _organizer(event).casefold()
    found = []
    for item in event.get("attendees") or ():
        email = item["emailAddress"]["address"]
        if email.casefold() == organizer:
            continue
        name = item["emailAddress"].get("name") or ""
        response = (item.get("status") or {}).get("response")
        found.append(
            Attendee(
                email=email,
                # Graph puts the address where there is no name.
                name="" if name.casefold() == email.casefold() else name,
                is_optional=item.get("type") == "optional",
                response=_RESPONSES.get(str(response), AttendeeResponse.NEEDS_ACTION),
            )
        )
    return tuple(found)


def _organizer(event: Mapping[str, Any]) -> str:
    return str(((event.get("organizer") or {}).get("emailAddress") or {}).get("address") or "")


def _mark_on(event: Mapping[str, Any]) -> str:
    for item in event.get("singleValueExtendedProperties") or ():
        if item.get("id", "").casefold() == MARK_PROPERTY.casefold():
            return str(item.get("value") or "")
    return ""


def _conference(event: Mapping[str, Any], *, is_wanted: bool) -> Conference | None:
    is_online = bool(event.get("isOnlineMeeting"))
    if not is_online and not is_wanted:
        return None
    join_url = str((event.get("onlineMeeting") or {}).get("joinUrl") or "")
    state = ConferenceState.FAILED
    if is_online:
        state = ConferenceState.READY if join_url else ConferenceState.PENDING
    return Conference(
        platform=Platform.MICROSOFT_TEAMS,
        conference_id=str(event["id"]),
        join_url=join_url,
        state=state,
    )


def parsed(event: Mapping[str, Any], *, mark: str | None = None) -> CalendarEvent:
    """An event as Graph answers it.

    Args:
        event: Graph's JSON.
        mark: What was written as the mark, for answers that leave it out.

    Raises:
        ValueError: It is not the JSON of an event.
        TypeError: Likewise.
        KeyError: Likewise.
        AttributeError: Likewise.
    """
    key, _, rest = (_mark_on(event) if mark is None else mark).partition("|")
    _, revision, wants = (*rest.split("|"), "", "", "")[:3]
    return CalendarEvent(
        event_id=str(event["id"]),
        ical_uid=str(event.get("iCalUId") or ""),
        key=key,
        revision=int(revision) if revision.isdigit() else 0,
        interval=_interval(event),
        subject=str(event.get("subject") or ""),
        location=_location(event),
        organizer_email=_organizer(event),
        attendees=_attendees(event),
        is_canceled=bool(event.get("isCancelled")),
        conference=_conference(event, is_wanted=wants == "teams"),
        web_url=str(event.get("webLink") or ""),
        description=text_of(_content(event)),
    )


def mark_of(draft: EventDraft) -> str:
    """The mark that the draft's event has once it was written."""
    return _mark(draft)
