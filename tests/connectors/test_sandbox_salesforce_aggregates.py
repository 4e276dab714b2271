"""What SOQL counts, groups and joins, and how long answers go on.

"Reference" is Salesforce's SOQL and SOSL Reference, "REST" its REST API Developer Guide, by section.
"""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import SalesforceOrg

FIELDS = [
    {"fullName": "Pick__c", "type": "Picklist", "values": ["Small", "Large"]},
    {"fullName": "Picks__c", "type": "MultiselectPicklist", "values": ["A", "B"]},
    {"fullName": "Number__c", "type": "Number", "scale": 1},
    {"fullName": "Day__c", "type": "Date"},
    {"fullName": "Time__c", "type": "DateTime"},
    {"fullName": "Tick__c", "type": "Checkbox"},
    {"fullName": "Long__c", "type": "LongTextArea", "length": 5000},
    {"fullName": "Formula__c", "type": "Text", "formula": "Name"},
    {"fullName": "Account__c", "type": "Lookup", "referenceTo": "Account"},
]


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    return SalesforceOrg.make(
        control,
        unique,
        organization={"FiscalYearStartMonth": 4},
        objects=[{"fullName": "Thing__c", "fields": FIELDS}],
    )


def seed_things(org: SalesforceOrg) -> None:
    things: list[dict[str, Any]] = [
        {"Name": "a", "Pick__c": "Small", "Number__c": 1.5, "Day__c": "2031-01-31"},
        {"Name": "b", "Pick__c": "Large", "Number__c": 2.5, "Day__c": "2031-02-01"},
        {"Name": "C", "Pick__c": "small", "Number__c": 4, "Day__c": "2031-04-08"},
        {"Name": "d", "Pick__c": None},
    ]
    org.seed(records=[{"object": "Thing__c", **thing} for thing in things])


def answered(org: SalesforceOrg, statement: str) -> dict[str, Any]:
    response = org.call("GET", "/query", params={"q": statement})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


# ------------------------------------------------------------------------ aggregates


def test_aggregates_of_everything_are_one_row_named_by_aliases_or_in_order(
    org: SalesforceOrg,
) -> None:
    seed_things(org)
    selected = (
        "COUNT(Id), COUNT(Number__c) filled, COUNT_DISTINCT(Pick__c), SUM(Number__c),"
        " AVG(Number__c) mean, MIN(Name), MAX(Day__c)"
    )

    body = answered(org, " ".join(["SELECT", selected, "FROM Thing__c"]))

    # Reference, "Aggregate Functions": null is ignored but by COUNT(Id); "Use Aliases with GROUP
    # BY": expr0 and on for what has no alias. "COUNT() and COUNT(fieldName)": the size is no count.
    assert (body["totalSize"], body["done"]) == (1, True)
    assert body["records"] == [
        {
            "attributes": {"type": "AggregateResult"},
            "expr0": 4,
            "filled": 3,
            "expr1": 2,
            "expr2": 8.0,
            "mean": pytest.approx(8 / 3),
            "expr3": "a",
            "expr4": "2031-04-08",
        }
    ]


def test_nothing_counts_as_zero_and_has_no_sum(org: SalesforceOrg) -> None:
    statement = "SELECT COUNT(Id), SUM(Number__c), MAX(Name) FROM Thing__c"

    assert org.query(statement) == [{"expr0": 0, "expr1": None, "expr2": None}]
    assert org.query(statement + " GROUP BY Pick__c") == []


def test_the_least_of_a_picklist_goes_by_the_order_of_its_values(org: SalesforceOrg) -> None:
    # Reference, "Aggregate Functions", MIN(): the picklist's order, which is not the alphabet's.
    seed_things(org)

    found = org.query("SELECT MIN(Pick__c), MAX(Pick__c) FROM Thing__c WHERE Name != 'C'")

    assert found == [{"expr0": "Small", "expr1": "Large"}]


def test_count_alone_answers_a_size_and_no_rows(org: SalesforceOrg) -> None:
    # Reference, "COUNT() and COUNT(fieldName)"; LIMIT counts no further.
    seed_things(org)

    assert answered(org, "SELECT COUNT() FROM Thing__c") == {
        "totalSize": 4,
        "done": True,
        "records": [],
    }
    assert answered(org, "SELECT count() FROM Thing__c LIMIT 3")["totalSize"] == 3


