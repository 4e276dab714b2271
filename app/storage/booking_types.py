"""Booking types in force, and who their hosts are."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.definitions import stored_booking_type, stored_overrides
from app.storage.tables import BookingTypeHost, BookingTypeRow, BookingTypeVersion, HostRow
from booking_types.model import BookingType, HostOverrides


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedType:
    """A booking type as it is in force.

    Attributes:
        booking_type_id: Ours.
        version: Which of its versions this is.
        booking_type: What it says.
    """

    booking_type_id: UUID
    version: int
    booking_type: BookingType


#: What versions say, by org, type and number. A version never changes once it is written, so what
#: was read once stays true; reading five hundred definitions anew costs more than everything that
#: is then done with them. Only what other transactions see is kept: nobody reads here in the
#: transaction that writes a version.
_KEPT: dict[tuple[UUID, UUID, int], BookingType] = {}
_KEPT_LOCK = threading.Lock()
_MOST_KEPT = 20_000


def published_for(session: Session, org_id: UUID, object_name: str) -> list[PublishedType]:
    """The published, active types of an object, in the order of their names."""
    return _published(
        session,
        BookingTypeRow.org_id == org_id,
        sa.func.lower(BookingTypeRow.object_name) == object_name.lower(),
    )


def published(session: Session, org_id: UUID, booking_type_id: UUID) -> PublishedType | None:
    """The type in force; nothing when there is none, it is a draft, or switched off."""
    found = _published(
        session,
        BookingTypeRow.org_id == org_id,
        BookingTypeRow.booking_type_id == booking_type_id,
    )
    return found[0] if found else None


def _published(session: Session, *conditions: sa.ColumnElement[bool]) -> list[PublishedType]:
    rows = session.execute(
        sa.select(
            BookingTypeRow.org_id, BookingTypeRow.booking_type_id, BookingTypeRow.published_version
        )
        .where(BookingTypeRow.is_active, BookingTypeRow.published_version.is_not(None), *conditions)
        .order_by(sa.func.lower(BookingTypeRow.name))
    ).all()
    return _in_force(session, [(org, type_id, number) for org, type_id, number in rows if number])


def _in_force(session: Session, numbers: Sequence[tuple[UUID, UUID, int]]) -> list[PublishedType]:
    said = _said(session, numbers)
    return [
        PublishedType(booking_type_id=each[1], version=each[2], booking_type=said[each])
        for each in numbers
    ]


def _said(
    session: Session, numbers: Collection[tuple[UUID, UUID, int]]
) -> dict[tuple[UUID, UUID, int], BookingType]:
    """What these versions say; only those that nobody has read before are asked for."""
    with _KEPT_LOCK:
        found = {each: _KEPT[each] for each in numbers if each in _KEPT}
    missing = [each for each in dict.fromkeys(numbers) if each not in found]
    if not missing:
        return found
    key = (
        BookingTypeVersion.org_id,
        BookingTypeVersion.booking_type_id,
        BookingTypeVersion.version,
    )
    rows = session.scalars(sa.select(BookingTypeVersion).where(sa.tuple_(*key).in_(missing)))
    read = {
        (row.org_id, row.booking_type_id, row.version): stored_booking_type(
            row.definition, row.schema_version
        )
        for row in rows
    }
    with _KEPT_LOCK:
        if len(_KEPT) + len(read) > _MOST_KEPT:
            _KEPT.clear()
        _KEPT.update(read)
    return found | read


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownType:
    """A booking type, in force or not.

    Attributes:
        booking_type_id: Ours.
        key: Names it everywhere.
        name: What organizers see.
        is_active: Whether it is offered at all.
        published: What it says; nothing for a draft that was never published.
    """

    booking_type_id: UUID
    key: str
    name: str
    is_active: bool
    published: PublishedType | None


def all_of(session: Session, org_id: UUID, object_name: str) -> list[KnownType]:
    """Every type of an object, drafts and switched off ones too, in the order of their names."""
    rows = session.scalars(
        sa.select(BookingTypeRow)
        .where(
            BookingTypeRow.org_id == org_id,
            sa.func.lower(BookingTypeRow.object_name) == object_name.lower(),
        )
        .order_by(sa.func.lower(BookingTypeRow.name))
    ).all()
    numbers = [
        (row.org_id, row.booking_type_id, row.published_version)
        for row in rows
        if row.published_version is not None
    ]
    in_force = {each.booking_type_id: each for each in _in_force(session, numbers)}
    return [
        KnownType(
            booking_type_id=row.booking_type_id,
            key=row.key,
            name=row.name,
            is_active=row.is_active,
            published=in_force.get(row.booking_type_id),
        )
        for row in rows
    ]


def version(session: Session, org_id: UUID, booking_type_id: UUID, number: int) -> BookingType:
    """What a version said when it was written."""
    return versions(session, org_id, [(booking_type_id, number)])[booking_type_id, number]


def versions(
    session: Session, org_id: UUID, numbers: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], BookingType]:
    """What several versions said, by type and number."""
    said = _said(session, [(org_id, *number) for number in numbers])
    return {(each[1], each[2]): booking_type for each, booking_type in said.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody's part in a booking type.

    Attributes:
        host_id: Salesforce user id.
        role: The key of the panel role that they can take; empty for the hosts themselves.
        overrides: Where they differ from the type.
        is_active: Whether they can be booked with this type now.
        is_host_active: Whether they can be booked at all.
    """

    host_id: str
    role: str
    overrides: HostOverrides
    is_active: bool
    is_host_active: bool


def members(session: Session, org_id: UUID, booking_type_id: UUID) -> list[Member]:
    """Everybody with a part in the type, switched off or not, in its order."""
    rows = session.execute(
        sa.select(BookingTypeHost, HostRow.is_active)
        .join(
            HostRow,
            sa.and_(
                HostRow.org_id == BookingTypeHost.org_id,
                HostRow.host_id == BookingTypeHost.host_id,
            ),
        )
        .where(
            BookingTypeHost.org_id == org_id,
            BookingTypeHost.booking_type_id == booking_type_id,
        )
        .order_by(BookingTypeHost.position, HostRow.name, HostRow.host_id)
    ).all()
    return [
        Member(
            host_id=row.host_id,
            role=row.role,
            overrides=stored_overrides(row.overrides),
            is_active=row.is_active,
            is_host_active=is_host_active,
        )
        for row, is_host_active in rows
    ]
