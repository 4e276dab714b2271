from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from booking_types.availability import (
    Question,
    ReasonCode,
    Verdict,
    busy_span,
    check,
    explain,
    explain_days,
    nearest,
    slots,
)
from booking_types.errors import InvalidRequestError
from booking_types.model import BusySource
from tests.booking_types.questions import (
    NOW,
    at,
    between,
    booking_type,
    busy,
    every_day,
    host,
    hours,
    minutes,
    question,
)

MORNING = every_day("09:00-11:00")


def shown(asked: Question) -> list[str]:
    return [f"{slot.interval.start:%H:%M}" for slot in slots(asked).slots]


def codes(verdict: Verdict) -> list[tuple[str, str, str | None]]:
    return [(reason.code, reason.detail, reason.host_id) for reason in verdict.reasons]


# ------------------------------------------------------------------------- hours and busy


def test_slots_fill_the_working_hours_and_no_more() -> None:
    asked = question(host("one", working=MORNING))

    assert shown(asked) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_slot_is_as_long_as_the_meeting() -> None:
    asked = question(host("one", working=MORNING), duration=90)

    found = slots(asked).slots

    assert [slot.interval for slot in found] == [
        between("2027-01-11T09:00Z", "2027-01-11T10:30Z"),
        between("2027-01-11T09:30Z", "2027-01-11T11:00Z"),
    ]


def test_a_meeting_back_to_back_with_another_is_fine() -> None:
    asked = question(host("one", busy("2027-01-11T09:30Z", "2027-01-11T10:00Z"), working=MORNING))

    assert shown(asked) == ["09:00", "10:00", "10:30"]


def test_one_second_of_something_else_is_enough_to_be_busy() -> None:
    asked = question(
        host("one", busy("2027-01-11T09:59:59Z", "2027-01-11T10:00:00Z"), working=MORNING)
    )

    assert shown(asked) == ["09:00", "10:00", "10:30"]


def test_buffers_are_kept_free_of_busy_times() -> None:
    kind = booking_type(before=10, after=20)
    asked = question(
        host("one", busy("2027-01-11T10:00Z", "2027-01-11T10:05Z"), working=MORNING), kind=kind
    )

    # 09:30 needs 09:20 to 10:20; 10:00 is taken; 10:30 needs 10:20 to 11:20.
    assert shown(asked) == ["09:00", "10:30"]


def test_buffers_may_lie_outside_the_working_hours() -> None:
    kind = booking_type(before=60, after=60)

    assert shown(question(host("one", working=MORNING), kind=kind)) == [
        "09:00",
        "09:30",
        "10:00",
        "10:30",
    ]


def test_a_busy_time_outside_the_hours_still_meets_the_buffer() -> None:
    kind = booking_type(before=30)
    asked = question(
        host("one", busy("2027-01-11T08:00Z", "2027-01-11T08:45Z"), working=MORNING), kind=kind
    )

    assert shown(asked)[0] == "09:30"


def test_working_hours_over_midnight_end_on_the_next_day() -> None:
    monday_night = hours("1 22:00-02:00")
    span = between("2027-01-11T00:00Z", "2027-01-13T00:00Z")

    found = slots(question(host("one", working=monday_night), span=span, duration=60)).slots

    assert found[0].interval.start == at("2027-01-11T22:00Z")
    assert found[-1].interval.end == at("2027-01-12T02:00Z")


@pytest.mark.parametrize("noon", ["10:00", "10:03"])
def test_two_spans_that_touch_are_one_stretch_of_work(noon: str) -> None:
    split = hours(f"1 09:00-{noon}", f"1 {noon}-11:00")

    assert shown(question(host("one", working=split))) == ["09:00", "09:30", "10:00", "10:30"]


def test_hours_of_the_booking_type_replace_the_hosts_own() -> None:
    kind = booking_type(working=every_day("13:00-14:00"))

    assert shown(question(host("one", working=MORNING), kind=kind)) == ["13:00", "13:30"]


