"""The demo's world: the same on the same day, different for everybody, and always with room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.demo import weeks, world
from app.demo.scenarios import SCENARIOS
from app.demo.seeding import SandboxAccess, seed_sandbox
from app.holidays import holidays_of
from booking_types.bits import COARSE
from booking_types.intervals import Interval, merged
from booking_types.model import BookingType, HostOverrides
from connectors.google import GoogleAccount, GoogleCalendar
from connectors.memory_tokens import MemoryTokenStore
from connectors.microsoft import MicrosoftApplication, MicrosoftCalendar
from connectors.protocols import BusyPolicy, BusyQuery, Calendar, Token, Vendor
from connectors.sandbox.calendars.entries import Answer, Entry, Kind
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer

TODAY = date(2026, 11, 18)
#: One week; the days around the turn of the year; and those around both changes of clocks.
DAYS = (
    *(date(2026, 11, 16) + timedelta(days=number) for number in range(7)),
    *(date(2026, 12, 23) + timedelta(days=number) for number in range(0, 12, 2)),
    date(2027, 3, 11),
    date(2027, 3, 25),
    date(2026, 10, 23),
)


def fortnight(entries: Sequence[Entry], today: date = TODAY) -> list[Entry]:
    """What has a day in the week of the start or the next; series always have."""
    monday = today - timedelta(days=today.weekday())
    return [
        each
        for each in entries
        if each.series is not None
        or monday
        <= date(each.start.year, each.start.month, each.start.day)
        < monday + timedelta(days=14)
    ]


def of(worker: world.Worker, today: date = TODAY) -> list[Entry]:
    return weeks.entries(worker.key, zone=worker.time_zone, today=today)


CONNECTED = [worker for worker in world.HOSTS if worker.calendar is not None]


# ----------------------------------------------------------------------------- believable


def test_the_same_day_makes_the_same_calendars() -> None:
    assert [of(worker) for worker in CONNECTED] == [of(worker) for worker in CONNECTED]


def test_no_two_hosts_have_the_same_calendar() -> None:
    calendars = [tuple((each.title, each.start) for each in of(worker)) for worker in CONNECTED]

    assert len(set(calendars)) == len(calendars) == 16


def test_the_weeks_stay_as_they_are_while_a_week_goes_on() -> None:
    monday, friday = of(CONNECTED[0], date(2026, 11, 16)), of(CONNECTED[0], date(2026, 11, 20))

    def near(entries: Sequence[Entry]) -> list[tuple[str, date]]:
        return [(each.title, each.start) for each in fortnight(entries)]

    assert near(monday) == near(friday)


def test_hosts_are_at_both_vendors_in_five_zones_or_more() -> None:
    assert {worker.calendar for worker in CONNECTED} == {Vendor.GOOGLE, Vendor.MICROSOFT}
    assert len({worker.time_zone for worker in CONNECTED}) >= 5


@pytest.mark.parametrize("week", [0, 1, 5, 6, 30])
@pytest.mark.parametrize("worker", CONNECTED, ids=lambda each: each.key)
def test_everybodys_fortnight_has_of_everything_that_a_calendar_can_say(
    worker: world.Worker, week: int
) -> None:
    today = TODAY + timedelta(weeks=week)
    near = fortnight(of(worker, today), today)

    kinds = {each.kind for each in near}
    assert kinds == set(Kind)
    assert {Answer.OWN, Answer.ACCEPTED, Answer.DECLINED} <= {each.answer for each in near}
    assert any(each.is_all_day for each in near)
    assert any(each.is_private for each in near)
    series = [each.series for each in near if each.series is not None]
    assert any(each.moved for each in series)
    assert any(each.canceled for each in series)
    assert any(each.weeks == 2 for each in series)


@pytest.mark.parametrize("worker", CONNECTED, ids=lambda each: each.key)
def test_further_ahead_there_are_whole_weeks_away_and_conferences(worker: world.Worker) -> None:
    days = {each.title: (each.end - each.start).days for each in of(worker) if each.is_all_day}

    assert days["Vacation"] == 5
    assert any("onference" in title or title == "Trade fair" for title in days)


@pytest.mark.parametrize("worker", CONNECTED, ids=lambda each: each.key)
def test_nothing_lies_on_anything_else_that_takes_time(worker: world.Worker) -> None:
    singles = [
        each
        for each in of(worker)
        if each.series is None and each.kind is not Kind.FREE and each.title != "Vacation"
    ]
    spans = sorted((each.start, each.end) for each in singles if isinstance(each.start, datetime))

    assert all(before[1] <= after[0] for before, after in pairwise(spans))


# ----------------------------------------------------------------------------- any pool


@pytest.mark.parametrize("size", [1, 5, 14, 15, 200])
def test_a_pool_has_as_many_hosts_as_are_asked_for(size: int) -> None:
    staff = world.staff(size)

    assert len(staff.pool) == len(set(staff.pool)) == size
    assert set(staff.pool) <= staff.by_key.keys()
    assert len({worker.user_id for worker in staff.workers}) == len(staff.workers)
    assert len({worker.email for worker in staff.workers}) == len(staff.workers)
    assert staff.workers[: len(world.WORKERS)] == world.WORKERS


def test_a_large_pool_is_spread_over_vendors_zones_and_working_hours() -> None:
    staff = world.staff(200)
    further = staff.workers[len(world.WORKERS) :]

    assert staff == world.staff(200)
    vendors = Counter(worker.calendar for worker in further)
    assert vendors[Vendor.GOOGLE] == vendors[Vendor.MICROSOFT] == 93
    assert len({worker.time_zone for worker in further}) >= 15
    assert len({world.working_hours(worker).spans for worker in further}) >= 4
    both = {(worker.time_zone, worker.calendar) for worker in further}
    assert len(both) >= 2 * 15


def test_without_a_wish_it_is_the_demos_own() -> None:
    assert world.staff().workers == world.WORKERS
    assert world.staff().types == world.BOOKING_TYPES
    assert len(world.staff().pool) == 14


# ----------------------------------------------------------------------------- room


@dataclass(frozen=True)
class Organisation:
    """A seeded sandbox, and when everybody is taken."""

    now: datetime
    busy: dict[str, list[Interval]]

    def free(
        self, worker: world.Worker, kind: BookingType, own: HostOverrides | None
    ) -> set[datetime]:
        """The quarter hours at which somebody can begin the longest meeting of a type."""
        length = max(kind.durations)
        taken = merged(
            Interval(each.start - kind.buffer_after, each.end + kind.buffer_before)
            for each in self.busy[worker.key]
        )
        notice = own.minimum_notice if own is not None else None
        earliest = self.now + max(notice or timedelta(0), kind.minimum_notice)
        return {
            start
            for start in self._quarters(worker, length)
            if start >= earliest
            and not any(each.overlaps(Interval(start, start + length)) for each in taken)
        }

    def _quarters(self, worker: world.Worker, length: timedelta) -> Iterator[datetime]:
        zone = ZoneInfo(worker.time_zone)
        first = self.now.astimezone(zone).date()
        for number in range(11):
            day = first + timedelta(days=number)
            for span in world.working_hours(worker).spans:
                if span.weekday != day.isoweekday():
                    continue
                start = datetime.combine(day, span.start, zone).astimezone(UTC)
                until = datetime.combine(day, span.end, zone).astimezone(UTC)
                while start + length <= min(until, self.now + timedelta(days=10)):
                    yield start
                    start += timedelta(minutes=30)


@pytest.fixture(params=DAYS, ids=lambda day: f"{day:%a %d %b %Y}")
def organisation(request: pytest.FixtureRequest) -> Iterator[Organisation]:
    """The demo's own, started late on that day, as our connectors read it."""
    today: date = request.param
    server = SandboxServer()
    server.start()
    try:
        access = seed_sandbox(SandboxControl(server.base_url), today=today)
        # The worst time to begin: everybody's day but America's is over.
        now = datetime.combine(today, time(18, 30), ZoneInfo("Europe/Berlin")).astimezone(UTC)
        span = Interval(now, now + timedelta(days=11))
        busy = {
            worker.key: _busy(server, access, worker, span)
            for worker in CONNECTED
            if not worker.has_withdrawn
        }
        yield Organisation(now=now, busy=busy)
    finally:
        server.stop()


