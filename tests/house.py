"""A whole organisation for one test: its own org in the sandbox, its own rows, its own people.

The verbs are the story's: ``a_host``, ``a_lead``, ``a_booking_type``, ``book``, ``settle``.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from time import monotonic as time_now
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.administration import Administration
from app.api.bodies import booking_body
from app.bookings.questions import BookingView, BookRequest, Guest
from app.callers import ActorKind, Caller
from app.clock import now
from app.definitions import dump_date_overrides, dump_overrides, parse_working_hours
from app.deliveries.convergence import Converger
from app.demo.seeding import addresses
from app.settings import Settings, read_settings
from app.storage.tables import Delivery
from app.wiring import Wiring
from booking_types.intervals import Interval
from booking_types.model import (
    BookingType,
    DateOverride,
    HostOverrides,
    PanelRole,
    Platform,
    WorkingHours,
)
from booking_types.salesforce_ids import salesforce_id
from connectors.protocols import Vendor
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer

_KEY = base64.b64encode(bytes(32)).decode()


def upcoming(weekday: int, clock: str, *, zone: str = "UTC", weeks: int = 1) -> datetime:
    """The instant of a wall-clock time on an ISO weekday of a coming week, in UTC.

    Args:
        weekday: 1 is Monday.
        clock: ``10:30``.
        zone: IANA name.
        weeks: 1 is the calendar week after this one.
    """
    today = now().astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.isoweekday() - 1) + timedelta(weeks=weeks)
    day = monday + timedelta(days=weekday - 1)
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the house."""

    user_id: str
    email: str
    name: str


