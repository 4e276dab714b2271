"""What the sandbox's Zoom remembers. Plain data: it is pickled by snapshots."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

#: Creates and updates of one user's meetings in one UTC day.
#: Source: developers.zoom.us/docs/api/rate-limits, "daily meeting create/update requests".
DAILY_CHANGES = 100

#: Calls of one account in one second, as on Zoom's largest plans ("light" calls).
CALLS_PER_SECOND = 80

#: A meeting that is not repeated can be asked for this long after its start.
#: Source: support.zoom.com, "meeting ID expiration".
LIFE_AFTER_START = timedelta(days=30)

TOKEN_LIFE = timedelta(seconds=3600)

#: The scopes an app asks for to do what the service does.
SCOPES = (
    "user:read:user:admin",
    "meeting:write:meeting:admin",
    "meeting:read:list_meetings:admin",
    "meeting:read:meeting:admin",
    "meeting:update:meeting:admin",
    "meeting:delete:meeting:admin",
)


#: Source: developers.zoom.us/docs/integrations/oauth: a refresh token is good for 90 days.
REFRESH_LIFE = timedelta(days=90)

#: Source: developers.zoom.us/docs/rooms/za/za-digi-sign-oauth: the code expires in five minutes.
CODE_LIFE = timedelta(minutes=5)


@dataclass(slots=True, kw_only=True)
class ZoomSubscription:
    """Which events an app is told of, and where."""

    url: str
    events: tuple[str, ...]
    validated_at: datetime
    failures: int = 0


@dataclass(slots=True, kw_only=True)
class ZoomNotification:
    """One message to an app's address.

    Attributes:
        number: Counts up.
        at: When it happened.
        account_id: Whose app.
        url: Where to.
        event: The body.
        due_at: When it is tried next; nothing when it is not.
        statuses: What the attempts were answered with, 0 for no answer.
        outcome: ``taken`` or ``failed``; empty while it is tried.
    """

    number: int
    at: datetime
    account_id: str
    url: str
    event: dict[str, Any]
    due_at: datetime | None
    statuses: list[int] = field(default_factory=list)
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomCode:
    """An authorization code: who allowed it to whom."""

    account_id: str
    user_id: str
    redirect_uri: str
    challenge: str
    challenge_method: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomGrant:
    """A refresh token: for whom, and how long."""

    user_id: str
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class ZoomAccount:
    """A company's Zoom, and the one app installed in it."""

    account_id: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = SCOPES
    calls_per_second: int = CALLS_PER_SECOND
    second: int = 0
    calls_this_second: int = 0
    redirect_uris: tuple[str, ...] = ()
    webhook_secret: str = ""
    subscription: ZoomSubscription | None = None