def _busy(
    server: SandboxServer, access: SandboxAccess, worker: world.Worker, span: Interval
) -> list[Interval]:
    calendar: Calendar
    if worker.calendar is Vendor.GOOGLE:
        token = access.google["accounts"][worker.email]["refresh_token"]
        stored = Token(
            access_token="", refresh_token=token, expires_at=datetime(2000, 1, 1, tzinfo=UTC)
        )
        calendar = GoogleCalendar(
            api_url=f"{server.base_url}/google",
            access=GoogleAccount(
                oauth_url=f"{server.base_url}/google/oauth",
                client_id=access.google["client_id"],
                client_secret=access.google["client_secret"],
                tokens=MemoryTokenStore(stored),
            ),
        )
    else:
        calendar = MicrosoftCalendar(
            graph_url=f"{server.base_url}/microsoft",
            access=MicrosoftApplication(
                tokens=MemoryTokenStore(),
                login_url=f"{server.base_url}/microsoft/login",
                tenant=access.microsoft["tenant_id"],
                client_id=access.microsoft["client_id"],
                client_secret=access.microsoft["client_secret"],
            ),
        )
    (found,) = calendar.busy(
        [BusyQuery(mailbox=worker.email)], span=span, policy=BusyPolicy(), unit=COARSE
    )
    assert not found.unreadable
    return list(found.busy)


