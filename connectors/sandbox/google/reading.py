"""What free/busy answers. Source: the reference of Freebusy: query."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import g, request

from booking_types.intervals import Interval, merged
from connectors.sandbox.google import checks
from connectors.sandbox.google.answers import bad_request
from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.state import CalendarBox, GoogleState
from connectors.sandbox.google.times import counts, expanded, instant, interval_of, zone
from connectors.sandbox.world import World

#: Source: Freebusy: query, "calendarExpansionMax … Maximum value is 50".
_MOST_CALENDARS = 50
#: "groupExpansionMax … An error is returned for a group with more members than this value.
#: Maximum value is 100".
_MOST_MEMBERS = 100
#: Not in the reference; about three months is where Google begins to say ``timeRangeTooLong``.
_LONGEST_SPAN = timedelta(days=90)


def most_attendees() -> int:
    """With more of them only the calendar's owner is shown; 0 for all."""
    return checks.number("maxAttendees", default=0, least=1, most=10_000)


def time_zone() -> str | None:
    """The zone the answer is asked for in."""
    name = request.args.get("timeZone")
    if name is not None:
        zone(name)
    return name


# ------------------------------------------------------------------------- free/busy


def free_busy(world: World) -> dict[str, Any]:
    """The answer of ``freebusy.query``."""
    given = checks.body(checks.FREE_BUSY)
    for name in ("timeMin", "timeMax"):
        if not given.get(name):
            raise bad_request(f"Missing {name} parameter.", reason="required", location=name)
    start = instant(given["timeMin"], what="timeMin")
    end = instant(given["timeMax"], what="timeMax")
    if end <= start:
        raise bad_request("The specified time range is empty.", reason="timeRangeEmpty")
    if end - start > _LONGEST_SPAN:
        raise bad_request("The requested time range is too long.", reason="timeRangeTooLong")
    zone_name = given.get("timeZone", "UTC")
    zone(zone_name)
    state = state_of(world)
    ids, groups = _expanded(state, given)
    is_too_much = len(ids) > _most(given, "calendarExpansionMax", _MOST_CALENDARS)
    span = Interval(start, end)
    calendars = {
        name: _trouble("tooManyCalendarsRequested", domain="calendar")
        if is_too_much
        else _busy_periods(state, name, span, zone_name)
        for name in ids
    }
    answer = {
        "kind": "calendar#freeBusy",
        "timeMin": _text(start, "UTC"),
        "timeMax": _text(end, "UTC"),
        "calendars": calendars,
    }
    return answer | ({"groups": groups} if groups else {})


def _most(given: dict[str, Any], name: str, largest: int) -> int:
    wanted: int = given.get(name, largest)
    if not 1 <= wanted <= largest:
        raise bad_request(f"Invalid value for {name}: at most {largest}.", location=name)
    return wanted


def _expanded(
    state: GoogleState, given: dict[str, Any]
) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """The calendars that are asked for, one by one or as members of groups, and the groups."""
    most = _most(given, "groupExpansionMax", _MOST_MEMBERS)
    ids: dict[str, None] = {}
    groups: dict[str, dict[str, Any]] = {}
    for item in given.get("items", ()):
        name = item.get("id", "")
        members = state.groups.get(name.lower())
        if members is None or name.lower().partition("@")[2] != g.caller.partition("@")[2]:
            ids[name] = None
        elif len(members) > most:
            groups[name] = {"errors": [{"domain": "global", "reason": "groupTooBig"}]}
        else:
            groups[name] = {"calendars": list(members)}
            ids |= dict.fromkeys(members)
    return list(ids), groups


def _trouble(reason: str, *, domain: str = "global") -> dict[str, Any]:
    return {"errors": [{"domain": domain, "reason": reason}], "busy": []}


def _text(moment: datetime, zone_name: str) -> str:
    return moment.astimezone(zone(zone_name)).isoformat().replace("+00:00", "Z")


def _busy_periods(
    state: GoogleState, calendar_id: str, span: Interval, zone_name: str
) -> dict[str, Any]:
    wanted = g.caller if calendar_id == "primary" else calendar_id.lower()
    box = state.calendars.get(wanted) or state.calendars.get(calendar_id)
    if box is None or not _may_see_busy(state, box):
        return _trouble("notFound")
    trouble = state.accounts[box.owner].free_busy_error
    if trouble:
        is_rate = trouble.endswith("LimitExceeded")
        return _trouble(trouble, domain="usageLimits" if is_rate else "global")
    taken = [
        interval_of(event.resource, box.time_zone)
        for event in expanded(box, until=span.end)
        if counts(event.resource, box.owner)
    ]
    periods = merged(one for one in taken if one.overlaps(span))
    return {
        "busy": [
            {"start": _text(one.start, zone_name), "end": _text(one.end, zone_name)}
            for one in periods
        ]
    }


def _may_see_busy(state: GoogleState, box: CalendarBox) -> bool:
    """Colleagues see each other's primary calendar's busy time, as Workspace begins with."""
    if box.owner == g.caller:
        return True
    owner, asker = state.accounts[box.owner], state.accounts.get(g.caller)
    if asker is None or not box.is_primary:
        return False
    return owner.shares_free_busy and owner.domain == asker.domain
