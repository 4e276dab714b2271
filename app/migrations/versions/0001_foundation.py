"""The first tables, row-level security on all of them, and the job queue."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from procrastinate import schema

revision = "0001"
down_revision = None

_TABLES = (
    "audit",
    "booking_hosts",
    "booking_type_hosts",
    "booking_type_versions",
    "booking_types",
    "bookings",
    "connections",
    "deliveries",
    "hosts",
    "idempotency_keys",
    "org_accounts",
    "org_certificates",
    "orgs",
)

#: Tables a caller's token is checked against before anybody knows its org.
_FOUND_BY_ISSUER = ("orgs", "org_certificates")


def upgrade() -> None:
    """Make everything."""
    op.execute("create extension if not exists btree_gist")
    _run(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    for table in _TABLES:
        _secure(table)
    op.execute(
        "create policy listed_for_the_workers_rounds on orgs for select"
        " using (current_setting('app.lists_orgs', true) = 'on')"
    )
    op.execute(
        "create function audit_is_only_added_to() returns trigger language plpgsql as"
        " $$ begin raise exception 'the audit is only ever added to'; end $$"
    )
    op.execute(
        "create trigger audit_is_only_added_to before update or delete or truncate on audit"
        " for each statement execute function audit_is_only_added_to()"
    )
    _run(schema.SchemaManager.get_schema())


def _secure(table: str) -> None:
    own = "org_id = nullif(current_setting('app.org_id', true), '')::uuid"
    visible = own
    if table in _FOUND_BY_ISSUER:
        visible += " or salesforce_org_id = current_setting('app.salesforce_org_id', true)"
    op.execute(f"alter table {table} enable row level security")
    # The service's role owns the tables, and an owner passes unless it is forced not to.
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy of_one_org on {table} using ({visible}) with check ({own})")


def _run(statements: str) -> None:
    """Many statements at once, which the driver takes only without parameters."""
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise RuntimeError("the database connection is gone")
    connection.execute(statements)


def downgrade() -> None:
    """Take everything away."""
    op.execute("drop schema public cascade")
    op.execute("create schema public")
    op.execute(sa.text("grant all on schema public to public"))
