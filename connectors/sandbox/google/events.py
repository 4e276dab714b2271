"""Writes events: on their own calendar, on the attendees' calendars, and into mailboxes."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.google import invitations
from connectors.sandbox.google.answers import GoogleError, bad_request
from connectors.sandbox.google.changes import remember, stamp
from connectors.sandbox.google.checks import READ_ONLY
from connectors.sandbox.google.state import CalendarBox, Event, GoogleState
from connectors.sandbox.google.times import check_recurrence, check_span, normal
from connectors.sandbox.world import World

#: What an attendee may change on their own copy; the rest belongs to the organizer.
_OWN = frozenset(
    {"attendees", "colorId", "extendedProperties", "reminders", "transparency", "visibility"}
)
#: Fields whose change is worth a mail.
_VISIBLE = ("summary", "description", "location", "start", "end", "recurrence", "conferenceData")
#: What an attendee's copy does not have of the organizer's event.
_NOT_COPIED = frozenset({"extendedProperties", "reminders", "colorId", "transparency", "etag"})


def state_of(world: World) -> GoogleState:
    """The state as it is now; restoring a snapshot replaces it."""
    state: GoogleState = world.states["google"]
    return state


def merged(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A resource after a patch: objects merge, lists are replaced, null takes away."""
    result = dict(old)
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(result.get(name), Mapping):
            result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result


