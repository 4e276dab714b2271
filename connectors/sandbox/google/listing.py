"""Lists that go over pages and can be kept up to date: events, instances, the calendar list.

Source: the reference of Events: list and instances and of CalendarList: list, and the guides
"Synchronize resources efficiently" and "Page through lists of resources".
"""

from __future__ import annotations

import base64
import binascii
import copy
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import g, request

from connectors.sandbox.google import checks, reading, view
from connectors.sandbox.google.answers import GoogleError, bad_request, not_found
from connectors.sandbox.google.changes import latest, number_of, shape_at
from connectors.sandbox.google.events import is_organizer, state_of
from connectors.sandbox.google.state import CalendarBox, Event, GoogleState, Listing, SyncToken
from connectors.sandbox.google.times import (
    expanded,
    instance_of,
    instant,
    interval_of,
    moment_of,
    originals,
)
from connectors.sandbox.world import World

_PAGE = 250
_LARGEST_PAGE = 2500
_CALENDARS_PAGE = 100
_LARGEST_CALENDARS_PAGE = 250

#: Endless series are expanded as far as this when nobody says how far.
_HORIZON = timedelta(days=730)

#: Parameters that say how an answer looks, not what is in it.
_LOOKS = frozenset(
    {
        "alt",
        "alwaysIncludeEmail",
        "fields",
        "key",
        "maxAttendees",
        "maxResults",
        "oauth_token",
        "pageToken",
        "prettyPrint",
        "quotaUser",
        "timeZone",
        "userIp",
    }
)
#: Parameters "that cannot be specified together with nextSyncToken" (Events: list).
_NOT_WITH_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
#: Those of them that the first, full list may have all the same: the guide's own program asks
#: for the events from a certain time on.
_BOUNDS = frozenset({"timeMin", "timeMax"})
#: The same for the calendar list (CalendarList: list).
_NOT_WITH_LIST_TOKEN = ("minAccessRole", "showOwnOrganizationOnly")
#: "All other query parameters should be the same as for the initial synchronization to avoid
#: undefined behavior": these decide what there is to know.
_SAME = frozenset({"eventTypes", "showHiddenInvitations", "singleEvents"})

_TOKEN_FORM = re.compile(r"CP[0-9a-f]{32}=\Z")

#: Pages of more lists than this are forgotten, the oldest first.
_MOST_LISTINGS = 1000

#: What one may do with a calendar, least first.
ROLES = ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")

_EPOCH = "1970-01-01T00:00:00.000Z"


# ------------------------------------------------------------------------- pages, tokens


def _asked() -> tuple[tuple[str, str], ...]:
    """What decides about an answer's content, in one order."""
    return tuple(
        sorted(
            (name, value) for name, value in request.args.items(multi=True) if name not in _LOOKS
        )
    )


def _known_token(
    state: GoogleState, collection: str, forbidden: Sequence[str]
) -> tuple[str, SyncToken] | None:
    """The sync token of the request, if it has one; refuses those that do not do."""
    text = request.args.get("syncToken")
    if text is None:
        return None
    hides = [name for name in ("showDeleted", "showHidden") if request.args.get(name) == "false"]
    if hides or any(name in request.args for name in forbidden):
        raise bad_request(
            "Sync token cannot be used with other request restrictions.",
            reason="syncTokenWithRequestRestrictions",
            location="syncToken",
        )
    if not _TOKEN_FORM.match(text):
        raise bad_request("Invalid sync token value.", location="syncToken")
    token = state.sync_tokens.get(text)
    if token is None:
        raise GoogleError(
            410,
            "fullSyncRequired",
            "Sync token is no longer valid, a full sync is required.",
            domain="calendar",
            location="syncToken",
        )
    same = {pair for pair in _asked() if pair[0] in _SAME}
    if token.collection != collection or same != {p for p in token.question if p[0] in _SAME}:
        raise bad_request("Invalid sync token value.", location="syncToken")
    return text, token


def _new_token(state: GoogleState, token: SyncToken) -> str:
    text = f"CP{uuid.uuid4().hex}="
    state.sync_tokens[text] = token
    return text


def expire_sync_tokens(state: GoogleState, collection: str | None) -> int:
    """Let sync tokens be no longer valid: a calendar's, or all; how many there were."""
    over = [t for t, held in state.sync_tokens.items() if collection in (None, held.collection)]
    for text in over:
        del state.sync_tokens[text]
    return len(over)


def _size(default: int, largest: int) -> int:
    # Google lowers a larger number silently.
    return min(checks.number("maxResults", default=default, least=1, most=2**31 - 1), largest)


