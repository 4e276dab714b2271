"""Numbers every change of an event, so that one can ask what changed since.

A change's number is the event's entity tag; it grows over all calendars and is never given
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.google.state import CalendarBox, Event
from connectors.sandbox.world import World

#: What decides which instances a series has.
_SHAPE = ("start", "end", "recurrence")


def stamp(world: World, resource: dict[str, Any]) -> None:
    """A new entity tag and time of change."""
    now = world.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    resource["etag"] = f'"{world.number()}"'
    resource["updated"] = now
    resource.setdefault("created", now)


def number_of(resource: Mapping[str, Any]) -> int:
    """The number of an event's last change."""
    return int(resource["etag"].strip('"'))


def latest(box: CalendarBox) -> int:
    """The number of a calendar's last change; 0 before the first."""
    return max((number_of(event.resource) for event in box.events.values()), default=0)


def remember(event: Event, old: Mapping[str, Any]) -> None:
    """Keep how a series went before it was changed, for those who knew it so.

    Args:
        event: It, as it is now, stamped.
        old: As it was.
    """
    is_series = "recurrence" in old or "recurrence" in event.resource
    if is_series and any(old.get(name) != event.resource.get(name) for name in _SHAPE):
        shape = {name: old[name] for name in (*_SHAPE, "id") if name in old}
        event.earlier.append((number_of(old), number_of(event.resource), shape))


def shape_at(event: Event, number: int) -> dict[str, Any] | None:
    """How a series went when a change had been the last, if it has been changed since.

    Without a recurrence it was no series then. Nothing if it went as it does now, or was not
    there yet.
    """
    found = None
    for made, over, shape in event.earlier:
        if made <= number < over:
            found = shape
    return found
