"""What a clause compares with: the values it names, read as its field's type compares them.

A value is of its field's type or the clause cannot be read. Source: SOQL and SOSL Reference,
"fieldExpression Syntax": "supply a value whose data type matches the field type of the specified
field"; "Date Formats and Date Literals in WHERE": a date is compared with date fields only, a
time with its offset with dateTime fields only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from booking_types.errors import InvalidRequestError
from booking_types.filters.relative_dates import (
    EARLIEST,
    LATEST,
    RelativeDate,
    RelativeDateError,
    looks_relative,
    relative_date,
)
from booking_types.model import FieldType, Value
from booking_types.salesforce_ids import salesforce_id

#: Where the running user's and the org's fields stand.
USER, ORGANIZATION = "$User.", "$Organization."

TEXTS = frozenset({FieldType.TEXT, FieldType.PICKLIST})
NUMBERS = frozenset({FieldType.NUMBER, FieldType.CURRENCY, FieldType.PERCENT})
TIMES = frozenset({FieldType.DATE, FieldType.DATETIME})
IDS = frozenset({FieldType.ID, FieldType.REFERENCE})

#: What holds such a value, for people.
KINDS = {
    FieldType.TEXT: "text",
    FieldType.PICKLIST: "one value of a list",
    FieldType.MULTI_PICKLIST: "several values of a list",
    FieldType.NUMBER: "a number",
    FieldType.CURRENCY: "an amount of money",
    FieldType.PERCENT: "a percentage",
    FieldType.DATE: "a date",
    FieldType.DATETIME: "a date and time",
    FieldType.CHECKBOX: "yes or no",
    FieldType.REFERENCE: "the id of another record",
    FieldType.ID: "the record's id",
    FieldType.UNFILTERABLE: "something that Salesforce cannot filter by",
}

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})",
    re.ASCII | re.IGNORECASE,
)

#: A value in the form in which two of one type are compared: folded text, a set of folded texts
#: (several values of a list), a number, a day, an instant in UTC, a truth, an id of 18
#: characters; nothing for blank.
Comparable = Any

#: What a clause may name.
ClauseValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of another field, of the running user or the org.

    Attributes:
        path: Which one (``$User.Department``).
    """

    path: str


class OperandError(ValueError):
    """A value cannot be compared with its field; the text follows the field's name.

    It says what the field is, what is wrong and what to write instead.
    """


def reference(value: object) -> Reference | None:
    """What the value refers to, if it names a field of the user or the org."""
    if isinstance(value, str) and value.startswith((USER, ORGANIZATION)):
        return Reference(value)
    return None


def wanted(value: ClauseValue | None, kind: FieldType) -> Comparable:
    """What a clause says, in the form in which it is compared; or a reference or relative date.

    Raises:
        OperandError: It is not of the field's type.
    """
    if value is None or value == "":
        return _blank(value, kind)
    return reference(value) or _READERS[kind](value, kind)


def _text(value: object, kind: FieldType) -> Comparable:
    if not isinstance(value, str):
        raise OperandError(f"holds {KINDS[kind]}; write {plain(value)} in quotes")
    return comparable(value, kind)


def _truth(value: object, _kind: FieldType) -> bool:
    if not isinstance(value, bool):
        raise OperandError(f"is yes or no; write true or false instead of {plain(value)}")
    return value


def _nothing(_value: object, kind: FieldType) -> Comparable:
    raise OperandError(f"holds {KINDS[kind]}; choose another field")


#: Source: Salesforce Help, "Digit Length of Number Fields": 18 digits in all.
_TOO_LARGE = 10**18


def _blank(value: ClauseValue | None, kind: FieldType) -> Comparable:
    # An empty text is no value: Salesforce keeps none, and finds null by it.
    if value is None or kind in TEXTS or kind is FieldType.MULTI_PICKLIST:
        return comparable(None, kind)
    raise OperandError(f"holds {KINDS[kind]}, not text; write null, or use “is blank”")


def _number(value: object, kind: FieldType) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OperandError(
            f"holds {KINDS[kind]}; write digits without quotes instead of {plain(value)}"
        )
    # What is no number at all is on no side of anything, not even of this.
    if not abs(value) < _TOO_LARGE:
        raise OperandError(f"holds {KINDS[kind]}; write a number of 18 digits at most")
    return value


