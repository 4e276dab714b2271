"""The job queue: Procrastinate, in the same database, enqueued in the caller's transaction.

A job carries ids only. One job a delivery waits at most: a delivery whose retry is asleep is
woken instead of queued a second time, because a later job of the same lock would wait for the
sleeping one.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.orm import Session

from app.storage.database import driver_connection

#: Makes one target look like its booking.
CONVERGE = "deliveries.converge"
#: Takes up what a dead worker left, and deliveries that lost their job.
SWEEP = "deliveries.sweep"

_app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def delivery_lock(delivery_id: UUID) -> str:
    """The lock under which a delivery's jobs run one after another."""
    return f"delivery|{delivery_id}"


def enqueue_delivery(
    session: Session, *, org_id: UUID, delivery_id: UUID, at: datetime | None = None
) -> None:
    """See to it that the delivery is worked on, now or at an instant, once this commits.

    A job that is waiting for later makes way for a new one, which wakes the workers; one that is
    due sooner stays. The caller holds the delivery's lock (``storage.deliveries.locked``) or has
    only just made the delivery, so that nobody else is doing the same.
    """
    lock = delivery_lock(delivery_id)
    is_there = session.execute(
        sa.text(
            "with later as ("
            " delete from procrastinate_jobs where queueing_lock = :lock and status = 'todo'"
            " and scheduled_at > coalesce(cast(:at as timestamptz), now()) returning id)"
            " select 1 from procrastinate_jobs where queueing_lock = :lock and status = 'todo'"
            " and id not in (select id from later)"
        ),
        {"lock": lock, "at": at},
    ).first()
    if is_there is not None:
        return
    task = _app.configure_task(
        CONVERGE,
        allow_unknown=True,
        lock=lock,
        queueing_lock=lock,
        schedule_at=at,
        connection=driver_connection(session),
    )
    # Should somebody else have been faster after all, one job is what is wanted.
    with contextlib.suppress(AlreadyEnqueued), session.begin_nested():
        task.defer(org_id=str(org_id), delivery_id=str(delivery_id))
