"""How long it takes to find which of many booking types a record is offered.

Run ``python -m benchmarks.resolving``. Each row is 500 types of ten clauses, beside a plain
reading: every clause of every type looked at by itself, from its text on, and put into words. Both
must offer the same types before anything is timed. *First* is with filters that nobody looked at
yet, as after a start; *again*, which has to pass the gate, with those that are known; *words* is
what it takes to put into words whatever stands against all refused types. Times differ between
machines and runs; the ratios within one run are what counts.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from booking_types.filters import Resolution, evaluate, resolve
from booking_types.model import (
    BookingType,
    Clause,
    FieldType,
    FilterContext,
    Operator,
    Record,
    RecordFilter,
    Value,
)

TYPES, CLAUSES = 500, 10
ROUNDS = 15
#: The gate: so many types and clauses take no longer than this.
GATE_MS = 10.0

CONTEXT = FilterContext(
    now=datetime(2026, 11, 20, 11, tzinfo=UTC),
    time_zone="America/New_York",
    fiscal_year_start_month=2,
    week_starts_on=7,
)

_FIELDS: dict[str, tuple[FieldType, Value]] = {
    "Industry": (FieldType.PICKLIST, "Banking"),
    "Account.Name": (FieldType.TEXT, "Head of Banking Ltd"),
    "Regions__c": (FieldType.MULTI_PICKLIST, "North;South"),
    "AnnualRevenue": (FieldType.CURRENCY, 500_000.0),
    "NumberOfEmployees": (FieldType.NUMBER, 120),
    "Birthdate__c": (FieldType.DATE, date(2026, 11, 3)),
    "CreatedDate": (FieldType.DATETIME, datetime(2026, 11, 18, 9, tzinfo=UTC)),
    "DoNotCall": (FieldType.CHECKBOX, False),
    "OwnerId": (FieldType.REFERENCE, "005Hp00000AbCdEIAV"),
    "$User.Department": (FieldType.TEXT, "Sales"),
}
RECORD = Record(
    record_id="00QHp00002AbCdEMAV",
    object_name="Lead",
    values={path: value for path, (_, value) in _FIELDS.items()},
    types={path: kind for path, (kind, _) in _FIELDS.items()},
)


def _passing(number: int) -> list[Clause]:
    """A clause on each field that the record passes; differs from type to type."""
    return [
        Clause(field="Industry", operator=Operator.IN, values=("Banking", f"Other {number}")),
        Clause(field="Account.Name", operator=Operator.DOES_NOT_CONTAIN, value=f"Ltd {number}"),
        Clause(field="Regions__c", operator=Operator.INCLUDES, values=("North;South", "West")),
        Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=number * 900),
        Clause(field="NumberOfEmployees", operator=Operator.LESS_OR_EQUAL, value=120 + number),
        Clause(field="Birthdate__c", operator=Operator.EQUALS, value=f"LAST_N_DAYS:{17 + number}"),
        Clause(field="CreatedDate", operator=Operator.EQUALS, value="THIS_FISCAL_QUARTER"),
        Clause(field="DoNotCall", operator=Operator.EQUALS, value=False),
        Clause(field="OwnerId", operator=Operator.EQUALS, value="005Hp00000AbCdE"),
        Clause(field="$User.Department", operator=Operator.NOT_EQUALS, value=f"Team {number}"),
    ]


@dataclass(frozen=True)
class Row:
    """One measured set of types.

    Attributes:
        name: As it is printed.
        refused: How many of ten types have a clause, somewhere, that the record fails.
        logic: Of every type.
    """

    name: str
    refused: int
    logic: str = ""


ROWS = (
    Row("all offered", refused=0),
    Row("half refused", refused=5),
    Row("all refused", refused=10),
    Row("all offered, with logic", refused=0, logic="1 AND 2 AND (3 OR NOT 4) AND 5 AND (6 OR 7) AND 8 AND 9 AND 10"),
)  # fmt: skip


def build(row: Row) -> list[BookingType]:
    """The types of a row; the same in every run, new objects in each call."""
    rng = random.Random(row.name)
    made = []
    for number in range(TYPES):
        clauses = _passing(number)
        rng.shuffle(clauses)
        if number % 10 < row.refused:
            place = rng.randrange(CLAUSES)
            clauses[place] = Clause(
                field="AnnualRevenue", operator=Operator.LESS_THAN, value=number
            )
        made.append(
            BookingType(
                key=f"type-{number}",
                name=f"Type {number}",
                object_name="Lead",
                record_filter=RecordFilter(clauses=tuple(clauses), logic=row.logic),
            )
        )
    return made


def plainly(booking_types: Sequence[BookingType]) -> tuple[BookingType, ...]:
    """Which are offered, each clause read by itself and put into words."""
    offered = []
    for booking_type in booking_types:
        record_filter = booking_type.record_filter
        truths = []
        for clause in record_filter.clauses:
            alone = evaluate(
                record_filter=RecordFilter(clauses=(clause,)), record=RECORD, context=CONTEXT
            )
            truths.append(alone.passed and bool(alone.clauses[0].sentence))
        if record_filter.logic:
            holds = eval(  # noqa: S307  # the expression is ours
                " ".join(
                    f"truths[{int(word) - 1}]" if word.isdigit() else word.lower()
                    for word in record_filter.logic.replace("(", "( ").replace(")", " )").split()
                ),
                {"truths": truths},
            )
        else:
            holds = all(truths)
        if holds:
            offered.append(booking_type)
    return tuple(offered)


def engine(booking_types: Sequence[BookingType]) -> Resolution:
    return resolve(booking_types=booking_types, record=RECORD, context=CONTEXT)


def _ms(work: Callable[[], object]) -> float:
    gc.collect()
    started = perf_counter()
    work()
    return (perf_counter() - started) * 1000


def measure(row: Row) -> bool:
    """Print one row; whether it is inside the gate."""
    kept = build(row)
    if engine(kept).offered != plainly(kept):
        raise SystemExit(f"{row.name}: the engine and the plain reading offer different types")
    first = statistics.median(_ms(partial(engine, build(row))) for _ in range(ROUNDS))
    again = statistics.median(_ms(partial(engine, kept)) for _ in range(ROUNDS))
    plain = statistics.median(_ms(lambda: plainly(kept)) for _ in range(3))
    refused = engine(kept).refused
    words = _ms(lambda: [refusal.sentences for refusal in refused])
    print(
        f"{row.name:26} {first:9.2f} {again:9.2f} {plain:9.1f} {plain / again:9.0f} x {words:9.2f}"
    )
    return again < GATE_MS


def main() -> int:
    print(f"{TYPES} types x {CLAUSES} clauses, milliseconds; gate {GATE_MS:.0f}")
    print(f"{'':26} {'first':>9} {'again':>9} {'plain':>9} {'ratio':>11} {'words':>9}")
    good = [measure(row) for row in ROWS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
