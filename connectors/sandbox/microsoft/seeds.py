"""Makes tenants, mailboxes and events for tests and the demo."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.microsoft import recurrence
from connectors.sandbox.microsoft.state import (
    Event,
    Grant,
    Invitee,
    Mailbox,
    MailboxCalendar,
    MicrosoftState,
    Occurrence,
    Tenant,
)
from connectors.sandbox.microsoft.zones import zone_named
from connectors.sandbox.world import World

_ROLES = ("Calendars.ReadWrite",)


def seed(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """Make what is asked for and say how to get at it.

    Args:
        world: The organisation.
        data: ``{"tenant_id"?, "accounts": [...], "app_mailboxes"?: [addresses], "app_roles"?,
            "redirect_uris"?: [addresses of the application that the login may send people to],
            "revoke"?: [addresses], "expire"?: [addresses], "teams"?: {...}}``. A known ``tenant_id`` gets further
            accounts. ``revoke`` ends all of an account's tokens, ``expire`` its access tokens
            only; the application's own go by the address ``""``, and with ``revoke`` its secret too.
            ``teams``: {address: bool} says anew who may have Teams meetings.
            An account: ``{"email", "name"?, "time_zone"? (IANA or Windows), "calendars"?:
            [names], "events"?: [...], "receives_invitations"?, "teams"?, "scopes"?,
            "rest_enabled"?, "personal"?, "interaction_required"?, "supported_time_zones"?}``.
            An event: ``{"subject"?, "start", "end"`` (ISO with offset; dates with ``all_day``)
            ``, "all_day"?, "show_as"?, "calendar"?: name, "response"?, "cancelled"?,
            "ical_uid"?, "time_zone"?`` (the zone of its days and its series)``,
            "original_time_zone"?`` (what Graph says of it)``, "location"?, "sensitivity"?``
            (Graph's)``, "organizer"?: address, "recurrence"?`` (Graph's)``,
            "cancelled_occurrences"?: [dates], "moved_occurrences"?: {date: [start, end]}}``.

    Returns:
        ``{"tenant_id", "client_id", "client_secret", "accounts": {email: {"refresh_token",
        "user_id", "calendars": {name: id}, "events": [ids]}}}``.
    """
    state: MicrosoftState = world.states["microsoft"]
    tenant = _tenant(state, data)
    made = {
        account["email"]: _account(state, world, tenant, account)
        for account in data.get("accounts", ())
    }
    for email in data.get("revoke", ()):
        _forget(state.access_tokens, tenant, email)
        _forget(state.refresh_tokens, tenant, email)
        if not email:
            tenant.client_secret = secrets.token_urlsafe(30)
    for email in data.get("expire", ()):
        _forget(state.access_tokens, tenant, email)
    for email, may in data.get("teams", {}).items():
        state.mailboxes[email.lower()].teams = may
    return {
        "tenant_id": tenant.tenant_id,
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "accounts": made,
    }


def _forget(tokens: dict[str, Grant], tenant: Tenant, email: str) -> None:
    for text in [
        text
        for text, grant in tokens.items()
        if (grant.tenant_id, grant.email) == (tenant.tenant_id, email.lower())
    ]:
        del tokens[text]


def _tenant(state: MicrosoftState, data: dict[str, Any]) -> Tenant:
    tenant_id = data.get("tenant_id") or str(uuid.uuid4())
    tenant = state.tenants.get(tenant_id)
    if tenant is None:
        tenant = Tenant(
            tenant_id=tenant_id,
            client_id=str(uuid.uuid4()),
            client_secret=secrets.token_urlsafe(30),
            app_roles=frozenset(_ROLES),
        )
        state.tenants[tenant_id] = tenant
    if data.get("app_mailboxes") is not None:
        tenant.app_mailboxes = frozenset(email.lower() for email in data["app_mailboxes"])
    if data.get("app_roles") is not None:
        tenant.app_roles = frozenset(data["app_roles"])
    if data.get("redirect_uris") is not None:
        tenant.redirect_uris = frozenset(data["redirect_uris"])
    return tenant


def _account(
    state: MicrosoftState, world: World, tenant: Tenant, account: dict[str, Any]
) -> dict[str, Any]:
    email = account["email"].lower()
    supported = account.get("supported_time_zones")
    mailbox = Mailbox(
        tenant_id=tenant.tenant_id,
        email=email,
        name=account.get("name", email),
        time_zone=account.get("time_zone", "UTC"),
        scopes=frozenset(account.get("scopes", _ROLES)),
        receives_invitations=account.get("receives_invitations", True),
        teams=account.get("teams", True),
        is_rest_enabled=account.get("rest_enabled", True),
        is_personal=account.get("personal", False),
        interaction_required=account.get("interaction_required", False),
        supported_time_zones=None if supported is None else tuple(supported),
    )
    mailbox.calendars.append(MailboxCalendar(is_default=True))
    mailbox.calendars.extend(MailboxCalendar(name=name) for name in account.get("calendars", ()))
    mailbox.events.extend(_event(world, mailbox, event) for event in account.get("events", ()))
    state.mailboxes[email] = mailbox
    refresh_token = "1.A" + secrets.token_urlsafe(60)
    state.refresh_tokens[refresh_token] = Grant(tenant_id=tenant.tenant_id, email=email)
    return {
        "refresh_token": refresh_token,
        "user_id": mailbox.user_id,
        "calendars": {c.name: c.calendar_id for c in mailbox.calendars},
        "events": [event.item_id for event in mailbox.events],
    }


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """An ISO time, or a date as its midnight; without an offset it is in the zone."""
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-01-01"):
        moment = datetime.combine(moment.date(), time(0))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _event(world: World, mailbox: Mailbox, data: dict[str, Any]) -> Event:
    name = data.get("time_zone", mailbox.time_zone)
    zone = zone_named(name) or ZoneInfo("UTC")
    calendar = next(c for c in mailbox.calendars if c.name == data.get("calendar", "Calendar"))
    now = world.clock.now()
    event = Event(
        calendar_id=calendar.calendar_id,
        subject=data.get("subject", "Busy"),
        start=_moment(data["start"], zone),
        end=_moment(data["end"], zone),
        time_zone=data.get("original_time_zone", name),
        zone=zone.key,
        is_all_day=data.get("all_day", False),
        organizer=(
            Invitee(email=data["organizer"])
            if "organizer" in data
            else Invitee(email=mailbox.email, name=mailbox.name)
        ),
        response=data.get("response", "organizer"),
        is_organizer=data.get("response", "organizer") == "organizer",
        show_as=data.get("show_as", "busy"),
        is_cancelled=data.get("cancelled", False),
        location=data.get("location", ""),
        created_at=now,
        modified_at=now,
    )
    if "ical_uid" in data:
        event.ical_uid = data["ical_uid"]
    if "sensitivity" in data:
        event.other["sensitivity"] = data["sensitivity"]
    if "recurrence" in data:
        recurrence.check(data["recurrence"])
        event.recurrence = data["recurrence"]
    for day in data.get("cancelled_occurrences", ()):
        event.occurrences[day] = Occurrence(is_cancelled=True)
    for day, (start, end) in data.get("moved_occurrences", {}).items():
        event.occurrences[day] = Occurrence(start=_moment(start, zone), end=_moment(end, zone))
    return event
