"""Calendar API v3: who may come in, and the methods."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, g, request

from booking_types.intervals import Interval, merged
from connectors.sandbox.google import checks, view
from connectors.sandbox.google.answers import (
    GoogleError,
    answer,
    answering,
    bad_request,
    not_found,
)
from connectors.sandbox.google.events import (
    change,
    delete,
    insert,
    is_organizer,
    state_of,
)
from connectors.sandbox.google.events import (
    merged as patched,
)
from connectors.sandbox.google.state import CalendarBox, Event, GoogleState
from connectors.sandbox.google.times import (
    counts,
    expanded,
    found,
    instant,
    interval_of,
    moment_of,
    zone,
)
from connectors.sandbox.world import World

_ROOT = "https://www.googleapis.com/auth/calendar"
_READ_EVENTS = frozenset(
    {_ROOT, f"{_ROOT}.readonly", f"{_ROOT}.events", f"{_ROOT}.events.readonly"}
)
_WRITE_EVENTS = frozenset({_ROOT, f"{_ROOT}.events"})
_READ_LISTS = frozenset(
    {_ROOT, f"{_ROOT}.readonly", f"{_ROOT}.calendarlist", f"{_ROOT}.calendarlist.readonly"}
)
#: Scopes of which one is enough, by operation. Source: each method's reference page.
_ENOUGH: dict[str, frozenset[str]] = {
    "calendar_list": _READ_LISTS,
    "calendar_list_get": _READ_LISTS,
    "calendars_get": frozenset(
        {_ROOT, f"{_ROOT}.readonly", f"{_ROOT}.calendars", f"{_ROOT}.calendars.readonly"}
    ),
    "free_busy": frozenset(
        {_ROOT, f"{_ROOT}.readonly", f"{_ROOT}.freebusy", f"{_ROOT}.events.freebusy"}
    ),
    "events_list": _READ_EVENTS,
    "events_get": _READ_EVENTS,
    "events_insert": _WRITE_EVENTS,
    "events_patch": _WRITE_EVENTS,
    "events_update": _WRITE_EVENTS,
    "events_delete": _WRITE_EVENTS,
}

#: Source: Freebusy: query, "calendarExpansionMax … Maximum value is 50".
_MOST_CALENDARS = 50
#: Not in the reference; about three months is where Google begins to say ``timeRangeTooLong``.
_LONGEST_SPAN = timedelta(days=90)
_PAGE = 250


def _authorize(world: World) -> None:
    """Know the caller by the bearer token, and refuse those without one."""
    scheme, _, name = request.headers.get("Authorization", "").partition(" ")
    state = state_of(world)
    token = state.access_tokens.get(name.strip()) if scheme == "Bearer" else None
    account = state.accounts.get(token.email) if token else None
    g.caller = token.email if token else ""
    is_over = token is None or token.expires_at <= world.clock.now()
    if is_over or (account is not None and account.is_suspended):
        raise GoogleError(401, "authError", "Invalid Credentials", location="Authorization")
    operation = (request.endpoint or "").partition(".")[2]
    if token is not None and not token.scopes & _ENOUGH[operation]:
        raise GoogleError(
            403,
            "insufficientPermissions",
            "Request had insufficient authentication scopes.",
        )


def _box(state: GoogleState, calendar_id: str, *, writes: bool = False) -> CalendarBox:
    """A calendar the caller may see, and with ``writes`` change."""
    wanted = g.caller if calendar_id == "primary" else calendar_id
    box = state.calendars.get(wanted) or state.calendars.get(wanted.lower())
    if box is None or box.owner != g.caller:
        raise not_found()
    if writes and box.access == "reader":
        raise GoogleError(
            403,
            "requiredAccessLevel",
            "You need to have writer access to this calendar.",
            domain="calendar",
        )
    return box


def _event(box: CalendarBox, event_id: str) -> Event:
    event = found(box, event_id)
    if event is None:
        raise not_found()
    return event


def _most_attendees() -> int:
    return checks.number("maxAttendees", default=0, least=1, most=10_000)


def _time_zone() -> str | None:
    name = request.args.get("timeZone")
    if name is not None:
        zone(name)
    return name


def _send_updates() -> str:
    words = ("all", "externalOnly", "none")
    default = "all" if checks.flag("sendNotifications") else "none"
    return checks.choice("sendUpdates", *words, default=default)


def _check_match(event: Event) -> None:
    wanted = request.headers.get("If-Match")
    if wanted not in (None, "*", event.resource["etag"]):
        raise GoogleError(412, "conditionNotMet", "Precondition Failed", location="If-Match")


# ------------------------------------------------------------------------- free/busy


def _free_busy(world: World) -> dict[str, Any]:
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


def _list(box: CalendarBox) -> dict[str, Any]:
    time_zone, most = _time_zone(), _most_attendees()
    events, next_page = _page(_listed(box), box.page_size)
    body: dict[str, Any] = {
        "kind": "calendar#events",
        "etag": '"1"',
        "summary": box.summary,
        "updated": max((e.resource["updated"] for e in box.events.values()), default=_EPOCH),
        "timeZone": time_zone or box.time_zone,
        "accessRole": box.access,
        "defaultReminders": [],
        "items": [view.event(e, box, time_zone=time_zone, most_attendees=most) for e in events],
    }
    if next_page is not None:
        body["nextPageToken"] = next_page
    return body


_EPOCH = "1970-01-01T00:00:00.000Z"


# ------------------------------------------------------------------------ the routes


def add_routes(door: Blueprint, world: World) -> None:
    """Add Calendar API v3 below ``/calendar/v3``."""

    @door.before_request
    def authorize() -> None:
        if request.path.startswith("/google/calendar/"):
            with world.lock:
                _authorize(world)

    _add_calendars(door, world)
    _add_event_reads(door, world)
    _add_event_writes(door, world)


def _add_calendars(door: Blueprint, world: World) -> None:
    @door.get("/calendar/v3/users/me/calendarList")
    @answering
    def calendar_list() -> Response:
        checks.parameters("maxResults", "minAccessRole", "pageToken", "showDeleted", "showHidden")
        with world.lock:
            boxes = state_of(world).calendars_of(g.caller)
            return answer(
                {
                    "kind": "calendar#calendarList",
                    "etag": '"1"',
                    "items": [view.list_entry(box) for box in boxes],
                }
            )

    @door.get("/calendar/v3/users/me/calendarList/<calendar_id>")
    @answering
    def calendar_list_get(calendar_id: str) -> Response:
        checks.parameters()
        with world.lock:
            return answer(view.list_entry(_box(state_of(world), calendar_id)))

    @door.get("/calendar/v3/calendars/<calendar_id>")
    @answering
    def calendars_get(calendar_id: str) -> Response:
        checks.parameters()
        with world.lock:
            return answer(view.calendar(_box(state_of(world), calendar_id)))

    @door.post("/calendar/v3/freeBusy")
    @answering
    def free_busy() -> Response:
        checks.parameters()
        with world.lock:
            return answer(_free_busy(world))


def _add_event_reads(door: Blueprint, world: World) -> None:
    @door.get("/calendar/v3/calendars/<calendar_id>/events")
    @answering
    def events_list(calendar_id: str) -> Response:
        checks.parameters(
            "alwaysIncludeEmail",
            "eventTypes",
            "iCalUID",
            "maxAttendees",
            "maxResults",
            "orderBy",
            "pageToken",
            "privateExtendedProperty",
            "sharedExtendedProperty",
            "showDeleted",
            "showHiddenInvitations",
            "singleEvents",
            "timeMax",
            "timeMin",
            "timeZone",
        )
        with world.lock:
            return answer(_list(_box(state_of(world), calendar_id)))

    @door.get("/calendar/v3/calendars/<calendar_id>/events/<event_id>")
    @answering
    def events_get(calendar_id: str, event_id: str) -> Response:
        checks.parameters("alwaysIncludeEmail", "maxAttendees", "timeZone")
        with world.lock:
            box = _box(state_of(world), calendar_id)
            stored = _event(box, event_id)
            return answer(
                view.event(stored, box, time_zone=_time_zone(), most_attendees=_most_attendees())
            )


_WRITE_PARAMETERS = (
    "conferenceDataVersion",
    "eventLabelVersion",
    "maxAttendees",
    "sendNotifications",
    "sendUpdates",
    "supportsAttachments",
)


def _add_event_writes(door: Blueprint, world: World) -> None:
    @door.post("/calendar/v3/calendars/<calendar_id>/events")
    @answering
    def events_insert(calendar_id: str) -> Response:
        checks.parameters(*_WRITE_PARAMETERS)
        given = checks.body(checks.EVENT)
        checks.event_values(given)
        if "id" in given:
            checks.event_id(given["id"])
        with world.lock:
            box = _box(state_of(world), calendar_id, writes=True)
            made = insert(
                world, box, given, send_updates=_send_updates(), with_conference=_with_conference()
            )
            return answer(view.event(made, box, most_attendees=_most_attendees()))

    @door.patch("/calendar/v3/calendars/<calendar_id>/events/<event_id>")
    @answering
    def events_patch(calendar_id: str, event_id: str) -> Response:
        return _changed(world, calendar_id, event_id, is_patch=True)

    @door.put("/calendar/v3/calendars/<calendar_id>/events/<event_id>")
    @answering
    def events_update(calendar_id: str, event_id: str) -> Response:
        return _changed(world, calendar_id, event_id, is_patch=False)

    @door.delete("/calendar/v3/calendars/<calendar_id>/events/<event_id>")
    @answering
    def events_delete(calendar_id: str, event_id: str) -> Response:
        checks.parameters("sendNotifications", "sendUpdates")
        with world.lock:
            box = _box(state_of(world), calendar_id, writes=True)
            stored = _event(box, event_id)
            _check_match(stored)
            delete(world, box, stored, send_updates=_send_updates())
            return Response(status=204)


def _with_conference() -> bool:
    return checks.number("conferenceDataVersion", default=0, least=0, most=1) == 1


def _changed(world: World, calendar_id: str, event_id: str, *, is_patch: bool) -> Response:
    checks.parameters(*_WRITE_PARAMETERS, "alwaysIncludeEmail")
    given = checks.body(checks.EVENT, is_patch=is_patch)
    checks.event_values(given)
    with world.lock:
        box = _box(state_of(world), calendar_id, writes=True)
        stored = _event(box, event_id)
        _check_match(stored)
        if stored.resource["status"] == "cancelled" and is_organizer(box, stored.resource):
            raise GoogleError(403, "forbidden", "Forbidden")
        change(
            world,
            box,
            stored,
            patched(stored.resource, given) if is_patch else given,
            named=set(given),
            send_updates=_send_updates(),
            with_conference=_with_conference(),
        )
        return answer(view.event(stored, box, most_attendees=_most_attendees()))
