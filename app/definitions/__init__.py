"""Booking types as JSON: read strictly, judged as a whole, kept in whatever form they came.

* ``reading``: from JSON and back; ``form`` says what has another form.
* ``upgrades``: earlier forms.
* ``judging``: what is wrong with one, in itself.
* ``org``: what is wrong with one in a certain Salesforce org.
* ``schema``: the form as JSON Schema, for editors and files.
"""

from app.definitions.judging import definition_faults, member_faults, own_time_faults
from app.definitions.reading import (
    dump_booking_type,
    dump_date_overrides,
    dump_overrides,
    dump_working_hours,
    parse_booking_type,
    parse_date_overrides,
    parse_overrides,
    parse_working_hours,
    read_booking_type,
    stored_booking_type,
    stored_date_overrides,
    stored_overrides,
)
from app.definitions.upgrades import SCHEMA_VERSION

__all__ = [
    "SCHEMA_VERSION",
    "definition_faults",
    "dump_booking_type",
    "dump_date_overrides",
    "dump_overrides",
    "dump_working_hours",
    "member_faults",
    "own_time_faults",
    "parse_booking_type",
    "parse_date_overrides",
    "parse_overrides",
    "parse_working_hours",
    "read_booking_type",
    "stored_booking_type",
    "stored_date_overrides",
    "stored_overrides",
]
