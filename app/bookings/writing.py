"""The one write that takes people's time: one transaction, or nothing.

Locks in sorted order → the answer to the same key, if another call was faster → conflicts and
limits, and who of several comes → booking → one row per person under the exclusion constraint →
deliveries with their jobs → idempotency key → audit → commit. The lock keeps a race for one slot
cheap; the constraint is the backstop.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

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
from booking_types.person_rules import PersonRules, full_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What limits one person's part in meetings of the type.

    Attributes:
        rules: Theirs.
        zone: Theirs; days and weeks are counted in it.
    """

    rules: PersonRules
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePlan:
    """A part of the panel, and who could take it.

    Attributes:
        key: The panel role's.
        name: As people see it.
        host_ids: The most wanted first: the first whose time can be taken does.
    """

    key: str
    name: str
    host_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whose time is taken.

    Attributes:
        host_id: The host.
        role_ids: Who takes each of the plan's roles, in their order.
        lost: Why those who were free a moment ago are not any more, by user id: ``slot_taken``
            or ``limit_reached``.
    """

    host_id: str
    role_ids: tuple[str, ...] = ()
    lost: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """What the booking is with these people.

    Attributes:
        platform: Where.
        subject, description, place: Rendered for them.
        targets: What has to follow.
        pick: Why they.
    """

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
        host_ids: Who can be the host, the most wanted first: the first whose time can be taken is.
        at: Now, ISO text.
        co_host_ids: Who must attend as well.
        roles: The panel's.
        limits: Of everybody named here, by user id.
        guests: As stored.
        organizer: As stored.
        answers: As stored.
        consent: As stored.
        record_values: As stored.
        decide: What the booking is with the people who are chosen; quick, and asks nobody.
        response: Makes the body that is answered, and stored for the same key.
    """

    caller: Caller
    request: BookRequest
    published: PublishedType
    record_id: str
    object_name: str
    interval: Interval
    local_start: str
    host_ids: tuple[str, ...]
    at: str
    co_host_ids: tuple[str, ...]
    roles: tuple[RolePlan, ...]
    limits: Mapping[str, Limits]
    guests: tuple[dict[str, str], ...]
    organizer: Mapping[str, str]
    answers: Mapping[str, Any]
    consent: Mapping[str, Any]
    record_values: Mapping[str, Any]
    decide: Callable[[Chosen], HostPlan]
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
        SlotUnavailableError: ``slot_taken``, ``limit_reached``: somebody else was faster.
        InvalidRequestError: ``idempotency_key_reused``: the key belongs to another request.
        KeyGivenUpError: Its caller gave it up.
    """
    org_id = plan.caller.org_id
    # Everybody whose time might be taken, so that who is chosen is decided once, under the lock.
    everybody = [
        *plan.host_ids,
        *plan.co_host_ids,
        *(host_id for role in plan.roles for host_id in role.host_ids),
    ]
    bookings.lock_hosts(session, org_id, everybody)
    earlier = replay(session, plan.caller, plan.request)
    if earlier is not None:
        return earlier
    chosen = _chosen(plan, _lost(session, plan, everybody))
    decided = plan.decide(chosen)
    booking = _insert_booking(session, plan, chosen.host_id, decided)
    _take_time(session, plan, booking, chosen)
    _want_targets(session, booking, decided.targets)
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
        details={"host_id": chosen.host_id, "revision": booking.revision},
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


def _lost(session: Session, plan: Plan, everybody: Sequence[str]) -> dict[str, str]:
    """Who of them cannot come any more, and why: ``slot_taken`` or ``limit_reached``."""
    org_id = plan.caller.org_id
    wanted = {host_id: _blocked(plan, host_id) for host_id in everybody}
    reach = Interval(
        min(each.start for each in wanted.values()), max(each.end for each in wanted.values())
    )
    taken = bookings.taken(session, org_id, everybody, reach)
    limited = [
        host_id
        for host_id in everybody
        if (rules := plan.limits[host_id].rules).daily_limit is not None
        or rules.weekly_limit is not None
    ]
    meetings = (
        bookings.meetings(session, org_id, plan.published.booking_type_id, limited, plan.interval)
        if limited
        else {}
    )
    lost: dict[str, str] = {}
    for host_id in everybody:
        limits = plan.limits[host_id]
        days = full_days(meetings.get(host_id, ()), rules=limits.rules, zone=limits.zone)
        if days.limit_reached(plan.interval.start.astimezone(limits.zone).date()):
            lost[host_id] = "limit_reached"
        elif any(
            own_booking_busy(limits.rules, row).overlaps(wanted[host_id]) for row in taken[host_id]
        ):
            lost[host_id] = "slot_taken"
    return lost


def _blocked(plan: Plan, host_id: str) -> Interval:
    """The meeting with the buffers that this person keeps around it."""
    rules = plan.limits[host_id].rules
    return plan.interval.widened(before=rules.buffer_before, after=rules.buffer_after)


def _chosen(plan: Plan, lost: Mapping[str, str]) -> Chosen:
    """The first who can still come as the host, and for each role.

    Raises:
        SlotUnavailableError: ``slot_taken``, ``limit_reached``: nobody can, or a co-host cannot.
    """
    needed = [plan.host_ids, *((each,) for each in plan.co_host_ids)]
    needed += [role.host_ids for role in plan.roles]
    found = []
    for host_ids in needed:
        free = next((each for each in host_ids if each not in lost), None)
        if free is None:
            is_limit = {lost.get(each) for each in host_ids} == {"limit_reached"}
            raise _full() if is_limit else _taken()
        found.append(free)
    role_ids = found[1 + len(plan.co_host_ids) :]
    return Chosen(host_id=found[0], role_ids=tuple(role_ids), lost=lost)


def _taken() -> SlotUnavailableError:
    return SlotUnavailableError(
        "Somebody else has just booked this time. Choose another one.",
        code="slot_taken",
        field="start_at",
    )


def _full() -> SlotUnavailableError:
    return SlotUnavailableError(
        "Somebody else has just booked the last meeting of this type that was possible on that "
        "day or in that week. Choose another day or week.",
        code="limit_reached",
        field="start_at",
    )


def _insert_booking(session: Session, plan: Plan, host_id: str, decided: HostPlan) -> Booking:
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
        host_id=host_id,
        booked_by=plan.caller.actor,
        organizer=dict(plan.organizer),
        guests=list(plan.guests),
        platform=decided.platform.value,
        place=decided.place,
        subject=decided.subject,
        description=decided.description,
        notes=plan.request.notes,
        answers=dict(plan.answers),
        consent=dict(plan.consent),
        record_values=dict(plan.record_values),
        pick=decided.pick,
    )
    session.add(booking)
    session.flush()
    return booking


def _take_time(session: Session, plan: Plan, booking: Booking, chosen: Chosen) -> None:
    roles = zip(plan.roles, chosen.role_ids, strict=True)
    rows = [
        {
            "org_id": booking.org_id,
            "booking_id": booking.booking_id,
            "host_id": host_id,
            "role": role,
            "panel_role": panel_role,
            "span": _range(plan.interval),
            "blocked": _range(_blocked(plan, host_id)),
        }
        for host_id, role, panel_role in [
            (booking.host_id, "host", ""),
            *((co_host_id, "co_host", "") for co_host_id in plan.co_host_ids),
            *((host_id, "co_host", role.key) for role, host_id in roles),
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
