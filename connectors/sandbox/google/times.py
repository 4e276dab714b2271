"""Google's dates and times, and series expanded into their instances."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import (  # type: ignore[import-untyped]  # dateutil ships no types
    rruleset,
    rrulestr,
)

from booking_types.intervals import Interval
from connectors.sandbox.google.answers import GoogleError, bad_request
from connectors.sandbox.google.state import CalendarBox, Event

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")


def zone(name: str, *, what: str = "time zone") -> ZoneInfo:
    """The zone of that IANA name; refuses other names as Google does."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise bad_request(f"Invalid time zone definition for {what}.") from error


def parsed(text: object, *, what: str) -> datetime:
    """An RFC 3339 time, aware or naive."""
    if not isinstance(text, str) or not _RFC3339.match(text):
        raise bad_request(f"Invalid value for: Invalid format: {text!r} ({what})")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"Invalid value for {what}: {text}") from error


def instant(text: object, *, what: str) -> datetime:
    """An RFC 3339 time that must have an offset."""
    moment = parsed(text, what=what)
    if moment.tzinfo is None:
        raise bad_request(f"Bad Request: {what} needs a time zone offset", location=what)
    return moment.astimezone(UTC)


def _day(text: object, *, what: str) -> date:
    if not isinstance(text, str) or not _DATE.match(text):
        raise bad_request(f"Invalid value for: Invalid format: {text!r} ({what})")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"Invalid value for {what}: {text}") from error


def normal(value: dict[str, Any], *, what: str, default_zone: str) -> dict[str, Any]:
    """An EventDateTime as it is kept: a date, or a time with its offset and its zone."""
    day, moment = value.get("date"), value.get("dateTime")
    if (day is None) == (moment is None):
        raise bad_request(f"Invalid {what} time.")
    name = value.get("timeZone")
    if name is not None:
        zone(name, what=f"{what} time")
    if day is not None:
        return {"date": _day(day, what=what).isoformat()}
    when = parsed(moment, what=what)
    if when.tzinfo is None:
        if name is None:
            raise bad_request(f"Missing time zone definition for {what} time.", reason="required")
        when = when.replace(tzinfo=ZoneInfo(name))
    return {"dateTime": when.isoformat(), "timeZone": name or default_zone}


def moment_of(value: dict[str, Any], calendar_zone: str) -> datetime:
    """The instant of a kept EventDateTime; a date begins at midnight of the calendar's zone."""
    if "date" in value:
        day = date.fromisoformat(value["date"])
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(calendar_zone))
        return local.astimezone(UTC)
    return datetime.fromisoformat(value["dateTime"]).astimezone(UTC)


def interval_of(resource: dict[str, Any], calendar_zone: str) -> Interval:
    """When a kept event takes place."""
    start = moment_of(resource["start"], calendar_zone)
    end = moment_of(resource["end"], calendar_zone)
    return Interval(start, max(end, start + timedelta(microseconds=1)))


def check_span(resource: dict[str, Any], calendar_zone: str) -> None:
    """Refuse an event that mixes dates with times or ends before it begins."""
    if ("date" in resource["start"]) != ("date" in resource["end"]):
        raise bad_request("Invalid start/end: both must be a date or both a time.")
    start = moment_of(resource["start"], calendar_zone)
    end = moment_of(resource["end"], calendar_zone)
    if end < start or (end == start and "date" in resource["start"]):
        raise GoogleError(
            400,
            "timeRangeEmpty",
            "The specified time range is empty.",
            domain="calendar",
            location="timeMax",
        )


def shown(value: dict[str, Any], zone_name: str) -> dict[str, Any]:
    """A kept EventDateTime with its offset of the zone the answer is in."""
    if "date" in value:
        return dict(value)
    local = datetime.fromisoformat(value["dateTime"]).astimezone(ZoneInfo(zone_name))
    text = local.isoformat(timespec="seconds")
    return {**value, "dateTime": text.replace("+00:00", "Z")}


# ------------------------------------------------------------------------------ series


def check_recurrence(lines: list[str], resource: dict[str, Any]) -> None:
    """Refuse a rule that nobody could expand."""
    if "dateTime" in resource["start"] and "timeZone" not in resource["start"]:
        raise bad_request("Missing time zone definition for start time.", reason="required")
    try:
        rules = _rules(lines, datetime(2027, 1, 1), None)  # noqa: DTZ001 - wall clock on purpose
    except (ValueError, TypeError, KeyError) as error:
        raise bad_request("Invalid recurrence rule.") from error
    if not rules:
        raise bad_request("Recurrence must contain a rule or a date.")


def _wall(text: str, series_zone: ZoneInfo | None) -> datetime:
    """An iCalendar date or time as the wall clock of the series."""
    moment = datetime.strptime(  # noqa: DTZ007 - wall clock on purpose
        text.rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    )
    if text.endswith("Z") and series_zone is not None:
        moment = moment.replace(tzinfo=UTC).astimezone(series_zone).replace(tzinfo=None)
    return moment


