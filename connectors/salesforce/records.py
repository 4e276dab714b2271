"""Reads records by dotted paths, and writes their fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from booking_types.errors import InvalidRequestError
from booking_types.model import Record, Value
from booking_types.salesforce_ids import salesforce_id
from connectors import transport
from connectors.errors import MissingError, RejectedError
from connectors.protocols import CrmPath
from connectors.salesforce import answers
from connectors.salesforce.answers import CONNECTOR
from connectors.salesforce.descriptions import Descriptions, FieldPath, UnreadablePathError
from connectors.salesforce.statements import soql
from connectors.salesforce.wire import Wire

#: A record is written as it is asked for: no assignment rule gives it to somebody else (the API
#: applies them unless told not to), and a rule about duplicates only warns. Source: REST API
#: Developer Guide, "Assignment Rule Header" and "Duplicate Rule Header".
_AS_ASKED = {
    "Sforce-Auto-Assign": "FALSE",
    "Sforce-Duplicate-Rule-Header": "allowSave=true",
}


class Records:
    """Records of one org.

    Args:
        wire: Makes the calls.
        descriptions: What the org consists of.
    """

    def __init__(self, *, wire: Wire, descriptions: Descriptions) -> None:
        self._wire = wire
        self._descriptions = descriptions

    def read(self, *, object_name: str, record_id: str, paths: Collection[str]) -> Record:
        """As ``connectors.protocols.Crm.record``."""
        try:
            return self._read(object_name, record_id, paths)
        except RejectedError as error:
            if error.vendor_code != "INVALID_FIELD":
                raise
        # A field went away since the object was described.
        self._descriptions.forget()
        return self._read(object_name, record_id, paths)

    def _read(self, object_name: str, record_id: str, paths: Collection[str]) -> Record:
        operation = "read record"
        readable, unreadable = self._sorted(object_name, paths)
        known = self._descriptions.object(object_name)
        selected = {"Id", *(".".join(each.keys) for each in readable.values())}
        statement = soql(
            "SELECT {fields:literal} FROM {object:literal} WHERE Id = {record_id}",
            fields=",".join(sorted(selected)),
            object=known.name,
            record_id=record_id,
        )
        rows = self._wire.query(statement, operation=operation)
        if not rows:
            raise MissingError(CONNECTOR, operation, "there is no such record")
        with answers.sense(operation):
            values = {path: _value(rows[0], each) for path, each in readable.items()}
            found_id = str(rows[0]["Id"])
        return Record(
            record_id=found_id,
            object_name=known.name,
            values=values,
            unreadable=unreadable,
            types={path: each.field.value_type for path, each in readable.items()},
        )

    def paths(self, *, object_name: str, paths: Collection[str]) -> dict[str, CrmPath]:
        """As ``connectors.protocols.Crm.paths``."""
        readable, unreadable = self._sorted(object_name, paths)
        found = {
            path: CrmPath(field=each.field, steps=each.steps) for path, each in readable.items()
        }
        return found | {path: CrmPath(field=None, problem=why) for path, why in unreadable.items()}

    def _sorted(
        self, object_name: str, paths: Collection[str]
    ) -> tuple[dict[str, FieldPath], dict[str, str]]:
        """The paths that lead somewhere, and why the others do not."""
        readable: dict[str, FieldPath] = {}
        unreadable: dict[str, str] = {}
        for path in paths:
            try:
                readable[path] = self._descriptions.path(object_name, path)
            except UnreadablePathError as reason:
                unreadable[path] = str(reason)
        return readable, unreadable

    def update(self, *, object_name: str, record_id: str, values: Mapping[str, Value]) -> None:
        """As ``connectors.protocols.Crm.update_record``."""
        operation = "update record"
        known = self._descriptions.object(object_name)
        if not record_id.isalnum():
            raise MissingError(CONNECTOR, operation, "not a record's id")
        # Salesforce takes names in capitals or not, and so does whoever checks a definition.
        names = {name.casefold(): name for name in known.fields}
        unknown = sorted(name for name in values if name.casefold() not in names)
        if unknown:
            raise RejectedError(
                CONNECTOR,
                operation,
                f"{known.name} has no field {', '.join(unknown)}",
                vendor_code="INVALID_FIELD",
            )
        if not values:
            return
        self._wire.update(
            f"sobjects/{known.name}/{record_id}",
            {names[name.casefold()]: _written(value) for name, value in values.items()},
            operation=operation,
            headers=_AS_ASKED,
        )


def _value(row: Mapping[str, Any], path: FieldPath) -> Value:
    current: Any = row
    for key in path.keys:
        if current is None:
            return None
        current = current[key]
    if current is None or isinstance(current, (bool, int, float)):
        return current
    if not isinstance(current, str):
        raise TypeError("not a single value")
    match path.field.type:
        case "datetime":
            return transport.utc(current)
        case "date":
            return date.fromisoformat(current)
        case "id" | "reference":
            return _whole_id(current)
        case _:
            return current


def _whole_id(text: str) -> str:
    """The 18 characters.

    Raises:
        ValueError: It is no id.
    """
    try:
        return salesforce_id(text)
    except InvalidRequestError as error:
        raise ValueError("not an id") from error


def _written(value: Value) -> str | int | float | bool | None:
    """A value as JSON.

    Raises:
        ValueError: A time without a zone.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return transport.rfc3339(value)
    return value.isoformat() if isinstance(value, date) else value
