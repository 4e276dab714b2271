"""Turns what a body says into a field's value, or refuses it as Salesforce does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from connectors.sandbox.salesforce.answers import Refused
from connectors.sandbox.salesforce.schema import Field
from connectors.sandbox.salesforce.state import Org, whole_id

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")
_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE
)


def taken(org: Org, kind: Field, value: Any) -> Any:
    """The value as it is kept.

    Raises:
        Refused: It is of another type, too long, not on the list, or points nowhere.
    """
    if value is None or value == "":
        return False if kind.type == "boolean" else None
    if kind.type in ("reference", "id"):
        return _id(org, kind, value)
    read: Callable[[Field, Any], Any] = _READERS.get(kind.type, _text)
    return read(kind, value)


def _misread(kind: Field, word: str, value: Any) -> Refused:
    return Refused(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {word} from VALUE_STRING value {value} or request may be"
        f" missing a required field ({kind.name})",
    )


def _boolean(kind: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise _misread(kind, "boolean", value)


def _number(kind: Field, value: Any) -> float | int:
    if isinstance(value, bool):
        raise _misread(kind, "double", value)
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise _misread(kind, "double", value) from error
    if kind.type == "int":
        if not number.is_integer():
            raise _misread(kind, "int", value)
        return int(number)
    # Source: Salesforce Help 000387302, "Salesforce Number Field Stores More Decimal Places Than
    # Defined When Set via API or Apex": only the pages round.
    return number


def _datetime(kind: Field, value: Any) -> datetime:
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        raise _misread(kind, "datetime", value)
    try:
        # Source: Object Reference, "Primitive Data Types": a precision of one second.
        return datetime.fromisoformat(value.upper()).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise _misread(kind, "datetime", value) from error


def _date(kind: Field, value: Any) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise _misread(kind, "date", value) from error


def _id(org: Org, kind: Field, value: Any) -> str:
    found = whole_id(value) if isinstance(value, str) else None
    if found is None:
        raise Refused(
            "MALFORMED_ID", f"{kind.label}: id value of incorrect type: {value}", fields=[kind.name]
        )
    known = org.schema.by_prefix(found[:3])
    if known is None or not _may_point_to(kind, known.name, has_activities=known.has_activities):
        raise Refused(
            "FIELD_INTEGRITY_EXCEPTION",
            f"{kind.label}: id value of incorrect type: {found}",
            fields=[kind.name],
        )
    row = org.row(known.name, found)
    if row is None:
        raise Refused(
            "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=[kind.name]
        )
    if row.is_deleted:
        raise Refused("ENTITY_IS_DELETED", "entity is deleted", fields=[kind.name])
    return found


def _may_point_to(kind: Field, object_name: str, *, has_activities: bool) -> bool:
    if kind.name == "WhatId":
        return has_activities and object_name not in ("Lead", "Contact")
    return object_name in kind.references


def _text(kind: Field, value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise _misread(kind, "string", value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if kind.length and len(text) > kind.length and kind.type not in ("picklist", "multipicklist"):
        raise Refused(
            "STRING_TOO_LONG",
            f"{kind.label}: data value too large: {text[:80]} (max length={kind.length})",
            fields=[kind.name],
        )
    if kind.type == "email" and not _EMAIL.fullmatch(text):
        raise Refused(
            "INVALID_EMAIL_ADDRESS",
            f"{kind.label}: invalid email address: {text}",
            fields=[kind.name],
        )
    chosen = text.split(";") if kind.type == "multipicklist" else [text]
    if kind.is_restricted and not set(chosen) <= set(kind.picklist):
        raise Refused(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{kind.label}: bad value for restricted picklist field: {text}",
            fields=[kind.name],
        )
    return text


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "boolean": _boolean,
    "int": _number,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "datetime": _datetime,
    "date": _date,
}
