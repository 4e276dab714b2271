"""What reading many things at once answers: busy times, and lists of events."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import g, request

from booking_types.intervals import Interval, merged
from connectors.sandbox.google import checks, view
from connectors.sandbox.google.answers import bad_request
from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.state import CalendarBox, Event, GoogleState
from connectors.sandbox.google.times import counts, expanded, instant, interval_of, moment_of, zone
from connectors.sandbox.world import World

#: Source: Freebusy: query, "calendarExpansionMax … Maximum value is 50".
_MOST_CALENDARS = 50
#: Not in the reference; about three months is where Google begins to say ``timeRangeTooLong``.
_LONGEST_SPAN = timedelta(days=90)
_PAGE = 250


def most_attendees() -> int:
    """With more of them only the calendar's owner is shown; 0 for all."""
    return checks.number("maxAttendees", default=0, least=1, most=10_000)


def time_zone() -> str | None:
    """The zone the answer is asked for in."""
    name = request.args.get("timeZone")
    if name is not None:
        zone(name)
    return name


# ------------------------------------------------------------------------- free/busy


def free_busy(world: World) -> dict[str, Any]:
    """The answer of ``freebusy.query``."""
    given = checks.body(checks.FREE_BUSY)
    for name in ("timeMin", "timeMax"):
        if not given.get(name):
            raise bad_request(f"Missing {name} parameter.", reason="required", location=name)
    start = instant(given["timeMin"], what="timeMin")
    end = instant(given["timeMax"], what="timeMax")
    if end <= start:
        raise bad_request("The specified time range is empty.", reason="timeRangeEmpty")
    if end - start > _LONGEST_SPAN:
        raise bad_request("The requested time range is too long.", reason="timeRangeTooLong")
    zone_name = given.get("timeZone", "UTC")
    zone(zone_name)
    ids = [item.get("id", "") for item in given.get("items", ())]
    span = Interval(start, end)
    calendars = {}
    for name in ids:
        calendars[name] = (
            _trouble("tooManyCalendarsRequested", domain="calendar")
            if len(ids) > min(_MOST_CALENDARS, given.get("calendarExpansionMax", _MOST_CALENDARS))
            else _busy_periods(state_of(world), name, span, zone_name)
        )
    return {
        "kind": "calendar#freeBusy",
        "timeMin": _text(start, "UTC"),
        "timeMax": _text(end, "UTC"),
        "calendars": calendars,
    }


def _trouble(reason: str, *, domain: str = "global") -> dict[str, Any]:
    return {"errors": [{"domain": domain, "reason": reason}], "busy": []}


def _text(moment: datetime, zone_name: str) -> str:
    return moment.astimezone(zone(zone_name)).isoformat().replace("+00:00", "Z")


def _busy_periods(
    state: GoogleState, calendar_id: str, span: Interval, zone_name: str
) -> dict[str, Any]:
    wanted = g.caller if calendar_id == "primary" else calendar_id.lower()
    box = state.calendars.get(wanted) or state.calendars.get(calendar_id)
    if box is None or not _may_see_busy(state, box):
        return _trouble("notFound")
    taken = [
        interval_of(event.resource, box.time_zone)
        for event in expanded(box, until=span.end)
        if counts(event.resource, box.owner)
    ]
    periods = merged(one for one in taken if one.overlaps(span))
    return {
        "busy": [
            {"start": _text(one.start, zone_name), "end": _text(one.end, zone_name)}
            for one in periods
        ]
    }


def _may_see_busy(state: GoogleState, box: CalendarBox) -> bool:
    """Colleagues see each other's primary calendar's busy time, as Workspace begins with."""
    if box.owner == g.caller:
        return True
    owner, asker = state.accounts[box.owner], state.accounts.get(g.caller)
    if asker is None or not box.is_primary:
        return False
    return owner.shares_free_busy and owner.domain == asker.domain


# ------------------------------------------------------------------------ events.list


