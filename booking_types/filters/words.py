"""Clauses and what came of them, as an admin reads them.

A value that the one who asks may not see (``Record.hidden``) is never in them, whether it is the
field's or the one that a clause refers to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from booking_types.filters.clauses import INCLUDING
from booking_types.filters.operands import (
    TIMES,
    ClauseValue,
    OperandError,
    reference,
    wanted,
)
from booking_types.filters.reading import UNREADABLE, Reading
from booking_types.filters.relative_dates import Days, RelativeDate
from booking_types.filters.verdicts import ClauseOutcome
from booking_types.model import Clause, FieldType, Operator, Value

#: Stands where a value would, for those who may not see it.
HIDDEN = "holds something you may not see"

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_MUST = {
    Operator.EQUALS: "must be {value}",
    Operator.NOT_EQUALS: "must not be {value}",
    Operator.IN: "must be one of {values}",
    Operator.NOT_IN: "must be none of {values}",
    Operator.INCLUDES: "must include {values}",
    Operator.EXCLUDES: "must not include {values}",
    Operator.CONTAINS: "must contain {value}",
    Operator.DOES_NOT_CONTAIN: "must not contain {value}",
    Operator.STARTS_WITH: "must start with {value}",
    Operator.GREATER_THAN: "must be greater than {value}",
    Operator.GREATER_OR_EQUAL: "must be at least {value}",
    Operator.LESS_THAN: "must be less than {value}",
    Operator.LESS_OR_EQUAL: "must be at most {value}",
    Operator.IS_BLANK: "must be blank",
    Operator.IS_NOT_BLANK: "must not be blank",
}
_MUST_OF_TIMES = _MUST | {
    Operator.GREATER_THAN: "must be after {value}",
    Operator.GREATER_OR_EQUAL: "must be {value} or later",
    Operator.LESS_THAN: "must be before {value}",
    Operator.LESS_OR_EQUAL: "must be {value} or earlier",
}


def requirement_of(clause: Clause, reading: Reading) -> str:
    """What a clause asks for: ``AnnualRevenue must be greater than 1,000,000``."""
    return f"{clause.field} {_must(clause, reading)}"


def sentence_of(
    clause: Clause, reading: Reading, *, outcome: ClauseOutcome, reason: str = ""
) -> str:
    """What came of a clause, and the record's value.

    Args:
        clause: The clause.
        reading: What it looked at.
        outcome: What came of it.
        reason: Of an unreadable one: why; follows the field's name.
    """
    if outcome is ClauseOutcome.UNREADABLE:
        return f"{clause.field} {reason}"
    if reading.is_hidden(clause.field):
        has = HIDDEN
    else:
        kind = reading.kind(clause.field)
        has = f"is {shown(reading.value(clause.field), kind, reading)}"
    link = "and" if outcome is ClauseOutcome.PASSED else "but"
    return f"{clause.field} {has}, {link} {_must(clause, reading)}"


def _must(clause: Clause, reading: Reading) -> str:
    kind = reading.kind(clause.field)
    value = _read(clause.value, kind)
    if isinstance(value, RelativeDate):
        return _must_be_in(clause.operator, value, reading)
    must = (_MUST_OF_TIMES if kind in TIMES else _MUST)[clause.operator]
    if clause.operator in INCLUDING:
        values = _either([_all_of(str(each), reading) for each in clause.values])
    else:
        values = ", ".join(_said(each, kind, reading) for each in clause.values)
    return must.format(value=_said(value, kind, reading), values=values or "nothing")


def _read(value: ClauseValue | None, kind: FieldType | None) -> Value | RelativeDate:
    """A clause's value; where it is compared with a time, the time or relative date it names."""
    if kind is None or kind not in TIMES or reference(value) is not None:
        return value
    try:
        found: date | RelativeDate | None = wanted(value, kind)
    except OperandError:
        return value
    return found


def _said(value: Value | RelativeDate, kind: FieldType | None, reading: Reading) -> str:
    """A clause's value, or what it refers to."""
    if isinstance(value, str):
        value = _read(value, kind)
    if isinstance(value, RelativeDate):
        return f"{value.noun} ({_span(value, reading.calendar.days(value))})"
    found = reference(value)
    if found is None:
        return shown(value, kind, reading)
    if reading.is_hidden(found.path):
        return f"{found.path}, which you may not see"
    if reading.cells[found.path][0] == UNREADABLE:
        return found.path
    there = shown(reading.value(found.path), reading.kind(found.path), reading)
    return f"{found.path} ({there})"


def _all_of(choice: str, reading: Reading) -> str:
    if reference(choice) is not None:
        return _said(choice, FieldType.MULTI_PICKLIST, reading)
    return " and ".join(f"“{part.strip()}”" for part in choice.split(";") if part.strip())


def _either(choices: Sequence[str]) -> str:
    if not any(" and " in choice for choice in choices):
        return " or ".join(choices)
    return ", or ".join(choices)


# ------------------------------------------------------------------------------- values


def shown(value: Value, kind: FieldType | None, reading: Reading) -> str:
    """A value as people write it; times on the org's clocks."""
    if value is None or value == "":
        return "blank"
    if isinstance(value, str):
        return _all_of(value, reading) if kind is FieldType.MULTI_PICKLIST else f"“{value}”"
    if isinstance(value, date):
        return _time(value, reading) if isinstance(value, datetime) else _day(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{_digits(value)} %" if kind is FieldType.PERCENT else _digits(value)


def _digits(value: float) -> str:
    # Salesforce sends every number with a fraction; people write 500,000.
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


def _day(on: date) -> str:
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def _time(at: datetime, reading: Reading) -> str:
    if at.tzinfo is None:
        return at.isoformat(sep=" ")
    zone = reading.calendar.zone
    local = at.astimezone(zone)
    seconds = f":{local.second:02d}" if local.second else ""
    return f"{_day(local)}, {local.hour:02d}:{local.minute:02d}{seconds} ({zone.key})"


# ----------------------------------------------------------------------- relative dates


def _must_be_in(operator: Operator, relative: RelativeDate, reading: Reading) -> str:
    days = reading.calendar.days(relative)
    noun = relative.noun
    inside = f"in {noun}" if noun.startswith("the ") else noun
    match operator:
        case Operator.EQUALS:
            return f"must be {inside} ({_span(relative, days)})"
        case Operator.NOT_EQUALS:
            return f"must not be {inside} ({_span(relative, days)})"
        case Operator.LESS_THAN:
            return f"must be before {noun} (before {_day(days.first)})"
        case Operator.LESS_OR_EQUAL:
            return f"must be {inside} or earlier ({_day(days.last)} or earlier)"
        case Operator.GREATER_THAN:
            return f"must be after {noun} (after {_day(days.last)})"
        case _:
            return f"must be {inside} or later ({_day(days.first)} or later)"


def _span(relative: RelativeDate, days: Days) -> str:
    if days.first == days.last:
        return _day(days.first)
    if relative.first < 0 < relative.end:
        return f"since {_day(days.first)}"
    return f"{_day(days.first)} to {_day(days.last)}"
