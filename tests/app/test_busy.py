"""How calendars are read: each once, remembered for a minute, in cells of the length needed."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from app.bookings.busy import BusyReader, PersonBusy, unit_needed
from app.bookings.calendar_memory import CalendarMemory
from app.storage.tables import Connection, Org
from app.vendors import Vendors
from booking_types.bits import COARSE, FINE, Cells
from booking_types.intervals import Interval
from booking_types.model import BookingType, HostOverrides
from connectors.errors import TransientError
from connectors.protocols import BusyPolicy, BusyQuery, BusyTimes

NOW = datetime(2027, 3, 9, 10, 2, tzinfo=UTC)
SPAN = Interval(NOW + timedelta(days=1), NOW + timedelta(days=8))
TAKEN = Interval(NOW + timedelta(days=2), NOW + timedelta(days=2, minutes=3))
ORG = Org(org_id=uuid4(), busy_policy={})


@dataclass
class OneCalendar:
    """A calendar in which one span is taken; it answers when it may."""

    error: Exception | None = None
    taken: tuple[Interval, ...] = (TAKEN,)
    calls: list[tuple[Interval, timedelta, tuple[str, ...]]] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)
    was_asked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    busy_batch_size: int = 50

    def busy(
        self, queries: Sequence[BusyQuery], *, span: Interval, policy: BusyPolicy, unit: timedelta
    ) -> list[BusyTimes]:
        assert policy == BusyPolicy()
        self.calls.append((span, unit, tuple(query.mailbox for query in queries)))
        error, taken = self.error, self.taken
        self.was_asked.release()
        assert self.may_answer.wait(timeout=10)
        if error is not None:
            raise error
        cells = Cells.of(taken, span=span, unit=unit)
        return [BusyTimes(mailbox=query.mailbox, taken=cells) for query in queries]


class Reachable:
    """As much of the vendors as the reader asks for."""

    def __init__(self, calendar: OneCalendar) -> None:
        self._calendar = calendar

    def busy_policy(self, org: Org) -> BusyPolicy:
        return BusyPolicy(**org.busy_policy)

    def calendar(self, connection: Connection) -> OneCalendar:
        del connection
        return self._calendar


class Reading:
    """A reader, the calendar that it reaches, and when it is."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self.now = NOW
        self.calendar = OneCalendar()
        self.reader = BusyReader(
            vendors=cast("Vendors", Reachable(self.calendar)),
            executor=executor,
            clock=lambda: self.now,
        )

    def ask(
        self,
        connections: Sequence[Connection],
        *,
        span: Interval = SPAN,
        unit: timedelta = COARSE,
        is_fresh: bool = False,
    ) -> PersonBusy:
        found = self.reader.read(
            org=ORG,
            connections={"host": connections},
            span=span,
            unit=unit,
            asks_salesforce=False,
            is_fresh=is_fresh,
        )
        return found["host"]

    def ask_meanwhile(self, connections: Sequence[Connection], **how: Any) -> Future[PersonBusy]:
        """The same in a thread of its own."""
        answer: Future[PersonBusy] = Future()
        thread = threading.Thread(
            target=lambda: answer.set_result(self.ask(connections, **how)), daemon=True
        )
        thread.start()
        return answer

    def is_asked_within(self, seconds: float) -> bool:
        """Whether the vendor is asked once more by then."""
        return self.calendar.was_asked.acquire(timeout=seconds)


@pytest.fixture
def reading() -> Iterator[Reading]:
    with ThreadPoolExecutor(max_workers=8) as executor:
        reading = Reading(executor)
        reading.calendar.may_answer.set()
        yield reading
        reading.calendar.may_answer.set()


def a_connection(mailbox: str = "host@example.com") -> Connection:
    return Connection(
        org_id=ORG.org_id,
        connection_id=uuid4(),
        vendor="google",
        kind="own",
        status="active",
        mailbox=mailbox,
        busy_calendar_ids=[],
    )


# ------------------------------------------------------------------------- each once


def test_a_calendar_that_is_being_read_is_not_read_once_more(reading: Reading) -> None:
    connection = a_connection()
    reading.calendar.may_answer.clear()

    first = reading.ask_meanwhile([connection])
    assert reading.is_asked_within(10)
    second = reading.ask_meanwhile([connection])
    assert not reading.is_asked_within(0.3)
    reading.calendar.may_answer.set()

    assert first.result(10).calendar == second.result(10).calendar
    assert not first.result().unavailable
    assert len(reading.calendar.calls) == 1


