"""Deliveries: claim one, finish one, find those that nobody works on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.storage.tables import Booking, Delivery


def locked(session: Session, org_id: UUID, delivery_id: UUID) -> tuple[Delivery, Booking] | None:
    """The delivery and its booking, both locked until commit; the booking first.

    Whoever changes a delivery may have to change its siblings too, so all who do come through
    their booking's lock, or two of them would wait for each other.
    """
    booking = session.scalar(
        sa.select(Booking)
        .join(
            Delivery,
            sa.and_(Delivery.org_id == Booking.org_id, Delivery.booking_id == Booking.booking_id),
        )
        .where(Delivery.org_id == org_id, Delivery.delivery_id == delivery_id)
        .with_for_update(of=Booking)
    )
    delivery = session.get(Delivery, (org_id, delivery_id), with_for_update=True)
    if booking is None or delivery is None:
        return None
    return delivery, booking


def of_booking(session: Session, org_id: UUID, booking_id: UUID) -> list[Delivery]:
    """All deliveries of a booking."""
    return list(
        session.scalars(
            sa.select(Delivery).where(Delivery.org_id == org_id, Delivery.booking_id == booking_id)
        )
    )


def forgotten(session: Session, org_id: UUID, *, before: datetime) -> list[UUID]:
    """Deliveries whose time came before that instant and that no job is there for."""
    return list(
        session.scalars(
            sa.select(Delivery.delivery_id).where(
                Delivery.org_id == org_id,
                Delivery.state != "done",
                Delivery.next_attempt_at < before,
                ~sa.exists(sa.text("1 from procrastinate_jobs")).where(
                    sa.text(
                        "procrastinate_jobs.lock = 'delivery|' || deliveries.delivery_id"
                        " and procrastinate_jobs.status in ('todo', 'doing')"
                    )
                ),
            )
        )
    )
