"""What the org says of itself, of its fields, and of who sees them."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from booking_types.model import FieldType
from connectors.errors import MissingError, TransientError
from connectors.salesforce.organization import first_weekday
from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import SalesforceOrg

PROJECT: dict[str, Any] = {
    "fullName": "Project__c",
    "fields": [
        {"fullName": "Budget__c", "type": "Currency", "scale": 2},
        {"fullName": "Share__c", "type": "Percent"},
        {"fullName": "Size__c", "type": "Number"},
        {"fullName": "Due__c", "type": "Date"},
        {"fullName": "Seen__c", "type": "DateTime"},
        {"fullName": "Vip__c", "type": "Checkbox"},
        {"fullName": "Stage__c", "type": "Picklist", "values": ["A"], "restricted": True},
        {"fullName": "Tags__c", "type": "MultiselectPicklist", "values": ["A", "B"]},
        {"fullName": "Code__c", "type": "Text", "length": 12, "required": True},
        {"fullName": "Story__c", "type": "LongTextArea", "length": 5000},
        {"fullName": "Account__c", "type": "Lookup", "referenceTo": "Account"},
    ],
}
REPS = {
    "name": "Reps",
    "hidden_fields": ["Project__c.Budget__c", "Account.Industry", "Contact.MailingAddress"],
}
LOOKUP_HIDDEN = {"name": "Guests of the org", "hidden_fields": ["Project__c.Account__c"]}


def user(name: str, domain: str, **more: Any) -> dict[str, Any]:
    address = f"{name}@{domain}"
    return {"name": name.title(), "email": address, "username": address, **more}


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    domain = f"{unique}.example"
    return SalesforceOrg.make(
        control,
        unique,
        objects=[PROJECT],
        organization={"FiscalYearStartMonth": 4, "DefaultLocaleSidKey": "de_DE", "Country": "DE"},
        profiles=[REPS, LOOKUP_HIDDEN],
        permission_sets=[{"name": "Budgets", "fields": {"Project__c.Budget__c": "read"}}],
        users=[
            user("rep", domain, profile="Reps"),
            user("lead", domain, profile="Reps", permission_sets=["Budgets"]),
            user("guest", domain, profile="Guests of the org"),
            user("gone", domain, is_active=False),
        ],
    )


# ------------------------------------------------------------------------- the org itself


def test_an_org_says_its_clock_its_fiscal_year_and_its_weeks(
    control: SandboxControl, unique: str
) -> None:
    org = SalesforceOrg.make(
        control,
        unique,
        time_zone="Europe/Berlin",
        organization={"FiscalYearStartMonth": 4, "DefaultLocaleSidKey": "de_DE"},
    )

    found = org.crm().organization()

    assert (found.org_id, found.name) == (org.made["org_id"], unique)
    assert found.time_zone == "Europe/Berlin"
    assert (found.fiscal_year_start_month, found.week_starts_on) == (4, 1)


def test_an_org_is_remembered_for_some_minutes(org: SalesforceOrg) -> None:
    now = [datetime.now(UTC)]
    crm = org.crm(clock=lambda: now[0])

    crm.organization()
    org.seed(organization={"FiscalYearStartMonth": 7})
    now[0] += timedelta(minutes=2)
    kept = crm.organization()
    now[0] += timedelta(minutes=4)
    asked_again = crm.organization()

    assert kept.fiscal_year_start_month == 4
    assert asked_again.fiscal_year_start_month == 7


def test_weeks_begin_as_icu_says(tmp_path: Path) -> None:
    letters = [chr(each) for each in range(ord("A"), ord("Z") + 1)]
    countries = [first + second for first in letters for second in letters]
    script = tmp_path / "weeks.js"
    script.write_text(
        "const known = process.argv.slice(2).map((each) => new Intl.Locale(`und-${each}`));"
        # A country that is called otherwise by now answers under its new name.
        "const weeks = known.map((each) => [each.region, each.getWeekInfo().firstDay]);"
        "console.log(JSON.stringify(Object.fromEntries(weeks)));"
    )
    answer = subprocess.run(  # noqa: S603 - the project's own Node.js
        [".ci/node", str(script), *countries],
        capture_output=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )

    said = json.loads(answer.stdout)
    assert {each: first_weekday(f"en_{each}") for each in said} == said
    assert len(said) > 250


@pytest.mark.parametrize(
    ("locale", "weekday"),
    # Forms of Salesforce Help, "Supported Locales".
    [("en_US", 7), ("zh_Hant_TW", 7), ("de_DE_EURO", 1), ("uz_LATN_UZ", 1), ("ar", 1), ("", 1)],
)
def test_a_locales_country_decides(locale: str, weekday: int) -> None:
    assert first_weekday(locale) == weekday


# ---------------------------------------------------------------------------------- fields


def test_a_description_says_how_fields_may_be_used(org: SalesforceOrg) -> None:
    fields = org.crm().describe("Project__c").fields

    assert {name: fields[name].value_type for name in fields if name.endswith("__c")} == {
        "Budget__c": FieldType.CURRENCY,
        "Share__c": FieldType.PERCENT,
        "Size__c": FieldType.NUMBER,
        "Due__c": FieldType.DATE,
        "Seen__c": FieldType.DATETIME,
        "Vip__c": FieldType.CHECKBOX,
        "Stage__c": FieldType.PICKLIST,
        "Tags__c": FieldType.MULTI_PICKLIST,
        "Code__c": FieldType.TEXT,
        "Story__c": FieldType.UNFILTERABLE,
        "Account__c": FieldType.REFERENCE,
    }
    assert [name for name, each in fields.items() if not each.is_filterable] == ["Story__c"]
    assert fields["Stage__c"].is_restricted
    assert not fields["Tags__c"].is_restricted
    assert (fields["Code__c"].is_required, fields["Code__c"].length) == (True, 12)
    assert not fields["Vip__c"].is_required
    assert fields["Budget__c"].has_own_rights
    assert not fields["Code__c"].has_own_rights
    assert not fields["OwnerId"].has_own_rights


def test_a_path_says_every_step(org: SalesforceOrg) -> None:
    found = org.crm().paths(
        object_name="Project__c",
        paths=["account__r.Owner.name", "Budget__c", "Account__r.Nothing", "Nobody.Name"],
    )

    assert found["account__r.Owner.name"].steps == (
        ("Project__c", "Account__c"),
        ("Account", "OwnerId"),
        ("User", "Name"),
    )
    assert found["Budget__c"].steps == (("Project__c", "Budget__c"),)
    assert found["Account__r.Nothing"].field is None
    assert "Account has no field Nothing" in found["Account__r.Nothing"].problem
    assert "no lookup Nobody" in found["Nobody.Name"].problem


def test_values_come_with_their_types(org: SalesforceOrg) -> None:
    account = org.add("Account", Name="Guest Company")
    project = org.add(
        "Project__c",
        Code__c="P1",
        Budget__c=10.5,
        Share__c=25,
        Size__c=3,
        Due__c="2031-03-08",
        Seen__c="2031-03-08T10:00:00+02:00",
        Vip__c=True,
        Stage__c="A",
        Tags__c="A;B",
        Story__c="long",
        Account__c=account[:15],
    )
    paths = [str(each["fullName"]) for each in PROJECT["fields"]]

    record = org.crm().record(
        object_name="Project__c", record_id=project, paths=[*paths, "Id", "Account__r.Name"]
    )

    assert record.values == {
        "Budget__c": 10.5,
        "Share__c": 25.0,
        "Size__c": 3.0,
        "Due__c": date(2031, 3, 8),
        "Seen__c": datetime(2031, 3, 8, 8, tzinfo=UTC),
        "Vip__c": True,
        "Stage__c": "A",
        "Tags__c": "A;B",
        "Code__c": "P1",
        "Story__c": "long",
        "Account__c": account,
        "Id": project,
        "Account__r.Name": "Guest Company",
    }
    assert set(record.types) == set(record.values)
    assert record.types["Due__c"] is FieldType.DATE
    assert record.types["Story__c"] is FieldType.UNFILTERABLE
    assert record.types["Id"] is FieldType.ID


def test_a_record_is_one_query_for_exactly_what_is_asked(org: SalesforceOrg) -> None:
    lead = org.lead()
    crm = org.crm()
    crm.record(object_name="Lead", record_id=lead, paths=["Company"])
    before = len(org.calls("query"))

    crm.record(object_name="Lead", record_id=lead, paths=["Rating", "Company", "Rating"])

    asked = org.calls("query")[before:]
    assert len(asked) == 1
    assert "SELECT+Company%2CId%2CRating+FROM+Lead" in str(asked[0])


def test_more_paths_than_an_address_holds_are_read_as_well(
    control: SandboxControl, unique: str
) -> None:
    names = [f"{'Field' * 7}{number}__c" for number in range(400)]
    fields = [{"fullName": name, "type": "Text", "length": 9} for name in names]
    org = SalesforceOrg.make(control, unique, objects=[{"fullName": "Wide__c", "fields": fields}])
    wide = org.add("Wide__c", Name="One", **{names[0]: "first", names[-1]: "last"})

    record = org.crm().record(object_name="Wide__c", record_id=wide, paths=names)

    assert (record.values[names[0]], record.values[names[-1]]) == ("first", "last")


def test_the_running_user_and_the_org_are_read_like_records(org: SalesforceOrg) -> None:
    org.seed(fields={"User": [{"fullName": "Region__c", "type": "Text", "length": 20}]})
    crm = org.crm()

    rep = crm.record(
        object_name="User",
        record_id=org.user("rep"),
        paths=["Department", "Profile.Name", "Region__c", "IsActive"],
    )
    organization = crm.record(
        object_name="Organization",
        record_id=org.made["org_id"],
        paths=["Country", "FiscalYearStartMonth"],
    )

    assert rep.values == {
        "Department": None,
        "Profile.Name": "Reps",
        "Region__c": None,
        "IsActive": True,
    }
    assert organization.values == {"Country": "DE", "FiscalYearStartMonth": 4}
    assert organization.types["FiscalYearStartMonth"] is FieldType.NUMBER


# ---------------------------------------------------------------------------------- rights


def hidden(org: SalesforceOrg, user_id: str, object_name: str, *paths: str) -> set[str]:
    return set(org.crm().hidden_paths(user_id=user_id, object_name=object_name, paths=paths))


def test_a_path_is_hidden_by_its_end(org: SalesforceOrg) -> None:
    paths = ("Budget__c", "Share__c", "Account__r.Industry", "Account__r.Name")

    assert hidden(org, org.user("rep"), "Project__c", *paths) == {
        "Budget__c",
        "Account__r.Industry",
    }


def test_a_path_is_hidden_by_a_lookup_on_the_way(org: SalesforceOrg) -> None:
    paths = ("Account__r.Name", "Account__r.Owner.Name", "Account__c", "Name", "Owner.Name")

    assert hidden(org, org.user("guest"), "Project__c", *paths) == {
        "Account__r.Name",
        "Account__r.Owner.Name",
        "Account__c",
    }


def test_one_permission_set_that_grants_a_field_shows_it(org: SalesforceOrg) -> None:
    assert hidden(org, org.user("rep"), "Project__c", "Budget__c") == {"Budget__c"}
    assert hidden(org, org.user("lead"), "Project__c", "Budget__c") == set()


def test_an_address_decides_for_its_parts(org: SalesforceOrg) -> None:
    assert hidden(org, org.user("rep"), "Contact", "MailingCity", "Phone") == {"MailingCity"}
    assert hidden(org, org.user("guest"), "Contact", "MailingCity", "Phone") == set()


def test_what_everybody_sees_is_never_hidden(org: SalesforceOrg) -> None:
    everybodys = ("Id", "Name", "OwnerId", "Code__c", "CreatedDate")

    assert hidden(org, org.user("rep"), "Project__c", *everybodys) == set()


def test_a_path_that_leads_nowhere_is_hidden(org: SalesforceOrg) -> None:
    assert hidden(org, org.user("rep"), "Project__c", "Nothing__c", "Name") == {"Nothing__c"}


def test_from_somebody_who_is_no_user_of_the_org_everything_is_hidden(org: SalesforceOrg) -> None:
    for nobody in ("005000000000000AAA", org.user("gone")):
        assert hidden(org, nobody, "Project__c", "Name", "Budget__c") == {"Name", "Budget__c"}


def test_an_object_that_is_none_has_no_rights(org: SalesforceOrg) -> None:
    with pytest.raises(MissingError):
        hidden(org, org.user("rep"), "Nothing__c", "Name")


def test_rights_are_asked_in_one_call_and_remembered_for_some_minutes(org: SalesforceOrg) -> None:
    now = [datetime.now(UTC)]
    crm = org.crm(clock=lambda: now[0])
    paths = ["Budget__c", "Account__r.Industry"]

    def look() -> set[str]:
        return set(crm.hidden_paths(user_id=org.user("rep"), object_name="Project__c", paths=paths))

    first = look()
    asked = len(org.calls("composite_request"))
    org.seed(profiles=[{"name": "Reps"}])
    kept = look()
    asked_meanwhile = len(org.calls("composite_request"))
    now[0] += timedelta(minutes=6)
    later = look()

    assert asked == asked_meanwhile == 1
    assert first == kept == set(paths)
    assert later == set()


def test_rights_that_cannot_be_read_are_an_error_and_no_guess(
    org: SalesforceOrg,
) -> None:
    org.fault("status", operation="composite_request", status=503, times=9)

    with pytest.raises(TransientError):
        hidden(org, org.user("rep"), "Project__c", "Budget__c")
