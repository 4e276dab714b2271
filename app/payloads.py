"""A booking as each vendor and each person should see it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.inputs.cleaning import clean_line
from app.storage.tables import Booking
from app.templates import render, template_values
from booking_types.forms import answer_lines, field_values
from booking_types.intervals import Interval
from booking_types.model import BookingType, Platform, SalesforceEventRule, Value
from connectors.protocols import (
    Attendee,
    CalendarPart,
    ConferenceDraft,
    CrmBookingDraft,
    EventDraft,
    Mail,
)

#: What people see of a platform.
PLATFORM_NAMES: Mapping[Platform, str] = {
    Platform.GOOGLE_MEET: "Google Meet",
    Platform.MICROSOFT_TEAMS: "Microsoft Teams",
    Platform.ZOOM: "Zoom",
    Platform.NONE: "",
}

_SUBJECT_CHARACTERS = 255
_DESCRIPTION_CHARACTERS = 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A host or co-host as payloads need them.

    Attributes:
        host_id: Salesforce user id.
        name: As people see it.
        email: Where they are invited: their calendar connection's address, else Salesforce's.
        time_zone: IANA name.
    """

    host_id: str
    name: str
    email: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything about a booking that a payload may show.

    Attributes:
        booking: The row.
        booking_type: As in the version it was made with.
        host: Whose meeting it is.
        co_hosts: Who else of the house attends.
        organizer_name: Who booked it; empty for automation.
        organizer_email: Their address; empty likewise.
        join_url: The conference's link, when it is known.
    """

    booking: Booking
    booking_type: BookingType
    host: Person
    co_hosts: tuple[Person, ...]
    organizer_name: str = ""
    organizer_email: str = ""
    join_url: str = ""

    @property
    def interval(self) -> Interval:
        """When."""
        return Interval(self.booking.start_at, self.booking.end_at)


def one_line(text: str) -> str:
    """Text for a title: white space folded, cut to what every vendor takes."""
    return clean_line(text)[:_SUBJECT_CHARACTERS].rstrip()


# ----------------------------------------------------------------------- for the vendors


def description(shown: Shown, *, is_for_guests: bool) -> str:
    """The meeting's text: the type's, the booking form's answers, and how to join.

    For colleagues also the organizer's notes. Guests see the notes only where the type's own text
    shows them (``{{ booking.notes }}``), and of the answers only those of fields that are made
    for them (``FormField.is_in_event``): a calendar's event has one text for all who are on it.
    """
    notes = "" if is_for_guests else shown.booking.notes.strip()
    answers = "\n".join(_answer_lines(shown, is_for_guests=is_for_guests))
    parts = [shown.booking.description.strip(), answers, notes, _how_to_join(shown)]
    return "\n\n".join(part for part in parts if part)[:_DESCRIPTION_CHARACTERS]


def event_marker(shown: Shown) -> str:
    """The line by which the calendar's event is known again where it was copied to.

    Only where Salesforce's Event comes from such a copy; empty elsewhere.
    """
    rule = shown.booking_type.write_back.salesforce_event
    if rule is not SalesforceEventRule.ADOPT:
        return ""
    return f"Booking {shown.booking.booking_id}"


def _with_marker(text: str, marker: str) -> str:
    """The text with its last line, which nothing may cut off."""
    if not marker:
        return text
    text = text[: _DESCRIPTION_CHARACTERS - len(marker) - 2]
    return f"{text}\n\n{marker}" if text else marker


def _answer_lines(shown: Shown, *, is_for_guests: bool) -> tuple[str, ...]:
    return answer_lines(
        shown.booking_type.form, shown.booking.answers or {}, is_for_guests=is_for_guests
    )


def _how_to_join(shown: Shown) -> str:
    if not shown.join_url:
        return ""
    return f"Join {PLATFORM_NAMES[Platform(shown.booking.platform)]}: {shown.join_url}"


def location(shown: Shown) -> str:
    """Where the meeting is: the place, or the conference's link."""
    return shown.booking.place or shown.join_url


