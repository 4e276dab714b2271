"""Two readers of busy time: the fast one asks for it, the exact one reads the events.

The fast one (``freebusy.query``, taken apart by ``free_busy``) answers for many calendars at once but knows neither what kind
of entry makes somebody busy nor which entries are ours. The exact one (``events.list``) is asked
where that matters; it takes over times and kinds only, never what an entry is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from booking_types.bits import Cells
from booking_types.intervals import Interval
from connectors.errors import ConnectorError, MissingError, RejectedError
from connectors.google import shapes
from connectors.google.access import CONNECTOR
from connectors.google.free_busy import decoded
from connectors.google.times import interval_of, zone_of
from connectors.google.wire import CalendarApi, path
from connectors.protocols import BusyPolicy, BusyQuery, BusyTimes
from connectors.transport import rfc3339

R = TypeVar("R")

#: Calendars in one request.
#: Source: Freebusy: query, "calendarExpansionMax … Maximum value is 50". With more, Google
#: answers every calendar with ``tooManyCalendarsRequested`` and no busy time.
BATCH_SIZE = 50
#: Not in the reference: somewhere around three months Google answers ``timeRangeTooLong``.
_LONGEST_SPAN = timedelta(days=60)
#: Source: Events: list, "The page size can never be larger than 2500 events".
_PAGE_SIZE = 2500
#: A calendar with more events than this in one span is not a person's.
_MOST_PAGES = 8
#: Requests at the same time; Google's limits are per minute, not on concurrency.
_WORKERS = 8

_FAST = "read free/busy"
_EXACT = "read events"

#: Neither titles nor other attendees are asked for.
_FIELDS = (
    "timeZone,nextPageToken,items(id,iCalUID,recurringEventId,status,transparency,eventType,"
    "start,end,attendees(self,responseStatus),workingLocationProperties(type))"
)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """What nobody could tell anything about.

    Attributes:
        reason: In Google's words or ours.
        error: What was raised, where something was; nothing where Google answered and said no.
    """

    reason: str
    error: ConnectorError | None = None


_Outcome = Cells | _Unreadable


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked about everybody.

    Attributes:
        span: When.
        unit: In cells of which length.
        policy: What counts as busy.
    """

    span: Interval
    unit: timedelta
    policy: BusyPolicy


def busy(
    api: CalendarApi,
    queries: Sequence[BusyQuery],
    *,
    span: Interval,
    policy: BusyPolicy,
    unit: timedelta,
) -> list[BusyTimes]:
    """When each of them is taken, in the order asked.

    Raises:
        ConnectorError: Nothing at all could be asked.
    """
    asked = _Asked(span, unit, policy)
    fast = [query for query in queries if not query.without and policy.is_default]
    exact = [query for query in queries if query.without or not policy.is_default]
    answers = dict(zip(map(id, fast), _fast(api, fast, asked), strict=True))
    answers |= zip(
        map(id, exact),
        _together([_exact_task(api, query, asked) for query in exact]),
        strict=True,
    )
    outcomes = [answers[id(query)] for query in queries]
    errors = [one.error for one in outcomes if isinstance(one, _Unreadable) and one.error]
    if errors and len(errors) == len(outcomes):
        raise errors[0]
    return [_times(query, outcome) for query, outcome in zip(queries, outcomes, strict=True)]


def _times(query: BusyQuery, outcome: _Outcome) -> BusyTimes:
    if isinstance(outcome, _Unreadable):
        return BusyTimes(mailbox=query.mailbox, unreadable=outcome.reason)
    return BusyTimes(mailbox=query.mailbox, taken=outcome)


def _together(tasks: Sequence[Callable[[], R]]) -> list[R]:
    """The results of all tasks, in one wave as far as that is polite."""
    if len(tasks) <= 1:
        return [task() for task in tasks]
    with ThreadPoolExecutor(max_workers=min(_WORKERS, len(tasks))) as pool:
        return list(pool.map(lambda task: task(), tasks))


def _united(outcomes: Iterable[_Outcome]) -> _Outcome:
    """All of it; one part that cannot be read makes the whole unreadable."""
    parts: list[Cells] = []
    for outcome in outcomes:
        if isinstance(outcome, _Unreadable):
            return outcome
        parts.append(outcome)
    return Cells.united(parts)


def _calendar_ids(query: BusyQuery) -> tuple[str, ...]:
    # A primary calendar's id is its owner's address.
    return query.calendar_ids or (query.mailbox,)


# ---------------------------------------------------------------------------- fast


def _fast(api: CalendarApi, queries: Sequence[BusyQuery], asked: _Asked) -> list[_Outcome]:
    readers = [
        api.access.reader(query.mailbox, is_primary_only=_is_primary_only(query))
        for query in queries
    ]
    # In a dictionary every calendar stands once, in the order it was asked for.
    wanted: dict[str, dict[str, None]] = {}
    for reader, query in zip(readers, queries, strict=True):
        wanted.setdefault(reader, {}).update(dict.fromkeys(_calendar_ids(query)))
    told = {reader: _ask(api, reader, list(ids), asked) for reader, ids in wanted.items()}
    outcomes = [
        _united(told[reader][calendar] for calendar in _calendar_ids(query))
        for reader, query in zip(readers, queries, strict=True)
    ]
    return _together(
        [
            _second_look(api, query, asked, reader=reader, first=outcome)
            for reader, query, outcome in zip(readers, queries, outcomes, strict=True)
        ]
    )


def _is_primary_only(query: BusyQuery) -> bool:
    return all(calendar.casefold() == query.mailbox.casefold() for calendar in _calendar_ids(query))


