"""When people are taken: their calendars, Salesforce, and our own bookings, read in one wave.

A host whose calendar cannot be read is not free: that host is named with a reason, and the
others are still answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.sealing import SealError
from app.storage.tables import Connection, Org
from app.vendors import CALENDAR_VENDORS, Vendors
from booking_types.bits import FINE
from booking_types.intervals import Interval
from booking_types.model import BusyInterval, BusySource
from connectors.errors import ConnectionBrokenError, ConnectorError
from connectors.protocols import BusyPolicy, BusyQuery, BusyTimes, Calendar

_LOG = structlog.get_logger(__name__)

#: What was read is good for looking around this long; booking always reads again.
_FRESH_FOR = timedelta(seconds=60)
#: A panel that moves around stays inside what was read.
_READ_BEFORE, _READ_AFTER = timedelta(days=1), timedelta(days=15)
#: Seconds that a person on the phone waits for the slowest calendar: to look around, and to
#: book, where the answer has to come before Salesforce gives up on us.
_LOOKING_BUDGET, _BOOKING_BUDGET = 6.0, 2.5
_MOST_REMEMBERED = 20_000

# Clauses that go on from the person's name. Why it cannot be read is not for an organizer who has
# the guest on the phone; the log and `handover doctor` say it.
#: The connection is broken.
BROKEN = "has a calendar that has to be connected again"
_UNREADABLE = "has a calendar that cannot be read at the moment"
_UNREADABLE_IN_SALESFORCE = "cannot be looked up in Salesforce at the moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBusy:
    """When one person is taken.

    Attributes:
        busy: By calendars and Salesforce, not by our own bookings.
        as_of: When it was read.
        unavailable_code, unavailable: Why nobody knows; empty when it was read.
    """

    busy: tuple[BusyInterval, ...]
    as_of: datetime
    unavailable_code: str = ""
    unavailable: str = ""


@dataclass(frozen=True, slots=True)
class _Remembered:
    span: Interval
    as_of: datetime
    times: BusyTimes


class BusyReader:
    """Reads busy times in parallel and remembers calendars for a minute.

    Args:
        vendors: To reach calendars and orgs.
        executor: Where the calls run.
        clock: To tell what is too old.
    """

    def __init__(self, *, vendors: Vendors, executor: ThreadPoolExecutor, clock: Clock) -> None:
        self._vendors = vendors
        self._executor = executor
        self._clock = clock
        self._remembered: dict[tuple[UUID, UUID], _Remembered] = {}
        self._lock = threading.Lock()

    def read(
        self,
        *,
        org: Org,
        connections: Mapping[str, Sequence[Connection]],
        span: Interval,
        asks_salesforce: bool,
        is_fresh: bool,
    ) -> dict[str, PersonBusy]:
        """When each person is taken inside the span.

        Args:
            org: Whose people.
            connections: Each person's connections; only calendars count.
            span: At most 62 days.
            asks_salesforce: Salesforce Events count too.
            is_fresh: Read everything now, whatever is remembered.
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
        read = self._calendars(org, calendars, span, is_fresh=is_fresh, deadline=deadline)
        events, salesforce_fault = _outcome(salesforce, deadline=deadline)
        return {
            host_id: self._person(rows, read, events.get(host_id, ()), salesforce_fault, span)
            for host_id, rows in connections.items()
        }

    def forget(self, connections: Sequence[Connection]) -> None:
        """Read these again next time: something was just booked there."""
        with self._lock:
            for connection in connections:
                self._remembered.pop((connection.org_id, connection.connection_id), None)

    def _person(
        self,
        rows: Sequence[Connection],
        read: Mapping[UUID, _Remembered],
        events: Sequence[Interval],
        salesforce_fault: str,
        span: Interval,
    ) -> PersonBusy:
        busy = [BusyInterval(interval, BusySource.SALESFORCE) for interval in events]
        as_of = self._clock()
        code = "salesforce_unreadable" if salesforce_fault else ""
        reason = salesforce_fault
        for connection in rows:
            if connection.vendor not in CALENDAR_VENDORS:
                continue
            if connection.status != "active":
                code, reason = "connection_broken", BROKEN
                continue
            found = read[connection.connection_id]
            as_of = min(as_of, found.as_of)
            if found.times.unreadable:
                code, reason = "calendar_unreadable", _UNREADABLE
                _LOG.warning(
                    "busy.unreadable",
                    org_id=str(connection.org_id),
                    connection_id=str(connection.connection_id),
                    reason=found.times.unreadable,
                )
            busy += [
                BusyInterval(interval, BusySource.CALENDAR)
                for interval in found.times.busy
                if interval.overlaps(span)
            ]
        return PersonBusy(busy=tuple(busy), as_of=as_of, unavailable_code=code, unavailable=reason)

    def _ask_salesforce(
        self, org: Org, host_ids: list[str], span: Interval
    ) -> dict[str, tuple[Interval, ...]]:
        return self._vendors.crm(org.org_id).busy(
            user_ids=host_ids, span=span, without_booking_ids=()
        )

    def _calendars(
        self,
        org: Org,
        connections: list[Connection],
        span: Interval,
        *,
        is_fresh: bool,
        deadline: float,
    ) -> dict[UUID, _Remembered]:
        now = self._clock()
        known: dict[UUID, _Remembered] = {}
        wanted: list[Connection] = []
        for connection in connections:
            with self._lock:
                old = self._remembered.get((org.org_id, connection.connection_id))
            if old and not is_fresh and old.span.covers(span) and now - old.as_of < _FRESH_FOR:
                known[connection.connection_id] = old
            else:
                wanted.append(connection)
        if wanted:
            wide = span if is_fresh else _widened(span)
            known |= self._ask_calendars(org, wanted, wide, now, deadline=deadline)
        return known

    def _ask_calendars(
        self,
        org: Org,
        connections: list[Connection],
        span: Interval,
        now: datetime,
        *,
        deadline: float,
    ) -> dict[UUID, _Remembered]:
        policy = self._vendors.busy_policy(org)
        asked: list[tuple[Future[list[BusyTimes]], list[Connection]]] = []
        found: dict[UUID, _Remembered] = {}
        for calendar, rows in self._by_calendar(connections):
            if isinstance(calendar, str):
                found |= _all_unreadable(rows, span, now, calendar)
                continue
            size = calendar.busy_batch_size
            for first in range(0, len(rows), size):
                batch = rows[first : first + size]
                asked.append((self._executor.submit(_ask, calendar, batch, span, policy), batch))
        wait([future for future, _ in asked], timeout=_left(deadline))
        for future, batch in asked:
            found |= self._collect(future, batch, span, now)
        return found

    def _by_calendar(
        self, connections: list[Connection]
    ) -> list[tuple[Calendar | str, list[Connection]]]:
        groups: dict[int | str, tuple[Calendar | str, list[Connection]]] = {}
        for connection in connections:
            calendar: Calendar | str
            try:
                calendar = self._vendors.calendar(connection)
            except ConnectorError as error:
                calendar = error.reason
            except SealError:
                _LOG.exception("busy.sealed")
                calendar = "its credentials cannot be opened; SECRET_KEYS lacks their key"
            key = calendar if isinstance(calendar, str) else id(calendar)
            groups.setdefault(key, (calendar, []))[1].append(connection)
        return list(groups.values())

    def _collect(
        self,
        future: Future[list[BusyTimes]],
        batch: list[Connection],
        span: Interval,
        now: datetime,
    ) -> dict[UUID, _Remembered]:
        if not future.done():
            future.cancel()
            return _all_unreadable(batch, span, now, "it did not answer in time")
        error = future.exception()
        if isinstance(error, ConnectionBrokenError):
            return _all_unreadable(batch, span, now, "it has to be connected again")
        if isinstance(error, ConnectorError):
            return _all_unreadable(batch, span, now, error.reason)
        if error is not None:
            # A defect of ours at one calendar must not hide the others.
            _LOG.error("busy.defect", exc_info=error)
            return _all_unreadable(batch, span, now, "something is wrong inside the service")
        found = {}
        for connection, times in zip(batch, future.result(), strict=True):
            entry = _Remembered(span, now, times)
            found[connection.connection_id] = entry
            if not times.unreadable:
                self._remember(connection, entry)
        return found

    def _remember(self, connection: Connection, entry: _Remembered) -> None:
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[connection.org_id, connection.connection_id] = entry


def _widened(span: Interval) -> Interval:
    return Interval(span.start - _READ_BEFORE, max(span.end, span.start + _READ_AFTER))


def _ask(
    calendar: Calendar, connections: list[Connection], span: Interval, policy: BusyPolicy
) -> list[BusyTimes]:
    queries = [
        BusyQuery(mailbox=connection.mailbox, calendar_ids=tuple(connection.busy_calendar_ids))
        for connection in connections
    ]
    return calendar.busy(queries, span=span, policy=policy, unit=FINE)


def _all_unreadable(
    connections: list[Connection], span: Interval, now: datetime, reason: str
) -> dict[UUID, _Remembered]:
    return {
        connection.connection_id: _Remembered(
            span, now, BusyTimes(mailbox=connection.mailbox, unreadable=reason)
        )
        for connection in connections
    }


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
