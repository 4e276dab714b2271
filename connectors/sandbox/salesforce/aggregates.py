"""Aggregate functions: one value of many rows.

Source: SOQL and SOSL Reference, "Aggregate Functions" (all but ``COUNT()`` and ``COUNT(Id)`` ignore
null; ``MIN`` and ``MAX`` of a picklist go by the order of its values), "Support for Field Types in
Aggregate Functions", "COUNT() and COUNT(fieldName)". Not in these pages, and so our reading: an
average is rounded nowhere, and of no values every function but the counts gives null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from connectors.sandbox.salesforce.answers import malformed_query
from connectors.sandbox.salesforce.comparing import in_order
from connectors.sandbox.salesforce.schema import NUMBERS, Field

_COUNTS = frozenset({"COUNT", "COUNT_DISTINCT"})
_OF_NUMBERS = frozenset({"AVG", "SUM"})
NAMES = _COUNTS | _OF_NUMBERS | {"MIN", "MAX"}


def result(name: str, kind: Field) -> Field:
    """What a function of that field gives.

    Raises:
        Refused: The function does not take fields of that type.
    """
    fits = kind.is_aggregatable and (name not in _OF_NUMBERS or kind.type in NUMBERS)
    if not fits:
        raise malformed_query(f"field {kind.name} does not support aggregate operator {name}")
    if name in _COUNTS:
        return Field(name=name, label=name, type="int")
    return Field(name=name, label=name, type="double") if name == "AVG" else kind


def of(name: str, kind: Field, values: Sequence[Any]) -> Any:
    """The function's value."""
    filled = [value for value in values if value is not None]
    if name == "COUNT":
        return len(filled)
    if name == "COUNT_DISTINCT":
        return len({in_order(value) for value in filled})
    if not filled:
        return None
    if name in _OF_NUMBERS:
        return _total_or_average(name, filled)
    choose: Callable[..., Any] = min if name == "MIN" else max
    return choose(filled, key=_place(kind))


def _total_or_average(name: str, filled: Sequence[Any]) -> float | int:
    total = sum((Decimal(str(value)) for value in filled), Decimal(0))
    if name == "AVG":
        return float(total / len(filled))
    return int(total) if all(isinstance(value, int) for value in filled) else float(total)


def _place(kind: Field) -> Callable[[Any], Any]:
    if kind.type != "picklist":
        return in_order
    places = {value.casefold(): place for place, value in enumerate(kind.picklist)}
    # What an open picklist has beside its list comes after it.
    return lambda value: (places.get(value.casefold(), len(places)), in_order(value))
