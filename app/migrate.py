"""Brings a database to this version's tables."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.storage.database import sqlalchemy_url


def migrate(database_url: str) -> None:
    """Run all migrations that the database has not seen; harmless when it has seen them all.

    Args:
        database_url: ``postgresql://…`` of a role that owns the database.
    """
    command.upgrade(_config(database_url), "head")


def missing_versions(connection: sa.Connection) -> frozenset[str] | None:
    """The migrations that the database has not seen; empty when it is as this release needs it.

    Nothing when it has seen migrations that this release does not know: it is newer.
    """
    scripts = ScriptDirectory.from_config(_config(""))
    known = {script.revision for script in scripts.walk_revisions()}
    seen = set(MigrationContext.configure(connection).get_current_heads())
    if seen - known:
        return None
    passed = {script.revision for script in scripts.iterate_revisions(tuple(seen), "base")}
    return frozenset(known - passed)


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", sqlalchemy_url(database_url).replace("%", "%%"))
    return config