def test_rows_are_grouped_filtered_sorted_and_cut(org: SalesforceOrg) -> None:
    seed_things(org)
    statement = "SELECT Pick__c, COUNT(Id) many, SUM(Number__c) FROM Thing__c GROUP BY Pick__c"

    # Reference, "GROUP BY": rows without a value are a group; letters' case makes no other group.
    assert org.query(statement + " ORDER BY COUNT(Id) DESC, Pick__c NULLS LAST") == [
        {"Pick__c": "Small", "many": 2, "expr0": 5.5},
        {"Pick__c": "Large", "many": 1, "expr0": 2.5},
        {"Pick__c": None, "many": 1, "expr0": None},
    ]
    # "HAVING", "Considerations When Using HAVING": aggregates and what is grouped by.
    having = " HAVING COUNT(Id) > 1 OR (Pick__c LIKE 'l%' AND MAX(Number__c) = 2.5)"
    found = org.query(statement + having + " ORDER BY Pick__c")
    assert [row["Pick__c"] for row in found] == ["Large", "Small"]
    # "Considerations for GROUP BY": LIMIT is for grouped queries.
    found = org.query(statement + " ORDER BY Pick__c LIMIT 1 OFFSET 1")
    assert [row["Pick__c"] for row in found] == ["Large"]


def test_groups_go_along_lookups_and_by_case_insensitive_names(org: SalesforceOrg) -> None:
    account = org.add("Account", Name="One")
    org.seed(
        records=[
            {"object": "Thing__c", "Name": name, "Account__c": account if name == "a" else None}
            for name in "abc"
        ]
    )

    found = org.query(
        "SELECT account__r.name, COUNT(Id) FROM Thing__c GROUP BY Account__r.Name"
        " ORDER BY Account__r.Name NULLS LAST"
    )

    assert [tuple(row.values()) for row in found] == [("One", 1), (None, 2)]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # Reference, "Date Functions", row by row; the org's fiscal year begins with April.
        ("CALENDAR_MONTH(Day__c)", [1, 2, 4]),
        ("CALENDAR_QUARTER(Day__c)", [1, 1, 2]),
        ("CALENDAR_YEAR(Day__c)", [2031, 2031, 2031]),
        ("DAY_IN_MONTH(Day__c)", [31, 1, 8]),
        ("DAY_IN_WEEK(Day__c)", [6, 7, 3]),
        ("DAY_IN_YEAR(Day__c)", [31, 32, 98]),
        ("FISCAL_MONTH(Day__c)", [10, 11, 1]),
        ("FISCAL_QUARTER(Day__c)", [4, 4, 1]),
        ("FISCAL_YEAR(Day__c)", [2031, 2031, 2032]),
        ("WEEK_IN_MONTH(Day__c)", [5, 1, 2]),
        ("WEEK_IN_YEAR(Day__c)", [5, 5, 14]),
    ],
)
def test_a_date_function_says_to_which_period_a_day_belongs(
    org: SalesforceOrg, function: str, expected: list[int]
) -> None:
    seed_things(org)
    selected = " ".join(["SELECT Day__c,", function, "part FROM Thing__c WHERE Day__c != null"])

    # The date field is grouped instead of the function, as the page allows for dates.
    rows = org.query(selected + " GROUP BY Day__c ORDER BY Day__c")

    assert [row["part"] for row in rows] == expected


