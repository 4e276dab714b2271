"""Connects orgs, and the accounts that serve a whole org."""

from __future__ import annotations

from collections.abc import Mapping
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

from app.administration.writer import Writer
from app.inputs import zones
from app.storage.tables import Org, OrgAccount, OrgCertificate
from app.tokens import secret_place
from booking_types.errors import InvalidRequestError
from booking_types.salesforce_ids import salesforce_id
from connectors.protocols import Vendor

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


class Orgs(Writer):
    """Orgs and their accounts."""

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
