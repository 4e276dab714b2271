"""The field's words as types: frozen, slotted, and free of any input or output.

Durations are ``timedelta``. ``…_at`` is an aware instant in UTC, ``…on`` a local date,
``time_zone`` an IANA name. Salesforce ids are always the 18-character form.

* ``rules``: the booking type and what it consists of.
* ``filter``: which records it is for.
* ``hours``: when people work; other hours, holidays, one host's own limits.
* ``record``: a Salesforce record with its values and what kind they are.
* ``times``: when people are taken, and the slots that are left.
"""

from booking_types.model.filter import Clause, FilterContext, Operator, RecordFilter
from booking_types.model.hours import (
    NO_OVERRIDES,
    DateOverride,
    DaySpan,
    Holiday,
    HolidayRule,
    HostOverrides,
    WorkingHours,
    WorkingSpan,
)
from booking_types.model.record import FieldType, Record, Value
from booking_types.model.rules import (
    BookingType,
    CalendarRule,
    CoHostRule,
    ConsentRule,
    FormField,
    FormFieldKind,
    HostRule,
    HostRuleKind,
    PanelRole,
    Platform,
    PlatformRule,
    PlatformRuleKind,
    RecordUpdate,
    SalesforceEventRule,
    WriteBack,
)
from booking_types.model.times import BusyInterval, BusySource, HostTimes, Slot

__all__ = [
    "NO_OVERRIDES",
    "BookingType",
    "BusyInterval",
    "BusySource",
    "CalendarRule",
    "Clause",
    "CoHostRule",
    "ConsentRule",
    "DateOverride",
    "DaySpan",
    "FieldType",
    "FilterContext",
    "FormField",
    "FormFieldKind",
    "Holiday",
    "HolidayRule",
    "HostOverrides",
    "HostRule",
    "HostRuleKind",
    "HostTimes",
    "Operator",
    "PanelRole",
    "Platform",
    "PlatformRule",
    "PlatformRuleKind",
    "Record",
    "RecordFilter",
    "RecordUpdate",
    "SalesforceEventRule",
    "Slot",
    "Value",
    "WorkingHours",
    "WorkingSpan",
    "WriteBack",
]
