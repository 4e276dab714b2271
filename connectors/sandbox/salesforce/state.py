"""Orgs, their rows, their users' sessions: plain data that can be kept and brought back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from booking_types.errors import InvalidRequestError
from booking_types.salesforce_ids import salesforce_id
from connectors.sandbox.salesforce.keys import KeyPair
from connectors.sandbox.salesforce.schema import Schema

if TYPE_CHECKING:
    from connectors.sandbox.salesforce.field_rights import Rights

#: A session lasts this long after its last use. Source: Salesforce Help, "Session Settings":
#: the default time-out is two hours.
SESSION_LIFE = timedelta(hours=2)

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class Row:
    """One record.

    Attributes:
        values: Field to value: texts, numbers, booleans, aware datetimes, dates.
        readers: Users who may read it beside its owner; nothing means everybody.
        editors: Users who may change it likewise.
        is_deleted: It is in the recycle bin.
        parent_event_id: Of a child event only: the event it follows.
    """

    values: dict[str, Any]
    readers: frozenset[str] | None = None
    editors: frozenset[str] | None = None
    is_deleted: bool = False
    parent_event_id: str = ""

    @property
    def id(self) -> str:
        """18 characters."""
        return str(self.values["Id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRule:
    """A customer's own rule: rows with all these values are refused."""

    object_name: str
    when: dict[str, Any]
    message: str
    field_name: str = ""


@dataclass(slots=True, kw_only=True)
class ConnectedApp:
    """Our registration in an org."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    certificate_pem: str
    run_as: str
    callback_urls: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("api", "id", "refresh_token")


@dataclass(slots=True, kw_only=True)
class Org:
    """One org.

    Attributes:
        org_id: 18 characters.
        schema: Its objects.
        app: The connected app.
        service_keys: Signs its callouts.
        rows: By object and id.
        approved: Users for whom the app may sign in.
        admins: Users who see and change everything.
        rights: What each permission set grants, by its id.
        packaged: The package's own fields (``Booking__c.Host__c``).
        rules: Validation rules.
        assigns: Assignment rules: new owner by object, unless a request switches them off.
        serial: Counts records of all objects, so that no id is given twice.
        autonumbers: The last number by object.
        api_calls: How many calls were made.
        api_limit: How many a day are allowed.
        batch_size: So many rows come with one answer to a query.
        cursors: Rest of long answers by the id in their address.
        notes: What a record is there to show, by its id: for the sandbox's own pages.
    """

    org_id: str
    schema: Schema
    app: ConnectedApp
    service_keys: KeyPair
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)
    admins: set[str] = field(default_factory=set)
    rights: dict[str, Rights] = field(default_factory=dict)
    packaged: frozenset[str] = frozenset()
    rules: list[ValidationRule] = field(default_factory=list)
    assigns: dict[str, str] = field(default_factory=dict)
    serial: int = 0
    autonumbers: dict[str, int] = field(default_factory=dict)
    api_calls: int = 0
    api_limit: int = 100_000
    batch_size: int = 2_000
    cursors: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def new_id(self, prefix: str) -> str:
        """An id that no record of this org has had."""
        self.serial += 1
        # The characters in the middle are the org's own, so ids differ between orgs as well.
        return made_id(prefix + self.org_id[3:9], self.serial)

    def row(self, object_name: str, record_id: str) -> Row | None:
        """The row, deleted or not."""
        return self.rows.get(object_name, {}).get(record_id)

    def live(self, object_name: str) -> list[Row]:
        """All rows that are not deleted, oldest first."""
        return [row for row in self.rows.get(object_name, {}).values() if not row.is_deleted]

    def add(self, object_name: str, row: Row) -> None:
        """Keep a row."""
        self.rows.setdefault(object_name, {})[row.id] = row

    def savepoint(self) -> Any:
        """What to come back to when something of an all-or-none request is refused."""
        rows = {
            name: {key: replace(row, values=dict(row.values)) for key, row in kept.items()}
            for name, kept in self.rows.items()
        }
        return rows, dict(self.autonumbers)

    def rollback(self, savepoint: Any) -> None:
        """Come back to it. Ids that were given are not given again, as in Salesforce."""
        self.rows, self.autonumbers = savepoint


@dataclass(slots=True, kw_only=True)
class Session:
    """One access token.

    Attributes:
        org_id: Where it opens.
        user_id: For whom.
        issued_at: Since when.
        used_at: When last.
        scopes: What for.
        grant: The refresh token it came with or by; empty where there is none.
    """

    org_id: str
    user_id: str
    issued_at: datetime
    used_at: datetime
    scopes: tuple[str, ...]
    grant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code: who allowed what to whom."""

    org_id: str
    user_id: str
    callback_url: str
    scopes: tuple[str, ...]
    challenge: str
    over_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A refresh token: for whom, and what for."""

    org_id: str
    user_id: str
    scopes: tuple[str, ...]


@dataclass(slots=True)
class SalesforceState:
    """Everything."""

    orgs: dict[str, Org] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    org_serial: int = 0

    def new_org_id(self) -> str:
        """An org id that nobody has."""
        self.org_serial += 1
        return made_id("00D" + secrets.token_hex(4), self.org_serial)

    def issue(
        self,
        org: Org,
        *,
        user_id: str,
        now: datetime,
        scopes: tuple[str, ...] = ("api",),
        grant: str = "",
    ) -> str:
        """A new access token."""
        text = f"{org.org_id[:15]}!{secrets.token_urlsafe(48)}"
        self.sessions[text] = Session(
            org_id=org.org_id,
            user_id=user_id,
            issued_at=now,
            used_at=now,
            scopes=scopes,
            grant=grant,
        )
        return text

    def new_grant(self, grant: Grant) -> str:
        """A new refresh token."""
        text = "5Aep" + secrets.token_urlsafe(60)
        self.refresh_tokens[text] = grant
        return text

    def end_grant(self, text: str) -> None:
        """Let a refresh token be over, and the access tokens that came of it."""
        self.refresh_tokens.pop(text, None)
        self.sessions = {k: each for k, each in self.sessions.items() if each.grant != text}

    def session(self, text: str, *, now: datetime) -> Session | None:
        """The token's session if it is not over; using it makes it last longer."""
        session = self.sessions.get(text)
        if session is None or now - session.used_at >= SESSION_LIFE:
            return None
        session.used_at = max(now, session.used_at)
        return session

    def org_of_app(self, consumer_key: str) -> Org | None:
        """The org with that connected app."""
        return next((o for o in self.orgs.values() if o.app.consumer_key == consumer_key), None)


def made_id(prefix: str, serial: int) -> str:
    """An 18-character id that begins so."""
    digits = ""
    while serial:
        serial, place = divmod(serial, len(_DIGITS))
        digits = _DIGITS[place] + digits
    return salesforce_id(prefix + digits.rjust(15 - len(prefix), "0"))


def whole_id(text: Any) -> str | None:
    """The 18 characters of an id; nothing when it is none."""
    try:
        return salesforce_id(str(text))
    except InvalidRequestError:
        return None