def test_who_waited_for_a_reading_that_fails_is_told_and_the_next_question_reads_again(
    reading: Reading,
) -> None:
    connection = a_connection()
    reading.calendar.may_answer.clear()
    reading.calendar.error = TransientError("google", "read free/busy", "does not answer")

    first = reading.ask_meanwhile([connection])
    assert reading.is_asked_within(10)
    second = reading.ask_meanwhile([connection])
    assert not reading.is_asked_within(0.3)
    reading.calendar.may_answer.set()
    codes = {first.result(10).unavailable_code, second.result(10).unavailable_code}
    reading.calendar.error = None
    third = reading.ask([connection])

    assert codes == {"calendar_unreadable"}
    assert (third.unavailable_code, len(reading.calendar.calls)) == ("", 2)


@pytest.mark.parametrize(
    "other",
    [
        {"is_fresh": True},
        {"span": Interval(SPAN.start, SPAN.end + timedelta(days=30))},
        {"unit": FINE},
    ],
    ids=["a booking", "a longer span", "finer cells"],
)
def test_what_a_reading_under_way_does_not_tell_is_read(
    reading: Reading, other: dict[str, Any]
) -> None:
    connection = a_connection()
    reading.calendar.may_answer.clear()

    reading.ask_meanwhile([connection])
    assert reading.is_asked_within(10)
    second = reading.ask_meanwhile([connection], **other)

    assert reading.is_asked_within(10)
    reading.calendar.may_answer.set()
    assert not second.result(10).unavailable


def test_only_those_who_are_not_being_read_yet_are_read(reading: Reading) -> None:
    known, unknown = a_connection("a@example.com"), a_connection("b@example.com")
    reading.calendar.may_answer.clear()

    reading.ask_meanwhile([known])
    assert reading.is_asked_within(10)
    both = reading.ask_meanwhile([known, unknown])
    assert reading.is_asked_within(10)
    reading.calendar.may_answer.set()

    assert not both.result(10).unavailable
    assert [mailboxes for _, _, mailboxes in reading.calendar.calls] == [
        ("a@example.com",),
        ("b@example.com",),
    ]


def test_what_was_asked_before_a_booking_is_not_remembered_after_it(reading: Reading) -> None:
    connection = a_connection()
    reading.calendar.may_answer.clear()

    before = reading.ask_meanwhile([connection])
    assert reading.is_asked_within(10)
    reading.reader.forget([connection])
    reading.calendar.may_answer.set()
    before.result(10)
    reading.ask([connection])

    assert len(reading.calendar.calls) == 2


# ------------------------------------------------------------------------ remembered


@pytest.mark.parametrize(
    ("first", "second", "calls"),
    [(COARSE, COARSE, 1), (FINE, FINE, 1), (FINE, COARSE, 1), (COARSE, FINE, 2)],
)
def test_cells_of_a_minute_tell_those_of_five_but_never_the_other_way_round(
    reading: Reading, first: timedelta, second: timedelta, calls: int
) -> None:
    connection = a_connection()

    reading.ask([connection], unit=first)
    found = reading.ask([connection], unit=second)

    assert len(reading.calendar.calls) == calls
    assert found.calendar is not None
    assert found.calendar.unit == second
    # From 10:02 to 10:05, exactly or rounded outward.
    minute = timedelta(minutes=1)
    assert found.calendar.intervals() == [
        TAKEN if second == FINE else Interval(TAKEN.start - 2 * minute, TAKEN.end)
    ]


def test_a_calendar_is_remembered_for_a_minute_and_for_the_week_after(reading: Reading) -> None:
    connection = a_connection()
    week = timedelta(days=7)

    first = reading.ask([connection])
    reading.now += timedelta(seconds=59)
    again = reading.ask([connection], span=Interval(SPAN.start + week, SPAN.end + week))
    assert len(reading.calendar.calls) == 1
    assert first.as_of == again.as_of == NOW
    reading.now += timedelta(seconds=1)
    assert reading.ask([connection]).as_of == reading.now

    assert len(reading.calendar.calls) == 2


def test_nothing_is_read_of_what_is_over(reading: Reading) -> None:
    soon = Interval(NOW + timedelta(minutes=30), NOW + timedelta(days=7))
    begun = Interval(NOW - timedelta(days=2), NOW + timedelta(days=5))

    for span in (soon, begun):
        reading.ask([a_connection()], span=span)

    assert [span.start for span, _, _ in reading.calendar.calls] == [NOW, begun.start]