def event_draft(
    shown: Shown, *, key: str, makes_conference: bool, invites_guests: bool
) -> EventDraft:
    """The event on the host's calendar.

    A conference that the calendar itself makes is shown by the calendar: its link stands in no
    text of ours.
    """
    attendees = [Attendee(email=person.email, name=person.name) for person in shown.co_hosts]
    if invites_guests:
        attendees += [
            Attendee(email=guest["email"], name=guest.get("name", ""))
            for guest in shown.booking.guests
        ]
    own = Shown(
        booking=shown.booking,
        booking_type=shown.booking_type,
        host=shown.host,
        co_hosts=shown.co_hosts,
        join_url="" if makes_conference else shown.join_url,
    )
    return EventDraft(
        key=key,
        booking_id=str(shown.booking.booking_id),
        revision=shown.booking.revision,
        interval=shown.interval,
        time_zone=shown.booking.time_zone,
        subject=shown.booking.subject,
        description=_with_marker(description(own, is_for_guests=True), event_marker(shown)),
        location=location(own),
        attendees=tuple(attendees),
        makes_conference=makes_conference,
    )


def conference_draft(shown: Shown, *, key: str) -> ConferenceDraft:
    """The conference on a platform of its own."""
    return ConferenceDraft(
        key=key,
        interval=shown.interval,
        time_zone=shown.booking.time_zone,
        topic=shown.booking.subject,
    )


STATUS_WORDS: Mapping[str, str] = {
    "held": "Held",
    "requested": "Requested",
    "scheduled": "Scheduled",
    "rescheduled": "Rescheduled",
    "completed": "Completed",
    "canceled": "Canceled",
    "no_show": "No-show",
}


def crm_draft(
    shown: Shown,
    *,
    event_id: str | None,
    booking_record_id: str | None,
    may_make_event: bool = True,
) -> CrmBookingDraft:
    """The Booking record and the Salesforce Event.

    Args:
        shown: The booking.
        event_id: The Event that is known already.
        booking_record_id: The Booking record that is.
        may_make_event: Nobody else is expected to make the Event any more.
    """
    booking = shown.booking
    rule = shown.booking_type.write_back.salesforce_event
    actor = booking.booked_by
    guests = booking.guests
    return CrmBookingDraft(
        booking_id=str(booking.booking_id),
        revision=booking.revision,
        record_id=booking.record_id,
        object_name=booking.object_name,
        booking_type_name=shown.booking_type.name,
        interval=shown.interval,
        host_id=booking.host_id,
        co_host_ids=tuple(person.host_id for person in shown.co_hosts),
        booked_by_id=actor["id"] if actor["kind"] == "user" else None,
        status=booking.status,
        status_text=STATUS_WORDS[booking.status],
        subject=booking.subject,
        description=description(shown, is_for_guests=False),
        location=location(shown),
        join_url=shown.join_url,
        guest_email=guests[0]["email"] if guests else "",
        makes_event=may_make_event and rule is not SalesforceEventRule.NEVER,
        adopts_event=rule is SalesforceEventRule.ADOPT,
        event_marker=event_marker(shown),
        event_id=event_id,
        booking_record_id=booking_record_id,
    )


def record_values(shown: Shown, *, record: Mapping[str, Value]) -> dict[str, Value]:
    """The fields a booking writes on its record: answers of its form, updates, the owner last.

    Raises:
        TemplateError: The template of a field is wrong.
    """
    guests = shown.booking.guests
    values = template_values(
        record=record,
        host=shown.host,
        co_hosts=shown.co_hosts,
        organizer_name=shown.organizer_name,
        guest=guests[0] if guests else {},
        interval=shown.interval,
        time_zone=shown.booking.time_zone,
        notes=shown.booking.notes,
        platform_name=PLATFORM_NAMES[Platform(shown.booking.platform)],
        form=shown.booking.answers,
    )
    written: dict[str, Value] = dict(field_values(shown.booking_type.form, shown.booking.answers))
    for update in shown.booking_type.write_back.record_updates:
        written[update.field] = (
            render(update.value, values) if isinstance(update.value, str) else update.value
        )
    if shown.booking_type.write_back.hand_over_owner:
        written["OwnerId"] = shown.booking.host_id
    return written


