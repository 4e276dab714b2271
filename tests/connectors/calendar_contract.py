"""What every calendar connector must do, written once and run against each vendor's sandbox.

A vendor's test file makes a ``CalendarWorld`` and subclasses ``CalendarContract``::

    class TestMicrosoftCalendar(CalendarContract):
        @pytest.fixture
        def world(self, sandbox, control, unique) -> CalendarWorld:
            return MicrosoftWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")

Times are written on one fixed Monday, in UTC unless a test is about zones.
"""

from __future__ import annotations

import dataclasses
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest

from booking_types.bits import COARSE, FINE
from booking_types.intervals import Interval, merged
from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    MissingError,
    OutcomeUnknownError,
    RateLimitedError,
    TransientError,
)
from connectors.protocols import (
    Attendee,
    AttendeeResponse,
    BusyPolicy,
    BusyQuery,
    BusyTimes,
    Calendar,
    CalendarEvent,
    ConferenceState,
    EventDraft,
)
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer

MONDAY = date(2027, 3, 15)
DEFAULT = BusyPolicy()
KEY = "0123456789abcdef0123456789abcdef"
BOOKING = "5f0c8f0e-7b1e-4f3c-9a54-0d8a3a1b2c3d"


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    """That time in UTC, so many days after the fixed Monday."""
    return datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=UTC) + timedelta(
        days=day, hours=hour, minutes=minute
    )


def between(start: int, end: int, *, day: int = 0) -> Interval:
    """The span between two full hours in UTC."""
    return Interval(at(start, day=day), at(end, day=day))


WEEK = Interval(at(0), at(0, day=7))


class EntryKind(StrEnum):
    """What a calendar entry is, as far as it decides whether its owner is busy."""

    BUSY = "busy"
    #: An entry the owner set to tentative.
    TENTATIVE = "tentative"
    #: An invitation of somebody else's that the owner has not answered.
    UNANSWERED = "unanswered"
    OUT_OF_OFFICE = "out_of_office"
    #: Google only.
    FOCUS_TIME = "focus_time"
    #: Microsoft only.
    UNKNOWN = "unknown"
    FREE = "free"
    CANCELED = "canceled"
    #: An invitation that the owner declined.
    DECLINED = "declined"
    #: The owner's own entry, which they declined themselves.
    DECLINED_OWN = "declined_own"
    WORKING_ELSEWHERE = "working_elsewhere"
    #: Google only.
    BIRTHDAY = "birthday"