def completed(
    box: CalendarBox, given: Mapping[str, Any], *, old: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The resource to keep: what the caller gave, and what Google adds to it."""
    resource = {name: value for name, value in given.items() if name not in READ_ONLY}
    for name in ("start", "end"):
        if not resource.get(name):
            raise bad_request(f"Missing {name} time.", reason="required")
        resource[name] = normal(resource[name], what=name, default_zone=box.time_zone)
    check_span(resource, box.time_zone)
    if resource.get("recurrence"):
        check_recurrence(resource["recurrence"], resource)
    else:
        resource.pop("recurrence", None)
    resource.setdefault("status", "confirmed")
    resource.setdefault("eventType", "default")
    resource.setdefault("reminders", {"useDefault": True})
    for name in ("attendees",):
        if name in resource:
            resource[name] = [_attendee(box, one) for one in resource[name]]
    if not resource.get("attendees"):
        resource.pop("attendees", None)
    kept = old or {}
    for name in READ_ONLY & kept.keys():
        resource[name] = kept[name]
    for name in ("id", "iCalUID", "eventType"):
        if name in kept:
            resource[name] = kept[name]
    return resource


def _attendee(box: CalendarBox, given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in given.items() if name not in ("self", "organizer")}
    kept["email"] = given["email"].strip().lower()
    kept.setdefault("responseStatus", "needsAction")
    if kept["email"] == box.calendar_id:
        kept["organizer"] = True
    return kept


def insert(
    world: World,
    box: CalendarBox,
    given: Mapping[str, Any],
    *,
    send_updates: str,
    with_conference: bool,
) -> Event:
    """A new event of the calendar's owner; invites, and asks for a conference."""
    state = state_of(world)
    resource = completed(box, given, old=None)
    event_id = resource.setdefault("id", uuid.uuid4().hex)
    if event_id in box.events:
        raise GoogleError(409, "duplicate", "The requested identifier already exists.")
    account = state.accounts[box.owner]
    resource.setdefault("iCalUID", f"{event_id}@google.com")
    resource["kind"] = "calendar#event"
    resource["htmlLink"] = f"https://www.google.com/calendar/event?eid={event_id}"
    resource["sequence"] = 0
    resource["creator"] = {"email": box.owner}
    resource["organizer"] = (
        {"email": box.owner, "displayName": account.name}
        if box.is_primary
        else {"email": box.calendar_id, "displayName": box.summary}
    )
    event = Event(resource=resource)
    asked = resource.pop("conferenceData", None)
    if with_conference and asked is not None:
        confer(event, asked, works=account.meet == "works")
    stamp(world, resource)
    box.events[event_id] = event
    spread(world, box, event, before=None, send_updates=send_updates)
    return event


def confer(event: Event, asked: Mapping[str, Any], *, works: bool) -> None:
    """Make the conference that was asked for, shown as pending in the next answer."""
    create = asked.get("createRequest")
    resource = event.resource
    if create is None:
        raise bad_request("Conference data cannot be copied here: ask with createRequest.")
    if not create.get("requestId"):
        raise bad_request("Missing conference request id.", reason="required")
    if create.get("conferenceSolutionKey", {}).get("type", "hangoutsMeet") != "hangoutsMeet":
        raise bad_request("Invalid conference type value.")
    known = resource.get("conferenceData", {}).get("createRequest", {})
    if known.get("requestId") == create["requestId"]:
        return  # the same request again is ignored
    made: dict[str, Any] = {
        "createRequest": {
            "requestId": create["requestId"],
            "conferenceSolutionKey": {"type": "hangoutsMeet"},
            "status": {"statusCode": "success" if works else "failure"},
        }
    }
    if works:
        letters = uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijkmnpqr"))
        code = f"{letters[:3]}-{letters[3:7]}-{letters[7:10]}"
        made["conferenceId"] = code
        made["conferenceSolution"] = {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"}
        made["entryPoints"] = [
            {
                "entryPointType": "video",
                "uri": f"https://meet.google.com/{code}",
                "label": f"meet.google.com/{code}",
            }
        ]
        resource["hangoutLink"] = f"https://meet.google.com/{code}"
    else:
        resource.pop("hangoutLink", None)
    resource["conferenceData"] = made
    event.pending_answers = 1


def change(
    world: World,
    box: CalendarBox,
    event: Event,
    wanted: Mapping[str, Any],
    *,
    named: set[str],
    send_updates: str,
    with_conference: bool,
) -> None:
    """Make an event look like what is wanted.

    Args:
        world: Where.
        box: The calendar it is on.
        event: It, as stored or as a series makes it; then it becomes an exception.
        wanted: The whole resource after the change, as the caller sees it.
        named: The fields the caller spoke of.
        send_updates: Whom to mail.
        with_conference: Whether conference data counts.
    """
    old = copy.deepcopy(event.resource)
    if not is_organizer(box, old):
        _answer_invitation(world, box, event, wanted, named=named)
        return
    asked = wanted.get("conferenceData") if "conferenceData" in named else None
    resource = completed(box, wanted, old=old)
    for name in ("conferenceData", "hangoutLink"):
        resource.pop(name, None)
        if name in old:
            resource[name] = old[name]
    event.resource = resource
    if with_conference and "conferenceData" in named:
        if asked is None:
            resource.pop("conferenceData", None)
            resource.pop("hangoutLink", None)
        elif asked != old.get("conferenceData"):
            confer(event, asked, works=state_of(world).accounts[box.owner].meet == "works")
    if any(resource.get(name) != old.get(name) for name in ("start", "end", "recurrence")):
        resource["sequence"] = old["sequence"] + 1
    stamp(world, resource)
    remember(event, old)
    box.events[resource["id"]] = event
    spread(world, box, event, before=old, send_updates=send_updates)


def delete(world: World, box: CalendarBox, event: Event, *, send_updates: str) -> None:
    """Cancel an event; on an attendee's calendar that declines it."""
    old = copy.deepcopy(event.resource)
    if old["status"] == "cancelled":
        raise GoogleError(410, "deleted", "Resource has been deleted")
    event.resource["status"] = "cancelled"
    box.events[old["id"]] = event
    stamp(world, event.resource)
    _cancel_exceptions(world, box, old["id"])
    if is_organizer(box, old):
        event.resource["sequence"] = old["sequence"] + 1
        spread(world, box, event, before=old, send_updates=send_updates)
    else:
        _respond(world, old, box.owner, "declined")


def _cancel_exceptions(world: World, box: CalendarBox, series_id: str) -> None:
    """With a series go its instances, also those that had been moved or changed."""
    for event in box.events.values():
        is_ours = event.resource.get("recurringEventId") == series_id
        if is_ours and event.resource["status"] != "cancelled":
            event.resource["status"] = "cancelled"
            stamp(world, event.resource)


def is_organizer(box: CalendarBox, resource: Mapping[str, Any]) -> bool:
    """Whether the event belongs to this calendar, rather than being an attendee's copy."""
    return bool(resource["organizer"]["email"] == box.calendar_id)


# ------------------------------------------------------------------------ attendees


def _answer_invitation(
    world: World, box: CalendarBox, event: Event, wanted: Mapping[str, Any], *, named: set[str]
) -> None:
    foreign = named - _OWN - READ_ONLY
    if foreign and not event.resource.get("guestsCanModify"):
        raise GoogleError(
            403,
            "forbiddenForNonOrganizer",
            "Shared properties can only be changed by the organizer of the event.",
            domain="calendar",
        )
    for name in named & (_OWN - {"attendees"}):
        if name in wanted:
            event.resource[name] = wanted[name]
        else:
            event.resource.pop(name, None)
    box.events[event.resource["id"]] = event
    stamp(world, event.resource)
    for one in wanted.get("attendees", ()) if "attendees" in named else ():
        if one.get("email", "").lower() == box.owner:
            _respond(world, event.resource, box.owner, one.get("responseStatus", "needsAction"))


def _respond(world: World, resource: Mapping[str, Any], email: str, response: str) -> None:
    """Write an attendee's answer on every copy of the event there is."""
    for box in state_of(world).calendars.values():
        event = box.events.get(resource["id"])
        if event is None or event.resource["iCalUID"] != resource["iCalUID"]:
            continue
        for attendee in event.resource.get("attendees", ()):
            if attendee["email"] == email:
                attendee["responseStatus"] = response
                stamp(world, event.resource)


def spread(
    world: World,
    box: CalendarBox,
    event: Event,
    *,
    before: Mapping[str, Any] | None,
    send_updates: str,
) -> None:
    """Bring the attendees' calendars and mailboxes up to date with the organizer's event."""
    resource = event.resource
    now = {one["email"] for one in resource.get("attendees", ())} - {box.owner}
    then = {one["email"] for one in (before or {}).get("attendees", ())} - {box.owner}
    is_canceled = resource["status"] == "cancelled"
    for email in sorted(now | then):
        is_off = is_canceled or email not in now
        _copy(world, email, resource, is_off=is_off)
        if is_off and (before is None or email not in then):
            continue
        if not is_off and email in then and not _differs(before, resource):
            continue
        if _is_mailed(world, email, send_updates):
            invitations.send(
                world, resource, box=box, recipient=email, is_off=is_off, is_new=email not in then
            )


def _differs(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    old = before or {}
    return any(old.get(name) != after.get(name) for name in _VISIBLE) or (
        old.get("status") != after.get("status")
    )


def _is_mailed(world: World, email: str, send_updates: str) -> bool:
    if send_updates == "externalOnly":
        return state_of(world).account(email) is None
    return send_updates == "all"


def _copy(world: World, email: str, resource: Mapping[str, Any], *, is_off: bool) -> None:
    """Put the event on a Google attendee's own calendar, or take it off."""
    state = state_of(world)
    account = state.account(email)
    if account is None:
        return
    box = state.calendars[account.email]
    existing = box.events.get(resource["id"])
    if existing is None and (is_off or not account.receives_invitations):
        return
    kept = copy.deepcopy({n: v for n, v in resource.items() if n not in _NOT_COPIED})
    if existing is not None:
        own = {n: v for n, v in existing.resource.items() if n in _NOT_COPIED}
        kept |= own
    if is_off:
        kept["status"] = "cancelled"
        _cancel_exceptions(world, box, kept["id"])
    stamp(world, kept)
    copied = Event(resource=kept)
    if existing is not None:
        copied.earlier = existing.earlier
        remember(copied, existing.resource)
    box.events[kept["id"]] = copied
