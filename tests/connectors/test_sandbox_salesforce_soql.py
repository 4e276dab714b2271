"""What SOQL means: the sandbox is the judge of the core's record filters, so each rule names its page.

"Reference" is Salesforce's SOQL and SOSL Reference, by its section.
"""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.salesforce.answers import Refused
from connectors.sandbox.salesforce.locales import week_start
from connectors.sandbox.salesforce.relative_dates import Days, Moment, RelativeDate, days
from connectors.sandbox.salesforce.soql import parse
from tests.connectors.salesforce_org import SalesforceOrg

DAY = timedelta(days=1)
FIELDS = [
    {"fullName": "Text__c", "type": "Text", "length": 80},
    {"fullName": "Pick__c", "type": "Picklist", "values": ["Red", "Green"]},
    {"fullName": "Strict__c", "type": "Picklist", "values": ["Red"], "restricted": True},
    {"fullName": "Picks__c", "type": "MultiselectPicklist", "values": ["A", "B", "C"]},
    {"fullName": "Number__c", "type": "Number", "scale": 1},
    {"fullName": "Percent__c", "type": "Percent", "scale": 2},
    {"fullName": "Money__c", "type": "Currency", "scale": 2},
    {"fullName": "Day__c", "type": "Date"},
    {"fullName": "Time__c", "type": "DateTime"},
    {"fullName": "Tick__c", "type": "Checkbox"},
    {"fullName": "Ticked__c", "type": "Checkbox", "defaultValue": True},
    {"fullName": "Long__c", "type": "LongTextArea", "length": 5000},
    {"fullName": "Rich__c", "type": "Html", "length": 5000},
    {"fullName": "Secret__c", "type": "EncryptedText", "length": 20},
    {"fullName": "Formula__c", "type": "Number", "formula": "1 + 1"},
    {"fullName": "Account__c", "type": "Lookup", "referenceTo": "Account"},
]


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    return SalesforceOrg.make(control, unique, objects=[{"fullName": "Thing__c", "fields": FIELDS}])


def names(org: SalesforceOrg, condition: str) -> str:
    """Names of the things that pass, each one letter."""
    statement = " ".join(["SELECT Name FROM Thing__c WHERE", condition, "ORDER BY Name"])
    return "".join(row["Name"] for row in org.query(statement))


def things(org: SalesforceOrg, field: str, **values: object) -> None:
    """A thing for each name, with that value of the field."""
    org.seed(
        records=[
            {"object": "Thing__c", "Name": name, **({} if value is None else {field: value})}
            for name, value in values.items()
        ]
    )


# ------------------------------------------------------------------- one type, one operator


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # Reference, "Comparison Operators": equal whatever their case; LIKE with its wildcards.
        ("Text__c = 'ALPHA'", "a"),
        ("Text__c != 'alpha'", "bcn"),
        ("Text__c < 'beta'", "ac"),
        ("Text__c >= 'beta'", "b"),
        ("Text__c IN ('alpha', 'BETA')", "ab"),
        ("Text__c NOT IN ('alpha', 'BETA')", "cn"),
        ("Text__c LIKE '%ET%'", "b"),
        ("Text__c LIKE '_lpha'", "a"),
        ("Text__c LIKE '10\\\\%'", ""),
        ("Text__c LIKE '10\\%'", "c"),
        ("Text__c LIKE '%'", "abc"),
        # "Logical Operators": NOT is true where its part is false; "Use null in WHERE".
        ("NOT Text__c LIKE '%e%'", "acn"),
        ("NOT (Text__c > 'alpha')", "acn"),
        ("Text__c = null", "n"),
        ("Text__c != null", "abc"),
        ("Text__c = ''", "n"),
        ("Text__c IN ('alpha', null)", "an"),
        ("Text__c > null", ""),
        # "Quoted String Escape Sequences".
        ("Text__c = '\\u0061lpha'", "a"),
    ],
)
def test_texts(org: SalesforceOrg, condition: str, expected: str) -> None:
    things(org, "Text__c", a="Alpha", b="Beta", c="10%", n=None)

    assert names(org, condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # Reference, "Query Multi-Select Picklists": an exact match; a semicolon is AND, a comma OR.
        ("Picks__c = 'A;B'", "b"),
        ("Picks__c = 'b;a'", "b"),
        ("Picks__c != 'A;B'", "acn"),
        ("Picks__c INCLUDES ('A')", "abc"),
        ("Picks__c INCLUDES ('A;C', 'B')", "bc"),
        ("Picks__c includes ('A;B;C')", "c"),
        ("Picks__c EXCLUDES ('B')", "an"),
        ("Picks__c EXCLUDES ('A;C', 'Z')", "abn"),
        ("Picks__c = null", "n"),
        ("Picks__c INCLUDES ('')", "n"),
    ],
)
def test_multi_select_picklists(org: SalesforceOrg, condition: str, expected: str) -> None:
    things(org, "Picks__c", a="A", b="A;B", c="A;B;C", n=None)

    assert names(org, condition) == expected


