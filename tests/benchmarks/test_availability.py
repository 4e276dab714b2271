"""That the benchmark measures what the service does, and says what it found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.bookings.busy import unit_needed
from benchmarks.availability import gates, measuring, pool, product, table
from booking_types.bits import Cells

SMALL = pool.Row(name="small", people=7, days=5, cold_target=2, warm_target=3)
PANEL = pool.Row(name="panel", people=23, days=5, in_roles=10, cold_target=2, warm_target=3)


def test_what_both_vendors_answer_are_the_busy_times_of_the_people() -> None:
    desk = product.Desk.of(pool.question(SMALL))
    people = tuple(desk.people.values())
    expected = {
        mailbox: Cells.of((taken.interval for taken in person.busy), span=desk.span, unit=desk.unit)
        for mailbox, person in desk.people.items()
    }

    google = product.google_cells(
        pool.google_answers(people, desk.span), span=desk.span, unit=desk.unit
    )
    graph = product.graph_cells(
        pool.graph_answers(people, desk.span), span=desk.span, unit=desk.unit
    )

    assert google == graph == expected
    assert all(cells.bits for cells in expected.values())
    assert unit_needed(pool.BOOKING_TYPE, ()) == desk.unit


@pytest.mark.parametrize("row", [SMALL, PANEL], ids=lambda row: row.name)
def test_a_row_that_agrees_with_the_lists_passes_and_one_that_does_not_is_counted(
    row: pool.Row,
) -> None:
    assert gates.row_differs(row) == 0

    asked = pool.question(row)
    first, *others = asked.hosts
    other = replace(asked, hosts=(replace(first, busy=()), *others))

    assert gates.by_engine(gates.in_cells(other)) != gates.by_engine(gates.in_cells(asked))


def test_questions_around_every_change_of_the_clocks_are_asked() -> None:
    found = list(gates.all_gates([], random_cases=3))

    assert [gate.differences for gate in found] == [0, 0, 0]
    assert found[1].cases >= 165


def test_everybody_in_the_answer_is_read_from_the_bytes() -> None:
    desk = product.Desk.of(pool.question(SMALL))

    assert desk.availability().starts == ()
    people = tuple(desk.people.values())
    answers = pool.google_answers(people, desk.span)
    read = product.google_cells(answers, span=desk.span, unit=desk.unit)
    desk.keep(read, as_of=desk.asked.now)

    assert desk.availability().starts
    assert desk.body().count(b'"free"') == len(people)


MEASURED = measuring.Measured(
    row=pool.ROWS[3],
    slots=1200,
    cold_ms=10,
    cold_graph_ms=9,
    warm_ms=2,
    who_ms=0.01,
    push_ms=2.5,
    oracle_ms=10,
    peak_mb=2,
    kept_kb=0.6,
    answer_bytes=200_000,
)


def test_a_line_says_how_far_from_the_peer_it_is_and_whether_that_is_enough() -> None:
    peer = measuring.peer_ms(MEASURED.row, oracle_ms=10)

    said = table.line(MEASURED, peer)

    assert peer == 370
    assert "37 of 30 pass" in said
    assert "185 of 280 MISS" in said


def test_a_row_in_the_file_has_every_figure() -> None:
    said = MEASURED.as_json(peer_ms=370)

    assert said["row"] == "pooled 200x14"
    assert (said["oracle_over_cold"], said["peer_over_cold"]) == (1.0, 37.0)
    assert {"cold_ms", "warm_ms", "oracle_ms", "who_ms", "push_ms", "peak_mb"} <= said.keys()


def test_exponents_are_those_of_three_pools() -> None:
    rows = [row for row in pool.ROWS if row.name in pool.SCALING]
    found = [
        replace(MEASURED, row=row, cold_ms=row.people * 0.05, warm_ms=row.people**2) for row in rows
    ]

    grows = table.exponents(found)
    said = table.results([], found, 10, on=date(2027, 3, 1))

    assert (round(grows["cold"], 6), round(grows["warm"], 6)) == (1, 2)
    assert table.exponents(found[:2]) == {}
    assert said["exponents"] == {"cold": 1.0, "warm": 2.0}
    assert [line.rsplit(": ")[-1] for line in table.limits(found)][:2] == ["pass", "MISS"]
