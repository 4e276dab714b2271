"""What people do about deliveries that need them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from app.clock import Clock
from app.deliveries.outcomes import Outcomes
from app.deliveries.targets import MAILS
from app.storage import deliveries
from app.storage.database import Database
from app.storage.tables import Delivery

_OPERATOR: dict[str, object] = {"kind": "system", "id": "operator"}


def begin_again(
    *,
    database: Database,
    clock: Clock,
    scale: float,
    booking_id: UUID | None = None,
    includes_mails: bool = False,
    org_ids: list[UUID] | None = None,
    error_codes: Collection[str] = (),
) -> int:
    """Try once more what was given up.

    Args:
        database: Ours.
        clock: The current instant.
        scale: As the workers'.
        booking_id: Of this booking only.
        includes_mails: Mails of which nobody knows whether they were sent too: whoever asks for
            that has looked.
        org_ids: Of these orgs only; all of them without.
        error_codes: Only what failed with one of these codes.

    Returns:
        How many deliveries are tried.
    """
    outcomes = Outcomes(clock=clock, scale=scale)
    count = 0
    for org_id in database.all_org_ids() if org_ids is None else org_ids:
        with database.transaction(org_id) as session:
            wanted = sa.select(Delivery.delivery_id).where(
                Delivery.org_id == org_id,
                Delivery.state == "needs_attention",
                Delivery.next_attempt_at.is_(None),
            )
            if booking_id is not None:
                wanted = wanted.where(Delivery.booking_id == booking_id)
            if error_codes:
                wanted = wanted.where(Delivery.error_code.in_(error_codes))
            if not includes_mails:
                wanted = wanted.where(
                    sa.or_(
                        Delivery.target.not_in([mail.value for mail in MAILS]),
                        Delivery.error_code != "mail_unknown",
                    )
                )
            ids = list(session.scalars(wanted))
        for delivery_id in ids:
            with database.transaction(org_id) as session:
                found = deliveries.locked(session, org_id, delivery_id)
                if found is not None:
                    outcomes.begin_again(session, found[0], actor=_OPERATOR)
                    count += 1
    return count
