"""Brings a database to this version's tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.storage.database import sqlalchemy_url


def migrate(database_url: str) -> None:
    """Run all migrations that the database has not seen; harmless when it has seen them all.

    Args:
        database_url: ``postgresql://…`` of a role that owns the database.
    """
    command.upgrade(_config(database_url), "head")


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", sqlalchemy_url(database_url).replace("%", "%%"))
    return config