@pytest.mark.parametrize("field", ["Number__c", "Percent__c", "Money__c"])
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{} = 0.1", "a"),
        ("{} = 10", "b"),
        ("{} = 10.00", "b"),
        ("{} > 0.1", "b"),
        ("{} >= 0.1 AND {} <= 10", "ab"),
        ("{} < 0", "c"),
        ("{} != 10", "acn"),
        ("{} IN (10, -2.55)", "bc"),
        ("{} = null", "n"),
    ],
)
def test_numbers_of_every_kind(
    org: SalesforceOrg, field: str, condition: str, expected: str
) -> None:
    # Salesforce Help 000387302: digits that pages would round away are kept.
    things(org, field, a=0.1, b=10, c=-2.55, n=None)

    assert names(org, condition.replace("{}", field)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # Reference, "Use null in WHERE": null is false on a checkbox, also in a missing parent.
        ("Tick__c = true", "a"),
        ("Tick__c = false", "bn"),
        ("Tick__c = null", "bn"),
        ("Tick__c != null", "a"),
        ("Tick__c != false", "a"),
        ("Tick__c IN (null)", "bn"),
        ("Ticked__c = true", "abn"),
        ("Account__r.IsDeleted = false", "abn"),
        ("Account__r.Name = null", "abn"),
    ],
)
def test_checkboxes(org: SalesforceOrg, condition: str, expected: str) -> None:
    things(org, "Tick__c", a=True, b=False, n=None)

    assert names(org, condition) == expected


def test_ids_are_the_same_in_15_and_18_characters(org: SalesforceOrg) -> None:
    account = org.add("Account", Name="One")
    things(org, "Account__c", a=account, n=None)

    assert names(org, f"Account__c = '{account}'") == "a"
    assert names(org, f"Account__c = '{account[:15]}'") == "a"
    assert names(org, f"Account__c != '{account[:15]}'") == "n"
    assert names(org, f"Account__c IN ('{account[:15]}', null)") == "an"
    assert names(org, "Account__r.Name LIKE 'o%'") == "a"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        # Reference, "Comparison Operators": LIKE is for texts, INCLUDES for multi-select picklists.
        ("Number__c LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Day__c LIKE '2%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Account__c LIKE '0%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Picks__c LIKE 'A%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Picks__c IN ('A')", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Picks__c > 'A'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Pick__c INCLUDES ('Red')", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Text__c EXCLUDES ('Red')", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Tick__c > false", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Account__c = 'no id'", "INVALID_QUERY_FILTER_OPERATOR"),
        # "fieldExpression": a value of the field's type; no long, rich or encrypted text.
        ("Text__c = 1", "INVALID_FIELD"),
        ("Text__c = TODAY", "INVALID_FIELD"),
        ("Number__c = '1'", "INVALID_FIELD"),
        ("Number__c = true", "INVALID_FIELD"),
        ("Tick__c = 'true'", "INVALID_FIELD"),
        ("Tick__c = 1", "INVALID_FIELD"),
        ("Day__c = '2031-01-01'", "INVALID_FIELD"),
        ("Day__c = 2031-01-01T00:00:00Z", "INVALID_FIELD"),
        ("Time__c = 2031-01-01", "INVALID_FIELD"),
        ("Long__c = 'a'", "INVALID_FIELD"),
        ("Long__c = null", "INVALID_FIELD"),
        ("Rich__c LIKE 'a%'", "INVALID_FIELD"),
        ("Secret__c = 'a'", "INVALID_FIELD"),
        # "Logical Operators": parentheses whenever operators are mixed.
        ("Tick__c = true AND NOT Pick__c = 'Red'", "MALFORMED_QUERY"),
        # "Date Formats and Date Literals in WHERE": the names, a number, the years of valid dates.
        ("Day__c = LAST_N_DAYS", "MALFORMED_QUERY"),
        ("Day__c = LAST_N_DAYS:-1", "MALFORMED_QUERY"),
        ("Day__c = THIS_DAY", "MALFORMED_QUERY"),
        ("Day__c = TODAY:1", "MALFORMED_QUERY"),
        ("Day__c = LAST_N_YEARS:1000", "MALFORMED_QUERY"),
        ("Day__c > 1699-12-31", "MALFORMED_QUERY"),
        ("Time__c < 4001-01-01T00:00:00Z", "MALFORMED_QUERY"),
        # "WHERE": strings of 4,000 characters.
        (f"Text__c = '{'x' * 4_001}'", "MALFORMED_QUERY"),
        # "Date Functions": no date literals; "Location-Based SOQL Queries" are not played.
        ("CALENDAR_YEAR(Day__c) = THIS_YEAR", "INVALID_FIELD"),
        ("DISTANCE(Day__c) < 20", "MALFORMED_QUERY"),
        ("MAX(Number__c) = 1", "MALFORMED_QUERY"),
    ],
)
def test_what_a_type_does_not_know_is_refused(
    org: SalesforceOrg, condition: str, code: str
) -> None:
    assert org.refusal(" ".join(["SELECT Id FROM Thing__c WHERE", condition])) == code


