"""One function a target: look at what is there, then make it look like the booking.

No transaction is open while these run. They raise ``ConnectorError`` kinds; what becomes of
that is decided in ``convergence``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app import payloads
from app.deliveries.targets import (
    MADE_BY_CALENDAR,
    Target,
    is_given_up,
    synchronisation_deadline,
    synchronisation_wait,
)
from app.storage.tables import Connection, Delivery
from app.vendors import (
    CALENDAR_VENDORS,
    PLATFORM_OF,
    NotConnectedError,
    Vendors,
    connection_to,
    writing_connection,
)
from booking_types.model import Platform, SalesforceEventRule
from connectors.errors import MissingError, RejectedError
from connectors.protocols import CalendarEvent, Conference, ConferenceState, Crm, Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything a handler needs.

    Attributes:
        org_id: The org.
        delivery: The claimed row, as it was read.
        siblings: All deliveries of the booking by (target, subject).
        shown: The booking and the people around it.
        connections: Each host's and co-host's connections.
        vendors: The outside world.
        is_first_attempt: Nothing can be there yet: no attempt was ever made before.
        people: Everybody a notice may go to, by user id.
        now: When this attempt began.
        scale: Shortens all delays in drills.
    """

    org_id: UUID
    delivery: Delivery
    siblings: Mapping[tuple[str, str], Delivery]
    shown: payloads.Shown
    connections: Mapping[str, Sequence[Connection]]
    vendors: Vendors
    is_first_attempt: bool
    people: Mapping[str, payloads.Person]
    now: datetime
    scale: float

    @property
    def revision(self) -> int:
        """The revision that the target shall show."""
        return self.shown.booking.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The target shows the booking.

    Attributes:
        external: What the vendor calls it.
        join_url: The conference's link, from whoever learned it.
    """

    external: dict[str, Any] = field(default_factory=dict)
    join_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Nothing failed, but it is not there yet: look again, at ever longer distances.

    Attributes:
        reason: In words, for people.
        external: What is known so far.
    """

    reason: str
    external: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expecting:
    """Our part is done; somebody else's, which we cannot see, is waited for: look again then.

    Attributes:
        what: A stable word for it, which ends the delivery's ``waits_for_…``.
        delay: Until then.
        external: What is known so far.
    """

    what: str
    delay: timedelta
    external: dict[str, Any] = field(default_factory=dict)


Result = Done | NotYet | Expecting

#: What is waited for where Salesforce's Event comes from another synchronisation.
SYNCHRONISATION = "synchronisation"


def handle(work: Work) -> Result:
    """Bring the delivery's target to look like the booking.

    Raises:
        ConnectorError: A vendor did not do what it was asked.
        TemplateError: A template of the booking type is wrong.
    """
    return _HANDLERS[Target(work.delivery.target)](work)


def destination(work: Work) -> dict[str, Any]:
    """Which account an attempt will write to, written down before it does.

    After an unknown outcome the next attempt has to look there, and nowhere else: the host may
    have connected another account meanwhile.
    """
    if "connection_id" in work.delivery.external:
        return {}
    connections = work.connections[work.shown.booking.host_id]
    connection: Connection | None = None
    if work.delivery.target == Target.CALENDAR_EVENT:
        connection = writing_connection(connections)
    elif work.delivery.target == Target.CONFERENCE:
        platform = Platform(work.shown.booking.platform)
        if platform not in MADE_BY_CALENDAR:
            connection = connection_to(connections, _vendor_of(platform))
    if connection is None:
        return {}
    return {
        "connection_id": str(connection.connection_id),
        "mailbox": connection.mailbox,
        "calendar_id": connection.write_calendar_id,
    }


def _vendor_of(platform: Platform) -> Vendor:
    return next(vendor for vendor, made in PLATFORM_OF.items() if made is platform)


# --------------------------------------------------------------------------- conference


