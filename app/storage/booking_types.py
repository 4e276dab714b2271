"""Booking types in force, and who their hosts are."""

from __future__ import annotations

from collections.abc import Sequence
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
        sa.select(BookingTypeVersion)
        .join(
            BookingTypeRow,
            sa.and_(
                BookingTypeVersion.org_id == BookingTypeRow.org_id,
                BookingTypeVersion.booking_type_id == BookingTypeRow.booking_type_id,
                BookingTypeVersion.version == BookingTypeRow.published_version,
            ),
        )
        .where(BookingTypeRow.is_active, *conditions)
        .order_by(sa.func.lower(BookingTypeRow.name))
    ).scalars()
    return [_in_force(row) for row in rows]


def _in_force(row: BookingTypeVersion) -> PublishedType:
    return PublishedType(
        booking_type_id=row.booking_type_id,
        version=row.version,
        booking_type=stored_booking_type(row.definition, row.schema_version),
    )


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
    rows = session.execute(
        sa.select(BookingTypeRow, BookingTypeVersion)
        .outerjoin(
            BookingTypeVersion,
            sa.and_(
                BookingTypeVersion.org_id == BookingTypeRow.org_id,
                BookingTypeVersion.booking_type_id == BookingTypeRow.booking_type_id,
                BookingTypeVersion.version == BookingTypeRow.published_version,
            ),
        )
        .where(
            BookingTypeRow.org_id == org_id,
            sa.func.lower(BookingTypeRow.object_name) == object_name.lower(),
        )
        .order_by(sa.func.lower(BookingTypeRow.name))
    ).all()
    return [
        KnownType(
            booking_type_id=row.booking_type_id,
            key=row.key,
            name=row.name,
            is_active=row.is_active,
            published=None if row.published_version is None else _in_force(found),
        )
        for row, found in rows
    ]


def version(session: Session, org_id: UUID, booking_type_id: UUID, number: int) -> BookingType:
    """What a version said when it was written."""
    row = session.get_one(BookingTypeVersion, (org_id, booking_type_id, number))
    return stored_booking_type(row.definition, row.schema_version)


def versions(
    session: Session, org_id: UUID, numbers: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], BookingType]:
    """What several versions said, by type and number."""
    rows = session.scalars(
        sa.select(BookingTypeVersion).where(
            BookingTypeVersion.org_id == org_id,
            sa.tuple_(BookingTypeVersion.booking_type_id, BookingTypeVersion.version).in_(numbers),
        )
    )
    return {
        (row.booking_type_id, row.version): stored_booking_type(row.definition, row.schema_version)
        for row in rows
    }


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