def _second_look(
    api: CalendarApi, query: BusyQuery, asked: _Asked, *, reader: str, first: _Outcome
) -> Callable[[], _Outcome]:
    """What a colleague was not shown, asked once more with the mailbox's own eyes.

    Busy times need not be shared within a domain.
    """

    def look() -> _Outcome:
        was_refused = isinstance(first, _Unreadable) and first.error is None
        if not was_refused or reader in ("", query.mailbox):
            return first
        ids = list(_calendar_ids(query))
        told = _ask(api, query.mailbox, ids, asked)
        second = _united(told[calendar] for calendar in ids)
        # That nobody can act for the mailbox says less than why it could not be read.
        return first if isinstance(second, _Unreadable) else second

    return look


def _ask(
    api: CalendarApi, reader: str, calendar_ids: Sequence[str], asked: _Asked
) -> dict[str, _Outcome]:
    """Every calendar's busy time as one mailbox is shown it."""
    batches = [
        calendar_ids[first : first + BATCH_SIZE]
        for first in range(0, len(calendar_ids), BATCH_SIZE)
    ]
    parts = list(_parts(asked.span))
    answers = _together(
        [_ask_task(api, reader, batch, part, asked) for batch in batches for part in parts]
    )
    pieces: dict[str, list[_Outcome]] = {calendar: [] for calendar in calendar_ids}
    for answer in answers:
        for calendar, outcome in answer.items():
            pieces[calendar].append(outcome)
    return {calendar: _united(outcomes) for calendar, outcomes in pieces.items()}


def _parts(span: Interval) -> Iterator[Interval]:
    start = span.start
    while start < span.end:
        end = min(start + _LONGEST_SPAN, span.end)
        yield Interval(start, end)
        start = end


def _ask_task(
    api: CalendarApi, reader: str, calendar_ids: Sequence[str], part: Interval, asked: _Asked
) -> Callable[[], dict[str, _Outcome]]:
    # Of a part only its own periods are answered, but as cells of the whole span: what comes
    # together in the end stands on one grid.
    decode = partial(decoded, span=asked.span, unit=asked.unit)

    def ask() -> dict[str, _Outcome]:
        try:
            told = api.ask(
                decode,
                "freeBusy",
                mailbox=reader,
                operation=_FAST,
                body={
                    "timeMin": rfc3339(part.start),
                    "timeMax": rfc3339(part.end),
                    "calendarExpansionMax": BATCH_SIZE,
                    "items": [{"id": calendar} for calendar in calendar_ids],
                },
            )
        except ConnectorError as error:
            return dict.fromkeys(calendar_ids, _Unreadable(error.reason, error))
        return {calendar: _outcome(told.get(calendar)) for calendar in calendar_ids}

    return ask


def _outcome(told: Cells | str | None) -> _Outcome:
    if isinstance(told, Cells):
        return told
    return _Unreadable("calendar not answered for" if told is None else told)


# --------------------------------------------------------------------------- exact


def _exact_task(api: CalendarApi, query: BusyQuery, asked: _Asked) -> Callable[[], _Outcome]:
    def read() -> _Outcome:
        return _united(_calendar(api, query, calendar, asked) for calendar in _calendar_ids(query))

    return read


def _calendar(api: CalendarApi, query: BusyQuery, calendar: str, asked: _Asked) -> _Outcome:
    taken: list[Interval] = []
    try:
        for page in _pages(api, query.mailbox, calendar, asked.span):
            calendar_zone = zone_of(page.time_zone, operation=_EXACT)
            for event in page.items:
                if _is_left_out(event, query.without) or not is_busy(event, asked.policy):
                    continue
                when = interval_of(event, calendar_zone)
                clipped = when.clipped(asked.span) if when is not None else None
                if clipped is not None:
                    taken.append(clipped)
    except MissingError:
        return _Unreadable("calendar not found")
    except ConnectorError as error:
        return _Unreadable(error.reason, error)
    return Cells.of(taken, span=asked.span, unit=asked.unit)


def _pages(
    api: CalendarApi, mailbox: str, calendar: str, span: Interval
) -> Iterator[shapes.Events]:
    params = {
        "singleEvents": "true",
        "timeMin": rfc3339(span.start),
        "timeMax": rfc3339(span.end),
        "maxResults": str(_PAGE_SIZE),
        # With more attendees Google shows only the one whose calendar it is.
        "maxAttendees": "1",
        "fields": _FIELDS,
    }
    for _ in range(_MOST_PAGES):
        page = api.read(
            shapes.Events,
            path("calendars", calendar, "events"),
            mailbox=mailbox,
            operation=_EXACT,
            params=params,
        )
        yield page
        if not page.next_page_token:
            return
        params["pageToken"] = page.next_page_token
    raise RejectedError(CONNECTOR, _EXACT, "more events than can be read")


def _is_left_out(event: shapes.Event, without: frozenset[str]) -> bool:
    return not without.isdisjoint((event.id, event.ical_uid, event.recurring_event_id))


def is_busy(event: shapes.Event, policy: BusyPolicy) -> bool:
    """Whether an entry takes its owner's time, whoever else is on it."""
    if event.status == "cancelled" or event.event_type == "birthday":
        return False
    if event.event_type == "workingLocation":
        # Being in the office is not being elsewhere. These are transparent by nature, so that
        # says nothing.
        place = event.working_location_properties
        at_office = place is not None and place.type == "officeLocation"
        return policy.working_elsewhere and not at_office
    if event.transparency == "transparent":
        return False
    response = next((one.response_status for one in event.attendees if one.is_self), "accepted")
    if response == "declined":
        return False
    is_tentative = event.status == "tentative" or response in ("tentative", "needsAction")
    return policy.tentative or not is_tentative