@dataclass(slots=True, kw_only=True)
class ZoomUser:
    """Somebody with a Zoom login; ``type`` is 1 for basic, 2 for licensed."""

    user_id: str
    account_id: str
    email: str
    type: int
    time_zone: str
    pmi: int
    changes: dict[date, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ZoomMeeting:
    """A scheduled meeting; ``duration`` in minutes."""

    meeting_id: int
    uuid: str
    host_id: str
    topic: str
    agenda: str
    start: datetime
    duration: int
    time_zone: str
    password: str
    settings: dict[str, Any]
    created_at: datetime

    @property
    def end(self) -> datetime:
        """When it is planned to end."""
        return self.start + timedelta(minutes=self.duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomToken:
    """An access token; ``user_id`` is empty for the whole account's."""

    account_id: str
    user_id: str
    scopes: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomPage:
    """Where a list goes on: what a ``next_page_token`` stands for."""

    user_id: str
    kind: str
    offset: int
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class ZoomState:
    """All accounts of this Zoom."""

    accounts: dict[str, ZoomAccount] = field(default_factory=dict)
    users: dict[str, ZoomUser] = field(default_factory=dict)
    meetings: dict[int, ZoomMeeting] = field(default_factory=dict)
    tokens: dict[str, ZoomToken] = field(default_factory=dict)
    #: A used refresh token is gone, and so is a used code.
    refresh_tokens: dict[str, ZoomGrant] = field(default_factory=dict)
    codes: dict[str, ZoomCode] = field(default_factory=dict)
    notifications: dict[int, ZoomNotification] = field(default_factory=dict)
    pages: dict[str, ZoomPage] = field(default_factory=dict)

    def account_of_client(self, client_id: str) -> ZoomAccount | None:
        """The account an app belongs to."""
        return next((a for a in self.accounts.values() if a.client_id == client_id), None)

    def user(self, account_id: str, name: str) -> ZoomUser | None:
        """The account's user by id or address."""
        for user in self.users.values():
            if user.account_id == account_id and name.casefold() in (
                user.user_id.casefold(),
                user.email,
            ):
                return user
        return None

    def issue(
        self, account: ZoomAccount, *, user_id: str = "", now: datetime
    ) -> tuple[str, ZoomToken]:
        """A new access token; the account's (or that user's) earlier one stops working.

        A server-to-server app has one valid token at a time. Source: Zoom's staff on
        devforum.zoom.us (72070, 74432, 79405, 94662).
        """
        self.tokens = {
            text: token
            for text, token in self.tokens.items()
            if (token.account_id, token.user_id) != (account.account_id, user_id)
        }
        text = "zoom_" + secrets.token_urlsafe(24)
        token = ZoomToken(
            account_id=account.account_id,
            user_id=user_id,
            scopes=account.scopes,
            expires_at=now + TOKEN_LIFE,
        )
        self.tokens[text] = token
        return text, token

    def new_refresh_token(self, user_id: str, *, now: datetime) -> str:
        """A refresh token for that user; all earlier ones stop working."""
        self._forget_grants(user_id)
        text = "zoom_refresh_" + secrets.token_urlsafe(24)
        self.refresh_tokens[text] = ZoomGrant(user_id=user_id, expires_at=now + REFRESH_LIFE)
        return text

    def _forget_grants(self, user_id: str) -> None:
        self.refresh_tokens = {
            text: grant for text, grant in self.refresh_tokens.items() if grant.user_id != user_id
        }

    def revoke(self, user_id: str) -> None:
        """Let all that a user gave the app be over."""
        self._forget_grants(user_id)
        self.tokens = {k: each for k, each in self.tokens.items() if each.user_id != user_id}
        self.codes = {k: each for k, each in self.codes.items() if each.user_id != user_id}

    def new_meeting_id(self) -> int:
        """An unused number of eleven digits, as Zoom's are."""
        while True:
            number = 80_000_000_000 + secrets.randbelow(10_000_000_000)
            if number not in self.meetings:
                return number


def seed(state: ZoomState, data: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Make an account with users, or add to one.

    Args:
        state: Where.
        data: ``account_id`` (an existing one is added to), ``users`` (each ``email``, ``type``
            1 or 2, ``time_zone``), ``redirect_uris`` of the app, ``removed`` (addresses whose users go away with their
            meetings), ``scopes`` and ``calls_per_second`` of the app, ``meetings`` that are there
            already (each ``host``, ``start`` with an offset, ``minutes``, ``topic``).
        now: What time it is.

    Returns:
        ``account_id``, ``client_id``, ``client_secret``, ``webhook_secret`` (Zoom calls it the
        secret token), ``users`` (address to id) and
        ``refresh_tokens`` (address to what a user's own connection starts with).
    """
    account_id = str(data.get("account_id") or "acc_" + secrets.token_urlsafe(12))
    account = state.accounts.get(account_id)
    if account is None:
        account = ZoomAccount(
            account_id=account_id,
            client_id="client_" + secrets.token_urlsafe(12),
            client_secret=secrets.token_urlsafe(24),
            webhook_secret=secrets.token_urlsafe(16),
        )
        state.accounts[account_id] = account
    if "scopes" in data:
        account.scopes = tuple(data["scopes"])
    account.calls_per_second = data.get("calls_per_second", account.calls_per_second)
    account.redirect_uris = tuple(data.get("redirect_uris", account.redirect_uris))
    made = [_add_user(state, account, wish) for wish in data.get("users", ())]
    for wish in data.get("meetings", ()):
        _add_meeting(state, account, wish)
    for email in data.get("removed", ()):
        _remove_user(state, account, email)
    return {
        "account_id": account_id,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "webhook_secret": account.webhook_secret,
        "users": {user.email: user.user_id for user in made},
        "refresh_tokens": {
            user.email: state.new_refresh_token(user.user_id, now=now) for user in made
        },
    }


def _add_user(state: ZoomState, account: ZoomAccount, wish: dict[str, Any]) -> ZoomUser:
    email = str(wish["email"]).casefold()
    user = state.user(account.account_id, email)
    if user is None:
        user = ZoomUser(
            user_id=secrets.token_urlsafe(16),
            account_id=account.account_id,
            email=email,
            type=int(wish.get("type", 2)),
            time_zone=str(wish.get("time_zone", "UTC")),
            pmi=state.new_meeting_id(),
        )
        state.users[user.user_id] = user
    return user


def _add_meeting(state: ZoomState, account: ZoomAccount, wish: dict[str, Any]) -> None:
    host = state.user(account.account_id, wish["host"])
    if host is None:
        raise ValueError(f"no such user: {wish['host']}")
    start = datetime.fromisoformat(wish["start"]).astimezone(UTC)
    meeting = ZoomMeeting(
        meeting_id=state.new_meeting_id(),
        uuid=secrets.token_urlsafe(16) + "==",
        host_id=host.user_id,
        topic=str(wish.get("topic", "Meeting")),
        agenda="",
        start=start,
        duration=int(wish.get("minutes", 30)),
        time_zone=host.time_zone,
        password=secrets.token_urlsafe(6)[:6],
        settings={"use_pmi": False},
        created_at=start,
    )
    state.meetings[meeting.meeting_id] = meeting


def _remove_user(state: ZoomState, account: ZoomAccount, email: str) -> None:
    user = state.user(account.account_id, email)
    if user is None:
        return
    del state.users[user.user_id]
    state.revoke(user.user_id)
    state.meetings = {
        number: meeting
        for number, meeting in state.meetings.items()
        if meeting.host_id != user.user_id
    }
