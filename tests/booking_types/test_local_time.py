from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking_types.availability import slots
from booking_types.errors import InvalidRequestError
from booking_types.intervals import Interval
from booking_types.local_time import instants, local_day, zone_named
from booking_types.model import BusyInterval, BusySource, HostTimes
from tests.booking_types.questions import (
    at,
    between,
    booking_type,
    busy,
    every_day,
    host,
    hours,
    question,
)


def starts_on(on: date, zone: str, *, increment: int = 30) -> list[str]:
    day = local_day(on, zone=ZoneInfo(zone))
    assert day is not None
    asked = question(
        host("one", working=every_day("00:00-00:00")),
        kind=booking_type(increment=increment, zone=zone),
        span=day,
        duration=5,
        now=day.start,
    )
    return [
        f"{slot.interval.start.astimezone(ZoneInfo(zone)):%H:%M}" for slot in slots(asked).slots
    ]


def worked(person: HostTimes, span: Interval) -> list[str]:
    """The hours as slots of one minute see them: first start and last end, in UTC."""
    asked = question(person, kind=booking_type(increment=1), span=span, duration=1, now=span.start)
    found = slots(asked).slots
    return [f"{found[0].interval.start:%H:%M}", f"{found[-1].interval.end:%H:%M}"]


@pytest.mark.parametrize(
    ("zone", "on", "length"),
    [
        ("America/New_York", date(2027, 3, 14), timedelta(hours=23)),
        ("America/New_York", date(2027, 11, 7), timedelta(hours=25)),
        ("Europe/Berlin", date(2027, 3, 28), timedelta(hours=23)),
        ("Europe/Dublin", date(2027, 10, 31), timedelta(hours=25)),
        ("Australia/Sydney", date(2027, 10, 3), timedelta(hours=23)),
        ("Australia/Lord_Howe", date(2027, 10, 3), timedelta(hours=23, minutes=30)),
        ("Australia/Lord_Howe", date(2027, 4, 4), timedelta(hours=24, minutes=30)),
        ("Africa/Cairo", date(2027, 4, 30), timedelta(hours=23)),
        ("America/Havana", date(2025, 11, 2), timedelta(hours=25)),
        ("Asia/Kathmandu", date(2027, 3, 14), timedelta(hours=24)),
    ],
)
def test_a_day_is_as_long_as_its_clock_makes_it(zone: str, on: date, length: timedelta) -> None:
    day = local_day(on, zone=ZoneInfo(zone))

    assert day is not None
    assert day.length == length
    assert len(starts_on(on, zone)) == length // timedelta(minutes=30)


def test_a_day_without_a_midnight_begins_after_the_jump() -> None:
    day = local_day(date(2027, 4, 30), zone=ZoneInfo("Africa/Cairo"))

    assert day is not None
    assert day.start == at("2027-04-29T22:00Z")
    assert starts_on(date(2027, 4, 30), "Africa/Cairo")[:2] == ["01:00", "01:30"]


def test_a_date_that_a_zone_left_out_is_no_day() -> None:
    assert local_day(date(2011, 12, 30), zone=ZoneInfo("Pacific/Apia")) is None


def test_a_start_that_the_clocks_jump_over_is_not_offered() -> None:
    starts = starts_on(date(2027, 3, 14), "America/New_York")

    assert starts[:8] == ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30", "04:00", "04:30"]


def test_a_start_that_the_clocks_show_twice_is_offered_twice() -> None:
    starts = starts_on(date(2027, 11, 7), "America/New_York")

    assert starts[:7] == ["00:00", "00:30", "01:00", "01:30", "01:00", "01:30", "02:00"]


def test_half_an_hour_of_change_moves_the_grid_by_half_an_hour() -> None:
    starts = starts_on(date(2027, 10, 3), "Australia/Lord_Howe", increment=60)

    assert starts[:4] == ["00:00", "01:00", "03:00", "04:00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The jump is at 07:00 UTC from 02:00 to 03:00.
        ("7 01:00-02:30", ["06:00", "07:00"]),
        ("7 02:30-04:00", ["07:00", "08:00"]),
        ("7 01:00-05:00", ["06:00", "09:00"]),
        ("6 23:00-02:15", ["04:00", "07:00"]),
    ],
)
def test_working_hours_with_an_edge_in_a_jump_end_or_begin_at_the_jump(
    text: str, expected: list[str]
) -> None:
    person = host("one", working=hours(text, zone="America/New_York"))

    assert worked(person, between("2027-03-14T00:00Z", "2027-03-15T00:00Z")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 01:00 to 02:00 is shown twice: from 05:00 and from 06:00 UTC on.
        ("7 01:30-04:00", ["05:30", "09:00"]),
        ("7 00:00-01:30", ["04:00", "06:30"]),
        ("7 01:00-01:30", ["05:00", "06:30"]),
    ],
)
def test_working_hours_with_an_edge_in_a_doubled_hour_take_in_all_of_it(
    text: str, expected: list[str]
) -> None:
    person = host("one", working=hours(text, zone="America/New_York"))

    assert worked(person, between("2027-11-07T00:00Z", "2027-11-08T00:00Z")) == expected


