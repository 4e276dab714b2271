"""Records and clauses for the tests of filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from booking_types.filters import ClauseVerdict, evaluate
from booking_types.model import (
    Clause,
    FieldType,
    FilterContext,
    Operator,
    Record,
    RecordFilter,
    Value,
)

#: Friday, 20 November 2026, noon in Berlin.
NOON = FilterContext(
    now=datetime(2026, 11, 20, 11, tzinfo=UTC),
    time_zone="Europe/Berlin",
    fiscal_year_start_month=4,
    week_starts_on=1,
)


def a_record(values: Mapping[str, Value], *, object_name: str = "Lead", **more: Any) -> Record:
    return Record(record_id="00Q000000000001AAA", object_name=object_name, values=values, **more)


def a_clause(operator: str, wanted: Any = None, *, field: str = "Field__c") -> Clause:
    """A clause; a tuple stands for the choices of ``in`` and ``includes``."""
    is_choice = isinstance(wanted, tuple)
    return Clause(
        field=field,
        operator=Operator(operator),
        value=None if is_choice else wanted,
        values=wanted if is_choice else (),
    )


def judged(
    clause: Clause,
    actual: Value,
    kind: FieldType | None = None,
    *,
    context: FilterContext = NOON,
    values: Mapping[str, Value] | None = None,
    types: Mapping[str, FieldType] | None = None,
    **more: Any,
) -> ClauseVerdict:
    """What becomes of a clause on a record whose field holds that."""
    known = {clause.field: kind} if kind else {}
    record = a_record(
        {clause.field: actual, **(values or {})}, types={**known, **(types or {})}, **more
    )
    verdict = evaluate(
        record_filter=RecordFilter(clauses=(clause,)), record=record, context=context
    )
    assert verdict.passed is (verdict.clauses[0].outcome.value == "passed")
    return verdict.clauses[0]


def outcome(operator: str, actual: Value, wanted: Any, kind: FieldType | None = None) -> str:
    return judged(a_clause(operator, wanted), actual, kind).outcome.value
