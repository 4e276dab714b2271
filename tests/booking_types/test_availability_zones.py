"""Every change of the clocks of every zone there is, as the engine and as an oracle see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from booking_types.answers import Question
from booking_types.availability import explain_people, slots
from booking_types.intervals import Interval
from booking_types.model import (
    BusyInterval,
    BusySource,
    DateOverride,
    DaySpan,
    HostTimes,
    WorkingHours,
    WorkingSpan,
)
from tests.booking_types.oracle import Slots, interval_slots, minute_slots
from tests.booking_types.questions import booking_type, every_day, host, minutes, question

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """The first instant of another offset, in a zone where the clocks change so."""

    zone: str
    when: datetime

    @property
    def edge(self) -> datetime:
        """A time on the wall in the middle of what is left out or shown twice."""
        zone = ZoneInfo(self.zone)
        after = self.when.astimezone(zone).replace(tzinfo=None)
        just_before = (self.when - minutes(1)).astimezone(zone).replace(tzinfo=None)
        return just_before + minutes(1) + (after - just_before - minutes(1)) / 2


def offset_of(instant: datetime, zone: ZoneInfo) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def changes_of(name: str, first: datetime, last: datetime) -> list[datetime]:
    """When the clocks of a zone change; looked for twice a day, which no zone outpaces."""
    zone, step = ZoneInfo(name), timedelta(hours=12)
    found = []
    instant, offset = first, offset_of(first, zone)
    while instant < last:
        later = instant + step
        if offset_of(later, zone) != offset:
            low, high = instant, later
            while high - low > minutes(1):
                middle = low + (high - low) // minutes(2) * minutes(1)
                low, high = (low, middle) if offset_of(middle, zone) != offset else (middle, high)
            found.append(high)
        instant, offset = later, offset_of(later, zone)
    return found


@cache
def all_changes() -> tuple[tuple[Change, ...], int]:
    """One change of each kind, and how many there are of all kinds in all zones.

    Two zones whose clocks change at one instant, between the same offsets, are one kind.
    """
    kinds: dict[tuple[datetime, timedelta, timedelta], Change] = {}
    count = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for when in changes_of(name, FIRST, LAST):
            count += 1
            kind = (when, offset_of(when - minutes(1), zone), offset_of(when, zone))
            kinds.setdefault(kind, Change(name, when))
    return tuple(kinds.values()), count


@cache
def steady_zones() -> tuple[str, ...]:
    """A zone for each offset whose clocks never change in these years."""
    found: dict[timedelta, str] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        ends = {offset_of(FIRST + number * 30 * _DAY, zone) for number in range(60)}
        if len(ends) == 1:
            found.setdefault(ends.pop(), name)
    return tuple(found.values())


def working(start: datetime, length: int, *, zone: str) -> WorkingHours:
    """Hours that begin with that time on the wall on every day, so many minutes on the wall."""
    end = (start + minutes(length)).time()
    spans = (WorkingSpan(weekday=weekday, start=start.time(), end=end) for weekday in range(1, 8))
    return WorkingHours(time_zone=zone, spans=tuple(spans))


def around(change: Change, *, increment: int, duration: int, window: timedelta) -> Question:
    """A question with edges of everything at the change: hours, dates, limits, the window."""
    edge, zone = change.edge, change.zone
    on = change.when.astimezone(ZoneInfo(zone)).date()
    whole = every_day("00:00-00:00", zone=zone)
    taken = BusyInterval(
        Interval(change.when - minutes(35), change.when + minutes(20)), BusySource.BOOKING
    )
    spans = (DaySpan(start=edge.time(), end=(edge + minutes(95)).time()),)
    span = Interval(change.when - timedelta(hours=30), change.when + timedelta(hours=30))
    people: tuple[HostTimes, ...] = (
        host("begins-inside", working=working(edge, 480, zone=zone)),
        host("ends-inside", working=working(edge - minutes(300), 300, zone=zone)),
        host("overnight", working=working(edge - minutes(720), 735, zone=zone)),
        host("always", taken, working=whole),
        host("off", working=whole, date_overrides=(DateOverride(on=on),)),
        host("other", working=whole, date_overrides=(DateOverride(on=on, spans=spans),)),
        host("full", working=whole, meetings=(change.when - minutes(1),)),
    )
    limited = replace(people[-1].overrides, daily_limit=1)
    return question(
        *people[:-1],
        replace(people[-1], overrides=limited),
        kind=booking_type(increment=increment, before=10, window=window, zone=zone),
        duration=duration,
        span=span,
        now=span.start,
    )


def by_engine(asked: Question) -> Slots:
    return [(slot.interval.start, slot.host_ids) for slot in slots(asked).slots]


def of_change(number: int, change: Change) -> Question:
    return around(
        change,
        increment=(15, 30, 60)[number % 3],
        duration=(30, 45, 60, 120)[number % 4],
        # Now and then the window ends just at the change, or shortly after it.
        window=(timedelta(days=3), timedelta(hours=30), timedelta(hours=31))[number % 5 % 3],
    )


def test_every_change_of_every_zone_is_understood_as_by_the_oracle() -> None:
    changes, count = all_changes()
    offered: Counter[str] = Counter()
    for number, change in enumerate(changes):
        asked = of_change(number, change)
        found = by_engine(asked)
        assert found == interval_slots(asked), change
        for _, host_ids in found:
            offered.update(host_ids)

    # Fewer would mean that they were not found, or that the database lacks them.
    assert count >= 1500
    assert len(changes) >= 180
    assert len(offered) == 7
    assert min(offered.values()) >= 500


SPECIAL = (
    Change("Africa/Cairo", datetime(2027, 4, 29, 22, tzinfo=UTC)),
    Change("Africa/Cairo", datetime(2027, 10, 28, 21, tzinfo=UTC)),
    Change("Africa/Casablanca", datetime(2025, 2, 23, 2, tzinfo=UTC)),
    Change("Africa/Casablanca", datetime(2025, 4, 6, 2, tzinfo=UTC)),
    Change("America/Havana", datetime(2025, 3, 9, 5, tzinfo=UTC)),
    Change("America/Havana", datetime(2025, 11, 2, 5, tzinfo=UTC)),
    Change("America/St_Johns", datetime(2027, 3, 14, 5, 30, tzinfo=UTC)),
    Change("Asia/Beirut", datetime(2027, 3, 27, 22, tzinfo=UTC)),
    Change("Asia/Beirut", datetime(2027, 10, 30, 21, tzinfo=UTC)),
    Change("Atlantic/Azores", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    Change("Australia/Lord_Howe", datetime(2027, 4, 3, 15, tzinfo=UTC)),
    Change("Australia/Lord_Howe", datetime(2027, 10, 2, 15, 30, tzinfo=UTC)),
    Change("Europe/Dublin", datetime(2027, 10, 31, 1, tzinfo=UTC)),
    Change("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    Change("Pacific/Chatham", datetime(2027, 4, 3, 14, tzinfo=UTC)),
)


@pytest.mark.parametrize(
    "change", SPECIAL, ids=[f"{each.zone} {each.when:%Y-%m}" for each in SPECIAL]
)
def test_the_odd_changes_are_understood_as_by_a_look_at_every_minute(change: Change) -> None:
    zone = ZoneInfo(change.zone)
    assert offset_of(change.when, zone) != offset_of(change.when - minutes(1), zone)

    for number in range(2):
        asked = of_change(number, change)
        assert by_engine(asked) == minute_slots(asked) == interval_slots(asked)


def test_zones_that_never_change_are_understood_too_whatever_their_offset() -> None:
    zones = steady_zones()
    for number, zone in enumerate(zones):
        asked = of_change(number, Change(zone, datetime(2027, 6, 15, 3, tzinfo=UTC)))
        assert by_engine(asked) == interval_slots(asked), zone

    offsets = {offset_of(FIRST, ZoneInfo(zone)) % timedelta(hours=1) for zone in zones}
    assert offsets >= {minutes(0), minutes(30), minutes(45)}
    assert len(zones) >= 30


def test_each_person_is_told_of_on_the_dates_of_the_grids_clock_also_around_a_change() -> None:
    change = Change("Africa/Cairo", datetime(2027, 4, 29, 22, tzinfo=UTC))
    days = [each for each in explain_people(of_change(2, change)) if each.host_id == "always"]

    assert [each.on for each in days] == [
        date(2027, 4, 28),
        date(2027, 4, 29),
        date(2027, 4, 30),
        date(2027, 5, 1),
    ]
    lengths = [sum(run.starts for run in each.runs) for each in days]
    # The thirtieth has no hour from midnight to one.
    assert lengths[1:3] == [24, 23]