def test_a_booking_reads_again_whatever_is_remembered(reading: Reading) -> None:
    connection = a_connection()
    reading.ask([connection])

    reading.ask([connection], is_fresh=True)

    assert len(reading.calendar.calls) == 2
    assert reading.calendar.calls[1][0] == SPAN


def test_several_calendars_of_a_person_take_their_time_together(reading: Reading) -> None:
    early, late = a_connection(), a_connection()
    other = Interval(TAKEN.start + timedelta(days=1), TAKEN.end + timedelta(days=1))

    reading.ask([early])
    reading.calendar.taken = (other,)
    # What is remembered of the one reaches further than what is read of the other.
    found = reading.ask([early, late], span=Interval(SPAN.start, SPAN.end + timedelta(hours=1)))

    assert found.calendar is not None
    assert [span.end for span in found.calendar.intervals()] == [TAKEN.end, other.end]


def test_one_calendar_that_cannot_be_read_makes_a_person_unavailable(reading: Reading) -> None:
    good, bad = a_connection(), a_connection()
    reading.ask([good])
    reading.calendar.error = TransientError("google", "read free/busy", "does not answer")

    found = reading.ask([good, bad])

    assert found.unavailable_code == "calendar_unreadable"


# ------------------------------------------------------------------------- in how much room


def test_two_weeks_of_a_host_take_no_more_than_700_bytes_of_memory() -> None:
    minutes = timedelta(minutes=1)
    span = Interval(NOW, NOW + timedelta(days=14))
    taken = [Interval(NOW + n * 40 * minutes, NOW + (n * 40 + 25) * minutes) for n in range(500)]
    ids = [uuid4() for _ in range(200)]
    blank = Cells.of(taken, span=span, unit=COARSE)
    memory = CalendarMemory()

    gc.collect()
    tracemalloc.start()
    for number in ids:
        memory.keep(blank, org_id=ORG.org_id, connection_id=number, span=span, as_of=NOW)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert kept / len(ids) <= 700
    found = memory.find(org_id=ORG.org_id, connection_id=ids[7], span=span, unit=COARSE, now=NOW)
    assert found == (blank, NOW)


def test_what_is_remembered_comes_in_the_cells_that_are_asked_for() -> None:
    memory, number = CalendarMemory(), UUID(int=7)
    fine, coarse = (Cells.of([TAKEN], span=SPAN, unit=unit) for unit in (FINE, COARSE))
    memory.keep(fine, org_id=ORG.org_id, connection_id=number, span=SPAN, as_of=NOW)

    found = memory.find(org_id=ORG.org_id, connection_id=number, span=SPAN, unit=COARSE, now=NOW)

    assert found == (coarse, NOW)


def test_what_one_org_remembers_is_nothing_to_another() -> None:
    memory, number = CalendarMemory(), UUID(int=7)
    cells = Cells.blank(SPAN, unit=COARSE)
    memory.keep(cells, org_id=ORG.org_id, connection_id=number, span=SPAN, as_of=NOW)

    found = memory.find(org_id=uuid4(), connection_id=number, span=SPAN, unit=COARSE, now=NOW)

    assert found is None


# ---------------------------------------------------------------------- which cells are needed


@pytest.mark.parametrize(
    ("changes", "overrides", "unit"),
    [
        ({}, {}, COARSE),
        ({"increment": timedelta(minutes=7)}, {}, FINE),
        ({"durations": (timedelta(minutes=30), timedelta(minutes=23))}, {}, FINE),
        ({"buffer_before": timedelta(minutes=2)}, {}, FINE),
        ({"buffer_after": timedelta(minutes=10)}, {}, COARSE),
        ({}, {"buffer_after": timedelta(minutes=1)}, FINE),
        ({"buffer_after": timedelta(minutes=1)}, {"buffer_after": timedelta(0)}, FINE),
        ({"minimum_notice": timedelta(minutes=61)}, {}, COARSE),
    ],
)
def test_cells_of_a_minute_are_needed_where_anything_is_no_multiple_of_five(
    changes: dict[str, Any], overrides: dict[str, Any], unit: timedelta
) -> None:
    kind = replace(BookingType(key="demo", name="Demo", object_name="Lead"), **changes)

    assert unit_needed(kind, [HostOverrides(**overrides)]) == unit
