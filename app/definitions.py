"""Booking types and working hours as JSON, and back.

The JSON has the fields of the types in ``booking_types.model``, durations as ISO 8601
(``PT30M``). A field nobody knows is a fault, not ignored: it is a typing error of somebody who
expects it to do something.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from booking_types.definition_faults import faults as rule_faults
from booking_types.errors import Fault, InvalidDefinitionError
from booking_types.model import BookingType, WorkingHours

#: The form of definitions that this version writes.
SCHEMA_VERSION = 1

T = TypeVar("T")


def parse_booking_type(definition: Mapping[str, Any]) -> BookingType:
    """The booking type a definition describes, checked as a whole.

    Raises:
        InvalidDefinitionError: With every fault of its form, or else every fault of its rules.
    """
    booking_type = _convert(definition, BookingType)
    found = rule_faults(booking_type)
    if found:
        raise InvalidDefinitionError(found)
    return booking_type


def stored_booking_type(definition: Mapping[str, Any]) -> BookingType:
    """The booking type of a stored version, which was checked when it was written."""
    return msgspec.convert(definition, BookingType)


def dump_booking_type(booking_type: BookingType) -> dict[str, Any]:
    """The definition of a booking type, as it is stored."""
    return _dump(booking_type)


def parse_working_hours(hours: Mapping[str, Any]) -> WorkingHours:
    """Working hours from JSON.

    Raises:
        InvalidDefinitionError: They are wrong.
    """
    return _convert(hours, WorkingHours)


def dump_working_hours(hours: WorkingHours) -> dict[str, Any]:
    """Working hours as they are stored."""
    return _dump(hours)


def _dump(value: Any) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(value)
    return built


def _convert(data: Mapping[str, Any], kind: type[T]) -> T:
    unknown = tuple(_unknown_fields(data, kind, path=""))
    if unknown:
        raise InvalidDefinitionError(unknown)
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise InvalidDefinitionError(
            (Fault(path=path.rstrip("`").lstrip("."), message=message),)
        ) from error


def _unknown_fields(data: Any, kind: Any, *, path: str) -> Iterator[Fault]:
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(data, Mapping):
        known = _fields(kind)
        for name, value in data.items():
            here = f"{path}.{name}" if path else str(name)
            if name in known:
                yield from _unknown_fields(value, known[name], path=here)
            else:
                yield Fault(path=here, message="there is no such field; check its spelling")
    elif isinstance(data, (list, tuple)):
        for position, value in enumerate(data):
            for inner in typing.get_args(kind):
                yield from _unknown_fields(value, inner, path=f"{path}[{position}]")
    elif isinstance(kind, types.UnionType):
        for inner in typing.get_args(kind):
            yield from _unknown_fields(data, inner, path=path)


@functools.cache
def _fields(kind: type) -> Mapping[str, Any]:
    """Once for each class: an answer about a pool reads the hours of every host of it."""
    return typing.get_type_hints(kind)
