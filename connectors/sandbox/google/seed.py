"""Fills the sandbox's Google: accounts with calendars and events, clients, service accounts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from joserfc.jwk import RSAKey

from connectors.sandbox.google import grants
from connectors.sandbox.google.changes import stamp
from connectors.sandbox.google.events import completed, state_of
from connectors.sandbox.google.listing import ROLES
from connectors.sandbox.google.state import (
    SCOPES,
    Account,
    CalendarBox,
    Client,
    Event,
    GoogleState,
    ServiceAccount,
)
from connectors.sandbox.google.times import instance_id, instance_of, normal
from connectors.sandbox.world import World

#: What a seeded event says about itself rather than to Google.
_OURS = frozenset({"calendar", "exceptions"})


def seed(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Make what is asked for; accounts that exist already are changed and added to.

    Args:
        world: Where.
        data: ``accounts``: each with ``email`` and optionally ``name``, ``time_zone``,
            ``calendars`` (``id``, ``summary``, ``time_zone``, ``access``, and ``selected``,
            ``hidden``, ``deleted`` in the owner's list; one with a known ``id`` is changed),
            ``events`` (an Event
            resource whose ``start`` and ``end`` may be plain text, with ``calendar`` by id or
            summary and ``exceptions``), ``scopes``, ``receives_invitations``, ``meet``
            (whether conferences can be made), ``shares_free_busy``, ``free_busy_error`` (Google's word for why it
            cannot be told when it is busy), ``suspended``, ``page_size``;
            and ``consents``: false for one that has allowed the client nothing yet;
            ``groups``: each with ``email`` and ``members``;
            ``client``: ``id``, ``secret``, ``name``, ``redirect_uris``, ``testing``; ``service_account``: true for one that may act
            for the domains of the accounts, or ``{"scopes": [...], "domains": [...]}``.

    Returns:
        ``client_id``, ``client_secret``, ``accounts`` (by address: ``refresh_token``,
        ``primary_calendar_id``, ``calendars`` by summary) and ``service_account``, as a key file
        has it.
    """
    state = state_of(world)
    client = _client(state, data.get("client") or {})
    made: dict[str, Any] = {
        "client_id": client.client_id,
        "client_secret": client.secret,
        "accounts": {},
        "service_account": None,
    }
    for wanted in data.get("accounts", ()):
        account = _account(state, wanted)
        boxes = _calendars(world, account, wanted)
        for event in wanted.get("events", ()):
            _event(world, account, boxes, event)
        made["accounts"][wanted["email"]] = {
            "refresh_token": _consent(world, account, client, wanted),
            "primary_calendar_id": account.email,
            "calendars": {
                box.summary: box.calendar_id for box in state.calendars_of(account.email)
            },
        }
    for group in data.get("groups", ()):
        state.groups[group["email"].lower()] = [one.lower() for one in group["members"]]
    service = data.get("service_account")
    if service:
        options = service if isinstance(service, Mapping) else {}
        domains = {state.accounts[e.lower()].domain for e in made["accounts"]}
        made["service_account"] = _service_account(
            world, set(options.get("domains", domains)), options
        )
    return made


def _consent(world: World, account: Account, client: Client, wanted: Mapping[str, Any]) -> str:
    """What the account allows the client, unless it is to be asked: a refresh token."""
    if not wanted.get("consents", True):
        return ""
    state = state_of(world)
    scopes = frozenset(wanted.get("scopes", SCOPES))
    state.consents[account.email, client.client_id] = scopes
    return grants.give(world, state, email=account.email, client_id=client.client_id, scopes=scopes)


def _client(state: GoogleState, wanted: Mapping[str, Any]) -> Client:
    client_id = wanted.get("id") or f"{uuid.uuid4().hex}.apps.googleusercontent.com"
    client = state.clients.setdefault(
        client_id, Client(client_id=client_id, secret=f"GOCSPX-{uuid.uuid4().hex}")
    )
    client.secret = wanted.get("secret", client.secret)
    client.name = wanted.get("name", client.name)
    client.redirect_uris = frozenset(wanted.get("redirect_uris", client.redirect_uris))
    client.is_testing = wanted.get("testing", client.is_testing)
    return client


def _account(state: GoogleState, wanted: Mapping[str, Any]) -> Account:
    email = wanted["email"].strip().lower()
    account = state.accounts.setdefault(
        email, Account(email=email, name=wanted.get("name") or email.partition("@")[0])
    )
    account.name = wanted.get("name", account.name)
    account.receives_invitations = wanted.get("receives_invitations", account.receives_invitations)
    account.shares_free_busy = wanted.get("shares_free_busy", account.shares_free_busy)
    account.free_busy_error = wanted.get("free_busy_error", account.free_busy_error)
    account.is_suspended = wanted.get("suspended", account.is_suspended)
    if "meet" in wanted:
        account.meet = "works" if wanted["meet"] else "fails"
    return account


