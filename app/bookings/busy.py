"""When people are taken: their calendars, Salesforce, and our own bookings, read in one wave.

A host whose calendar cannot be read is not free: that host is named with a reason, and the
others are still answered. Who asks for a calendar that is being read already waits for that
reading instead of asking the vendor once more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from app.bookings.calendar_memory import FRESH_FOR, CalendarMemory
from app.clock import Clock
from app.sealing import SealError
from app.storage.tables import Connection, Org
from app.vendors import CALENDAR_VENDORS, Vendors
from booking_types.bits import Cells, unit_for
from booking_types.intervals import Interval
from booking_types.model import BookingType, BusyInterval, BusySource, HostOverrides
from booking_types.person_rules import rules_for
from connectors.errors import ConnectionBrokenError, ConnectorError
from connectors.protocols import BusyPolicy, BusyQuery, BusyTimes, Calendar

_LOG = structlog.get_logger(__name__)

#: A panel that moves around stays inside what was read. Nobody looks at what is over.
_READ_BEFORE, _READ_AFTER = timedelta(days=1), timedelta(days=15)
#: Seconds that a person on the phone waits for the slowest calendar: to look around, and to
#: book, where the answer has to come before Salesforce gives up on us.
_LOOKING_BUDGET, _BOOKING_BUDGET = 6.0, 2.5

# Clauses that go on from the person's name. Why it cannot be read is not for an organizer who has
# the guest on the phone; the log and `handover doctor` say it.
#: The connection is broken.
BROKEN = "has a calendar that has to be connected again"
_UNREADABLE = "has a calendar that cannot be read at the moment"
_UNREADABLE_IN_SALESFORCE = "cannot be looked up in Salesforce at the moment"


_NOT_IN_TIME = "it did not answer in time"
_DEFECT = "something is wrong inside the service"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBusy:
    """When one person is taken, not by our own bookings.

    Attributes:
        busy: By Salesforce.
        calendar: By their calendars together; nothing when they have none, or none was read.
        as_of: When it was read.
        unavailable_code, unavailable: Why nobody knows; empty when it was read.
    """

    busy: tuple[BusyInterval, ...]
    calendar: Cells | None = None
    as_of: datetime
    unavailable_code: str = ""
    unavailable: str = ""


def unit_needed(booking_type: BookingType, overrides: Iterable[HostOverrides]) -> timedelta:
    """In cells of which length calendars must be known to answer exactly when they can meet.

    Args:
        booking_type: Its lengths, buffers and grid.
        overrides: Of everybody concerned who has any.
    """
    rules = [rules_for(booking_type, each) for each in (HostOverrides(), *overrides)]
    return unit_for(
        (
            booking_type.increment,
            *booking_type.durations,
            *(each.buffer_before for each in rules),
            *(each.buffer_after for each in rules),
        )
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What came of reading one calendar.

    Attributes:
        as_of: When it was asked.
        taken: When it is taken; nothing when unreadable.
        unreadable: Why nobody knows; empty when it was read.
    """

    as_of: datetime
    taken: Cells | None
    unreadable: str = ""


@dataclass(slots=True, eq=False)
class _Flight:
    """A calendar that is being read.

    Attributes:
        connection: To it.
        span, unit: What is asked.
        as_of: When it was asked.
        landed: What comes of it; never an exception.
        waiting: How many questions wait for it.
        batch: The call that reads it, once that is under way, and what else it reads.
    """

    connection: Connection
    span: Interval
    unit: timedelta
    as_of: datetime
    landed: Future[_Reading] = field(default_factory=Future)
    waiting: int = 1
    batch: tuple[Future[list[BusyTimes]], list[_Flight]] | None = None

    @property
    def key(self) -> tuple[UUID, UUID]:
        """Its org and its connection."""
        return self.connection.org_id, self.connection.connection_id

    def serves(self, *, span: Interval, unit: timedelta, now: datetime) -> bool:
        """Whether it answers another question too."""
        return self.span.covers(span) and not unit % self.unit and now - self.as_of < FRESH_FOR