def test_working_hours_wholly_inside_a_jump_are_none() -> None:
    person = host("one", working=hours("7 02:10-02:50", zone="America/New_York"))
    asked = question(
        person,
        kind=booking_type(increment=5),
        span=between("2027-03-14T00:00Z", "2027-03-15T00:00Z"),
        duration=5,
        now=at("2027-03-13T00:00Z"),
    )

    assert slots(asked).slots == ()


def test_nine_to_five_stays_nine_to_five_after_the_change() -> None:
    person = host("one", working=every_day("09:00-17:00", zone="Europe/Berlin"))

    assert worked(person, between("2027-03-27T00:00Z", "2027-03-28T00:00Z")) == ["08:00", "16:00"]
    assert worked(person, between("2027-03-28T00:00Z", "2027-03-29T00:00Z")) == ["07:00", "15:00"]


def test_a_meeting_lasts_as_long_as_it_takes_whatever_the_clocks_do_meanwhile() -> None:
    # 00:30 to 02:30 on the wall is three hours that night.
    asked = question(
        host("one", working=hours("7 00:30-02:30", zone="America/New_York")),
        kind=booking_type(increment=30, zone="America/New_York"),
        span=between("2027-11-07T00:00Z", "2027-11-08T00:00Z"),
        duration=180,
        now=at("2027-11-06T00:00Z"),
    )

    (slot,) = slots(asked).slots

    assert slot.interval == between("2027-11-07T04:30Z", "2027-11-07T07:30Z")


def test_hours_follow_a_host_into_another_zone_and_what_is_busy_stays_where_it_was() -> None:
    taken = busy("2027-01-11T15:00Z", "2027-01-11T16:00Z")
    before = host("one", taken, working=every_day("09:00-17:00", zone="Europe/Berlin"))
    after = host("one", taken, working=every_day("09:00-17:00", zone="America/New_York"))

    def shown(person: HostTimes) -> list[str]:
        asked = question(person, kind=booking_type(increment=60), duration=60)
        return [f"{start:%H}" for start in slots(asked).starts]

    assert shown(before) == ["08", "09", "10", "11", "12", "13", "14"]
    assert shown(after) == ["14", "16", "17", "18", "19", "20", "21"]


@pytest.mark.parametrize(
    ("on", "zone", "offered"),
    [
        (date(2027, 3, 14), "America/New_York", 23),
        (date(2027, 11, 7), "America/New_York", 25),
        (date(2027, 4, 30), "Africa/Cairo", 23),
    ],
)
def test_something_that_takes_all_day_takes_the_day_as_long_as_it_is(
    on: date, zone: str, offered: int
) -> None:
    day = local_day(on, zone=ZoneInfo(zone))
    assert day is not None
    around = day.widened(before=timedelta(hours=3), after=timedelta(hours=3))

    def asked(*taken: BusyInterval) -> int:
        person = host("one", *taken, working=every_day("00:00-00:00", zone=zone))
        kind = booking_type(increment=60, zone=zone)
        question_ = question(person, kind=kind, span=around, duration=60, now=around.start)
        return len(slots(question_).starts)

    assert asked() == offered + 6
    assert asked(BusyInterval(day, BusySource.CALENDAR)) == 6


def test_a_date_that_a_zone_left_out_has_no_starts_and_hours_of_it_none() -> None:
    # Apia had no 30 December 2011: the 29th ends where the 31st begins.
    person = host("one", working=every_day("09:00-11:00", zone="Pacific/Apia"))
    span = between("2011-12-29T10:00Z", "2012-01-01T10:00Z")
    kind = booking_type(increment=60, zone="Pacific/Apia")
    asked = question(person, kind=kind, span=span, duration=60, now=span.start)

    found = [start.astimezone(ZoneInfo("Pacific/Apia")) for start in slots(asked).starts]

    assert [f"{start:%d %H:%M}" for start in found] == [
        "29 09:00",
        "29 10:00",
        "31 09:00",
        "31 10:00",
        "01 09:00",
        "01 10:00",
    ]


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (datetime(2027, 3, 14, 2, 30), []),  # noqa: DTZ001  # the clock on the wall
        (datetime(2027, 3, 14, 3), ["07:00"]),  # noqa: DTZ001  # as above
        (datetime(2027, 11, 7, 1, 30), ["05:30", "06:30"]),  # noqa: DTZ001  # as above
    ],
)
def test_a_wall_clock_time_happens_never_once_or_twice(
    local: datetime, expected: list[str]
) -> None:
    found = instants(local, zone=ZoneInfo("America/New_York"))

    assert [f"{instant:%H:%M}" for instant in found] == expected


@pytest.mark.parametrize("name", ["UTC", "Europe/Kiev", "US/Pacific", "Asia/Kathmandu"])
def test_names_of_the_database_are_zones_also_older_ones(name: str) -> None:
    assert zone_named(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "EST",
        "Mars/Olympus",
        "America",
        "../UTC",
        "Pacific Standard Time",
        "america/new_york",
        "x\0y",
        "A" * 300,
    ],
)
def test_anything_else_is_no_zone(name: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        zone_named(name, field="time_zone")

    assert caught.value.code == "unknown_timezone"
    assert caught.value.field == "time_zone"
