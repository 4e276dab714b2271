"""Google's and Microsoft's mailboxes as pages show them: day by day, in the mailbox's zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from booking_types.intervals import Interval
from connectors.sandbox.google.state import CalendarBox, GoogleState
from connectors.sandbox.google.times import expanded, interval_of
from connectors.sandbox.microsoft.recurrence import Instance, between
from connectors.sandbox.microsoft.state import Invitee, MicrosoftState
from connectors.sandbox.microsoft.state import Mailbox as MicrosoftMailbox
from connectors.sandbox.microsoft.zones import zone_named
from connectors.sandbox.world import World

#: So many days are on one page.
DAYS = 14

#: The vendors' words for answers, as people say them.
_ANSWERS = {
    "needsAction": "not answered",
    "none": "not answered",
    "notResponded": "not answered",
    "tentative": "tentative",
    "tentativelyAccepted": "tentative",
    "accepted": "accepted",
    "declined": "declined",
    "organizer": "organizer",
}


#: What a private entry is called where others see it.
_PRIVATE = "Private"
#: The owner's own answers that leave an invitation open, or the time.
_OPEN_ANSWERS = {"declined": "declined", "tentative": "tentative", "needsAction": "tentative"}
_GOOGLE_KINDS = {
    "outOfOffice": "out of office",
    "focusTime": "focus time",
    "workingLocation": "working elsewhere",
}
_MICROSOFT_KINDS = {
    "busy": "",
    "free": "shown as free",
    "oof": "out of office",
    "workingElsewhere": "working elsewhere",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mailbox with calendars.

    Attributes:
        vendor: ``google`` or ``microsoft``.
        email: Its address.
        name: Its owner.
        zone: In which its days are.
    """

    vendor: str
    email: str
    name: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody on an event.

    Attributes:
        email: Their address.
        name: Their name; may be empty.
        answer: What they answered, in words.
    """

    email: str
    name: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something on a calendar.

    Attributes:
        start: In the mailbox's zone.
        end: Likewise.
        is_all_day: It takes whole days.
        title: Its own; that of a private one is nobody's business.
        calendar: The calendar's name; empty for the main one.
        organizer: Whose it is; empty when it is the mailbox's own and nobody else is on it.
        is_invitation: It is somebody else's.
        guests: Everybody on it.
        location: Place.
        conference: The conference's link, or how far it has come; may be empty.
        status: What is unusual about it (``canceled``, ``out of office``); may be empty.
        is_private: Only its owner sees what it is.
    """

    start: datetime
    end: datetime
    is_all_day: bool
    title: str
    calendar: str
    organizer: str
    is_invitation: bool
    guests: tuple[Guest, ...]
    location: str
    conference: str
    status: str
    is_private: bool = False

    @property
    def kind(self) -> str:
        """Its status as one word, by which it looks as it does; may be empty."""
        return self.status.replace(" ", "-")

    @property
    def is_canceled(self) -> bool:
        """It does not take place."""
        return self.status == "canceled"


def mailboxes(world: World) -> list[Mailbox]:
    """Every mailbox, by vendor and name."""
    google: GoogleState = world.states["google"]
    microsoft: MicrosoftState = world.states["microsoft"]
    found = [_of_google(google, email) for email in google.accounts]
    found += [_of_microsoft(each) for each in microsoft.mailboxes.values()]
    return sorted(found, key=lambda each: (each.vendor, each.name.casefold(), each.email))


def mailbox(world: World, vendor: str, email: str) -> Mailbox | None:
    """One mailbox; nothing when the vendor has none with that address."""
    if vendor == "google":
        google: GoogleState = world.states["google"]
        account = google.account(email)
        return _of_google(google, account.email) if account is not None else None
    if vendor == "microsoft":
        microsoft: MicrosoftState = world.states["microsoft"]
        found = microsoft.mailboxes.get(email.casefold())
        return _of_microsoft(found) if found is not None else None
    return None


def _of_google(state: GoogleState, email: str) -> Mailbox:
    return Mailbox(
        vendor="google",
        email=email,
        name=state.accounts[email].name,
        zone=ZoneInfo(state.calendars[email].time_zone),
    )


def _of_microsoft(found: MicrosoftMailbox) -> Mailbox:
    zone = zone_named(found.time_zone) or ZoneInfo("UTC")
    return Mailbox(vendor="microsoft", email=found.email, name=found.name, zone=zone)


