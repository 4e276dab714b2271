"""The one write that takes people's time: one transaction, or nothing.

Locks in sorted order → the answer to the same key, if another call was faster → conflicts →
booking → one row per person under the exclusion constraint → deliveries with their jobs →
idempotency key → audit → commit. The lock keeps a race for one slot cheap; the constraint is
the backstop.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from app.bookings.choices import own_booking_busy
from app.bookings.questions import BookRequest
from app.callers import Caller
from app.deliveries.targets import Wanted
from app.jobs import enqueue_delivery
from app.storage import bookings
from app.storage.booking_types import PublishedType
from app.storage.tables import Booking, BookingHost, Delivery, IdempotencyKey
from booking_types.errors import InvalidRequestError, KeyGivenUpError, SlotUnavailableError
from booking_types.intervals import Interval
from booking_types.model import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """What the booking is when this person is its host.

    Attributes:
        host_id: Who.
        platform: Where.
        subject, description, place: Rendered for this host.
        targets: What has to follow.
        pick: Why this host.
    """

    host_id: str
    platform: Platform
    subject: str
    description: str
    place: str
    targets: tuple[Wanted, ...]
    pick: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that was decided before the transaction.

    Attributes:
        caller: Who books.
        request: What they asked for.
        published: With which type.
        record_id: 18 characters.
        object_name: The record's object.
        interval: The meeting.
        local_start: Wall-clock start as agreed, ISO without offset.
        hosts: Who can be the host, the most wanted first: the first whose time can be taken is.
        at: Now, ISO text.
        co_host_ids: Who must attend as well.
        guests: As stored.
        organizer: As stored.
        record_values: As stored.
        response: Makes the body that is answered, and stored for the same key.
    """

    caller: Caller
    request: BookRequest
    published: PublishedType
    record_id: str
    object_name: str
    interval: Interval
    local_start: str
    hosts: tuple[HostPlan, ...]
    at: str
    co_host_ids: tuple[str, ...]
    guests: tuple[dict[str, str], ...]
    organizer: Mapping[str, str]
    record_values: Mapping[str, Any]
    response: Callable[[Session, Booking], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What came of it.

    Attributes:
        booking_id: The booking, new or the key's earlier one.
        response: The body that is answered.
        is_replay: It is the answer to an earlier call with the same key.
    """

    booking_id: UUID
    response: dict[str, Any]
    is_replay: bool


def write_booking(session: Session, plan: Plan) -> Written:
    """Take the time, or say why not; commits nothing by itself.

    Raises:
        SlotUnavailableError: ``slot_taken``: somebody else was faster.
        InvalidRequestError: ``idempotency_key_reused``: the key belongs to another request.
        KeyGivenUpError: Its caller gave it up.
    """
    org_id = plan.caller.org_id
    everybody = [host.host_id for host in plan.hosts] + list(plan.co_host_ids)
    bookings.lock_hosts(session, org_id, everybody)
    earlier = replay(session, plan.caller, plan.request)
    if earlier is not None:
        return earlier
    free = _free(session, plan, everybody)
    host = next((each for each in plan.hosts if each.host_id in free), None)
    if host is None or not free.issuperset(plan.co_host_ids):
        raise _taken()
    booking = _insert_booking(session, plan, host)
    _take_time(session, plan, booking)
    _want_targets(session, booking, host.targets)
    session.flush()
    response = plan.response(session, booking)
    if not _keep_key(session, plan, booking, response):
        raise KeyWasFasterError
    bookings.audit(
        session,
        org_id,
        actor=plan.caller.actor,
        action="booking.created",
        booking_id=booking.booking_id,
        details={"host_id": host.host_id, "revision": booking.revision},
        request_id=plan.caller.request_id,
    )
    return Written(booking_id=booking.booking_id, response=response, is_replay=False)


class KeyWasFasterError(Exception):
    """Another call with the same key committed meanwhile; roll back and answer as it did."""


def replay(session: Session, caller: Caller, request: BookRequest) -> Written | None:
    """The answer an earlier call with the same key was given.

    Raises:
        InvalidRequestError: ``idempotency_key_reused``: that was another request.
        KeyGivenUpError: Its caller gave it up.
    """
    if request.idempotency_key is None:
        return None
    row = bookings.idempotent(
        session, caller.org_id, principal=caller.principal, key=request.idempotency_key
    )
    if row is None:
        return None
    if row.booking_id is None or row.response is None:
        raise KeyGivenUpError(
            "This attempt was given up, and nothing was booked with it. Book again.",
            field="Idempotency-Key",
        )
    if row.request_hash != request.request_hash:
        raise InvalidRequestError(
            "This Idempotency-Key was used for another request. Send a new key.",
            code="idempotency_key_reused",
        )
    return Written(booking_id=row.booking_id, response=row.response, is_replay=True)


def _free(session: Session, plan: Plan, everybody: Sequence[str]) -> set[str]:
    """Who of them has no booking of ours in the way, with the buffers of both."""
    booking_type = plan.published.booking_type
    wanted = plan.interval.widened(
        before=booking_type.buffer_before, after=booking_type.buffer_after
    )
    taken = bookings.taken(session, plan.caller.org_id, everybody, wanted)
    return {
        host_id
        for host_id in everybody
        if not any(own_booking_busy(booking_type, row).overlaps(wanted) for row in taken[host_id])
    }


def _taken() -> SlotUnavailableError:
    return SlotUnavailableError(
        "Somebody else has just booked this time. Choose another one.",
        code="slot_taken",
        field="start_at",
    )


def _insert_booking(session: Session, plan: Plan, host: HostPlan) -> Booking:
    booking = Booking(
        org_id=plan.caller.org_id,
        booking_id=uuid4(),
        booking_type_id=plan.published.booking_type_id,
        booking_type_version=plan.published.version,
        record_id=plan.record_id,
        object_name=plan.object_name,
        status="scheduled",
        last_change={"kind": "scheduled", "by": plan.caller.actor, "reason": "", "at": plan.at},
        revision=1,
        start_at=plan.interval.start,
        end_at=plan.interval.end,
        time_zone=plan.request.time_zone,
        local_start=plan.local_start,
        host_id=host.host_id,
        booked_by=plan.caller.actor,
        organizer=dict(plan.organizer),
        guests=list(plan.guests),
        platform=host.platform.value,
        place=host.place,
        subject=host.subject,
        description=host.description,
        notes=plan.request.notes,
        record_values=dict(plan.record_values),
        pick=host.pick,
    )
    session.add(booking)
    session.flush()
    return booking


def _take_time(session: Session, plan: Plan, booking: Booking) -> None:
    booking_type = plan.published.booking_type
    blocked = plan.interval.widened(
        before=booking_type.buffer_before, after=booking_type.buffer_after
    )
    rows = [
        {
            "org_id": booking.org_id,
            "booking_id": booking.booking_id,
            "host_id": host_id,
            "role": role,
            "span": _range(plan.interval),
            "blocked": _range(blocked),
        }
        for host_id, role in [
            (booking.host_id, "host"),
            *((co_host_id, "co_host") for co_host_id in plan.co_host_ids),
        ]
    ]
    # ON CONFLICT makes the database wait its turn where a plain INSERT would fight for it.
    taken = session.execute(
        insert(BookingHost).values(rows).on_conflict_do_nothing().returning(BookingHost.host_id)
    ).all()
    if len(taken) < len(rows):
        raise _taken()


def _range(interval: Interval) -> Range[datetime]:
    return Range(interval.start, interval.end, bounds="[)")


def _want_targets(session: Session, booking: Booking, targets: Sequence[Wanted]) -> None:
    rows = [
        Delivery(
            org_id=booking.org_id,
            delivery_id=uuid4(),
            booking_id=booking.booking_id,
            target=wanted.target.value,
            subject_id=wanted.subject_id,
            key=secrets.token_hex(16),
            next_attempt_at=sa.func.now(),
        )
        for wanted in targets
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        enqueue_delivery(session, org_id=row.org_id, delivery_id=row.delivery_id)


def _keep_key(session: Session, plan: Plan, booking: Booking, response: dict[str, Any]) -> bool:
    if plan.request.idempotency_key is None:
        return True
    kept = session.execute(
        insert(IdempotencyKey)
        .values(
            org_id=booking.org_id,
            principal=plan.caller.principal,
            key=plan.request.idempotency_key,
            request_hash=plan.request.request_hash,
            booking_id=booking.booking_id,
            response=response,
        )
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).first()
    return kept is not None