def _time(value: object, kind: FieldType) -> date | RelativeDate:
    if isinstance(value, str):
        if looks_relative(value):
            try:
                return relative_date(value)
            except RelativeDateError as error:
                raise OperandError(f"holds {KINDS[kind]}, and {error}") from None
        found = _day(value) if kind is FieldType.DATE else _instant(value)
        if found is not None:
            return found
    if kind is FieldType.DATE:
        advice = f"write one from {EARLIEST} to {LATEST} like that, or a relative date like TODAY"
    else:
        advice = (
            "write it with its offset from UTC, like 2027-03-01T09:00:00Z, or a relative date like "
            "TODAY"
        )
    raise OperandError(f"holds {KINDS[kind]}, and {plain(value)} is none; {advice}")


def _day(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


def _instant(text: str) -> datetime | None:
    if not _DATETIME.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if EARLIEST <= found.date() <= LATEST else None


def _id(value: object, kind: FieldType) -> str:
    if isinstance(value, str):
        try:
            return salesforce_id(value)
        except InvalidRequestError:
            pass
    raise OperandError(
        f"holds {KINDS[kind]}, and {plain(value)} is none; copy all 15 or 18 characters from the "
        "record's address"
    )


_READERS: dict[FieldType, Callable[[ClauseValue, FieldType], Comparable]] = {
    FieldType.TEXT: _text,
    FieldType.PICKLIST: _text,
    FieldType.MULTI_PICKLIST: _text,
    FieldType.NUMBER: _number,
    FieldType.CURRENCY: _number,
    FieldType.PERCENT: _number,
    FieldType.DATE: _time,
    FieldType.DATETIME: _time,
    FieldType.CHECKBOX: _truth,
    FieldType.REFERENCE: _id,
    FieldType.ID: _id,
    FieldType.UNFILTERABLE: _nothing,
}


def plain(value: object) -> str:
    """A value of a clause, as its author wrote it."""
    if isinstance(value, str):
        return f"“{value[:60]}”"
    return str(value).lower() if isinstance(value, bool) else str(value)


# -------------------------------------------------------------------- a record's values


def comparable(value: Value, kind: FieldType) -> Comparable:
    """A record's value in the form in which it is compared.

    A checkbox without a value is not ticked. Source: SOQL and SOSL Reference, "null Values in
    Lookup Relationships and Outer Joins": "the Boolean field never has a null value. Instead,
    null is treated as false", also where the record that it is a field of does not exist.

    Raises:
        OperandError: The value is not of that type.
    """
    if value is None or value == "":
        return False if kind is FieldType.CHECKBOX else None
    if isinstance(value, _EXPECTED[kind]) and isinstance(value, bool) is (
        kind is FieldType.CHECKBOX
    ):
        if kind is FieldType.MULTI_PICKLIST:
            return parts_of(str(value)) or None
        if kind in TEXTS:
            return str(value).casefold()
        if kind in IDS:
            return _id(value, kind)
        if not isinstance(value, datetime):
            if kind is not FieldType.DATETIME:
                return value
        elif kind is FieldType.DATETIME and value.tzinfo is not None:
            return value.astimezone(UTC)
    raise OperandError(f"should hold {KINDS[kind]}, but the record came with something else")


def parts_of(text: str) -> frozenset[str]:
    """The values that a text with semicolons names, as they are compared.

    Source: SOQL and SOSL Reference, "Querying Multi-Select Picklists": a semicolon means AND.
    """
    return frozenset(part.strip() for part in text.casefold().split(";") if part.strip())


_NUMERIC = (int, float)
_EXPECTED: dict[FieldType, type | tuple[type, ...]] = {
    FieldType.TEXT: str,
    FieldType.PICKLIST: str,
    FieldType.MULTI_PICKLIST: str,
    FieldType.NUMBER: _NUMERIC,
    FieldType.CURRENCY: _NUMERIC,
    FieldType.PERCENT: _NUMERIC,
    FieldType.DATE: date,
    FieldType.DATETIME: datetime,
    FieldType.CHECKBOX: bool,
    FieldType.REFERENCE: str,
    FieldType.ID: str,
    FieldType.UNFILTERABLE: object,
}


def kind_of(value: Value) -> FieldType | None:
    """The type of a value whose field's type nobody said; nothing for blank."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return FieldType.CHECKBOX
    if isinstance(value, int | float):
        return FieldType.NUMBER
    if isinstance(value, datetime):
        return FieldType.DATETIME
    return FieldType.DATE if isinstance(value, date) else FieldType.TEXT


def can_stand_for(other: FieldType, kind: FieldType) -> bool:
    """Whether a field of one type can be compared with the value of a field of another."""
    families = (TEXTS | {FieldType.MULTI_PICKLIST}, NUMBERS, IDS)
    if any(other in family and kind in family for family in families):
        return True
    # Texts and ids: the id is written into the query as text, and a text may hold an id.
    return other is kind or {other, kind} <= TEXTS | IDS
