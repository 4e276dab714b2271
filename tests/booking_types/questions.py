"""Questions about times: built by hand in the tests' words, or put together at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from booking_types.answers import Question, Role
from booking_types.bits import FINE, Cells
from booking_types.intervals import Interval
from booking_types.model import (
    BookingType,
    BusyInterval,
    BusySource,
    DateOverride,
    DaySpan,
    Holiday,
    HostOverrides,
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
    **more: Any,
) -> HostTimes:
    """Somebody; ``more`` are further fields of ``HostTimes``."""
    return HostTimes(
        host_id=host_id,
        working_hours=working or every_day("09:00-17:00"),
        busy=taken,
        unavailable=unavailable,
        unavailable_code=code,
        **more,
    )


def day_off(on: str, label: str = "") -> DateOverride:
    return DateOverride(on=date.fromisoformat(on), label=label)


def other_hours(on: str, *texts: str) -> DateOverride:
    """Hours of one date from ``09:00-17:00``."""
    edges = [text.partition("-") for text in texts]
    return DateOverride(
        on=date.fromisoformat(on),
        spans=tuple(
            DaySpan(start=time.fromisoformat(start), end=time.fromisoformat(end))
            for start, _, end in edges
        ),
    )


def holiday(on: str, name: str = "Founders' Day") -> Holiday:
    return Holiday(on=date.fromisoformat(on), name=name)


def in_cells(person: HostTimes, *, span: Interval, unit: timedelta = FINE) -> HostTimes:
    """The same person with what the calendars take as cells."""
    of_calendar = [each.interval for each in person.busy if each.source is BusySource.CALENDAR]
    rest = tuple(each for each in person.busy if each.source is not BusySource.CALENDAR)
    cells = Cells.of(of_calendar, span=span, unit=unit)
    return replace(person, busy=rest, calendar=cells)


def booking_type(
    *,
    increment: float = 30,
    before: float = 0,
    after: float = 0,
    notice: timedelta = timedelta(0),
    window: timedelta = timedelta(days=60),
    working: WorkingHours | None = None,
    zone: str | None = "UTC",
    **more: Any,
) -> BookingType:
    """A booking type; ``more`` are further fields of it."""
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
        **more,
    )


def question(
    *hosts: HostTimes,
    kind: BookingType | None = None,
    co_hosts: tuple[HostTimes, ...] = (),
    duration: float = 30,
    span: Interval | None = None,
    now: datetime = NOW,
    default_zone: str = "UTC",
    roles: tuple[Role, ...] = (),
    holidays: tuple[Holiday, ...] = (),
) -> Question:
    return Question(
        booking_type=kind or booking_type(),
        default_time_zone=default_zone,
        hosts=hosts,
        co_hosts=co_hosts,
        duration=minutes(duration),
        span=span or between("2027-01-11T00:00Z", "2027-01-12T00:00Z"),
        now=now,
        roles=roles,
        holidays=holidays,
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
        window=minutes(choose((1000, 3000, 9000, 9000))),
        working=_random_hours(choose, zone) if choose((0, 0, 0, 1)) else None,
        zone=(None, zone, ZONES[choose(range(len(ZONES)))])[choose((0, 1, 2))],
        date_overrides=_random_overrides(choose, span),
        daily_limit=_random_limit(choose, (-1,) * 8 + (1, 2)),
        weekly_limit=_random_limit(choose, (-1,) * 8 + (1, 3)),
    )
    people = [_random_host(choose, f"host-{each}", zone, span) for each in range(7)]
    roles = (
        Role(key="first", name="Engineer", people=tuple(people[5:7])),
        Role(key="second", name="Lawyer", people=tuple(people[4:5])),
    )
    return Question(
        booking_type=kind,
        default_time_zone=zone,
        hosts=tuple(people[: choose((1, 1, 2, 3))]),
        co_hosts=tuple(people[3 : choose((3, 3, 3, 3, 4))]),
        roles=roles[: choose((0, 0, 0, 0, 1, 2))],
        holidays=_random_holidays(choose, span),
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
    person = HostTimes(
        host_id=host_id,
        working_hours=_random_hours(choose, own_zone),
        date_overrides=_random_overrides(choose, span),
        holidays=_random_holidays(choose, span),
        busy=tuple(taken),
        meetings=tuple(
            span.start + minutes(choose(range(-6000, 6000, 77))) for _ in range(choose((0, 1, 3)))
        ),
        overrides=_random_differences(choose, zone, span),
        unavailable="the calendar cannot be read" if is_out else "",
    )
    if not choose((0, 0, 1)):
        return person
    around = span.widened(before=timedelta(days=2), after=timedelta(days=4))
    return in_cells(person, span=around, unit=minutes(choose((1, 1, 5, 10))))


def _random_differences(choose: Choose[int], zone: str, span: Interval) -> HostOverrides:
    """Where a host differs from the type: mostly nowhere, then in a thing or two."""
    if choose((0, 0, 0, 1)) == 0:
        return HostOverrides()

    def some(*lengths: int) -> timedelta | None:
        number = choose((-1, -1, *lengths))
        return None if number < 0 else minutes(number)

    return HostOverrides(
        working_hours=_random_hours(choose, zone) if choose((0, 0, 1)) else None,
        date_overrides=_random_overrides(choose, span),
        buffer_before=some(0, 5, 20),
        buffer_after=some(0, 3, 45),
        minimum_notice=some(0, 90, 700),
        booking_window=some(500, 3000),
        daily_limit=_random_limit(choose, (-1, -1, -1, 0, 1, 2)),
        weekly_limit=_random_limit(choose, (-1, -1, -1, 0, 1, 3)),
    )


def _random_limit(choose: Choose[int], numbers: Sequence[int]) -> int | None:
    """One of the numbers; none of them for a negative one."""
    number = choose(numbers)
    return None if number < 0 else number


def _random_dates(choose: Choose[int], span: Interval, most: int) -> list[date]:
    first = span.start.date()
    return [
        first + timedelta(days=choose((-2, -1, 0, 0, 1, 1, 2)))
        for _ in range(choose((0, 0, 0, 0, most)))
    ]


def _random_holidays(choose: Choose[int], span: Interval) -> tuple[Holiday, ...]:
    return tuple(Holiday(on=on, name="a holiday") for on in _random_dates(choose, span, 1))


def _random_overrides(choose: Choose[int], span: Interval) -> tuple[DateOverride, ...]:
    return tuple(
        DateOverride(
            on=on, spans=tuple(_random_day_spans(choose) for _ in range(choose((0, 1, 2))))
        )
        for on in _random_dates(choose, span, 2)
    )


def _random_day_spans(choose: Choose[int]) -> DaySpan:
    start, end = (_CLOCK_TIMES[choose(range(len(_CLOCK_TIMES)))] for _ in range(2))
    return DaySpan(start=start, end=end)


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
