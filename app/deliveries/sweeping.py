"""Takes up what a dead worker left, and deliveries that lost their job."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
import sqlalchemy.exc
import structlog

from app.clock import Clock
from app.jobs import delivery_lock, enqueue_delivery
from app.storage import bookings, deliveries
from app.storage.database import Database

_LOG = structlog.get_logger(__name__)

#: A delivery this long past its time without a job has lost it.
_GRACE = timedelta(seconds=30)
#: No attempt takes as long as this: its calls have time-outs.
_LONGEST_ATTEMPT = timedelta(minutes=3)
#: Idempotency keys are remembered this long; the bookings themselves refuse doubles after that.
KEYS_KEPT_FOR = timedelta(days=7)


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

    def go_round(self) -> None:
        """See to every org: deliveries that nobody works on, keys that are past their time."""
        for org_id in self._database.all_org_ids():
            try:
                self._requeue_forgotten(org_id)
                self._forget_keys(org_id)
            except sqlalchemy.exc.SQLAlchemyError:
                # The other orgs' turn comes all the same.
                _LOG.exception("sweep.failed", org_id=str(org_id))

    def _requeue_forgotten(self, org_id: UUID) -> None:
        now = self._clock()
        with self._database.transaction(org_id) as session:
            forgotten = deliveries.forgotten(
                session,
                org_id,
                before=now - _GRACE * self._scale,
                stuck_before=now - _LONGEST_ATTEMPT,
            )
        for delivery_id in forgotten:
            with self._database.transaction(org_id) as session:
                if deliveries.locked(session, org_id, delivery_id) is None:
                    continue
                # A job whose end could not be written down; the attempt's number keeps it
                # harmless should it still be there.
                session.execute(
                    sa.text(
                        "delete from procrastinate_jobs where lock = :lock and status = 'doing'"
                    ),
                    {"lock": delivery_lock(delivery_id)},
                )
                enqueue_delivery(session, org_id=org_id, delivery_id=delivery_id)
        if forgotten:
            _LOG.warning("deliveries.requeued", org_id=str(org_id), count=len(forgotten))

    def _forget_keys(self, org_id: UUID) -> None:
        with self._database.transaction(org_id) as session:
            bookings.forget_keys(session, org_id, before=self._clock() - KEYS_KEPT_FOR)
