"""SOQL with values put in: always quoted by simple-salesforce, times always with a zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from simple_salesforce.format import format_soql

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*", re.ASCII)

#: How many ids stand in one statement: a query travels in an address, and Salesforce refuses
#: addresses over 16,384 characters.
IDS_AT_ONCE = 100

SoqlValue = str | int | bool | datetime | None | Sequence[str]
T = TypeVar("T")


def soql(template: str, **values: SoqlValue) -> str:
    """A statement with its values put in.

    Args:
        template: SOQL with ``{name}`` for each value and ``{name:literal}`` for object and field
            names.
        values: By name. A sequence becomes a list in parentheses and must not be empty.

    Raises:
        ValueError: A time without a zone (simple-salesforce would take it for a local one), an
            empty list, or a name that is none.
    """
    for name, value in values.items():
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"a time without a zone: {name}")
        if isinstance(value, (list, tuple)) and not value:
            raise ValueError(f"an empty list: {name}")
        if f"{{{name}:literal}}" in template:
            _check_names(name, str(value))
    statement: str = format_soql(template, **values)
    return statement


def _check_names(name: str, value: str) -> None:
    if not all(_NAME.fullmatch(each.strip()) for each in value.split(",")):
        raise ValueError(f"not the name of an object or field: {name}")


def is_name(text: str) -> bool:
    """Whether the text could be the name of an object or a field."""
    return _NAME.fullmatch(text) is not None and "." not in text


def in_batches(items: Iterable[T], size: int = IDS_AT_ONCE) -> Iterator[list[T]]:
    """The distinct items, so many at a time, in the order given."""
    distinct = list(dict.fromkeys(items))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
