"""Shows events and calendars as the one who asks sees them."""

from __future__ import annotations

import copy
from typing import Any

from connectors.sandbox.google.changes import stamp
from connectors.sandbox.google.state import CalendarBox, Event
from connectors.sandbox.google.times import shown
from connectors.sandbox.world import World


def event(
    world: World,
    stored: Event,
    box: CalendarBox,
    *,
    time_zone: str | None = None,
    most_attendees: int = 0,
) -> dict[str, Any]:
    """An Event resource.

    Args:
        world: Where.
        stored: It.
        box: The calendar it is on.
        time_zone: Zone of the answer's offsets; without it the calendar's.
        most_attendees: With more of them, only the calendar's owner is shown; 0 for all.
    """
    resource = copy.deepcopy(stored.resource)
    zone_name = time_zone or box.time_zone
    for name in ("start", "end", "originalStartTime"):
        if name in resource:
            resource[name] = shown(resource[name], zone_name)
    for name in ("organizer", "creator"):
        # ``self`` speaks of the calendar the copy is on, not of who asks.
        if resource.get(name, {}).get("email") == box.calendar_id:
            resource[name]["self"] = True
    _show_attendees(resource, box, most_attendees)
    if stored.pending_answers > 0:
        stored.pending_answers -= 1
        _hide_conference(resource)
        if stored.pending_answers == 0:
            # That the conference is there is a change of its own, after this answer.
            stamp(world, stored.resource)
    return resource


def _show_attendees(resource: dict[str, Any], box: CalendarBox, most: int) -> None:
    attendees = resource.get("attendees", [])
    for one in attendees:
        if one["email"] == box.owner:
            one["self"] = True
    if most and len(attendees) > most:
        resource["attendees"] = [one for one in attendees if one.get("self")]
        resource["attendeesOmitted"] = True


def _hide_conference(resource: dict[str, Any]) -> None:
    create = resource["conferenceData"]["createRequest"]
    create["status"] = {"statusCode": "pending"}
    resource["conferenceData"] = {"createRequest": create}
    resource.pop("hangoutLink", None)


def list_entry(box: CalendarBox) -> dict[str, Any]:
    """A CalendarListEntry resource."""
    entry: dict[str, Any] = {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{box.entry_number}"',
        "id": box.calendar_id,
        "summary": box.summary,
        "timeZone": box.time_zone,
        "accessRole": box.access,
        "selected": box.is_selected,
        "defaultReminders": [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    if box.is_primary:
        entry["primary"] = True
    else:
        entry["dataOwner"] = box.owner
    if box.is_hidden:
        entry["hidden"] = True
    if box.is_deleted:
        entry["deleted"] = True
    return entry


def calendar(box: CalendarBox) -> dict[str, Any]:
    """A Calendar resource."""
    made: dict[str, Any] = {
        "kind": "calendar#calendar",
        "etag": f'"{box.entry_number}"',
        "id": box.calendar_id,
        "summary": box.summary,
        "timeZone": box.time_zone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    if not box.is_primary:
        made["dataOwner"] = box.owner
    return made
