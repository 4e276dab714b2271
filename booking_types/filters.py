"""Which booking types a record is offered, and for each refused one which clause failed.

How values compare (the rules of Salesforce's own filters where it has any):

* Text ignores case. An empty text and no value at all are the same: empty.
* An empty field equals nothing but emptiness, and is neither greater nor less than anything.
* Numbers and yes/no compare by value; dates and times as instants, whatever their offset. A
  filter writes them as ISO text (``2027-03-01`` is midnight UTC then).
* Two values that cannot be compared (a text with a number) make the clause unreadable. That is
  said; it never raises.

A clause that cannot be read disables the one booking type that has it, whatever its logic says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from booking_types.definition_faults import faults
from booking_types.filter_logic import LogicError, parse_logic
from booking_types.model import (
    BookingType,
    Clause,
    FilterContext,
    Operator,
    Record,
    RecordFilter,
    Value,
)

__all__ = [
    "ClauseOutcome",
    "ClauseVerdict",
    "FilterVerdict",
    "Refusal",
    "Resolution",
    "evaluate",
    "faults",
    "needed_paths",
    "paths",
    "resolve",
]


class ClauseOutcome(StrEnum):
    """What became of one clause."""

    PASSED = "passed"
    FAILED = "failed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseVerdict:
    """What became of one clause, and why.

    Attributes:
        number: From 1, as in the logic.
        clause: The clause.
        outcome: What became of it.
        actual: The record's value; nothing when it is empty or could not be read.
        requirement: What the clause asks for, in words, without the record's value: for those
            who may not see the field.
        sentence: What became of it, in words an admin understands, with the record's value.
    """

    number: int
    clause: Clause
    outcome: ClauseOutcome
    actual: Value
    requirement: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterVerdict:
    """Whether a record passes a filter.

    Attributes:
        passed: Whether it does.
        clauses: What became of each clause, in order.
        problem: What is wrong with the filter's logic; the record does not pass then.
    """

    passed: bool
    clauses: tuple[ClauseVerdict, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A booking type that a record is not offered.

    Attributes:
        booking_type: Which one.
        clauses: What became of each clause of its filter.
        problem: What else stands against it: it is for another object, its logic is wrong.
    """

    booking_type: BookingType
    clauses: tuple[ClauseVerdict, ...]
    problem: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything that stands against it, in words."""
        problem = (self.problem,) if self.problem else ()
        return problem + tuple(
            verdict.sentence
            for verdict in self.clauses
            if verdict.outcome is not ClauseOutcome.PASSED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a record is offered, and what not.

    Attributes:
        offered: In the order given.
        refused: All others, in the order given.
    """

    offered: tuple[BookingType, ...]
    refused: tuple[Refusal, ...]


def resolve(
    *, booking_types: Iterable[BookingType], record: Record, context: FilterContext
) -> Resolution:
    """Which of the booking types the record qualifies for."""
    offered: list[BookingType] = []
    refused: list[Refusal] = []
    for booking_type in booking_types:
        if booking_type.object_name.casefold() != record.object_name.casefold():
            problem = f"it is for {booking_type.object_name}, not for {record.object_name}"
            refused.append(Refusal(booking_type=booking_type, clauses=(), problem=problem))
            continue
        verdict = evaluate(record_filter=booking_type.record_filter, record=record, context=context)
        if verdict.passed:
            offered.append(booking_type)
        else:
            refused.append(
                Refusal(booking_type=booking_type, clauses=verdict.clauses, problem=verdict.problem)
            )
    return Resolution(offered=tuple(offered), refused=tuple(refused))