def _conference(work: Work) -> Result:
    platform = Platform(work.shown.booking.platform)
    if platform in MADE_BY_CALENDAR:
        return _conference_of_event(work)
    if "mailbox" not in work.delivery.external:
        raise NotConnectedError(platform.value, "make conference", "the host is not connected")
    mailbox = work.delivery.external["mailbox"]
    conferencing = work.vendors.conferencing(work.org_id, platform)
    draft = payloads.conference_draft(work.shown, key=work.delivery.key)
    known: str | None = work.delivery.external.get("conference_id")
    if known is not None:
        conferencing.update_conference(account=mailbox, conference_id=known, draft=draft)
        found: Conference | None = conferencing.get_conference(account=mailbox, conference_id=known)
    elif work.is_first_attempt:
        found = None
    else:
        found = conferencing.find_conference(account=mailbox, key=draft.key)
    if found is None:
        found = conferencing.create_conference(account=mailbox, draft=draft)
    return Done(external={"conference_id": found.conference_id}, join_url=found.join_url)


def _conference_of_event(work: Work) -> Result:
    event_delivery = work.siblings[Target.CALENDAR_EVENT, ""]
    mailbox, calendar_id = _where_written(event_delivery)
    connection = _own_connection(work, event_delivery)
    calendar = work.vendors.calendar(connection)
    event_id = event_delivery.external["event_id"]
    event = calendar.get_event(mailbox=mailbox, calendar_id=calendar_id, event_id=event_id)
    conference = event.conference
    if conference is not None and conference.state is ConferenceState.READY:
        return Done(
            external={"conference_id": conference.conference_id}, join_url=conference.join_url
        )
    if conference is not None and conference.state is ConferenceState.PENDING:
        return NotYet(reason="the platform is still making the link")
    if work.delivery.external.get("asked_again"):
        raise RejectedError(connection.vendor, "make conference", "the platform made no link")
    draft = payloads.event_draft(
        work.shown,
        key=event_delivery.key,
        makes_conference=True,
        invites_guests=work.shown.booking_type.write_back.guest_invitation,
    )
    calendar.update_event(
        mailbox=mailbox, calendar_id=calendar_id, event_id=event_id, draft=draft, notify=False
    )
    return NotYet(reason="the platform is asked again", external={"asked_again": True})


# ----------------------------------------------------------------------- calendar event


def _calendar_event(work: Work) -> Result:
    shown, delivery = work.shown, work.delivery
    if "connection_id" not in delivery.external:
        raise NotConnectedError("calendar", "write event", "the host has no calendar to write to")
    connection = _own_connection(work, delivery)
    platform = Platform(shown.booking.platform)
    if platform in MADE_BY_CALENDAR and platform is not PLATFORM_OF[Vendor(connection.vendor)]:
        raise RejectedError(
            connection.vendor,
            "write event",
            f"this calendar cannot make a {payloads.PLATFORM_NAMES[platform]} meeting",
        )
    calendar = work.vendors.calendar(connection)
    mailbox, calendar_id = _where_written(delivery)
    draft = payloads.event_draft(
        shown,
        key=delivery.key,
        makes_conference=platform in MADE_BY_CALENDAR,
        invites_guests=shown.booking_type.write_back.guest_invitation,
    )
    event: CalendarEvent | None = None
    known: str | None = delivery.external.get("event_id")
    if known is not None:
        event = calendar.get_event(mailbox=mailbox, calendar_id=calendar_id, event_id=known)
    elif not work.is_first_attempt:
        event = calendar.find_event(mailbox=mailbox, calendar_id=calendar_id, key=draft.key)
    if event is None:
        event = calendar.create_event(
            mailbox=mailbox, calendar_id=calendar_id, draft=draft, notify=True
        )
    if event.is_canceled:
        raise RejectedError(
            connection.vendor, "write event", "the host removed it from the calendar"
        )
    if event.revision < draft.revision:
        event = calendar.update_event(
            mailbox=mailbox,
            calendar_id=calendar_id,
            event_id=event.event_id,
            draft=draft,
            notify=True,
        )
    return Done(
        external={
            "event_id": event.event_id,
            "ical_uid": event.ical_uid,
            "web_url": event.web_url,
        }
    )


def _own_connection(work: Work, written: Delivery) -> Connection:
    wanted = written.external["connection_id"]
    for connection in work.connections[work.shown.booking.host_id]:
        if str(connection.connection_id) == wanted:
            return connection
    raise NotConnectedError("calendar", "read event", "the host disconnected the calendar")


