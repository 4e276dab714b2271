"""Where access tokens live: sealed, in the row of what they belong to, shared by all processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import Clock
from app.sealing import Sealer
from app.storage.database import Database
from app.storage.tables import Connection, Org, OrgAccount
from connectors.errors import ConnectionBrokenError
from connectors.protocols import Token

#: Whoever waits for somebody else's refresh waits longer than one refresh can take.
_REFRESH_LOCK_TIMEOUT = "25s"
#: A token this close to its end is renewed before it is used.
_MARGIN = timedelta(seconds=60)

#: Answers of token endpoints that speak of our own client, not of anybody's consent: a wrong
#: secret of ours must not send every host to the consent screen (RFC 6749, 5.2).
_OUR_OWN_FAULT = ("invalid_client", "unauthorized_client", "deleted_client", "invalid_scope")


class _Stored(msgspec.Struct):
    access_token: str
    expires_at: datetime | None = None
    refresh_token: str | None = None
    instance_url: str | None = None


def seal_token(sealer: Sealer, token: Token, *, place: str) -> bytes:
    """A token as it is stored."""
    stored = _Stored(
        access_token=token.access_token,
        expires_at=token.expires_at,
        refresh_token=token.refresh_token,
        instance_url=token.instance_url,
    )
    return sealer.seal(msgspec.json.encode(stored).decode(), place=place)


def _open_token(sealer: Sealer, sealed: bytes | None, *, place: str) -> Token | None:
    if sealed is None:
        return None
    stored = msgspec.json.decode(sealer.open(sealed, place=place), type=_Stored)
    return Token(
        access_token=stored.access_token,
        expires_at=stored.expires_at,
        refresh_token=stored.refresh_token,
        instance_url=stored.instance_url,
    )


class RowTokenStore:
    """The token in one row of ``orgs``, ``org_accounts`` or ``connections``.

    It is a ``connectors.protocols.TokenStore``. The row stays locked while the vendor is asked
    for a new token: the one place where a transaction is open over a call, because a vendor
    whose refresh tokens are used up by use must see exactly one refresh.

    Args:
        database: Where the row is.
        sealer: Seals it.
        clock: Tells whether a token has ended.
        org_id: The org.
        table: Whose token.
        key: The row's primary key.
    """

    def __init__(
        self,
        *,
        database: Database,
        sealer: Sealer,
        clock: Clock,
        org_id: UUID,
        table: type[Org | OrgAccount | Connection],
        key: tuple[UUID | str, ...],
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._org_id = org_id
        self._table = table
        self._key = key
        self._column = "integration_token" if table is Org else "token"
        self._place = token_place(table, key)
        self._latest: Token | None = None
        self._renewing = threading.Lock()

    def current(self) -> Token | None:
        """The stored token, fresh or not; remembered in this process until it is refused."""
        if self._latest is None or self._has_ended(self._latest):
            with self._database.transaction(self._org_id) as session:
                row = session.get_one(self._table, self._key)
                self._latest = _open_token(
                    self._sealer, getattr(row, self._column), place=self._place
                )
        return self._latest

    def renew(self, *, refused: str | None, fetch: Callable[[Token | None], Token]) -> Token:
        """A token other than the refused one, fetched by whoever comes first.

        Threads of this process queue here, so that at most one of them holds a connection of
        the pool while it waits for another process.
        """
        with self._renewing:
            latest = self._latest
            if latest is not None and self._is_another(latest, refused):
                return latest
            return self._renew(refused, fetch)

    def _is_another(self, token: Token, refused: str | None) -> bool:
        """Whether the token is worth a try: not the refused one, nor ended."""
        return bool(token.access_token) and not (
            token.access_token == refused or self._has_ended(token)
        )

    def _renew(self, refused: str | None, fetch: Callable[[Token | None], Token]) -> Token:
        sealed: bytes | None = None
        try:
            with self._database.transaction(self._org_id) as session:
                session.execute(
                    sa.text("select set_config('lock_timeout', :wait, true)"),
                    {"wait": _REFRESH_LOCK_TIMEOUT},
                )
                session.execute(sa.text("select set_config('statement_timeout', '30s', true)"))
                row = self._locked_row(session)
                sealed = getattr(row, self._column)
                stored = _open_token(self._sealer, sealed, place=self._place)
                if stored is not None and self._is_another(stored, refused):
                    self._latest = stored
                    return stored
                token = fetch(stored)
                setattr(row, self._column, seal_token(self._sealer, token, place=self._place))
                if isinstance(row, (Connection, OrgAccount)):
                    row.status, row.broken_reason = "active", ""
        except ConnectionBrokenError as error:
            self._mark_broken(error, tried=sealed)
            raise
        self._latest = token
        return token

    def _has_ended(self, token: Token) -> bool:
        return token.expires_at is not None and token.expires_at - _MARGIN <= self._clock()

    def _locked_row(self, session: Session) -> Org | OrgAccount | Connection:
        # Not a full lock: rows that refer to this one may be written meanwhile.
        row = session.get_one(self._table, self._key, with_for_update={"key_share": True})
        if not isinstance(row, (Org, OrgAccount, Connection)):
            raise TypeError("tokens live in orgs, org_accounts and connections")
        return row

    def _mark_broken(self, error: ConnectionBrokenError, *, tried: bytes | None) -> None:
        """The owner has to connect again.

        Not when it is our own client that is refused, nor when they have just connected anew.
        """
        if error.vendor_code in _OUR_OWN_FAULT:
            return
        with self._database.transaction(self._org_id) as session:
            row = self._locked_row(session)
            if isinstance(row, (Connection, OrgAccount)) and row.token == tried:
                row.status = "broken"
                row.broken_reason = error.vendor_message or error.reason


def token_place(table: type[Org | OrgAccount | Connection], key: tuple[UUID | str, ...]) -> str:
    """What a token is bound to when it is sealed: its table, row and column."""
    return "|".join([table.__tablename__, *map(str, key), "token"])


def secret_place(table: type[Org | OrgAccount], key: tuple[UUID | str, ...]) -> str:
    """The same for the long-lived secret beside it."""
    return "|".join([table.__tablename__, *map(str, key), "secret"])