def test_hosts_own_hours_count_in_their_own_zone() -> None:
    berlin = host("one", working=every_day("09:00-10:00", zone="Europe/Berlin"))
    kathmandu = host("two", working=every_day("09:00-10:00", zone="Asia/Kathmandu"))

    found = slots(question(berlin, kathmandu, kind=booking_type(increment=15))).slots

    # Kathmandu is 5:45 ahead: nine o'clock there is 03:15.
    assert [(f"{slot.interval.start:%H:%M}", slot.host_ids) for slot in found] == [
        ("03:15", ("two",)),
        ("03:30", ("two",)),
        ("03:45", ("two",)),
        ("08:00", ("one",)),
        ("08:15", ("one",)),
        ("08:30", ("one",)),
    ]


def test_odd_minutes_are_as_exact_as_even_ones() -> None:
    kind = booking_type(increment=7, before=3, after=1)
    working = every_day("09:00-10:00")
    asked = question(
        host("one", busy("2027-01-11T09:20Z", "2027-01-11T09:21Z"), working=working),
        kind=kind,
        duration=11,
    )

    # Every seven minutes from midnight: 09:06, 09:13, 09:20, 09:27 … 09:48.
    assert shown(asked) == ["09:06", "09:27", "09:34", "09:41", "09:48"]


# --------------------------------------------------------------------------- who can meet


def test_a_slot_names_everybody_who_is_free_in_the_order_given() -> None:
    first = host("first", busy("2027-01-11T09:00Z", "2027-01-11T09:30Z"), working=MORNING)
    second = host("second", working=MORNING)

    found = slots(question(second, first)).slots

    assert [slot.host_ids for slot in found][:2] == [("second",), ("second", "first")]


def test_two_hosts_with_half_of_the_time_each_make_no_slot() -> None:
    early = host("early", working=every_day("09:00-09:30"))
    late = host("late", working=every_day("09:30-10:00"))

    assert shown(question(early, late, duration=60)) == []


def test_a_slot_needs_every_co_host() -> None:
    busy_co_host = host("b", busy("2027-01-11T09:00Z", "2027-01-11T10:00Z"), working=MORNING)
    late_co_host = host("c", working=every_day("10:00-11:00"))

    asked = question(host("a", working=MORNING), co_hosts=(busy_co_host, late_co_host))

    assert shown(asked) == ["10:00", "10:30"]


def test_co_hosts_need_their_buffers_too() -> None:
    co_host = host("b", busy("2027-01-11T08:00Z", "2027-01-11T09:00Z"), working=MORNING)
    asked = question(host("a", working=MORNING), kind=booking_type(before=15), co_hosts=(co_host,))

    assert shown(asked)[0] == "09:30"


def test_a_host_whose_calendar_cannot_be_read_is_not_free_and_is_named() -> None:
    unread = host("one", unavailable="has a calendar that cannot be read", code="unreadable")

    answer = slots(question(unread, host("two", working=MORNING)))

    assert {slot.host_ids for slot in answer.slots} == {("two",)}
    (reason,) = answer.left_out
    assert (reason.code, reason.detail, reason.host_id) == ("host_unavailable", "unreadable", "one")
    assert reason.message == "has a calendar that cannot be read"


def test_a_co_host_whose_calendar_cannot_be_read_leaves_no_slot_at_all() -> None:
    unread = host("b", unavailable="has a calendar that cannot be read", code="unreadable")

    answer = slots(question(host("a"), co_hosts=(unread,)))

    assert answer.slots == ()
    assert [(each.code, each.host_id) for each in answer.left_out] == [("co_host_unavailable", "b")]


def test_a_co_host_is_not_the_host_as_well() -> None:
    answer = slots(question(host("a"), host("b"), co_hosts=(host("b"),)))

    assert {slot.host_ids for slot in answer.slots} == {("a",)}
    assert [each.detail for each in answer.left_out] == ["is_co_host"]


