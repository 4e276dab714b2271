from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking_types.bits import Grid, runs
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
