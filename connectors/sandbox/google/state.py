"""What the sandbox's Google knows: accounts, calendars with their events, and tokens.

Plain data that can be pickled. Whoever reads or changes it holds ``world.lock``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: Everything a calendar connection may do; what a seeded grant has unless it is told otherwise.
SCOPES = frozenset(
    {
        "https://www.googleapis.com/auth/calendar.events",
        "https://www.googleapis.com/auth/calendar.readonly",
    }
)


@dataclass(slots=True, kw_only=True)
class Account:
    """A Google account with a mailbox.

    Attributes:
        email: Its address, lower case.
        name: Its owner.
        receives_invitations: Invitations that arrive appear on the primary calendar at once;
            otherwise they wait in the mailbox, as with "only when I respond".
        meet: ``works`` or ``fails``: how requests for a Meet conference end.
        shares_free_busy: Colleagues of the same domain may ask when it is busy.
        is_suspended: Nobody comes in any more, with whatever token.
        free_busy_error: Why nobody learns when it is busy (``internalError``); empty if they do.
    """

    email: str
    name: str
    receives_invitations: bool = True
    meet: str = "works"
    shares_free_busy: bool = True
    is_suspended: bool = False
    free_busy_error: str = ""

    @property
    def domain(self) -> str:
        """What stands behind the ``@``."""
        return self.email.partition("@")[2]

    @property
    def subject(self) -> str:
        """The number by which Google knows the account, whatever its address is."""
        digest = hashlib.sha256(self.email.encode()).digest()
        return f"1{int.from_bytes(digest[:8], 'big') % 10**20:020d}"

    @property
    def hosted_domain(self) -> str:
        """The Workspace domain it belongs to; empty for somebody's private account."""
        return "" if self.domain in ("gmail.com", "googlemail.com") else self.domain


