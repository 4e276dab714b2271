"""Who sees which fields in the sandbox's Salesforce.

Sources: Object Reference, FieldPermissions, PermissionSet, PermissionSetAssignment, Organization, User;
SOQL and SOSL Reference, "fieldExpression" (a field may be named by who may read it).
"""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import SalesforceOrg

PROJECT = {
    "fullName": "Project__c",
    "fields": [
        {"fullName": "Budget__c", "type": "Currency"},
        {"fullName": "Stage__c", "type": "Picklist", "values": ["A"], "restricted": True},
        {"fullName": "Code__c", "type": "Text", "length": 12, "required": True, "unique": True},
        {"fullName": "Sum__c", "type": "Number", "formula": "1"},
    ],
}
REPS = {
    "name": "Reps",
    "hidden_fields": ["Lead.AnnualRevenue", "Contact.AccountId", "Contact.MailingAddress"],
    "read_only_fields": ["Lead.Rating"],
}
REVENUE = {"name": "Revenue", "fields": {"Lead.AnnualRevenue": "read"}}


def user(name: str, domain: str, *permission_sets: str) -> dict[str, Any]:
    return {
        "name": name.title(),
        "email": f"{name}@{domain}",
        "username": f"{name}@{domain}",
        "profile": "Reps",
        "permission_sets": ["Booking_Integration", *permission_sets],
    }


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    domain = f"{unique}.example"
    return SalesforceOrg.make(
        control,
        unique,
        objects=[PROJECT],
        profiles=[REPS],
        permission_sets=[REVENUE],
        users=[user("rep", domain), user("senior", domain, "Revenue")],
    )


def code(org: SalesforceOrg, name: str, statement: str) -> str:
    """What a query of that user's comes to: ``OK`` or the code of its refusal."""
    answer = org.call_as(name, "GET", "/query", params={"q": statement})
    return "OK" if answer.status_code == 200 else str(answer.json()[0]["errorCode"])


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT AnnualRevenue FROM Lead",
        "SELECT Id FROM Lead WHERE AnnualRevenue = null",
        "SELECT Id FROM Lead ORDER BY AnnualRevenue",
        "SELECT Account.Name FROM Contact",
        "SELECT MailingCity FROM Contact",
        "SELECT (SELECT Id FROM Contacts) FROM Account",
    ],
)
def test_a_field_that_no_permission_set_grants_does_not_exist_for_a_user(
    org: SalesforceOrg, statement: str
) -> None:
    refused = code(org, "rep", statement)

    assert refused in ("INVALID_FIELD", "INVALID_TYPE")
    assert org.query(statement) is not None


def test_one_permission_set_that_grants_a_field_is_enough(org: SalesforceOrg) -> None:
    statement = "SELECT AnnualRevenue FROM Lead"

    assert code(org, "rep", statement) == "INVALID_FIELD"
    assert code(org, "senior", statement) == "OK"


def test_a_hidden_field_is_neither_described_nor_read_nor_written(org: SalesforceOrg) -> None:
    lead = org.lead(AnnualRevenue=5)

    described = org.call_as("rep", "GET", "/sobjects/Lead/describe").json()
    read = org.call_as("rep", "GET", f"/sobjects/Lead/{lead}").json()
    asked = org.call_as("rep", "GET", f"/sobjects/Lead/{lead}?fields=AnnualRevenue")
    written = org.call_as("rep", "PATCH", f"/sobjects/Lead/{lead}", json={"AnnualRevenue": 6})

    assert "AnnualRevenue" not in {each["name"] for each in described["fields"]}
    assert "AnnualRevenue" not in read
    assert asked.json()[0]["errorCode"] == "INVALID_FIELD"
    assert written.json()[0]["errorCode"] == "INVALID_FIELD"
    assert org.query("SELECT AnnualRevenue FROM Lead") == [{"AnnualRevenue": 5.0}]


def test_a_field_that_is_only_granted_for_reading_is_not_written(org: SalesforceOrg) -> None:
    lead = org.lead(Rating="Hot")

    read = org.call_as("rep", "GET", f"/sobjects/Lead/{lead}").json()
    refused = org.call_as("rep", "PATCH", f"/sobjects/Lead/{lead}", json={"Rating": "Cold"})
    changed = org.call_as("rep", "PATCH", f"/sobjects/Lead/{lead}", json={"LastName": "New"})

    assert read["Rating"] == "Hot"
    assert refused.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert changed.status_code == 204
    assert org.query("SELECT Rating, LastName FROM Lead") == [{"Rating": "Hot", "LastName": "New"}]