def test_every_scenario_and_every_host_has_times_within_ten_days_of_any_day(
    organisation: Organisation,
) -> None:
    by_key = {each.booking_type.key: each for each in world.BOOKING_TYPES}
    for scenario in SCENARIOS.values():
        demo_type = by_key[scenario.booking_type]
        hosts = (scenario.host,) if scenario.host else demo_type.hosts[:1]
        together = [(*hosts, *scenario.co_hosts)]
        for people in demo_type.panel.values():
            together = [(*each, person) for each in together for person in people]
        times = [_common(organisation, demo_type, keys) for keys in together]
        assert any(len(each) >= 2 for each in times), scenario.title
    for demo_type in world.BOOKING_TYPES:
        for key in demo_type.hosts:
            if key in organisation.busy:
                free = _common(organisation, demo_type, (key,))
                assert len(free) >= 5, (demo_type.booking_type.key, key)


def _common(
    organisation: Organisation, demo_type: world.DemoType, keys: Sequence[str]
) -> set[datetime]:
    free = set.intersection(
        *(
            organisation.free(
                world.BY_KEY[key], demo_type.booking_type, demo_type.overrides.get(key)
            )
            for key in keys
        )
    )
    rule = demo_type.booking_type.holidays
    if not rule.calendar:
        return free
    zone = ZoneInfo(world.BY_KEY[keys[0]].time_zone)
    year = organisation.now.year
    closed = {each.on for each in holidays_of(rule.calendar, (year, year + 1))}
    return {start for start in free if start.astimezone(zone).date() not in closed}


def test_the_weeks_are_as_full_as_those_of_people_who_sell(organisation: Organisation) -> None:
    """Between a fifth and two thirds of everybody's working time in the next ten days."""
    for worker in CONNECTED:
        if worker.has_withdrawn:
            continue
        worked = _working_time(organisation, worker)
        taken = sum(
            (
                min(each.end, span.end) - max(each.start, span.start)
                for each in organisation.busy[worker.key]
                for span in worked
                if each.overlaps(span)
            ),
            timedelta(0),
        )
        share = taken / sum((span.end - span.start for span in worked), timedelta(0))
        assert 0.2 <= share <= 0.67, (worker.key, share)


def _working_time(organisation: Organisation, worker: world.Worker) -> list[Interval]:
    zone = ZoneInfo(worker.time_zone)
    first = organisation.now.astimezone(zone).date() + timedelta(days=1)
    days = [first + timedelta(days=number) for number in range(9)]
    return [
        Interval(
            *(datetime.combine(day, clock, zone).astimezone(UTC) for clock in (time(9), time(18)))
        )
        for day in days
        if day.isoweekday() <= 5
    ]
