from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, time, timedelta
from typing import Any

import pytest

from booking_types.definition_faults import faults, overrides_faults, working_hours_faults
from booking_types.model import (
    BookingType,
    Clause,
    CoHostRule,
    ConsentRule,
    DateOverride,
    DaySpan,
    FormField,
    FormFieldKind,
    Holiday,
    HolidayRule,
    HostOverrides,
    HostRule,
    HostRuleKind,
    Operator,
    PanelRole,
    Platform,
    PlatformRule,
    PlatformRuleKind,
    RecordFilter,
    RecordUpdate,
    SalesforceEventRule,
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


def lookup(*paths: str, fallback: HostRuleKind | None = None) -> dict[str, Any]:
    rule = HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=paths, fallback=fallback)
    return {"host_rule": rule}


def panel(*roles: tuple[str, str]) -> dict[str, Any]:
    return {"panel_roles": tuple(PanelRole(key=key, name=name) for key, name in roles)}


def a_day(start: time = time(9)) -> DateOverride:
    return DateOverride(on=date(2026, 12, 24), spans=(DaySpan(start=start, end=time(12)),))


def free(*days: tuple[str, str]) -> dict[str, Any]:
    kept = tuple(Holiday(on=date.fromisoformat(on), name=name) for on, name in days)
    return {"holidays": HolidayRule(days=kept)}


def a_field(key: str = "budget", **what: Any) -> FormField:
    return FormField(**{"key": key, "label": key, **what})


def form(**what: Any) -> dict[str, Any]:
    return {"form": (a_field(**what),)}


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
            "host_rule.lookup_paths[0]",
        ),
        (lookup("OwnerId", "ownerid"), "host_rule.lookup_paths[1]"),
        (lookup(*(f"Owner{number}Id" for number in range(11))), "host_rule.lookup_paths"),
        (lookup("OwnerId", fallback=HostRuleKind.LOOKUP), "host_rule.fallback"),
        ({"host_rule": HostRule(fallback=HostRuleKind.FIXED)}, "host_rule.fallback"),
        ({"host_rule": HostRule(lookup_paths=("OwnerId",))}, "host_rule.lookup_paths"),
        ({"host_rule": HostRule(lookup_any=True)}, "host_rule.lookup_any"),
        ({"co_host_rule": CoHostRule(allowed=True, most=21)}, "co_host_rule.most"),
        (panel(("Sales", "Sales")), "panel_roles[0].key"),
        (panel(("sales_one", "Sales")), "panel_roles[0].key"),
        (panel(("sales", "Sales"), ("sales", "Other")), "panel_roles[1].key"),
        (panel(("sales", " ")), "panel_roles[0].name"),
        (panel(("sales", "Sales"), ("other", "sales")), "panel_roles[1].name"),
        ({"date_overrides": (a_day(), a_day())}, "date_overrides[1].on"),
        ({"date_overrides": (a_day(time(9, 0, 1)),)}, "date_overrides[0].spans[0].start"),
        ({"date_overrides": (replace(a_day(), label="two\nlines"),)}, "date_overrides[0].label"),
        ({"holidays": HolidayRule(calendar="Germany")}, "holidays.calendar"),
        ({"holidays": HolidayRule(calendar="us")}, "holidays.calendar"),
        (free(("2026-12-24", "Eve"), ("2026-12-24", "Again")), "holidays.days[1].on"),
        (free(("2026-12-24", "")), "holidays.days[0].name"),
        ({"daily_limit": 0}, "daily_limit"),
        ({"weekly_limit": -1}, "weekly_limit"),
        ({"daily_limit": 3, "weekly_limit": 2}, "weekly_limit"),
        (
            {"platform_rule": PlatformRule(platform=Platform.ZOOM)},
            "platform_rule.platform",
        ),
        (
            {"platform_rule": PlatformRule(kind=PlatformRuleKind.FIXED, platform=Platform.NONE)},
            "platform_rule.platform",
        ),
        (form(key="1st"), "form[0].key"),
        (form(key="k" * 41), "form[0].key"),
        (form(key="Not"), "form[0].key"),
        (form(label=""), "form[0].label"),
        (form(help="two\nlines"), "form[0].help"),
        (form(choices=("a",)), "form[0].choices"),
        (form(kind=FormFieldKind.CHOICE), "form[0].choices"),
        (form(kind=FormFieldKind.CHOICE, choices=("a", "A")), "form[0].choices[1]"),
        (form(kind=FormFieldKind.CHOICE, choices=("a", " ")), "form[0].choices[1]"),
        (form(default_path="Account..Name"), "form[0].default_path"),
        (form(record_field="Account.Name"), "form[0].record_field"),
        (form(record_field="status"), "form[0].record_field"),
        ({"form": (a_field("a"), a_field("A", label="B"))}, "form[1].key"),
        ({"form": (a_field("a"), a_field("b", label="A"))}, "form[1].label"),
        (
            {"form": (a_field("a", record_field="X__c"), a_field("b", record_field="x__c"))},
            "form[1].record_field",
        ),
        ({"consent": ConsentRule(text=" \n")}, "consent.text"),
        ({"consent": ConsentRule(text="a" * 4001)}, "consent.text"),
        (
            {
                "write_back": WriteBack(
                    calendar_event=False, salesforce_event=SalesforceEventRule.ADOPT
                )
            },
            "write_back.salesforce_event",
        ),
        (
            {
                "write_back": WriteBack(calendar_event=False),
                "platform_rule": PlatformRule(
                    kind=PlatformRuleKind.FIXED, platform=Platform.GOOGLE_MEET
                ),
            },
            "write_back.calendar_event",
        ),
        (
            {
                "write_back": WriteBack(
                    hand_over_owner=True,
                    record_updates=(RecordUpdate(field="OwnerId", value="x"),),
                )
            },
            "write_back.record_updates[0].field",
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


@pytest.mark.parametrize(
    ("own", "path"),
    [
        (HostOverrides(working_hours=WorkingHours(time_zone="UTC", spans=())),
         "overrides.working_hours.spans"),
        (HostOverrides(date_overrides=(a_day(), a_day())), "overrides.date_overrides[1].on"),
        (HostOverrides(buffer_before=minutes(-5)), "overrides.buffer_before"),
        (HostOverrides(minimum_notice=minutes(-5)), "overrides.minimum_notice"),
        (HostOverrides(minimum_notice=timedelta(days=61)), "overrides.minimum_notice"),
        (HostOverrides(booking_window=timedelta(0)), "overrides.booking_window"),
        (HostOverrides(booking_window=timedelta(days=731)), "overrides.booking_window"),
        (HostOverrides(daily_limit=-1), "overrides.daily_limit"),
        (HostOverrides(daily_limit=3, weekly_limit=2), "overrides.weekly_limit"),
    ],
)  # fmt: skip
def test_where_a_host_differs_is_judged_together_with_what_the_type_says(
    own: HostOverrides, path: str
) -> None:
    found = overrides_faults(own, booking_type=GOOD)

    assert [fault.path for fault in found] == [path]


def test_a_host_may_differ_in_everything_and_be_taken_out_by_a_limit_of_nothing() -> None:
    own = HostOverrides(
        working_hours=every_day("08:00-12:00"),
        date_overrides=(a_day(),),
        buffer_before=minutes(0),
        minimum_notice=timedelta(days=59),
        daily_limit=0,
        weekly_limit=0,
    )

    assert overrides_faults(own, booking_type=GOOD) == ()