class BusyReader:
    """Reads busy times in parallel, each calendar once, and remembers them for a minute.

    Args:
        vendors: To reach calendars and orgs.
        executor: Where the calls run.
        clock: To tell what is too old.
    """

    def __init__(self, *, vendors: Vendors, executor: ThreadPoolExecutor, clock: Clock) -> None:
        self._vendors = vendors
        self._executor = executor
        self._clock = clock
        self._lock = threading.Lock()
        # Both under the lock.
        self._memory = CalendarMemory()
        self._flights: dict[tuple[UUID, UUID], _Flight] = {}

    def read(
        self,
        *,
        org: Org,
        connections: Mapping[str, Sequence[Connection]],
        span: Interval,
        unit: timedelta,
        asks_salesforce: bool,
        is_fresh: bool,
    ) -> dict[str, PersonBusy]:
        """When each person is taken inside the span.

        Args:
            org: Whose people.
            connections: Each person's connections; only calendars count.
            span: At most 62 days.
            unit: The length of the calendars' cells; see ``unit_needed``.
            asks_salesforce: Salesforce Events count too.
            is_fresh: Read everything now, whatever is remembered or being read.
        """
        calendars = [
            connection
            for rows in connections.values()
            for connection in rows
            if connection.vendor in CALENDAR_VENDORS and connection.status == "active"
        ]
        salesforce = (
            self._executor.submit(self._ask_salesforce, org, list(connections), span)
            if asks_salesforce and connections
            else None
        )
        deadline = time.monotonic() + (_BOOKING_BUDGET if is_fresh else _LOOKING_BUDGET)
        read = self._calendars(org, calendars, span, unit, is_fresh=is_fresh, deadline=deadline)
        events, salesforce_fault = _outcome(salesforce, deadline=deadline)
        return {
            host_id: self._person(rows, read, events.get(host_id, ()), salesforce_fault, unit)
            for host_id, rows in connections.items()
        }

    def forget(self, connections: Sequence[Connection]) -> None:
        """Read these again next time: something was just booked there."""
        with self._lock:
            for connection in connections:
                org_id, connection_id = connection.org_id, connection.connection_id
                self._memory.forget(org_id=org_id, connection_id=connection_id)
                # What is on its way may have been asked before.
                self._flights.pop((org_id, connection_id), None)

    def _person(
        self,
        rows: Sequence[Connection],
        read: Mapping[UUID, _Reading],
        events: Sequence[Interval],
        salesforce_fault: str,
        unit: timedelta,
    ) -> PersonBusy:
        as_of = self._clock()
        code = "salesforce_unreadable" if salesforce_fault else ""
        reason = salesforce_fault
        taken: list[Cells] = []
        for connection in rows:
            if connection.vendor not in CALENDAR_VENDORS:
                continue
            if connection.status != "active":
                code, reason = "connection_broken", BROKEN
                continue
            found = read[connection.connection_id]
            as_of = min(as_of, found.as_of)
            if found.taken is not None:
                taken.append(found.taken.coarser(unit))
                continue
            code, reason = "calendar_unreadable", _UNREADABLE
            _LOG.warning(
                "busy.unreadable",
                org_id=str(connection.org_id),
                connection_id=str(connection.connection_id),
                reason=found.unreadable,
            )
        return PersonBusy(
            busy=tuple(BusyInterval(interval, BusySource.SALESFORCE) for interval in events),
            calendar=Cells.united(taken) if taken else None,
            as_of=as_of,
            unavailable_code=code,
            unavailable=reason,
        )

    def _ask_salesforce(
        self, org: Org, host_ids: list[str], span: Interval
    ) -> dict[str, tuple[Interval, ...]]:
        return self._vendors.crm(org.org_id).busy(
            user_ids=host_ids, span=span, without_booking_ids=()
        )

    # ----------------------------------------------------------------------- calendars

    def _calendars(
        self,
        org: Org,
        connections: list[Connection],
        span: Interval,
        unit: timedelta,
        *,
        is_fresh: bool,
        deadline: float,
    ) -> dict[UUID, _Reading]:
        now = self._clock()
        wide = span if is_fresh else _widened(span, now)
        known: dict[UUID, _Reading] = {}
        awaited: list[_Flight] = []
        started: list[_Flight] = []
        with self._lock:
            for connection in connections:
                kept = None if is_fresh else self._remembered(connection, span, unit, now)
                if kept is not None:
                    known[connection.connection_id] = kept
                    continue
                key = connection.org_id, connection.connection_id
                flight = None if is_fresh else self._flights.get(key)
                if flight is not None and flight.serves(span=span, unit=unit, now=now):
                    flight.waiting += 1
                else:
                    flight = _Flight(connection, wide, unit, now)
                    self._flights[key] = flight
                    started.append(flight)
                awaited.append(flight)
        self._start(org, started)
        wait([flight.landed for flight in awaited], timeout=_left(deadline))
        late = [flight for flight in awaited if not flight.landed.done()]
        known |= {
            flight.connection.connection_id: flight.landed.result()
            for flight in awaited
            if flight not in late
        }
        self._give_up(late)
        return known | {
            flight.connection.connection_id: _Reading(flight.as_of, None, _NOT_IN_TIME)
            for flight in late
        }

    def _remembered(
        self, connection: Connection, span: Interval, unit: timedelta, now: datetime
    ) -> _Reading | None:
        found = self._memory.find(
            org_id=connection.org_id,
            connection_id=connection.connection_id,
            span=span,
            unit=unit,
            now=now,
        )
        return None if found is None else _Reading(found[1], found[0])

    def _start(self, org: Org, flights: list[_Flight]) -> None:
        """Ask for these calendars. Whatever happens, something comes of each of them."""
        try:
            policy = self._vendors.busy_policy(org)
            for calendar, group in self._by_calendar(flights):
                if isinstance(calendar, str):
                    for flight in group:
                        self._land(flight, _unreadable(flight, calendar))
                    continue
                size = calendar.busy_batch_size
                for first in range(0, len(group), size):
                    self._ask(calendar, group[first : first + size], policy)
        except BaseException:
            for flight in flights:
                if flight.batch is None and not flight.landed.done():
                    self._land(flight, _unreadable(flight, _DEFECT))
            raise

    def _ask(self, calendar: Calendar, batch: list[_Flight], policy: BusyPolicy) -> None:
        future = self._executor.submit(_busy, calendar, batch, policy)
        for flight in batch:
            flight.batch = (future, batch)
        future.add_done_callback(partial(self._land_batch, batch))

    def _by_calendar(self, flights: list[_Flight]) -> list[tuple[Calendar | str, list[_Flight]]]:
        groups: dict[int | str, tuple[Calendar | str, list[_Flight]]] = {}
        for flight in flights:
            calendar: Calendar | str
            try:
                calendar = self._vendors.calendar(flight.connection)
            except ConnectorError as error:
                calendar = error.reason
            except SealError:
                _LOG.exception("busy.sealed")
                calendar = "its credentials cannot be opened; SECRET_KEYS lacks their key"
            key = calendar if isinstance(calendar, str) else id(calendar)
            groups.setdefault(key, (calendar, []))[1].append(flight)
        return list(groups.values())

    def _land_batch(self, batch: list[_Flight], future: Future[list[BusyTimes]]) -> None:
        """Give everybody who waits what came of a call."""
        reason = ""
        error = None if future.cancelled() else future.exception()
        if future.cancelled():
            reason = _NOT_IN_TIME
        elif isinstance(error, ConnectionBrokenError):
            reason = "it has to be connected again"
        elif isinstance(error, ConnectorError):
            reason = error.reason
        elif error is not None:
            # A defect of ours at one calendar must not hide the others.
            _LOG.error("busy.defect", exc_info=error)
            reason = _DEFECT
        if reason:
            for flight in batch:
                self._land(flight, _unreadable(flight, reason))
            return
        for flight, times in zip(batch, future.result(), strict=True):
            self._land(flight, _Reading(flight.as_of, times.taken, times.unreadable))

    def _land(self, flight: _Flight, reading: _Reading) -> None:
        """Only what was read is remembered, never that it could not be read."""
        with self._lock:
            if self._flights.get(flight.key) is flight:
                del self._flights[flight.key]
                if reading.taken is not None:
                    org_id, connection_id = flight.key
                    self._memory.keep(
                        reading.taken,
                        org_id=org_id,
                        connection_id=connection_id,
                        span=flight.span,
                        as_of=flight.as_of,
                    )
        flight.landed.set_result(reading)

    def _give_up(self, flights: list[_Flight]) -> None:
        """Wait no longer; a call that nobody waits for and that has not begun is not made."""
        idle: dict[Future[list[BusyTimes]], list[_Flight]] = {}
        with self._lock:
            for flight in flights:
                flight.waiting -= 1
                if flight.batch is not None:
                    idle[flight.batch[0]] = flight.batch[1]
            for future, batch in list(idle.items()):
                if future.running() or any(flight.waiting for flight in batch):
                    del idle[future]
                    continue
                for flight in batch:
                    if self._flights.get(flight.key) is flight:
                        del self._flights[flight.key]  # nobody else may wait for it now
        for future in idle:
            future.cancel()


