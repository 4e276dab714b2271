"""How long the pure core takes from busy intervals to slots, beside the interval-list oracle.

Run ``python -m benchmarks.availability`` (``--quick`` leaves out the largest rows). Nothing is
timed before engine and oracles agreed: on every row, on random questions around changes of the
clocks, and on every such change by itself. Times differ between machines and runs; the ratios
within one run are what counts.
"""

from __future__ import annotations

import argparse
import gc
import math
import random
import statistics
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TypeVar
from zoneinfo import ZoneInfo

if __package__ in {None, ""}:
    # Run as a file: the oracles live beside the tests.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from booking_types.availability import Question, check, slots
from booking_types.intervals import Interval
from booking_types.model import BookingType, BusyInterval, BusySource, HostTimes, WorkingHours
from tests.booking_types.oracle import Slots, interval_slots, minute_slots
from tests.booking_types.questions import CHANGES, hours, random_question

T = TypeVar("T")

SEED = 20270311
#: The first day: the window crosses the change in the United States, 60 days cross those in
#: Europe and Australia too.
FIRST_DAY = datetime(2027, 3, 11, tzinfo=UTC)
ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Sydney",
)
MEETINGS_A_DAY = 8
RANDOM_CASES = 2000
CASES_FOR_EACH_CHANGE = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: so many hosts over so many days, co-hosts among them."""

    name: str
    hosts: int
    days: int
    co_hosts: int = 0
    is_large: bool = False


ROWS = (
    Row(name="single 1x14", hosts=1, days=14),
    Row(name="collective 3x14", hosts=3, days=14, co_hosts=2),
    Row(name="pooled 50x14", hosts=50, days=14),
    Row(name="pooled 200x14", hosts=200, days=14),
    Row(name="panel 200x14", hosts=200, days=14, co_hosts=1),
    Row(name="pooled 1000x14", hosts=1000, days=14, is_large=True),
    Row(name="pooled 200x60", hosts=200, days=60, is_large=True),
)


# --------------------------------------------------------------------------- the generator


def _rule_set(number: int, zone: str) -> WorkingHours:
    weekdays = range(1, 6)
    sets = (
        [f"{day} 09:00-17:00" for day in weekdays],
        [f"{day} 08:30-16:30" for day in weekdays],
        [f"{day} {part}" for day in weekdays for part in ("08:00-12:00", "13:00-18:00")],
        [f"{day} 10:00-16:00" for day in range(1, 8)],
    )
    return hours(*sets[number], zone=zone)


def _person(rng: random.Random, number: int, days: int) -> HostTimes:
    zone = ZONES[number % len(ZONES)]
    taken: list[BusyInterval] = []
    for day in range(-1, days + 1):
        midnight = (FIRST_DAY + timedelta(days=day)).replace(tzinfo=None)
        start_of_day = midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if rng.random() < 0.02:
            taken.append(_busy(start_of_day, timedelta(days=1)))
        elif rng.random() < 0.02:
            # Special hours: the afternoon is off.
            taken.append(_busy(start_of_day + timedelta(hours=12), timedelta(hours=12)))
        for _ in range(MEETINGS_A_DAY):
            minute = rng.randrange(8 * 60, 18 * 60, 5)
            if rng.random() < 0.1:
                minute += rng.randrange(1, 5)
            length = timedelta(minutes=rng.choice((15, 30, 30, 45, 60)))
            if rng.random() < 0.01:
                minute, length = 0, timedelta(days=1)
            taken.append(_busy(start_of_day + timedelta(minutes=minute), length))
    rng.shuffle(taken)
    return HostTimes(
        host_id=f"005{number:012d}AAA",
        working_hours=_rule_set(number // len(ZONES) % 4, zone),
        busy=tuple(taken),
    )


def _busy(start: datetime, length: timedelta) -> BusyInterval:
    return BusyInterval(Interval(start, start + length), BusySource.CALENDAR)


def build(row: Row) -> Question:
    """The question of a row; the same in every run."""
    rng = random.Random(f"{SEED} {row.name}")
    people = [_person(rng, number, row.days) for number in range(row.hosts)]
    if row.co_hosts:
        # A day that a co-host in another zone shares with the hosts, so that there are slots.
        whole = hours(*(f"{day} 00:00-00:00" for day in range(1, 8)), zone="UTC")
        people[: row.co_hosts] = [
            replace(each, working_hours=whole) for each in people[: row.co_hosts]
        ]
    return Question(
        booking_type=BookingType(
            key="bench",
            name="Benchmark",
            object_name="Lead",
            increment=timedelta(minutes=15),
            buffer_before=timedelta(minutes=5),
            buffer_after=timedelta(minutes=10),
            minimum_notice=timedelta(hours=4),
            booking_window=timedelta(days=90),
        ),
        default_time_zone="America/New_York",
        hosts=tuple(people[row.co_hosts :]),
        co_hosts=tuple(people[: row.co_hosts]),
        duration=timedelta(minutes=30),
        span=Interval(FIRST_DAY, FIRST_DAY + timedelta(days=row.days)),
        now=FIRST_DAY + timedelta(hours=12, minutes=7),
    )


# -------------------------------------------------------------------------------- the gates


def by_engine(question: Question) -> Slots:
    return [(slot.interval.start, slot.host_ids) for slot in slots(question).slots]


def gates() -> Iterator[tuple[str, int, int]]:
    """Name, cases and differences of each gate."""
    rng = random.Random(SEED)
    yield "random questions", RANDOM_CASES, sum(_differs(rng, None) for _ in range(RANDOM_CASES))
    cases = [number for number in range(len(CHANGES)) for _ in range(CASES_FOR_EACH_CHANGE)]
    yield "changes of the clocks", len(cases), sum(_differs(rng, number) for number in cases)


def _differs(rng: random.Random, change: int | None) -> bool:
    question = random_question(rng.choice, pick_change=change)
    engine = by_engine(question)
    return not engine == interval_slots(question) == minute_slots(question)


# ------------------------------------------------------------------------------- the timing


def _timed(function: Callable[[], T], *, times: int) -> float:
    """The median of the times in milliseconds."""
    gc.collect()
    taken = []
    for _ in range(times):
        began = perf_counter()
        function()
        taken.append((perf_counter() - began) * 1000)
    return statistics.median(taken)


def _peak_megabytes(question: Question) -> float:
    tracemalloc.start()
    slots(question)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1_000_000


def main() -> int:
    """Run the gates, then print the table; 1 when a gate found a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the largest rows")
    is_quick = parser.parse_args().quick
    failed = 0
    for name, cases, differences in gates():
        print(f"gate: {name}: {differences} differences in {cases} cases", flush=True)
        failed += differences
    cold: dict[str, float] = {}
    print(
        f"{'row':<18}{'slots':>7}{'cold ms':>10}{'one ms':>9}{'oracle ms':>11}{'ratio':>8}{'MB':>7}"
    )
    for row in ROWS:
        if row.is_large and is_quick:
            continue
        question = build(row)
        engine = by_engine(question)
        failed += engine != interval_slots(question)
        some_start = engine[len(engine) // 2][0]
        cold[row.name] = _timed(lambda q=question: slots(q), times=7)  # type: ignore[misc]  # binds the row's question
        one = _timed(lambda q=question, s=some_start: check(q, s), times=5)  # type: ignore[misc]  # as above
        oracle = _timed(lambda q=question: interval_slots(q), times=3)  # type: ignore[misc]  # as above
        print(
            f"{row.name:<18}{len(engine):>7}{cold[row.name]:>10.2f}{one:>9.2f}{oracle:>11.1f}"
            f"{oracle / cold[row.name]:>7.1f}x{_peak_megabytes(question):>7.1f}",
            flush=True,
        )
    if not is_quick:
        exponent = math.log(cold["pooled 1000x14"] / cold["pooled 50x14"]) / math.log(1000 / 50)
        print(f"scaling exponent in hosts, cold: {exponent:.2f}")
    print("FAILED: engine and oracles differ" if failed else "engine and oracles agree everywhere")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
