"""The first tables, row-level security on all of them, and the job queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from procrastinate import schema

from app.storage.tables import Table

revision = "0001"
down_revision = None

#: Tables a caller's token is checked against before anybody knows its org.
_FOUND_BY_ISSUER = ("orgs", "org_certificates")


def upgrade() -> None:
    """Make everything."""
    op.execute("create extension if not exists btree_gist")
    Table.metadata.create_all(op.get_bind())
    for table in Table.metadata.sorted_tables:
        _secure(table.name)
    op.execute(
        "create policy listed_for_the_workers_rounds on orgs for select"
        " using (current_setting('app.lists_orgs', true) = 'on')"
    )
    op.execute("create rule audit_keeps_what_it_has as on update to audit do instead nothing")
    op.execute("create rule audit_loses_nothing as on delete to audit do instead nothing")
    _make_job_queue()


def _secure(table: str) -> None:
    own = "org_id = nullif(current_setting('app.org_id', true), '')::uuid"
    visible = own
    if table in _FOUND_BY_ISSUER:
        visible += " or salesforce_org_id = current_setting('app.salesforce_org_id', true)"
    op.execute(f"alter table {table} enable row level security")
    # The service's role owns the tables, and an owner passes unless it is forced not to.
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy of_one_org on {table} using ({visible}) with check ({own})")


def _make_job_queue() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise RuntimeError("the database connection is gone")
    # Many statements at once: the driver takes them only without parameters.
    connection.execute(schema.SchemaManager.get_schema())


def downgrade() -> None:
    """Take everything away."""
    op.execute("drop schema public cascade")
    op.execute("create schema public")
    op.execute(sa.text("grant all on schema public to public"))