def test_one_hosts_unknown_zone_does_not_hide_the_others() -> None:
    odd = host("one", working=every_day("09:00-17:00", zone="Mars/Olympus"))

    answer = slots(question(odd, host("two", working=MORNING)))

    assert {slot.host_ids for slot in answer.slots} == {("two",)}
    assert [each.detail for each in answer.left_out] == ["unknown_timezone"]


def test_an_unknown_zone_of_the_grid_is_refused() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        slots(question(host("one"), kind=booking_type(zone=None), default_zone="Mars/Olympus"))

    assert caught.value.code == "unknown_timezone"


# -------------------------------------------------------------------- notice, window, grid


def test_the_earliest_start_is_exactly_the_minimum_notice_away() -> None:
    kind = booking_type(notice=timedelta(hours=1))
    asked = question(host("one", working=MORNING), kind=kind, now=at("2027-01-11T08:30Z"))

    assert shown(asked)[0] == "09:30"


def test_the_latest_start_is_exactly_the_booking_window_away() -> None:
    kind = booking_type(window=timedelta(hours=14))

    assert shown(question(host("one", working=MORNING), kind=kind))[-1] == "10:00"


def test_a_slot_begins_in_the_span_and_may_end_after_it() -> None:
    span = between("2027-01-11T09:15Z", "2027-01-11T10:01Z")

    assert shown(question(host("one", working=MORNING), span=span)) == ["09:30", "10:00"]


def test_the_grid_begins_at_midnight_of_the_types_zone_wherever_the_host_is() -> None:
    asked = question(
        host("one", working=every_day("00:00-00:00", zone="America/New_York")),
        kind=booking_type(increment=60, zone="Asia/Kathmandu"),
    )

    assert {start[-2:] for start in shown(asked)} == {"15"}


def test_without_a_zone_of_its_own_the_type_takes_the_orgs() -> None:
    asked = question(
        host("one", working=every_day("00:00-00:00")),
        kind=booking_type(increment=60, zone=None),
        default_zone="Asia/Kathmandu",
    )

    assert {start[-2:] for start in shown(asked)} == {"15"}


def test_steps_that_do_not_fill_a_day_begin_again_at_midnight() -> None:
    asked = question(
        host("one", working=every_day("00:00-00:00")),
        kind=booking_type(increment=7 * 60),
        span=between("2027-01-11T00:00Z", "2027-01-13T00:00Z"),
    )

    assert shown(asked) == ["00:00", "07:00", "14:00", "21:00"] * 2


@pytest.mark.parametrize("duration", [0, -30, 0.5, 30.5])
def test_a_length_that_is_no_whole_number_of_minutes_is_refused(duration: float) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        slots(question(host("one"), duration=duration))

    assert caught.value.code == "invalid_duration"


def test_a_meeting_longer_than_any_hours_has_no_slots() -> None:
    assert shown(question(host("one", working=MORNING), duration=24 * 60)) == []


def test_busy_times_are_needed_around_the_span_as_far_as_a_meeting_reaches() -> None:
    span = between("2027-01-11T09:00Z", "2027-01-11T10:00Z")

    needed = busy_span(
        booking_type=booking_type(before=5, after=10), duration=minutes(30), span=span
    )

    assert needed == between("2027-01-11T08:55Z", "2027-01-11T10:40Z")