def _listed(box: CalendarBox) -> list[Event]:
    """The events that ``events.list`` is asked for, all pages of them."""
    earliest, latest = _bounds()
    is_single = checks.flag("singleEvents")
    order = checks.choice("orderBy", "startTime", "updated", default="")
    if order == "startTime" and not is_single:
        raise bad_request(
            "The requested ordering is not available for the particular query.",
            location="orderBy",
        )
    horizon = latest or datetime(9999, 1, 1, tzinfo=UTC)
    if is_single and latest is None:
        horizon = (earliest or datetime.now(UTC)) + timedelta(days=730)
    events = expanded(box, until=horizon) if is_single else iter(list(box.events.values()))
    chosen = [
        event
        for event in events
        if _is_asked_for(event.resource, is_single=is_single)
        and _is_between(event, box, earliest, latest)
    ]
    if order == "updated":
        return sorted(chosen, key=lambda event: str(event.resource["updated"]))
    return sorted(
        chosen, key=lambda e: (moment_of(e.resource["start"], box.time_zone), e.resource["id"])
    )


def _bounds() -> tuple[datetime | None, datetime | None]:
    earliest, latest = (
        instant(request.args[name], what=name) if name in request.args else None
        for name in ("timeMin", "timeMax")
    )
    if earliest is not None and latest is not None and latest <= earliest:
        raise bad_request("The specified time range is empty.", reason="timeRangeEmpty")
    return earliest, latest


def _is_between(
    event: Event, box: CalendarBox, earliest: datetime | None, latest: datetime | None
) -> bool:
    if "recurrence" in event.resource:
        return True
    when = interval_of(event.resource, box.time_zone)
    return (earliest is None or when.end > earliest) and (latest is None or when.start < latest)


def _is_asked_for(resource: dict[str, Any], *, is_single: bool) -> bool:
    if resource["status"] == "cancelled" and not checks.flag("showDeleted"):
        is_exception = "recurringEventId" in resource
        if is_single or not is_exception:
            return False
    uid = request.args.get("iCalUID")
    kinds = request.args.getlist("eventTypes")
    return (
        uid in (None, resource["iCalUID"])
        and (not kinds or resource.get("eventType", "default") in kinds)
        and _has_properties(resource, "private", "privateExtendedProperty")
        and _has_properties(resource, "shared", "sharedExtendedProperty")
    )


def _has_properties(resource: dict[str, Any], kind: str, parameter: str) -> bool:
    kept = resource.get("extendedProperties", {}).get(kind, {})
    for text in request.args.getlist(parameter):
        name, separator, value = text.partition("=")
        if not separator:
            raise bad_request(f"Invalid value for {parameter}", location=parameter)
        if kept.get(name) != value:
            return False
    return True


def _page(events: list[Event], most: int) -> tuple[list[Event], str | None]:
    """One page of them, and the token of the next."""
    # Google lowers a larger number silently.
    size = min(checks.number("maxResults", default=_PAGE, least=1, most=2**31 - 1), most)
    first = 0
    token = request.args.get("pageToken")
    if token is not None:
        try:
            first = int(base64.urlsafe_b64decode(token))
        except (binascii.Error, ValueError) as error:
            raise bad_request("Invalid page token value.", location="pageToken") from error
    rest = base64.urlsafe_b64encode(str(first + size).encode()).decode()
    return events[first : first + size], rest if first + size < len(events) else None


def events(box: CalendarBox) -> dict[str, Any]:
    """The answer of ``events.list``."""
    zone_name, most = time_zone(), most_attendees()
    chosen, next_page = _page(_listed(box), box.page_size)
    body: dict[str, Any] = {
        "kind": "calendar#events",
        "etag": '"1"',
        "summary": box.summary,
        "updated": max((e.resource["updated"] for e in box.events.values()), default=_EPOCH),
        "timeZone": zone_name or box.time_zone,
        "accessRole": box.access,
        "defaultReminders": [],
        "items": [view.event(e, box, time_zone=zone_name, most_attendees=most) for e in chosen],
    }
    if next_page is not None:
        body["nextPageToken"] = next_page
    return body


_EPOCH = "1970-01-01T00:00:00.000Z"
