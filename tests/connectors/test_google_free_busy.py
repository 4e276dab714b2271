"""What ``freebusy.query`` answers, taken apart into cells: held against intervals."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_types.bits import COARSE, FINE, Cells
from booking_types.intervals import Interval
from connectors.google.free_busy import decoded

ORIGIN = datetime(2027, 3, 14, 3, 7, tzinfo=UTC)
SPAN = Interval(ORIGIN, ORIGIN + timedelta(days=2, hours=3, seconds=20))
SECONDS = st.integers(-9_000, 200_000)
PERIODS = st.lists(st.tuples(SECONDS, SECONDS, st.sampled_from((0, -300, 345))), max_size=8)


def answer(*periods: tuple[str, str], **more: object) -> bytes:
    busy = [{"start": start, "end": end} for start, end in periods]
    return json.dumps({"calendars": {"one": {"busy": busy, **more}}}).encode()


def text(second: int, offset: int) -> str:
    """So many seconds after the origin, on a clock so many minutes from UTC."""
    moment = ORIGIN + timedelta(seconds=second)
    return moment.astimezone(timezone(timedelta(minutes=offset))).isoformat()


@given(PERIODS, st.sampled_from((COARSE, FINE)))
def test_periods_take_the_cells_that_they_touch_in_whatever_zone_they_are_said(
    periods: list[tuple[int, int, int]], unit: timedelta
) -> None:
    content = answer(*((text(start, zone), text(end, zone)) for start, end, zone in periods))
    intervals = [
        Interval(ORIGIN + timedelta(seconds=start), ORIGIN + timedelta(seconds=end))
        for start, end, _ in periods
        if start < end
    ]

    assert decoded(content, span=SPAN, unit=unit) == {
        "one": Cells.of(intervals, span=SPAN, unit=unit)
    }


def test_a_period_without_length_takes_no_cell_even_off_the_grid() -> None:
    nothing = answer(("2027-03-15T10:02:00Z", "2027-03-15T10:02:00Z"))
    something = answer(("2027-03-15T10:02:00Z", "2027-03-15T10:02:01Z"))

    assert decoded(nothing, span=SPAN, unit=COARSE)["one"] == Cells.blank(SPAN, unit=COARSE)
    assert decoded(something, span=SPAN, unit=COARSE)["one"] != Cells.blank(SPAN, unit=COARSE)


def test_an_error_is_a_reason_although_an_empty_list_stands_beside_it() -> None:
    content = answer(errors=[{"domain": "global", "reason": "notFound"}])

    assert decoded(content, span=SPAN, unit=FINE) == {"one": "calendar cannot be read: notFound"}


@pytest.mark.parametrize("start", ["2027-03-15", "2027-03-15T10:00:00", "10:00", ""])
def test_what_is_no_instant_is_no_answer_at_all(start: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        decoded(answer((start, "2027-03-15T11:00:00Z")), span=SPAN, unit=FINE)
