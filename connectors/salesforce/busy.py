"""When users are taken by Salesforce Events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from booking_types.intervals import Interval, merged
from connectors import transport
from connectors.salesforce import answers
from connectors.salesforce.statements import in_batches, soql
from connectors.salesforce.wire import Wire

_OPERATION = "read events"
_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60
#: No place on earth is further from UTC than this, so a local day lies within a UTC day and this
#: much on either side.
_FURTHEST_AHEAD, _FURTHEST_BEHIND = timedelta(hours=14), timedelta(hours=12)

_BUSY = (
    "SELECT Id, OwnerId, IsChild, Subject, StartDateTime, EndDateTime, IsAllDayEvent,"
    " ActivityDate, DurationInMinutes FROM Event WHERE OwnerId IN {users}"
    " AND ShowAs IN ('Busy', 'OutOfOffice') AND IsRecurrence = false"
    " AND ((IsAllDayEvent = false AND StartDateTime < {end} AND EndDateTime > {start})"
    " OR (IsAllDayEvent = true AND StartDateTime < {last_day} AND EndDateTime >= {first_day}))"
)
_OURS = (
    "SELECT Id, Subject, StartDateTime, EndDateTime, (SELECT RelationId FROM EventRelations)"
    " FROM Event WHERE Booking_Id__c IN {bookings} AND IsChild = false"
)
_ZONES = "SELECT Id, TimeZoneSidKey FROM User WHERE Id IN {users}"

#: User, title, start, end: all that ties an invitee's child event to the event it follows.
_Trace = tuple[str, str, str, str]


class BusyReader:
    """Reads Events.

    Args:
        wire: Makes the calls.
    """

    def __init__(self, *, wire: Wire) -> None:
        self._wire = wire

    def busy(
        self, *, user_ids: Sequence[str], span: Interval, without_booking_ids: Collection[str]
    ) -> dict[str, tuple[Interval, ...]]:
        """As ``connectors.protocols.Crm.busy``."""
        own, traces = self._ours(without_booking_ids)
        rows = [row for row in self._rows(user_ids, span) if row.get("Id") not in own]
        with answers.sense(_OPERATION):
            rows = _without(rows, traces)
        zones = self._zones(rows)
        taken: dict[str, list[Interval]] = {user_id: [] for user_id in user_ids}
        with answers.sense(_OPERATION):
            for row in rows:
                part = _interval(row, zones).clipped(span) if _lasts(row) else None
                if part is not None and row["OwnerId"] in taken:
                    taken[row["OwnerId"]].append(part)
        return {user_id: tuple(merged(found)) for user_id, found in taken.items()}

    def _rows(self, user_ids: Sequence[str], span: Interval) -> list[dict[str, Any]]:
        found: dict[Any, dict[str, Any]] = {}
        for batch in in_batches(user_ids):
            statement = soql(
                _BUSY,
                users=batch,
                start=span.start,
                # Second by second, as SOQL has it: half a second must not hide an event.
                end=span.end + timedelta(seconds=1),
                # All-day events start and end at midnights in UTC that mean local days, and the
                # last day counts.
                first_day=span.start - _DAY - _FURTHEST_AHEAD,
                last_day=span.end + _FURTHEST_AHEAD + _DAY,
            )
            for row in self._wire.query(statement, operation=_OPERATION):
                found[row.get("Id")] = row
        return list(found.values())

    def _ours(self, booking_ids: Collection[str]) -> tuple[set[str], Counter[_Trace]]:
        """The events of bookings, and what their invitees' child events look like.

        A child event names neither its parent nor, as far as anybody promises, the booking.
        """
        own: set[str] = set()
        traces: Counter[_Trace] = Counter()
        for batch in in_batches(booking_ids):
            rows = self._wire.query(soql(_OURS, bookings=batch), operation=_OPERATION)
            with answers.sense(_OPERATION):
                for row in rows:
                    own.add(str(row["Id"]))
                    for each in self._wire.all_records(row["EventRelations"], operation=_OPERATION):
                        traces[_trace(str(each["RelationId"]), row)] += 1
        return own, traces

    def _zones(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, tzinfo | None]:
        users = [str(row["OwnerId"]) for row in rows if row.get("IsAllDayEvent")]
        zones: dict[str, tzinfo | None] = {}
        for batch in in_batches(users):
            found = self._wire.query(soql(_ZONES, users=batch), operation=_OPERATION)
            with answers.sense(_OPERATION):
                zones.update({str(each["Id"]): _zone(each["TimeZoneSidKey"]) for each in found})
        return zones


def _zone(name: Any) -> tzinfo | None:
    try:
        return ZoneInfo(str(name))
    except (KeyError, OSError, ValueError):
        return None


def _trace(user_id: str, row: Mapping[str, Any]) -> _Trace:
    return user_id, str(row["Subject"]), str(row["StartDateTime"]), str(row["EndDateTime"])


def _without(rows: list[dict[str, Any]], traces: Counter[_Trace]) -> list[dict[str, Any]]:
    left: list[dict[str, Any]] = []
    for row in rows:
        trace = _trace(str(row["OwnerId"]), row)
        # One for one: another meeting at the same time stays.
        if row["IsChild"] and traces[trace] > 0:
            traces[trace] -= 1
        else:
            left.append(row)
    return left


def _lasts(row: Mapping[str, Any]) -> bool:
    """Whether it takes any time at all: a timed event may start and end at once."""
    return bool(row["IsAllDayEvent"]) or row["StartDateTime"] != row["EndDateTime"]


def _interval(row: Mapping[str, Any], zones: Mapping[str, tzinfo | None]) -> Interval:
    if not row["IsAllDayEvent"]:
        return Interval(transport.utc(row["StartDateTime"]), transport.utc(row["EndDateTime"]))
    first = date.fromisoformat(row["ActivityDate"] or row["StartDateTime"][:10])
    last = transport.utc(row["EndDateTime"]).date()
    days = max((last - first).days + 1, -(-int(row["DurationInMinutes"] or 0) // _DAY_MINUTES), 1)
    zone = zones.get(str(row["OwnerId"]))
    if zone is None:
        # Nobody knows which hours it is; so it is all that it can be.
        ahead, behind = timezone(_FURTHEST_AHEAD), timezone(-_FURTHEST_BEHIND)
        return Interval(_midnight(first, ahead), _midnight(first + days * _DAY, behind))
    return Interval(_midnight(first, zone), _midnight(first + days * _DAY, zone))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
