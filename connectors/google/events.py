"""Our events as Google's, and Google's as ours."""

from __future__ import annotations

import hashlib
import html
import html.entities
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from booking_types.intervals import Interval
from booking_types.model import Platform
from connectors.google import shapes
from connectors.protocols import (
    Attendee,
    AttendeeResponse,
    CalendarEvent,
    Conference,
    ConferenceState,
    EventDraft,
)
from connectors.transport import rfc3339

#: Names of our markers; private ones are seen by our application only, and not on copies.
KEY = "handoverKey"
BOOKING = "handoverBooking"
REVISION = "handoverRevision"

_RESPONSES = {
    "accepted": AttendeeResponse.ACCEPTED,
    "tentative": AttendeeResponse.TENTATIVE,
    "declined": AttendeeResponse.DECLINED,
}

#: When a canceled event takes place that tells nothing any more but its id.
#: Source: Events, status: "Deleted events are only guaranteed to have the id field populated".
_LONG_AGO = Interval(
    datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=1)
)


# ------------------------------------------------------------------------------ text

#: Character references that are read even without their semicolon, so that ``?a=1&copy=2``
#: would change.
_BARE = "|".join(sorted((n for n in html.entities.html5 if not n.endswith(";")), reverse=True))
_AMPERSAND = re.compile(rf"&(?=#|[A-Za-z][A-Za-z0-9]*;|{_BARE})")
_BREAK = re.compile(r"<(?:br\s*/?|/p|/div|/li)>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def to_html(text: str) -> str:
    """Plain text so that Google's calendar shows it as it is.

    A lone ampersand stays: Google puts descriptions into mails as they are, and links in them
    must work there.
    Source: Events, description: "Can contain HTML".
    """
    return _AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def to_text(markup: str) -> str:
    """A description as plain text, whoever wrote it."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup)))


# ----------------------------------------------------------------------- to Google


def inserted(draft: EventDraft) -> dict[str, Any]:
    """The body that makes the event."""
    body = _common(draft)
    body["id"] = draft.key
    body["start"] = _time(draft.interval.start, draft.time_zone)
    body["end"] = _time(draft.interval.end, draft.time_zone)
    body["attendees"] = [_attendee(one, None) for one in draft.attendees]
    if draft.makes_conference:
        body["conferenceData"] = _conference_request(draft.key)
    return body


def patched(draft: EventDraft, now: shapes.Event) -> dict[str, Any]:
    """The body that makes an event look like the draft.

    Args:
        draft: How it shall be.
        now: How it is. Lists are replaced as a whole, so what attendees answered must be said
            again, or Google forgets it; after a change of time it shall.
    """
    body = _common(draft)
    # Somebody may have made it an all-day event: a patch must take the date away.
    body["start"] = {"date": None, **_time(draft.interval.start, draft.time_zone)}
    body["end"] = {"date": None, **_time(draft.interval.end, draft.time_zone)}
    known = {one.email.casefold(): one for one in now.attendees}
    if not _is_at(now, draft.interval):
        known = {}
    body["attendees"] = [
        # The host's own entry and the rooms they booked are none of ours.
        _kept(one)
        for one in now.attendees
        if one.organizer or one.resource
    ] + [_attendee(one, known.get(one.email.casefold())) for one in draft.attendees]
    if draft.makes_conference and _needs_conference(now):
        body["conferenceData"] = _conference_request(_next_request_id(draft, now))
    return body


def _common(draft: EventDraft) -> dict[str, Any]:
    return {
        "summary": draft.subject,
        "description": to_html(draft.description),
        "location": draft.location,
        "extendedProperties": {
            "private": {
                KEY: draft.key,
                BOOKING: draft.booking_id,
                REVISION: str(draft.revision),
            }
        },
    }


def _time(moment: datetime, zone: str) -> dict[str, Any]:
    return {"dateTime": rfc3339(moment), "timeZone": zone}


def _attendee(attendee: Attendee, known: shapes.EventAttendee | None) -> dict[str, Any]:
    body: dict[str, Any] = {"email": attendee.email}
    if attendee.name:
        body["displayName"] = attendee.name
    if attendee.is_optional:
        body["optional"] = True
    if known is not None:
        body |= _said(known)
    return body


def _said(known: shapes.EventAttendee) -> dict[str, Any]:
    """What an attendee answered."""
    said: dict[str, Any] = {"responseStatus": known.response_status}
    if known.comment is not None:
        said["comment"] = known.comment
    if known.additional_guests is not None:
        said["additionalGuests"] = known.additional_guests
    return said


def _kept(known: shapes.EventAttendee) -> dict[str, Any]:
    body: dict[str, Any] = {"email": known.email, **_said(known)}
    if known.display_name:
        body["displayName"] = known.display_name
    if known.resource:
        body["resource"] = True
    return body


def _is_at(event: shapes.Event, interval: Interval) -> bool:
    start = event.start.date_time if event.start else None
    end = event.end.date_time if event.end else None
    return start == interval.start and end == interval.end


def _conference_request(request_id: str) -> dict[str, Any]:
    return {
        "createRequest": {
            "requestId": request_id,
            "conferenceSolutionKey": {"type": "hangoutsMeet"},
        }
    }


def _needs_conference(event: shapes.Event) -> bool:
    data = event.conference_data
    return data is None or _state(data) is ConferenceState.FAILED


def _next_request_id(draft: EventDraft, event: shapes.Event) -> str:
    """An id that was not asked with before: Google ignores a repeated one.

    It follows from the one that failed, so that asking twice after one failure asks once.
    """
    data = event.conference_data
    if data is None or data.create_request is None:
        return draft.key
    return hashlib.sha256(data.create_request.request_id.encode()).hexdigest()[:32]


# --------------------------------------------------------------------- from Google


def event_of(event: shapes.Event, interval: Interval | None) -> CalendarEvent:
    """Google's event as ours.

    Args:
        event: It.
        interval: When it is; nothing when it does not say.
    """
    private = event.extended_properties.private
    revision = private.get(REVISION, "")
    return CalendarEvent(
        event_id=event.id,
        ical_uid=event.ical_uid,
        key=private.get(KEY, ""),
        revision=int(revision) if revision.isdecimal() else 0,
        interval=interval or _LONG_AGO,
        subject=event.summary,
        location=event.location,
        organizer_email=event.organizer.email,
        attendees=tuple(
            Attendee(
                email=one.email,
                name=one.display_name,
                is_optional=one.optional,
                response=_RESPONSES.get(one.response_status, AttendeeResponse.NEEDS_ACTION),
            )
            for one in event.attendees
            if not one.organizer and not one.resource
        ),
        is_canceled=event.status == "cancelled",
        conference=_conference(event.conference_data),
        web_url=event.html_link,
        description=to_text(event.description),
    )


def _conference(data: shapes.ConferenceData | None) -> Conference | None:
    """The Meet conference; one that an add-on put there is not Google's."""
    if data is None or "hangoutsMeet" not in _solutions(data):
        return None
    state = _state(data)
    return Conference(
        platform=Platform.GOOGLE_MEET,
        conference_id=data.conference_id,
        join_url=_link(data) if state is ConferenceState.READY else "",
        state=state,
    )


def _solutions(data: shapes.ConferenceData) -> set[str]:
    asked = data.create_request.conference_solution_key.type if data.create_request else ""
    return {data.conference_solution.key.type, asked}


def _link(data: shapes.ConferenceData) -> str:
    return next((one.uri for one in data.entry_points if one.entry_point_type == "video"), "")


def _state(data: shapes.ConferenceData) -> ConferenceState:
    if _link(data):
        return ConferenceState.READY
    status = data.create_request.status.status_code if data.create_request else ""
    return ConferenceState.FAILED if status == "failure" else ConferenceState.PENDING
