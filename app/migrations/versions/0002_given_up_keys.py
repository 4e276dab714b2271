"""An idempotency key may be given up: its row then stands for no booking."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let a key stand without a booking and without an answer."""
    op.alter_column("idempotency_keys", "booking_id", nullable=True)
    op.alter_column("idempotency_keys", "response", nullable=True)
    op.create_check_constraint(
        "key_has_booking_and_answer_or_neither",
        "idempotency_keys",
        "(booking_id is null) = (response is null)",
    )


def downgrade() -> None:
    """Forget the keys that were given up."""
    op.execute("delete from idempotency_keys where booking_id is null")
    op.drop_constraint("key_has_booking_and_answer_or_neither", "idempotency_keys")
    op.alter_column("idempotency_keys", "booking_id", nullable=False)
    op.alter_column("idempotency_keys", "response", nullable=False)
