"""What is each person's own: limits, other hours, days off, holidays; and roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from booking_types.answers import Part, Question, ReasonCode, Role
from booking_types.availability import check, explain, explain_people, slots
from booking_types.errors import InvalidRequestError
from booking_types.model import BusySource, HostOverrides, HostTimes
from tests.booking_types.questions import (
    at,
    between,
    booking_type,
    busy,
    day_off,
    every_day,
    holiday,
    host,
    hours,
    in_cells,
    minutes,
    other_hours,
    question,
)

MORNING = every_day("09:00-11:00")
MONDAY, TUESDAY = "2027-01-11", "2027-01-12"
TWO_DAYS = between("2027-01-11T00:00Z", "2027-01-13T00:00Z")


def shown(asked: Question) -> list[str]:
    return [f"{start:%a %H:%M}" for start in slots(asked).starts]


def first_reason(asked: Question, start: str) -> tuple[str, str]:
    (only,) = check(asked, at(start)).people
    return (only.reason.code, only.reason.detail) if only.reason else ("", "")


def differing(host_id: str = "one", *taken: object, **overrides: object) -> HostTimes:
    return host(
        host_id,
        *taken,  # type: ignore[arg-type]  # passed on
        working=MORNING,
        overrides=HostOverrides(**overrides),  # type: ignore[arg-type]  # passed on
    )


# -------------------------------------------------------------------- one person's own limits


def test_each_person_keeps_their_own_buffers() -> None:
    taken = busy("2027-01-11T10:00Z", "2027-01-11T10:05Z")
    hasty = differing("hasty", taken, buffer_before=timedelta(0), buffer_after=timedelta(0))
    calm = differing("calm", taken)
    kind = booking_type(before=30, after=30)

    found = slots(question(hasty, calm, kind=kind))

    assert [(f"{slot.interval.start:%H:%M}", slot.host_ids) for slot in found.slots] == [
        ("09:00", ("hasty", "calm")),
        ("09:30", ("hasty",)),
        ("10:30", ("hasty",)),
    ]


def test_one_persons_odd_buffer_is_kept_to_the_minute() -> None:
    taken = busy("2027-01-11T10:03Z", "2027-01-11T10:04Z")
    exact = question(differing("one", taken, buffer_after=minutes(3)))
    longer = question(differing("one", taken, buffer_after=minutes(4)))

    assert "Mon 09:30" in shown(exact)
    assert "Mon 09:30" not in shown(longer)


def test_a_co_hosts_notice_and_window_bind_as_well() -> None:
    now = at("2027-01-11T08:00Z")
    late = differing("late", minimum_notice=timedelta(hours=2))
    near = differing("near", booking_window=timedelta(hours=2))

    assert shown(question(host("a", working=MORNING), co_hosts=(late,), now=now))[0] == "Mon 10:00"
    assert shown(question(host("a", working=MORNING), co_hosts=(near,), now=now))[-1] == "Mon 10:00"


def test_somebodys_longer_notice_is_said_of_them_and_the_types_of_the_time() -> None:
    kind = booking_type(notice=timedelta(hours=1))
    asked = question(
        host("one", working=MORNING),
        differing("two", minimum_notice=timedelta(hours=3)),
        kind=kind,
        now=at("2027-01-11T08:00Z"),
    )

    too_soon = check(asked, at("2027-01-11T08:30Z")).reasons
    for_two = check(asked, at("2027-01-11T09:30Z")).reasons

    assert [(each.host_id, each.message) for each in too_soon] == [
        (None, "begins in less than 1 hour, the minimum notice")
    ]
    assert [(each.code, each.host_id, each.message) for each in for_two] == [
        (ReasonCode.BELOW_MINIMUM_NOTICE, "two", "needs a notice of at least 3 hours")
    ]


def test_a_persons_own_hours_on_the_type_replace_those_of_the_type() -> None:
    kind = booking_type(working=every_day("13:00-14:00"))
    asked = question(differing(working_hours=every_day("15:00-16:00")), kind=kind)

    assert shown(asked) == ["Mon 15:00", "Mon 15:30"]


# --------------------------------------------------------------- other hours on single dates


@pytest.mark.parametrize(
    ("types", "persons_on_type", "own", "expected"),
    [
        ((), (), (), "09:00"),
        ((), (), (other_hours(MONDAY, "14:00-15:00"),), "14:00"),
        ((other_hours(MONDAY, "13:00-14:00"),), (), (), "13:00"),
        ((other_hours(MONDAY, "13:00-14:00"),), (), (other_hours(MONDAY, "14:00-15:00"),), "13:00"),
        (
            (other_hours(MONDAY, "13:00-14:00"),),
            (other_hours(MONDAY, "12:00-13:00"),),
            (other_hours(MONDAY, "14:00-15:00"),),
            "12:00",
        ),
        # A date of the type's is replaced, its other dates are not.
        (
            (other_hours(MONDAY, "13:00-14:00"),),
            (other_hours(TUESDAY, "12:00-13:00"),),
            (),
            "13:00",
        ),
        ((day_off(MONDAY),), (), (other_hours(MONDAY, "14:00-15:00"),), ""),
        ((day_off(MONDAY),), (other_hours(MONDAY, "12:00-13:00"),), (), "12:00"),
        ((other_hours(MONDAY, "13:00-14:00"),), (day_off(MONDAY),), (), ""),
        ((other_hours(MONDAY, "13:00-14:00"),), (), (day_off(MONDAY),), ""),
        ((), (other_hours(MONDAY, "12:00-13:00"),), (day_off(MONDAY),), ""),
    ],
)
def test_the_nearest_entry_of_a_date_replaces_the_weekly_hours_and_a_day_off_of_ones_own_stands(
    types: tuple[object, ...],
    persons_on_type: tuple[object, ...],
    own: tuple[object, ...],
    expected: str,
) -> None:
    person = host(
        "one",
        working=MORNING,
        date_overrides=own,
        overrides=HostOverrides(date_overrides=persons_on_type),  # type: ignore[arg-type]  # parametrize loses the type
    )
    asked = question(person, kind=booking_type(date_overrides=types))

    assert shown(asked)[:1] == ([f"Mon {expected}"] if expected else [])


def test_ones_own_other_hours_do_not_count_where_the_types_hours_do_but_days_off_do() -> None:
    kind = booking_type(working=every_day("13:00-14:00"))
    other = host("one", date_overrides=(other_hours(MONDAY, "15:00-16:00"),))
    off = host("one", date_overrides=(day_off(MONDAY),))

    assert shown(question(other, kind=kind)) == ["Mon 13:00", "Mon 13:30"]
    assert shown(question(off, kind=kind)) == []


@pytest.mark.parametrize("closed", ["day off", "holiday", "types holiday"])
def test_a_date_without_hours_ends_no_night_that_began_before_and_begins_none(closed: str) -> None:
    night = every_day("22:00-02:00")
    asked = question(
        host(
            "one",
            working=night,
            date_overrides=(day_off(MONDAY),) if closed == "day off" else (),
            holidays=(holiday(MONDAY),) if closed == "holiday" else (),
        ),
        kind=booking_type(increment=60),
        duration=60,
        span=TWO_DAYS,
        holidays=(holiday(MONDAY),) if closed == "types holiday" else (),
    )

    assert shown(asked) == ["Mon 00:00", "Mon 01:00", "Tue 22:00", "Tue 23:00"]
    detail = "day_off" if closed == "day off" else "holiday"
    # The hours that would have begun on it are missed for the same reason, past midnight too.
    for start in ("2027-01-11T12:00Z", "2027-01-11T22:00Z", "2027-01-12T01:00Z"):
        assert first_reason(asked, start) == ("slot_not_offered", detail)
    assert first_reason(asked, "2027-01-12T12:00Z") == ("slot_not_offered", "outside_hours")


def test_other_hours_over_midnight_go_on_into_the_next_date() -> None:
    person = host("one", working=MORNING, date_overrides=(other_hours(MONDAY, "23:00-01:00"),))
    asked = question(person, kind=booking_type(increment=60), duration=60, span=TWO_DAYS)

    assert shown(asked) == ["Mon 23:00", "Tue 00:00", "Tue 09:00", "Tue 10:00"]


def test_an_entry_is_of_the_date_in_the_zone_of_the_hours_it_replaces() -> None:
    auckland = every_day("00:00-00:00", zone="Pacific/Auckland")
    person = host("one", working=auckland, date_overrides=(day_off(TUESDAY),))
    asked = question(person, kind=booking_type(increment=60), duration=60, span=TWO_DAYS)

    # Tuesday in Auckland, 13 hours ahead, is from Monday 11:00 to Tuesday 11:00 in UTC.
    assert shown(asked)[10:12] == ["Mon 10:00", "Tue 11:00"]


def test_two_odd_spans_of_one_date_that_touch_are_one_stretch_of_work() -> None:
    person = host("one", date_overrides=(other_hours(MONDAY, "09:00-09:33", "09:33-10:00"),))

    assert shown(question(person)) == ["Mon 09:00", "Mon 09:30"]


# ----------------------------------------------------------------------------------- holidays


@pytest.mark.parametrize(
    ("more", "is_off"),
    [
        ({}, True),
        ({"own": (other_hours(MONDAY, "09:00-10:00"),)}, True),
        ({"types": (other_hours(MONDAY, "09:00-10:00"),)}, False),
        ({"on_type": (other_hours(MONDAY, "09:00-10:00"),)}, False),
    ],
)
def test_other_hours_of_the_type_or_on_the_type_stand_above_the_types_holidays(
    *, more: dict[str, tuple[object, ...]], is_off: bool
) -> None:
    person = host(
        "one",
        working=MORNING,
        date_overrides=more.get("own", ()),
        overrides=HostOverrides(date_overrides=more.get("on_type", ())),  # type: ignore[arg-type]  # parametrize loses the type
    )
    kind = booking_type(date_overrides=more.get("types", ()))
    asked = question(person, kind=kind, holidays=(holiday(MONDAY),))

    assert (shown(asked) == []) is is_off


@pytest.mark.parametrize(("on_type", "is_off"), [(False, True), (True, False)])
def test_ones_own_holidays_give_way_only_to_ones_own_other_hours_on_the_type(
    *, on_type: bool, is_off: bool
) -> None:
    open_then = (other_hours(MONDAY, "09:00-10:00"),)
    person = host(
        "one",
        working=MORNING,
        holidays=(holiday(MONDAY),),
        overrides=HostOverrides(date_overrides=open_then if on_type else ()),
    )
    asked = question(person, kind=booking_type(date_overrides=open_then))

    assert (shown(asked) == []) is is_off


def test_a_holiday_of_the_types_is_said_once_of_the_time_and_ones_own_of_the_person() -> None:
    one, two = host("one", working=MORNING), host("two", working=MORNING)
    everybodys = question(one, two, holidays=(holiday(MONDAY, "New Year"),))
    ones = question(replace(one, holidays=(holiday(MONDAY, "Carnival"),)))

    (of_the_time,) = check(everybodys, at("2027-01-11T09:00Z")).reasons
    (of_one,) = check(ones, at("2027-01-11T09:00Z")).reasons

    assert (of_the_time.host_id, of_the_time.message) == (None, "is on a holiday (New Year)")
    assert (of_one.host_id, of_one.message) == ("one", "has a holiday then (Carnival)")


def test_what_ones_own_day_off_is_called_is_nobody_elses_matter() -> None:
    person = host("one", date_overrides=(day_off(MONDAY, "Surgery"),))

    (reason,) = check(question(person), at("2027-01-11T09:00Z")).reasons

    assert (reason.detail, reason.message) == ("day_off", "has the day off then")


# ------------------------------------------------------------------------------------- limits


def test_a_full_day_is_a_day_of_the_persons_own_zone() -> None:
    auckland = every_day("00:00-00:00", zone="Pacific/Auckland")
    # Tuesday in Auckland is from Monday 11:00 to Tuesday 11:00 in UTC.
    person = host("one", working=auckland, meetings=(at("2027-01-11T11:00Z"),))
    asked = question(
        person, kind=booking_type(increment=60, daily_limit=1), duration=60, span=TWO_DAYS
    )

    assert shown(asked)[10:12] == ["Mon 10:00", "Tue 11:00"]
    assert first_reason(asked, "2027-01-11T12:00Z") == ("limit_reached", "daily_limit")


@pytest.mark.parametrize("day", ["11", "13", "17"])
def test_a_full_week_goes_from_monday_to_sunday(day: str) -> None:
    meetings = (at(f"2027-01-{day}T09:00Z"),)
    person = host("one", working=every_day("09:00-10:00"), meetings=meetings)
    span = between("2027-01-10T00:00Z", "2027-01-19T00:00Z")
    now = at("2027-01-09T00:00Z")
    kind = booking_type(increment=60, weekly_limit=1)
    asked = question(person, kind=kind, span=span, duration=60, now=now)

    assert shown(asked) == ["Sun 09:00", "Mon 09:00"]
    assert [f"{start:%d}" for start in slots(asked).starts] == ["10", "18"]


def test_ones_own_limit_stands_above_the_types_and_nought_takes_one_out() -> None:
    kind = booking_type(daily_limit=1)
    meeting = (at("2027-01-11T15:00Z"),)
    more = replace(differing(daily_limit=2), meetings=meeting)
    none = differing(daily_limit=0)

    assert shown(question(replace(more, overrides=HostOverrides()), kind=kind)) == []
    assert len(shown(question(more, kind=kind))) == 4
    assert shown(question(none, kind=kind)) == []


def test_a_co_host_at_the_limit_cannot_come_either() -> None:
    kind = booking_type(daily_limit=1)
    full = host("b", working=MORNING, meetings=(at("2027-01-11T15:00Z"),))
    asked = question(host("a", working=MORNING), kind=kind, co_hosts=(full,))

    verdict = check(asked, at("2027-01-11T09:00Z"))

    assert [(each.code, each.detail, each.host_id) for each in verdict.reasons] == [
        (ReasonCode.CO_HOST_UNAVAILABLE, "daily_limit", "b")
    ]


# -------------------------------------------------------------------------------- the order


def test_of_everything_that_stands_against_a_start_the_first_is_said() -> None:
    """Each thing is taken away in turn, and what is said is the next."""
    start = "2027-01-11T09:00Z"
    taken = busy("2027-01-11T09:00Z", "2027-01-11T09:10Z", BusySource.BOOKING)
    beside = busy("2027-01-11T09:30Z", "2027-01-11T09:40Z", BusySource.SALESFORCE)
    asked = question(
        host(
            "one",
            taken,
            beside,
            working=every_day("13:00-14:00"),
            code="inactive",
            date_overrides=(day_off(MONDAY),),
            holidays=(holiday(MONDAY),),
            meetings=(at("2027-01-11T15:00Z"),),
        ),
        kind=booking_type(
            after=15,
            notice=timedelta(days=2),
            window=timedelta(hours=1),
            daily_limit=1,
            weekly_limit=1,
        ),
    )

    def person(**changes: object) -> None:
        nonlocal asked
        asked = replace(asked, hosts=(replace(asked.hosts[0], **changes),))  # type: ignore[arg-type]  # any field

    def kind(**changes: object) -> None:
        nonlocal asked
        asked = replace(asked, booking_type=replace(asked.booking_type, **changes))  # type: ignore[arg-type]  # any field

    steps: tuple[Callable[[], None], ...] = (
        lambda: person(unavailable_code=""),
        lambda: kind(minimum_notice=timedelta(0)),
        lambda: kind(booking_window=timedelta(days=9)),
        lambda: person(holidays=()),
        lambda: person(date_overrides=()),
        lambda: person(working_hours=MORNING),
        lambda: kind(daily_limit=None),
        lambda: kind(weekly_limit=None),
        lambda: person(busy=(beside,)),
        lambda: person(busy=()),
    )
    said = []
    for take_away in steps:
        code, detail = first_reason(asked, start)
        said.append(detail or code)
        take_away()

    assert said == [
        "inactive",
        "below_minimum_notice",
        "beyond_horizon",
        "holiday",
        "day_off",
        "outside_hours",
        "daily_limit",
        "weekly_limit",
        "busy",
        "buffer",
    ]
    assert first_reason(asked, start) == ("", "")


# --------------------------------------------------------------------------------- the roles


def engineers(*people: HostTimes) -> tuple[Role, ...]:
    return (Role(key="se", name="Solution engineer", people=people),)


def test_a_role_needs_one_of_its_people_for_all_of_the_meeting() -> None:
    early = host("e", working=every_day("09:00-10:00"))
    late = host("l", working=every_day("10:00-11:00"))
    asked = question(host("a", working=MORNING), duration=60, roles=engineers(early, late))

    # 09:30 would need the two of them together.
    assert shown(asked) == ["Mon 09:00", "Mon 10:00"]
    assert check(asked, at("2027-01-11T10:00Z")).role_ids == (("l",),)
    assert set(slots(asked).free) == {"a"}


def test_a_role_that_nobody_can_take_says_so_by_its_name_and_why_with_each() -> None:
    taken = host("t", busy("2027-01-11T09:00Z", "2027-01-11T09:30Z"), working=MORNING)
    out = host("o", unavailable="is inactive", code="inactive")
    asked = question(host("a", working=MORNING), roles=engineers(taken, out))

    verdict = check(asked, at("2027-01-11T09:00Z"))

    assert not verdict.is_offered
    assert [(each.detail, each.host_id) for each in verdict.reasons] == [
        ("", None),
        ("busy", "t"),
        ("inactive", "o"),
    ]
    assert {each.code for each in verdict.reasons} == {ReasonCode.CO_HOST_UNAVAILABLE}
    assert verdict.reasons[0].message == "has nobody who could be there as Solution engineer"
    assert [each.host_id for each in slots(asked).left_out] == ["o"]
    # Who else of a role cannot come matters to nobody where somebody can.
    assert check(asked, at("2027-01-11T10:00Z")).reasons == ()


def test_a_role_without_anybody_makes_no_slot() -> None:
    assert shown(question(host("a", working=MORNING), roles=engineers())) == []


def test_a_co_host_does_not_take_a_role_as_well() -> None:
    both = host("b", working=MORNING)
    asked = question(host("a", working=MORNING), co_hosts=(both,), roles=engineers(both))

    assert shown(asked) == []
    assert [each.detail for each in slots(asked).left_out] == ["is_co_host"]


# -------------------------------------------------------------------------- cells, odd starts


def test_what_calendars_take_as_cells_is_busy_by_the_calendar() -> None:
    span = between("2027-01-10T00:00Z", "2027-01-13T00:00Z")
    person = host("one", busy("2027-01-11T09:31Z", "2027-01-11T09:59Z"), working=MORNING)
    asked = question(in_cells(person, span=span, unit=minutes(5)))

    assert shown(asked) == ["Mon 09:00", "Mon 10:00", "Mon 10:30"]
    (reason,) = check(asked, at("2027-01-11T09:30Z")).reasons
    assert (reason.detail, reason.source) == ("busy", BusySource.CALENDAR)


@pytest.mark.parametrize("unit", [1, 2, 5, 30])
@pytest.mark.parametrize("increment", [7, 15])
def test_cells_of_any_length_lie_right_on_boards_of_any_other(unit: int, increment: int) -> None:
    span = between("2027-01-10T00:00Z", "2027-01-13T00:00Z")
    person = host("one", busy("2027-01-11T10:00Z", "2027-01-11T10:30Z"), working=MORNING)
    kind = booking_type(increment=increment)

    by_cells = question(in_cells(person, span=span, unit=minutes(unit)), kind=kind)

    assert shown(by_cells) == shown(question(person, kind=kind))
    assert len(shown(by_cells)) > 1


@pytest.mark.parametrize(
    ("start", "detail"),
    [
        ("2027-01-11T08:59:59Z", "outside_hours"),
        ("2027-01-11T09:00:01Z", ""),
        ("2027-01-11T09:29:59.999999Z", ""),
        ("2027-01-11T09:30:00.000001Z", "busy"),
        ("2027-01-11T10:29:59Z", "busy"),
        ("2027-01-11T10:30:01Z", "outside_hours"),
    ],
)
def test_a_start_off_the_grid_is_judged_to_the_instant(start: str, detail: str) -> None:
    asked = question(
        host("one", busy("2027-01-11T10:00Z", "2027-01-11T10:30Z"), working=MORNING),
        kind=booking_type(increment=15),
    )

    verdict = check(asked, at(start))

    (reason,) = (each.reason for each in verdict.people)
    assert (reason.detail if reason else "") == detail
    assert not verdict.is_offered
    assert verdict.reasons[0].detail == "off_grid"


# ------------------------------------------------------------------------------- the whole day


def test_each_persons_day_is_told_from_its_first_start_to_its_last() -> None:
    asked = question(
        host("one", busy("2027-01-11T09:30Z", "2027-01-11T10:00Z"), working=MORNING),
        co_hosts=(host("two", unavailable="is inactive", code="inactive"),),
        roles=engineers(host("three", working=every_day("00:00-00:00"))),
    )

    one, two, three = explain_people(asked)

    assert [
        (f"{run.first_at:%H:%M}", f"{run.last_at:%H:%M}", run.reason.detail if run.reason else "")
        for run in one.runs
    ] == [
        ("00:00", "08:30", "outside_hours"),
        ("09:00", "09:00", ""),
        ("09:30", "09:30", "busy"),
        ("10:00", "10:30", ""),
        ("11:00", "23:30", "outside_hours"),
    ]
    assert [run.reason.detail if run.reason else "" for run in two.runs] == ["inactive"]
    assert [(run.starts, run.reason) for run in three.runs] == [(48, None)]
    assert [(each.part, each.role) for each in (one, two, three)] == [
        (Part.HOST, ""),
        (Part.CO_HOST, ""),
        (Part.ROLE, "se"),
    ]


def test_no_two_reasons_name_one_person_in_a_pool_with_everything() -> None:
    crowd = [
        host("busy", busy("2027-01-11T00:00Z", "2027-01-12T00:00Z"), working=MORNING),
        host("holiday", working=MORNING, holidays=(holiday(MONDAY),)),
        host("out", code="inactive"),
    ]

    for time in explain(question(*crowd)):
        named = [reason.host_id for reason in time.reasons]
        assert len(named) == len(set(named)) == 3


def test_one_persons_unknown_zone_leaves_out_only_that_person_with_words() -> None:
    odd = differing("odd", working_hours=every_day("09:00-17:00", zone="Mars/Olympus"))
    answer = slots(question(odd, host("two", working=MORNING)))

    assert {slot.host_ids for slot in answer.slots} == {("two",)}
    (reason,) = answer.left_out
    assert (reason.detail, reason.host_id) == ("unknown_timezone", "odd")
    assert "Mars/Olympus" in reason.message


def test_a_zone_in_which_limits_would_be_counted_must_be_known_too() -> None:
    odd = host("odd", working=every_day("09:00-17:00", zone="Mars/Olympus"))
    kind = booking_type(working=hours("1 09:00-10:00"))

    assert len(shown(question(odd, kind=kind))) == 2
    limited = slots(question(odd, kind=replace(kind, daily_limit=3)))
    assert limited.starts == ()
    assert [each.detail for each in limited.left_out] == ["unknown_timezone"]


def test_an_unknown_zone_of_the_types_own_hours_is_refused() -> None:
    kind = booking_type(working=every_day("09:00-17:00", zone="Mars/Olympus"))

    with pytest.raises(InvalidRequestError) as caught:
        slots(question(host("one"), kind=kind))

    assert caught.value.code == "unknown_timezone"