@dataclass(slots=True, kw_only=True)
class Event:
    """An event or an exception of a series, on one calendar.

    Attributes:
        resource: Google's Event resource as the calendar has it, without what depends on who
            looks. Tombstones stay, with status ``cancelled``.
        pending_answers: How many more answers show the conference as still being made.
        earlier: How a series went before it was changed: from which change on, until which.
    """

    resource: dict[str, Any]
    pending_answers: int = 0
    earlier: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CalendarBox:
    """A calendar.

    Attributes:
        calendar_id: The account's address for a primary one.
        owner: Address of the account that has it.
        summary: Its name.
        time_zone: IANA.
        access: What its owner may do: ``owner``, ``writer``, ``writerWithoutPrivateAccess``,
            ``reader`` or ``freeBusyReader``.
        is_primary: Whether invitations land here.
        page_size: The most events on one page; Google may give fewer than it is asked for.
        is_selected: Whether its owner has it shown.
        is_hidden: Whether it is left out of the owner's list.
        is_deleted: Whether its owner took it off the list.
        entry_number: The number of the last change of its entry in the list.
        events: By event id, tombstones included.
    """

    calendar_id: str
    owner: str
    summary: str
    time_zone: str
    access: str = "owner"
    is_primary: bool = False
    page_size: int = 2500
    is_selected: bool = True
    is_hidden: bool = False
    is_deleted: bool = False
    entry_number: int = 0
    events: dict[str, Event] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncToken:
    """From where on somebody wants to know what changed.

    Attributes:
        collection: The calendar's id, or the address of whose calendar list it is.
        since: The last change that they know of.
        question: What they asked for, as ``listing`` writes it down.
    """

    collection: str
    since: int
    question: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An answer that goes over several pages, as it was when the first was asked for.

    Attributes:
        collection: As in ``SyncToken``.
        asked: All parameters that decide what is in it.
        items: What is in it: stored things as they were.
        sync_token: What the last page ends with; nothing if it ends without.
    """

    collection: str
    asked: tuple[tuple[str, str], ...]
    items: tuple[Any, ...]
    sync_token: str | None


@dataclass(slots=True, kw_only=True)
class Channel:
    """A watch channel, also when it is over: its id is taken for good.

    Attributes:
        channel_id: As the watcher named it.
        resource_id: The watched events; the same for everybody who watches them.
        resource_uri: Their address.
        calendar_id: Whose they are.
        caller: Who watches.
        project: Of which client.
        token: What every message repeats.
        address: Where messages go.
        expires_at: By the organisation's clock.
        seen: The number of the last change that a message was sent for.
        messages: The number of the last message.
        is_stopped: It was stopped.
    """

    channel_id: str
    resource_id: str
    resource_uri: str
    calendar_id: str
    caller: str
    project: str
    token: str
    address: str
    expires_at: datetime
    seen: int
    messages: int = 0
    is_stopped: bool = False

    def is_live(self, now: datetime) -> bool:
        """Whether messages are sent."""
        return not self.is_stopped and now < self.expires_at


@dataclass(slots=True, kw_only=True)
class Notification:
    """A message on a watch channel, and what became of it.

    Attributes:
        number: Counts up.
        at: When it was made.
        channel_id: On which channel.
        address: Where to.
        resource_state: ``sync`` or ``exists``.
        message_number: Its number on the channel.
        statuses: What each attempt was answered with; 0 where nobody answered.
        outcome: ``waiting``, ``taken``, ``failed``, ``lost`` (as ordered) or ``channel over``.
    """

    number: int
    at: datetime
    channel_id: str
    address: str
    resource_state: str
    message_number: int
    statuses: list[int] = field(default_factory=list)
    outcome: str = "waiting"


@dataclass(slots=True, kw_only=True)
class Client:
    """An OAuth client: an app as Google knows it.

    Attributes:
        client_id: Its id.
        secret: What it proves itself with.
        name: What its consent page calls it.
        redirect_uris: Where users may be sent back to, exactly.
        is_testing: Its publishing status is "Testing": consents are good for a week.
    """

    client_id: str
    secret: str
    name: str = "An app"
    redirect_uris: frozenset[str] = frozenset()
    is_testing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """What a user allowed, until the client fetches the tokens for it.

    Attributes:
        email: Who allowed it.
        client_id: Whom.
        redirect_uri: Where the code was sent.
        scopes: What was allowed.
        challenge: What the client has to prove that it knows; empty if nothing.
        challenge_method: ``S256`` or ``plain``.
        nonce: What the id token repeats.
        gives_refresh_token: Whether it is good for more than an hour.
        is_offline: The client asked to act while the user is away.
        expires_at: By the organisation's clock.
    """

    email: str
    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str
    challenge_method: str
    nonce: str
    gives_refresh_token: bool
    is_offline: bool
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class RefreshToken:
    """What one client may do for a user until that ends.

    Attributes:
        email: The user.
        client_id: The client.
        scopes: What for.
        used_at: When it was given or used last, by the organisation's clock.
        expires_at: When it ends whether used or not; never, mostly.
    """

    email: str
    client_id: str
    scopes: frozenset[str]
    used_at: datetime
    expires_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class AccessToken:
    """A bearer token.

    Attributes:
        email: Whom it acts for; empty for a service account that acts for nobody.
        scopes: What it may be used for.
        expires_at: By the organisation's clock.
        grant: The refresh token or the service account it came from.
        client_id: The client it was given to; a service account is its own.
    """

    email: str
    scopes: frozenset[str]
    expires_at: datetime
    grant: str
    client_id: str


@dataclass(slots=True, kw_only=True)
class ServiceAccount:
    """A service account that administrators of domains let act for their users.

    Attributes:
        email: Its own address.
        public_key: PEM; assertions are checked with it.
        key_id: Named in the assertions' header.
        domains: Whose users it may act for.
        scopes: What for.
        audiences: The audiences of the assertions it came with, oldest first.
    """

    email: str
    public_key: str
    key_id: str
    domains: set[str] = field(default_factory=set)
    scopes: frozenset[str] = SCOPES
    audiences: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class GoogleState:
    """All of it."""

    accounts: dict[str, Account] = field(default_factory=dict)
    calendars: dict[str, CalendarBox] = field(default_factory=dict)
    #: Members of each group, by its address.
    groups: dict[str, list[str]] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    #: What users allowed so far: by address and client.
    consents: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    #: The key that id tokens are signed with, as PEM; made when it is needed.
    signing_key: str = ""
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    service_accounts: dict[str, ServiceAccount] = field(default_factory=dict)
    sync_tokens: dict[str, SyncToken] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    notifications: dict[int, Notification] = field(default_factory=dict)

    def account(self, email: str) -> Account | None:
        """The account of an address, however it is written."""
        return self.accounts.get(email.strip().lower())

    def calendars_of(self, email: str) -> list[CalendarBox]:
        """An account's calendars, the primary one first."""
        mine = [box for box in self.calendars.values() if box.owner == email]
        return sorted(mine, key=lambda box: not box.is_primary)