def days(world: World, mailbox: Mailbox, first: date) -> list[tuple[date, list[Entry]]]:
    """What is on the mailbox's calendars from that day on, each entry on the day it begins.

    What began before the first day and goes on is on the first day.
    """
    midnight = datetime.combine(first, time(0), mailbox.zone)
    end = datetime.combine(first + timedelta(days=DAYS), time(0), mailbox.zone)
    span = Interval(midnight.astimezone(UTC), end.astimezone(UTC))
    read = _google_entries if mailbox.vendor == "google" else _microsoft_entries
    page: dict[date, list[Entry]] = {first + timedelta(days=number): [] for number in range(DAYS)}
    for entry in sorted(read(world, mailbox, span), key=lambda each: (each.start, each.title)):
        page[max(entry.start.date(), first)].append(entry)
    return list(page.items())


# ----------------------------------------------------------------------------- Google


def _google_entries(world: World, mailbox: Mailbox, span: Interval) -> Iterator[Entry]:
    state: GoogleState = world.states["google"]
    for box in state.calendars_of(mailbox.email):
        for event in expanded(box, until=span.end):
            resource = event.resource
            if "start" not in resource or not interval_of(resource, box.time_zone).overlaps(span):
                continue
            yield _google_entry(
                box, resource, mailbox, is_conference_pending=event.pending_answers > 0
            )


def _google_entry(
    box: CalendarBox, resource: dict[str, Any], mailbox: Mailbox, *, is_conference_pending: bool
) -> Entry:
    interval = interval_of(resource, box.time_zone)
    organizer = resource.get("organizer", {}).get("email", "")
    guests = tuple(
        Guest(
            email=one["email"],
            name=one.get("displayName", ""),
            answer=_ANSWERS.get(one.get("responseStatus", ""), "not answered"),
        )
        for one in resource.get("attendees", ())
    )
    is_private = resource.get("visibility") in ("private", "confidential")
    return Entry(
        start=interval.start.astimezone(mailbox.zone),
        end=interval.end.astimezone(mailbox.zone),
        is_all_day="date" in resource["start"],
        title=_PRIVATE if is_private else resource.get("summary", "(no title)"),
        calendar="" if box.is_primary else box.summary,
        organizer=organizer,
        is_invitation=organizer != box.calendar_id,
        guests=guests,
        location=resource.get("location", ""),
        conference="is being made" if is_conference_pending else _meet(resource),
        status=_google_status(resource, mailbox),
        is_private=is_private,
    )


def _google_status(resource: dict[str, Any], mailbox: Mailbox) -> str:
    if resource["status"] == "cancelled":
        return "canceled"
    answers = {one["email"]: one.get("responseStatus") for one in resource.get("attendees", ())}
    if answers.get(mailbox.email) in _OPEN_ANSWERS:
        return _OPEN_ANSWERS[answers[mailbox.email]]
    if resource["status"] == "tentative":
        return "tentative"
    found = _GOOGLE_KINDS.get(resource.get("eventType", ""), "")
    if not found and resource.get("transparency") == "transparent":
        return "shown as free"
    return found


def _meet(resource: dict[str, Any]) -> str:
    link = str(resource.get("hangoutLink", ""))
    asked = resource.get("conferenceData", {}).get("createRequest", {})
    if not link and asked.get("status", {}).get("statusCode") == "failure":
        return "could not be made"
    return link


# -------------------------------------------------------------------------- Microsoft


def _microsoft_entries(world: World, mailbox: Mailbox, span: Interval) -> Iterator[Entry]:
    state: MicrosoftState = world.states["microsoft"]
    found = state.mailboxes[mailbox.email]
    for calendar in found.calendars:
        name = "" if calendar.is_default else calendar.name
        for event in found.on_calendar(calendar.calendar_id):
            for instance in between(event, start=span.start, end=span.end):
                yield _microsoft_entry(instance, mailbox, calendar=name)


def _microsoft_entry(instance: Instance, mailbox: Mailbox, *, calendar: str) -> Entry:
    event = instance.event
    is_private = event.other.get("sensitivity") in ("private", "confidential")
    return Entry(
        start=instance.start.astimezone(mailbox.zone),
        end=instance.end.astimezone(mailbox.zone),
        is_all_day=event.is_all_day,
        title=_PRIVATE if is_private else instance.subject or "(no title)",
        calendar=calendar,
        organizer=event.organizer.email,
        is_invitation=not event.is_organizer,
        guests=tuple(_invitee(each) for each in event.invitees),
        location=event.location,
        conference=event.join_url,
        status=_microsoft_status(instance),
        is_private=is_private,
    )


def _microsoft_status(instance: Instance) -> str:
    if instance.event.is_cancelled:
        return "canceled"
    if instance.event.response == "declined":
        return "declined"
    return _MICROSOFT_KINDS.get(instance.show_as, instance.show_as)


def _invitee(each: Invitee) -> Guest:
    answer = _ANSWERS.get(each.response, "not answered")
    return Guest(email=each.email, name=each.name, answer=answer)
