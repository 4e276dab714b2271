"""Makes, copies and removes databases on a PostgreSQL server, for the demo and for tests."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """Makes and removes databases on one server.

    Attributes:
        admin_url: Address of a role that may create databases, on any database.
        owner: Role that shall own the databases and that their addresses name; the admin
            itself when None.
    """

    admin_url: str
    owner: str | None = None

    def url(self, name: str) -> str:
        """The database's address, as its owner."""
        parts = urlsplit(self.admin_url)
        netloc = parts.netloc
        if self.owner is not None:
            netloc = f"{self.owner}@{netloc.rpartition('@')[2]}"
        # By hand: urlunsplit drops the slashes of an address without a host.
        query = f"?{parts.query}" if parts.query else ""
        return f"{parts.scheme}://{netloc}/{quote(name, safe='')}{query}"

    def create(self, name: str) -> str:
        """Make an empty database, unless it is there.

        Returns:
            Its address.
        """
        with self._admin() as admin:
            known = admin.execute("select from pg_database where datname = %s", [name])
            if known.fetchone() is None:
                self._create(admin, name, template="template1")
        return self.url(name)

    def clone(self, *, template: str, name: str) -> str:
        """Make a copy of a database that nobody is connected to.

        Returns:
            The copy's address.
        """
        with self._admin() as admin:
            self._create(admin, name, template=template)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        with self._admin() as admin:
            admin.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )

    def names(self, *, prefix: str) -> list[str]:
        """The databases whose names begin like this."""
        with self._admin() as admin:
            rows = admin.execute(
                "select datname from pg_database where starts_with(datname, %s)", [prefix]
            )
            return [str(row[0]) for row in rows]

    def is_admin_superuser(self) -> bool:
        """Whether the admin passes row-level security."""
        with self._admin() as admin:
            row = admin.execute(
                "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
            ).fetchone()
        return row is not None and bool(row[0])

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self.admin_url, autocommit=True)

    def _create(self, admin: psycopg.Connection, name: str, *, template: str) -> None:
        statement = sql.SQL("create database {} template {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        if self.owner is not None:
            statement += sql.SQL(" owner {}").format(sql.Identifier(self.owner))
        admin.execute(statement)