def _first_page(
    state: GoogleState, collection: str, items: Sequence[Any], token: str | None, size: int
) -> tuple[Sequence[Any], dict[str, str]]:
    """The first of a list's pages, and the members by which the answer goes on or ends."""
    if len(items) <= size:
        return items, {"nextSyncToken": token} if token is not None else {}
    key = uuid.uuid4().hex
    state.listings[key] = Listing(
        collection=collection,
        asked=_asked(),
        items=tuple(copy.deepcopy(list(items))),
        sync_token=token,
    )
    while len(state.listings) > _MOST_LISTINGS:
        del state.listings[next(iter(state.listings))]
    return items[:size], {"nextPageToken": _page_token(key, size)}


def _further_page(
    state: GoogleState, collection: str, size: int
) -> tuple[Sequence[Any], dict[str, str]]:
    """A later page of a list, as it was when its first page was asked for.

    So nothing that changes in between is missed or told twice: the sync token of the last page
    is from the time of the first.
    """
    key, first = _read_page_token()
    listing = state.listings.get(key)
    if listing is None or (listing.collection, listing.asked) != (collection, _asked()):
        raise bad_request("Invalid page token value.", location="pageToken")
    rest = listing.items[first : first + size]
    if first + size < len(listing.items):
        return rest, {"nextPageToken": _page_token(key, first + size)}
    return rest, {"nextSyncToken": listing.sync_token} if listing.sync_token else {}


def _page_token(key: str, first: int) -> str:
    return base64.urlsafe_b64encode(f"{key}:{first}".encode()).decode()


def _read_page_token() -> tuple[str, int]:
    try:
        text = base64.urlsafe_b64decode(request.args["pageToken"]).decode()
        key, _, first = text.partition(":")
        return key, int(first)
    except (binascii.Error, ValueError) as error:
        raise bad_request("Invalid page token value.", location="pageToken") from error


# ------------------------------------------------------------------------ which events


def bounds() -> tuple[datetime | None, datetime | None]:
    """What ``timeMin`` and ``timeMax`` say."""
    earliest, latest_start = (
        instant(request.args[name], what=name) if name in request.args else None
        for name in ("timeMin", "timeMax")
    )
    if earliest is not None and latest_start is not None and latest_start <= earliest:
        raise bad_request("The specified time range is empty.", reason="timeRangeEmpty")
    return earliest, latest_start


def _horizon(world: World, earliest: datetime | None, latest_start: datetime | None) -> datetime:
    return latest_start or (earliest or world.clock.now()) + _HORIZON


def _is_between(
    event: Event, box: CalendarBox, earliest: datetime | None, latest_start: datetime | None
) -> bool:
    if "recurrence" in event.resource:
        return True
    when = interval_of(event.resource, box.time_zone)
    return (earliest is None or when.end > earliest) and (
        latest_start is None or when.start < latest_start
    )


def _is_asked_for(resource: dict[str, Any], *, is_single: bool) -> bool:
    if resource["status"] == "cancelled" and not _shows_deleted():
        is_exception = "recurringEventId" in resource
        if is_single or not is_exception:
            return False
    return (
        request.args.get("iCalUID") in (None, resource["iCalUID"])
        and _is_of_kind(resource)
        and _is_recent(resource)
        and _has_words(resource)
        and _has_properties(resource, "private", "privateExtendedProperty")
        and _has_properties(resource, "shared", "sharedExtendedProperty")
    )


def _shows_deleted() -> bool:
    """``updatedMin``: "entries deleted since this time will always be included"."""
    return checks.flag("showDeleted") or "updatedMin" in request.args


def _is_of_kind(resource: dict[str, Any]) -> bool:
    kinds = request.args.getlist("eventTypes")
    return not kinds or resource.get("eventType", "default") in kinds


def _is_recent(resource: dict[str, Any]) -> bool:
    if "updatedMin" not in request.args:
        return True
    changed = datetime.fromisoformat(resource["updated"])
    return changed >= instant(request.args["updatedMin"], what="updatedMin")


def _has_words(resource: dict[str, Any]) -> bool:
    people = [*resource.get("attendees", ()), resource["organizer"]]
    texts = [resource.get(name, "") for name in ("summary", "description", "location")]
    texts += [one.get(name, "") for one in people for name in ("displayName", "email")]
    where = "\n".join(texts).casefold()
    return all(word in where for word in request.args.get("q", "").casefold().split())


def _has_properties(resource: dict[str, Any], kind: str, parameter: str) -> bool:
    kept = resource.get("extendedProperties", {}).get(kind, {})
    wanted = (text.partition("=") for text in request.args.getlist(parameter))
    return all(kept.get(name) == value for name, _, value in wanted)


def _check_filters() -> None:
    """Refuse filters that make no sense, also where there is nothing to filter."""
    for parameter in ("privateExtendedProperty", "sharedExtendedProperty"):
        if any("=" not in text for text in request.args.getlist(parameter)):
            raise bad_request(f"Invalid value for {parameter}", location=parameter)
    if "updatedMin" in request.args:
        instant(request.args["updatedMin"], what="updatedMin")