def test_instants_belong_to_days_of_utc_or_of_the_user_s_zone(
    control: SandboxControl, unique: str
) -> None:
    # Reference, "Date Functions" and "convertTimezone()".
    org = SalesforceOrg.make(
        control,
        unique,
        time_zone="Asia/Tokyo",
        objects=[{"fullName": "Thing__c", "fields": FIELDS}],
    )
    org.seed(records=[{"object": "Thing__c", "Name": "a", "Time__c": "2031-12-31T20:15:00Z"}])

    def part(function: str) -> Any:
        statement = " ".join(["SELECT", function, "FROM Thing__c GROUP BY", function])
        return org.query(statement)[0]["expr0"]

    assert part("DAY_ONLY(Time__c)") == "2031-12-31"
    assert part("DAY_ONLY(convertTimezone(Time__c))") == "2032-01-01"
    assert part("HOUR_IN_DAY(Time__c)") == 20
    assert part("hour_in_day(convertTimezone(Time__c))") == 5
    where = "SELECT Name FROM Thing__c WHERE CALENDAR_YEAR("
    assert org.query(where + "Time__c) = 2032") == []
    assert len(org.query(where + "convertTimezone(Time__c)) = 2032")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        # Reference, "COUNT() and COUNT(fieldName)".
        "SELECT COUNT(), Name FROM Thing__c",
        "SELECT COUNT() FROM Thing__c ORDER BY Name",
        "SELECT COUNT() FROM Thing__c GROUP BY Name",
        # "GROUP BY": what is selected is grouped by or aggregated; "HAVING", "ORDER BY" likewise.
        "SELECT Name, COUNT(Id) FROM Thing__c",
        "SELECT Name, Pick__c FROM Thing__c GROUP BY Name",
        "SELECT Name FROM Thing__c GROUP BY Name HAVING Pick__c = 'Small'",
        "SELECT Name FROM Thing__c GROUP BY Name ORDER BY Pick__c",
        "SELECT Name FROM Thing__c HAVING COUNT(Id) > 1",
        # "LIMIT", "Considerations for GROUP BY".
        "SELECT MAX(Number__c) FROM Thing__c LIMIT 1",
        "SELECT Name, (SELECT Id FROM Contacts) FROM Account GROUP BY Name",
        # "Considerations When Using HAVING".
        "SELECT Account__c FROM Thing__c GROUP BY Account__c HAVING Account__c IN ({join})",
        # "Support for Field Types in Aggregate Functions".
        "SELECT SUM(Name) FROM Thing__c",
        "SELECT AVG(Day__c) FROM Thing__c",
        "SELECT MAX(Tick__c) FROM Thing__c",
        "SELECT COUNT(Picks__c) FROM Thing__c",
        "SELECT COUNT(Long__c) FROM Thing__c",
        # "Date Functions": grouped by, unless it is of a date that is; nothing nested.
        "SELECT CALENDAR_YEAR(Day__c) FROM Thing__c",
        "SELECT DAY_ONLY(Time__c), COUNT(Id) FROM Thing__c",
        "SELECT MAX(CALENDAR_YEAR(Day__c)) FROM Thing__c",
        # "Use Aliases with GROUP BY"; a name is given once.
        "SELECT Name n FROM Thing__c",
        "SELECT COUNT(Id) n, MAX(Name) n FROM Thing__c",
        # Not played: "GROUP BY ROLLUP", "GROUP BY CUBE", "TYPEOF", "toLabel()", "FIELDS()", "FOR VIEW",
        # "USING SCOPE", "WITH".
        "SELECT Name, COUNT(Id) FROM Thing__c GROUP BY ROLLUP(Name)",
        "SELECT Name, COUNT(Id) FROM Thing__c GROUP BY CUBE(Name, Pick__c)",
        "SELECT TYPEOF What WHEN Account THEN Name END FROM Event",
        "SELECT toLabel(Pick__c) FROM Thing__c",
        "SELECT FIELDS(ALL) FROM Thing__c LIMIT 200",
        "SELECT FORMAT(Number__c) FROM Thing__c",
        "SELECT Name FROM Thing__c FOR VIEW",
        "SELECT Name FROM Thing__c USING SCOPE mine",
        "SELECT Name FROM Thing__c WITH SECURITY_ENFORCED",
        "SELECT Name FROM Thing__c ALL ROWS",
    ],
)
def test_what_does_not_go_together_or_is_not_played_is_refused(
    org: SalesforceOrg, statement: str
) -> None:
    join = "SELECT AccountId FROM Contact"

    assert org.refusal(statement.replace("{join}", join)) == "MALFORMED_QUERY"


@pytest.mark.parametrize("field", ["Number__c", "Time__c", "Picks__c", "Long__c", "Formula__c"])
def test_rows_are_not_grouped_by_what_describe_calls_not_groupable(
    org: SalesforceOrg, field: str
) -> None:
    # Reference, "Considerations for GROUP BY".
    described = org.call("GET", "/sobjects/Thing__c/describe").json()["fields"]
    groupable = {each["name"] for each in described if each["groupable"]}

    statement = " ".join(["SELECT COUNT(Id) FROM Thing__c GROUP BY", field])

    assert org.refusal(statement) == "INVALID_FIELD"
    assert field not in groupable
    assert {"Name", "Pick__c", "Day__c", "Tick__c", "Account__c"} <= groupable


@pytest.mark.parametrize("condition", ["DAY_ONLY(Day__c) = 2031-01-01", "HOUR_IN_DAY(Day__c) = 1"])
def test_some_functions_are_for_instants_alone(org: SalesforceOrg, condition: str) -> None:
    # Reference, "Date Functions".
    assert org.refusal(" ".join(["SELECT Id FROM Thing__c WHERE", condition])) == "INVALID_FIELD"


