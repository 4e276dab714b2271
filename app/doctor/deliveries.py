"""Whether what was booked has reached its targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from app.doctor.database import ago
from app.doctor.report import Finding, aside, broken, good
from app.storage.database import Database

#: A delivery this long past its time is not being worked on.
_OVERDUE_AFTER = timedelta(minutes=2)

_NEEDS_ATTENTION = "needs_attention"
_DONE = "done"


def delivery_findings(database: Database, org_id: UUID, *, now: datetime) -> Iterator[Finding]:
    """How many deliveries are in which state, and which of them somebody has to look at."""
    with database.transaction(org_id) as session:
        rows = session.execute(
            sa.text(
                "select d.state, count(*), count(*) filter (where b.end_at > :now),"
                " count(*) filter (where d.next_attempt_at < :overdue),"
                " min(greatest(d.created_at, d.done_at))"
                " from deliveries d join bookings b using (org_id, booking_id)"
                " where d.org_id = :org_id group by d.state order by d.state"
            ),
            {"org_id": org_id, "now": now, "overdue": now - _OVERDUE_AFTER},
        ).all()
    if not rows:
        yield aside("Deliveries", "nothing was booked yet")
        return
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count, *_ in rows)
    waiting = [row for row in rows if row.state not in (_DONE, _NEEDS_ATTENTION)]
    if waiting:
        oldest = min(row[4] for row in waiting)
        counts += f"; the oldest has been waiting for {ago(now - oldest)}"
    overdue = sum(row[3] for row in waiting)
    if overdue:
        yield broken(
            "Deliveries",
            f"{counts}; {overdue} should have been tried by now",
            "start `handover worker`, or more of them, and look at their logs",
        )
    else:
        yield good("Deliveries", counts)
    for row in rows:
        if row.state == _NEEDS_ATTENTION:
            yield _attention(row[1], row[2])


def _attention(count: int, coming: int) -> Finding:
    if not coming:
        return aside("Attention", f"{count} were given up, all of meetings that are over")
    return broken(
        "Attention",
        f"{coming} deliveries of meetings to come need somebody",
        "open those bookings: each says which target refused and why",
    )
