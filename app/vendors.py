"""Which connector serves which org and which connection.

The only constructor of connectors. Each is kept for some minutes per process and credential,
and its network connections with it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from app.clock import Clock
from app.sealing import Sealer
from app.settings import Settings
from app.storage import orgs
from app.storage.database import Database
from app.storage.tables import Connection, Org, OrgAccount
from app.tokens import RowTokenStore, secret_place
from booking_types.model import Platform
from connectors.errors import RejectedError
from connectors.google import GoogleAccount, GoogleCalendar, GoogleDelegation
from connectors.mail import SmtpMailer
from connectors.microsoft import MicrosoftAccount, MicrosoftApplication, MicrosoftCalendar
from connectors.protocols import BusyPolicy, Calendar, Conferencing, Crm, Mailer, Vendor
from connectors.salesforce import SalesforceCrm
from connectors.zoom import ZoomConferencing

T = TypeVar("T")

#: A connector is built anew this often, so that changed credentials are taken up everywhere.
_KEPT_FOR = timedelta(minutes=5)
_MOST_KEPT = 2_000

#: Vendors whose connections are calendars.
CALENDAR_VENDORS = (Vendor.GOOGLE, Vendor.MICROSOFT)

#: The platform that comes with a vendor's connection.
PLATFORM_OF = {
    Vendor.GOOGLE: Platform.GOOGLE_MEET,
    Vendor.MICROSOFT: Platform.MICROSOFT_TEAMS,
    Vendor.ZOOM: Platform.ZOOM,
}


def writing_connection(connections: Sequence[Connection]) -> Connection | None:
    """The connection whose calendar bookings are written to: the first that has one."""
    for connection in connections:
        if (
            connection.vendor in CALENDAR_VENDORS
            and connection.write_calendar_id
            and connection.status == "active"
        ):
            return connection
    return None


def connection_to(connections: Sequence[Connection], vendor: Vendor) -> Connection | None:
    """The connection to one vendor."""
    return next((row for row in connections if row.vendor == vendor), None)


class NotConnectedError(RejectedError):
    """The org or the host has no account at the vendor that is needed."""

    code = "not_connected"

    def __init__(self, connector: str, operation: str, reason: str) -> None:
        super().__init__(connector, operation, reason, vendor_code=self.code)


class Vendors:
    """The outside world as one deployment sees it.

    Args:
        settings: Addresses and our own OAuth clients.
        database: Where credentials are.
        sealer: Opens them.
        clock: For tokens.
    """

    def __init__(
        self, *, settings: Settings, database: Database, sealer: Sealer, clock: Clock
    ) -> None:
        self._settings = settings
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._built: dict[tuple[Any, ...], tuple[datetime, Any]] = {}
        self._lock = threading.Lock()

    def _once(self, key: tuple[Any, ...], build: Callable[[], T]) -> T:
        now = self._clock()
        with self._lock:
            known = self._built.get(key)
        if known is not None and now - known[0] < _KEPT_FOR:
            kept: T = known[1]
            return kept
        built = build()
        with self._lock:
            if len(self._built) >= _MOST_KEPT:
                for old in sorted(self._built, key=lambda each: self._built[each][0])[:100]:
                    del self._built[old]
            self._built[key] = (now, built)
        return built

    def crm(self, org_id: UUID) -> Crm:
        """The org itself."""
        return self._once(("crm", org_id), lambda: self._build_crm(org_id))

    def calendar(self, connection: Connection) -> Calendar:
        """The calendars a connection reaches.

        Connections through the org's account share one, so that they are read together.
        """
        vendor = Vendor(connection.vendor)
        if connection.kind == "organization":
            return self._once(
                ("calendar", connection.org_id, vendor),
                lambda: self._build_org_calendar(connection.org_id, vendor),
            )
        return self._once(
            ("calendar", connection.org_id, vendor, connection.connection_id),
            lambda: self._build_own_calendar(connection),
        )

    def conferencing(self, org_id: UUID, platform: Platform) -> Conferencing:
        """The platform whose meetings are made apart from calendars.

        Raises:
            NotConnectedError: The org has no account there.
        """
        if platform is not Platform.ZOOM:
            raise ValueError(f"{platform} makes its meetings with the calendar event")
        return self._once(("zoom", org_id), lambda: self._build_zoom(org_id))

    def mailer(self) -> Mailer:
        """Our own mail."""
        return self._once(
            ("mail",),
            lambda: SmtpMailer(url=self._settings.smtp_url, sender=self._settings.mail_from),
        )

    def busy_policy(self, org: Org) -> BusyPolicy:
        """What counts as busy in this org."""
        return BusyPolicy(**org.busy_policy)

    # ------------------------------------------------------------------------ building

    def _tokens(
        self,
        org_id: UUID,
        table: type[Org | OrgAccount | Connection],
        key: tuple[UUID | str, ...],
    ) -> RowTokenStore:
        return RowTokenStore(
            database=self._database,
            sealer=self._sealer,
            clock=self._clock,
            org_id=org_id,
            table=table,
            key=key,
        )

    def _build_crm(self, org_id: UUID) -> Crm:
        with self._database.transaction(org_id) as session:
            org = orgs.get_org(session, org_id)
        if org.integration_secret is None:
            raise NotConnectedError("salesforce", "log in", "the org is not connected")
        return SalesforceCrm(
            login_url=org.integration.get("login_url", self._settings.salesforce_login_url),
            consumer_key=org.integration["consumer_key"],
            username=org.integration["username"],
            private_key_pem=self._sealer.open(
                org.integration_secret, place=secret_place(Org, (org_id,))
            ),
            tokens=self._tokens(org_id, Org, (org_id,)),
        )

    def _org_account(self, org_id: UUID, vendor: Vendor) -> tuple[OrgAccount, str]:
        with self._database.transaction(org_id) as session:
            account = orgs.org_account(session, org_id, vendor.value)
        if account is None or account.secret is None:
            raise NotConnectedError(vendor.value, "log in", "the org has no account there")
        place = secret_place(OrgAccount, (org_id, vendor.value))
        return account, self._sealer.open(account.secret, place=place)

    def _build_org_calendar(self, org_id: UUID, vendor: Vendor) -> Calendar:
        account, secret = self._org_account(org_id, vendor)
        if vendor is Vendor.GOOGLE:
            return GoogleCalendar(
                api_url=self._settings.google_api_url,
                access=GoogleDelegation(
                    oauth_url=self._settings.google_oauth_url,
                    service_account_info=json.loads(secret),
                    reader_mailbox=account.details["reader_mailbox"],
                ),
            )
        return MicrosoftCalendar(
            graph_url=self._settings.microsoft_graph_url,
            access=MicrosoftApplication(
                login_url=self._settings.microsoft_login_url,
                tenant=account.details["tenant_id"],
                client_id=account.details["client_id"],
                client_secret=secret,
                tokens=self._tokens(org_id, OrgAccount, (org_id, vendor.value)),
            ),
        )

    def _build_own_calendar(self, connection: Connection) -> Calendar:
        tokens = self._tokens(
            connection.org_id, Connection, (connection.org_id, connection.connection_id)
        )
        if connection.vendor == Vendor.GOOGLE:
            return GoogleCalendar(
                api_url=self._settings.google_api_url,
                access=GoogleAccount(
                    oauth_url=self._settings.google_oauth_url,
                    client_id=self._settings.google_client_id,
                    client_secret=self._settings.google_client_secret,
                    tokens=tokens,
                ),
            )
        return MicrosoftCalendar(
            graph_url=self._settings.microsoft_graph_url,
            access=MicrosoftAccount(
                mailbox=connection.mailbox,
                login_url=self._settings.microsoft_login_url,
                tenant="organizations",
                client_id=self._settings.microsoft_client_id,
                client_secret=self._settings.microsoft_client_secret,
                tokens=tokens,
            ),
        )

    def _build_zoom(self, org_id: UUID) -> Conferencing:
        account, secret = self._org_account(org_id, Vendor.ZOOM)
        return ZoomConferencing(
            api_url=self._settings.zoom_api_url,
            oauth_url=self._settings.zoom_oauth_url,
            client_id=account.details["client_id"],
            client_secret=secret,
            account_id=account.details["account_id"],
            tokens=self._tokens(org_id, OrgAccount, (org_id, Vendor.ZOOM.value)),
        )
