"""Booking types in whole: drafts, hosts' own rules, panel roles, answers and consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_COLUMNS = {
    "hosts": (("date_overrides", JSONB, "[]"), ("holiday_calendar", sa.Text, "")),
    "booking_type_hosts": (("role", sa.Text, ""), ("overrides", JSONB, "{}")),
    "bookings": (("answers", JSONB, "{}"), ("consent", JSONB, "{}")),
    "booking_hosts": (("panel_role", sa.Text, ""),),
}


def upgrade() -> None:
    """Add what is missing; what stands there stays as it is."""
    for table, columns in _COLUMNS.items():
        for name, kind, default in columns:
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    op.create_check_constraint(
        "panel_roles_are_filled_by_co_hosts",
        "booking_hosts",
        "panel_role = '' or role = 'co_host'",
    )
    # Drafts may be called anything; only what is in force has a name of its own.
    op.drop_constraint("booking_types_org_id_name_key", "booking_types")
    op.create_index(
        "booking_types_published_names",
        "booking_types",
        ["org_id", "name"],
        unique=True,
        postgresql_where=sa.text("published_version is not null"),
    )
    op.create_table(
        "booking_type_drafts",
        sa.Column("org_id", sa.Uuid, primary_key=True),
        sa.Column("booking_type_id", sa.Uuid, primary_key=True),
        sa.Column("definition", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("based_on", sa.Integer),
        sa.Column("saved_by", JSONB, nullable=False),
        sa.Column(
            "saved_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "booking_type_id"],
            ["booking_types.org_id", "booking_types.booking_type_id"],
        ),
        sa.CheckConstraint("revision >= 1"),
    )
    own = "org_id = nullif(current_setting('app.org_id', true), '')::uuid"
    op.execute("alter table booking_type_drafts enable row level security")
    op.execute("alter table booking_type_drafts force row level security")
    op.execute(f"create policy of_one_org on booking_type_drafts using ({own}) with check ({own})")


def downgrade() -> None:
    """Forget it again; types that were never published need names of their own for it."""
    op.drop_table("booking_type_drafts")
    op.drop_index("booking_types_published_names", "booking_types")
    op.create_unique_constraint(
        "booking_types_org_id_name_key", "booking_types", ["org_id", "name"]
    )
    for table, columns in _COLUMNS.items():
        for name, _, _ in columns:
            op.drop_column(table, name)