def _rules(lines: list[str], first: datetime, series_zone: ZoneInfo | None) -> Any:
    """The series as wall-clock times; nothing when the lines hold neither rule nor date."""
    series = rruleset()
    found = False
    for line in lines:
        name, _, value = line.partition(":")
        kind = name.partition(";")[0].upper()
        if kind == "RRULE":
            until = re.search(r"UNTIL=([0-9TZ]+)", value)
            if until is not None:
                wall = _wall(until.group(1), series_zone).strftime("%Y%m%dT%H%M%S")
                value = value.replace(until.group(0), f"UNTIL={wall}")
            series.rrule(rrulestr(value, dtstart=first))
            found = True
        elif kind in ("EXDATE", "RDATE"):
            add = series.exdate if kind == "EXDATE" else series.rdate
            for text in value.split(","):
                moment = _wall(text, series_zone)
                add(moment if "T" in text else datetime.combine(moment.date(), first.time()))
            found = found or kind == "RDATE"
        else:
            raise ValueError(f"unknown recurrence line: {line}")
    return series if found else None


def originals(resource: dict[str, Any], until: datetime) -> Iterator[dict[str, Any]]:
    """The original starts of a series' instances that begin before an instant."""
    start = resource["start"]
    if "date" in start:
        day = date.fromisoformat(start["date"])
        first = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall clock on purpose
        for wall in _rules(resource["recurrence"], first, None):
            if wall.replace(tzinfo=UTC) - timedelta(days=1) >= until:
                return
            yield {"date": wall.date().isoformat()}
        return
    series_zone = ZoneInfo(start["timeZone"])
    local = datetime.fromisoformat(start["dateTime"]).astimezone(series_zone).replace(tzinfo=None)
    for wall in _rules(resource["recurrence"], local, series_zone):
        moment = wall.replace(tzinfo=series_zone)
        if moment.astimezone(UTC) >= until:
            return
        yield {"dateTime": moment.isoformat(), "timeZone": start["timeZone"]}


def instance_id(series_id: str, original: dict[str, Any], calendar_zone: str) -> str:
    """The id of a series' instance: it tells the original start."""
    if "date" in original:
        return f"{series_id}_{original['date'].replace('-', '')}"
    moment = moment_of(original, calendar_zone)
    return f"{series_id}_{moment.strftime('%Y%m%dT%H%M%SZ')}"


def instance_of(series: dict[str, Any], original: dict[str, Any], zone_name: str) -> dict[str, Any]:
    """One instance as the series makes it."""
    made = {name: value for name, value in series.items() if name != "recurrence"}
    made["id"] = instance_id(series["id"], original, zone_name)
    made["recurringEventId"] = series["id"]
    made["originalStartTime"] = original
    made["start"] = original
    if "date" in original:
        days = date.fromisoformat(series["end"]["date"]) - date.fromisoformat(
            series["start"]["date"]
        )
        made["end"] = {"date": (date.fromisoformat(original["date"]) + days).isoformat()}
    else:
        length = moment_of(series["end"], zone_name) - moment_of(series["start"], zone_name)
        end = moment_of(original, zone_name) + length
        local = end.astimezone(ZoneInfo(original["timeZone"]))
        made["end"] = {"dateTime": local.isoformat(), "timeZone": original["timeZone"]}
    return made


def expanded(box: CalendarBox, *, until: datetime) -> Iterator[Event]:
    """A calendar's events one by one, series as instances, canceled ones included.

    Args:
        box: The calendar.
        until: Series go no further than this.
    """
    for event in list(box.events.values()):
        resource = event.resource
        if "recurrence" not in resource:
            # An exception stands for itself, wherever its series would have put it.
            yield event
            continue
        if resource["status"] == "cancelled":
            continue
        for original in originals(resource, until):
            made = instance_of(resource, original, box.time_zone)
            if made["id"] not in box.events:
                yield Event(resource=made)


def found(box: CalendarBox, event_id: str) -> Event | None:
    """An event by its id, or the instance of a series by the id that tells its start."""
    event = box.events.get(event_id)
    if event is not None:
        return event
    series = box.events.get(event_id.rpartition("_")[0])
    if series is None or "recurrence" not in series.resource:
        return None
    far = moment_of(series.resource["start"], box.time_zone) + timedelta(days=3700)
    for original in originals(series.resource, far):
        if instance_id(series.resource["id"], original, box.time_zone) == event_id:
            return Event(resource=instance_of(series.resource, original, box.time_zone))
    return None


def counts(resource: dict[str, Any], owner: str) -> bool:
    """Whether an event makes its calendar's owner busy."""
    if resource["status"] == "cancelled" or resource.get("transparency") == "transparent":
        return False
    if resource.get("eventType", "default") in ("workingLocation", "birthday"):
        return False
    return not any(
        attendee["email"] == owner and attendee.get("responseStatus") == "declined"
        for attendee in resource.get("attendees", ())
    )
