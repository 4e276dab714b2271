"""What a booking has made outside of the record page: calendars, mail, and Salesforce itself.

Everything is read; nothing changes by looking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.lightning.users import RunningUser, running_users
from connectors.sandbox.salesforce.state import Org
from connectors.sandbox.viewing import calendars
from connectors.sandbox.viewing.calendars import Entry, Mailbox
from connectors.sandbox.viewing.records import BookingLine, RecordPage
from connectors.sandbox.world import DeliveredMail, World

#: So many calendars are shown unless somebody asks for all.
FEW = 4
_MOST_MAILS = 12
_WEEKDAYS = 5
_SATURDAY = 5  # as date.weekday() counts
#: The hours that a picture shows at least.
_FIRST_HOUR, _LAST_HOUR = 8, 19


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    """A booking of the record, as far as calendars and mails can be matched with it."""

    subject: str
    start: datetime

    def is_on(self, entry: Entry) -> bool:
        return entry.start == self.start and entry.title == self.subject

    def is_told_of(self, mail: DeliveredMail) -> bool:
        if mail.invitation is not None:
            told = mail.invitation
            return told.interval.start == self.start and told.subject == self.subject
        return self.subject in mail.subject or self.subject in mail.text


def outside(
    world: World,
    org: Org,
    page: RecordPage,
    *,
    user: RunningUser,
    before: Mapping[str, str],
    shows_all: bool,
) -> dict[str, Any]:
    """Everything that is beside the component.

    Args:
        world: The sandbox, whose lock is held.
        org: Whose record it is.
        page: The record.
        user: Who looks; weeks are named in their time zone.
        before: The fields' texts when the record was first looked at, by API name.
        shows_all: All hosts' calendars, not only the first few.
    """
    meetings = [
        _Meeting(subject=line.subject, start=line.start) for line in page.bookings if line.start
    ]
    latest = _latest(page.bookings)
    first = _monday(latest, now=world.clock.now(), zone=ZoneInfo(user.time_zone))
    pictures = _pictures(world, org, first, meetings)
    return {
        "running_user": user.user_id,
        "week": {"first": first.isoformat(), "words": _week_words(first)},
        "calendars": pictures if shows_all else pictures[:FEW],
        "calendars_left_out": 0 if shows_all else max(len(pictures) - FEW, 0),
        "mails": [_mail(mail, user) for mail in _mails(world, org, meetings)],
        "timeline": _timeline(page, user),
        "fields": _fields(page, before),
    }


def _latest(bookings: Sequence[BookingLine]) -> datetime | None:
    """When the meeting is that was booked last: Salesforce numbers its records in turn."""
    timed = [line for line in bookings if line.start is not None]
    return max(timed, key=lambda line: line.record_id).start if timed else None


def _monday(latest: datetime | None, *, now: datetime, zone: ZoneInfo) -> date:
    """The week of the latest booking; without one this week, and on its weekend the next."""
    shown = (latest or now).astimezone(zone).date()
    if latest is None and shown.weekday() >= _SATURDAY:
        shown += timedelta(days=7 - shown.weekday())
    return shown - timedelta(days=shown.weekday())


def _week_words(first: date) -> str:
    last = first + timedelta(days=6)
    return f"{first.day} {first:%B} to {last.day} {last:%B %Y}"


# -------------------------------------------------------------------------- calendars


def _pictures(
    world: World, org: Org, first: date, meetings: Sequence[_Meeting]
) -> list[dict[str, Any]]:
    """A week of every host, those who attend a meeting of this record first."""
    boxes = {mailbox.email.casefold(): mailbox for mailbox in calendars.mailboxes(world)}
    pictures = [
        _picture(world, user, boxes.get(user.email.casefold()), first, meetings)
        for user in running_users(org)
        if user.is_host
    ]
    return sorted(pictures, key=lambda each: not each["attends"])


def _picture(
    world: World,
    user: RunningUser,
    mailbox: Mailbox | None,
    first: date,
    meetings: Sequence[_Meeting],
) -> dict[str, Any]:
    if mailbox is None:
        return {
            "name": user.name,
            "where": "no calendar in the sandbox",
            "attends": False,
            "days": [],
        }
    week = [
        (day, entries)
        for day, entries in calendars.days(world, mailbox, first)
        if day < first + timedelta(days=7)
    ]
    shown = [
        (day, entries)
        for day, entries in week
        if (day - first).days < _WEEKDAYS or any(_is_new(each, meetings) for each in entries)
    ]
    timed = [each for _, entries in shown for each in entries if not each.is_all_day]
    marked = [each for each in timed if _is_new(each, meetings)]
    hours = [_hour(each.start) for each in marked] + [_hour(each.end) for each in marked]
    return {
        "name": user.name,
        "where": f"{mailbox.vendor.capitalize()}, {mailbox.zone.key}",
        "href": f"/look/calendars/{mailbox.vendor}/{mailbox.email}?from={first}",
        "attends": any(not each.is_canceled for each in marked),
        "first_hour": min([_FIRST_HOUR, *(int(hour) for hour in hours)]),
        "last_hour": max([_LAST_HOUR, *(int(hour + 0.99) for hour in hours)]),
        "days": [
            {
                "words": f"{day:%a} {day.day}",
                "is_today": day == world.clock.now().astimezone(mailbox.zone).date(),
                "entries": [_entry(each, meetings) for each in entries],
            }
            for day, entries in shown
        ],
    }


def _is_new(entry: Entry, meetings: Sequence[_Meeting]) -> bool:
    return any(meeting.is_on(entry) for meeting in meetings)


def _hour(moment: datetime) -> float:
    return moment.hour + moment.minute / 60


def _entry(entry: Entry, meetings: Sequence[_Meeting]) -> dict[str, Any]:
    ends_later = entry.end.date() > entry.start.date()
    return {
        "title": entry.title,
        "from": 0.0 if entry.is_all_day else _hour(entry.start),
        "to": 24.0 if entry.is_all_day or ends_later else _hour(entry.end),
        "words": "all day" if entry.is_all_day else f"{entry.start:%H:%M} to {entry.end:%H:%M}",
        "is_new": _is_new(entry, meetings),
        "is_canceled": entry.is_canceled,
        "is_all_day": entry.is_all_day,
        "kind": entry.kind,
        "details": [
            *([entry.status] if entry.status else []),
            *(["private"] if entry.is_private else []),
            *([entry.conference] if entry.conference else []),
            *([f"at {entry.location}"] if entry.location else []),
            *(f"{guest.name or guest.email}: {guest.answer}" for guest in entry.guests),
        ],
    }


# -------------------------------------------------------------------- mail, Salesforce


def _mails(world: World, org: Org, meetings: Sequence[_Meeting]) -> list[DeliveredMail]:
    """The latest mails about meetings of this record, the newest first."""
    colleagues = {user.email.casefold() for user in running_users(org)}
    found = [
        mail
        for mail in reversed(world.mail.mails)
        if not colleagues.isdisjoint(_people(mail))
        and any(meeting.is_told_of(mail) for meeting in meetings)
    ]
    return found[:_MOST_MAILS]


def _people(mail: DeliveredMail) -> set[str]:
    """Whom a mail comes from, goes to, or whose meeting it is about."""
    people = {mail.sender, mail.recipient}
    if mail.invitation is not None:
        people.add(mail.invitation.organizer.email)
    return {each.casefold() for each in people}


def _mail(mail: DeliveredMail, user: RunningUser) -> dict[str, Any]:
    kind = ""
    if mail.invitation is not None:
        kind = "cancellation" if mail.invitation.method == "CANCEL" else "invitation"
    return {
        "number": mail.number,
        "at": _moment(mail.at, user),
        "to": mail.recipient,
        "subject": mail.subject,
        "kind": kind,
        "via": mail.sent_by.upper() if mail.sent_by == "smtp" else mail.sent_by.capitalize(),
        "href": f"/look/mail?to={mail.recipient}",
    }


def _timeline(page: RecordPage, user: RunningUser) -> list[dict[str, Any]]:
    """Bookings and Events of the record, by their starts."""
    base = f"/look/salesforce/{page.org_id}"
    lines = [
        {
            "kind": "Booking",
            "title": line.subject,
            "at": _moment(line.start, user),
            "words": f"{line.status}, host {line.host}",
            "href": f"{base}/{line.record_id}",
        }
        for line in page.bookings
    ]
    lines += [
        {
            "kind": "Event",
            "title": line.subject,
            "at": _moment(line.start, user),
            "words": f"{line.owner}{', invited' if line.is_copy else ''}, shown as {line.show_as}",
            "href": f"{base}/{line.record_id}",
        }
        for line in page.events
    ]
    return lines


def _fields(page: RecordPage, before: Mapping[str, str]) -> list[dict[str, Any]]:
    """The record's fields, those first that have changed since somebody first looked."""
    found = [
        {
            "name": value.name,
            "label": value.label,
            "text": value.text,
            "was": before.get(value.name, ""),
            "is_changed": before.get(value.name, "") != value.text,
        }
        for value in page.values
    ]
    return sorted(found, key=lambda each: not each["is_changed"])


def _moment(moment: datetime | None, user: RunningUser) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(user.time_zone))
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