# ----------------------------------------------------------------------------- one start


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2027-01-10T19:30Z", ReasonCode.IN_THE_PAST),
        ("2027-01-10T20:30Z", ReasonCode.BELOW_MINIMUM_NOTICE),
        ("2027-03-15T09:00Z", ReasonCode.BEYOND_HORIZON),
        ("2027-01-11T09:10Z", ReasonCode.SLOT_NOT_OFFERED),
        ("2027-01-11T09:00:01Z", ReasonCode.SLOT_NOT_OFFERED),
        ("2027-01-11T11:00Z", ReasonCode.SLOT_NOT_OFFERED),
        ("2027-01-11T10:00Z", ReasonCode.SLOT_TAKEN),
    ],
)
def test_a_refused_start_says_first_what_stands_against_it(
    start: str, expected: ReasonCode
) -> None:
    asked = question(
        host("one", busy("2027-01-11T10:00Z", "2027-01-11T10:30Z"), working=MORNING),
        kind=booking_type(notice=timedelta(hours=1)),
    )

    verdict = check(asked, at(start))

    assert not verdict.is_offered
    assert verdict.host_ids == ()
    assert verdict.reasons[0].code is expected


def test_an_offered_start_says_with_whom_and_why_not_with_the_others() -> None:
    taken = busy("2027-01-11T10:00Z", "2027-01-11T10:30Z", BusySource.SALESFORCE)

    verdict = check(
        question(host("one", taken, working=MORNING), host("two", working=MORNING)),
        at("2027-01-11T10:00Z"),
    )

    assert verdict.is_offered
    assert verdict.host_ids == ("two",)
    assert codes(verdict) == [("slot_taken", "busy", "one")]
    assert verdict.reasons[0].source is BusySource.SALESFORCE


def test_a_start_may_be_asked_for_with_any_offset() -> None:
    verdict = check(question(host("one", working=MORNING)), at("2027-01-11T15:15+05:45"))

    assert verdict.is_offered
    assert verdict.interval == between("2027-01-11T09:30Z", "2027-01-11T10:00Z")


def test_the_hosts_who_would_be_there_come_before_those_who_do_not_work_then() -> None:
    away = host("away", working=every_day("13:00-14:00"))
    out = host("out", unavailable="is inactive", code="inactive")
    taken = host("taken", busy("2027-01-11T09:00Z", "2027-01-11T10:00Z"), working=MORNING)

    verdict = check(question(away, out, taken), at("2027-01-11T09:00Z"))

    assert codes(verdict) == [
        ("slot_taken", "busy", "taken"),
        ("host_unavailable", "inactive", "out"),
        ("slot_not_offered", "outside_hours", "away"),
    ]


def test_something_in_the_buffer_only_is_told_from_something_in_the_meeting() -> None:
    taken = busy("2027-01-11T10:00Z", "2027-01-11T10:30Z", BusySource.BOOKING)
    asked = question(host("one", taken, working=MORNING), kind=booking_type(after=15))

    assert codes(check(asked, at("2027-01-11T09:30Z"))) == [("slot_taken", "buffer", "one")]
    assert codes(check(asked, at("2027-01-11T10:00Z"))) == [("slot_taken", "busy", "one")]


def test_something_in_the_second_half_of_the_meeting_is_no_matter_of_buffers() -> None:
    taken = busy("2027-01-11T09:20Z", "2027-01-11T09:25Z")
    asked = question(host("one", taken, working=MORNING), kind=booking_type(before=30))

    assert codes(check(asked, at("2027-01-11T09:00Z"))) == [("slot_taken", "busy", "one")]


def test_a_host_who_does_not_work_then_is_not_said_to_be_busy_as_well() -> None:
    away = host(
        "away",
        busy("2027-01-11T09:00Z", "2027-01-11T10:00Z"),
        working=every_day("13:00-14:00"),
    )

    verdict = check(question(away), at("2027-01-11T09:00Z"))

    assert codes(verdict) == [("slot_not_offered", "outside_hours", "away")]


