"""What is configured for one org, read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.storage import booking_types, orgs
from app.storage.booking_types import Member, PublishedType
from app.storage.database import Database
from app.storage.tables import (
    BookingTypeRow,
    Connection,
    HostRow,
    Org,
    OrgAccount,
    OrgCertificate,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One org's rows.

    Attributes:
        org: Itself.
        certificates: All of them, retired ones too, newest first.
        accounts: Those that serve the whole org.
        hosts: The active ones, by user id, in the order of their names.
        connections: Of those hosts, in the same order.
        types: Published and active, each with its people in its order, those who can be booked.
    """

    org: Org
    certificates: tuple[OrgCertificate, ...]
    accounts: tuple[OrgAccount, ...]
    hosts: Mapping[str, HostRow]
    connections: tuple[Connection, ...]
    types: tuple[tuple[PublishedType, tuple[Member, ...]], ...]

    def connections_of(self, host_id: str) -> list[Connection]:
        """One host's connections."""
        return [row for row in self.connections if row.host_id == host_id]


def read_configuration(database: Database, org_id: UUID) -> Configuration:
    """Everything that is configured for an org."""
    with database.transaction(org_id) as session:
        hosts = {
            row.host_id: row
            for row in session.scalars(
                sa.select(HostRow)
                .where(HostRow.org_id == org_id, HostRow.is_active)
                .order_by(HostRow.name, HostRow.host_id)
            )
        }
        connections = orgs.connections(session, org_id, list(hosts))
        return Configuration(
            org=orgs.get_org(session, org_id),
            certificates=tuple(
                session.scalars(
                    sa.select(OrgCertificate)
                    .where(OrgCertificate.org_id == org_id)
                    .order_by(OrgCertificate.created_at.desc())
                )
            ),
            accounts=tuple(
                session.scalars(sa.select(OrgAccount).where(OrgAccount.org_id == org_id))
            ),
            hosts=hosts,
            connections=tuple(row for rows in connections.values() for row in rows),
            types=tuple(_types(session, org_id)),
        )


def _types(session: Session, org_id: UUID) -> list[tuple[PublishedType, tuple[Member, ...]]]:
    ids = session.scalars(
        sa.select(BookingTypeRow.booking_type_id)
        .where(BookingTypeRow.org_id == org_id, BookingTypeRow.is_active)
        .order_by(sa.func.lower(BookingTypeRow.name))
    ).all()
    found = []
    for booking_type_id in ids:
        published = booking_types.published(session, org_id, booking_type_id)
        if published is not None:
            members = booking_types.members(session, org_id, booking_type_id)
            active = (each for each in members if each.is_active and each.is_host_active)
            found.append((published, tuple(active)))
    return found
