"""What each type of field can be compared with, by which operators, and what comes of it.

Source: SOQL and SOSL Reference, "Comparison Operators", "Logical Operators", "Query Multi-Select
Picklists", "Use null in WHERE", "Date Formats and Date Literals in WHERE". Each rule:

* Texts are equal whatever their case ("Comparison Operators"; rules of case of the user's locale
  are not played).
* ``LIKE`` is for texts only, ``INCLUDES`` and ``EXCLUDES`` for multi-select picklists only ("Comparison
  Operators"); these know besides only ``=`` and ``!=``, which compare all that is selected ("Query
  Multi-Select Picklists": ``'AAA;BBB'`` is AAA and BBB, an exact match).
* On a checkbox null is false ("Use null in WHERE"), also where a lookup on the way is empty: the
  same page has ``= null`` true there.
* ``=`` of a date literal is within its range, ``<`` before it, ``>`` after it ("Date Formats …").
* A value is of the field's type ("fieldExpression").

Undocumented, and decided here (``docs/fidelity.md``): a comparison is true or false and never
unknown, so ``!=``, ``NOT IN``, ``EXCLUDES`` and ``NOT`` take rows without a value; nothing is less
or greater than no value; an empty text is no value; ids and checkboxes have no order; texts are
ordered by their characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.salesforce.answers import Refused
from connectors.sandbox.salesforce.relative_dates import Moment, RelativeDate, days
from connectors.sandbox.salesforce.schema import NUMBERS, TEXTS, Field
from connectors.sandbox.salesforce.soql import Like
from connectors.sandbox.salesforce.state import whole_id

#: Whether a field's value passes.
Test = Callable[[Any], bool]

_SAME = frozenset({"=", "!="})
_LISTED = frozenset({"in", "not in"})
_ORDERED = frozenset({"<", "<=", ">", ">="})
_IDS = frozenset({"id", "reference"})


def compared(kind: Field, operator: str, wanted: Any, moment: Moment) -> Test:
    """The test for a field's value.

    Args:
        kind: The field.
        operator: In small letters, ``!=`` for ``<>``.
        wanted: A value, a pattern, or for lists a tuple of values.
        moment: When and where the query is asked.

    Raises:
        Refused: The type does not know the operator, or the value is of another type.
    """
    _check_operator(kind, operator)
    if isinstance(wanted, Like):
        return _like(wanted)
    if kind.type == "multipicklist":
        return _chosen(kind, operator, wanted)
    if operator in _LISTED:
        tests = [_one(kind, "=", each, moment) for each in wanted]
        if operator == "in":
            return lambda value: any(test(value) for test in tests)
        return lambda value: not any(test(value) for test in tests)
    return _one(kind, operator, wanted, moment)


def among(kind: Field, operator: str, ids: frozenset[str]) -> Test:
    """The test whether an id is in a sub-query's answer.

    Raises:
        Refused: The type does not know the operator.
    """
    _check_operator(kind, operator)
    if operator == "in":
        return lambda value: value in ids
    return lambda value: value not in ids


def in_order(value: Any) -> Any:
    """A value as it is compared with others of its type."""
    if isinstance(value, str):
        return value.casefold()
    return Decimal(str(value)) if isinstance(value, float) else value


def _check_operator(kind: Field, operator: str) -> None:
    known = _SAME | _LISTED
    if kind.type == "multipicklist":
        known = _SAME | {"includes", "excludes"}
    elif kind.type not in _IDS and kind.type != "boolean":
        known = known | _ORDERED
    if kind.type in TEXTS and kind.type != "id":
        known = known | {"like"}
    if operator not in known:
        raise Refused("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {kind.type} field")


def _like(like: Like) -> Test:
    return lambda value: value is not None and like.expression.fullmatch(str(value)) is not None


def _one(kind: Field, operator: str, wanted: Any, moment: Moment) -> Test:
    if isinstance(wanted, RelativeDate) and kind.type in ("date", "datetime"):
        return _ranged(kind, operator, wanted, moment)
    operand = _operand(kind, wanted)
    if operator in _SAME:
        is_equal = _equal_to(kind, operand)
        return is_equal if operator == "=" else lambda value: not is_equal(value)
    if operand is None:
        return lambda _value: False
    return _before_or_after(operator, operand)


def _equal_to(kind: Field, operand: Any) -> Test:
    if kind.type == "boolean":
        return lambda value: (value is True) == (operand is True)
    return lambda value: bool(in_order(value) == operand)


def _before_or_after(operator: str, operand: Any) -> Test:
    tests: dict[str, Test] = {
        "<": lambda value: bool(value < operand),
        "<=": lambda value: bool(value <= operand),
        ">": lambda value: bool(value > operand),
        ">=": lambda value: bool(value >= operand),
    }
    test = tests[operator]
    return lambda value: value is not None and test(in_order(value))


def _ranged(kind: Field, operator: str, wanted: RelativeDate, moment: Moment) -> Test:
    found = days(wanted, moment)
    first, after = (found.first, found.after) if kind.type == "date" else found.instants(moment)
    tests: dict[str, Test] = {
        "=": lambda value: bool(first <= value < after),
        "<": lambda value: bool(value < first),
        "<=": lambda value: bool(value < after),
        ">": lambda value: bool(value >= after),
        ">=": lambda value: bool(value >= first),
    }
    if operator == "!=":
        return lambda value: value is None or not tests["="](value)
    test = tests[operator]
    return lambda value: value is not None and test(value)


# ------------------------------------------------------------------ multi-select picklists


def _chosen(kind: Field, operator: str, wanted: Any) -> Test:
    if operator in _SAME:
        whole = _choices(_operand(kind, wanted))
        if operator == "=":
            return lambda value: _choices(value) == whole
        return lambda value: _choices(value) != whole
    groups = [_choices(_operand(kind, each)) for each in wanted]
    if operator == "includes":
        return lambda value: _includes(value, groups)
    return lambda value: not _includes(value, groups)


def _choices(value: str | None) -> frozenset[str]:
    return frozenset(each.strip().casefold() for each in (value or "").split(";") if each.strip())


def _includes(value: str | None, groups: Iterable[frozenset[str]]) -> bool:
    """All of one group are chosen; an empty group stands for nothing chosen."""
    chosen = _choices(value)
    return any(group <= chosen if group else not chosen for group in groups)


# --------------------------------------------------------------------------------- values


def _operand(kind: Field, value: Any) -> Any:
    """The value as the field's type compares it.

    Raises:
        Refused: It is of another type.
    """
    if value is None:
        return None
    if kind.type in _IDS:
        return in_order(checked_id(value)) if value != "" else None
    wanted, word = _expected(kind)
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    fits = is_number if wanted is Decimal else type(value) is wanted
    if not fits:
        quotes = "should" if wanted is str else "should not"
        raise Refused(
            "INVALID_FIELD",
            f"value of filter criterion for field '{kind.name}' must be of type {word} and"
            f" {quotes} be enclosed in quotes",
        )
    return in_order(value) if value != "" else None


def _expected(kind: Field) -> tuple[type, str]:
    if kind.type == "datetime":
        return datetime, "dateTime"
    if kind.type == "date":
        return date, "date"
    if kind.type == "boolean":
        return bool, "boolean"
    if kind.type in NUMBERS:
        return Decimal, kind.type
    return str, "string"


def checked_id(value: Any) -> str:
    """The 18 characters of an id in a query.

    Raises:
        Refused: It is none.
    """
    found = whole_id(value) if isinstance(value, str) else None
    if found is None:
        raise Refused("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value}")
    return found
