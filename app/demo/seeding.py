"""Puts the demo's world into the sandbox and into the service's database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.administration import Administration, Part
from app.demo import weeks, world
from connectors.protocols import Vendor
from connectors.sandbox.calendars.entries import Entry
from connectors.sandbox.calendars.folder import HandedOut
from connectors.sandbox.calendars.vendors import google_event, microsoft_event
from connectors.sandbox.client import SandboxControl


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxAccess:
    """How the service gets into the seeded sandbox.

    Attributes:
        salesforce: What seeding Salesforce gave: org id, consumer key, keys.
        google: What seeding Google gave: client, refresh tokens.
        microsoft: What seeding Microsoft gave: tenant, client.
        zoom: What seeding Zoom gave: account, client.
    """

    salesforce: Mapping[str, Any]
    google: Mapping[str, Any]
    microsoft: Mapping[str, Any]
    zoom: Mapping[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """The settings that only the sandbox knows: our OAuth clients there."""
        return {
            "GOOGLE_CLIENT_ID": self.google["client_id"],
            "GOOGLE_CLIENT_SECRET": self.google["client_secret"],
            "MICROSOFT_CLIENT_ID": self.microsoft["client_id"],
            "MICROSOFT_CLIENT_SECRET": self.microsoft["client_secret"],
        }


def addresses(*, sandbox_url: str, smtp_url: str) -> dict[str, str]:
    """The settings that lead the connectors to a sandbox."""
    return {
        "SALESFORCE_LOGIN_URL": f"{sandbox_url}/salesforce",
        "GOOGLE_API_URL": f"{sandbox_url}/google",
        "GOOGLE_OAUTH_URL": f"{sandbox_url}/google/oauth",
        "MICROSOFT_GRAPH_URL": f"{sandbox_url}/microsoft",
        "MICROSOFT_LOGIN_URL": f"{sandbox_url}/microsoft/login",
        "ZOOM_API_URL": f"{sandbox_url}/zoom/v2",
        "ZOOM_OAUTH_URL": f"{sandbox_url}/zoom/oauth",
        "SMTP_URL": smtp_url,
    }


def seed_sandbox(
    control: SandboxControl,
    *,
    today: date,
    staff: world.Staff | None = None,
    brought: Sequence[HandedOut] = (),
) -> SandboxAccess:
    """Make the demo's people, records, mailboxes and accounts in a sandbox.

    Args:
        control: The sandbox's control door.
        today: The calendars' weeks are around it.
        staff: Who works there; the demo's own by default.
        brought: Calendars of people's own, in the place of made up ones.
    """
    staff = staff or world.staff()
    own = {
        each.owner.email: each.calendar.entries
        for each in brought
        if each.owner is not None and each.calendar is not None
    }
    calendars = {
        worker.email: own[worker.email]
        if worker.email in own
        else weeks.entries(worker.key, zone=worker.time_zone, today=today)
        for worker in staff.hosts
        if worker.calendar is not None
    }
    made = control.seed(
        salesforce={
            "name": world.ORG_NAME,
            "time_zone": world.ORG_TIME_ZONE,
            "users": [
                {
                    "id": worker.user_id,
                    "name": worker.name,
                    "email": worker.email,
                    "username": worker.email,
                    "time_zone": worker.time_zone,
                    "permission_sets": list(worker.permission_sets),
                }
                for worker in staff.workers
            ],
            "objects": [dict(world.PROJECT_OBJECT)],
            "records": world.records(),
        },
        google={"accounts": _accounts(Vendor.GOOGLE, staff, calendars)},
        microsoft={"accounts": _accounts(Vendor.MICROSOFT, staff, calendars)},
        zoom={
            "users": [
                {"email": worker.email, "type": 2, "time_zone": worker.time_zone}
                for worker in staff.hosts
                if worker.zoom
            ]
        },
    )
    return SandboxAccess(
        salesforce=made["salesforce"],
        google=made["google"],
        microsoft=made["microsoft"],
        zoom=made["zoom"],
    )


def _accounts(
    vendor: Vendor, staff: world.Staff, calendars: Mapping[str, Sequence[Entry]]
) -> list[dict[str, Any]]:
    return [
        {
            "email": worker.email,
            "name": worker.name,
            "time_zone": worker.time_zone,
            "events": [
                google_event(entry, email=worker.email, zone=worker.time_zone)
                if vendor is Vendor.GOOGLE
                else microsoft_event(entry, zone=worker.time_zone)
                for entry in calendars[worker.email]
            ],
        }
        for worker in staff.hosts
        if worker.calendar is vendor
    ]


def seed_service(
    administration: Administration, access: SandboxAccess, *, staff: world.Staff | None = None
) -> UUID:
    """Connect the demo's org and hosts, and publish its booking types.

    Google hosts are connected by their own consent, Microsoft hosts through the organisation's
    application, so that the demo shows both ways.

    Args:
        administration: The service's.
        access: What seeding the sandbox gave.
        staff: Who works there; the demo's own by default.

    Returns:
        Our id of the org.
    """
    staff = staff or world.staff()
    salesforce = access.salesforce
    org_id = administration.connect_org(
        salesforce_org_id=salesforce["org_id"],
        name=world.ORG_NAME,
        time_zone=world.ORG_TIME_ZONE,
        consumer_key=salesforce["consumer_key"],
        username=salesforce["integration_username"],
        private_key_pem=salesforce["private_key_pem"],
        certificates={salesforce["service_key_id"]: salesforce["service_certificate_pem"]},
    )
    administration.set_org_account(
        org_id=org_id,
        vendor=Vendor.MICROSOFT,
        details={
            "tenant_id": access.microsoft["tenant_id"],
            "client_id": access.microsoft["client_id"],
        },
        secret=access.microsoft["client_secret"],
    )
    administration.set_org_account(
        org_id=org_id,
        vendor=Vendor.ZOOM,
        details={
            "account_id": access.zoom["account_id"],
            "client_id": access.zoom["client_id"],
        },
        secret=access.zoom["client_secret"],
    )
    for worker in staff.hosts:
        _seed_host(administration, org_id, worker, access)
    by_key = staff.by_key
    for demo_type in staff.types:
        booking_type_id = administration.publish_booking_type(
            org_id=org_id,
            booking_type=demo_type.booking_type,
            host_ids=[by_key[key].user_id for key in demo_type.hosts],
        )
        administration.set_members(
            org_id=org_id, booking_type_id=booking_type_id, parts=_parts(demo_type, staff)
        )
    return org_id


def _parts(demo_type: world.DemoType, staff: world.Staff) -> list[Part]:
    """Its hosts, and behind them the people of each panel role."""
    by_key = staff.by_key
    people = [("", key) for key in demo_type.hosts]
    people += [(role, key) for role, keys in demo_type.panel.items() for key in keys]
    return [
        Part(
            host_id=by_key[key].user_id,
            role=role,
            overrides=demo_type.overrides.get(key),
        )
        for role, key in people
    ]


def _seed_host(
    administration: Administration, org_id: UUID, worker: world.Worker, access: SandboxAccess
) -> None:
    administration.set_host(
        org_id=org_id,
        host_id=worker.user_id,
        name=worker.name,
        email=worker.email,
        time_zone=worker.time_zone,
        working_hours=world.working_hours(worker),
        default_platform=worker.platform,
    )
    if worker.calendar is Vendor.GOOGLE:
        account = access.google["accounts"][worker.email]
        administration.connect_host(
            org_id=org_id,
            host_id=worker.user_id,
            vendor=Vendor.GOOGLE,
            mailbox=worker.email,
            subject=worker.email,
            # What a withdrawn consent leaves behind: a token that is refused.
            refresh_token="withdrawn" if worker.has_withdrawn else account["refresh_token"],
            write_calendar_id=account["primary_calendar_id"],
        )
    if worker.calendar is Vendor.MICROSOFT:
        administration.connect_host(
            org_id=org_id,
            host_id=worker.user_id,
            vendor=Vendor.MICROSOFT,
            mailbox=worker.email,
            subject=access.microsoft["accounts"][worker.email]["user_id"],
            write_calendar_id="primary",
        )
    if worker.zoom:
        administration.connect_host(
            org_id=org_id,
            host_id=worker.user_id,
            vendor=Vendor.ZOOM,
            mailbox=worker.email,
            subject=str(access.zoom["users"][worker.email]),
        )
