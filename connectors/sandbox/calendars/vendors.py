"""An entry as the seeds of the sandbox's Google and Microsoft have it.

Other people are never on it, so there is nobody whom anything could be sent to.

Source for Google: the guide "Manage focus time, out of office, and working location events", and the
reference of Events: those kinds have properties of their own, focus time and out of office have
times, a working location is public, transparent and one day at most. What does not fit is an event
of the usual kind. Source for Microsoft: the resource type event (``showAs``, ``sensitivity``,
``responseStatus``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.calendars.entries import Answer, Entry, Kind, Series

#: Who has invited to what the owner was invited to: nobody.
ORGANIZER = "organizer@elsewhere.example"

_GOOGLE_ANSWERS = {
    Answer.ACCEPTED: "accepted",
    Answer.TENTATIVE: "tentative",
    Answer.DECLINED: "declined",
    Answer.NOT_ANSWERED: "needsAction",
}
_MICROSOFT_ANSWERS = {
    Answer.OWN: "organizer",
    Answer.ACCEPTED: "accepted",
    Answer.TENTATIVE: "tentativelyAccepted",
    Answer.DECLINED: "declined",
    Answer.NOT_ANSWERED: "notResponded",
}
_SHOW_AS = {
    Kind.BUSY: "busy",
    Kind.TENTATIVE: "tentative",
    Kind.FREE: "free",
    Kind.OUT_OF_OFFICE: "oof",
    Kind.FOCUS: "busy",
    Kind.WORKING_ELSEWHERE: "workingElsewhere",
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ONE_DAY = timedelta(days=1)


def _local(moment: date, zone: str) -> date:
    """A time in the calendar's zone; a date as it is."""
    if isinstance(moment, datetime):
        return moment.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    return moment


def _midnight(moment: date, zone: str) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(0), ZoneInfo(zone))


# ----------------------------------------------------------------------------- Google


def google_event(entry: Entry, *, email: str, zone: str) -> dict[str, Any]:
    """The entry as ``connectors.sandbox.google.seed`` takes it.

    Args:
        entry: It.
        email: Whose calendar it is on.
        zone: The calendar's, IANA.
    """
    start, end = _local(entry.start, zone), _local(entry.end, zone)
    if entry.kind is Kind.OUT_OF_OFFICE:
        start, end = _midnight(start, zone), _midnight(end, zone)
    made: dict[str, Any] = {
        "summary": entry.title,
        "start": _google_time(start, zone),
        "end": _google_time(end, zone),
    }
    made |= _google_kind(entry)
    if entry.is_canceled:
        made["status"] = "cancelled"
    if entry.is_private:
        made["visibility"] = "private"
    if entry.location:
        made["location"] = entry.location
    if entry.answer is not Answer.OWN:
        made["organizer"] = {"email": ORGANIZER}
        answer = _GOOGLE_ANSWERS[entry.answer]
        made["attendees"] = [{"email": email, "responseStatus": answer}]
    if entry.series is not None:
        made |= _google_series(entry, entry.series, zone)
    return made


def _google_time(moment: date, zone: str) -> dict[str, str]:
    if isinstance(moment, datetime):
        return {"dateTime": moment.isoformat(), "timeZone": zone}
    return {"date": moment.isoformat()}


def _google_kind(entry: Entry) -> dict[str, Any]:
    # Google invites nobody to such events.
    is_own = entry.answer is Answer.OWN
    if entry.kind is Kind.OUT_OF_OFFICE and is_own:
        return {
            "eventType": "outOfOffice",
            "outOfOfficeProperties": {"autoDeclineMode": "declineNone"},
        }
    if entry.kind is Kind.FOCUS and is_own and not entry.is_all_day:
        return {
            "eventType": "focusTime",
            "focusTimeProperties": {"autoDeclineMode": "declineNone"},
        }
    if entry.kind is Kind.WORKING_ELSEWHERE and is_own and _is_place_of_work(entry):
        return {
            "eventType": "workingLocation",
            "transparency": "transparent",
            "visibility": "public",
            "workingLocationProperties": {
                "type": "customLocation",
                "customLocation": {"label": entry.location or entry.title},
            },
        }
    if entry.kind in (Kind.FREE, Kind.WORKING_ELSEWHERE):
        return {"transparency": "transparent"}
    return {"status": "tentative"} if entry.kind is Kind.TENTATIVE else {}