def _calendars(world: World, account: Account, wanted: Mapping[str, Any]) -> dict[str, CalendarBox]:
    """The account's calendars by id and by name; ``""`` is the primary one."""
    state = state_of(world)
    primary = state.calendars.setdefault(
        account.email,
        CalendarBox(
            calendar_id=account.email,
            owner=account.email,
            summary=account.email,
            time_zone=wanted.get("time_zone", "UTC"),
            is_primary=True,
        ),
    )
    primary.time_zone = wanted.get("time_zone", primary.time_zone)
    primary.page_size = wanted.get("page_size", primary.page_size)
    _show(world, primary, wanted)
    for one in wanted.get("calendars", ()):
        name = one.get("id") or f"c_{uuid.uuid4().hex}@group.calendar.google.com"
        known = state.calendars.get(name)
        state.calendars[name] = known or CalendarBox(
            calendar_id=name,
            owner=account.email,
            summary=one["summary"],
            time_zone=one.get("time_zone", primary.time_zone),
        )
        _show(world, state.calendars[name], one)
    boxes = {"": primary, "primary": primary}
    for box in state.calendars_of(account.email):
        boxes[box.calendar_id] = boxes[box.summary] = box
    return boxes


def _show(world: World, box: CalendarBox, wanted: Mapping[str, Any]) -> None:
    """How the calendar stands in its owner's list."""
    is_new = box.entry_number == 0
    old = (box.access, box.is_selected, box.is_hidden, box.is_deleted)
    box.access = wanted.get("access", box.access)
    if box.access not in ROLES:
        raise ValueError(f"unknown access role: {box.access}")
    box.is_selected = wanted.get("selected", box.is_selected)
    box.is_hidden = wanted.get("hidden", box.is_hidden)
    box.is_deleted = wanted.get("deleted", box.is_deleted)
    if is_new or old != (box.access, box.is_selected, box.is_hidden, box.is_deleted):
        box.entry_number = world.number()


def _time(value: Any) -> Any:
    """Plain text as an EventDateTime: a date or a time with its offset."""
    if isinstance(value, str):
        return {"dateTime" if "T" in value else "date": value}
    return value


def _event(
    world: World,
    account: Account,
    boxes: Mapping[str, CalendarBox],
    wanted: Mapping[str, Any],
) -> None:
    box = boxes[wanted.get("calendar", "")]
    given = {name: value for name, value in wanted.items() if name not in _OURS}
    given["start"], given["end"] = _time(given["start"]), _time(given["end"])
    resource = completed(box, given, old=None)
    event_id = resource.setdefault("id", uuid.uuid4().hex)
    resource.setdefault("iCalUID", f"{event_id}@google.com")
    own = {"email": box.calendar_id, "displayName": account.name}
    resource |= {
        "kind": "calendar#event",
        "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
        "sequence": wanted.get("sequence", 0),
        "creator": {"email": account.email},
        "organizer": wanted.get("organizer", own),
    }
    stamp(world, resource)
    box.events[event_id] = Event(resource=resource)
    for exception in wanted.get("exceptions", ()):
        _exception(world, box, resource, exception)


def _exception(
    world: World, box: CalendarBox, series: dict[str, Any], wanted: Mapping[str, Any]
) -> None:
    """An instance that was canceled or moved: ``original_start`` and what is different."""
    start = normal(
        _time(wanted["original_start"]),
        what="original start",
        default_zone=series["start"].get("timeZone", box.time_zone),
    )
    resource = instance_of(series, start, box.time_zone)
    resource["id"] = instance_id(series["id"], start, box.time_zone)
    for name, value in wanted.items():
        if name != "original_start":
            resource[name] = _time(value) if name in ("start", "end") else value
    for name in ("start", "end"):
        if "dateTime" in resource[name]:
            resource[name].setdefault("timeZone", series["start"].get("timeZone", box.time_zone))
    stamp(world, resource)
    box.events[resource["id"]] = Event(resource=resource)


def _service_account(world: World, domains: set[str], options: Mapping[str, Any]) -> dict[str, Any]:
    """A service account with a fresh key, as its key file shows it."""
    name = uuid.uuid4().hex[:12]
    email = f"handover-{name}@sandbox.iam.gserviceaccount.com"
    key = RSAKey.generate_key(2048)
    service = ServiceAccount(
        email=email,
        public_key=key.as_pem(private=False).decode(),
        key_id=uuid.uuid4().hex,
        domains={domain.lower() for domain in domains},
        scopes=frozenset(options.get("scopes", SCOPES)),
    )
    state_of(world).service_accounts[email] = service
    return {
        "type": "service_account",
        "project_id": "sandbox",
        "private_key_id": service.key_id,
        "private_key": key.as_pem(private=True).decode(),
        "client_email": email,
        "client_id": str(uuid.uuid4().int)[:21],
        "token_uri": f"{world.base_url}/google/oauth/token",
        "universe_domain": "googleapis.com",
    }
