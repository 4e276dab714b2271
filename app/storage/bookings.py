"""Bookings: who is taken when, and the rows of one booking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from app.storage.tables import AuditEntry, Booking, BookingHost, Delivery, IdempotencyKey
from booking_types.intervals import Interval

#: A local week that a span touches begins and ends at most so far from it, the day's shift of
#: zones included.
_A_WEEK = timedelta(days=8)


def lock_hosts(session: Session, org_id: UUID, host_ids: Collection[str]) -> None:
    """Wait until nobody else is booking any of these people; held until commit.

    Sorted, because two callers who lock the same people in different orders wait for each
    other for ever.
    """
    names = [f"host|{org_id}|{host_id}" for host_id in sorted(set(host_ids))]
    # One statement, so that one time-out holds for all of them together.
    session.execute(
        sa.text(
            "select pg_advisory_xact_lock(hashtextextended(name, 0))"
            " from unnest(cast(:names as text[])) with ordinality as wanted (name, place)"
            " order by place"
        ),
        {"names": names},
    )


def taken(
    session: Session, org_id: UUID, host_ids: Sequence[str], span: Interval
) -> dict[str, list[BookingHost]]:
    """Each person's live bookings that touch the span with their buffers, by person."""
    rows = session.scalars(
        sa.select(BookingHost).where(
            BookingHost.org_id == org_id,
            BookingHost.host_id.in_(host_ids),
            BookingHost.is_live,
            BookingHost.blocked.overlaps(Range(span.start, span.end, bounds="[)")),
        )
    )
    found: dict[str, list[BookingHost]] = {host_id: [] for host_id in host_ids}
    for row in rows:
        found[row.host_id].append(row)
    return found


def meetings(
    session: Session,
    org_id: UUID,
    booking_type_id: UUID,
    host_ids: Collection[str],
    span: Interval,
) -> dict[str, list[datetime]]:
    """When each person's live bookings of a type begin, whatever their part in them.

    Args:
        session: Of the org.
        org_id: The org.
        booking_type_id: All of its versions.
        host_ids: Whose.
        span: Those in the local weeks that it touches are all among the answer, in whatever zone
            the weeks are meant.
    """
    weeks = Range(span.start - _A_WEEK, span.end + _A_WEEK, bounds="[)")
    rows = session.execute(
        sa.select(BookingHost.host_id, sa.func.lower(BookingHost.span))
        .join(
            Booking,
            sa.and_(
                Booking.org_id == BookingHost.org_id,
                Booking.booking_id == BookingHost.booking_id,
            ),
        )
        .where(
            BookingHost.org_id == org_id,
            BookingHost.host_id.in_(host_ids),
            BookingHost.is_live,
            BookingHost.span.overlaps(weeks),
            Booking.booking_type_id == booking_type_id,
        )
    )
    found: dict[str, list[datetime]] = {host_id: [] for host_id in host_ids}
    for host_id, start_at in rows:
        found[host_id].append(start_at)
    return found


def get_booking(session: Session, org_id: UUID, booking_id: UUID) -> Booking | None:
    """The booking, if the org has it."""
    return session.get(Booking, (org_id, booking_id))


def hosts_of(session: Session, org_id: UUID, booking_ids: Sequence[UUID]) -> list[BookingHost]:
    """The people of these bookings, the host of each before its co-hosts."""
    return list(
        session.scalars(
            sa.select(BookingHost)
            .where(BookingHost.org_id == org_id, BookingHost.booking_id.in_(booking_ids))
            .order_by(BookingHost.booking_id, BookingHost.role.desc(), BookingHost.host_id)
        )
    )


def deliveries_of(session: Session, org_id: UUID, booking_ids: Sequence[UUID]) -> list[Delivery]:
    """The targets of these bookings."""
    return list(
        session.scalars(
            sa.select(Delivery)
            .where(Delivery.org_id == org_id, Delivery.booking_id.in_(booking_ids))
            .order_by(Delivery.booking_id, Delivery.target, Delivery.subject_id)
        )
    )


def page(
    session: Session,
    org_id: UUID,
    *,
    record_id: str | None,
    user_id: str | None,
    after: datetime | None,
    before: datetime | None,
    cursor: tuple[datetime, UUID] | None,
    is_newest_first: bool,
    limit: int,
) -> list[Booking]:
    """Bookings in the order of their starts, or the other way round, from the cursor on.

    Args:
        session: Of the org.
        org_id: The org.
        record_id: Of this record only.
        user_id: Booked or held by this user only.
        after: Starting then or later.
        before: Starting earlier.
        cursor: Start and id of the last one seen.
        is_newest_first: The latest start first.
        limit: At most so many.
    """
    query = sa.select(Booking).where(Booking.org_id == org_id)
    if record_id is not None:
        query = query.where(Booking.record_id == record_id)
    if user_id is not None:
        attends = sa.exists().where(
            BookingHost.org_id == org_id,
            BookingHost.booking_id == Booking.booking_id,
            BookingHost.host_id == user_id,
        )
        booked = Booking.booked_by.contains({"kind": "user", "id": user_id})
        query = query.where(sa.or_(attends, booked))
    if after is not None:
        query = query.where(Booking.start_at >= after)
    if before is not None:
        query = query.where(Booking.start_at < before)
    place = sa.tuple_(Booking.start_at, Booking.booking_id)
    if cursor is not None:
        query = query.where(place < cursor if is_newest_first else place > cursor)
    order = (Booking.start_at, Booking.booking_id)
    if is_newest_first:
        query = query.order_by(*(column.desc() for column in order))
    else:
        query = query.order_by(*order)
    return list(session.scalars(query.limit(limit)))


def idempotent(
    session: Session, org_id: UUID, *, principal: str, key: str
) -> IdempotencyKey | None:
    """What was answered to that key before."""
    return session.get(IdempotencyKey, (org_id, principal, key))


def give_up(session: Session, org_id: UUID, *, principal: str, key: str) -> bool:
    """Let nothing be booked with that key any more; whether it was free to be given up.

    Somebody who is booking with it at this moment is waited for.
    """
    given_up = session.execute(
        insert(IdempotencyKey)
        .values(org_id=org_id, principal=principal, key=key, request_hash="")
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).first()
    return given_up is not None


def forget_keys(session: Session, org_id: UUID, *, before: datetime) -> None:
    """Forget idempotency keys older than that, and the answers kept with them."""
    session.execute(
        sa.delete(IdempotencyKey).where(
            IdempotencyKey.org_id == org_id, IdempotencyKey.created_at < before
        )
    )


def audit(
    session: Session,
    org_id: UUID,
    *,
    actor: dict[str, object],
    action: str,
    booking_id: UUID | None = None,
    details: dict[str, object] | None = None,
    request_id: str = "",
) -> None:
    """Write down what happened, in the transaction in which it happens."""
    session.add(
        AuditEntry(
            org_id=org_id,
            booking_id=booking_id,
            actor=actor,
            action=action,
            details=details or {},
            request_id=request_id,
        )
    )