def _widened(span: Interval, now: datetime) -> Interval:
    start = max(span.start - _READ_BEFORE, min(span.start, now))
    return Interval(start, max(span.end, span.start + _READ_AFTER))


def _busy(calendar: Calendar, batch: list[_Flight], policy: BusyPolicy) -> list[BusyTimes]:
    queries = [
        BusyQuery(
            mailbox=flight.connection.mailbox,
            calendar_ids=tuple(flight.connection.busy_calendar_ids),
        )
        for flight in batch
    ]
    return calendar.busy(queries, span=batch[0].span, policy=policy, unit=batch[0].unit)


def _unreadable(flight: _Flight, reason: str) -> _Reading:
    return _Reading(flight.as_of, None, reason)


def _outcome(
    future: Future[dict[str, tuple[Interval, ...]]] | None, *, deadline: float
) -> tuple[Mapping[str, tuple[Interval, ...]], str]:
    if future is None:
        return {}, ""
    try:
        return future.result(timeout=_left(deadline)), ""
    except TimeoutError:
        _LOG.warning("busy.unreadable", connector="salesforce", reason="did not answer in time")
        return {}, _UNREADABLE_IN_SALESFORCE
    except ConnectorError as error:
        _LOG.warning("busy.unreadable", connector="salesforce", reason=error.reason)
        return {}, _UNREADABLE_IN_SALESFORCE


def _left(deadline: float) -> float:
    """Seconds until then; none once it has passed."""
    return max(deadline - time.monotonic(), 0.0)
