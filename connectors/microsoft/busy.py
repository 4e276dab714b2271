"""When people are taken.

The fast reader asks ``getSchedule`` for five-minute digits (``schedules``): twenty mailboxes a
call, twenty calls a batch. It reads default calendars only, knows nothing of a single event, and
rounds outward to five minutes, also where cells of a minute are asked for. Where that is not enough, and where it fails
for a mailbox, the exact reader takes the events themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import msgspec

from booking_types.bits import Cells
from booking_types.intervals import Interval
from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    MissingError,
    PermanentError,
    TransientError,
)
from connectors.microsoft import schedules
from connectors.microsoft.access import segment
from connectors.microsoft.events import Json, instant
from connectors.microsoft.graph import BATCH_SIZE, CONNECTOR, Answer, Call, Graph
from connectors.microsoft.schedules import SLOT, Schedule
from connectors.microsoft.zones import zone_from
from connectors.protocols import BusyPolicy, BusyQuery, BusyTimes
from connectors.transport import rfc3339

#: Source: microsoft-graph-docs-contrib, outlook-get-free-busy-schedule.md (2025): up to 20
#: mailboxes, a period of less than 62 days.
_MAILBOXES = 20
_PERIOD = timedelta(days=61)
#: How many queries one round trip takes.
BUSY_BATCH_SIZE = _MAILBOXES * BATCH_SIZE
#: ``getSchedule`` knows no such mailbox (microsoft-graph-docs issue 11225): there is nothing to
#: read for anybody.
_UNKNOWN_MAILBOX = frozenset({"5009", "ErrorMailRecipientNotFound"})
_OPERATION = "read busy times"
_PAGE = 200
_SELECTED = "id,iCalUId,showAs,isCancelled,isAllDay,responseStatus,start,end,originalStartTimeZone"
#: What ``originalStartTimeZone`` says where the zone got lost, once it is an IANA name.
_NO_ZONE = frozenset({"UTC", "Etc/UTC", "Etc/GMT"})
#: Names of the default calendar, besides its id.
DEFAULT_CALENDAR = frozenset({"", "primary"})


@dataclass(slots=True)
class _Outcome:
    """What is known of one query so far.

    Attributes:
        bits: The cells of the span that digits take.
        busy: What events take.
        error: Why nobody knows.
        needs_events: Digits do not tell enough.
    """

    bits: int = 0
    busy: list[Interval] = field(default_factory=list)
    error: ConnectorError | None = None
    needs_events: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """One calendar to be read exactly, for one query."""

    query: BusyQuery
    outcome: _Outcome
    path: str


def calendar_path(mailbox_path: str, calendar_id: str) -> str:
    """Where a calendar is; the default one has a name of its own."""
    if calendar_id in DEFAULT_CALENDAR:
        return f"{mailbox_path}/calendar"
    return f"{mailbox_path}/calendars/{segment(calendar_id)}"


class BusyReader:
    """Both readers over one credential.

    Args:
        graph: Graph.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def read(
        self, queries: Sequence[BusyQuery], *, span: Interval, policy: BusyPolicy, unit: timedelta
    ) -> list[BusyTimes]:
        """When each of them is taken; see ``connectors.protocols.Calendar.busy``."""
        if not queries:
            return []
        outcomes = [_Outcome() for _ in queries]
        pairs = list(zip(queries, outcomes, strict=True))
        fast = [pair for pair in pairs if policy.is_default and _is_plain(pair[0])]
        for query, outcome in pairs:
            outcome.needs_events = not (policy.is_default and _is_plain(query))
        if fast:
            self._read_schedules(fast, span, unit)
        exact = [pair for pair in pairs if pair[1].needs_events]
        if exact:
            self._read_events(exact, span, policy)
        _raise_if_nothing_was_read(outcomes)
        blank = Cells.blank(span, unit=unit)
        return [_times(query, outcome, span, blank) for query, outcome in pairs]

    # ---------------------------------------------------------------------------- fast

    def _read_schedules(
        self, pairs: Sequence[tuple[BusyQuery, _Outcome]], span: Interval, unit: timedelta
    ) -> None:
        windows = list(_windows(span))
        chunks = [pairs[i : i + _MAILBOXES] for i in range(0, len(pairs), _MAILBOXES)]
        work = [(chunk, window) for chunk in chunks for window in windows]
        calls = [
            Call(
                method="POST",
                path=f"{self._graph.path(chunk[0][0].mailbox)}/calendar/getSchedule",
                body={
                    "schedules": [query.mailbox for query, _ in chunk],
                    "startTime": _utc(window.start),
                    "endTime": _utc(window.end),
                    "availabilityViewInterval": int(SLOT.total_seconds() // 60),
                },
            )
            for chunk, window in work
        ]
        answers = self._graph.read_all(calls, mailbox=pairs[0][0].mailbox, operation=_OPERATION)
        blank = Cells.blank(span, unit=unit)
        for (chunk, window), answer in zip(work, answers, strict=True):
            _take_schedules(chunk, window, blank, answer)

    # --------------------------------------------------------------------------- exact

    def _read_events(
        self, pairs: Sequence[tuple[BusyQuery, _Outcome]], span: Interval, policy: BusyPolicy
    ) -> None:
        readings = []
        for query, outcome in pairs:
            outcome.busy.clear()
            home = self._graph.path(query.mailbox)
            readings += [
                _Reading(query, outcome, f"{calendar_path(home, calendar_id)}/calendarView")
                for calendar_id in query.calendar_ids or ("",)
            ]
        params = {
            "startDateTime": rfc3339(span.start),
            "endDateTime": rfc3339(span.end),
            "$select": _SELECTED,
            "$top": str(_PAGE),
        }
        calls = [Call(method="GET", path=reading.path, params=params) for reading in readings]
        answers = self._graph.read_all(calls, mailbox=pairs[0][0].mailbox, operation=_OPERATION)
        for reading, answer in zip(readings, answers, strict=True):
            try:
                self._take_events(reading, answer, span, policy)
            except ConnectorError as error:
                reading.outcome.error = reading.outcome.error or error

    def _take_events(
        self,
        reading: _Reading,
        answer: Answer | ConnectorError,
        span: Interval,
        policy: BusyPolicy,
    ) -> None:
        if isinstance(answer, ConnectorError):
            raise answer
        query = reading.query
        own_zone = _once(lambda: self._zone_of(query.mailbox))
        for event in self._all_pages(_json(answer), query.mailbox):
            try:
                taken = _taken_by(event, query.without, policy, own_zone)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise _senseless() from error
            clipped = None if taken is None else taken.clipped(span)
            if clipped is not None:
                reading.outcome.busy.append(clipped)

    def _all_pages(self, answer: Any, mailbox: str) -> Iterator[Mapping[str, Any]]:
        while True:
            value = answer.get("value") if isinstance(answer, dict) else None
            if not isinstance(value, list):
                raise _senseless()
            yield from value
            link = answer.get("@odata.nextLink")
            if link is None:
                return
            answer = self._graph.next_page(link, mailbox=mailbox, operation=_OPERATION)

    def _zone_of(self, mailbox: str) -> tzinfo:
        """The zone of the mailbox's days: that of its working hours; UTC when nobody says."""
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        call = Call(
            method="POST",
            path=f"{self._graph.path(mailbox)}/calendar/getSchedule",
            body={
                "schedules": [mailbox],
                "startTime": _utc(now),
                "endTime": _utc(now + timedelta(hours=1)),
                "availabilityViewInterval": 60,
            },
        )
        try:
            answer = self._graph.read(call, mailbox=mailbox, operation=_OPERATION)
            named = answer["value"][0]["workingHours"]["timeZone"]
            zone = zone_from(named["name"])
            if zone is None and "bias" in named:
                return timezone(-timedelta(minutes=named["bias"]))
        except PermanentError:
            return UTC  # a personal account has no getSchedule
        except (KeyError, IndexError, TypeError, ValueError):
            return UTC
        return zone or UTC


# ------------------------------------------------------------------------- the fast answer


def _is_plain(query: BusyQuery) -> bool:
    return not query.without and set(query.calendar_ids) <= DEFAULT_CALENDAR


def _windows(span: Interval) -> Iterator[Interval]:
    """The span on the five-minute grid, in pieces that Graph takes."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    start = epoch + (span.start - epoch) // SLOT * SLOT
    end = epoch - (epoch - span.end) // SLOT * SLOT
    while start < end:
        yield Interval(start, min(start + _PERIOD, end))
        start += _PERIOD


def _utc(moment: datetime) -> Json:
    return {"dateTime": moment.replace(tzinfo=None).isoformat(), "timeZone": "UTC"}


def _take_schedules(
    chunk: Sequence[tuple[BusyQuery, _Outcome]],
    window: Interval,
    blank: Cells,
    answer: Answer | ConnectorError,
) -> None:
    """Sort one answer's digits out to the queries it is about."""
    if isinstance(answer, PermanentError) and not isinstance(answer, ConnectionBrokenError):
        # The call as a whole is refused: a personal account, or the mailbox in whose name the
        # others are asked for is gone. Each may still be read by itself.
        for _, outcome in chunk:
            outcome.needs_events = True
        return
    try:
        found = decoded_schedules(answer)
    except ConnectorError as error:
        for _, outcome in chunk:
            outcome.error = error
        return
    for query, outcome in chunk:
        _take_schedule(outcome, window, blank, found.get(query.mailbox.casefold()))


def decoded_schedules(answer: Answer | ConnectorError) -> dict[str, Schedule]:
    """An answer's schedules by their mailboxes in lower case.

    Raises:
        ConnectorError: There is no answer.
    """
    if isinstance(answer, ConnectorError):
        raise answer
    try:
        return schedules.decoded(answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json() from error


def _take_schedule(
    outcome: _Outcome, window: Interval, blank: Cells, item: Schedule | None
) -> None:
    if item is None or item.error or not schedules.covers(item, window):
        error = item.error if item is not None else None
        if isinstance(error, dict) and str(error.get("responseCode")) in _UNKNOWN_MAILBOX:
            outcome.error = MissingError(CONNECTOR, _OPERATION, "does not exist")
        else:
            outcome.needs_events = True
        return
    outcome.bits |= schedules.taken(item.availability_view, window=window, blank=blank)


# ------------------------------------------------------------------------ the exact answer


def _taken_by(
    event: Mapping[str, Any],
    without: Collection[str],
    policy: BusyPolicy,
    own_zone: Callable[[], tzinfo],
) -> Interval | None:
    """The time an event takes; nothing when it takes none."""
    if event.get("isCancelled") or event["id"] in without or event.get("iCalUId") in without:
        return None
    if (event.get("responseStatus") or {}).get("response") == "declined":
        return None
    if not _counts(event.get("showAs"), policy):
        return None
    start, end = instant(event["start"]), instant(event["end"])
    if event.get("isAllDay"):
        start, end = _days(event, start, end, own_zone)
    return Interval(start, end) if start < end else None


def _counts(show_as: object, policy: BusyPolicy) -> bool:
    if show_as in ("busy", "oof"):
        return True
    if show_as == "free":
        return False
    if show_as == "tentative":
        return policy.tentative
    if show_as == "workingElsewhere":
        return policy.working_elsewhere
    return policy.unknown


def _days(
    event: Mapping[str, Any], start: datetime, end: datetime, own_zone: Callable[[], tzinfo]
) -> tuple[datetime, datetime]:
    """An all-day event's real start and end.

    Graph says midnight whatever zone is asked for, and ``UTC`` beside it (microsoft-graph-docs
    issue 6003, -contrib issue 471); the zone it is midnight in stands in
    ``originalStartTimeZone``, which is UTC too for events made in Outlook on the web
    (msgraph-sdk-javascript issue 1158): then it is the mailbox's own.
    """
    if start.time() != datetime.min.time() or end.time() != datetime.min.time():
        return start, end
    zone: tzinfo | None = zone_from(event.get("originalStartTimeZone"))
    if zone is None or str(zone) in _NO_ZONE:
        zone = own_zone()
    return (
        start.replace(tzinfo=zone).astimezone(UTC),
        end.replace(tzinfo=zone).astimezone(UTC),
    )


def _once(ask: Callable[[], tzinfo]) -> Callable[[], tzinfo]:
    known: list[tzinfo] = []

    def answer() -> tzinfo:
        if not known:
            known.append(ask())
        return known[0]

    return answer


def _json(answer: Answer) -> Any:
    try:
        return msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json() from error


def _not_json() -> TransientError:
    return TransientError(CONNECTOR, _OPERATION, "the answer is not JSON")


def _senseless() -> TransientError:
    return TransientError(CONNECTOR, _OPERATION, "the answer makes no sense")


# ---------------------------------------------------------------------------- the end of it


def _raise_if_nothing_was_read(outcomes: Sequence[_Outcome]) -> None:
    """Nothing at all could be asked, and it may be different later, or needs reconnecting."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if len(errors) < len(outcomes):
        return
    for error in errors:
        if isinstance(error, (TransientError, ConnectionBrokenError)):
            raise error


def _times(query: BusyQuery, outcome: _Outcome, span: Interval, blank: Cells) -> BusyTimes:
    if outcome.error is not None:
        return BusyTimes(mailbox=query.mailbox, unreadable=f"calendar {outcome.error.reason}")
    if outcome.needs_events:
        taken = Cells.of(outcome.busy, span=span, unit=blank.unit)
    else:
        taken = Cells(blank.unit, blank.first, blank.size, outcome.bits)
    return BusyTimes(mailbox=query.mailbox, taken=taken)