class House:
    """One org, connected, with a rep who may book.

    Args:
        sandbox: Where the vendors are.
        control: Its control door.
        database_url: A migrated database.
        unique: A token no other test has.
        delay_scale: How much shorter waits between attempts are.
        rep_zone: The rep's IANA zone in Salesforce.
        google_client: The service's OAuth client at Google (``id``, ``secret``), where several
            houses are served by one running service; one of its own by default.
    """

    def __init__(
        self,
        *,
        sandbox: SandboxServer,
        control: SandboxControl,
        database_url: str,
        unique: str,
        delay_scale: float = 0.01,
        rep_zone: str = "UTC",
        google_client: Mapping[str, str] | None = None,
    ) -> None:
        self.control = control
        self.domain = f"{unique}.example"
        self._number = 0
        self._ordered: list[tuple[str, str]] = []
        self.rep = self._person("rep")
        salesforce = control.seed(
            salesforce={
                "name": unique,
                "time_zone": "UTC",
                "users": [self._user(self.rep, ["Booking_Organizer"], rep_zone)],
                "objects": [PROJECT],
            }
        )["salesforce"]
        self.salesforce = salesforce
        self.salesforce_org_id: str = salesforce["org_id"]
        self._google = control.seed(google={"accounts": [], "client": dict(google_client or {})})[
            "google"
        ]
        self._microsoft = control.seed(microsoft={"accounts": []})["microsoft"]
        self._zoom = control.seed(zoom={"users": []})["zoom"]
        self.environment = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": database_url,
            "PUBLIC_URL": "http://127.0.0.1:1",
            "SECRET_KEYS": f"k1:{_KEY}",
            "MAIL_FROM": f"bookings@{self.domain}",
            "DELAY_SCALE": str(delay_scale),
            "GOOGLE_CLIENT_ID": self._google["client_id"],
            "GOOGLE_CLIENT_SECRET": self._google["client_secret"],
            **addresses(sandbox_url=sandbox.base_url, smtp_url=sandbox.smtp_url),
        }
        self.settings: Settings = read_settings(self.environment)
        self.wiring = Wiring(self.settings, is_worker=True)
        self.administration = Administration(
            database=self.wiring.database, sealer=self.wiring.sealer
        )
        self.org_id: UUID = self.administration.connect_org(
            salesforce_org_id=self.salesforce_org_id,
            name=unique,
            time_zone="UTC",
            consumer_key=salesforce["consumer_key"],
            username=salesforce["integration_username"],
            private_key_pem=salesforce["private_key_pem"],
            certificates={salesforce["service_key_id"]: salesforce["service_certificate_pem"]},
        )
        self.administration.set_org_account(
            org_id=self.org_id,
            vendor=Vendor.MICROSOFT,
            details={
                "tenant_id": self._microsoft["tenant_id"],
                "client_id": self._microsoft["client_id"],
            },
            secret=self._microsoft["client_secret"],
        )
        self.administration.set_org_account(
            org_id=self.org_id,
            vendor=Vendor.ZOOM,
            details={
                "account_id": self._zoom["account_id"],
                "client_id": self._zoom["client_id"],
            },
            secret=self._zoom["client_secret"],
        )

    def close(self) -> None:
        """Give the database back."""
        self.wiring.close()

    # -------------------------------------------------------------------------- people

    def _person(self, name: str) -> Person:
        self._number += 1
        return Person(
            user_id=salesforce_id(f"005{self._number:012d}"),
            email=f"{name}@{self.domain}",
            name=name.title(),
        )

    def _user(
        self, person: Person, permission_sets: Sequence[str], zone: str = "UTC"
    ) -> dict[str, Any]:
        return {
            "id": person.user_id,
            "name": person.name,
            "email": person.email,
            "username": person.email,
            "time_zone": zone,
            "permission_sets": list(permission_sets),
        }

    def a_user(
        self,
        name: str,
        *,
        permission_sets: Sequence[str] = (),
        hidden_fields: Sequence[str] = (),
        **fields: Any,
    ) -> Person:
        """Somebody in Salesforce, no host.

        Args:
            name: Theirs.
            permission_sets: Assigned to them.
            hidden_fields: ``Lead.Email`` …: those they may not see; all others they may.
            fields: Of the User record.
        """
        person = self._person(name)
        profile = f"Profile of {name}"
        self.seed_salesforce(
            profiles=[{"name": profile, "hidden_fields": list(hidden_fields)}],
            users=[{**self._user(person, permission_sets), "profile": profile, "fields": fields}],
        )
        return person

    def seed_salesforce(self, **parts: Any) -> dict[str, Any]:
        """Add to this house's org."""
        made: dict[str, Any] = self.control.seed(
            salesforce={"org_id": self.salesforce_org_id, **parts}
        )["salesforce"]
        return made

    def a_host(
        self,
        name: str,
        *,
        calendar: Vendor | None = Vendor.GOOGLE,
        busy: Sequence[tuple[datetime, datetime]] = (),
        zone: str = "UTC",
        hours: tuple[str, str] = ("09:00", "17:00"),
        zoom: bool = False,
        platform: Platform = Platform.NONE,
        date_overrides: Sequence[DateOverride] = (),
        holidays: str = "",
    ) -> Person:
        """A host, Monday to Friday, with a connected calendar unless told otherwise."""
        person = self._person(name)
        self.seed_salesforce(users=[self._user(person, ["Booking_Host"], zone)])
        self.administration.set_host(
            org_id=self.org_id,
            host_id=person.user_id,
            name=person.name,
            email=person.email,
            time_zone=zone,
            working_hours=weekly(zone, *hours),
            default_platform=platform,
        )
        if date_overrides or holidays:
            self.execute(
                "update hosts set holiday_calendar = :calendar,"
                " date_overrides = cast(:days as jsonb) where host_id = :host",
                calendar=holidays,
                days=json.dumps(dump_date_overrides(tuple(date_overrides))),
                host=person.user_id,
            )
        if calendar is not None:
            self.connect(person, calendar, busy=busy, zone=zone)
        if zoom:
            made = self.control.seed(
                zoom={
                    "account_id": self._zoom["account_id"],
                    "users": [{"email": person.email, "type": 2, "time_zone": zone}],
                }
            )["zoom"]
            self.administration.connect_host(
                org_id=self.org_id,
                host_id=person.user_id,
                vendor=Vendor.ZOOM,
                mailbox=person.email,
                subject=str(made["users"][person.email]),
            )
        return person

    def connect(
        self,
        person: Person,
        vendor: Vendor,
        *,
        busy: Sequence[tuple[datetime, datetime]] = (),
        zone: str = "UTC",
        mailbox: str = "",
    ) -> None:
        """Connect somebody's calendar, at their own address unless another is given."""
        address = mailbox or person.email
        title = "summary" if vendor is Vendor.GOOGLE else "subject"
        account = {
            "email": address,
            "name": person.name,
            "time_zone": zone,
            "events": [
                {title: "Taken", "start": start.isoformat(), "end": end.isoformat()}
                for start, end in busy
            ],
        }
        if vendor is Vendor.GOOGLE:
            client = {"id": self._google["client_id"], "secret": self._google["client_secret"]}
            made = self.control.seed(google={"accounts": [account], "client": client})["google"]
            self.administration.connect_host(
                org_id=self.org_id,
                host_id=person.user_id,
                vendor=vendor,
                mailbox=address,
                subject=address,
                refresh_token=made["accounts"][address]["refresh_token"],
                write_calendar_id=made["accounts"][address]["primary_calendar_id"],
            )
            return
        made = self.control.seed(
            microsoft={"tenant_id": self._microsoft["tenant_id"], "accounts": [account]}
        )["microsoft"]
        self.administration.connect_host(
            org_id=self.org_id,
            host_id=person.user_id,
            vendor=vendor,
            mailbox=address,
            subject=made["accounts"][address]["user_id"],
            write_calendar_id="primary",
        )

    # ------------------------------------------------------------------------- records

    def a_lead(self, **fields: Any) -> str:
        """A Lead with an address; its id."""
        return self.a_record(
            "Lead",
            **{
                "LastName": "Guest",
                "Company": "Customer",
                "Email": f"guest@customer.{self.domain}",
                "Status": "Open - Not Contacted",
                "OwnerId": self.rep.user_id,
                **fields,
            },
        )

    def a_record(self, object_name: str, **fields: Any) -> str:
        """A record; its id."""
        made = self.seed_salesforce(records=[{"object": object_name, **fields}])
        record_id: str = made["records"][0]
        return record_id

    def a_booking_type(
        self,
        *,
        hosts: Sequence[Person],
        panel: Mapping[str, Sequence[Person]] | None = None,
        overrides: Mapping[str, HostOverrides] | None = None,
        **changes: Any,
    ) -> UUID:
        """A published type for Leads: half an hour, bookable at once, unless changed.

        Args:
            hosts: In its order.
            panel: Who can take each further part, by its key; its name is the key's.
            overrides: Where people differ from it, by user id.
            changes: Its other fields.
        """
        self._number += 1
        values: dict[str, Any] = {
            "key": f"type-{self._number}",
            "name": f"Type {self._number}",
            "object_name": "Lead",
            "guest_email_path": "Email",
            "guest_name_path": "Name",
            "minimum_notice": timedelta(0),
            "panel_roles": tuple(PanelRole(key=key, name=key.title()) for key in panel or {}),
            **changes,
        }
        if values["object_name"] != "Lead" and "guest_email_path" not in changes:
            values["guest_email_path"] = values["guest_name_path"] = None
        roles = {person.user_id: key for key, people in (panel or {}).items() for person in people}
        booking_type_id = self.administration.publish_booking_type(
            org_id=self.org_id,
            booking_type=BookingType(**values),
            host_ids=[*(person.user_id for person in hosts), *roles],
        )
        for host_id in {*roles, *(overrides or {})}:
            own = (overrides or {}).get(host_id, HostOverrides())
            self.execute(
                "update booking_type_hosts set role = :role, overrides = cast(:own as jsonb)"
                " where booking_type_id = :kind and host_id = :host",
                role=roles.get(host_id, ""),
                own=json.dumps(dump_overrides(own)),
                kind=booking_type_id,
                host=host_id,
            )
        return booking_type_id

    def switch_off(self, person: Person, *, of: UUID | None = None) -> None:
        """Let somebody be no host any more: of one type, or at all."""
        if of is None:
            self.execute(
                "update hosts set is_active = false where host_id = :host", host=person.user_id
            )
            return
        self.execute(
            "update booking_type_hosts set is_active = false"
            " where booking_type_id = :kind and host_id = :host",
            kind=of,
            host=person.user_id,
        )

    # ------------------------------------------------------------------------- the verbs

    def caller(self, person: Person | None = None) -> Caller:
        """A verified caller; the rep by default."""
        return Caller(
            org_id=self.org_id,
            salesforce_org_id=self.salesforce_org_id,
            kind=ActorKind.USER,
            actor_id=(person or self.rep).user_id,
        )

    def book(
        self,
        record_id: str,
        booking_type_id: UUID,
        start: datetime,
        *,
        host: Person | None = None,
        co_hosts: Sequence[Person] = (),
        guests: Sequence[str] = (),
        key: str | None = None,
        caller: Person | Caller | None = None,
        **changes: Any,
    ) -> BookingView:
        """Book as the rep does; what was booked."""
        request = BookRequest(
            record_id=record_id,
            booking_type_id=booking_type_id,
            start=start,
            time_zone=changes.pop("time_zone", "UTC"),
            host_id=host.user_id if host else None,
            co_host_ids=tuple(person.user_id for person in co_hosts),
            guests=tuple(Guest(email=email) for email in guests),
            idempotency_key=key,
            request_hash=changes.pop("request_hash", "same"),
            **changes,
        )
        return self.wiring.booking_service.book(
            caller=caller if isinstance(caller, Caller) else self.caller(caller),
            request=request,
            answer=booking_body,
        )

    def flow(self) -> Caller:
        """A caller who is no user: an automation of the org's."""
        return Caller(
            org_id=self.org_id,
            salesforce_org_id=self.salesforce_org_id,
            kind=ActorKind.FLOW,
            actor_id="nightly",
        )

    def again(self, view: BookingView) -> BookingView:
        """The booking as it is now."""
        return self.wiring.booking_service.get(
            caller=self.caller(), booking_id=view.booking.booking_id
        )

    def settle(
        self, view: BookingView, *, rounds: int = 40, only: Sequence[str] = ()
    ) -> BookingView:
        """Work on the booking's deliveries, as workers do, until nothing is left to do.

        Args:
            view: The booking.
            rounds: How often each is worked on at most.
            only: These targets only.
        """
        converger = self.converger()
        for _ in range(rounds):
            waiting = [
                row
                for row in self.again(view).deliveries
                if not is_at_rest(row) and (not only or row.target in only)
            ]
            if not waiting:
                break
            for row in waiting:
                converger.converge(org_id=self.org_id, delivery_id=row.delivery_id)
        return self.again(view)

    def converger(self) -> Converger:
        """What a worker runs."""
        return Converger(
            database=self.wiring.database,
            vendors=self.wiring.vendors,
            clock=self.wiring.clock,
            scale=self.settings.delay_scale,
        )

    def fault(self, *, vendor: str, kind: str, caller: str, **details: Any) -> None:
        """Order a fault that hits this house only."""
        self._ordered.append((vendor, caller))
        self.control.fault(vendor=vendor, kind=kind, caller=caller, **details)

    def unmet_faults(self) -> list[Any]:
        """The faults this house ordered and nobody met: what they were to show was not shown."""
        return [
            fault
            for fault in self.control.call("GET", "/faults")
            if (fault["vendor"], fault["caller"]) in self._ordered and not fault["hits"]
        ]

    def wait_until_faults_are_met(self) -> None:
        """Wait until every fault this house ordered has been met."""
        deadline = time_now() + 20
        while self.unmet_faults():
            assert time_now() < deadline, "nobody met the fault"
            threading.Event().wait(0.01)

    def execute(self, statement: str, **values: Any) -> list[Any]:
        """Rows of this house, by SQL."""
        with self.wiring.database.transaction(self.org_id) as session:
            result = session.connection().execute(sa.text(statement), values)
            return list(result) if result.returns_rows else []

    def soql(self, object_name: str, record_id: str, *paths: str) -> Mapping[str, Any]:
        """Fields of a record as Salesforce has them."""
        crm = self.wiring.vendors.crm(self.org_id)
        return crm.record(object_name=object_name, record_id=record_id, paths=paths).values


