"""Orgs, their certificates and accounts, their hosts and the hosts' connections."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.storage.tables import Connection, HostRow, Org, OrgAccount, OrgCertificate


def get_org(session: Session, org_id: UUID) -> Org:
    """The org of this transaction.

    Raises:
        sqlalchemy.exc.NoResultFound: It is not there.
    """
    return session.execute(sa.select(Org).where(Org.org_id == org_id)).scalar_one()


def lock_org(session: Session, org_id: UUID) -> None:
    """Wait until nobody else holds the org, and hold it until the transaction's end.

    What only refers to the org, as bookings do, goes on meanwhile.
    """
    session.execute(
        sa.select(Org.org_id).where(Org.org_id == org_id).with_for_update(key_share=True)
    )


def certificates_of_issuer(
    session: Session, salesforce_org_id: str
) -> tuple[UUID, list[tuple[str, str]]] | None:
    """The org with that Salesforce id and its certificates in force, newest first.

    Needs ``Database.transaction_for_issuer``.
    """
    rows = session.execute(
        sa.select(OrgCertificate.org_id, OrgCertificate.kid, OrgCertificate.public_key)
        .where(
            OrgCertificate.salesforce_org_id == salesforce_org_id,
            sa.or_(OrgCertificate.retired_at.is_(None), OrgCertificate.retired_at > sa.func.now()),
        )
        .order_by(OrgCertificate.created_at.desc())
        .limit(2)
    ).all()
    if not rows:
        return None
    return rows[0].org_id, [(row.kid, row.public_key) for row in rows]


def org_account(session: Session, org_id: UUID, vendor: str) -> OrgAccount | None:
    """The account through which a vendor is reached for the whole org."""
    return session.get(OrgAccount, (org_id, vendor))


def hosts(session: Session, org_id: UUID, host_ids: Sequence[str]) -> dict[str, HostRow]:
    """The hosts by id; unknown ones are left out."""
    rows = session.scalars(
        sa.select(HostRow).where(HostRow.org_id == org_id, HostRow.host_id.in_(host_ids))
    )
    return {row.host_id: row for row in rows}


def connections(
    session: Session, org_id: UUID, host_ids: Sequence[str]
) -> dict[str, list[Connection]]:
    """Each host's connections, by host, oldest first."""
    rows = session.scalars(
        sa.select(Connection)
        .where(Connection.org_id == org_id, Connection.host_id.in_(host_ids))
        .order_by(Connection.created_at, Connection.connection_id)
    )
    found: dict[str, list[Connection]] = {host_id: [] for host_id in host_ids}
    for row in rows:
        found[row.host_id].append(row)
    return found
