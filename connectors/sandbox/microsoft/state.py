"""What the sandbox's Microsoft holds: tenants, mailboxes, calendars, events, tokens.

Plain picklable data, always fetched through ``world.states["microsoft"]``.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: What Outlook's own iCalendar UIDs begin with (MS-OXOCAL, GlobalObjectId).
_OUTLOOK_UID = "040000008200E00074C5B7101A82E008"
_IMMUTABLE = "AAkALg"
_MUTABLE = "AAMkAD"
#: What every id of an item begins with; anything else is malformed.
ID_STARTS = (_IMMUTABLE, _MUTABLE)


def new_ical_uid() -> str:
    """A UID in Outlook's own shape."""
    return _OUTLOOK_UID + secrets.token_hex(40).upper()


def new_item_id() -> str:
    """An immutable id of an item."""
    return _IMMUTABLE + secrets.token_urlsafe(45)


def mutable_id(item_id: str) -> str:
    """The same item's id as it is without ``Prefer: IdType="ImmutableId"``."""
    return _MUTABLE + item_id.removeprefix(_IMMUTABLE)


def immutable_id(item_id: str) -> str:
    """The immutable id, whichever of the two was given."""
    if item_id.startswith(_MUTABLE):
        return _IMMUTABLE + item_id.removeprefix(_MUTABLE)
    return item_id


@dataclass(slots=True, kw_only=True)
class Invitee:
    """Somebody on an event.

    Attributes:
        email: Their address as it was written.
        name: Their name.
        kind: ``required``, ``optional`` or ``resource``.
        response: Graph's word for what they answered.
    """

    email: str
    name: str = ""
    kind: str = "required"
    response: str = "none"


@dataclass(slots=True, kw_only=True)
class Occurrence:
    """One date of a series that differs from the series.

    Attributes:
        is_cancelled: There is none on that date.
        start: Its own start, when it was moved; UTC.
        end: Its own end likewise.
        subject: Its own subject, when it has one.
        show_as: Its own status, when it has one.
    """

    is_cancelled: bool = False
    start: datetime | None = None
    end: datetime | None = None
    subject: str | None = None
    show_as: str | None = None


@dataclass(slots=True, kw_only=True)
class Event:
    """An item on a calendar: the organizer's event or an attendee's copy.

    Attributes:
        item_id: Immutable id.
        calendar_id: The calendar it is on.
        ical_uid: Shared by all copies.
        subject: Title.
        body: HTML inside the body element.
        start: Aware, UTC; for a series its first occurrence's.
        end: Aware, UTC.
        time_zone: As it was written; what ``originalStartTimeZone`` says.
        zone: The IANA zone meant by it.
        organizer: Whose event it is.
        is_organizer: It is the mailbox owner's own.
        response: The owner's own answer.
        extended: Single-value extended properties by id.
        other: Further properties as Graph has them, passed through.
        recurrence: Graph's patternedRecurrence, for a series.
        occurrences: Local date in ISO form to what is different on it.
        join_url: Of its online meeting; empty without one.
        is_online: It has an online meeting.
    """

    item_id: str = field(default_factory=new_item_id)
    calendar_id: str
    ical_uid: str = field(default_factory=new_ical_uid)
    subject: str = ""
    body: str = ""
    start: datetime
    end: datetime
    time_zone: str
    zone: str
    is_all_day: bool = False
    location: str = ""
    invitees: list[Invitee] = field(default_factory=list)
    organizer: Invitee
    is_organizer: bool = True
    response: str = "organizer"
    show_as: str = "busy"
    is_cancelled: bool = False
    transaction_id: str | None = None
    extended: dict[str, str] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)
    recurrence: dict[str, Any] | None = None
    occurrences: dict[str, Occurrence] = field(default_factory=dict)
    join_url: str = ""
    is_online: bool = False
    sequence: int = 0
    created_at: datetime
    modified_at: datetime
    version: int = 1


@dataclass(slots=True, kw_only=True)
class MailboxCalendar:
    """One calendar of a mailbox."""

    calendar_id: str = field(default_factory=new_item_id)
    name: str = "Calendar"
    is_default: bool = False


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """An account with its calendars.

    Attributes:
        user_id: The directory's id.
        tenant_id: Whose it is.
        email: Its address and user principal name, lower case.
        name: As people see it.
        time_zone: The mailbox's zone, a Windows or an IANA name.
        scopes: What the account consented to, for tokens of its own.
        receives_invitations: Invitations that arrive by mail appear on its calendar.
        teams: It may have Teams meetings.
        is_rest_enabled: Graph reaches it; otherwise it is kept elsewhere or switched off.
        is_personal: A personal account, which has no ``getSchedule``.
        interaction_required: The login asks for a person at the next refresh.
        supported_time_zones: Names it takes; nothing means every name Windows or IANA has.
    """

    user_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    tenant_id: str
    email: str
    name: str
    time_zone: str
    scopes: frozenset[str]
    receives_invitations: bool = True
    teams: bool = True
    is_rest_enabled: bool = True
    is_personal: bool = False
    interaction_required: bool = False
    supported_time_zones: tuple[str, ...] | None = None
    calendars: list[MailboxCalendar] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def default_calendar(self) -> MailboxCalendar:
        """The calendar that invitations go to."""
        return next(c for c in self.calendars if c.is_default)

    def calendar(self, calendar_id: str) -> MailboxCalendar | None:
        """The calendar by its id; nothing when there is none."""
        return next((c for c in self.calendars if c.calendar_id == calendar_id), None)

    def event(self, item_id: str) -> Event | None:
        """The event by either form of its id; nothing when there is none."""
        wanted = immutable_id(item_id)
        return next((e for e in self.events if e.item_id == wanted), None)

    def on_calendar(self, calendar_id: str) -> Iterator[Event]:
        """The events of one calendar, series unexpanded."""
        return (e for e in self.events if e.calendar_id == calendar_id)


