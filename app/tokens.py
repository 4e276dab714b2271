"""Where access tokens live: sealed, in the row of what they belong to, shared by all processes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import sqlalchemy as sa

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
        """A token other than the refused one, fetched by whoever comes first."""
        try:
            with self._database.transaction(self._org_id) as session:
                session.execute(
                    sa.text("select set_config('lock_timeout', :wait, true)"),
                    {"wait": _REFRESH_LOCK_TIMEOUT},
                )
                session.execute(sa.text("select set_config('statement_timeout', '30s', true)"))
                row = session.get_one(self._table, self._key, with_for_update=True)
                stored = _open_token(self._sealer, getattr(row, self._column), place=self._place)
                if (
                    stored is not None
                    and stored.access_token
                    and stored.access_token != refused
                    and not self._has_ended(stored)
                ):
                    self._latest = stored
                    return stored
                token = fetch(stored)
                setattr(row, self._column, seal_token(self._sealer, token, place=self._place))
                if isinstance(row, (Connection, OrgAccount)):
                    row.status, row.broken_reason = "active", ""
        except ConnectionBrokenError as error:
            self._mark_broken(error)
            raise
        self._latest = token
        return token

    def _has_ended(self, token: Token) -> bool:
        return token.expires_at is not None and token.expires_at - _MARGIN <= self._clock()

    def _mark_broken(self, error: ConnectionBrokenError) -> None:
        with self._database.transaction(self._org_id) as session:
            row = session.get_one(self._table, self._key, with_for_update=True)
            if isinstance(row, (Connection, OrgAccount)):
                row.status = "broken"
                row.broken_reason = error.vendor_message or error.reason


def token_place(table: type[Org | OrgAccount | Connection], key: tuple[UUID | str, ...]) -> str:
    """What a token is bound to when it is sealed: its table, row and column."""
    return "|".join([table.__tablename__, *map(str, key), "token"])


def secret_place(table: type[Org | OrgAccount], key: tuple[UUID | str, ...]) -> str:
    """The same for the long-lived secret beside it."""
    return "|".join([table.__tablename__, *map(str, key), "secret"])
