"""The job queue: Procrastinate, in the same database, enqueued in the caller's transaction.

A job carries ids only. One job a delivery waits at most: a delivery whose retry is asleep is
woken instead of queued a second time, because a later job of the same lock would wait for the
sleeping one.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.storage.database import driver_connection

#: Makes one target look like its booking.
CONVERGE = "deliveries.converge"
#: Takes up what a dead worker left, and deliveries that lost their job.
SWEEP = "deliveries.sweep"

_app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def enqueue_delivery(
    session: Session, *, org_id: UUID, delivery_id: UUID, at: datetime | None = None
) -> None:
    """See to it that the delivery is worked on, now or at an instant, once this commits.

    A job that is waiting for later is brought forward; one that is due sooner stays.
    """
    lock = f"delivery|{delivery_id}"
    waiting = session.execute(
        sa.text(
            "update procrastinate_jobs"
            " set scheduled_at = least(scheduled_at, coalesce(:at, now()))"
            " where queueing_lock = :lock and status = 'todo' returning id"
        ),
        {"lock": lock, "at": at},
    ).first()
    if waiting is not None:
        return
    _app.configure_task(
        CONVERGE,
        allow_unknown=True,
        lock=lock,
        queueing_lock=lock,
        schedule_at=at,
        connection=driver_connection(session),
    ).defer(org_id=str(org_id), delivery_id=str(delivery_id))