# --------------------------------------------------------------------------- for people


def when(start_at: datetime, end_at: datetime, time_zone: str) -> str:
    """A span as people read it: ``Tuesday 24 November 2026, 15:00 to 15:30 (Europe/Berlin)``."""
    zone = ZoneInfo(time_zone)
    start, end = start_at.astimezone(zone), end_at.astimezone(zone)
    return f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M} to {end:%H:%M} ({time_zone})"


def notice_mail(shown: Shown, *, recipient: Person, role: str, message_id: str) -> Mail:
    """Tells somebody of the house about a booking that somebody else made.

    Args:
        shown: The booking.
        recipient: Who is told.
        role: ``host``, ``co_host`` or ``organizer``.
        message_id: Derived from the delivery.
    """
    opening = {
        "host": "A meeting was booked for you",
        "co_host": f"You were added to a meeting of {shown.host.name}",
        "organizer": f"You booked a meeting for {shown.host.name}",
    }[role]
    if role != "organizer" and shown.organizer_name:
        opening += f" by {shown.organizer_name}"
    booking = shown.booking
    lines = [
        f"{opening}.",
        "",
        f"What:   {booking.subject}",
        f"When:   {when(booking.start_at, booking.end_at, recipient.time_zone)}",
        f"Host:   {shown.host.name}",
    ]
    if shown.co_hosts:
        lines.append(f"With:   {', '.join(person.name for person in shown.co_hosts)}")
    if booking.guests:
        lines.append(f"Guests: {', '.join(guest['email'] for guest in booking.guests)}")
    where = _where(shown)
    if where:
        lines.append(f"Where:  {where}")
    answers = _answer_lines(shown, is_for_guests=False)
    if answers:
        lines += ["", *answers]
    if booking.notes:
        lines += ["", booking.notes]
    return Mail(
        message_id=message_id,
        to=(recipient.email,),
        subject=one_line(f"{STATUS_WORDS[booking.status]}: {booking.subject}"),
        text="\n".join(lines) + "\n",
    )


def _where(shown: Shown) -> str:
    name = PLATFORM_NAMES[Platform(shown.booking.platform)]
    if name:
        return f"{name}, {shown.join_url or 'the link follows'}"
    return shown.booking.place


def invitation_mail(shown: Shown, *, uid: str, message_id: str) -> Mail:
    """Invites guests and co-hosts when no calendar does it (iMIP)."""
    booking = shown.booking
    attendees = tuple(
        Attendee(email=guest["email"], name=guest.get("name", "")) for guest in booking.guests
    ) + tuple(Attendee(email=person.email, name=person.name) for person in shown.co_hosts)
    lines = [
        booking.subject,
        "",
        when(booking.start_at, booking.end_at, booking.time_zone),
    ]
    where = _where(shown)
    if where:
        lines.append(where)
    text = description(shown, is_for_guests=True)
    if text:
        lines += ["", text]
    return Mail(
        message_id=message_id,
        to=tuple(attendee.email for attendee in attendees),
        subject=one_line(f"Invitation: {booking.subject}"),
        text="\n".join(lines) + "\n",
        location=location(shown),
        reply_to=shown.host.email,
        calendar=CalendarPart(
            method="REQUEST",
            uid=uid,
            sequence=booking.revision - 1,
            interval=shown.interval,
            time_zone=booking.time_zone,
            organizer_email=shown.host.email,
            organizer_name=shown.host.name,
            attendees=attendees,
            subject=booking.subject,
        ),
    )
