"""Booking types as JSON: read strictly, written so that they come back the same."""

from __future__ import annotations

from typing import Any

import pytest

from app.definitions import (
    SCHEMA_VERSION,
    dump_booking_type,
    parse_booking_type,
    stored_booking_type,
)
from app.demo.world import BOOKING_TYPES
from booking_types.errors import InvalidDefinitionError
from booking_types.model import BookingType

LEAST: dict[str, Any] = {"key": "call", "name": "Call", "object_name": "Lead"}


@pytest.mark.parametrize(
    "booking_type", [each.booking_type for each in BOOKING_TYPES], ids=lambda each: each.key
)
def test_a_booking_type_comes_back_from_json_as_it_was(booking_type: BookingType) -> None:
    dumped = dump_booking_type(booking_type)

    assert parse_booking_type(dumped) == booking_type
    assert stored_booking_type(dumped, SCHEMA_VERSION) == booking_type


def test_the_least_definition_takes_the_rest_from_the_defaults() -> None:
    assert parse_booking_type(LEAST) == BookingType(**LEAST)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"nmae": "x"}, "nmae"),
        ({"host_rule": {"kind": "choice", "showall": True}}, "host_rule.showall"),
        ({"record_filter": {"clauses": [{"field": "A", "operator": "equals", "vlaue": 1}]}},
         "record_filter.clauses[0].vlaue"),
        ({"durations": [30]}, "durations[0]"),
        ({"host_rule": {"kind": "anybody"}}, "host_rule.kind"),
        ({"name": None}, "name"),
    ],
)  # fmt: skip
def test_what_nobody_knows_or_has_the_wrong_form_is_refused_with_its_place(
    changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_booking_type(LEAST | changes)

    assert [fault.path for fault in caught.value.faults] == [path]


def test_every_fault_of_the_rules_is_said_at_once() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_booking_type(LEAST | {"durations": [], "increment": "PT0S", "time_zone": "Mars"})

    paths = {fault.path for fault in caught.value.faults}
    assert paths == {"durations", "increment", "time_zone"}
