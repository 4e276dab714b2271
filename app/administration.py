"""Puts orgs, hosts, connections and booking types into the database.

What an admin's screens, files and the demo do in the end: each function is one transaction
that can be run again with the same result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

import sqlalchemy as sa
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificate
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.clock import now
from app.definitions import (
    SCHEMA_VERSION,
    definition_faults,
    dump_booking_type,
    dump_working_hours,
)
from app.deliveries.attention import begin_again
from app.inputs import zones
from app.sealing import Sealer
from app.storage.database import Database
from app.storage.tables import (
    BookingTypeHost,
    BookingTypeRow,
    BookingTypeVersion,
    Connection,
    HostRow,
    Org,
    OrgAccount,
    OrgCertificate,
)
from app.tokens import seal_token, secret_place, token_place
from app.vendors import NotConnectedError
from booking_types.errors import Fault, InvalidDefinitionError, InvalidRequestError
from booking_types.model import BookingType, Platform, WorkingHours
from booking_types.salesforce_ids import salesforce_id
from connectors.protocols import Token, Vendor

#: The first three characters of an org's id.
_ORG_PREFIX = "00D"


def _require_private_key(pem: str) -> None:
    try:
        load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidRequestError(
            "This is no private key in PEM form without a password.",
            code="invalid_private_key",
            field="private_key_pem",
        ) from None


def _public_key(certificate: str) -> str:
    try:
        found = load_pem_x509_certificate(certificate.encode()).public_key()
    except ValueError:
        raise InvalidRequestError(
            "This is no certificate in PEM form; Salesforce gives it by Download Certificate.",
            code="invalid_certificate",
            field="certificates",
        ) from None
    return found.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _refuse_taken_name(session: Session, org_id: UUID, booking_type: BookingType) -> None:
    taken = session.scalar(
        sa.select(BookingTypeRow.key).where(
            BookingTypeRow.org_id == org_id,
            BookingTypeRow.name == booking_type.name,
            BookingTypeRow.key != booking_type.key,
        )
    )
    if taken is not None:
        message = f"is the name of the booking type {taken} already; choose another one"
        raise InvalidDefinitionError((Fault(path="name", message=message),))


def _set_members(session: Session, row: BookingTypeRow, host_ids: Sequence[str]) -> None:
    """These hosts in this order; whoever was switched off stays so."""
    known = {
        member.host_id: member
        for member in session.scalars(
            sa.select(BookingTypeHost).where(
                BookingTypeHost.org_id == row.org_id,
                BookingTypeHost.booking_type_id == row.booking_type_id,
            )
        )
    }
    for position, host_id in enumerate(dict.fromkeys(host_ids)):
        member = known.pop(host_id, None)
        if member is None:
            member = BookingTypeHost(
                org_id=row.org_id, booking_type_id=row.booking_type_id, host_id=host_id
            )
            session.add(member)
        member.position = position
    for member in known.values():
        session.delete(member)


class Administration:
    """Writes what is configured.

    Args:
        database: Where to.
        sealer: Seals secrets.
    """

    def __init__(self, *, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def connect_org(
        self,
        *,
        salesforce_org_id: str,
        name: str,
        time_zone: str,
        consumer_key: str,
        username: str,
        private_key_pem: str,
        certificates: Mapping[str, str],
        login_url: str | None = None,
    ) -> UUID:
        """Connect an org, or change how a connected one is reached.

        Args:
            salesforce_org_id: 15 or 18 characters.
            name: As people see it.
            time_zone: IANA name.
            consumer_key: Of the app that lets us in there.
            username: The integration user.
            private_key_pem: Proves that it is us.
            certificates: With which the org signs its calls to us, PEM, by name (the name
                Salesforce puts into the token's ``kid``).
            login_url: Where it logs in; the deployment's default without.

        Returns:
            Our id of the org.

        Raises:
            InvalidRequestError: Something of it is wrong; ``field`` says what. Nothing is stored.
        """
        theirs = salesforce_id(salesforce_org_id, field="salesforce_org_id")
        if not theirs.startswith(_ORG_PREFIX):
            raise InvalidRequestError(
                f"An org's id begins with {_ORG_PREFIX}; it stands in Setup, Company Information.",
                code="invalid_salesforce_id",
                field="salesforce_org_id",
            )
        time_zone = zones.time_zone(time_zone, field="time_zone")
        _require_private_key(private_key_pem)
        keys = {kid: _public_key(certificate) for kid, certificate in certificates.items()}
        with self._database.transaction_for_issuer(theirs) as session:
            known = session.scalar(sa.select(Org.org_id).where(Org.salesforce_org_id == theirs))
        org_id = known or uuid4()
        integration = {"consumer_key": consumer_key, "username": username}
        if login_url:
            integration["login_url"] = login_url
        values = {
            "name": name,
            "time_zone": time_zone,
            "integration": integration,
            "integration_secret": self._sealer.seal(
                private_key_pem, place=secret_place(Org, (org_id,))
            ),
            "integration_token": None,
        }
        with self._database.transaction(org_id) as session:
            session.execute(
                insert(Org)
                .values(org_id=org_id, salesforce_org_id=theirs, **values)
                .on_conflict_do_update(index_elements=["org_id"], set_=values)
            )
            for kid, public_key in keys.items():
                session.execute(
                    insert(OrgCertificate)
                    .values(
                        org_id=org_id,
                        kid=kid,
                        salesforce_org_id=theirs,
                        public_key=public_key,
                    )
                    .on_conflict_do_update(
                        index_elements=["org_id", "kid"],
                        set_={"public_key": public_key},
                    )
                )
        self._take_up_again(org_id)
        return org_id

    def set_org_account(
        self, *, org_id: UUID, vendor: Vendor, details: Mapping[str, str], secret: str
    ) -> None:
        """Set the account through which a vendor is reached for the whole org.

        Args:
            org_id: The org.
            vendor: Whose account.
            details: Google: ``reader_mailbox``. Microsoft: ``tenant_id``, ``client_id``.
                Zoom: ``account_id``, ``client_id``.
            secret: Google: the key file. Microsoft, Zoom: the client secret.
        """
        place = secret_place(OrgAccount, (org_id, vendor.value))
        values = {
            "details": dict(details),
            "secret": self._sealer.seal(secret, place=place),
            "token": None,
            "status": "active",
            "broken_reason": "",
        }
        with self._database.transaction(org_id) as session:
            session.execute(
                insert(OrgAccount)
                .values(org_id=org_id, vendor=vendor.value, **values)
                .on_conflict_do_update(index_elements=["org_id", "vendor"], set_=values)
            )
        self._take_up_again(org_id)

    def set_host(
        self,
        *,
        org_id: UUID,
        host_id: str,
        name: str,
        email: str,
        time_zone: str,
        working_hours: WorkingHours | None = None,
        default_platform: Platform = Platform.NONE,
    ) -> None:
        """Add a host or change one.

        Args:
            org_id: The org.
            host_id: Salesforce user id.
            name: As people see it.
            email: As Salesforce has it.
            time_zone: IANA name.
            working_hours: Their own; Monday to Friday, nine to five without.
            default_platform: Where they meet unless somebody chooses.
        """
        values = {
            "name": name,
            "email": email,
            "time_zone": time_zone,
            "working_hours": dump_working_hours(working_hours) if working_hours else {},
            "default_platform": default_platform.value,
        }
        with self._database.transaction(org_id) as session:
            session.execute(
                insert(HostRow)
                .values(org_id=org_id, host_id=salesforce_id(host_id), **values)
                .on_conflict_do_update(index_elements=["org_id", "host_id"], set_=values)
            )

    def connect_host(
        self,
        *,
        org_id: UUID,
        host_id: str,
        vendor: Vendor,
        mailbox: str,
        subject: str,
        refresh_token: str | None = None,
        busy_calendar_ids: Sequence[str] = (),
        write_calendar_id: str = "",
    ) -> UUID:
        """Connect a host to an account at a vendor, or change that connection.

        Args:
            org_id: The org.
            host_id: Salesforce user id.
            vendor: Where.
            mailbox: The address by which the account is reached.
            subject: The vendor's own id of it.
            refresh_token: From the host's own consent; without, the org's account is used.
            busy_calendar_ids: Which calendars count as busy; the primary one without.
            write_calendar_id: Where bookings are written; nowhere without (Zoom).

        Returns:
            Our id of the connection.
        """
        host = salesforce_id(host_id)
        with self._database.transaction(org_id) as session:
            known = session.scalar(
                sa.select(Connection.connection_id).where(
                    Connection.org_id == org_id,
                    Connection.host_id == host,
                    Connection.vendor == vendor.value,
                )
            )
            connection_id = known or uuid4()
            token = None
            if refresh_token is not None:
                token = seal_token(
                    self._sealer,
                    Token(access_token="", refresh_token=refresh_token),
                    place=token_place(Connection, (org_id, connection_id)),
                )
            values = {
                "kind": "organization" if refresh_token is None else "account",
                "subject": subject,
                "mailbox": mailbox,
                "busy_calendar_ids": list(busy_calendar_ids),
                "write_calendar_id": write_calendar_id,
                "token": token,
                "status": "active",
                "broken_reason": "",
            }
            session.execute(
                insert(Connection)
                .values(
                    org_id=org_id,
                    connection_id=connection_id,
                    host_id=host,
                    vendor=vendor.value,
                    **values,
                )
                .on_conflict_do_update(index_elements=["org_id", "connection_id"], set_=values)
            )
        self._take_up_again(org_id)
        return connection_id

    def _take_up_again(self, org_id: UUID) -> None:
        """What stopped because an account had to be connected again goes on."""
        begin_again(
            database=self._database,
            clock=now,
            scale=1.0,
            org_ids=[org_id],
            error_codes=("reconnect_required", NotConnectedError.code),
        )

    def publish_booking_type(
        self, *, org_id: UUID, booking_type: BookingType, host_ids: Sequence[str]
    ) -> UUID:
        """Publish a booking type as a new version, with these hosts in this order.

        Returns:
            Our id of the type.

        Raises:
            InvalidDefinitionError: With every fault at once; nothing is written then.
        """
        found = definition_faults(booking_type)
        if found:
            raise InvalidDefinitionError(found)
        with self._database.transaction(org_id) as session:
            row = session.scalar(
                sa.select(BookingTypeRow)
                .where(BookingTypeRow.org_id == org_id, BookingTypeRow.key == booking_type.key)
                .with_for_update()
            )
            _refuse_taken_name(session, org_id, booking_type)
            if row is None:
                row = BookingTypeRow(
                    org_id=org_id,
                    booking_type_id=uuid4(),
                    key=booking_type.key,
                    name=booking_type.name,
                    object_name=booking_type.object_name,
                )
                session.add(row)
                session.flush()
            elif row.object_name != booking_type.object_name:
                raise InvalidDefinitionError(
                    (Fault(path="object_name", message="cannot change once the type exists"),)
                )
            version = (row.published_version or 0) + 1
            session.add(
                BookingTypeVersion(
                    org_id=org_id,
                    booking_type_id=row.booking_type_id,
                    version=version,
                    schema_version=SCHEMA_VERSION,
                    definition=dump_booking_type(booking_type),
                )
            )
            row.name = booking_type.name
            row.published_version = version
            session.flush()
            _set_members(session, row, [salesforce_id(host_id) for host_id in host_ids])
            return row.booking_type_id