def evaluate(
    *, record_filter: RecordFilter, record: Record, context: FilterContext
) -> FilterVerdict:
    """Whether the record passes the filter, clause by clause."""
    verdicts = tuple(
        _judge(number, clause, record)
        for number, clause in enumerate(record_filter.clauses, start=1)
    )
    if not verdicts and not record_filter.logic.strip():
        return FilterVerdict(passed=True, clauses=())
    try:
        logic = parse_logic(record_filter.logic, clauses=len(verdicts))
    except LogicError as error:
        return FilterVerdict(passed=False, clauses=verdicts, problem=f"the filter's logic {error}")
    is_readable = all(verdict.outcome is not ClauseOutcome.UNREADABLE for verdict in verdicts)
    truths = [verdict.outcome is ClauseOutcome.PASSED for verdict in verdicts]
    return FilterVerdict(passed=is_readable and logic.holds(truths), clauses=verdicts)


def paths(record_filter: RecordFilter) -> frozenset[str]:
    """The fields that the filter looks at."""
    return frozenset(clause.field for clause in record_filter.clauses)


def needed_paths(booking_type: BookingType) -> frozenset[str]:
    """The fields that must be read to offer the type, find its host and address its guest."""
    others = (
        booking_type.guest_email_path,
        booking_type.guest_name_path,
        booking_type.guest_time_zone_path,
        *booking_type.host_rule.lookup_paths,
        *(field.default_path for field in booking_type.form),
    )
    return paths(booking_type.record_filter) | {path for path in others if path}


# ------------------------------------------------------------------------ one clause


class _IncomparableError(Exception):
    """The clause's value and the field's cannot be compared; the text says why."""


def _judge(number: int, clause: Clause, record: Record) -> ClauseVerdict:
    must = _must(clause)
    requirement = f"{clause.field} {must}"
    actual: Value = None
    if clause.field in record.unreadable:
        outcome = ClauseOutcome.UNREADABLE
        sentence = f"{clause.field} cannot be read: {record.unreadable[clause.field]}"
    elif clause.field not in record.values:
        outcome = ClauseOutcome.UNREADABLE
        sentence = f"{clause.field} cannot be read: the record came without it"
    else:
        actual = record.values[clause.field]
        shown = f"{clause.field} is {_shown(actual)}"
        try:
            passed = _passes(clause, actual)
        except _IncomparableError as error:
            outcome = ClauseOutcome.UNREADABLE
            sentence = f"{shown}, which {error}"
        else:
            outcome = ClauseOutcome.PASSED if passed else ClauseOutcome.FAILED
            sentence = f"{shown}, {'and' if passed else 'but'} {must}"
    return ClauseVerdict(
        number=number,
        clause=clause,
        outcome=outcome,
        actual=actual,
        requirement=requirement,
        sentence=sentence,
    )


_NEGATED = {
    Operator.IS_NOT_BLANK: Operator.IS_BLANK,
    Operator.NOT_EQUALS: Operator.EQUALS,
    Operator.NOT_IN: Operator.IN,
}


def _passes(clause: Clause, actual: Value) -> bool:
    opposite = _NEGATED.get(clause.operator)
    if opposite is not None:
        return not _holds(opposite, clause, actual)
    return _holds(clause.operator, clause, actual)


def _holds(operator: Operator, clause: Clause, actual: Value) -> bool:
    match operator:
        case Operator.IS_BLANK:
            return _is_empty(actual)
        case Operator.EQUALS:
            return _equal(actual, clause.value)
        case Operator.IN:
            # Every choice is looked at, so that a wrong one is found whatever the record holds.
            return True in [_equal(actual, value) for value in clause.values]
        case Operator.CONTAINS | Operator.STARTS_WITH:
            return _matches_text(clause, actual)
        case _:
            return _compares(operator, actual, clause.value)


def _is_empty(value: Value) -> bool:
    return value is None or value == ""


def _equal(actual: Value, wanted: Value) -> bool:
    if _is_empty(actual) or _is_empty(wanted):
        return _is_empty(actual) and _is_empty(wanted)
    left, right = _comparable(actual, wanted)
    return left == right


