"""Booking types and working hours as JSON, and back.

The JSON has the fields of the types in ``booking_types.model``, durations as ISO 8601
(``PT30M``). A field nobody knows is a fault, not ignored: it is a typing error of somebody who
expects it to do something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from app.definitions.form import form_faults, with_seconds
from app.definitions.judging import definition_faults
from app.definitions.upgrades import SCHEMA_VERSION, upgraded
from booking_types.errors import Fault, InvalidDefinitionError
from booking_types.model import BookingType, DateOverride, HostOverrides, WorkingHours

T = TypeVar("T")


def read_booking_type(definition: Mapping[str, Any]) -> BookingType:
    """The booking type a definition describes, whatever it says; ``definition_faults`` judges.

    A definition may say which form it has (``schema_version``, as in files); without, it has
    the present one.

    Raises:
        InvalidDefinitionError: With every fault of its form that can be told.
    """
    data = dict(definition)
    data.pop("$schema", None)
    version = data.pop("schema_version", SCHEMA_VERSION)
    if isinstance(version, bool) or not isinstance(version, int):
        raise _of_version("is a whole number")
    if not 1 <= version <= SCHEMA_VERSION:
        raise _of_version(f"this service knows the forms 1 to {SCHEMA_VERSION}")
    return _convert(upgraded(data, schema_version=version), BookingType)


def _of_version(message: str) -> InvalidDefinitionError:
    return InvalidDefinitionError((Fault(path="schema_version", message=message),))


def parse_booking_type(definition: Mapping[str, Any]) -> BookingType:
    """The booking type a definition describes, checked as a whole.

    Raises:
        InvalidDefinitionError: With every fault of its form, or else every fault of its rules.
    """
    booking_type = read_booking_type(definition)
    found = definition_faults(booking_type)
    if found:
        raise InvalidDefinitionError(found)
    return booking_type


def stored_booking_type(definition: Mapping[str, Any], schema_version: int) -> BookingType:
    """The booking type of a stored version, which was checked when it was written.

    Args:
        definition: As it stands in the database.
        schema_version: The form in which it was written.
    """
    return msgspec.convert(upgraded(definition, schema_version=schema_version), BookingType)


def dump_booking_type(booking_type: BookingType) -> dict[str, Any]:
    """The definition of a booking type, as it is stored, in the present form."""
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


def parse_overrides(overrides: Mapping[str, Any]) -> HostOverrides:
    """One host's own rules in a booking type, from JSON.

    Raises:
        InvalidDefinitionError: Their form is wrong; ``member_faults`` judges what they say.
    """
    return _convert(overrides, HostOverrides)


def stored_overrides(overrides: Mapping[str, Any]) -> HostOverrides:
    """One host's own rules in a booking type, which were checked when they were written."""
    return msgspec.convert(overrides, HostOverrides) if overrides else _NO_OVERRIDES


_NO_OVERRIDES = HostOverrides()


def dump_overrides(overrides: HostOverrides) -> dict[str, Any]:
    """One host's own rules as they are stored: what differs, and nothing else."""
    return {
        name: value for name, value in _dump(overrides).items() if value is not None and value != []
    }


def parse_date_overrides(dates: Sequence[Any]) -> tuple[DateOverride, ...]:
    """Other hours on single dates, from JSON.

    Raises:
        InvalidDefinitionError: Their form is wrong.
    """
    return _convert(dates, tuple[DateOverride, ...])


def stored_date_overrides(dates: Sequence[Any]) -> tuple[DateOverride, ...]:
    """Other hours on single dates, which were checked when they were written."""
    return msgspec.convert(dates, tuple[DateOverride, ...])


def dump_date_overrides(dates: Sequence[DateOverride]) -> list[Any]:
    """Other hours on single dates as they are stored."""
    built: list[Any] = msgspec.json.decode(msgspec.json.encode(list(dates)))
    return built


def _dump(value: Any) -> dict[str, Any]:
    """As JSON would come back: lists, no tuples."""
    built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return built


def _convert(given: Any, kind: type[T]) -> T:
    data = with_seconds(given, kind)
    found = tuple(form_faults(data, kind))
    if found:
        raise InvalidDefinitionError(found)
    return msgspec.convert(data, kind)