# ------------------------------------------------------------------------- events.list


def _listed(world: World, box: CalendarBox) -> list[Event]:
    """Every event that a full list is asked for."""
    _check_filters()
    earliest, latest_start = bounds()
    is_single = checks.flag("singleEvents")
    order = checks.choice("orderBy", "startTime", "updated", default="")
    if order == "startTime" and not is_single:
        raise bad_request(
            "The requested ordering is not available for the particular query.",
            location="orderBy",
        )
    horizon = _horizon(world, earliest, latest_start)
    events = expanded(box, until=horizon) if is_single else iter(list(box.events.values()))
    chosen = [
        event
        for event in events
        if _is_asked_for(event.resource, is_single=is_single)
        and _is_between(event, box, earliest, latest_start)
    ]
    if order == "updated":
        return sorted(chosen, key=lambda event: str(event.resource["updated"]))
    return sorted(
        chosen, key=lambda e: (moment_of(e.resource["start"], box.time_zone), e.resource["id"])
    )


def _changed(world: World, box: CalendarBox, token: SyncToken) -> list[Event]:
    """Every event that is not as it was when a sync token was given, oldest change first.

    The times that bounded the first list bound the expansion of series; an event that was
    changed is told wherever it is now, so that one who has it learns that it moved away.
    """
    given = dict(token.question)
    earliest, latest_start = (
        instant(given[name], what=name) if name in given else None
        for name in ("timeMin", "timeMax")
    )
    fresh = [e for e in box.events.values() if number_of(e.resource) > token.since]
    if checks.flag("singleEvents"):
        horizon = _horizon(world, earliest, latest_start)
        fresh = [one for event in fresh for one in _instances(box, event, token.since, horizon)]
        fresh = [
            one
            for one in fresh
            if "originalStartTime" not in one.resource
            or one.resource["id"] in box.events
            or _is_between(one, box, earliest, latest_start)
        ]
    chosen = [event for event in fresh if _is_of_kind(event.resource)]
    return sorted(chosen, key=lambda event: number_of(event.resource))


def _instances(box: CalendarBox, event: Event, since: int, horizon: datetime) -> Iterator[Event]:
    """A changed event; a series as its instances, those that it lost as canceled ones."""
    before = shape_at(event, since)
    now = _by_id(box, event.resource, horizon)
    for made in now.values():
        if "recurringEventId" not in made or made["id"] not in box.events or made is event.resource:
            yield event if made is event.resource else Event(resource=made)
    if before is None:
        return
    known = {n: v for n, v in event.resource.items() if n != "recurrence"} | before
    for name, lost in _by_id(box, known, horizon).items():
        is_kept = name in box.events and "recurringEventId" in lost
        if name not in now and not is_kept:
            yield Event(resource=lost | {"status": "cancelled"})


def _by_id(
    box: CalendarBox, resource: dict[str, Any], horizon: datetime
) -> dict[str, dict[str, Any]]:
    """A series' instances by their ids, or what is none by its own."""
    if "recurrence" not in resource:
        return {resource["id"]: resource}
    made = (instance_of(resource, o, box.time_zone) for o in originals(resource, horizon))
    return {one["id"]: one for one in made}


#: All that an incremental answer tells of what was deleted.
_BARE = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")


def _told(world: World, event: Event, box: CalendarBox) -> dict[str, Any]:
    """An event as a list shows it.

    "Deleted events are only guaranteed to have the id field populated", exceptions besides what
    they are exceptions of; the organizer's calendar goes on to tell the details, but not
    "incremental sync requests with showDeleted set to false" (Events, ``status``).
    """
    shown = view.event(
        world,
        event,
        box,
        time_zone=reading.time_zone(),
        most_attendees=reading.most_attendees(),
    )
    if shown["status"] != "cancelled":
        return shown
    is_sync = "syncToken" in request.args and not checks.flag("showDeleted")
    if is_sync or "recurringEventId" in shown or not is_organizer(box, event.resource):
        return {name: shown[name] for name in _BARE if name in shown}
    return shown


def events(world: World, box: CalendarBox) -> dict[str, Any]:
    """The answer of ``events.list``."""
    state = state_of(world)
    known = _known_token(state, box.calendar_id, _NOT_WITH_TOKEN)
    size = min(_size(_PAGE, _LARGEST_PAGE), box.page_size)
    if "pageToken" in request.args:
        chosen, end = _further_page(state, box.calendar_id, size)
    elif known is not None:
        text, token = known
        found = _changed(world, box, token)
        # Where nothing changed, the token stays the same.
        if found:
            newer = SyncToken(
                collection=box.calendar_id, since=latest(box), question=token.question
            )
            text = _new_token(state, newer)
        chosen, end = _first_page(state, box.calendar_id, found, text, size)
    else:
        chosen, end = _first_page(
            state, box.calendar_id, _listed(world, box), _full_token(state, box), size
        )
    return _events_answer(world, box, chosen) | end


