"""Connections, and transactions that belong to one org."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

#: A caller waits no longer than this for one statement, or for somebody else's lock.
STATEMENT_TIMEOUT_MS = 3000
LOCK_TIMEOUT_MS = 2000
#: A transaction of ours that does nothing for this long has lost its process.
IDLE_TIMEOUT_MS = 60_000
#: A machine that vanishes is noticed within half a minute, not within TCP's two hours.
CONNECTION_OPTIONS: Mapping[str, Any] = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
#: The same for the server's side; only where no pooler is in between, which would not take it.
SERVER_KEEPALIVES = (
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
#: Seconds to wait for a free connection of the pool before saying so.
POOL_TIMEOUT = 1.0


def sqlalchemy_url(database_url: str) -> str:
    """The address with the driver named, as SQLAlchemy wants it."""
    return database_url.replace("postgresql://", "postgresql+psycopg://", 1)


class Database:
    """The one database of this process.

    Args:
        database_url: ``postgresql://…``
        pool_size: Connections kept; as many threads can be in a transaction at once.
        is_direct: No transaction pooler is in between.
    """

    def __init__(self, database_url: str, *, pool_size: int = 10, is_direct: bool = False) -> None:
        self.url = database_url
        self.engine = sa.create_engine(
            sqlalchemy_url(database_url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT,
            pool_pre_ping=True,
            # A transaction pooler in between cannot keep prepared statements.
            connect_args={
                "prepare_threshold": None,
                **CONNECTION_OPTIONS,
                **({"options": SERVER_KEEPALIVES} if is_direct else {}),
            },
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextlib.contextmanager
    def transaction(self, org_id: UUID) -> Iterator[Session]:
        """One transaction that sees the rows of one org only; committed at the end."""
        with self._sessions.begin() as session:
            session.execute(
                sa.text(
                    "select set_config('app.org_id', :org_id, true),"
                    " set_config('statement_timeout', :statement_timeout, true),"
                    " set_config('lock_timeout', :lock_timeout, true),"
                    " set_config('idle_in_transaction_session_timeout', :idle_timeout, true)"
                ),
                {
                    "org_id": str(org_id),
                    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                    "lock_timeout": str(LOCK_TIMEOUT_MS),
                    "idle_timeout": str(IDLE_TIMEOUT_MS),
                },
            )
            yield session

    @contextlib.contextmanager
    def transaction_for_issuer(self, salesforce_org_id: str) -> Iterator[Session]:
        """A transaction that sees one org's own row and certificates, by its Salesforce id.

        It is how a caller's token finds its org before anybody knows which org that is.
        """
        with self._sessions.begin() as session:
            session.execute(
                sa.text("select set_config('app.salesforce_org_id', :salesforce_org_id, true)"),
                {"salesforce_org_id": salesforce_org_id},
            )
            yield session

    def all_org_ids(self) -> list[UUID]:
        """Every org, for the worker's rounds; nothing else of them."""
        with self._sessions.begin() as session:
            session.execute(sa.text("select set_config('app.lists_orgs', 'on', true)"))
            return list(session.scalars(sa.text("select org_id from orgs order by org_id")))

    def ping(self) -> None:
        """Ask the database whether it is there.

        Raises:
            sqlalchemy.exc.OperationalError: It is not.
        """
        with self.engine.connect() as connection:
            connection.execute(sa.text("select 1"))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def driver_connection(session: Session) -> psycopg.Connection:
    """The session's own psycopg connection, so that jobs are enqueued in its transaction."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("the database is reached by something other than psycopg")
    return connection
