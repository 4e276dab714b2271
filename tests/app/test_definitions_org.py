"""What a definition names is there in the org, and the org takes what it writes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.definitions.org import OrgView, org_faults, read_org
from app.holidays import calendar_fault, holidays_of
from booking_types.model import (
    BookingType,
    Clause,
    FormField,
    FormFieldKind,
    HostRule,
    HostRuleKind,
    Operator,
    RecordFilter,
    RecordUpdate,
    SalesforceEventRule,
    WriteBack,
)
from connectors.protocols import CrmField, CrmObject, CrmPath
from tests.house import House


def a_field(name: str, kind: str = "string", **more: Any) -> CrmField:
    return CrmField(name=name, label=name.replace("_", " "), type=kind, **more)


FIELDS = {
    each.name: each
    for each in (
        a_field("Company", length=10),
        a_field("Email", "email"),
        a_field("OwnerId", "reference", references=("Group", "User"), relationship="Owner"),
        a_field("AccountId", "reference", references=("Account",), relationship="Account"),
        a_field("Status", "picklist", picklist=("Open", "Closed"), is_restricted=True),
        a_field("Source", "picklist", picklist=("Web",)),
        a_field("Size", "double"),
        a_field("Staff", "int"),
        a_field("Hot", "boolean"),
        a_field("Due", "date"),
        a_field("At", "datetime"),
        a_field("Notes", "textarea", is_filterable=False, length=32_000),
        a_field("Number", "string", is_updateable=False),
        a_field("Topics", "multipicklist", picklist=("A", "B"), is_restricted=True),
        a_field("Must", is_required=True),
    )
}
LEAD = CrmObject(name="Lead", label="Lead", key_prefix="00Q", has_activities=True, fields=FIELDS)


def faults(known: CrmObject = LEAD, **changes: Any) -> dict[str, str]:
    """What is said of a type in an org whose lead has those fields, by its place."""
    booking_type = BookingType(**{"key": "call", "name": "Call", "object_name": "Lead", **changes})
    own = {name: CrmPath(field=each, steps=(("Lead", name),)) for name, each in FIELDS.items()}
    users = {
        "$User.Department": CrmPath(field=a_field("Department")),
        "$User.Hired": CrmPath(field=a_field("Hired", "date")),
        "Owner.Id": CrmPath(field=a_field("Id", "id"), steps=(("Lead", "OwnerId"), ("User", "Id"))),
        "Gone": CrmPath(field=None, problem="Lead has no field Gone"),
    }
    view = OrgView(crm_object=known, paths=own | users, suggestions={"Gone": "Company"})
    return {fault.path: fault.message for fault in org_faults(booking_type, view)}


def only(field: str, operator: Operator, *values: Any) -> dict[str, Any]:
    takes_several = operator in (Operator.IN, Operator.INCLUDES)
    given = {"values": values} if takes_several else {"value": values[0] if values else None}
    clause = Clause(field=field, operator=operator, **given)
    return {"record_filter": RecordFilter(clauses=(clause,))}


def writes(field: str, value: Any) -> dict[str, Any]:
    return {"write_back": WriteBack(record_updates=(RecordUpdate(field=field, value=value),))}


def asks(kind: FormFieldKind, record_field: str, **more: Any) -> dict[str, Any]:
    return {"form": (FormField(key="a", label="A", kind=kind, record_field=record_field, **more),)}


def looks(*paths: str) -> dict[str, Any]:
    return {"host_rule": HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=paths)}


@pytest.mark.parametrize(
    "fitting",
    [
        {},
        only("Status", Operator.IN, "Open", "Closed"),
        only("Source", Operator.EQUALS, "Whatever else"),
        only("Size", Operator.GREATER_THAN, 5),
        only("Due", Operator.LESS_THAN, "TODAY"),
        only("Company", Operator.EQUALS, "$User.Department"),
        only("Topics", Operator.INCLUDES, "A"),
        looks("OwnerId", "Owner.Id"),
        {"guest_email_path": "Email", "guest_name_path": "Company"},
        {"subject": "{{ record.Company }}"},
        writes("Status", "Closed"),
        writes("company", "ten letters"[:10]),
        writes("Company", "{{ record.Company }} with {{ host.name }}"),
        writes("Size", 2.5),
        writes("Staff", 2),
        writes("Hot", value=True),
        writes("Due", "2026-12-24"),
        writes("At", "{{ booking.start_at }}"),
        writes("OwnerId", "005000000000001"),
        writes("Company", None),
        writes("Topics", "A;B"),
        asks(FormFieldKind.NUMBER, "Size"),
        asks(FormFieldKind.CHOICE, "Status", choices=("Open",)),
        asks(FormFieldKind.LONG_TEXT, "Notes"),
        {"write_back": WriteBack(hand_over_owner=True)},
    ],
    ids=str,
)
def test_what_the_org_has_and_takes_is_no_fault(fitting: dict[str, Any]) -> None:
    assert faults(**fitting) == {}


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (only("Gone", Operator.EQUALS, 1), "record_filter.clauses[0].field", "mean Company?"),
        (only("Notes", Operator.CONTAINS, "x"), "record_filter.clauses[0].field", "Notes"),
        (only("Hot", Operator.CONTAINS, "x"), "record_filter.clauses[0].operator", "Hot"),
        (only("Size", Operator.EQUALS, "many"), "record_filter.clauses[0].value", "Size"),
        (only("Status", Operator.EQUALS, "Opne"), "record_filter.clauses[0].value", "“Open”"),
        (only("Company", Operator.EQUALS, "$User.Hired"), "record_filter.clauses[0].value",
         "$User.Hired"),
        (looks("OwnerId", "AccountId"), "host_rule.lookup_paths[1]", "names no user"),
        (looks("Gone"), "host_rule.lookup_paths[0]", "Lead has no field Gone"),
        ({"guest_email_path": "Size"}, "guest_email_path", "holds numbers, not a mail address"),
        ({"subject": "{{ record.Gone }}"}, "subject", "Gone leads nowhere"),
        ({"form": (FormField(key="a", label="A", default_path="Gone"),)},
         "form[0].default_path", "leads nowhere"),
        (writes("Compny", "x"), "write_back.record_updates[0].field", "did you mean Company?"),
        (writes("Number", "x"), "write_back.record_updates[0].field", "cannot be written"),
        (writes("Status", "Opened"), "write_back.record_updates[0].value", "mean Open?"),
        (writes("Topics", "A;C"), "write_back.record_updates[0].value", "has no value C"),
        (writes("Company", "eleven char"), "write_back.record_updates[0].value", "at most 10"),
        (writes("Company", 5), "write_back.record_updates[0].value", "in quotes"),
        (writes("Size", "many"), "write_back.record_updates[0].value", "takes numbers"),
        (writes("Size", value=True), "write_back.record_updates[0].value", "not yes or no"),
        (writes("Staff", 2.5), "write_back.record_updates[0].value", "whole numbers"),
        (writes("Hot", "true"), "write_back.record_updates[0].value", "true or false"),
        (writes("Due", "24.12.2026"), "write_back.record_updates[0].value", "2026-12-24"),
        (writes("At", "tomorrow"), "write_back.record_updates[0].value", "booking.start_at"),
        (writes("OwnerId", "Rep"), "write_back.record_updates[0].value", "id of a record"),
        (writes("Must", None), "write_back.record_updates[0].value", "cannot be empty"),
        (asks(FormFieldKind.TEXT, "Gone"), "form[0].record_field", "has no field Gone"),
        (asks(FormFieldKind.TEXT, "Number"), "form[0].record_field", "cannot be written"),
        (asks(FormFieldKind.TEXT, "Size"), "form[0].record_field", "takes numbers"),
        (asks(FormFieldKind.TEXT, "Status"), "form[0].record_field", "kind choice"),
        (asks(FormFieldKind.CHOICE, "Status", choices=("Open", "Maybe")),
         "form[0].record_field", "has no value Maybe"),
        (asks(FormFieldKind.CHOICE, "Company", choices=("eleven char",)),
         "form[0].record_field", "at most 10"),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_org_lacks_or_does_not_take_is_said_at_its_place(
    change: dict[str, Any], place: str, said: str
) -> None:
    found = faults(**change)

    assert list(found) == [place]
    assert said in found[place]


def test_events_and_owners_are_asked_for_only_where_the_object_has_them() -> None:
    bare = CrmObject(name="Lead", label="Lead", key_prefix="00Q", has_activities=False, fields={})

    assert list(faults(bare, write_back=WriteBack(hand_over_owner=True))) == [
        "write_back.salesforce_event",
        "write_back.hand_over_owner",
    ]
    never = WriteBack(salesforce_event=SalesforceEventRule.NEVER)
    assert faults(bare, write_back=never) == {}


def test_an_object_that_the_org_lacks_is_the_one_thing_that_is_said() -> None:
    booking_type = BookingType(key="a", name="A", object_name="Visit__c", guest_email_path="Gone")

    found = org_faults(booking_type, OrgView(crm_object=None))

    assert [fault.path for fault in found] == ["object_name"]


def test_the_org_itself_is_asked_about_every_path_and_names_the_nearest(house: House) -> None:
    crm = house.wiring.vendors.crm(house.org_id)
    booking_type = BookingType(
        key="a",
        name="A",
        object_name="Contact",
        guest_email_path="Account.Nmae",
        guest_name_path="Acount.Name",
        record_filter=RecordFilter(
            clauses=(Clause(field="$User.Emial", operator=Operator.IS_NOT_BLANK),)
        ),
        subject="{{ record.Account.Name }}",
    )

    found = {
        fault.path: fault.message for fault in org_faults(booking_type, read_org(crm, booking_type))
    }

    assert "did you mean Account.Name?" in found["guest_email_path"]
    assert "did you mean Account.Name?" in found["guest_name_path"]
    assert "did you mean $User.Email?" in found["record_filter.clauses[0].field"]
    assert "subject" not in found


# -------------------------------------------------------------------------------- holidays


def test_holidays_are_named_in_english_and_observed_where_they_are_made_up_for() -> None:
    in_the_us = {day.on: day.name for day in holidays_of("US", [2026])}
    in_bavaria = {day.on: day.name for day in holidays_of("DE-BY", [2026, 2027])}

    assert in_the_us[date(2026, 7, 3)] == "Independence Day (observed)"
    assert in_bavaria[date(2026, 1, 6)] == "Epiphany"
    assert date(2026, 1, 6) not in {day.on for day in holidays_of("DE", [2026])}
    assert date(2027, 12, 25) in in_bavaria
    assert holidays_of("", [2026]) == ()


@pytest.mark.parametrize(
    ("calendar", "said"),
    [("UK", "did you mean GB?"), ("us", "did you mean US?"), ("DE_BY", "did you mean DE-BY?"),
     ("Germany", "did you mean DE?"), ("DE-XX", "DE-BY"), ("JP-99", "the whole country"),
     ("XX", "a country's code")],
)  # fmt: skip
def test_a_calendar_nobody_knows_is_said_with_the_nearest(calendar: str, said: str) -> None:
    assert said in calendar_fault(calendar)
    with pytest.raises(ValueError, match="no holiday calendar"):
        holidays_of(calendar, [2026])