def test_grouped_answers_do_not_go_on(org: SalesforceOrg) -> None:
    # Reference, "Considerations for GROUP BY": no query locator.
    seed_things(org)
    org.seed(batch_size=2)

    assert org.refusal("SELECT Pick__c FROM Thing__c GROUP BY Pick__c") == "EXCEEDED_ID_LIMIT"
    assert len(org.query("SELECT Pick__c FROM Thing__c GROUP BY Pick__c LIMIT 2")) == 2


# ------------------------------------------------------------- sub-queries and semi-joins


def test_a_sub_query_has_conditions_an_order_and_a_limit(org: SalesforceOrg) -> None:
    account = org.add("Account", Name="One")
    for name in ("a", "b", "c", "d"):
        org.add("Contact", LastName=name, AccountId=account)
    statement = (
        "SELECT Name, (SELECT LastName FROM Contacts WHERE LastName != 'd'"
        " ORDER BY LastName DESC LIMIT 2{}) FROM Account"
    )

    def names(offset: str, end: str) -> list[str]:
        (found,) = org.query(statement.format(offset) + end)
        return [each["LastName"] for each in found["Contacts"]["records"]]

    assert names("", "") == ["c", "b"]
    # Reference, "OFFSET": in a sub-query only where the query has LIMIT 1.
    assert names(" OFFSET 1", " LIMIT 1") == ["b", "a"]
    assert org.refusal(statement.format(" OFFSET 1")) == "MALFORMED_QUERY"


def test_joins_find_rows_by_the_rows_of_another_object(org: SalesforceOrg) -> None:
    one, two = org.add("Account", Name="One"), org.add("Account", Name="Two")
    org.add("Contact", LastName="a", AccountId=one)
    org.add("Opportunity", Name="x", StageName="New", CloseDate="2031-01-01", AccountId=two)

    def names(condition: str) -> list[str]:
        statement = " ".join(["SELECT Name FROM Account WHERE", condition, "ORDER BY Name"])
        return [each["Name"] for each in org.query(statement)]

    # Reference, "Comparison Operators", its examples.
    assert names("Id IN (SELECT AccountId FROM Contact WHERE LastName LIKE 'a%')") == ["One"]
    assert names("Id NOT IN (SELECT AccountId FROM Contact)") == ["Two"]
    both = "Id NOT IN (SELECT AccountId FROM Contact) AND Id IN (SELECT AccountId FROM Opportunity)"
    assert names(both) == ["Two"]
    assert names(f"({both})") == ["Two"]


@pytest.mark.parametrize(
    "condition",
    [
        # Reference, "Comparison Operators": at most two; no OR, no NOT, nothing nested; of an id or a
        # lookup of the object itself; to a field of another object's own that means the same one.
        " AND ".join(["Id IN (SELECT AccountId FROM Contact)"] * 3),
        "Name = 'a' OR Id IN (SELECT AccountId FROM Contact)",
        "NOT Id IN (SELECT AccountId FROM Contact)",
        "Name = 'a' AND (Name = 'b' AND Id IN (SELECT AccountId FROM Contact))",
        "Name IN (SELECT LastName FROM Contact)",
        "Owner.Id IN (SELECT OwnerId FROM Contact)",
        "Id IN (SELECT Account.Id FROM Contact)",
        "Id IN (SELECT ParentId FROM Account)",
        "Id IN (SELECT OwnerId FROM Contact)",
        "Id IN (SELECT AccountId, Id FROM Contact)",
        "Id IN (SELECT COUNT(AccountId) FROM Contact)",
        "Id IN (SELECT COUNT() FROM Contact)",
        "Id IN (SELECT AccountId FROM Contact ORDER BY Name)",
        "Id IN (SELECT AccountId FROM Contact LIMIT 1)",
        "Id IN (SELECT AccountId FROM Contact GROUP BY AccountId)",
        "Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT ContactId FROM Case))",
    ],
)
def test_a_join_that_is_not_allowed_is_refused(org: SalesforceOrg, condition: str) -> None:
    assert org.refusal(" ".join(["SELECT Id FROM Account WHERE", condition])) == "MALFORMED_QUERY"


def test_a_sub_query_has_no_joins(org: SalesforceOrg) -> None:
    inner = "SELECT Id FROM Contacts WHERE Id IN (SELECT ContactId FROM Case)"

    assert org.refusal(" ".join(["SELECT Id, (", inner, ") FROM Account"])) == "MALFORMED_QUERY"


def test_ids_are_sorted_and_tell_upper_from_lower_case(org: SalesforceOrg) -> None:
    made = [org.add("Account", Name=f"{number}") for number in range(70)]

    found = org.query("SELECT Id FROM Account ORDER BY Id DESC")

    assert [each["Id"] for each in found] == sorted(made, reverse=True)
    assert found != sorted(found, key=lambda each: each["Id"].casefold(), reverse=True)


