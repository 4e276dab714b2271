"""A Salesforce record, as far as somebody asked for its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

#: What a record's field can hold: Salesforce's JSON types, dates and times already parsed. A
#: ``datetime`` is an instant in UTC; a ``date`` that is no ``datetime`` is a day without a zone.
Value = str | int | float | bool | date | datetime | None


class FieldType(StrEnum):
    """What kind of values a field holds; decides what can be compared with it, and how."""

    TEXT = "text"
    PICKLIST = "picklist"
    #: Several values of a list; they come as one text with semicolons between them.
    MULTI_PICKLIST = "multi_picklist"
    NUMBER = "number"
    CURRENCY = "currency"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    CHECKBOX = "checkbox"
    #: The id of another record.
    REFERENCE = "reference"
    #: The record's own id.
    ID = "id"
    #: Salesforce filters by none of these: long text areas, addresses, places, encrypted text.
    UNFILTERABLE = "unfilterable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A Salesforce record, as far as somebody asked for its fields.

    Paths that begin with ``$User.`` or ``$Organization.`` are fields of the running user and of
    the org; they stand beside the record's own.

    Attributes:
        record_id: 18 characters.
        object_name: API name.
        values: Dotted path to value, for the paths that were asked for and exist.
        unreadable: Dotted path to the reason in words, for those that do not exist or cannot be
            read.
        types: Dotted path to what kind of value it is, for each path in ``values``.
        hidden: Paths whose values the person who asks may not see. They still decide; they are
            not shown.
    """

    record_id: str
    object_name: str
    values: Mapping[str, Value]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, FieldType] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