@pytest.mark.parametrize("start", ["2027-01-11T09:00Z", "2027-01-11T10:30Z"])
def test_nothing_stands_against_a_start_on_the_edge_of_notice_or_window(start: str) -> None:
    kind = booking_type(notice=at("2027-01-11T09:00Z") - NOW, window=at("2027-01-11T10:30Z") - NOW)

    verdict = check(question(host("one", working=MORNING), kind=kind), at(start))

    assert verdict.is_offered
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("co_host", "detail"),
    [
        (host("b", busy("2027-01-11T09:00Z", "2027-01-11T09:10Z"), working=MORNING), "busy"),
        (host("b", working=every_day("13:00-14:00")), "outside_hours"),
        (host("b", unavailable="is inactive", code="inactive"), "inactive"),
    ],
    ids=["busy", "not working", "unavailable"],
)
def test_a_co_host_who_cannot_come_is_named_with_the_cause(co_host: object, detail: str) -> None:
    asked = question(host("a", working=MORNING), co_hosts=(co_host,))  # type: ignore[arg-type]  # parametrize loses the type

    assert codes(check(asked, at("2027-01-11T09:00Z"))) == [("co_host_unavailable", detail, "b")]


def test_with_nobody_to_ask_nothing_is_offered_and_that_is_said() -> None:
    verdict = check(question(), at("2027-01-11T09:00Z"))

    assert codes(verdict) == [("host_unavailable", "", None)]


@pytest.mark.parametrize(
    "start",
    [
        datetime(2027, 1, 11, 9),  # noqa: DTZ001  # the missing zone is the point
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
    ],
)
def test_a_start_that_nobody_can_mean_is_refused(start: datetime) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        check(question(host("one")), start)

    assert caught.value.code == "invalid_datetime"


# --------------------------------------------------------------------------- explanations


def test_equal_neighbours_are_explained_together() -> None:
    asked = question(host("one", busy("2027-01-11T09:30Z", "2027-01-11T10:30Z"), working=MORNING))

    said = [
        (
            f"{time.first_at:%H:%M}",
            f"{time.last_at:%H:%M}",
            time.starts,
            time.reasons[0].detail if time.reasons else "offered",
        )
        for time in explain(asked)
    ]

    assert said == [
        ("00:00", "08:30", 18, "outside_hours"),
        ("09:00", "09:00", 1, "offered"),
        ("09:30", "10:00", 2, "busy"),
        ("10:30", "10:30", 1, "offered"),
        ("11:00", "23:30", 26, "outside_hours"),
    ]


def test_a_day_without_a_single_slot_is_summed_up_too() -> None:
    monday_only = hours("1 09:00-11:00")
    span = between("2027-01-11T00:00Z", "2027-01-13T00:00Z")

    monday, tuesday = explain_days(question(host("one", working=monday_only), span=span))

    assert (monday.on, monday.starts, monday.offered) == (date(2027, 1, 11), 48, 4)
    assert (tuesday.on, tuesday.starts, tuesday.offered) == (date(2027, 1, 12), 48, 0)
    ((reason, count),) = tuesday.reasons
    assert (reason.detail, reason.host_id, count) == ("outside_hours", "one", 48)


def test_days_are_those_of_the_grids_zone() -> None:
    span = between("2027-01-11T00:00Z", "2027-01-12T00:00Z")

    days = explain_days(question(host("one"), span=span, kind=booking_type(zone="Asia/Kathmandu")))

    assert [day.on for day in days] == [date(2027, 1, 11), date(2027, 1, 12)]
    assert sum(day.starts for day in days) == 48


# -------------------------------------------------------------------------------- nearest


def test_the_nearest_slots_come_in_time_order() -> None:
    taken = busy("2027-01-11T12:00Z", "2027-01-11T12:30Z")

    found = nearest(question(host("one", taken)), at("2027-01-11T12:00Z"))

    # 11:30 and 12:30 are nearest; of 11:00 and 13:00, equally far, the earlier is taken.
    assert [f"{slot.interval.start:%H:%M}" for slot in found] == ["11:00", "11:30", "12:30"]


def test_fewer_slots_than_asked_for_are_all_of_them() -> None:
    asked = question(host("one", working=every_day("09:00-10:00")))

    assert len(nearest(asked, NOW, count=10)) == 2