def _is_place_of_work(entry: Entry) -> bool:
    return not entry.is_private and entry.end - entry.start <= _ONE_DAY


def _google_series(entry: Entry, series: Series, zone: str) -> dict[str, Any]:
    days = ",".join(_DAYS[day - 1][:2].upper() for day in series.weekdays)
    until = f"{series.last:%Y%m%d}"
    if not entry.is_all_day:
        # RFC 5545, 3.3.10: with a zone's times, the end of a series is in UTC.
        midnight = datetime.combine(series.last + _ONE_DAY, time(0), ZoneInfo(zone))
        until = f"{(midnight - timedelta(seconds=1)).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    exceptions: list[dict[str, Any]] = [
        {"original_start": _google_time(_on(entry, day, zone), zone), "status": "cancelled"}
        for day in sorted(series.canceled)
    ]
    exceptions += [
        {
            "original_start": _google_time(_on(entry, day, zone), zone),
            "start": _google_time(_local(start, zone), zone),
            "end": _google_time(_local(end, zone), zone),
        }
        for day, (start, end) in sorted(series.moved.items())
    ]
    rule = f"RRULE:FREQ=WEEKLY;INTERVAL={series.weeks};BYDAY={days};UNTIL={until}"
    return {"recurrence": [rule], "exceptions": exceptions}


def _on(entry: Entry, day: date, zone: str) -> date:
    """Where a series has its entry of a day."""
    local = _local(entry.start, zone)
    if isinstance(local, datetime):
        return datetime.combine(day, local.time(), ZoneInfo(zone))
    return day


# -------------------------------------------------------------------------- Microsoft


def microsoft_event(entry: Entry, *, zone: str) -> dict[str, Any]:
    """The entry as ``connectors.sandbox.microsoft.seeds`` takes it.

    Args:
        entry: It.
        zone: The mailbox's, IANA.
    """
    show_as = _SHOW_AS[entry.kind]
    if entry.answer in (Answer.TENTATIVE, Answer.NOT_ANSWERED) and entry.kind is Kind.BUSY:
        show_as = "tentative"
    made: dict[str, Any] = {
        "subject": entry.title,
        "start": _local(entry.start, zone).isoformat(),
        "end": _local(entry.end, zone).isoformat(),
        "all_day": entry.is_all_day,
        "show_as": show_as,
        "response": _MICROSOFT_ANSWERS[entry.answer],
        "cancelled": entry.is_canceled,
        "sensitivity": "private" if entry.is_private else "normal",
        "location": entry.location,
    }
    if entry.answer is not Answer.OWN:
        made["organizer"] = ORGANIZER
    if entry.series is not None:
        made |= _microsoft_series(entry, entry.series, zone)
    return made


def _microsoft_series(entry: Entry, series: Series, zone: str) -> Mapping[str, Any]:
    return {
        "recurrence": {
            "pattern": {
                "type": "weekly",
                "interval": series.weeks,
                "daysOfWeek": [_DAYS[day - 1] for day in series.weekdays],
                "firstDayOfWeek": "monday",
            },
            "range": {
                "type": "endDate",
                "startDate": _day(_local(entry.start, zone)).isoformat(),
                "endDate": series.last.isoformat(),
            },
        },
        "cancelled_occurrences": [day.isoformat() for day in sorted(series.canceled)],
        "moved_occurrences": {
            day.isoformat(): [_local(start, zone).isoformat(), _local(end, zone).isoformat()]
            for day, (start, end) in sorted(series.moved.items())
        },
    }


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
