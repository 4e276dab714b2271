"""One Salesforce org of the sandbox for one test, and ways into it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from booking_types.intervals import Interval
from connectors import transport
from connectors.memory_tokens import MemoryTokenStore
from connectors.protocols import CrmBookingDraft
from connectors.salesforce import SalesforceCrm
from connectors.sandbox.client import SandboxControl

START = datetime(2031, 1, 15, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOOKING_ID = "6f1c1a52-0d6e-4b5e-9a51-0f3a5a2c7d10"


@dataclass
class SalesforceOrg:
    """An org with a host, a co-host and an organizer."""

    control: SandboxControl
    domain: str
    made: dict[str, Any]
    tokens: MemoryTokenStore = field(default_factory=MemoryTokenStore)

    @classmethod
    def make(cls, control: SandboxControl, unique: str, **data: Any) -> SalesforceOrg:
        """A new org; ``data`` is added to its seed."""
        domain = f"{unique}.example"
        users = [
            {
                "name": f"{name.title()} One",
                "email": f"{name}@{domain}",
                "username": f"{name}@{domain}",
                "time_zone": "Europe/Berlin",
                "permission_sets": [permission_set],
            }
            for name, permission_set in (
                ("host", "Booking_Host"),
                ("cohost", "Booking_Host"),
                ("organizer", "Booking_Organizer"),
            )
        ]
        seed = {
            "name": unique,
            "integration_user": f"integration@{domain}",
            "users": [*users, *data.pop("users", ())],
            **data,
        }
        return cls(control, domain, control.seed(salesforce=seed)["salesforce"])

    def seed(self, **data: Any) -> dict[str, Any]:
        """Add to the org."""
        made: dict[str, Any] = self.control.seed(
            salesforce={"org_id": self.made["org_id"], **data}
        )["salesforce"]
        return made

    def add(self, object_name: str, **fields: Any) -> str:
        """Add a record; its id."""
        made: str = self.seed(records=[{"object": object_name, **fields}])["records"][0]
        return made

    def lead(self, **fields: Any) -> str:
        """Add a lead; its id."""
        lead = {"LastName": "Guest", "Company": "Guest Company", "OwnerId": self.user("organizer")}
        return self.add("Lead", **{**lead, **fields})

    def event(self, owner: str, start: datetime, end: datetime, **fields: Any) -> str:
        """Add an Event; its id."""
        times = {"StartDateTime": start.isoformat(), "EndDateTime": end.isoformat()}
        return self.add("Event", OwnerId=self.user(owner), Subject="Event", **times, **fields)

    def user(self, name: str) -> str:
        """A user's id by the part of the username before the ``@``."""
        found: str = self.made["users"][f"{name}@{self.domain}"]
        return found

    def crm(self, **changes: Any) -> SalesforceCrm:
        """Our connector, signed in as the integration user."""
        options: dict[str, Any] = {
            "login_url": f"{self.control.base_url}/salesforce",
            "consumer_key": self.made["consumer_key"],
            "username": self.made["integration_username"],
            "private_key_pem": self.made["private_key_pem"],
            "tokens": self.tokens,
        }
        return SalesforceCrm(**{**options, **changes})

    def draft(self, record_id: str, object_name: str = "Lead", **changes: Any) -> CrmBookingDraft:
        """A booking of the host on that record."""
        values: dict[str, Any] = {
            "booking_id": BOOKING_ID,
            "revision": 1,
            "record_id": record_id,
            "object_name": object_name,
            "booking_type_name": "Demo",
            "interval": Interval(START, START + HOUR),
            "host_id": self.user("host"),
            "co_host_ids": (),
            "booked_by_id": self.user("organizer"),
            "status": "scheduled",
            "status_text": "Scheduled",
            "subject": "Demo with Guest One",
            "description": "About the demo",
            "location": "https://conference.example/1",
            "join_url": "https://conference.example/1",
            "guest_email": f"guest@{self.domain}",
            "makes_event": True,
        }
        return CrmBookingDraft(**{**values, **changes})

    def fault(self, kind: str, *, operation: str, **details: Any) -> None:
        """Order a fault for this org's calls alone."""
        self.control.fault(
            vendor="salesforce",
            kind=kind,
            operation=operation,
            caller=self.made["org_id"],
            **details,
        )

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The calls that were made to this org."""
        return [
            call
            for call in self.control.requests(vendor="salesforce")
            if call["operation"] == operation and call["caller"] == self.made["org_id"]
        ]

    # ------------------------------------------------------- without our connector

    def sign_in(self) -> str:
        """An access token by the simplest way."""
        response = transport.writing_session().post(
            f"{self.control.base_url}/salesforce/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.made["consumer_key"],
                "client_secret": self.made["consumer_secret"],
            },
        )
        token: str = response.json()["access_token"]
        return token

    def sign_in_as(self, name: str) -> str:
        """An access token of a user to whom *Booking Integration* is assigned."""
        claims = {
            "iss": self.made["consumer_key"],
            "sub": f"{name}@{self.domain}",
            "aud": "https://login.salesforce.com",
            "exp": int(time.time()) + 120,
        }
        key = RSAKey.import_key(self.made["private_key_pem"])
        response = transport.writing_session().post(
            f"{self.control.base_url}/salesforce/services/oauth2/token",
            data={
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": jwt.encode({"alg": "RS256"}, claims, key),
            },
        )
        token: str = response.json()["access_token"]
        return token

    def call_as(self, name: str, method: str, path: str, **options: Any) -> requests.Response:
        """One plain call as that user."""
        headers = {"Authorization": f"Bearer {self.sign_in_as(name)}"}
        return self.call(method, path, headers=headers, **options)

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One plain call under ``/services/data/v65.0``."""
        return transport.writing_session().request(
            method,
            f"{self.made['instance_url']}/services/data/v65.0{path}",
            headers={"Authorization": f"Bearer {self.sign_in()}", **options.pop("headers", {})},
            **options,
        )

    def query(self, statement: str) -> list[dict[str, Any]]:
        """What is really there."""
        response = self.call("GET", "/query", params={"q": statement})
        assert response.status_code == 200, response.text
        return [
            {key: value for key, value in record.items() if key != "attributes"}
            for record in response.json()["records"]
        ]

    def refusal(self, statement: str) -> str:
        """The code with which a query is refused."""
        response = self.call("GET", "/query", params={"q": statement})
        assert response.status_code == 400, response.text
        return str(response.json()[0]["errorCode"])
