"""Runs the migrations in one transaction, one process at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from app.storage.tables import Table

#: Any number, the same for everybody who migrates this product's databases.
_MIGRATION_LOCK = 4_815_162_342


def run() -> None:
    """Migrate the database that the configuration names."""
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise RuntimeError("no database address given")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Table.metadata)
        with context.begin_transaction():
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            context.run_migrations()


run()
