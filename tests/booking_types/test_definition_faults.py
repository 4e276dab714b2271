from __future__ import annotations

from dataclasses import replace
from datetime import UTC, time, timedelta
from typing import Any

import pytest

from booking_types.definition_faults import faults, working_hours_faults
from booking_types.model import (
    BookingType,
    Clause,
    CoHostRule,
    HostRule,
    HostRuleKind,
    Operator,
    Platform,
    PlatformRule,
    PlatformRuleKind,
    RecordFilter,
    RecordUpdate,
    WorkingHours,
    WorkingSpan,
    WriteBack,
)
from tests.booking_types.questions import every_day, minutes

GOOD = BookingType(
    key="first-demo_2",
    name="First demo",
    object_name="Project__c",
    record_filter=RecordFilter(
        clauses=(
            Clause(field="Account.Industry", operator=Operator.IN, values=("Banking",)),
            Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=0),
            Clause(field="Email", operator=Operator.IS_NOT_BLANK),
        ),
        logic="1 AND (2 OR 3)",
    ),
    host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("Account.OwnerId",)),
    co_host_rule=CoHostRule(allowed=True, most=2),
    durations=(minutes(5), minutes(24 * 60)),
    increment=timedelta(days=1),
    working_hours=every_day("00:00-00:00", zone="Europe/Kiev"),
    time_zone="Asia/Kathmandu",
    minimum_notice=timedelta(0),
    platform_rule=PlatformRule(kind=PlatformRuleKind.FIXED, platform=Platform.ZOOM),
    guest_email_path="Email",
    write_back=WriteBack(record_updates=(RecordUpdate(field="Status", value="Booked"),)),
)


def clause(operator: Operator, **what: Any) -> dict[str, Any]:
    field = what.pop("field", "Industry")
    return {
        "record_filter": RecordFilter(clauses=(Clause(field=field, operator=operator, **what),))
    }


def span(weekday: int = 1, start: time = time(9), end: time = time(17)) -> WorkingSpan:
    return WorkingSpan(weekday=weekday, start=start, end=end)


def works(*spans: WorkingSpan, zone: str = "UTC") -> dict[str, Any]:
    return {"working_hours": WorkingHours(time_zone=zone, spans=spans)}


def updates(*fields: str) -> dict[str, Any]:
    written = tuple(RecordUpdate(field=field, value=1) for field in fields)
    return {"write_back": WriteBack(record_updates=written)}


def test_a_good_definition_has_no_faults() -> None:
    assert faults(GOOD) == ()


def test_the_least_that_can_be_said_is_a_good_definition() -> None:
    assert faults(BookingType(key="demo", name="Demo", object_name="Lead")) == ()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"key": ""}, "key"),
        ({"key": "Demo"}, "key"),
        ({"key": "first demo"}, "key"),
        ({"key": "demo-"}, "key"),
        ({"key": "demo\n"}, "key"),
        ({"key": "d" * 81}, "key"),
        ({"name": " "}, "name"),
        ({"name": "Demo "}, "name"),
        ({"name": "Demo\nDemo"}, "name"),
        ({"name": "D" * 81}, "name"),
        ({"object_name": "Lead; DROP"}, "object_name"),
        ({"object_name": ""}, "object_name"),
        (clause(Operator.EQUALS, field="Account..Name"), "record_filter.clauses[0].field"),
        (clause(Operator.EQUALS, field="a.b.c.d.e.f.g"), "record_filter.clauses[0].field"),
        (clause(Operator.EQUALS, field="Näme"), "record_filter.clauses[0].field"),
        (clause(Operator.IN), "record_filter.clauses[0].values"),
        (clause(Operator.NOT_IN, values=(1,), value=1), "record_filter.clauses[0].value"),
        (clause(Operator.EQUALS, values=(1,)), "record_filter.clauses[0].values"),
        (clause(Operator.CONTAINS, value=5), "record_filter.clauses[0].value"),
        (clause(Operator.STARTS_WITH, value=""), "record_filter.clauses[0].value"),
        (clause(Operator.LESS_THAN), "record_filter.clauses[0].value"),
        (clause(Operator.LESS_THAN, value=True), "record_filter.clauses[0].value"),
        (clause(Operator.IS_BLANK, value=5), "record_filter.clauses[0].value"),
        ({"record_filter": RecordFilter(logic="1")}, "record_filter.logic"),
        (
            {"record_filter": replace(GOOD.record_filter, logic="1 AND 2")},
            "record_filter.logic",
        ),
        ({"host_rule": HostRule(kind=HostRuleKind.LOOKUP)}, "host_rule.lookup_paths"),
        (
            {"host_rule": HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("Owner Id",))},
            "host_rule.lookup_paths",
        ),
        ({"co_host_rule": CoHostRule(allowed=True, most=0)}, "co_host_rule.most"),
        ({"platform_rule": PlatformRule(kind=PlatformRuleKind.FIXED)}, "platform_rule.platform"),
        ({"durations": ()}, "durations"),
        ({"durations": (minutes(30), minutes(4))}, "durations[1]"),
        ({"durations": (minutes(30.5),)}, "durations[0]"),
        ({"durations": (minutes(1441),)}, "durations[0]"),
        ({"durations": (minutes(30), minutes(30))}, "durations[1]"),
        ({"increment": minutes(0)}, "increment"),
        ({"increment": minutes(-5)}, "increment"),
        ({"increment": minutes(1441)}, "increment"),
        ({"increment": minutes(7.5)}, "increment"),
        ({"buffer_before": minutes(-1)}, "buffer_before"),
        ({"buffer_after": minutes(0.5)}, "buffer_after"),
        ({"buffer_after": timedelta(days=2)}, "buffer_after"),
        ({"minimum_notice": minutes(-1)}, "minimum_notice"),
        (
            {"minimum_notice": timedelta(days=60), "booking_window": timedelta(days=60)},
            "booking_window",
        ),
        ({"booking_window": timedelta.max}, "booking_window"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "EST"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        (works(span(), zone="../UTC"), "working_hours.time_zone"),
        (works(), "working_hours.spans"),
        (works(span(), span(weekday=0)), "working_hours.spans[1].weekday"),
        (works(span(weekday=8)), "working_hours.spans[0].weekday"),
        (works(span(start=time(9, 0, 1))), "working_hours.spans[0].start"),
        (works(span(end=time(17, tzinfo=UTC))), "working_hours.spans[0].end"),
        ({"guest_email_path": "E-mail"}, "guest_email_path"),
        ({"guest_name_path": ".Name"}, "guest_name_path"),
        ({"guest_time_zone_path": "Zone;"}, "guest_time_zone_path"),
        (updates("Account.Name"), "write_back.record_updates[0].field"),
        (updates("Status", "status"), "write_back.record_updates[1].field"),
    ],
)
def test_each_fault_is_said_at_its_place(change: dict[str, Any], path: str) -> None:
    found = faults(replace(GOOD, **change))

    assert [fault.path for fault in found] == [path]
    assert found[0].message


def test_all_faults_are_said_at_once() -> None:
    wrong = replace(GOOD, key="", name="", durations=(), time_zone="Mars/Olympus")

    assert [fault.path for fault in faults(wrong)] == ["key", "name", "durations", "time_zone"]


def test_a_hosts_own_hours_are_judged_by_the_same_rules() -> None:
    hours = WorkingHours(time_zone="EST", spans=(span(weekday=9),))

    assert [fault.path for fault in working_hours_faults(hours, place="hours")] == [
        "hours.time_zone",
        "hours.spans[0].weekday",
    ]