# --------------------------------------------------------------------------- locators


def contacts(org: SalesforceOrg, count: int) -> str:
    account = org.add("Account", Name="One")
    org.seed(
        records=[
            {"object": "Contact", "LastName": f"{number:03d}", "AccountId": account}
            for number in range(count)
        ],
    )
    return account


def followed(org: SalesforceOrg, url: str) -> Any:
    return org.call("GET", url.removeprefix("/services/data/v65.0"))


def test_an_answer_goes_on_by_locators_until_it_is_done(org: SalesforceOrg) -> None:
    # REST, "Query More Results", "Query Options Header": 200 at least; Help 000384958: the form.
    contacts(org, 450)
    statement = "SELECT LastName FROM Contact ORDER BY LastName"
    headers = {"Sforce-Query-Options": "batchSize=10"}

    page = org.call("GET", "/query", params={"q": statement}, headers=headers).json()
    sizes, names = [], []
    while True:
        assert page["totalSize"] == 450
        sizes.append(len(page["records"]))
        names += [each["LastName"] for each in page["records"]]
        if page["done"]:
            break
        locator, _, _place = page["nextRecordsUrl"].rpartition("/")[2].partition("-")
        assert (len(locator), locator[:3]) == (18, "0r8")
        page = followed(org, page["nextRecordsUrl"]).json()

    assert sizes == [200, 200, 50]
    assert names == sorted(names)


def test_the_answer_of_a_sub_query_goes_on_by_itself(org: SalesforceOrg) -> None:
    # Developer Limits, "API Query Cursor Limits": "including results in nested queries".
    contacts(org, 3)
    org.seed(batch_size=2)

    (found,) = org.query("SELECT (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account")

    assert (found["Contacts"]["totalSize"], found["Contacts"]["done"]) == (3, False)
    rest = followed(org, found["Contacts"]["nextRecordsUrl"]).json()
    assert [each["LastName"] for each in rest["records"]] == ["002"]


def test_a_locator_is_over_after_two_days_and_is_nobody_else_s(
    control: SandboxControl, unique: str
) -> None:
    # Developer Limits, "API Query Cursor Limits"; Help 000384958.
    org = SalesforceOrg.make(
        control,
        unique,
        users=[
            {
                "name": "Other One",
                "username": f"other@{unique}.example",
                "email": f"other@{unique}.example",
                "permission_sets": ["Booking_Integration"],
                "is_admin": True,
            }
        ],
    )
    contacts(org, 3)
    org.seed(batch_size=2)
    page = answered(org, "SELECT Id FROM Contact")
    address = page["nextRecordsUrl"].removeprefix("/services/data/v65.0")
    locator = address.rpartition("-")[0]

    def code(response: Any) -> tuple[int, str]:
        return response.status_code, response.json()[0]["errorCode"]

    refused = (400, "INVALID_QUERY_LOCATOR")
    assert code(org.call_as("other", "GET", address)) == refused
    assert code(org.call("GET", f"{locator}-7")) == refused
    assert code(org.call("GET", "/query/0r8000000000000AAA-2")) == refused
    assert org.call("GET", address).status_code == 200
    control.act("salesforce", "expire_query_locators", org_id=org.made["org_id"])
    assert code(org.call("GET", address)) == refused


def test_query_all_answers_what_is_in_the_recycle_bin_too(org: SalesforceOrg) -> None:
    # REST, "QueryAll"; "QueryAll More Results": goes on at query, and at queryAll.
    kept, gone = org.add("Account", Name="Kept"), org.add("Account", Name="Gone")
    org.call("DELETE", f"/sobjects/Account/{gone}")
    statement = "SELECT Id, IsDeleted FROM Account ORDER BY Name DESC"

    assert org.query(statement) == [{"Id": kept, "IsDeleted": False}]
    everything = org.call("GET", "/queryAll", params={"q": statement}).json()["records"]
    assert [(each["Id"], each["IsDeleted"]) for each in everything] == [
        (kept, False),
        (gone, True),
    ]
    org.seed(batch_size=1)
    page = org.call("GET", "/queryAll", params={"q": statement}).json()
    assert "/query/" in page["nextRecordsUrl"]
    for address in (page["nextRecordsUrl"], page["nextRecordsUrl"].replace("query/", "queryAll/")):
        assert followed(org, address).json()["records"][0]["Id"] == gone
