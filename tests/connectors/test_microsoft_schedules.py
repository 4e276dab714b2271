"""What ``getSchedule`` answers, taken apart into cells: held against intervals."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_types.bits import COARSE, FINE, Cells
from booking_types.intervals import Interval
from connectors.microsoft import schedules

NINE = datetime(2027, 3, 15, 9, tzinfo=UTC)
WINDOW = Interval(NINE, NINE + timedelta(hours=2))
SPANS = (
    WINDOW,
    Interval(NINE + timedelta(minutes=3), NINE + timedelta(minutes=118)),
    # The window is one of several that the span is asked in.
    Interval(NINE - timedelta(hours=1), NINE + timedelta(hours=5)),
)


@given(
    st.text("0123459٤", min_size=24, max_size=30),
    st.sampled_from(SPANS),
    st.sampled_from((COARSE, FINE)),
)
def test_every_digit_but_0_takes_its_five_minutes_inside_the_span(
    view: str, span: Interval, unit: timedelta
) -> None:
    slot = timedelta(minutes=5)
    taken = [
        Interval(NINE + place * slot, NINE + (place + 1) * slot)
        for place, digit in enumerate(view[:24])
        if digit != "0"
    ]

    bits = schedules.taken(view, window=WINDOW, blank=Cells.blank(span, unit=unit))

    assert bits == Cells.of(taken, span=span, unit=unit).bits


def test_digits_must_reach_to_the_end_of_the_window() -> None:
    for view, is_enough in (("0" * 24, True), ("0" * 25, True), ("0" * 23, False), (None, False)):
        schedule = schedules.Schedule(availability_view=view)
        assert schedules.covers(schedule, WINDOW) is is_enough


def test_a_mailbox_is_found_however_it_is_written() -> None:
    content = json.dumps(
        {"value": [{"scheduleId": "Host@Example.com", "availabilityView": "02", "other": [{}]}]}
    ).encode()

    assert schedules.decoded(content)["host@example.com"].availability_view == "02"


def test_an_answer_of_another_shape_tells_nothing_and_what_is_no_json_is_an_error() -> None:
    for content in (b"{}", b'{"value": null}', b'{"value": [3]}', b"[]"):
        assert schedules.decoded(content) == {}
    with pytest.raises(msgspec.DecodeError):
        schedules.decoded(b'{"value": [')
