"""Takes up what a dead worker left, and deliveries that lost their job."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog

from app.clock import Clock
from app.jobs import enqueue_delivery
from app.storage import deliveries
from app.storage.database import Database

_LOG = structlog.get_logger(__name__)

#: A delivery this long past its time without a job has lost it.
_GRACE = timedelta(seconds=30)


class Sweeper:
    """Goes round all orgs.

    Args:
        database: Where jobs and deliveries are.
        clock: The current instant.
        scale: Shortens the grace in drills.
    """

    def __init__(self, *, database: Database, clock: Clock, scale: float) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale

    def requeue_stalled(self, *, job_id: int, org_id: UUID, delivery_id: UUID) -> None:
        """Put a job that its worker left behind back into the queue.

        The old job is removed and a new one made, because a woken retry of the same delivery
        may be waiting already, and only one may wait.
        """
        with self._database.transaction(org_id) as session:
            removed = session.execute(
                sa.text(
                    "delete from procrastinate_jobs where id = :id and status = 'doing'"
                    " returning id"
                ),
                {"id": job_id},
            ).first()
            if removed is not None and deliveries.locked(session, org_id, delivery_id):
                enqueue_delivery(session, org_id=org_id, delivery_id=delivery_id)
                _LOG.info("job.requeued", delivery_id=str(delivery_id))

    def requeue_forgotten(self) -> int:
        """Give every delivery that is overdue and has no job a new one; how many."""
        found = 0
        before = self._clock() - _GRACE * self._scale
        for org_id in self._database.all_org_ids():
            with self._database.transaction(org_id) as session:
                forgotten = deliveries.forgotten(session, org_id, before=before)
            for delivery_id in forgotten:
                with self._database.transaction(org_id) as session:
                    if deliveries.locked(session, org_id, delivery_id):
                        enqueue_delivery(session, org_id=org_id, delivery_id=delivery_id)
                        found += 1
        if found:
            _LOG.warning("deliveries.had_no_job", count=found)
        return found
