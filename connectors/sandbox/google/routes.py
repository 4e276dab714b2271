"""Calendar API v3: who may come in, and the methods."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from connectors.sandbox.google import channels, checks, listing, reading, view
from connectors.sandbox.google.answers import (
    GoogleError,
    answer,
    answering,
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
    found,
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
    "events_instances": _READ_EVENTS,
    "events_watch": _READ_EVENTS,
    "channels_stop": _READ_EVENTS | _READ_LISTS,
    "events_insert": _WRITE_EVENTS,
    "events_patch": _WRITE_EVENTS,
    "events_update": _WRITE_EVENTS,
    "events_delete": _WRITE_EVENTS,
}


def _authorize(world: World) -> None:
    """Know the caller by the bearer token, and refuse those without one."""
    scheme, _, name = request.headers.get("Authorization", "").partition(" ")
    state = state_of(world)
    token = state.access_tokens.get(name.strip()) if scheme == "Bearer" else None
    account = state.accounts.get(token.email) if token else None
    g.caller = token.email if token else ""
    g.project = token.client_id if token else ""
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


def _box(
    state: GoogleState, calendar_id: str, *, reads: bool = False, writes: bool = False
) -> CalendarBox:
    """A calendar the caller knows; with ``reads`` sees into, and with ``writes`` changes."""
    wanted = g.caller if calendar_id == "primary" else calendar_id
    box = state.calendars.get(wanted) or state.calendars.get(wanted.lower())
    if box is None or box.owner != g.caller:
        raise not_found()
    for is_wanted, role, least in ((reads, "reader", 1), (writes, "writer", 2)):
        if is_wanted and listing.ROLES.index(box.access) < least:
            raise GoogleError(
                403,
                "requiredAccessLevel",
                f"You need to have {role} access to this calendar.",
                domain="calendar",
            )
    return box


def _event(box: CalendarBox, event_id: str) -> Event:
    event = found(box, event_id)
    if event is None:
        raise not_found()
    return event


def _send_updates() -> str:
    words = ("all", "externalOnly", "none")
    default = "all" if checks.flag("sendNotifications") else "none"
    return checks.choice("sendUpdates", *words, default=default)


def _check_match(event: Event) -> None:
    wanted = request.headers.get("If-Match")
    if wanted not in (None, "*", event.resource["etag"]):
        raise GoogleError(412, "conditionNotMet", "Precondition Failed", location="If-Match")


# ------------------------------------------------------------------------ the routes


def add_routes(door: Blueprint, world: World, courier: channels.Courier) -> None:
    """Add Calendar API v3 below ``/calendar/v3``."""

    @door.before_request
    def authorize() -> None:
        if request.path.startswith("/google/calendar/"):
            with world.lock:
                _authorize(world)

    _add_calendars(door, world)
    _add_event_reads(door, world)
    _add_event_writes(door, world)
    _add_channels(door, world, courier)


def _add_calendars(door: Blueprint, world: World) -> None:
    @door.get("/calendar/v3/users/me/calendarList")
    @answering
    def calendar_list() -> Response:
        checks.parameters(
            "maxResults",
            "minAccessRole",
            "pageToken",
            "showDeleted",
            "showHidden",
            "showOwnOrganizationOnly",
            "syncToken",
        )
        with world.lock:
            return answer(listing.calendar_list(world))

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
            return answer(reading.free_busy(world))


_LIST_PARAMETERS = (
    "alwaysIncludeEmail",
    "eventTypes",
    "iCalUID",
    "maxAttendees",
    "maxResults",
    "orderBy",
    "pageToken",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "showDeleted",
    "showHiddenInvitations",
    "singleEvents",
    "syncToken",
    "timeMax",
    "timeMin",
    "timeZone",
    "updatedMin",
)


def _add_event_reads(door: Blueprint, world: World) -> None:
    @door.get("/calendar/v3/calendars/<calendar_id>/events")
    @answering
    def events_list(calendar_id: str) -> Response:
        checks.parameters(*_LIST_PARAMETERS)
        with world.lock:
            return answer(listing.events(world, _box(state_of(world), calendar_id, reads=True)))

    @door.get("/calendar/v3/calendars/<calendar_id>/events/<event_id>/instances")
    @answering
    def events_instances(calendar_id: str, event_id: str) -> Response:
        checks.parameters(
            "alwaysIncludeEmail",
            "maxAttendees",
            "maxResults",
            "originalStart",
            "pageToken",
            "showDeleted",
            "timeMax",
            "timeMin",
            "timeZone",
        )
        with world.lock:
            box = _box(state_of(world), calendar_id, reads=True)
            return answer(listing.instances(world, box, event_id))

    @door.get("/calendar/v3/calendars/<calendar_id>/events/<event_id>")
    @answering
    def events_get(calendar_id: str, event_id: str) -> Response:
        checks.parameters("alwaysIncludeEmail", "maxAttendees", "timeZone")
        with world.lock:
            box = _box(state_of(world), calendar_id, reads=True)
            stored = _event(box, event_id)
            return answer(
                view.event(
                    world,
                    stored,
                    box,
                    time_zone=reading.time_zone(),
                    most_attendees=reading.most_attendees(),
                )
            )


def _add_channels(door: Blueprint, world: World, courier: channels.Courier) -> None:
    @door.post("/calendar/v3/calendars/<calendar_id>/events/watch")
    @answering
    def events_watch(calendar_id: str) -> Response:
        checks.parameters(*_LIST_PARAMETERS)
        with world.lock:
            box = _box(state_of(world), calendar_id, reads=True)
            return answer(channels.watch(world, courier, box))

    @door.post("/calendar/v3/channels/stop")
    @answering
    def channels_stop() -> Response:
        checks.parameters()
        with world.lock:
            channels.stop(world)
            return Response(status=204)


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
            return answer(view.event(world, made, box, most_attendees=reading.most_attendees()))

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
        return answer(view.event(world, stored, box, most_attendees=reading.most_attendees()))
