"""One record, and one moment, as the clauses of many filters look at them."""

from __future__ import annotations

from typing import Any

from booking_types.filters.operands import (
    USER,
    Comparable,
    OperandError,
    comparable,
    kind_of,
)
from booking_types.filters.relative_dates import Calendar, RelativeDate
from booking_types.local_time import zone_named
from booking_types.model import FieldType, FilterContext, Record, Value

#: Stand in place of a field's type where it cannot be known, or the value not be read.
UNKNOWN, UNREADABLE = "unknown", "unreadable"

#: A field's type (or one of the two words above) and its value as it is compared (or why it
#: cannot be read).
Cell = tuple[str, Comparable]


class Cells(dict[str, Cell]):
    """What a record has at each path; each looked up once, whoever asks.

    Args:
        record: The record.
    """

    def __init__(self, record: Record) -> None:
        super().__init__()
        self._record = record

    def __missing__(self, path: str) -> Cell:
        found = self[path] = self._look_up(path)
        return found

    def _look_up(self, path: str) -> Cell:
        record = self._record
        if path in record.unreadable:
            return UNREADABLE, f"cannot be read: {record.unreadable[path]}"
        if path not in record.values:
            if path.startswith(USER):
                return UNREADABLE, "cannot be read: there is no running user"
            return UNREADABLE, "cannot be read: the record came without it"
        value = record.values[path]
        kind = record.types.get(path) or kind_of(value)
        if kind is None:
            return UNKNOWN, None
        try:
            return kind, comparable(value, kind)
        except OperandError as error:
            return UNREADABLE, str(error)


class Reading:
    """A record at a moment.

    Args:
        record: The record, with the running user's and the org's fields.
        context: The moment.

    Raises:
        booking_types.errors.InvalidRequestError: The context's zone is none.
    """

    def __init__(self, *, record: Record, context: FilterContext) -> None:
        self.record = record
        self.cells = Cells(record)
        self.calendar = Calendar(context=context, zone=zone_named(context.time_zone))

    def range(self, relative: RelativeDate, kind: FieldType) -> tuple[Any, Any]:
        """The first day or instant of a relative date, and the one after its last."""
        if kind is FieldType.DATETIME:
            instants = self.calendar.instants(relative)
            return instants.first, instants.end
        days = self.calendar.days(relative)
        return days.first, days.end

    def kind(self, path: str) -> FieldType | None:
        """The type of the field at a path, where it is known."""
        found = self.record.types.get(path)
        return found or kind_of(self.record.values.get(path))

    def value(self, path: str) -> Value:
        """What the record has there, as it came."""
        return self.record.values.get(path)

    def is_hidden(self, path: str) -> bool:
        """Whether the one who asks may not see what stands there."""
        return path in self.record.hidden
