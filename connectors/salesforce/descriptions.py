"""The org's objects and fields as it describes them, remembered for some minutes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from booking_types.model import FieldType
from connectors.errors import MissingError
from connectors.protocols import CrmField, CrmObject
from connectors.salesforce import answers
from connectors.salesforce.answers import CONNECTOR
from connectors.salesforce.statements import is_name
from connectors.salesforce.wire import Wire

#: An administrator's change of a field is seen this late.
_KEPT = timedelta(minutes=5)

#: What a lookup to several kinds of objects leads to. Source: SOQL and SOSL Reference,
#: "Understanding Relationship Names and Polymorphic Keys".
POLYMORPHIC = "Name"
#: Source: SOQL and SOSL Reference, "Understanding Relationship Query Limitations".
_MAX_LOOKUPS = 5
#: What describe's words for types mean. Source: Object Reference, "Field Types" and "Primitive Data
#: Types".
_VALUE_TYPES = {
    "string": FieldType.TEXT,
    "textarea": FieldType.TEXT,
    "email": FieldType.TEXT,
    "phone": FieldType.TEXT,
    "url": FieldType.TEXT,
    "combobox": FieldType.TEXT,
    "encryptedstring": FieldType.TEXT,
    "picklist": FieldType.PICKLIST,
    "multipicklist": FieldType.MULTI_PICKLIST,
    "int": FieldType.NUMBER,
    "long": FieldType.NUMBER,
    "double": FieldType.NUMBER,
    "currency": FieldType.CURRENCY,
    "percent": FieldType.PERCENT,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "boolean": FieldType.CHECKBOX,
    "reference": FieldType.REFERENCE,
    "id": FieldType.ID,
}
_COMPOUND = frozenset({"address", "location", "base64", "anyType", "complexvalue", "json"})


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A dotted path that the org understands.

    Attributes:
        keys: Its names as the org spells them.
        field: Where it ends.
        steps: Object and field of each lookup on the way and of the end.
    """

    keys: tuple[str, ...]
    field: CrmField
    steps: tuple[tuple[str, str], ...]


class UnreadablePathError(Exception):
    """A path leads nowhere; the text says why, for people."""


class Descriptions:
    """What the org consists of.

    Args:
        wire: Asks the org.
        clock: What time it is.
    """

    def __init__(self, *, wire: Wire, clock: Callable[[], datetime]) -> None:
        self._wire = wire
        self._clock = clock
        self._lock = threading.Lock()
        self._objects: dict[str, tuple[datetime, CrmObject]] = {}
        self._prefixes: tuple[datetime, dict[str, str]] | None = None

    def object(self, name: str) -> CrmObject:
        """The object by its API name.

        Raises:
            MissingError: The org has none, or the name is none.
        """
        with self._lock:
            known = self._objects.get(name)
        if known is not None and self._clock() - known[0] < _KEPT:
            return known[1]
        operation = "describe object"
        if not is_name(name):
            raise MissingError(CONNECTOR, operation, "not an object's name")
        body = self._wire.get(f"sobjects/{name}/describe", operation=operation)
        with answers.sense(operation):
            found = _object(body)
        with self._lock:
            self._objects[name] = (self._clock(), found)
        return found

    def name_of(self, prefix: str) -> str:
        """The name of the object whose ids begin so.

        Raises:
            MissingError: The org has none.
        """
        operation = "list objects"
        with self._lock:
            known = self._prefixes
        if known is None or self._clock() - known[0] >= _KEPT or prefix not in known[1]:
            body = self._wire.get("sobjects", operation=operation)
            with answers.sense(operation):
                names = {
                    str(each["keyPrefix"]): str(each["name"])
                    for each in body["sobjects"]
                    if each.get("keyPrefix")
                }
            known = (self._clock(), names)
            with self._lock:
                self._prefixes = known
        if prefix not in known[1]:
            raise MissingError(CONNECTOR, operation, "no object has ids that begin so")
        return known[1][prefix]

    def forget(self) -> None:
        """Ask again: what was remembered turned out to be wrong."""
        with self._lock:
            self._objects.clear()
            self._prefixes = None

    def path(self, object_name: str, path: str) -> FieldPath:
        """Where a dotted path leads.

        Raises:
            UnreadablePathError: Nowhere, or to something that is no single value.
        """
        *lookups, last = path.split(".")
        if len(lookups) > _MAX_LOOKUPS:
            raise UnreadablePathError(f"more than {_MAX_LOOKUPS} lookups in a row")
        current = self.object(object_name)
        keys: list[str] = []
        steps: list[tuple[str, str]] = []
        for name in lookups:
            lookup = _lookup(current, name)
            keys.append(lookup.relationship)
            steps.append((current.name, lookup.name))
            target = POLYMORPHIC if len(lookup.references) > 1 else lookup.references[0]
            try:
                current = self.object(target)
            except MissingError:
                raise UnreadablePathError(f"{target} cannot be read") from None
        found = _field(current, last)
        if found.type in _COMPOUND:
            raise UnreadablePathError(f"{found.name} is made of several values")
        return FieldPath(
            keys=(*keys, found.name), field=found, steps=(*steps, (current.name, found.name))
        )


def _field(known: CrmObject, name: str) -> CrmField:
    folded = name.casefold()
    for candidate in known.fields.values():
        if candidate.name.casefold() == folded:
            return candidate
    raise UnreadablePathError(f"{known.name} has no field {name}, or it may not be read")


def _lookup(known: CrmObject, relationship: str) -> CrmField:
    folded = relationship.casefold()
    for candidate in known.fields.values():
        if candidate.references and candidate.relationship.casefold() == folded:
            return candidate
    raise UnreadablePathError(f"{known.name} has no lookup {relationship}, or it may not be read")


def _object(body: Any) -> CrmObject:
    fields = [_described(each) for each in body["fields"]]
    links = ("WhoId", "WhatId")
    return CrmObject(
        name=str(body["name"]),
        label=str(body["label"]),
        key_prefix=str(body.get("keyPrefix") or ""),
        has_activities=any(
            each.get("childSObject") == "Event" and each.get("field") in links
            for each in body.get("childRelationships", ())
        ),
        fields={each.name: each for each in fields},
    )


def _described(body: Any) -> CrmField:
    is_filterable = bool(body.get("filterable"))
    known_type = _VALUE_TYPES.get(str(body["type"]), FieldType.UNFILTERABLE)
    # A checkbox is never null, and nobody has to tick it.
    is_required = not body.get("nillable") and body["type"] != "boolean"
    return CrmField(
        name=str(body["name"]),
        label=str(body["label"]),
        type=str(body["type"]),
        references=tuple(map(str, body.get("referenceTo") or ())),
        relationship=str(body.get("relationshipName") or ""),
        picklist=tuple(
            str(each["value"]) for each in body.get("picklistValues") or () if each.get("active")
        ),
        is_updateable=bool(body.get("updateable")),
        is_filterable=is_filterable,
        is_required=is_required,
        value_type=known_type if is_filterable else FieldType.UNFILTERABLE,
        has_own_rights=bool(body.get("permissionable")),
        part_of=str(body.get("compoundFieldName") or ""),
        is_restricted=bool(body.get("restrictedPicklist")),
        length=int(body.get("length") or 0),
    )
