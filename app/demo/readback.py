"""Reads every target of a booking back from its vendor, for the walkthrough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.demo import world
from app.demo.running import RunningDemo
from app.demo.scenarios import Scenario
from app.demo.seeding import SandboxAccess, addresses
from booking_types.intervals import Interval
from connectors.errors import ConnectorError
from connectors.google import GoogleAccount, GoogleCalendar
from connectors.memory_tokens import MemoryTokenStore
from connectors.microsoft import MicrosoftApplication, MicrosoftCalendar
from connectors.protocols import Calendar, CalendarEvent, Token, Vendor
from connectors.salesforce import SalesforceCrm
from connectors.sandbox.client import SandboxControl
from connectors.zoom import ZoomConferencing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one target shows.

    Attributes:
        target: Which, in words.
        read: What was read back from it.
        agrees: Whether that is what the booking says.
    """

    target: str
    read: str
    agrees: bool


class Readback:
    """Reads the targets of one booking.

    Args:
        running: The demo.
        control: The sandbox's control door: mail is read there.
        scenario: What was booked.
    """

    def __init__(
        self, *, running: RunningDemo, control: SandboxControl, scenario: Scenario
    ) -> None:
        self._control = control
        self._scenario = scenario
        self._access = SandboxAccess(**running.access)
        self._urls = addresses(sandbox_url=running.sandbox_url, smtp_url="")
        self._crm = SalesforceCrm(
            login_url=self._urls["SALESFORCE_LOGIN_URL"],
            consumer_key=self._access.salesforce["consumer_key"],
            username=self._access.salesforce["integration_username"],
            private_key_pem=self._access.salesforce["private_key_pem"],
            tokens=MemoryTokenStore(),
        )

    def read(self, booking: Mapping[str, Any]) -> list[Finding]:
        """Every target, in the order in which people read them."""
        host = _worker(booking["host"]["host_id"])
        event = self._host_event(booking, host)
        findings = [self._conference(booking, host, event)]
        findings.append(self._calendar(booking, host, event))
        findings += [
            self._co_host(booking, _worker(co_host["host_id"]), event)
            for co_host in booking["co_hosts"]
        ]
        findings += [
            self._invitation(booking, guest["email"], event) for guest in booking["guests"]
        ]
        findings += self._salesforce(booking)
        findings.append(self._record(booking, host))
        told = {host.email, world.BY_KEY["rep"].email}
        told |= {_worker(each["host_id"]).email for each in booking["co_hosts"]}
        findings += [self._notice(booking, email) for email in sorted(told)]
        return findings

    # ------------------------------------------------------------------------- calendars

    def _calendar_of(self, worker: world.Worker) -> Calendar:
        if worker.calendar is Vendor.GOOGLE:
            account = self._access.google["accounts"][worker.email]
            return GoogleCalendar(
                api_url=self._urls["GOOGLE_API_URL"],
                access=GoogleAccount(
                    oauth_url=self._urls["GOOGLE_OAUTH_URL"],
                    client_id=self._access.google["client_id"],
                    client_secret=self._access.google["client_secret"],
                    tokens=MemoryTokenStore(
                        Token(access_token="", refresh_token=account["refresh_token"])
                    ),
                ),
            )
        return MicrosoftCalendar(
            graph_url=self._urls["MICROSOFT_GRAPH_URL"],
            access=MicrosoftApplication(
                login_url=self._urls["MICROSOFT_LOGIN_URL"],
                tenant=self._access.microsoft["tenant_id"],
                client_id=self._access.microsoft["client_id"],
                client_secret=self._access.microsoft["client_secret"],
                tokens=MemoryTokenStore(),
            ),
        )

    def _host_event(self, booking: Mapping[str, Any], host: world.Worker) -> CalendarEvent | None:
        """The event that the service says it wrote, read from the calendar."""
        external = _target(booking, "calendar_event").get("external", {})
        if "event_id" not in external:
            return None
        try:
            return self._calendar_of(host).get_event(
                mailbox=host.email,
                calendar_id=external["calendar_id"],
                event_id=external["event_id"],
            )
        except ConnectorError:
            return None

    def _calendar(
        self, booking: Mapping[str, Any], host: world.Worker, event: CalendarEvent | None
    ) -> Finding:
        name = f"host calendar ({host.calendar}, {host.name})"
        if event is None:
            return Finding(target=name, read="no event", agrees=False)
        invited = {attendee.email.lower() for attendee in event.attendees}
        wanted = {guest["email"].lower() for guest in booking["guests"]}
        wanted |= {_worker(each["host_id"]).email for each in booking["co_hosts"]}
        place = booking.get("join_url") or booking.get("place") or ""
        shows_place = place in f"{event.location} {event.description}" or (
            event.conference is not None and event.conference.join_url == place
        )
        agrees = (
            event.interval == _interval(booking)
            and event.subject == booking["subject"]
            and invited == wanted
            and not event.is_canceled
            and shows_place
        )
        return Finding(
            target=name,
            read=f"{event.subject}; {_span(event.interval)}; {len(invited)} invited",
            agrees=agrees,
        )

    def _co_host(
        self, booking: Mapping[str, Any], worker: world.Worker, event: CalendarEvent | None
    ) -> Finding:
        name = f"co-host calendar ({worker.calendar}, {worker.name})"
        if event is None:
            return Finding(target=name, read="no event to look for", agrees=False)
        copy = self._calendar_of(worker).find_copy(
            mailbox=worker.email, ical_uid=event.ical_uid, interval=_interval(booking)
        )
        if copy is None:
            return Finding(target=name, read="not on this calendar", agrees=False)
        return Finding(
            target=name,
            read=f"{copy.subject}; {_span(copy.interval)}; by {copy.organizer_email}",
            agrees=copy.interval == _interval(booking) and copy.ical_uid == event.ical_uid,
        )

    def _conference(
        self, booking: Mapping[str, Any], host: world.Worker, event: CalendarEvent | None
    ) -> Finding:
        platform = booking["platform"]
        name = f"conference ({platform})"
        if platform == "none":
            has_link = event is not None and event.conference is not None
            return Finding(
                target=name,
                read="none, as wanted" if not has_link else "one that nobody wanted",
                agrees=not has_link,
            )
        wanted = booking.get("join_url", "")
        if platform == "zoom":
            conference_id = _target(booking, "conference")["external"]["conference_id"]
            found = self._zoom().get_conference(account=host.email, conference_id=conference_id)
            agrees = found.join_url == wanted and found.interval == _interval(booking)
            return Finding(target=name, read=found.join_url, agrees=agrees)
        made = event.conference if event is not None else None
        link = made.join_url if made is not None else ""
        return Finding(target=name, read=link or "no link", agrees=bool(link) and link == wanted)

    def _zoom(self) -> ZoomConferencing:
        return ZoomConferencing(
            api_url=self._urls["ZOOM_API_URL"],
            oauth_url=self._urls["ZOOM_OAUTH_URL"],
            client_id=self._access.zoom["client_id"],
            client_secret=self._access.zoom["client_secret"],
            account_id=self._access.zoom["account_id"],
            tokens=MemoryTokenStore(),
        )

    # ------------------------------------------------------------------------------ mail

    def _invitation(
        self, booking: Mapping[str, Any], guest: str, event: CalendarEvent | None
    ) -> Finding:
        name = f"guest invitation ({guest})"
        mails = [
            mail
            for mail in self._control.mails(guest)
            if mail["invitation"] and event and mail["invitation"]["uid"] == event.ical_uid
        ]
        if len(mails) != 1:
            return Finding(target=name, read=f"{len(mails)} mails", agrees=False)
        invitation = mails[0]["invitation"]
        interval = Interval(
            datetime.fromisoformat(invitation["interval"]["start"]),
            datetime.fromisoformat(invitation["interval"]["end"]),
        )
        link = booking.get("join_url", "")
        shown = f"{invitation['join_url']} {invitation['location']} {invitation['description']}"
        agrees = (
            interval == _interval(booking)
            and invitation["method"] == "REQUEST"
            and link in f"{shown} {mails[0]['text']}"
        )
        return Finding(
            target=name,
            read=f"1 mail by {mails[0]['sent_by']}, from {invitation['organizer']['email']}; "
            f"{_span(interval)}",
            agrees=agrees,
        )

    def _notice(self, booking: Mapping[str, Any], email: str) -> Finding:
        mails = [
            mail
            for mail in self._control.mails(email)
            if mail["sent_by"] == "smtp"
            and booking["subject"] in mail["subject"]
            and _spoken_start(booking, email) in mail["text"]
        ]
        link = booking.get("join_url", "")
        return Finding(
            target=f"notice ({email})",
            read=f"{len(mails)} mail" + ("" if len(mails) == 1 else "s"),
            agrees=len(mails) == 1 and link in mails[0]["text"],
        )

    # ------------------------------------------------------------------------- Salesforce

    def _salesforce(self, booking: Mapping[str, Any]) -> list[Finding]:
        found = self._crm.find_booking(booking["booking_id"])
        if found is None:
            nothing = Finding(target="Booking record", read="nothing", agrees=False)
            return [Finding(target="Salesforce Event", read="nothing", agrees=False), nothing]
        findings = []
        if found.event_id is None:
            findings.append(Finding(target="Salesforce Event", read="nothing", agrees=False))
        else:
            findings.append(self._event(booking, found.event_id))
        record = self._crm.record(
            object_name="Booking__c",
            record_id=found.booking_record_id,
            paths=["Start__c", "End__c", "Status__c", "Host__c", "Record_Id__c", "Join_Url__c"],
        ).values
        agrees = (
            _same_instant(record["Start__c"], booking["start_at"])
            and _same_instant(record["End__c"], booking["end_at"])
            and record["Host__c"] == booking["host"]["host_id"]
            and record["Record_Id__c"] == booking["record_id"]
            and (record["Join_Url__c"] or "") == booking.get("join_url", "")
        )
        findings.append(
            Finding(
                target="Booking record",
                read=f"{found.booking_record_id}; {record['Status__c']}; revision {found.revision}",
                agrees=agrees,
            )
        )
        return findings

    def _event(self, booking: Mapping[str, Any], event_id: str) -> Finding:
        event = self._crm.record(
            object_name="Event",
            record_id=event_id,
            paths=[
                "Subject",
                "StartDateTime",
                "EndDateTime",
                "OwnerId",
                "WhoId",
                "WhatId",
                "Location",
                "Description",
            ],
        ).values
        related = booking["record_id"] in (event["WhoId"], event["WhatId"])
        place = booking.get("join_url") or booking.get("place") or ""
        agrees = (
            related
            and event["OwnerId"] == booking["host"]["host_id"]
            and event["Subject"] == booking["subject"]
            and _same_instant(event["StartDateTime"], booking["start_at"])
            and _same_instant(event["EndDateTime"], booking["end_at"])
            and place in f"{event['Location']} {event['Description']}"
        )
        return Finding(
            target="Salesforce Event",
            read=f"{event_id}; {event['Subject']}; WhoId {event['WhoId']}, WhatId {event['WhatId']}",
            agrees=agrees,
        )

    def _record(self, booking: Mapping[str, Any], host: world.Worker) -> Finding:
        wanted = {
            name: text.format(
                date=booking["local_start"][:10],
                host=host.name,
                host_id=host.user_id,
                start=booking["start_at"],
            )
            for name, text in self._scenario.record_fields.items()
        }
        values = self._crm.record(
            object_name=_target_object(booking),
            record_id=booking["record_id"],
            paths=list(wanted),
        ).values
        agrees = all(_same(values.get(name), text) for name, text in wanted.items())
        return Finding(
            target="record update",
            read="; ".join(f"{name}: {_shown(values.get(name))}" for name in wanted),
            agrees=agrees,
        )


def _worker(user_id: str) -> world.Worker:
    return next(worker for worker in world.WORKERS if worker.user_id == user_id)


def _target(booking: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return next((each for each in booking["targets"] if each["target"] == kind), {})


def _target_object(booking: Mapping[str, Any]) -> str:
    name: str = booking["object_name"]
    return name


def _interval(booking: Mapping[str, Any]) -> Interval:
    return Interval(
        datetime.fromisoformat(booking["start_at"]), datetime.fromisoformat(booking["end_at"])
    )


def _span(interval: Interval) -> str:
    return f"{interval.start:%Y-%m-%d %H:%M} to {interval.end:%H:%M} UTC"


def _spoken_start(booking: Mapping[str, Any], email: str) -> str:
    worker = next(each for each in world.WORKERS if each.email == email)
    local = datetime.fromisoformat(booking["start_at"]).astimezone(ZoneInfo(worker.time_zone))
    return f"{local.day} {local:%B %Y}, {local:%H:%M}"


def _same_instant(value: Any, text: str) -> bool:
    return isinstance(value, datetime) and value == datetime.fromisoformat(text)


def _same(value: Any, text: str) -> bool:
    if isinstance(value, datetime):
        return _same_instant(value, text)
    return bool(value == text)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return str(value)