@dataclass(slots=True, kw_only=True)
class Tenant:
    """A directory with one registered application.

    Attributes:
        app_roles: Application permissions an administrator granted.
        app_mailboxes: The mailboxes the application may touch; nothing means all of them.
        redirect_uris: Where the login may send people back to.
    """

    tenant_id: str
    client_id: str
    client_secret: str
    app_roles: frozenset[str]
    app_mailboxes: frozenset[str] | None = None
    redirect_uris: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Grant:
    """What a token stands for.

    Attributes:
        tenant_id: In which directory.
        email: Whose; empty for the application itself.
        expires_at: For access tokens.
        scopes: What an access token of an account is good for; nothing for the application's.
        oidc_scopes: What of OpenID Connect a refresh token was asked with.
    """

    tenant_id: str
    email: str
    expires_at: datetime | None = None
    scopes: frozenset[str] = frozenset()
    oidc_scopes: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class AuthorizationCode:
    """What somebody agreed to and an application may redeem, once.

    Attributes:
        tenant_id: In which directory.
        email: Who.
        oidc_scopes: What of OpenID Connect was asked for.
        redirect_uri: Where it was sent to.
        challenge: Of PKCE; empty without.
        challenge_method: ``S256`` or ``plain``.
        nonce: For the id token; may be empty.
        expires_at: By the organisation's clock.
        is_redeemed: It was used.
    """

    tenant_id: str
    email: str
    oidc_scopes: frozenset[str]
    redirect_uri: str
    challenge: str
    challenge_method: str
    nonce: str
    expires_at: datetime
    is_redeemed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """What a state token of ``calendarView/delta`` stands for.

    Attributes:
        email: Whose mailbox.
        calendar_id: Which calendar.
        start: Of the window, as the first request had it.
        end: Likewise.
        known: The version of each event that the caller knows once this round is told.
        pending: What is still to be told: events as they were, ids of what was removed. Nothing
            once the round is over.
    """

    email: str
    calendar_id: str
    start: datetime
    end: datetime
    known: dict[str, int]
    pending: tuple[Any, ...] = ()


@dataclass(slots=True, kw_only=True)
class Subscription:
    """Somebody's wish to be notified of changes of a mailbox's events.

    Attributes:
        tenant_id: In which directory it was made.
        creator: By whose token; empty for the application itself.
        creator_id: The same as the directory's id.
        application_id: With which client.
        email: Whose events.
        resource: As it was written.
        change_types: Of ``created``, ``updated``, ``deleted``.
        client_state: Sent with each notification.
        notification_url: Where to.
        lifecycle_url: Where to tell what becomes of it; empty for nowhere.
        expires_at: By the organisation's clock.
        immutable_ids: Its maker prefers immutable ids.
        tls: The newest version of TLS that its endpoint knows.
        is_paused: It has to be authorized anew first.
    """

    subscription_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    tenant_id: str
    creator: str
    creator_id: str
    application_id: str
    email: str
    resource: str
    change_types: tuple[str, ...]
    client_state: str | None
    notification_url: str
    lifecycle_url: str
    expires_at: datetime
    immutable_ids: bool
    tls: str
    is_paused: bool = False

    def made_by(self, grant: Grant) -> bool:
        """Whether such a token made it; nobody else sees it."""
        return (self.tenant_id, self.creator) == (grant.tenant_id, grant.email)


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A notification on its way, or at its end.

    Attributes:
        number: Counts up.
        url: Where to.
        notification: What is sent.
        subscription_id: Whose.
        made_at: When it happened, by the organisation's clock.
        due_at: When it is sent next, likewise.
        needs_subscription: It is dropped when the subscription is over before it is taken.
        attempts: When it was sent, and which status or error came back.
        outcome: ``pending``, ``delivered``, ``given up`` or ``dropped``.
    """

    number: int
    url: str
    notification: dict[str, Any]
    subscription_id: str
    made_at: datetime
    due_at: datetime
    needs_subscription: bool = True
    attempts: list[dict[str, str]] = field(default_factory=list)
    outcome: str = "pending"


@dataclass(slots=True, kw_only=True)
class MicrosoftState:
    """All of Microsoft; mailboxes by address, tokens by their text."""

    tenants: dict[str, Tenant] = field(default_factory=dict)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    access_tokens: dict[str, Grant] = field(default_factory=dict)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    signing_key: str = ""
    sync_states: dict[str, SyncState] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)

    def mailbox(self, user: str) -> Mailbox | None:
        """The mailbox by address or directory id, in any letter case."""
        wanted = user.casefold()
        found = self.mailboxes.get(wanted)
        if found is None:
            found = next((m for m in self.mailboxes.values() if m.user_id == wanted), None)
        return found