def is_at_rest(row: Delivery) -> bool:
    """Whether nothing more happens with the delivery by itself."""
    return row.state == "done" or (row.state == "needs_attention" and row.next_attempt_at is None)


def weekly(zone: str, start: str, end: str) -> WorkingHours:
    """Monday to Friday, by the wall clock."""
    return parse_working_hours(
        {
            "time_zone": zone,
            "spans": [
                {"weekday": day, "start": f"{start}:00", "end": f"{end}:00"} for day in range(1, 6)
            ],
        }
    )


def targets(view: BookingView) -> dict[str, str]:
    """State by target; targets of several people are counted once, the worst of them."""
    order = ["done", "pending", "waiting", "retrying", "needs_attention"]
    found: dict[str, str] = {}
    for row in view.deliveries:
        known = found.get(row.target, "done")
        found[row.target] = max(known, row.state, key=order.index)
    return found


def delivery(view: BookingView, target: str, subject_id: str = "") -> Delivery:
    """One delivery of a booking."""
    return next(
        row for row in view.deliveries if row.target == target and row.subject_id == subject_id
    )


def span(start: datetime, minutes: int) -> Interval:
    """So many minutes from an instant."""
    return Interval(start, start + timedelta(minutes=minutes))


#: A custom object with an address of its own.
PROJECT: Mapping[str, Any] = {
    "fullName": "Project__c",
    "label": "Project",
    "enableActivities": True,
    "fields": [
        {"fullName": "Contact_Email__c", "label": "Contact Email", "type": "Email"},
    ],
}