@pytest.mark.parametrize("field", ["Long__c", "Picks__c", "Rich__c"])
def test_rows_are_not_sorted_by_what_has_no_order(org: SalesforceOrg, field: str) -> None:
    # Reference, "ORDER BY".
    assert org.refusal(" ".join(["SELECT Id FROM Thing__c ORDER BY", field])) == "INVALID_FIELD"


def test_an_address_of_more_than_16384_bytes_is_refused(org: SalesforceOrg) -> None:
    # Salesforce Help 000386264.
    tests = " OR ".join(["Text__c = 'something or other'"] * 500)
    statement = " ".join(["SELECT Id FROM Thing__c WHERE", tests])

    response = org.call("GET", "/query", params={"q": statement})

    assert response.status_code == 414


def test_a_restricted_picklist_takes_no_other_value_and_another_one_does(
    org: SalesforceOrg,
) -> None:
    open_one = org.call("POST", "/sobjects/Thing__c", json={"Name": "a", "Pick__c": "Blue"})
    restricted = org.call("POST", "/sobjects/Thing__c", json={"Name": "a", "Strict__c": "Blue"})

    assert open_one.status_code == 201
    assert restricted.json()[0]["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_nobody_writes_a_formula(org: SalesforceOrg) -> None:
    refused = org.call("POST", "/sobjects/Thing__c", json={"Name": "a", "Formula__c": 2})

    assert refused.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


# ------------------------------------------------------------------------- relative dates

#: A Wednesday; fiscal years that begin in February; weeks that begin on Sundays.
MOMENT = Moment(
    now=datetime(2031, 5, 14, 22, 30, tzinfo=UTC),
    time_zone=ZoneInfo("UTC"),
    week_starts_on=7,
    fiscal_month=2,
)


@pytest.mark.parametrize(
    ("literal", "first", "last"),
    [
        # Reference, "Date Formats and Date Literals in WHERE", row by row.
        ("YESTERDAY", "2031-05-13", "2031-05-13"),
        ("TODAY", "2031-05-14", "2031-05-14"),
        ("TOMORROW", "2031-05-15", "2031-05-15"),
        ("LAST_WEEK", "2031-05-04", "2031-05-10"),
        ("THIS_WEEK", "2031-05-11", "2031-05-17"),
        ("NEXT_WEEK", "2031-05-18", "2031-05-24"),
        ("LAST_MONTH", "2031-04-01", "2031-04-30"),
        ("THIS_MONTH", "2031-05-01", "2031-05-31"),
        ("NEXT_MONTH", "2031-06-01", "2031-06-30"),
        ("LAST_90_DAYS", "2031-02-13", "2031-05-14"),
        ("NEXT_90_DAYS", "2031-05-15", "2031-08-12"),
        ("LAST_N_DAYS:1", "2031-05-13", "2031-05-14"),
        ("LAST_N_DAYS:0", "2031-05-14", "2031-05-14"),
        ("NEXT_N_DAYS:1", "2031-05-15", "2031-05-15"),
        ("NEXT_N_DAYS:15", "2031-05-15", "2031-05-29"),
        ("N_DAYS_AGO:25", "2031-04-19", "2031-04-19"),
        ("NEXT_N_WEEKS:4", "2031-05-18", "2031-06-14"),
        ("LAST_N_WEEKS:2", "2031-04-27", "2031-05-10"),
        ("N_WEEKS_AGO:3", "2031-04-20", "2031-04-26"),
        ("NEXT_N_MONTHS:2", "2031-06-01", "2031-07-31"),
        ("LAST_N_MONTHS:12", "2030-05-01", "2031-04-30"),
        ("N_MONTHS_AGO:6", "2030-11-01", "2030-11-30"),
        ("THIS_QUARTER", "2031-04-01", "2031-06-30"),
        ("LAST_QUARTER", "2031-01-01", "2031-03-31"),
        ("NEXT_QUARTER", "2031-07-01", "2031-09-30"),
        ("NEXT_N_QUARTERS:2", "2031-07-01", "2031-12-31"),
        ("LAST_N_QUARTERS:2", "2030-10-01", "2031-03-31"),
        ("N_QUARTERS_AGO:3", "2030-07-01", "2030-09-30"),
        ("THIS_YEAR", "2031-01-01", "2031-12-31"),
        ("LAST_YEAR", "2030-01-01", "2030-12-31"),
        ("NEXT_YEAR", "2032-01-01", "2032-12-31"),
        ("NEXT_N_YEARS:5", "2032-01-01", "2036-12-31"),
        ("LAST_N_YEARS:5", "2026-01-01", "2030-12-31"),
        ("N_YEARS_AGO:2", "2029-01-01", "2029-12-31"),
        ("THIS_FISCAL_QUARTER", "2031-05-01", "2031-07-31"),
        ("LAST_FISCAL_QUARTER", "2031-02-01", "2031-04-30"),
        ("NEXT_FISCAL_QUARTER", "2031-08-01", "2031-10-31"),
        ("NEXT_N_FISCAL_QUARTERS:6", "2031-08-01", "2033-01-31"),
        ("LAST_N_FISCAL_QUARTERS:2", "2030-11-01", "2031-04-30"),
        ("N_FISCAL_QUARTERS_AGO:2", "2030-11-01", "2031-01-31"),
        ("THIS_FISCAL_YEAR", "2031-02-01", "2032-01-31"),
        ("LAST_FISCAL_YEAR", "2030-02-01", "2031-01-31"),
        ("NEXT_FISCAL_YEAR", "2032-02-01", "2033-01-31"),
        ("NEXT_N_FISCAL_YEARS:3", "2032-02-01", "2035-01-31"),
        ("LAST_N_FISCAL_YEARS:3", "2028-02-01", "2031-01-31"),
        ("N_FISCAL_YEARS_AGO:3", "2028-02-01", "2029-01-31"),
    ],
)
def test_each_date_literal_means_the_days_of_its_row(literal: str, first: str, last: str) -> None:
    # What the language reads is what is calculated.
    parse(" ".join(["SELECT Id FROM Lead WHERE CreatedDate =", literal.lower()]))

    assert days(RelativeDate(literal), MOMENT) == Days(
        first=date.fromisoformat(first), after=date.fromisoformat(last) + DAY
    )


@pytest.mark.parametrize(
    ("zone", "today"),
    [("Pacific/Auckland", "2031-05-15"), ("America/Los_Angeles", "2031-05-14")],
)
def test_today_is_the_users_day(zone: str, today: str) -> None:
    moment = Moment(now=MOMENT.now, time_zone=ZoneInfo(zone), week_starts_on=7, fiscal_month=1)

    assert days(RelativeDate("TODAY"), moment).first == date.fromisoformat(today)


def test_a_day_without_midnight_begins_when_the_clock_has_skipped_it() -> None:
    # Beirut, 30 March 2031: from 0:00 to 1:00.
    moment = Moment(
        now=datetime(2031, 3, 30, 12, tzinfo=UTC),
        time_zone=ZoneInfo("Asia/Beirut"),
        week_starts_on=1,
        fiscal_month=1,
    )

    first, after = days(RelativeDate("TODAY"), moment).instants(moment)

    assert first == datetime(2031, 3, 29, 22, tzinfo=UTC)
    assert after - first == timedelta(hours=23)


def test_days_outside_of_the_calendar_are_refused() -> None:
    for literal in ("NEXT_N_YEARS:99999999", "LAST_N_DAYS:999999999999"):
        with pytest.raises(Refused):
            days(RelativeDate(literal), MOMENT)


def test_a_range_is_met_within_before_and_after_it(org: SalesforceOrg) -> None:
    # Reference, the same page: = within a range, < and > on either side.
    today = datetime.now(UTC).date()
    first = today.replace(day=1)
    after = (first + 32 * DAY).replace(day=1)
    things(
        org, "Day__c", a=f"{first - DAY}", b=f"{first}", c=f"{after - DAY}", d=f"{after}", n=None
    )

    assert names(org, "Day__c = THIS_MONTH") == "bc"
    assert names(org, "Day__c != THIS_MONTH") == "adn"
    assert names(org, "Day__c < THIS_MONTH") == "a"
    assert names(org, "Day__c <= THIS_MONTH") == "abc"
    assert names(org, "Day__c > THIS_MONTH") == "d"
    assert names(org, "Day__c >= THIS_MONTH") == "bcd"
    assert names(org, "Day__c IN (LAST_MONTH, NEXT_MONTH)") == "ad"
    assert names(org, "NOT Day__c > THIS_MONTH") == "abcn"


def test_times_are_compared_with_the_days_of_the_user_who_asks(
    control: SandboxControl, unique: str
) -> None:
    org = SalesforceOrg.make(
        control,
        unique,
        time_zone="Pacific/Kiritimati",
        objects=[{"fullName": "Thing__c", "fields": FIELDS}],
    )
    zone = ZoneInfo("Pacific/Kiritimati")
    midnight = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    second = timedelta(seconds=1)
    things(
        org,
        "Time__c",
        a=(midnight - second).isoformat(),
        b=midnight.isoformat(),
        c=(midnight + DAY - second).isoformat(),
        d=(midnight + DAY).isoformat(),
        n=None,
    )

    assert names(org, "Time__c = TODAY") == "bc"
    assert names(org, "Time__c < TODAY") == "a"
    assert names(org, "Time__c > TODAY") == "d"
    assert names(org, "Time__c = LAST_N_DAYS:1") == "abc"


def test_fiscal_years_begin_with_the_orgs_month_and_weeks_as_in_its_locale(
    control: SandboxControl, unique: str
) -> None:
    today = datetime.now(UTC).date()
    month = today.month % 12 + 1
    org = SalesforceOrg.make(
        control,
        unique,
        organization={"FiscalYearStartMonth": month, "DefaultLocaleSidKey": "de_DE"},
        objects=[{"fullName": "Thing__c", "fields": FIELDS}],
    )
    # The fiscal year ends with this month; a week in Germany begins on Monday.
    after = (today.replace(day=1) + 32 * DAY).replace(day=1)
    monday = today - today.weekday() * DAY
    things(org, "Day__c", a=f"{after - DAY}", b=f"{after}", m=f"{monday}", s=f"{monday - DAY}")

    assert names(org, f"Day__c = THIS_FISCAL_YEAR AND Day__c >= {after - DAY}") == "a"
    assert names(org, f"Day__c = NEXT_FISCAL_QUARTER AND Day__c >= {after - DAY}") == "b"
    assert "m" in names(org, "Day__c = THIS_WEEK")
    assert "s" in names(org, "Day__c = LAST_WEEK")


def test_weeks_begin_as_icu_says(tmp_path: Path) -> None:
    letters = [chr(each) for each in range(ord("A"), ord("Z") + 1)]
    territories = [first + second for first in letters for second in letters]
    script = tmp_path / "weeks.js"
    script.write_text(
        "const known = process.argv.slice(2).map((each) => new Intl.Locale(`und-${each}`));"
        # A territory that is called otherwise by now answers under its new name.
        "const weeks = known.map((each) => [each.region, each.getWeekInfo().firstDay]);"
        "console.log(JSON.stringify(Object.fromEntries(weeks)));"
    )
    answer = subprocess.run(  # noqa: S603 - the project's own Node.js
        [".ci/node", str(script), *territories],
        capture_output=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )

    said = json.loads(answer.stdout)
    assert {each: week_start(f"en_{each}") for each in said} == said
    assert len(said) > 250
    assert week_start("zh_Hant_TW") == week_start("en_US") == 7