def _where_written(delivery: Delivery) -> tuple[str, str]:
    return delivery.external["mailbox"], delivery.external["calendar_id"]


def _co_host_calendar(work: Work) -> Result:
    event = work.siblings[Target.CALENDAR_EVENT, ""]
    ical_uid = event.external.get("ical_uid", "")
    connections = [
        row
        for row in work.connections[work.delivery.subject_id]
        if row.vendor in CALENDAR_VENDORS and row.status == "active"
    ]
    if not connections:
        raise NotConnectedError("calendar", "read event", "the co-host has no calendar")
    for connection in connections:
        copy = work.vendors.calendar(connection).find_copy(
            mailbox=connection.mailbox, ical_uid=ical_uid, interval=work.shown.interval
        )
        if copy is not None:
            return Done(external={"event_id": copy.event_id})
    return NotYet(reason="the invitation has not reached the co-host's calendar yet")


# --------------------------------------------------------------------------- Salesforce


def _crm_booking(work: Work) -> Result:
    known = work.delivery.external
    crm = work.vendors.crm(work.org_id)
    is_expected = _expects_event(work, crm)
    draft = payloads.crm_draft(
        work.shown,
        event_id=known.get("crm_event_id"),
        booking_record_id=known.get("crm_booking_id"),
        may_make_event=not is_expected,
    )
    # It looks for what an earlier attempt left, or another synchronisation made, by itself.
    written = crm.write_booking(draft)
    external = {
        "crm_event_id": written.event_id,
        "crm_booking_id": written.booking_record_id,
    }
    if is_expected and written.event_id is None:
        return Expecting(
            what=SYNCHRONISATION,
            delay=synchronisation_wait(work.delivery.attempts, scale=work.scale),
            external=external,
        )
    return Done(external=external)


def _expects_event(work: Work, crm: Crm) -> bool:
    """Whether somebody else may still make the Event from the calendar's."""
    rule = work.shown.booking_type.write_back.salesforce_event
    if rule is not SalesforceEventRule.ADOPT:
        return False
    event = work.siblings.get((Target.CALENDAR_EVENT, ""))
    if event is None or is_given_up(event):
        return False
    deadline = synchronisation_deadline(event, scale=work.scale)
    if deadline is not None and deadline <= work.now:
        return False
    try:
        return crm.describe(work.shown.booking.object_name).has_activities
    except MissingError:
        return False


def _record_update(work: Work) -> Result:
    booking = work.shown.booking
    values = payloads.record_values(work.shown, record=booking.record_values)
    work.vendors.crm(work.org_id).update_record(
        object_name=booking.object_name, record_id=booking.record_id, values=values
    )
    return Done(external={"fields": sorted(values)})


# --------------------------------------------------------------------------------- mail


def _invitation(work: Work) -> Result:
    key = work.delivery.key
    mail = payloads.invitation_mail(
        work.shown, uid=f"{key}@hot-handover", message_id=_message_id(work)
    )
    work.vendors.mailer().send(mail)
    return Done(external={"message_id": mail.message_id})


def _notice(work: Work) -> Result:
    booking = work.shown.booking
    recipient = work.people.get(work.delivery.subject_id)
    if recipient is None or not recipient.email:
        raise MissingError("mail", "send notice", "this person has no address")
    if recipient.host_id == booking.host_id:
        role = "host"
    elif recipient.host_id in {person.host_id for person in work.shown.co_hosts}:
        role = "co_host"
    else:
        role = "organizer"
    mail = payloads.notice_mail(
        work.shown, recipient=recipient, role=role, message_id=_message_id(work)
    )
    work.vendors.mailer().send(mail)
    return Done(external={"message_id": mail.message_id})


def _message_id(work: Work) -> str:
    return f"<{work.delivery.key}.{work.revision}@hot-handover.invalid>"


_HANDLERS: Mapping[Target, Callable[[Work], Result]] = {
    Target.CONFERENCE: _conference,
    Target.CALENDAR_EVENT: _calendar_event,
    Target.CO_HOST_CALENDAR: _co_host_calendar,
    Target.CRM_BOOKING: _crm_booking,
    Target.RECORD_UPDATE: _record_update,
    Target.INVITATION: _invitation,
    Target.NOTICE: _notice,
}
