from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_types.intervals import Interval, intersect, merged, subtract
from tests.booking_types.questions import at, between, minutes

ORIGIN = at("2027-03-01T00:00Z")


@st.composite
def some_intervals(draw: st.DrawFn) -> list[Interval]:
    pairs = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=8))
    return [
        Interval(ORIGIN + minutes(start), ORIGIN + minutes(start + length))
        for start, length in pairs
    ]


def instants_in(intervals: list[Interval]) -> set[int]:
    return {
        minute
        for minute in range(80)
        if any(each.start <= ORIGIN + minutes(minute) < each.end for each in intervals)
    }


@given(some_intervals(), some_intervals())
def test_what_is_left_and_what_is_shared_give_back_the_whole(
    whole: list[Interval], cut: list[Interval]
) -> None:
    left, shared = subtract(whole, cut), intersect(whole, cut)

    assert merged([*left, *shared]) == merged(whole)
    assert not instants_in(left) & instants_in(shared)


@given(some_intervals(), some_intervals())
def test_subtracting_and_intersecting_are_those_of_sets_of_instants(
    first: list[Interval], second: list[Interval]
) -> None:
    assert instants_in(subtract(first, second)) == instants_in(first) - instants_in(second)
    assert instants_in(intersect(first, second)) == instants_in(first) & instants_in(second)


@given(some_intervals())
def test_merging_keeps_every_instant_and_leaves_nothing_touching(some: list[Interval]) -> None:
    result = merged(some)

    assert instants_in(result) == instants_in(some)
    assert all(before.end < after.start for before, after in pairwise(result))


def test_two_spans_back_to_back_do_not_overlap() -> None:
    first = between("2027-03-01T09:00Z", "2027-03-01T09:30Z")
    second = between("2027-03-01T09:30Z", "2027-03-01T10:00Z")

    assert not first.overlaps(second)
    assert not second.overlaps(first)


def test_a_span_includes_itself() -> None:
    span = between("2027-03-01T09:00Z", "2027-03-01T09:30Z")

    assert span.covers(span)
    assert span.overlaps(span)


def test_a_span_is_as_long_as_it_takes_across_a_change_of_the_clocks() -> None:
    new_york = ZoneInfo("America/New_York")
    start = datetime(2027, 11, 7, 0, 30, tzinfo=new_york)
    end = datetime(2027, 11, 7, 2, 30, tzinfo=new_york)

    assert Interval(start, end).length == timedelta(hours=3)


@pytest.mark.parametrize("end", ["2027-03-01T09:00Z", "2027-03-01T08:59Z"])
def test_a_span_that_does_not_end_after_it_starts_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        between("2027-03-01T09:00Z", end)


def test_a_span_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        between("2027-03-01T09:00", "2027-03-01T10:00")