BUSY_KINDS = (
    EntryKind.BUSY,
    EntryKind.TENTATIVE,
    EntryKind.UNANSWERED,
    EntryKind.OUT_OF_OFFICE,
    EntryKind.FOCUS_TIME,
    EntryKind.UNKNOWN,
)
FREE_KINDS = (
    EntryKind.FREE,
    EntryKind.CANCELED,
    EntryKind.DECLINED,
    EntryKind.DECLINED_OWN,
    EntryKind.WORKING_ELSEWHERE,
    EntryKind.BIRTHDAY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """How an entry repeats: once a day at the same local time, beginning with the entry itself.

    Attributes:
        days: How many times.
        canceled: Which of them were canceled, counted from 0.
        moved: Which of them were moved, and where to.
    """

    days: int
    canceled: tuple[int, ...] = ()
    moved: Mapping[int, Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something on a calendar before the test begins.

    Attributes:
        start: An instant, or a date for an all-day entry.
        end: Likewise; excluded.
        kind: What it is.
        calendar: Name of one of the host's further calendars; empty for the primary one.
        series: How it repeats, if it does.
    """

    start: datetime | date
    end: datetime | date
    kind: EntryKind = EntryKind.BUSY
    calendar: str = ""
    series: Series | None = None


def entry(interval: Interval, kind: EntryKind = EntryKind.BUSY, **details: Any) -> Entry:
    """An entry at that time."""
    return Entry(start=interval.start, end=interval.end, kind=kind, **details)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAccount:
    """A mailbox at the vendor.

    Attributes:
        mailbox: Its address.
        calendar_id: The vendor's id of its primary calendar.
        further: Ids of its further calendars by name.
    """

    mailbox: str
    calendar_id: str
    further: Mapping[str, str] = field(default_factory=dict)


class Call(StrEnum):
    """What a connector does at the vendor; each vendor has routes of its own for it."""

    FAST_BUSY = "fast_busy"
    EXACT_BUSY = "exact_busy"
    FIND = "find"
    GET = "get"
    CREATE = "create"
    #: Reading the event before it is written, where the vendor needs that, is GET.
    UPDATE = "update"
    CANCEL = "cancel"
    FIND_COPY = "find_copy"


class CalendarWorld(ABC):
    """One vendor's organisation of its own for one test."""

    def __init__(self, *, sandbox: SandboxServer, control: SandboxControl, domain: str) -> None:
        self.sandbox = sandbox
        self.control = control
        self.domain = domain

    #: The sandbox's name of the vendor, for faults and the log.
    vendor: str
    #: Whether the fast read tells minutes, and not only whether one of five is taken.
    fast_reads_are_exact: bool = True
    #: Kinds of entries this vendor does not have.
    missing_kinds: frozenset[EntryKind] = frozenset()
    #: The answer with which the vendor asks to slow down: a status, a body, headers.
    slow_down: tuple[int, str, dict[str, str]] = (429, "{}", {"Retry-After": "7"})

    @abstractmethod
    def add_host(
        self,
        name: str,
        *,
        entries: tuple[Entry, ...] = (),
        time_zone: str = "UTC",
        further_calendars: Mapping[str, str] | None = None,
        conferences_work: bool = True,
    ) -> HostAccount:
        """Make a mailbox ``name@domain``.

        Args:
            name: Local part of the address.
            entries: What is on its calendars.
            time_zone: IANA zone of its primary calendar.
            further_calendars: Name to IANA zone.
            conferences_work: Whether the vendor's own conferences can be made.
        """

    @abstractmethod
    def let_conferences_work(self, host: HostAccount) -> None:
        """From now on they do."""

    @abstractmethod
    def calendar(
        self, host: HostAccount, *, read_seconds: float = 2.5, write_seconds: float = 20.0
    ) -> Calendar:
        """The connector under test, with a credential that reaches that mailbox.

        Args:
            host: Whose.
            read_seconds: How long it waits for an answer to a read.
            write_seconds: Likewise for a write.
        """

    @abstractmethod
    def revoke(self, host: HostAccount) -> None:
        """The vendor accepts no credential for that mailbox any more, old or new."""

    @abstractmethod
    def expire_token(self, host: HostAccount) -> None:
        """The access token in use is over, but a new one can be had."""

    @abstractmethod
    def operations(self, call: Call) -> tuple[str, ...]:
        """The sandbox's names of the routes that the connector uses for that."""

    def caller(self, host: HostAccount, call: Call) -> str:
        """Whose call it is in the sandbox's eyes, when the connector works for that host."""
        del call
        return host.mailbox

    @abstractmethod
    def cancel_by_hand(self, host: HostAccount, event_id: str) -> None:
        """The host deletes the event in their own calendar."""

    # ------------------------------------------------------------------ the same everywhere

    def fault(self, host: HostAccount, call: Call, kind: str, **details: Any) -> None:
        """Let that call for that host go wrong; see ``connectors.sandbox.world.Fault``."""
        for operation in self.operations(call):
            self.control.fault(
                vendor=self.vendor,
                operation=operation,
                caller=self.caller(host, call),
                kind=kind,
                **details,
            )

    def count(self, host: HostAccount, call: Call) -> int:
        """How many such requests arrived for that host, refused and broken ones included."""
        # The log of a whole test run is long: it is read in place, not over the control door.
        with self.sandbox.world.lock:
            return sum(
                1
                for request in self.sandbox.world.requests
                if request.vendor == self.vendor
                and request.operation in self.operations(call)
                and request.caller.casefold() == self.caller(host, call).casefold()
            )

    def mails(self, address: str) -> list[dict[str, Any]]:
        """What that address received, oldest first."""
        return self.control.mails(address)

    def guest(self, name: str = "guest") -> str:
        """An address at nobody's mailbox provider, of this world only."""
        return f"{name}@{self.domain}.outside.test"

    def kinds(self, kinds: tuple[EntryKind, ...]) -> tuple[EntryKind, ...]:
        """Those of them that this vendor has."""
        return tuple(kind for kind in kinds if kind not in self.missing_kinds)


def a_draft(*, guests: tuple[str, ...] = (), **changes: Any) -> EventDraft:
    """An event on Monday from 10 to 11, with whatever the test is about changed."""
    draft = EventDraft(
        key=KEY,
        booking_id=BOOKING,
        revision=1,
        interval=between(10, 11),
        time_zone="Europe/Berlin",
        subject="Meeting with Host One",
        description="An agenda.\nIts second line.",
        location="Room 1",
        attendees=tuple(Attendee(email=guest, name="A Guest") for guest in guests),
    )
    return dataclasses.replace(draft, **changes)


def create(
    world: CalendarWorld, host: HostAccount, draft: EventDraft, *, notify: bool = True
) -> CalendarEvent:
    """The event, made by a connector that has nothing to wait for."""
    return world.calendar(host).create_event(
        mailbox=host.mailbox, calendar_id=host.calendar_id, draft=draft, notify=notify
    )


def find(world: CalendarWorld, host: HostAccount) -> CalendarEvent | None:
    """The event of the one key that the tests use."""
    return world.calendar(host).find_event(
        mailbox=host.mailbox, calendar_id=host.calendar_id, key=KEY
    )


def read(
    world: CalendarWorld,
    host: HostAccount,
    *,
    calendar_ids: tuple[str, ...] = (),
    without: frozenset[str] = frozenset(),
    span: Interval = WEEK,
    policy: BusyPolicy = DEFAULT,
    unit: timedelta = FINE,
) -> BusyTimes:
    """When the host is taken."""
    query = BusyQuery(mailbox=host.mailbox, calendar_ids=calendar_ids, without=without)
    (times,) = world.calendar(host).busy([query], span=span, policy=policy, unit=unit)
    return times


def exactly(times: BusyTimes) -> list[Interval]:
    """The taken time as a sorted list without overlaps; asserts that it was read at all."""
    assert times.unreadable == ""
    return merged(times.busy)


#: Asking to subtract something that is not there makes the exact reader work and changes nothing.
NOTHING_OF_OURS = frozenset({"nothing-of-ours"})

READERS = [
    pytest.param(frozenset(), id="fast"),
    pytest.param(NOTHING_OF_OURS, id="exact"),
]


class CalendarContract:
    """The rules. A subclass gives the fixture ``world``, a ``CalendarWorld``."""

    # ---------------------------------------------------------------------- busy times

    @pytest.mark.parametrize("without", READERS)
    def test_busy_time_is_what_the_calendar_holds_inside_the_span(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        host = world.add_host(
            "host",
            entries=(
                entry(between(7, 9)),
                entry(between(10, 11)),
                entry(between(10, 12)),
                entry(between(15, 20)),
                entry(between(22, 23)),
            ),
        )

        times = read(world, host, without=without, span=between(8, 16))

        assert times.mailbox == host.mailbox
        assert exactly(times) == [between(8, 9), between(10, 12), between(15, 16)]

    @pytest.mark.parametrize("without", READERS)
    def test_an_entry_that_only_touches_the_span_is_not_in_it(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        host = world.add_host("host", entries=(entry(between(7, 8)), entry(between(16, 17))))

        times = read(world, host, without=without, span=between(8, 16))

        assert exactly(times) == []

    @pytest.mark.parametrize("without", READERS)
    def test_every_kind_that_counts_as_busy_is_busy(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        kinds = world.kinds(BUSY_KINDS)
        host = world.add_host(
            "host",
            entries=tuple(
                entry(between(2 * i, 2 * i + 1), kind) for i, kind in enumerate(kinds, start=1)
            ),
        )

        times = read(world, host, without=without)

        assert exactly(times) == [between(2 * i, 2 * i + 1) for i in range(1, len(kinds) + 1)]

    @pytest.mark.parametrize("without", READERS)
    def test_every_kind_that_counts_as_free_is_free(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        kinds = world.kinds(FREE_KINDS)
        host = world.add_host(
            "host",
            entries=tuple(
                Entry(start=MONDAY, end=MONDAY + timedelta(days=1), kind=kind)
                if kind is EntryKind.BIRTHDAY
                else entry(between(2 * i, 2 * i + 1), kind)
                for i, kind in enumerate(kinds, start=1)
            ),
        )

        times = read(world, host, without=without)

        assert exactly(times) == []

    def test_tentative_entries_are_free_where_the_policy_says_so(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host(
            "host",
            entries=(
                entry(between(8, 9)),
                entry(between(10, 11), EntryKind.TENTATIVE),
                entry(between(12, 13), EntryKind.UNANSWERED),
            ),
        )

        times = read(world, host, policy=BusyPolicy(tentative=False))

        busy = exactly(times)
        assert between(8, 9) in busy
        assert between(10, 11) not in busy

    def test_working_elsewhere_is_busy_where_the_policy_says_so(self, world: CalendarWorld) -> None:
        host = world.add_host(
            "host", entries=(entry(between(10, 11), EntryKind.WORKING_ELSEWHERE),)
        )

        times = read(world, host, policy=BusyPolicy(working_elsewhere=True))

        assert exactly(times) == [between(10, 11)]

    @pytest.mark.parametrize("without", READERS)
    def test_an_all_day_entry_lasts_from_midnight_to_midnight_of_its_own_calendar(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        host = world.add_host(
            "host",
            time_zone="America/New_York",
            entries=(Entry(start=MONDAY, end=MONDAY + timedelta(days=1)),),
        )

        times = read(world, host, without=without)

        assert exactly(times) == [Interval(at(4), at(4, day=1))]

    @pytest.mark.parametrize("without", READERS)
    def test_an_all_day_entry_on_the_day_the_clocks_change_has_that_days_length(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        changeover = date(2027, 3, 14)
        host = world.add_host(
            "host",
            time_zone="America/New_York",
            entries=(Entry(start=changeover, end=changeover + timedelta(days=1)),),
        )

        times = read(world, host, without=without, span=Interval(at(0, day=-2), at(0, day=2)))

        assert exactly(times) == [Interval(at(5, day=-1), at(4))]

    @pytest.mark.parametrize("without", READERS)
    def test_a_repeating_entry_takes_the_same_local_time_on_both_sides_of_a_clock_change(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        first = Interval(at(14, day=-2), at(15, day=-2))  # 09:00 in New York, winter time
        host = world.add_host(
            "host",
            time_zone="America/New_York",
            entries=(entry(first, series=Series(days=3)),),
        )

        times = read(world, host, without=without, span=Interval(at(0, day=-3), at(0, day=3)))

        assert exactly(times) == [
            first,
            Interval(at(13, day=-1), at(14, day=-1)),
            between(13, 14),
        ]

    @pytest.mark.parametrize("without", READERS)
    def test_a_canceled_instance_frees_its_time_and_a_moved_one_takes_its_new_one(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        host = world.add_host(
            "host",
            entries=(
                entry(
                    between(9, 10),
                    series=Series(days=4, canceled=(1,), moved={2: between(15, 16, day=2)}),
                ),
            ),
        )

        times = read(world, host, without=without)

        assert exactly(times) == [
            between(9, 10),
            between(15, 16, day=2),
            between(9, 10, day=3),
        ]

    @pytest.mark.parametrize("without", READERS)
    def test_several_calendars_of_one_host_are_taken_together(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        host = world.add_host(
            "host",
            further_calendars={"team": "UTC"},
            entries=(
                entry(between(9, 10)),
                entry(between(9, 11), calendar="team"),
                entry(between(14, 15), calendar="team"),
            ),
        )

        times = read(
            world, host, calendar_ids=(host.calendar_id, host.further["team"]), without=without
        )

        assert exactly(times) == [between(9, 11), between(14, 15)]

    def test_a_calendar_that_does_not_count_is_not_read(self, world: CalendarWorld) -> None:
        host = world.add_host(
            "host",
            further_calendars={"team": "UTC"},
            entries=(entry(between(9, 10)), entry(between(14, 15), calendar="team")),
        )

        primary_only = read(world, host)
        team_only = read(world, host, calendar_ids=(host.further["team"],))

        assert exactly(primary_only) == [between(9, 10)]
        assert exactly(team_only) == [between(14, 15)]

    @pytest.mark.parametrize("without", READERS)
    def test_a_host_with_one_calendar_that_cannot_be_read_is_unreadable_and_not_free(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        host = world.add_host("host", entries=(entry(between(9, 10)),))

        times = read(
            world, host, calendar_ids=(host.calendar_id, "no-such-calendar"), without=without
        )

        assert times.unreadable != ""
        assert times.busy == ()

    @pytest.mark.parametrize("without", READERS)
    def test_a_mailbox_that_cannot_be_read_does_not_hide_the_others(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        host = world.add_host("host", entries=(entry(between(9, 10)),))
        queries = [
            BusyQuery(mailbox=f"nobody@{world.domain}", without=without),
            BusyQuery(mailbox=host.mailbox, without=without),
        ]

        unknown, known = world.calendar(host).busy(queries, span=WEEK, policy=DEFAULT, unit=FINE)

        assert unknown.mailbox == f"nobody@{world.domain}"
        assert unknown.unreadable != ""
        assert unknown.busy == ()
        assert exactly(known) == [between(9, 10)]

    def test_our_own_event_can_be_left_out_by_its_id_or_its_shared_id(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host", entries=(entry(between(10, 12)),))
        ours = create(world, host, a_draft(interval=between(14, 15)), notify=False)

        counted = read(world, host)
        by_id = read(world, host, without=frozenset({ours.event_id}))
        by_shared_id = read(world, host, without=frozenset({ours.ical_uid}))

        assert exactly(counted) == [between(10, 12), between(14, 15)]
        assert exactly(by_id) == exactly(by_shared_id) == [between(10, 12)]

    def test_leaving_out_our_event_does_not_free_what_lies_beneath_it(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host", entries=(entry(between(10, 12)),))
        ours = create(world, host, a_draft(interval=between(11, 13)), notify=False)

        times = read(world, host, without=frozenset({ours.event_id}))

        assert exactly(times) == [between(10, 12)]

    def test_a_long_span_is_read_to_its_end(self, world: CalendarWorld) -> None:
        late = between(9, 10, day=150)
        host = world.add_host("host", entries=(entry(between(9, 10)), entry(late)))

        times = read(world, host, span=Interval(at(0), at(0, day=160)))

        assert exactly(times) == [between(9, 10), late]

    def test_a_full_calendar_is_read_to_its_end(self, world: CalendarWorld) -> None:
        # On the five-minute grid of the slots: Microsoft's fast read knows nothing finer.
        entries = tuple(entry(Interval(at(8, 10 * i), at(8, 10 * i + 5))) for i in range(60))
        host = world.add_host("host", entries=entries)

        fast = read(world, host)
        exact = read(world, host, without=NOTHING_OF_OURS)

        assert len(exactly(fast)) == len(exactly(exact)) == 60

    @pytest.mark.parametrize("unit", [COARSE, FINE])
    def test_both_readers_take_the_same_cells_and_know_the_same_span(
        self, world: CalendarWorld, unit: timedelta
    ) -> None:
        host = world.add_host(
            "host",
            time_zone="America/New_York",
            entries=(
                entry(Interval(at(9, 5), at(9, 50))),
                entry(Interval(at(9, 30), at(10, 15))),
                entry(Interval(at(23, 30), at(0, 30, day=1))),
                # It began before the span, and one ends after it.
                entry(between(-5, 2)),
                entry(Interval(at(23, day=4), at(3, day=5))),
                Entry(start=MONDAY + timedelta(days=2), end=MONDAY + timedelta(days=3)),
                entry(between(15, 16, day=1), EntryKind.TENTATIVE),
                entry(between(17, 18, day=1), EntryKind.FREE),
            ),
        )
        span = Interval(at(1), at(1, day=5))

        fast = read(world, host, span=span, unit=unit)
        exact = read(world, host, span=span, unit=unit, without=NOTHING_OF_OURS)

        assert fast.taken is not None
        assert fast.taken == exact.taken
        assert (fast.taken.unit, fast.taken.span) == (unit, span)
        assert exactly(fast) == [
            between(1, 2),
            Interval(at(9, 5), at(10, 15)),
            Interval(at(23, 30), at(0, 30, day=1)),
            between(15, 16, day=1),
            Interval(at(4, day=2), at(4, day=3)),
            Interval(at(23, day=4), at(1, day=5)),
        ]

    @pytest.mark.parametrize("without", READERS)
    def test_odd_minutes_are_rounded_outward_to_cells_of_five(
        self, world: CalendarWorld, without: frozenset[str]
    ) -> None:
        host = world.add_host(
            "host",
            entries=(
                entry(Interval(at(9, 2), at(9, 11))),
                entry(Interval(at(11, 59), at(12, 1))),
            ),
        )

        times = read(world, host, without=without, unit=COARSE)

        assert exactly(times) == [
            Interval(at(9), at(9, 15)),
            Interval(at(11, 55), at(12, 5)),
        ]

    def test_odd_minutes_are_exact_in_cells_of_one(self, world: CalendarWorld) -> None:
        odd = [Interval(at(9, 2), at(9, 11)), Interval(at(11, 59), at(12, 1))]
        host = world.add_host("host", entries=tuple(entry(each) for each in odd))

        assert exactly(read(world, host, without=NOTHING_OF_OURS)) == odd
        if world.fast_reads_are_exact:
            assert exactly(read(world, host)) == odd

    def test_no_queries_have_no_answers(self, world: CalendarWorld) -> None:
        host = world.add_host("host")

        assert world.calendar(host).busy([], span=WEEK, policy=DEFAULT, unit=FINE) == []

    # -------------------------------------------------------------------------- create

    def test_a_created_event_is_what_was_asked_for(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        guest = world.guest()

        made = create(world, host, a_draft(guests=(guest,)))

        found = find(world, host)
        assert found == made
        assert made.key == KEY
        assert made.revision == 1
        assert made.interval == between(10, 11)
        assert made.subject == "Meeting with Host One"
        assert made.location == "Room 1"
        assert made.description == "An agenda.\nIts second line."
        assert made.organizer_email.casefold() == host.mailbox.casefold()
        assert [attendee.email for attendee in made.attendees] == [guest]
        assert made.attendees[0].response is AttendeeResponse.NEEDS_ACTION
        assert not made.is_canceled
        assert made.conference is None
        assert made.ical_uid != ""

    def test_text_with_angle_brackets_and_ampersands_comes_back_as_it_was(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        text = "<script>alert('1 & 2')</script> &amp; &copy=1\nhttps://example.com/?a=1&b=2"

        made = create(world, host, a_draft(description=text, subject="R&D <b>", location="A & B"))

        assert made.description == text
        assert made.subject == "R&D <b>"
        assert made.location == "A & B"

    def test_making_one_key_twice_makes_one_event_and_one_invitation(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        guest = world.guest()

        first = create(world, host, a_draft(guests=(guest,)))
        second = create(world, host, a_draft(guests=(guest,)))

        assert second.event_id == first.event_id
        assert exactly(read(world, host)) == [between(10, 11)]
        assert len(world.mails(guest)) == 1

    def test_a_canceled_event_is_found_as_canceled_and_never_made_again(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        guest = world.guest()
        made = create(world, host, a_draft(guests=(guest,)), notify=False)
        world.cancel_by_hand(host, made.event_id)

        found = find(world, host)

        # Where the vendor keeps no trace, nothing is found; where it does, it says so and a
        # second create does not bring the event back.
        if found is not None:
            assert found.is_canceled
            again = create(world, host, a_draft(guests=(guest,)))
            assert again.is_canceled
            assert exactly(read(world, host)) == []

    def test_an_event_that_was_never_made_is_not_found(self, world: CalendarWorld) -> None:
        host = world.add_host("host")

        assert find(world, host) is None

    def test_an_event_that_is_not_there_is_missing(self, world: CalendarWorld) -> None:
        host = world.add_host("host")

        with pytest.raises(MissingError):
            world.calendar(host).get_event(
                mailbox=host.mailbox, calendar_id=host.calendar_id, event_id="nosuchevent0"
            )

    def test_an_event_can_be_made_on_a_further_calendar(self, world: CalendarWorld) -> None:
        host = world.add_host("host", further_calendars={"team": "UTC"})
        team = host.further["team"]

        world.calendar(host).create_event(
            mailbox=host.mailbox, calendar_id=team, draft=a_draft(), notify=False
        )

        assert exactly(read(world, host, calendar_ids=(team,))) == [between(10, 11)]
        assert exactly(read(world, host)) == []

    # -------------------------------------------------------------------------- invite

    def test_guests_get_one_invitation_for_each_revision_that_notifies(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        calendar = world.calendar(host)
        guests = (world.guest("first"), world.guest("second"))

        made = create(world, host, a_draft(guests=guests))
        calendar.update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=a_draft(guests=guests, revision=2, interval=between(14, 15)),
            notify=True,
        )

        for guest in guests:
            invitations = [mail["invitation"] for mail in world.mails(guest)]
            assert [i["method"] for i in invitations] == ["REQUEST", "REQUEST"]
            assert [i["interval"]["start"] for i in invitations] == [
                at(10).isoformat(),
                at(14).isoformat(),
            ]
            assert {i["uid"] for i in invitations} == {made.ical_uid}
            assert {i["organizer"]["email"] for i in invitations} == {host.mailbox}

    def test_a_change_that_does_not_notify_tells_nobody_unless_the_vendor_always_tells(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        calendar = world.calendar(host)
        guest = world.guest()

        made = create(world, host, a_draft(guests=(guest,)), notify=False)
        calendar.update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=a_draft(guests=(guest,), revision=2, interval=between(14, 15)),
            notify=False,
        )
        calendar.cancel_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            notify=False,
        )

        told = 3 if calendar.always_notifies() else 0
        assert len(world.mails(guest)) == told

    def test_canceling_twice_is_harmless_and_told_once(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        calendar = world.calendar(host)
        guest = world.guest()
        made = create(world, host, a_draft(guests=(guest,)))

        for _ in range(2):
            calendar.cancel_event(
                mailbox=host.mailbox,
                calendar_id=host.calendar_id,
                event_id=made.event_id,
                notify=True,
            )

        methods = [mail["invitation"]["method"] for mail in world.mails(guest)]
        assert methods == ["REQUEST", "CANCEL"]
        assert exactly(read(world, host)) == []

    def test_a_guest_who_is_taken_off_is_told_and_the_others_stay(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        staying, leaving = world.guest("staying"), world.guest("leaving")
        made = create(world, host, a_draft(guests=(staying, leaving)))

        updated = world.calendar(host).update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=a_draft(guests=(staying,), revision=2),
            notify=True,
        )

        assert [attendee.email for attendee in updated.attendees] == [staying]
        assert world.mails(leaving)[-1]["invitation"]["method"] == "CANCEL"

    # ---------------------------------------------------------------------- co-hosts

    def test_an_attendees_own_copy_is_found_by_the_shared_id(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        co_host = world.add_host("co-host")
        made = create(world, host, a_draft(guests=(co_host.mailbox,)))

        copy = world.calendar(co_host).find_copy(
            mailbox=co_host.mailbox, ical_uid=made.ical_uid, interval=made.interval
        )

        assert copy is not None
        assert copy.ical_uid == made.ical_uid
        assert copy.interval == between(10, 11)
        assert copy.organizer_email.casefold() == host.mailbox.casefold()
        assert exactly(read(world, co_host)) == [between(10, 11)]

    def test_the_copy_of_a_canceled_event_is_not_found(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        co_host = world.add_host("co-host")
        made = create(world, host, a_draft(guests=(co_host.mailbox,)))

        world.calendar(host).cancel_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            notify=True,
        )

        copy = world.calendar(co_host).find_copy(
            mailbox=co_host.mailbox, ical_uid=made.ical_uid, interval=made.interval
        )
        assert copy is None
        assert exactly(read(world, co_host)) == []

    def test_somebody_who_was_not_invited_has_no_copy(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        other = world.add_host("other")
        made = create(world, host, a_draft())

        copy = world.calendar(other).find_copy(
            mailbox=other.mailbox, ical_uid=made.ical_uid, interval=made.interval
        )

        assert copy is None

    def test_a_co_hosts_copy_can_be_left_out_of_their_busy_time(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        co_host = world.add_host("co-host")
        made = create(world, host, a_draft(guests=(co_host.mailbox,)))

        times = read(world, co_host, without=frozenset({made.ical_uid}))

        assert exactly(times) == []

    # -------------------------------------------------------------------- conference

    def test_a_conference_is_made_with_the_event_and_guests_get_its_link(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        guest = world.guest()

        create(world, host, a_draft(guests=(guest,), makes_conference=True))

        found = find(world, host)
        assert found is not None
        assert found.conference is not None
        assert found.conference.state is ConferenceState.READY
        assert found.conference.join_url.startswith("https://")
        (mail,) = world.mails(guest)
        assert found.conference.join_url in json.dumps(mail)

    def test_an_update_keeps_the_conference(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        draft = a_draft(makes_conference=True)
        made = create(world, host, draft)
        before = find(world, host)

        world.calendar(host).update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=dataclasses.replace(
                draft, revision=2, interval=between(14, 15), description="Another agenda."
            ),
            notify=True,
        )

        after = find(world, host)
        assert before is not None
        assert after is not None
        assert after.conference == before.conference
        assert after.conference is not None
        assert after.conference.state is ConferenceState.READY

    def test_a_conference_that_failed_is_said_and_asked_for_again_by_an_update(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host", conferences_work=False)
        draft = a_draft(makes_conference=True)
        made = create(world, host, draft)
        failed = find(world, host)
        assert failed is not None
        assert failed.conference is not None
        assert failed.conference.state is ConferenceState.FAILED
        world.let_conferences_work(host)

        world.calendar(host).update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=dataclasses.replace(draft, revision=2),
            notify=False,
        )

        mended = find(world, host)
        assert mended is not None
        assert mended.conference is not None
        assert mended.conference.state is ConferenceState.READY

    # ------------------------------------------------------------------------ update

    def test_an_updated_event_looks_like_the_draft_and_keeps_its_ids(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        calendar = world.calendar(host)
        made = create(world, host, a_draft(guests=(world.guest(),)))
        wanted = a_draft(
            guests=(world.guest(), world.guest("new")),
            revision=2,
            interval=between(14, 16),
            subject="Another title",
            description="",
            location="",
        )

        updated = calendar.update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=wanted,
            notify=True,
        )

        assert updated == find(world, host)
        assert updated.event_id == made.event_id
        assert updated.ical_uid == made.ical_uid
        assert updated.revision == 2
        assert updated.interval == between(14, 16)
        assert updated.subject == "Another title"
        assert updated.description == ""
        assert updated.location == ""
        assert [a.email for a in updated.attendees] == [a.email for a in wanted.attendees]

    def test_updating_an_event_that_is_gone_says_that_it_is_missing(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        made = create(world, host, a_draft())
        world.cancel_by_hand(host, made.event_id)

        with pytest.raises(MissingError):
            world.calendar(host).update_event(
                mailbox=host.mailbox,
                calendar_id=host.calendar_id,
                event_id=made.event_id,
                draft=a_draft(revision=2),
                notify=True,
            )

    # ------------------------------------------------------- what goes wrong with writes

    @pytest.mark.parametrize(
        ("kind", "details"),
        [
            ("commit_then_drop", {}),
            ("commit_then_status", {"status": 502}),
            ("html", {}),
            ("truncated", {}),
        ],
    )
    def test_a_create_whose_answer_is_lost_is_unknown_and_sent_once(
        self, world: CalendarWorld, kind: str, details: dict[str, Any]
    ) -> None:
        host = world.add_host("host")
        guest = world.guest()
        world.fault(host, Call.CREATE, kind, **details)

        with pytest.raises(OutcomeUnknownError):
            create(world, host, a_draft(guests=(guest,)))

        assert world.count(host, Call.CREATE) == 1
        found = find(world, host)
        arrived = kind != "html"  # the page comes instead of the event
        assert (found is not None) == arrived
        assert len(world.mails(guest)) == (1 if arrived else 0)

    def test_looking_and_making_again_after_an_unknown_outcome_gives_one_event_and_one_mail(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        guest = world.guest()
        world.fault(host, Call.CREATE, "commit_then_drop")
        with pytest.raises(OutcomeUnknownError):
            create(world, host, a_draft(guests=(guest,)))

        again = create(world, host, a_draft(guests=(guest,)))

        assert again.key == KEY
        assert exactly(read(world, host)) == [between(10, 11)]
        assert len(world.mails(guest)) == 1

    def test_a_create_that_never_arrived_is_unknown_and_found_missing(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        world.fault(host, Call.CREATE, "drop_before")

        with pytest.raises(OutcomeUnknownError):
            create(world, host, a_draft())

        assert world.count(host, Call.CREATE) == 1
        assert find(world, host) is None

    def test_a_create_that_takes_too_long_is_unknown(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        world.fault(host, Call.CREATE, "slow", seconds=1.0)

        with pytest.raises(OutcomeUnknownError):
            world.calendar(host, write_seconds=0.3).create_event(
                mailbox=host.mailbox, calendar_id=host.calendar_id, draft=a_draft(), notify=True
            )

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_create_answered_with_a_server_error_is_unknown(
        self, world: CalendarWorld, status: int
    ) -> None:
        host = world.add_host("host")
        world.fault(host, Call.CREATE, "status", status=status)

        with pytest.raises(OutcomeUnknownError):
            create(world, host, a_draft())

        assert world.count(host, Call.CREATE) == 1

    @pytest.mark.parametrize("kind", ["drop_before", "commit_then_drop", "truncated", "html"])
    def test_an_update_whose_answer_is_lost_is_unknown_and_sent_once(
        self, world: CalendarWorld, kind: str
    ) -> None:
        host = world.add_host("host")
        made = create(world, host, a_draft())
        world.fault(host, Call.UPDATE, kind)

        with pytest.raises(OutcomeUnknownError):
            world.calendar(host).update_event(
                mailbox=host.mailbox,
                calendar_id=host.calendar_id,
                event_id=made.event_id,
                draft=a_draft(revision=2, interval=between(14, 15)),
                notify=True,
            )

        assert world.count(host, Call.UPDATE) == 1
        found = find(world, host)
        assert found is not None
        assert found.revision == (2 if kind in ("commit_then_drop", "truncated") else 1)

    @pytest.mark.parametrize("kind", ["drop_before", "commit_then_drop"])
    def test_a_cancel_whose_answer_is_lost_is_unknown_and_can_be_repeated(
        self, world: CalendarWorld, kind: str
    ) -> None:
        host = world.add_host("host")
        guest = world.guest()
        calendar = world.calendar(host)
        made = create(world, host, a_draft(guests=(guest,)))
        world.fault(host, Call.CANCEL, kind)

        with pytest.raises(OutcomeUnknownError):
            calendar.cancel_event(
                mailbox=host.mailbox,
                calendar_id=host.calendar_id,
                event_id=made.event_id,
                notify=True,
            )
        assert world.count(host, Call.CANCEL) == 1
        calendar.cancel_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            notify=True,
        )

        methods = [mail["invitation"]["method"] for mail in world.mails(guest)]
        assert methods == ["REQUEST", "CANCEL"]

    def test_a_write_that_is_asked_to_slow_down_was_not_done_and_says_for_how_long(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        status, body, headers = world.slow_down
        world.fault(host, Call.CREATE, "status", status=status, body=body, headers=headers)

        with pytest.raises(RateLimitedError) as caught:
            create(world, host, a_draft())

        assert caught.value.retry_after == timedelta(seconds=7)
        assert not caught.value.is_daily
        assert world.count(host, Call.CREATE) == 1
        assert find(world, host) is None

    # -------------------------------------------------------- what goes wrong with reads

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_read_answered_with_a_server_error_is_repeated_once(
        self, world: CalendarWorld, status: int
    ) -> None:
        host = world.add_host("host", entries=(entry(between(9, 10)),))
        world.fault(host, Call.FAST_BUSY, "status", status=status)

        times = read(world, host)

        assert exactly(times) == [between(9, 10)]
        assert world.count(host, Call.FAST_BUSY) == 2

    def test_a_read_whose_connection_breaks_is_repeated_once(self, world: CalendarWorld) -> None:
        host = world.add_host("host", entries=(entry(between(9, 10)),))
        world.fault(host, Call.FAST_BUSY, "drop_before")

        times = read(world, host)

        assert exactly(times) == [between(9, 10)]

    @pytest.mark.parametrize(
        ("kind", "details"),
        [
            ("status", {"status": 503, "times": 9}),
            ("drop_before", {"times": 9}),
            ("html", {"times": 9}),
            ("truncated", {"times": 9}),
            ("slow", {"times": 9, "seconds": 0.6}),
        ],
    )
    @pytest.mark.parametrize(
        ("call", "without"),
        [(Call.FAST_BUSY, frozenset[str]()), (Call.EXACT_BUSY, NOTHING_OF_OURS)],
        ids=["fast", "exact"],
    )
    def test_busy_time_that_cannot_be_had_is_a_passing_error_and_never_free_time(
        self,
        world: CalendarWorld,
        call: Call,
        without: frozenset[str],
        kind: str,
        details: dict[str, Any],
    ) -> None:
        host = world.add_host("host", entries=(entry(between(9, 10)),))
        calendar = world.calendar(host, read_seconds=0.3)
        world.fault(host, call, kind, **details)

        with pytest.raises(TransientError) as caught:
            calendar.busy(
                [BusyQuery(mailbox=host.mailbox, without=without)],
                span=WEEK,
                policy=DEFAULT,
                unit=FINE,
            )

        assert not isinstance(caught.value, OutcomeUnknownError)

    def test_a_read_that_is_asked_to_slow_down_says_so_and_is_not_repeated(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        status, body, headers = world.slow_down
        world.fault(
            host, Call.FAST_BUSY, "status", status=status, body=body, headers=headers, times=9
        )

        with pytest.raises(RateLimitedError) as caught:
            read(world, host)

        assert caught.value.retry_after == timedelta(seconds=7)
        assert world.count(host, Call.FAST_BUSY) == 1

    @pytest.mark.parametrize("kind", ["html", "truncated"])
    def test_an_event_that_cannot_be_read_is_not_taken_for_missing(
        self, world: CalendarWorld, kind: str
    ) -> None:
        host = world.add_host("host")
        create(world, host, a_draft())
        world.fault(host, Call.FIND, kind, times=9)

        with pytest.raises(TransientError):
            find(world, host)

    # --------------------------------------------------------------------- credentials

    def test_a_token_that_is_over_is_renewed_unnoticed(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        calendar = world.calendar(host)
        made = calendar.create_event(
            mailbox=host.mailbox, calendar_id=host.calendar_id, draft=a_draft(), notify=False
        )
        world.expire_token(host)

        found = calendar.get_event(
            mailbox=host.mailbox, calendar_id=host.calendar_id, event_id=made.event_id
        )

        assert found == made

    def test_a_write_with_a_token_that_is_over_happens_once(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        guest = world.guest()
        calendar = world.calendar(host)
        assert (
            calendar.find_event(mailbox=host.mailbox, calendar_id=host.calendar_id, key=KEY) is None
        )
        world.expire_token(host)

        calendar.create_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            draft=a_draft(guests=(guest,)),
            notify=True,
        )

        assert len(world.mails(guest)) == 1

    def test_a_revoked_credential_is_a_broken_connection_for_reads_and_writes(
        self, world: CalendarWorld
    ) -> None:
        host = world.add_host("host")
        calendar = world.calendar(host)
        calendar.find_event(mailbox=host.mailbox, calendar_id=host.calendar_id, key=KEY)
        world.revoke(host)

        with pytest.raises(ConnectionBrokenError):
            calendar.create_event(
                mailbox=host.mailbox, calendar_id=host.calendar_id, draft=a_draft(), notify=True
            )
        with pytest.raises(ConnectionBrokenError):
            calendar.find_event(mailbox=host.mailbox, calendar_id=host.calendar_id, key=KEY)
        with pytest.raises(ConnectionBrokenError):
            calendar.busy(
                [BusyQuery(mailbox=host.mailbox, without=NOTHING_OF_OURS)],
                span=WEEK,
                policy=DEFAULT,
                unit=FINE,
            )

    def test_errors_say_whose_they_are_and_carry_no_address(self, world: CalendarWorld) -> None:
        host = world.add_host("host")
        world.fault(host, Call.CREATE, "status", status=400, body="{}")

        with pytest.raises(ConnectorError) as caught:
            create(world, host, a_draft(guests=(world.guest(),)))

        assert caught.value.connector == world.calendar(host).vendor.value
        assert world.domain not in str(caught.value)