def _full_token(state: GoogleState, box: CalendarBox) -> str | None:
    """The sync token that a full list ends with; none if it was of chosen events."""
    if any(name in request.args for name in _NOT_WITH_TOKEN if name not in _BOUNDS):
        return None
    return _new_token(
        state, SyncToken(collection=box.calendar_id, since=latest(box), question=_asked())
    )


def _events_answer(world: World, box: CalendarBox, chosen: Sequence[Event]) -> dict[str, Any]:
    return {
        "kind": "calendar#events",
        "etag": f'"p{latest(box)}"',
        "summary": box.summary,
        "updated": max((e.resource["updated"] for e in box.events.values()), default=_EPOCH),
        "timeZone": reading.time_zone() or box.time_zone,
        "accessRole": box.access,
        "defaultReminders": [],
        "items": [_told(world, event, box) for event in chosen],
    }


# --------------------------------------------------------------------- events.instances


def instances(world: World, box: CalendarBox, event_id: str) -> dict[str, Any]:
    """The answer of ``events.instances``: a series' instances, its exceptions among them."""
    state = state_of(world)
    series = box.events.get(event_id)
    if series is None or "recurrence" not in series.resource:
        raise not_found()
    size = min(_size(_PAGE, _LARGEST_PAGE), box.page_size)
    collection = f"{box.calendar_id} {event_id}"
    if "pageToken" in request.args:
        chosen, end = _further_page(state, collection, size)
    else:
        found = _instances_of(world, box, series)
        chosen, end = _first_page(state, collection, found, None, size)
    return _events_answer(world, box, chosen) | end


def _instances_of(world: World, box: CalendarBox, series: Event) -> list[Event]:
    earliest, latest_start = bounds()
    wanted = request.args.get("originalStart")
    moment = instant(wanted, what="originalStart") if wanted is not None else None
    alone = CalendarBox(
        calendar_id=box.calendar_id,
        owner=box.owner,
        summary=box.summary,
        time_zone=box.time_zone,
        events={
            name: event
            for name, event in box.events.items()
            if event is series or event.resource.get("recurringEventId") == series.resource["id"]
        },
    )
    found = [
        event
        for event in expanded(alone, until=_horizon(world, earliest, latest_start))
        if _is_between(event, box, earliest, latest_start)
        and (checks.flag("showDeleted") or event.resource["status"] != "cancelled")
        and moment
        in (None, moment_of(event.resource["originalStartTime"], box.time_zone).astimezone(UTC))
    ]
    return sorted(found, key=lambda e: moment_of(e.resource["start"], box.time_zone))


# ------------------------------------------------------------------------ calendar list


def calendar_list(world: World) -> dict[str, Any]:
    """The answer of ``calendarList.list``."""
    state = state_of(world)
    known = _known_token(state, g.caller, _NOT_WITH_LIST_TOKEN)
    boxes = state.calendars_of(g.caller)
    number = max((box.entry_number for box in boxes), default=0)
    size = _size(_CALENDARS_PAGE, _LARGEST_CALENDARS_PAGE)
    if "pageToken" in request.args:
        chosen, end = _further_page(state, g.caller, size)
    else:
        found = [box for box in boxes if _is_on_list(box, known[1] if known else None)]
        token: str | None = None
        if known is not None and not found:
            token = known[0]
        elif not any(name in request.args for name in _NOT_WITH_LIST_TOKEN):
            fresh = SyncToken(collection=g.caller, since=number, question=_asked())
            token = _new_token(state, fresh)
        entries = [view.list_entry(box) for box in found]
        chosen, end = _first_page(state, g.caller, entries, token, size)
    body = {"kind": "calendar#calendarList", "etag": f'"p{number}"', "items": list(chosen)}
    return body | end


def _is_on_list(box: CalendarBox, token: SyncToken | None) -> bool:
    """With a token "all entries deleted and hidden since … will always be in the result"."""
    least = checks.choice("minAccessRole", *ROLES, default=ROLES[0])
    shows_deleted, shows_hidden = checks.flag("showDeleted"), checks.flag("showHidden")
    checks.flag("showOwnOrganizationOnly")  # everybody's calendars here are their own
    if token is not None:
        return box.entry_number > token.since
    return (
        ROLES.index(box.access) >= ROLES.index(least)
        and (shows_deleted or not box.is_deleted)
        and (shows_hidden or not box.is_hidden)
    )
