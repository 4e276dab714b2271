"""iCalendar text of an invitation or cancellation (RFC 5545, RFC 5546), for mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress

from connectors.mail.words import one_line
from connectors.protocols import Attendee, CalendarPart

#: Who wrote the text, as iCalendar wants to be told.
_PRODUCT = "-//Hot Handover//Hot Handover//EN"


def calendar_text(
    part: CalendarPart,
    *,
    subject: str,
    description: str,
    location: str,
    written_at: datetime,
    sender: str,
    address: Callable[[str], str],
) -> bytes:
    """One event, its lines folded at 75 octets and ended with CRLF.

    The times stand in UTC: every calendar shows them in its owner's own zone, and no instant is
    doubtful when the clocks go back.

    Args:
        part: The invitation.
        subject: Title, one line.
        description: Text, lines ended with LF.
        location: Place, one line.
        written_at: DTSTAMP; aware.
        sender: The address the mail comes from, named as acting for the organizer.
        address: Checks an address and gives it as it goes over the wire.
    """
    event = Event()
    event.add("uid", part.uid)
    event.add("sequence", part.sequence)
    event.add("dtstamp", written_at)
    event.add("dtstart", part.interval.start)
    event.add("dtend", part.interval.end)
    event.add("summary", subject)
    event.add("description", description)
    if location:
        event.add("location", location)
    event.add("status", "CANCELLED" if part.method == "CANCEL" else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _organizer(part, sender=sender, address=address))
    for attendee in part.attendees:
        event.add("attendee", _attendee(attendee, address=address))
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", part.method)
    calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def _organizer(part: CalendarPart, *, sender: str, address: Callable[[str], str]) -> vCalAddress:
    email = address(part.organizer_email)
    organizer = _mailbox(email, name=part.organizer_name)
    if sender != email:
        organizer.params["SENT-BY"] = f"mailto:{sender}"
    return organizer


def _attendee(attendee: Attendee, *, address: Callable[[str], str]) -> vCalAddress:
    mailbox = _mailbox(address(attendee.email), name=attendee.name)
    mailbox.params["CUTYPE"] = "INDIVIDUAL"
    mailbox.params["ROLE"] = "OPT-PARTICIPANT" if attendee.is_optional else "REQ-PARTICIPANT"
    mailbox.params["PARTSTAT"] = "NEEDS-ACTION"
    mailbox.params["RSVP"] = "TRUE"
    return mailbox


def _mailbox(email: str, *, name: str) -> vCalAddress:
    mailbox = vCalAddress(f"mailto:{email}")
    # A parameter cannot hold a double quote, and few programs know RFC 6868's way around it.
    shown = one_line(name).replace('"', "'")
    if shown:
        mailbox.params["CN"] = shown
    return mailbox
