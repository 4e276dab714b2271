from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking_types.bits import (
    COARSE,
    FINE,
    Cells,
    Grid,
    runs,
    spread,
    steps_over,
    unit_for,
)
from booking_types.intervals import Interval
from tests.booking_types.questions import at

GRID = Grid(at("2027-03-01T00:00Z"), timedelta(minutes=5), 40)
SECONDS = st.integers(-900, 40 * 300 + 900)


def cells(bits: int) -> set[int]:
    return {cell for cell in range(GRID.size) if bits >> cell & 1}


def span(seconds: tuple[int, int]) -> Interval:
    start, end = sorted(seconds)
    return Interval(
        GRID.origin + timedelta(seconds=start), GRID.origin + timedelta(seconds=end + 1)
    )


def cell_span(cell: int) -> Interval:
    start = GRID.origin + cell * GRID.unit
    return Interval(start, start + GRID.unit)


@given(st.lists(st.tuples(SECONDS, SECONDS), max_size=5))
def test_outward_is_every_cell_that_is_touched(pairs: list[tuple[int, int]]) -> None:
    spans = [span(pair) for pair in pairs]

    assert cells(GRID.outward(spans)) == {
        cell for cell in range(GRID.size) if any(cell_span(cell).overlaps(each) for each in spans)
    }


@given(st.lists(st.tuples(SECONDS, SECONDS), max_size=5))
def test_inward_is_every_cell_that_is_covered(pairs: list[tuple[int, int]]) -> None:
    spans = [span(pair) for pair in pairs]

    assert cells(GRID.inward(spans)) == {
        cell for cell in range(GRID.size) if any(each.covers(cell_span(cell)) for each in spans)
    }


@given(st.integers(0, GRID.full), st.integers(1, 45))
def test_a_run_begins_where_that_many_cells_are_set(bits: int, length: int) -> None:
    assert cells(runs(bits, length)) == {
        cell for cell in range(GRID.size) if set(range(cell, cell + length)) <= cells(bits)
    }


@given(st.integers(0, GRID.full))
def test_flags_are_the_bits_in_the_order_of_time(bits: int) -> None:
    flags = GRID.flags(bits)

    assert len(flags) == GRID.size
    assert {cell for cell, flag in enumerate(flags) if flag} == cells(bits)


# ---------------------------------------------------------------------- cells that were kept

FINE_SPAN = Interval(at("2027-03-01T00:03Z"), at("2027-03-01T02:01Z"))


@given(st.lists(st.tuples(SECONDS, SECONDS), max_size=5))
def test_cells_made_longer_are_those_that_would_have_been_read_so(
    pairs: list[tuple[int, int]],
) -> None:
    spans = [clipped for pair in pairs if (clipped := span(pair).clipped(FINE_SPAN)) is not None]

    fine = Cells.of(spans, span=FINE_SPAN, unit=FINE)

    assert fine.coarser(COARSE) == Cells.of(spans, span=FINE_SPAN, unit=COARSE)
    assert fine.coarser(FINE) is fine


@given(st.lists(st.tuples(SECONDS, SECONDS), max_size=5), st.integers(-30, 30))
def test_several_calendars_together_take_what_any_of_them_takes_where_all_are_known(
    pairs: list[tuple[int, int]], shift: int
) -> None:
    spans = [span(pair) for pair in pairs]
    moved = Interval(
        FINE_SPAN.start + timedelta(minutes=shift), FINE_SPAN.end + timedelta(minutes=shift)
    )
    both = Interval(max(FINE_SPAN.start, moved.start), min(FINE_SPAN.end, moved.end))

    first = Cells.of(spans[::2], span=FINE_SPAN, unit=FINE)
    second = Cells.of(spans[1::2], span=moved, unit=FINE)

    assert Cells.united([first, second]) == Cells.of(spans, span=both, unit=FINE)
    assert Cells.united([first]) == first


def test_only_what_is_a_whole_number_of_five_minutes_can_be_asked_in_cells_of_five() -> None:
    hour = timedelta(hours=1)

    assert unit_for([hour, timedelta(minutes=5), timedelta(0)]) == COARSE
    assert unit_for([hour, timedelta(minutes=6)]) == FINE
    assert unit_for([timedelta(seconds=30)]) == FINE


@given(st.integers(0, GRID.full), st.integers(1, 45))
def test_spread_begins_where_one_of_that_many_cells_is_set(bits: int, length: int) -> None:
    assert cells(spread(bits, steps_over(length))) == {
        cell for cell in range(GRID.size) if set(range(cell, cell + length)) & cells(bits)
    }


@given(SECONDS, SECONDS)
def test_the_cells_between_two_instants_begin_with_one_and_end_before_after_the_other(
    first: int, last: int
) -> None:
    begin, end = (GRID.origin + timedelta(seconds=each) for each in (first, last))

    begins = {cell: GRID.origin + cell * GRID.unit for cell in range(GRID.size)}
    assert cells(GRID.between(begin, end)) == {
        cell for cell, start in begins.items() if begin <= start <= end
    }
    assert cells(GRID.before(begin)) == {cell for cell, start in begins.items() if start < begin}


@given(
    st.lists(st.tuples(SECONDS, SECONDS), max_size=40),
    st.sampled_from([1, 2, 5, 10, 30]),
    st.sampled_from([1, 5]),
    st.integers(0, 299),
)
def test_cells_are_laid_on_any_grid_as_the_spans_that_they_are(
    pairs: list[tuple[int, int]], minutes_of_cell: int, minutes_of_grid: int, seconds: int
) -> None:
    known = Interval(GRID.origin - timedelta(hours=1), GRID.origin + timedelta(hours=6))
    spans = [span(pair) for pair in pairs]
    taken = Cells.of(spans, span=known, unit=timedelta(minutes=minutes_of_cell))
    grid = Grid(
        GRID.origin + timedelta(seconds=seconds), timedelta(minutes=minutes_of_grid), GRID.size
    )

    assert grid.laid(taken) == grid.outward(taken.intervals())
    assert all(any(each.covers(one) for each in taken.intervals()) for one in spans)


def test_cells_know_only_their_span() -> None:
    known = Interval(at("2027-03-01T00:02Z"), at("2027-03-01T00:09Z"))
    whole = Interval(at("2027-02-01T00:00Z"), at("2027-04-01T00:00Z"))

    taken = Cells.of([whole], span=known, unit=timedelta(minutes=5))

    assert taken.intervals() == [Interval(at("2027-03-01T00:00Z"), at("2027-03-01T00:10Z"))]
    assert taken.span == taken.intervals()[0]
