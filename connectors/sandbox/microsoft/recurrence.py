"""Series: daily and weekly patterns, expanded by the wall clock of the series' zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.microsoft.state import Event, Occurrence, immutable_id
from connectors.sandbox.microsoft.wire import bad_request

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PATTERN = frozenset({"type", "interval", "daysOfWeek", "firstDayOfWeek"})
_IGNORED = frozenset({"month", "dayOfMonth", "index", "@odata.type"})
_RANGE = frozenset({"type", "startDate", "endDate", "numberOfOccurrences", "recurrenceTimeZone"})

#: An end for series that have none: nobody asks further ahead.
_HORIZON = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One thing in a calendar view.

    Attributes:
        event: The event, or the series it belongs to.
        kind: Graph's ``type``: ``singleInstance``, ``seriesMaster``, ``occurrence`` or ``exception``.
        item_id: Immutable id; an occurrence's has its date at the end.
        start: Aware, UTC.
        end: Aware, UTC.
        original_start: Where the series would have it.
        different: What is different on this date.
    """

    event: Event
    kind: str
    item_id: str
    start: datetime
    end: datetime
    original_start: datetime | None = None
    different: Occurrence | None = None

    @property
    def show_as(self) -> str:
        """Its status."""
        if self.different is not None and self.different.show_as is not None:
            return self.different.show_as
        return self.event.show_as

    @property
    def subject(self) -> str:
        """Its title."""
        if self.different is not None and self.different.subject is not None:
            return self.different.subject
        return self.event.subject


def itself(event: Event) -> Instance:
    """The event as one thing: a single one, or the master of its series."""
    return Instance(
        event=event,
        kind="singleInstance" if event.recurrence is None else "seriesMaster",
        item_id=event.item_id,
        start=event.start,
        end=event.end,
    )


def check(recurrence: Any) -> None:
    """See that a patternedRecurrence is one that can be expanded.

    Raises:
        GraphError: It is not.
    """
    if not isinstance(recurrence, dict) or set(recurrence) - {"pattern", "range", "@odata.type"}:
        raise bad_request("A recurrence has the properties pattern and range.")
    pattern, span = recurrence.get("pattern"), recurrence.get("range")
    if not isinstance(pattern, dict) or set(pattern) - _PATTERN - _IGNORED:
        raise bad_request("The recurrence pattern is not valid.")
    if not isinstance(span, dict) or set(span) - _RANGE - {"@odata.type"}:
        raise bad_request("The recurrence range is not valid.")
    if pattern.get("type") not in ("daily", "weekly"):
        raise bad_request("The sandbox expands daily and weekly series only.")
    if set(pattern.get("daysOfWeek", ())) - set(_WEEKDAYS):
        raise bad_request("daysOfWeek has lower-case English names.")
    if span.get("type") not in ("noEnd", "endDate", "numbered"):
        raise bad_request("The recurrence range is not valid.")


def _dates(event: Event) -> Iterator[date]:
    """The local dates of a series, in order."""
    assert event.recurrence is not None  # noqa: S101 - only called for series
    pattern, span = event.recurrence["pattern"], event.recurrence["range"]
    first = event.start.astimezone(ZoneInfo(event.zone)).date()
    last = first + _HORIZON
    if span["type"] == "endDate":
        last = date.fromisoformat(span["endDate"])
    left = int(span["numberOfOccurrences"]) if span["type"] == "numbered" else None
    interval = int(pattern.get("interval", 1))
    weekdays = {_WEEKDAYS.index(name) for name in pattern.get("daysOfWeek", ())}
    weekdays = weekdays or {first.weekday()}
    week_start = _WEEKDAYS.index(pattern.get("firstDayOfWeek", "sunday"))
    first_week = first - timedelta(days=(first.weekday() - week_start) % 7)
    day = first
    while day <= last and left != 0:
        if pattern["type"] == "daily":
            fits = (day - first).days % interval == 0
        else:
            fits = day.weekday() in weekdays and (day - first_week).days // 7 % interval == 0
        if fits:
            yield day
            left = None if left is None else left - 1
        day += timedelta(days=1)


def instances(event: Event) -> Iterator[Instance]:
    """The event itself, or each occurrence of the series; canceled ones left out."""
    if event.recurrence is None:
        yield itself(event)
        return
    zone = ZoneInfo(event.zone)
    clock = event.start.astimezone(zone).time()
    length = event.end.astimezone(zone).replace(tzinfo=None) - event.start.astimezone(zone).replace(
        tzinfo=None
    )
    for day in _dates(event):
        local = datetime.combine(day, clock)
        start = local.replace(tzinfo=zone).astimezone(UTC)
        end = (local + length).replace(tzinfo=zone).astimezone(UTC)
        different = event.occurrences.get(day.isoformat())
        if different is not None and different.is_cancelled:
            continue
        yield Instance(
            event=event,
            kind="occurrence" if different is None else "exception",
            item_id=f"{event.item_id}.{day:%Y%m%d}",
            start=start if different is None else different.start or start,
            end=end if different is None else different.end or end,
            original_start=start,
            different=different,
        )


def between(event: Event, *, start: datetime, end: datetime) -> Iterator[Instance]:
    """The instances that share time with the span."""
    for instance in instances(event):
        if instance.original_start is not None and instance.original_start >= end + timedelta(
            days=31
        ):
            return
        if instance.start < end and start < max(
            instance.end, instance.start + timedelta(microseconds=1)
        ):
            yield instance


def instance_by_id(events: list[Event], item_id: str) -> Instance | None:
    """An occurrence by its id; nothing when there is none."""
    series_id, dot, _ = item_id.rpartition(".")
    if not dot:
        return None
    wanted = immutable_id(series_id)
    event = next((e for e in events if e.item_id == wanted and e.recurrence is not None), None)
    if event is None:
        return None
    return next((i for i in instances(event) if i.item_id == immutable_id(item_id)), None)
