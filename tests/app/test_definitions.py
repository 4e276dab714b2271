"""Booking types as JSON: read strictly, written so that they come back the same, in any form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from app.cli import main
from app.definitions import (
    SCHEMA_VERSION,
    definition_faults,
    dump_booking_type,
    dump_overrides,
    parse_booking_type,
    parse_overrides,
    read_booking_type,
    stored_booking_type,
    stored_overrides,
)
from app.definitions.schema import json_schema
from app.demo.world import BOOKING_TYPES
from booking_types.errors import InvalidDefinitionError
from booking_types.model import (
    BookingType,
    DaySpan,
    HolidayRule,
    HostOverrides,
    HostRuleKind,
    Operator,
    PlatformRuleKind,
    SalesforceEventRule,
    WorkingHours,
    WorkingSpan,
)

LEAST: dict[str, Any] = {"key": "call", "name": "Call", "object_name": "Lead"}

#: A definition as the first form wrote it.
FIRST_FORM: dict[str, Any] = LEAST | {
    "record_filter": {
        "clauses": [
            {"field": "Email", "operator": "is_not_empty", "value": None, "values": []},
            {"field": "Phone", "operator": "is_empty", "value": None, "values": []},
            {"field": "Name", "operator": "equals", "value": "is_empty", "values": []},
        ],
        "logic": "",
    },
    "host_rule": {"kind": "lookup", "lookup_path": "Account.OwnerId", "lookup_any": False,
                  "show_all": True},
    "platform_rule": {"kind": "host_default", "platform": None},
    "write_back": {"calendar_event": True, "guest_invitation": True, "salesforce_event": True,
                   "record_updates": [], "hand_over_owner": False},
}  # fmt: skip

#: What has another form, and where.
MISFORMED: list[tuple[dict[str, Any], str]] = [
    ({"nmae": "x"}, "nmae"),
    ({"host_rule": {"kind": "choice", "showall": True}}, "host_rule.showall"),
    (
        {"record_filter": {"clauses": [{"field": "A", "operator": "equals", "vlaue": 1}]}},
        "record_filter.clauses[0].vlaue",
    ),
    (
        {"record_filter": {"clauses": [{"field": "A", "operator": "equals", "value": [1]}]}},
        "record_filter.clauses[0].value",
    ),
    ({"record_filter": {"clauses": [{"field": "A"}]}}, "record_filter.clauses[0].operator"),
    ({"durations": [30]}, "durations[0]"),
    ({"durations": ["30 minutes"]}, "durations[0]"),
    ({"durations": "PT30M"}, "durations"),
    ({"host_rule": {"kind": "anybody"}}, "host_rule.kind"),
    ({"host_rule": "choice"}, "host_rule"),
    ({"name": None}, "name"),
    ({"daily_limit": "3"}, "daily_limit"),
    ({"daily_limit": 2.5}, "daily_limit"),
    ({"salesforce_busy": "yes"}, "salesforce_busy"),
    ({"date_overrides": [{"on": "24.12.2026"}]}, "date_overrides[0].on"),
    (
        {
            "working_hours": {
                "time_zone": "UTC",
                "spans": [{"weekday": 1, "start": "9", "end": "17:00:00"}],
            }
        },
        "working_hours.spans[0].start",
    ),
    ({"form": [{"key": "budget"}]}, "form[0].label"),
    ({"consent": "yes"}, "consent"),
    ({"schema_version": 3}, "schema_version"),
    ({"schema_version": "2"}, "schema_version"),
]


@pytest.mark.parametrize(
    "booking_type", [each.booking_type for each in BOOKING_TYPES], ids=lambda each: each.key
)
def test_a_booking_type_comes_back_from_json_as_it_was(booking_type: BookingType) -> None:
    dumped = dump_booking_type(booking_type)

    assert parse_booking_type(dumped) == booking_type
    assert stored_booking_type(dumped, SCHEMA_VERSION) == booking_type


def test_the_least_definition_takes_the_rest_from_the_defaults() -> None:
    assert parse_booking_type(LEAST) == BookingType(**LEAST)


@pytest.mark.parametrize(("changes", "path"), MISFORMED, ids=str)
def test_what_nobody_knows_or_has_the_wrong_form_is_refused_with_its_place(
    changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_booking_type(LEAST | changes)

    assert [fault.path for fault in caught.value.faults] == [path]
    assert caught.value.faults[0].message


def test_a_time_of_day_is_written_as_a_clock_shows_it() -> None:
    hours = {"weekday": 1, "start": "09:00", "end": "17:30:00"}
    definition = LEAST | {
        "working_hours": {"time_zone": "UTC", "spans": [hours]},
        "date_overrides": [{"on": "2026-12-24", "spans": [{"start": "10:00", "end": "12:30"}]}],
    }

    booking_type = parse_booking_type(definition)

    assert booking_type.working_hours == WorkingHours(
        time_zone="UTC", spans=(WorkingSpan(weekday=1, start=time(9), end=time(17, 30)),)
    )
    assert booking_type.date_overrides[0].spans == (DaySpan(start=time(10), end=time(12, 30)),)
    assert _valid(definition)
    with pytest.raises(InvalidDefinitionError, match="like 09:00"):
        parse_booking_type(
            LEAST | {"working_hours": {"time_zone": "UTC", "spans": [hours | {"end": "24:00"}]}}
        )


def test_every_fault_of_the_form_is_said_at_once_with_the_nearest_word() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        read_booking_type(
            {"key": "call", "durations": [30], "host_rule": {"kind": "lokup"}, "subjcet": "x"}
        )

    said = {fault.path: fault.message for fault in caught.value.faults}
    assert set(said) == {"name", "object_name", "durations[0]", "host_rule.kind", "subjcet"}
    assert "did you mean lookup?" in said["host_rule.kind"]
    assert "did you mean subject?" in said["subjcet"]


def test_every_fault_of_the_rules_is_said_at_once() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_booking_type(LEAST | {"durations": [], "increment": "PT0S", "time_zone": "Mars"})

    paths = {fault.path for fault in caught.value.faults}
    assert paths == {"durations", "increment", "time_zone"}


def test_a_holiday_calendar_that_nobody_knows_is_a_fault_that_names_the_nearest() -> None:
    kept = BookingType(**LEAST, holidays=HolidayRule(calendar="DE-BY"))
    assert definition_faults(kept) == ()

    for calendar, near in (("UK", "GB"), ("DE-XX", "DE-BY"), ("Germany", "US or DE")):
        found = definition_faults(replace(kept, holidays=HolidayRule(calendar=calendar)))
        assert [fault.path for fault in found] == ["holidays.calendar"], calendar
        assert near in found[0].message


# ---------------------------------------------------------------------------- earlier forms


def test_a_definition_of_the_first_form_means_what_it_meant() -> None:
    found = stored_booking_type(FIRST_FORM, 1)

    assert found.host_rule.kind is HostRuleKind.LOOKUP
    assert found.host_rule.lookup_paths == ("Account.OwnerId",)
    assert found.platform_rule.kind is PlatformRuleKind.ORGANIZER_CHOICE
    assert found.write_back.salesforce_event is SalesforceEventRule.ALWAYS
    clauses = found.record_filter.clauses
    assert [each.operator for each in clauses] == [
        Operator.IS_NOT_BLANK,
        Operator.IS_BLANK,
        Operator.EQUALS,
    ]
    assert clauses[2].value == "is_empty"


@pytest.mark.parametrize(
    ("first", "now"),
    [
        ({"host_rule": {"kind": "choice", "lookup_path": None}}, {"host_rule": {"kind": "choice"}}),
        ({"write_back": {"salesforce_event": False}}, {"write_back": {"salesforce_event": "never"}}),
        (
            {"platform_rule": {"kind": "fixed", "platform": "none"}},
            {"platform_rule": {"kind": "none"}},
        ),
        (
            {"platform_rule": {"kind": "fixed", "platform": "zoom"}},
            {"platform_rule": {"kind": "fixed", "platform": "zoom"}},
        ),
        ({}, {}),
    ],
)  # fmt: skip
def test_each_part_of_the_first_form_has_its_part_in_the_present_one(
    first: dict[str, Any], now: dict[str, Any]
) -> None:
    assert stored_booking_type(LEAST | first, 1) == parse_booking_type(LEAST | now)


def test_the_present_form_keeps_the_hosts_default_platform_as_it_is_meant_now() -> None:
    now = LEAST | {"platform_rule": {"kind": "host_default"}}

    kind = stored_booking_type(now, 2).platform_rule.kind
    assert kind is PlatformRuleKind.HOST_DEFAULT
    assert read_booking_type(now | {"schema_version": 1}).platform_rule.kind is (
        PlatformRuleKind.ORGANIZER_CHOICE
    )


def test_bringing_a_definition_up_leaves_what_was_stored_as_it_is() -> None:
    before = json.dumps(FIRST_FORM)

    stored_booking_type(FIRST_FORM, 1)

    assert json.dumps(FIRST_FORM) == before


def test_a_draft_of_the_first_form_may_say_anything_and_is_told_what_is_wrong() -> None:
    clauses = [5, {"field": "Email", "operator": ["is_empty"]}]
    first = LEAST | {"schema_version": 1, "record_filter": {"clauses": clauses}}

    with pytest.raises(InvalidDefinitionError) as caught:
        read_booking_type(first)

    assert {fault.path for fault in caught.value.faults} == {
        "record_filter.clauses[0]",
        "record_filter.clauses[1].operator",
    }


def test_what_a_newer_service_wrote_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="run a newer one"):
        stored_booking_type(LEAST, SCHEMA_VERSION + 1)


# ------------------------------------------------------------------------- a host's own rules


def test_only_what_differs_is_stored_of_a_hosts_own_rules() -> None:
    own = HostOverrides(buffer_before=timedelta(0), daily_limit=0)

    assert dump_overrides(own) == {"buffer_before": "P0D", "daily_limit": 0}
    assert stored_overrides(dump_overrides(own)) == own
    assert parse_overrides({}) == HostOverrides()


# ------------------------------------------------------------------------------ the schema


def _valid(definition: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(json_schema()).is_valid(definition))


def test_the_schema_is_one_and_says_something_of_each_member() -> None:
    schema = json_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    for body in (schema, *schema["$defs"].values()):
        assert body["description"]
        for name, member in body.get("properties", {}).items():
            assert member["description"], name


@pytest.mark.parametrize(
    "booking_type", [each.booking_type for each in BOOKING_TYPES], ids=lambda each: each.key
)
def test_every_good_definition_is_valid_by_the_schema(booking_type: BookingType) -> None:
    assert _valid(dump_booking_type(booking_type))
    assert _valid(LEAST | {"$schema": "booking-type.schema.json", "schema_version": 2})


@pytest.mark.parametrize(("changes", "path"), MISFORMED, ids=str)
def test_what_has_another_form_is_invalid_by_the_schema(changes: dict[str, Any], path: str) -> None:
    assert not _valid(LEAST | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "First call"},
        {"durations": []},
        {"weekly_limit": 0},
        {"guest_email_path": "E-mail"},
        {"form": [{"key": "1st", "label": "First"}]},
        {"holidays": {"calendar": "Germany"}},
        {"working_hours": {"time_zone": "UTC", "spans": []}},
    ],
    ids=str,
)
def test_rules_that_a_schema_can_say_are_in_it(changes: dict[str, Any]) -> None:
    assert not _valid(LEAST | changes)
    with pytest.raises(InvalidDefinitionError):
        parse_booking_type(LEAST | changes)


def test_the_committed_schema_is_what_the_command_prints() -> None:
    printed = CliRunner().invoke(main, ["schema"]).output

    committed = Path(__file__).parents[2] / "docs" / "booking-type.schema.json"
    assert printed == committed.read_text(), "handover schema > docs/booking-type.schema.json"
