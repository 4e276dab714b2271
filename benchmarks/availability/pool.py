"""People with their calendars, the same in every run, and what Google and Graph answer of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking_types.answers import Role
from booking_types.availability import Question, busy_span
from booking_types.intervals import Interval, merged
from booking_types.model import (
    BookingType,
    BusyInterval,
    BusySource,
    DateOverride,
    DaySpan,
    HostTimes,
    PanelRole,
    WorkingHours,
    WorkingSpan,
)

SEED = 20270311
#: The window crosses the change of the clocks in the United States; sixty days cross those of
#: Europe and Australia too.
FIRST_DAY = datetime(2027, 3, 11, tzinfo=UTC)
ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Sydney",
)
MEETINGS_A_DAY = 8
DURATION = timedelta(minutes=30)
#: Calendars in one answer of Google's; mailboxes in one of Graph's, and of these in one batch.
GOOGLE_CALENDARS, GRAPH_MAILBOXES, GRAPH_CALLS = 50, 20, 20
_DAY = timedelta(days=1)
_DIGIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        name: As it is printed.
        people: How many there are.
        days: For how long they are asked.
        co_hosts: How many of them must all be there.
        in_roles: How many of them each of two panel roles has.
        cold_target, warm_target: How many times as fast as the reference peer it should be.
    """

    name: str
    people: int
    days: int
    co_hosts: int = 0
    in_roles: int = 0
    cold_target: float
    warm_target: float


ROWS = (
    Row(name="single 1x14", people=1, days=14, cold_target=15, warm_target=25),
    Row(name="collective 3x14", people=3, days=14, co_hosts=2, cold_target=20, warm_target=100),
    Row(name="pooled 50x14", people=50, days=14, cold_target=25, warm_target=140),
    Row(name="pooled 200x14", people=200, days=14, cold_target=30, warm_target=280),
    Row(name="pooled 1000x14", people=1000, days=14, cold_target=35, warm_target=400),
    Row(name="pooled 200x60", people=200, days=60, cold_target=25, warm_target=270),
    Row(name="panel 200x14", people=200, days=14, in_roles=60, cold_target=25, warm_target=400),
)
#: The ones between which cold and warm times are compared as the pool grows.
SCALING = ("pooled 50x14", "pooled 200x14", "pooled 1000x14")
#: The one for which the peer's distance from the interval lists is known.
REFERENCE = "pooled 200x14"

BOOKING_TYPE = BookingType(
    key="bench",
    name="Benchmark",
    object_name="Lead",
    durations=(DURATION,),
    increment=timedelta(minutes=15),
    buffer_before=timedelta(minutes=5),
    buffer_after=timedelta(minutes=10),
    minimum_notice=timedelta(hours=4),
    booking_window=timedelta(days=90),
    panel_roles=(
        PanelRole(key="engineer", name="Engineer"),
        PanelRole(key="manager", name="Manager"),
    ),
)


def mailbox(number: int) -> str:
    """The address of a person's calendar."""
    return f"host{number:04d}@example.com"


def question(row: Row) -> Question:
    """What a row asks, with all busy times as intervals."""
    rng = random.Random(f"{SEED} {row.name}")
    people = [_person(rng, number, row.days) for number in range(row.people)]
    hosts = people[row.co_hosts :]
    roles: tuple[Role, ...] = ()
    if row.in_roles:
        in_roles, hosts = hosts[: 2 * row.in_roles], hosts[2 * row.in_roles :]
        roles = tuple(
            Role(key=role.key, name=role.name, people=tuple(in_roles[place::2]))
            for place, role in enumerate(BOOKING_TYPE.panel_roles)
        )
    return Question(
        booking_type=BOOKING_TYPE,
        default_time_zone="America/New_York",
        hosts=tuple(hosts),
        co_hosts=tuple(people[: row.co_hosts]),
        roles=roles,
        duration=DURATION,
        span=Interval(FIRST_DAY, FIRST_DAY + row.days * _DAY),
        now=FIRST_DAY + timedelta(hours=12, minutes=7),
    )


def asked_span(asked: Question) -> Interval:
    """For which time calendars have to be known."""
    return busy_span(
        booking_type=asked.booking_type,
        duration=asked.duration,
        span=asked.span,
        overrides=(person.overrides for person in asked.everybody),
    )


# ------------------------------------------------------------------------------ the people


def _hours(zone: str, weekdays: Sequence[int], *parts: tuple[time, time]) -> WorkingHours:
    spans = tuple(
        WorkingSpan(weekday=weekday, start=start, end=end)
        for weekday in weekdays
        for start, end in parts
    )
    return WorkingHours(time_zone=zone, spans=spans)


def _rule_set(number: int, zone: str) -> WorkingHours:
    week = range(1, 6)
    if number == 0:
        return _hours(zone, week, (time(9), time(17)))
    if number == 1:
        return _hours(zone, week, (time(8, 30), time(16, 30)))
    if number == 2:
        return _hours(zone, week, (time(8), time(12)), (time(13), time(18)))
    return _hours(zone, range(1, 8), (time(10), time(16)))