def test_the_rows_say_what_is_granted_by_which_permission_set(org: SalesforceOrg) -> None:
    found = org.query(
        "SELECT Field, PermissionsEdit FROM FieldPermissions WHERE SobjectType = 'Lead'"
        " AND ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment"
        " WHERE Assignee.Name = 'Rep')"
    )

    rows = {row["Field"]: row["PermissionsEdit"] for row in found}

    assert rows["Lead.Email"] is True
    assert rows["Lead.Rating"] is False
    assert "Lead.AnnualRevenue" not in rows
    # What everybody sees, and what a record cannot be without, has no rows.
    assert not {"Lead.Id", "Lead.OwnerId", "Lead.Name", "Lead.Company"} & set(rows)


def test_the_parts_of_an_address_have_no_rows_of_their_own(org: SalesforceOrg) -> None:
    rows = org.query(
        "SELECT Field FROM FieldPermissions WHERE SobjectType = 'Contact'"
        " AND Parent.Profile.Name = 'Standard User'"
    )
    described = org.call("GET", "/sobjects/Contact/describe").json()["fields"]

    city = next(each for each in described if each["name"] == "MailingCity")
    assert (city["permissionable"], city["compoundFieldName"]) == (True, "MailingAddress")
    assert {"Field": "Contact.MailingAddress"} in rows
    assert {"Field": "Contact.MailingCity"} not in rows


def test_the_packages_fields_are_granted_by_its_permission_sets_alone(org: SalesforceOrg) -> None:
    parents = org.query(
        "SELECT Parent.Name FROM FieldPermissions WHERE Field = 'Booking__c.Subject__c'"
    )

    assert {row["Parent"]["Name"] for row in parents} >= {"Booking_Admin", "Booking_Organizer"}
    assert all(row["Parent"]["Name"].startswith("Booking_") for row in parents)


def test_a_profile_has_a_permission_set_that_its_users_are_assigned(org: SalesforceOrg) -> None:
    rows = org.query(
        "SELECT PermissionSet.IsOwnedByProfile, PermissionSet.Profile.Name"
        " FROM PermissionSetAssignment WHERE Assignee.Name = 'Rep'"
        " AND PermissionSet.IsOwnedByProfile = true"
    )

    assert [row["PermissionSet"]["Profile"]["Name"] for row in rows] == ["Reps"]


def test_only_who_may_see_the_setup_sees_the_rows(org: SalesforceOrg) -> None:
    assert code(org, "rep", "SELECT Field FROM FieldPermissions") == "INVALID_TYPE"
    assert org.call_as("rep", "GET", "/sobjects/FieldPermissions/describe").status_code == 404


def test_a_description_says_the_rules_of_each_field(org: SalesforceOrg) -> None:
    body = org.call("GET", "/sobjects/Project__c/describe").json()
    fields = {each["name"]: each for each in body["fields"]}

    def said(name: str) -> tuple[Any, ...]:
        words = ("nillable", "permissionable", "restrictedPicklist", "unique", "calculated")
        return tuple(fields[name][each] for each in words)

    assert said("Budget__c") == (True, True, False, False, False)
    assert said("Stage__c") == (True, True, True, False, False)
    assert said("Code__c") == (False, False, False, True, False)
    assert said("Sum__c") == (True, True, False, False, True)
    assert said("Id") == (False, False, False, False, False)
    assert fields["Code__c"]["length"] == 12


def test_an_org_and_its_people_are_seeded_with_their_fields(
    control: SandboxControl, unique: str
) -> None:
    org = SalesforceOrg.make(
        control,
        unique,
        organization={"Country": "DE", "FiscalYearStartMonth": 4, "DefaultLocaleSidKey": "de_DE"},
        users=[
            {
                "name": "Seller",
                "email": f"seller@{unique}.example",
                "username": f"seller@{unique}.example",
                "role": "Sales North",
                "fields": {"Department": "Sales", "ManagerId": f"@host@{unique}.example"},
            }
        ],
    )

    organization = org.query("SELECT Country, FiscalYearStartMonth FROM Organization")
    seller = org.query(
        "SELECT Department, Manager.Name, UserRole.Name, Profile.Name, LocaleSidKey FROM User"
        " WHERE Name = 'Seller'"
    )[0]

    assert organization == [{"Country": "DE", "FiscalYearStartMonth": 4}]
    assert (seller["Department"], seller["LocaleSidKey"]) == ("Sales", "de_DE")
    assert seller["Manager"]["Name"] == "Host One"
    assert seller["UserRole"]["Name"] == "Sales North"
    assert seller["Profile"]["Name"] == "Standard User"


def test_fields_are_added_to_objects_that_are_there(org: SalesforceOrg) -> None:
    lead = org.lead()

    org.seed(fields={"Lead": [{"fullName": "Vip__c", "type": "Checkbox"}]})

    assert org.query("SELECT Id FROM Lead WHERE Vip__c = false") == [{"Id": lead}]
    assert code(org, "rep", "SELECT Vip__c FROM Lead") == "OK"
