"""Deliveries: claim one, finish one, find those that nobody works on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.storage.tables import LIVE_STATES, Booking, Delivery


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


def forgotten(
    session: Session, org_id: UUID, *, before: datetime, stuck_before: datetime
) -> list[UUID]:
    """Deliveries that are due and that nobody will ever work on.

    Args:
        session: Of the org.
        org_id: The org.
        before: Due before then, and no job is there for them.
        stuck_before: Due before then, and their job is under way without an end.
    """
    job = sa.table("procrastinate_jobs", sa.column("lock"), sa.column("status"))
    own_job = job.c.lock == sa.literal("delivery|") + sa.cast(Delivery.delivery_id, sa.Text)
    waiting = sa.exists().where(own_job, sa.cast(job.c.status, sa.Text) == "todo")
    running = sa.exists().where(own_job, sa.cast(job.c.status, sa.Text) == "doing")
    return list(
        session.scalars(
            sa.select(Delivery.delivery_id)
            .join(
                Booking,
                sa.and_(
                    Booking.org_id == Delivery.org_id, Booking.booking_id == Delivery.booking_id
                ),
            )
            .where(
                Delivery.org_id == org_id,
                Delivery.state != "done",
                Booking.status.in_(LIVE_STATES),
                Delivery.next_attempt_at < before,
                sa.or_(
                    sa.and_(~waiting, ~running),
                    sa.and_(running, Delivery.next_attempt_at < stuck_before),
                ),
            )
        )
    )