def _person(rng: random.Random, number: int, days: int) -> HostTimes:
    # Those who have to come together live in neighbouring zones, so that there are slots.
    zone = ZONES[number // 4 % len(ZONES)]
    overrides: list[DateOverride] = []
    taken: list[BusyInterval] = []
    for day in range(-1, days + 1):
        on = FIRST_DAY.date() + day * _DAY
        chance = rng.random()
        if chance < 0.02:
            overrides.append(DateOverride(on=on, label="Day off"))
        elif chance < 0.04:
            overrides.append(DateOverride(on=on, spans=(DaySpan(start=time(9), end=time(12)),)))
        taken += _meetings(rng, on, zone)
    rng.shuffle(taken)
    return HostTimes(
        host_id=f"005{number:012d}AAA",
        working_hours=_rule_set(number % 4, zone),
        date_overrides=tuple(overrides),
        busy=tuple(taken),
    )


def _meetings(rng: random.Random, on: date, zone: str) -> Iterator[BusyInterval]:
    midnight = datetime.combine(on, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for _ in range(MEETINGS_A_DAY):
        minute = rng.randrange(8 * 60, 18 * 60, 5)
        if rng.random() < 0.1:
            minute += rng.randrange(1, 5)
        length = timedelta(minutes=rng.choice((15, 30, 30, 45, 60)))
        if rng.random() < 0.01:
            minute, length = 0, _DAY
        start = midnight + timedelta(minutes=minute)
        yield BusyInterval(Interval(start, start + length), BusySource.CALENDAR)


# -------------------------------------------------------------------- what the vendors answer


def google_answers(people: Sequence[HostTimes], span: Interval) -> list[bytes]:
    """``freebusy.query``, fifty calendars in each answer, written as Google writes it."""
    return [
        json.dumps(
            {
                "kind": "calendar#freeBusy",
                "timeMin": _text(span.start),
                "timeMax": _text(span.end),
                "calendars": {
                    mailbox(first + place): {"busy": _periods(person, span)}
                    for place, person in enumerate(people[first : first + GOOGLE_CALENDARS])
                },
            },
            indent=1,
        ).encode()
        for first in range(0, len(people), GOOGLE_CALENDARS)
    ]


def _periods(person: HostTimes, span: Interval) -> list[dict[str, str]]:
    clipped = (each.interval.clipped(span) for each in person.busy)
    return [
        {"start": _text(each.start), "end": _text(each.end)}
        for each in sorted((one for one in clipped if one), key=lambda one: one.start)
    ]


def graph_answers(people: Sequence[HostTimes], span: Interval) -> list[bytes]:
    """Batches of ``getSchedule``, with the entries that stand beside the digits."""
    parts = [
        {"value": [_schedule(first + place, person, span) for place, person in enumerate(chunk)]}
        for first in range(0, len(people), GRAPH_MAILBOXES)
        if (chunk := people[first : first + GRAPH_MAILBOXES])
    ]
    return [
        json.dumps(
            {
                "responses": [
                    {
                        "id": str(number),
                        "status": 200,
                        "headers": {"Content-Type": "application/json"},
                        "body": body,
                    }
                    for number, body in enumerate(parts[first : first + GRAPH_CALLS])
                ]
            },
            separators=(",", ":"),
        ).encode()
        for first in range(0, len(parts), GRAPH_CALLS)
    ]


def digits_window(span: Interval) -> Interval:
    """A span rounded outward to digits of five minutes."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return Interval(
        epoch + (span.start - epoch) // _DIGIT * _DIGIT,
        epoch - (epoch - span.end) // _DIGIT * _DIGIT,
    )


def _schedule(number: int, person: HostTimes, span: Interval) -> dict[str, object]:
    window = digits_window(span)
    digits = bytearray(b"0" * (window.length // _DIGIT))
    for taken in merged(each.interval for each in person.busy):
        clipped = taken.clipped(window)
        if clipped is None:
            continue
        first = (clipped.start - window.start) // _DIGIT
        stop = -((window.start - clipped.end) // _DIGIT)
        digits[first:stop] = b"2" * (stop - first)
    return {
        "scheduleId": mailbox(number),
        "availabilityView": digits.decode(),
        "scheduleItems": [_item(each.interval) for each in person.busy],
        "workingHours": {
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": "Pacific Standard Time"},
        },
    }


def _item(interval: Interval) -> dict[str, object]:
    return {
        "isPrivate": False,
        "status": "busy",
        "subject": "Planning of the next quarter",
        "location": "Conference room",
        "isMeeting": True,
        "isRecurring": False,
        "isException": False,
        "isReminderSet": True,
        "start": _graph_time(interval.start),
        "end": _graph_time(interval.end),
    }


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _graph_time(instant: datetime) -> dict[str, str]:
    return {"dateTime": instant.strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": "UTC"}
