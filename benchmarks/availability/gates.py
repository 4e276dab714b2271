"""What has to hold before anything is timed: the engine agrees with two others, everywhere."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from app.bookings.busy import unit_needed
from benchmarks.availability import pool, product
from booking_types.availability import Question, slots
from booking_types.bits import Cells
from booking_types.model import HostTimes
from tests.booking_types.oracle import Slots, interval_slots, minute_slots
from tests.booking_types.questions import CHANGES, random_question

RANDOM_CASES = 2000
CASES_FOR_EACH_CHANGE = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What came of one of them.

    Attributes:
        name: What was compared.
        cases: How often.
        differences: How often it was not the same; nothing may be timed unless it is 0.
    """

    name: str
    cases: int
    differences: int


def all_gates(rows: Iterable[pool.Row], *, random_cases: int = RANDOM_CASES) -> Iterator[Gate]:
    """Each gate with what came of it.

    Args:
        rows: Those that are going to be timed.
        random_cases: How many questions are made up.
    """
    rng = random.Random(pool.SEED)
    yield Gate(
        name="made-up questions, against interval lists and against every single minute",
        cases=random_cases,
        differences=sum(differs(random_question(rng.choice)) for _ in range(random_cases)),
    )
    changes = [number for number in range(len(CHANGES)) for _ in range(CASES_FOR_EACH_CHANGE)]
    yield Gate(
        name=f"questions around {len(CHANGES)} days on which clocks change or might",
        cases=len(changes),
        differences=sum(
            differs(random_question(rng.choice, pick_change=number)) for number in changes
        ),
    )
    found = [row_differs(row) for row in rows]
    yield Gate(
        name="rows of the table, from Google's and from Graph's bytes, against interval lists",
        cases=2 * len(found),
        differences=sum(found),
    )


def differs(asked: Question) -> bool:
    """Whether the engine, given calendars in cells, says anything else than the other two."""
    return not by_engine(in_cells(asked)) == interval_slots(asked) == minute_slots(asked)


def row_differs(row: pool.Row) -> int:
    """From how many of the two vendors' bytes the engine says anything else."""
    asked = pool.question(row)
    expected = interval_slots(asked)
    desk = product.Desk.of(asked)
    everybody = tuple(desk.people.values())
    read = (
        product.google_cells(
            pool.google_answers(everybody, desk.span), span=desk.span, unit=desk.unit
        ),
        product.graph_cells(
            pool.graph_answers(everybody, desk.span), span=desk.span, unit=desk.unit
        ),
    )
    differences = 0
    for cells in read:
        desk.keep(cells, as_of=asked.now)
        differences += by_engine(desk.question()) != expected
    return differences


def by_engine(asked: Question) -> Slots:
    """What the engine offers, as the others say it."""
    return [(slot.interval.start, slot.host_ids) for slot in slots(asked).slots]


def in_cells(asked: Question) -> Question:
    """The same question with half of each person's busy times as the cells of a calendar."""
    unit = unit_needed(
        replace(asked.booking_type, durations=(asked.duration,)),
        (person.overrides for person in asked.everybody),
    )
    return replace(
        asked,
        hosts=tuple(_in_cells(person, asked, unit) for person in asked.hosts),
        co_hosts=tuple(_in_cells(person, asked, unit) for person in asked.co_hosts),
        roles=tuple(
            replace(role, people=tuple(_in_cells(person, asked, unit) for person in role.people))
            for role in asked.roles
        ),
    )


def _in_cells(person: HostTimes, asked: Question, unit: timedelta) -> HostTimes:
    if person.calendar is not None:
        return person
    span = pool.asked_span(asked)
    cells = Cells.of((each.interval for each in person.busy[::2]), span=span, unit=unit)
    return replace(person, busy=person.busy[1::2], calendar=cells)
