"""Questions about times: built by hand in the tests' words, or put together at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from booking_types.availability import Question
from booking_types.intervals import Interval
from booking_types.model import (
    BookingType,
    BusyInterval,
    BusySource,
    HostTimes,
    WorkingHours,
    WorkingSpan,
)

T = TypeVar("T")
#: Takes one of several: a random generator's ``choice``, or a hypothesis draw.
Choose = Callable[[Sequence[T]], T]

#: A Sunday evening; the week that follows has no change of clocks anywhere in these tests.
NOW = datetime(2027, 1, 10, 20, 0, tzinfo=UTC)

#: A zone, and when (UTC) its clocks change in 2027; Kathmandu's never do.
CHANGES = (
    ("America/New_York", datetime(2027, 3, 14, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2027, 11, 7, 6, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 10, 31, 1, tzinfo=UTC)),
    ("Europe/Dublin", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    ("Europe/Dublin", datetime(2027, 10, 31, 1, tzinfo=UTC)),
    ("Australia/Sydney", datetime(2027, 4, 3, 16, tzinfo=UTC)),
    ("Australia/Sydney", datetime(2027, 10, 2, 16, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 4, 3, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 10, 2, 15, 30, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2027, 4, 29, 22, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2027, 10, 28, 21, tzinfo=UTC)),
    ("America/Havana", datetime(2027, 3, 14, 5, tzinfo=UTC)),
    ("America/Havana", datetime(2027, 11, 7, 5, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2027, 6, 1, 0, tzinfo=UTC)),
)
ZONES = tuple(dict.fromkeys(zone for zone, _ in CHANGES))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(text: str) -> datetime:
    """An instant: ``2027-01-11T09:00Z``."""
    return datetime.fromisoformat(text)


def between(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


def hours(*texts: str, zone: str = "UTC") -> WorkingHours:
    """Weekly hours from ``1 09:00-17:00``: weekday, start and end."""
    spans = []
    for text in texts:
        weekday, _, rest = text.partition(" ")
        start, _, end = rest.partition("-")
        spans.append(
            WorkingSpan(
                weekday=int(weekday), start=time.fromisoformat(start), end=time.fromisoformat(end)
            )
        )
    return WorkingHours(time_zone=zone, spans=tuple(spans))


def every_day(text: str, *, zone: str = "UTC") -> WorkingHours:
    return hours(*(f"{weekday} {text}" for weekday in range(1, 8)), zone=zone)


def busy(start: str, end: str, source: BusySource = BusySource.CALENDAR) -> BusyInterval:
    return BusyInterval(between(start, end), source)


def host(
    host_id: str,
    *taken: BusyInterval,
    working: WorkingHours | None = None,
    unavailable: str = "",
    code: str = "",
) -> HostTimes:
    return HostTimes(
        host_id=host_id,
        working_hours=working or every_day("09:00-17:00"),
        busy=taken,
        unavailable=unavailable,
        unavailable_code=code,
    )


def booking_type(
    *,
    increment: float = 30,
    before: float = 0,
    after: float = 0,
    notice: timedelta = timedelta(0),
    window: timedelta = timedelta(days=60),
    working: WorkingHours | None = None,
    zone: str | None = "UTC",
) -> BookingType:
    return BookingType(
        key="demo",
        name="Demo",
        object_name="Lead",
        increment=minutes(increment),
        buffer_before=minutes(before),
        buffer_after=minutes(after),
        minimum_notice=notice,
        booking_window=window,
        working_hours=working,
        time_zone=zone,
    )


def question(
    *hosts: HostTimes,
    kind: BookingType | None = None,
    co_hosts: tuple[HostTimes, ...] = (),
    duration: float = 30,
    span: Interval | None = None,
    now: datetime = NOW,
    default_zone: str = "UTC",
) -> Question:
    return Question(
        booking_type=kind or booking_type(),
        default_time_zone=default_zone,
        hosts=hosts,
        co_hosts=co_hosts,
        duration=minutes(duration),
        span=span or between("2027-01-11T00:00Z", "2027-01-12T00:00Z"),
        now=now,
    )


# ---------------------------------------------------------------------------- at random


def random_question(choose: Choose[int], *, pick_change: int | None = None) -> Question:
    """A question around a change of clocks, or without one for once.

    Args:
        choose: Takes one of several numbers.
        pick_change: Number of the change in ``CHANGES``; chosen too when it is not given.
    """
    number = choose(range(len(CHANGES))) if pick_change is None else pick_change
    zone, change = CHANGES[number]
    start = change + minutes(choose(range(-2160, 721)))
    span = Interval(start, start + minutes(choose((1, 45, 300, 1440, 2000, 2880))))
    kind = booking_type(
        increment=choose((5, 7, 15, 20, 30, 30, 45, 60, 90, 120, 600, 1440)),
        before=choose((0, 0, 5, 7, 30)),
        after=choose((0, 0, 10, 11, 60)),
        notice=minutes(choose((0, 1, 60, 241))),
        window=minutes(choose((1000, 2000, 9000))),
        working=_random_hours(choose, zone) if choose((0, 0, 0, 1)) else None,
        zone=(None, zone, ZONES[choose(range(len(ZONES)))])[choose((0, 1, 2))],
    )
    people = [_random_host(choose, f"host-{each}", zone, span) for each in range(5)]
    return Question(
        booking_type=kind,
        default_time_zone=zone,
        hosts=tuple(people[: choose((1, 1, 2, 3))]),
        co_hosts=tuple(people[3 : choose((3, 3, 3, 4, 5))]),
        duration=minutes(choose((5, 15, 23, 30, 60, 60, 150, 1440))),
        span=span,
        now=start - minutes(choose((-500, -30, 0, 60, 600))),
    )


def _random_host(choose: Choose[int], host_id: str, zone: str, span: Interval) -> HostTimes:
    own_zone = zone if choose((0, 0, 1)) == 0 else ZONES[choose(range(len(ZONES)))]
    taken = []
    for _ in range(choose((0, 1, 2, 5))):
        start = span.start + timedelta(seconds=choose((0, 0, 1, 299)))
        start += minutes(choose(range(-300, 3100, 5)) + choose((0, 0, 0, 1, 4)))
        end = start + minutes(choose((1, 15, 30, 60, 90, 500)))
        taken.append(BusyInterval(Interval(start, end), tuple(BusySource)[choose((0, 1, 2))]))
    is_out = choose((0,) * 12 + (1,))
    return HostTimes(
        host_id=host_id,
        working_hours=_random_hours(choose, own_zone),
        busy=tuple(taken),
        unavailable="the calendar cannot be read" if is_out else "",
    )


_CLOCK_TIMES = (
    *(time(hour) for hour in range(24)),
    *(time(hour, minute) for hour in (0, 1, 2, 3, 9, 17, 23) for minute in (15, 30, 50)),
    time(8, 57),
    time(16, 3),
)


def _random_hours(choose: Choose[int], zone: str) -> WorkingHours:
    if choose((0, 0, 1)):
        return every_day("00:00-00:00", zone=zone)
    spans = []
    for _ in range(choose((1, 2))):
        start = _CLOCK_TIMES[choose(range(len(_CLOCK_TIMES)))]
        end = _CLOCK_TIMES[choose(range(len(_CLOCK_TIMES)))]
        spans += [
            WorkingSpan(weekday=weekday, start=start, end=end)
            for weekday in range(1, 8 if choose((0, 1)) else 6)
        ]
    return WorkingHours(time_zone=zone, spans=tuple(spans))
