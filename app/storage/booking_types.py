"""Booking types in force, and who their hosts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.definitions import stored_booking_type
from app.storage.tables import BookingTypeHost, BookingTypeRow, BookingTypeVersion, HostRow
from booking_types.model import BookingType


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
    return [
        PublishedType(
            booking_type_id=row.booking_type_id,
            version=row.version,
            booking_type=stored_booking_type(row.definition),
        )
        for row in rows
    ]


def version(session: Session, org_id: UUID, booking_type_id: UUID, number: int) -> BookingType:
    """What a version said when it was written."""
    row = session.get_one(BookingTypeVersion, (org_id, booking_type_id, number))
    return stored_booking_type(row.definition)


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
    return {(row.booking_type_id, row.version): stored_booking_type(row.definition) for row in rows}


def member_ids(session: Session, org_id: UUID, booking_type_id: UUID) -> list[str]:
    """The type's active hosts, in its order."""
    return list(
        session.scalars(
            sa.select(BookingTypeHost.host_id)
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
                BookingTypeHost.is_active,
                HostRow.is_active,
            )
            .order_by(BookingTypeHost.position, HostRow.name, HostRow.host_id)
        )
    )