def _matches_text(clause: Clause, actual: Value) -> bool:
    if not isinstance(clause.value, str) or not clause.value:
        raise _IncomparableError("cannot be searched for anything but a text")
    if _is_empty(actual):
        return False
    if not isinstance(actual, str):
        raise _IncomparableError(f"is {_kind(actual)}; only a text can be searched")
    text, wanted = actual.casefold(), clause.value.casefold()
    return wanted in text if clause.operator is Operator.CONTAINS else text.startswith(wanted)


def _compares(operator: Operator, actual: Value, wanted: Value) -> bool:
    if _is_empty(wanted):
        raise _IncomparableError("cannot be compared: the filter names no value")
    if _is_empty(actual):
        return False
    if isinstance(actual, bool) or isinstance(wanted, bool):
        raise _IncomparableError("cannot be greater or less: one of the two is yes or no")
    left, right = _comparable(actual, wanted)
    # Both are of one kind now; the type checker cannot see that they are ordered.
    order = (left > right) - (left < right)  # type: ignore[operator]
    match operator:
        case Operator.GREATER_THAN:
            return order > 0
        case Operator.GREATER_OR_EQUAL:
            return order > 0 or left == right
        case Operator.LESS_THAN:
            return order < 0
        case _:
            return order < 0 or left == right


def _comparable(
    actual: Value, wanted: Value
) -> tuple[str | float | datetime, str | float | datetime]:
    """The two as values of one kind.

    Raises:
        _IncomparableError: They are of different kinds.
    """
    if isinstance(actual, datetime):
        return _instant(actual), _instant(wanted)
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual.casefold(), wanted.casefold()
    # In Python yes is 1; to an admin it is not.
    if isinstance(actual, bool) is not isinstance(wanted, bool):
        pass
    elif isinstance(actual, int | float) and isinstance(wanted, int | float):
        return actual, wanted
    raise _IncomparableError(
        f"is {_kind(actual)} and cannot be compared with {_shown(wanted)}, {_kind(wanted)}"
    )


def _instant(value: Value) -> datetime:
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            text = f"is a date or time and cannot be compared with {_shown(value)}"
            raise _IncomparableError(text) from None
        is_date = "T" not in value.upper() and ":" not in value
        value = parsed.replace(tzinfo=UTC) if is_date else parsed
    if not isinstance(value, datetime):
        raise _IncomparableError(
            f"is a date or time and cannot be compared with {_shown(value)}, {_kind(value)}"
        )
    if value.tzinfo is None:
        raise _IncomparableError(
            f"cannot be compared with {_shown(value)}: it has no offset from UTC, like "
            "2027-03-01T09:00:00Z"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise _IncomparableError("cannot be compared: the year is out of reach") from None


# ----------------------------------------------------------------------------- words

_MUST = {
    Operator.EQUALS: "must be {value}",
    Operator.NOT_EQUALS: "must not be {value}",
    Operator.IN: "must be one of {values}",
    Operator.NOT_IN: "must be none of {values}",
    Operator.CONTAINS: "must contain {value}",
    Operator.STARTS_WITH: "must start with {value}",
    Operator.GREATER_THAN: "must be greater than {value}",
    Operator.GREATER_OR_EQUAL: "must be at least {value}",
    Operator.LESS_THAN: "must be less than {value}",
    Operator.LESS_OR_EQUAL: "must be at most {value}",
    Operator.IS_BLANK: "must be blank",
    Operator.IS_NOT_BLANK: "must not be blank",
}


def _must(clause: Clause) -> str:
    values = ", ".join(_shown(value) for value in clause.values) or "nothing"
    return _MUST[clause.operator].format(value=_shown(clause.value), values=values)


def _shown(value: Value) -> str:
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        # Salesforce sends every number with a fraction; people write 500000.
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return f"“{value}”" if isinstance(value, str) else str(value)


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "a number"
    return "a date or time" if isinstance(value, datetime) else "a text"
