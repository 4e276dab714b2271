"""Every clause means what the same clause means as a query.

The table: fields of every type, by themselves and through a lookup, set and blank, times every
operator, times values that matter to it. Each clause is written as SOQL by the writer below, which
knows nothing of the engine, and run by the sandbox over HTTP; the rows that come back must be those
of which the engine says that they pass. Differences are settled by Salesforce's pages, named in
``booking_types.filters`` and ``connectors.sandbox.salesforce.comparing``.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from booking_types.filters import ClauseOutcome, evaluate
from booking_types.filters.relative_dates import NAMES
from booking_types.model import (
    Clause,
    FieldType,
    FilterContext,
    Operator,
    Record,
    RecordFilter,
    Value,
)
from connectors import transport
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.salesforce_org import SalesforceOrg

OBJECT = "Thing__c"
ALL_IDS = "SELECT Id FROM Thing__c WHERE "
#: The fields of each row, and through the lookup those of its parent.
FIELDS = {
    "Text__c": FieldType.TEXT,
    "Mail__c": FieldType.TEXT,
    "Pick__c": FieldType.PICKLIST,
    "Multi__c": FieldType.MULTI_PICKLIST,
    "Number__c": FieldType.NUMBER,
    "Money__c": FieldType.CURRENCY,
    "Percent__c": FieldType.PERCENT,
    "Day__c": FieldType.DATE,
    "Time__c": FieldType.DATETIME,
    "Tick__c": FieldType.CHECKBOX,
    "Parent__c": FieldType.REFERENCE,
    "Id": FieldType.ID,
}
PATHS = FIELDS | {f"Parent__r.{name}": kind for name, kind in FIELDS.items()}

DEFINITION: dict[str, Any] = {
    "fullName": OBJECT,
    "fields": [
        {"fullName": "Text__c", "type": "Text", "length": 255},
        {"fullName": "Mail__c", "type": "Email"},
        {"fullName": "Pick__c", "type": "Picklist", "values": ["Hot", "Warm", "Cold"]},
        {
            "fullName": "Multi__c",
            "type": "MultiselectPicklist",
            "values": ["North", "South", "East", "West"],
        },
        {"fullName": "Number__c", "type": "Number", "scale": 2},
        {"fullName": "Money__c", "type": "Currency", "scale": 2},
        {"fullName": "Percent__c", "type": "Percent", "scale": 1},
        {"fullName": "Day__c", "type": "Date"},
        {"fullName": "Time__c", "type": "DateTime"},
        {"fullName": "Tick__c", "type": "Checkbox"},
        {"fullName": "Parent__c", "type": "Lookup", "referenceTo": OBJECT},
    ],
}

EQUALITY = (Operator.EQUALS, Operator.NOT_EQUALS)
ORDER = (
    Operator.LESS_THAN,
    Operator.LESS_OR_EQUAL,
    Operator.GREATER_THAN,
    Operator.GREATER_OR_EQUAL,
)
SEARCH = (Operator.CONTAINS, Operator.DOES_NOT_CONTAIN, Operator.STARTS_WITH)
CHOICE = (Operator.IN, Operator.NOT_IN)
SELECTION = (Operator.INCLUDES, Operator.EXCLUDES)
BLANK = (Operator.IS_BLANK, Operator.IS_NOT_BLANK)
ONE_VALUE = (*EQUALITY, *ORDER, *SEARCH)

TEXTS = ("Banking", "bANKING", "Bank", "b", "50%", "a_b", "a\\b", "O'Neill", "Zürich", "", " ")
PICKS = ("Hot", "hot", "Cold", "Unheard of", "")
MULTIS = ("North", "north;SOUTH", "South;North", "East", "North;South;East", "Up", "")
NUMBERS = (0, 1, -1, 5, 5.5, 100, 100.1, 1_000_000, 0.1)
DAYS = ("2027-03-01", "2028-02-29", "2026-12-31", "2027-11-07", "1999-01-01")
TIMES = (
    "2027-03-01T08:00:00Z",
    "2027-03-01T09:00:00+01:00",
    "2027-03-14T02:30:00-05:00",
    "1999-12-31T23:59:59.000Z",
)
COUNTS = (1, 2, 13)

#: How the writer writes each comparison; the engine's table is another.
SIGNS = {
    Operator.EQUALS: "=",
    Operator.NOT_EQUALS: "!=",
    Operator.LESS_THAN: "<",
    Operator.LESS_OR_EQUAL: "<=",
    Operator.GREATER_THAN: ">",
    Operator.GREATER_OR_EQUAL: ">=",
    Operator.IN: "IN",
    Operator.NOT_IN: "NOT IN",
    Operator.INCLUDES: "INCLUDES",
    Operator.EXCLUDES: "EXCLUDES",
}


# ------------------------------------------------------------------------- the SOQL writer


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def written(value: Any, kind: FieldType) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str) and kind not in (FieldType.DATE, FieldType.DATETIME):
        return quoted(value)
    return str(value)


#: What Salesforce has no sign for.
SPELLED = {
    Operator.IS_BLANK: "{path} = null",
    Operator.IS_NOT_BLANK: "{path} != null",
    Operator.CONTAINS: "{path} LIKE '%{text}%'",
    Operator.DOES_NOT_CONTAIN: "(NOT {path} LIKE '%{text}%')",
    Operator.STARTS_WITH: "{path} LIKE '{text}%'",
}


def as_soql(clause: Clause, kind: FieldType) -> str:
    """The clause as a condition of a query."""
    path = clause.field
    if clause.operator in SPELLED:
        text = quoted(str(clause.value))[1:-1].replace("%", "\\%").replace("_", "\\_")
        return SPELLED[clause.operator].format(path=path, text=text)
    if clause.operator in (*CHOICE, *SELECTION):
        values = ", ".join(written(each, kind) for each in clause.values)
        return f"{path} {SIGNS[clause.operator]} ({values})"
    return f"{path} {SIGNS[clause.operator]} {written(clause.value, kind)}"


# --------------------------------------------------------------------------- the org


@dataclass
class Place:
    """An org with its rows, and the moment at which it is asked.

    Attributes:
        org: The org.
        context: What the engine is told of it.
        rows: Id to the values at each path, as the engine gets them.
    """

    org: SalesforceOrg
    context: FilterContext
    rows: dict[str, dict[str, Value]] = field(default_factory=dict)
    session: requests.Session = field(default_factory=transport.writing_session)
    token: str = ""

    def soql(self, condition: str) -> set[str] | str:
        """The ids of the rows that the query finds, or the code with which it is refused."""
        self.token = self.token or self.org.sign_in()
        response = self.session.get(
            f"{self.org.made['instance_url']}/services/data/v65.0/query",
            params={"q": ALL_IDS + condition},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        body = response.json()
        if response.status_code == 400:
            return str(body[0]["errorCode"])
        assert response.status_code == 200, response.text
        assert body["done"]
        return {row["Id"] for row in body["records"]}

    def engine(self, record_filter: RecordFilter) -> set[str] | str:
        """The ids of the rows that pass, or that the clause cannot be read."""
        passed: set[str] = set()
        for record_id, values in self.rows.items():
            record = Record(
                record_id=record_id, object_name=OBJECT, values=values, types=dict(PATHS)
            )
            verdict = evaluate(record_filter=record_filter, record=record, context=self.context)
            if any(each.outcome is ClauseOutcome.UNREADABLE for each in verdict.clauses):
                return "unreadable"
            if verdict.passed:
                passed.add(record_id)
        return passed


def parents() -> list[dict[str, Any]]:
    """Rows that others look up; one of them has nothing but its id."""
    return [
        {
            "Text__c": "Banking",
            "Mail__c": "guest@example.com",
            "Pick__c": "Hot",
            "Multi__c": "North;South",
            "Number__c": 5,
            "Money__c": 1_000_000,
            "Percent__c": 5.5,
            "Day__c": "2027-03-01",
            "Time__c": "2027-03-01T08:00:00.000+0000",
            "Tick__c": True,
        },
        {},
        {"Text__c": "50% off", "Multi__c": "East", "Number__c": 0, "Tick__c": False},
    ]


def rows(context: FilterContext) -> list[dict[str, Any]]:
    """What stands in the org's rows: values around every edge that some clause has."""
    zone = ZoneInfo(context.time_zone)
    today = context.now.astimezone(zone).date()
    texts = ["BANKING", "Bank", "Head of banking", "50% off", "50", "a_b", "axb", "a\\b", "O'Neill"]
    picks = ["Hot", "Warm", "Cold", None]
    multis = ["North", "North;South", "North;South;East", "East;West", None]
    numbers = [0, 1, -1, 5, 5.5, 99.99, 100.1, 1_000_000, None, 0.1]
    days = [date(2027, 3, 1), date(2028, 2, 29), date(2026, 12, 31), date(1999, 1, 1)]
    shifts = [
        0,
        -1,
        1,
        -2,
        2,
        -6,
        6,
        -7,
        7,
        -8,
        8,
        -13,
        14,
        -30,
        31,
        -60,
        62,
        -89,
        -90,
        -91,
        90,
        91,
    ]
    days += [today + timedelta(days=shift) for shift in (*shifts, 92, -183, 184, -366, 367, 731)]
    # Where months, and with them quarters and years of both kinds, begin and end.
    months = range(today.year * 12 + today.month - 15, today.year * 12 + today.month + 14)
    firsts = [date(month // 12, month % 12 + 1, 1) for month in months]
    days += [first - timedelta(days=back) for first in firsts for back in (0, 1)]
    made = []
    for number, day in enumerate([*days, None]):
        local = datetime.combine(day, datetime.min.time(), zone) if day else None
        # The first instant of a day, the last of the one before, and something in between.
        second = timedelta(seconds=(0, -1, 45_296)[number % 3])
        instant = local.astimezone(UTC) + second if local else None
        made.append(
            {
                "Text__c": texts[number % len(texts)] if number % 11 else None,
                "Mail__c": f"Guest{number % 4}@Example.com" if number % 3 else None,
                "Pick__c": picks[number % len(picks)],
                "Multi__c": multis[number % len(multis)],
                "Number__c": numbers[number % len(numbers)],
                "Money__c": numbers[(number + 3) % len(numbers)],
                "Percent__c": [0, 5.5, 100, None, 50][number % 5],
                "Day__c": day.isoformat() if day else None,
                "Time__c": instant.strftime("%Y-%m-%dT%H:%M:%S.000+0000") if instant else None,
                "Tick__c": bool(number % 2),
                "Parent__c": (None, "@0", "@1", "@2")[number % 4],
            }
        )
    return made


def parsed(name: str, value: Any) -> Value:
    kind = FIELDS[name.rpartition(".")[2]]
    if value is None:
        return None
    if kind is FieldType.DATE:
        return date.fromisoformat(value)
    if kind is FieldType.DATETIME:
        return datetime.fromisoformat(value).astimezone(UTC)
    return value  # type: ignore[no-any-return]  # texts, numbers and truths are as they come


def make(control: SandboxControl, unique: str, context: FilterContext, locale: str) -> Place:
    """An org whose settings are the context's."""
    org = SalesforceOrg.make(
        control,
        unique,
        time_zone=context.time_zone,
        organization={
            "DefaultLocaleSidKey": locale,
            "FiscalYearStartMonth": context.fiscal_year_start_month,
        },
        objects=[DEFINITION],
    )
    made = org.seed(records=[{"object": OBJECT, **each} for each in [*parents(), *rows(context)]])[
        "records"
    ]
    place = Place(org, context)
    for row in org.query(" ".join(("SELECT", ", ".join(PATHS), "FROM", OBJECT))):
        parent = row.pop("Parent__r") or {}
        values = row | {f"Parent__r.{name}": parent.get(name) for name in FIELDS}
        place.rows[row["Id"]] = {name: parsed(name, value) for name, value in values.items()}
    assert set(place.rows) == set(made)
    return place


@dataclass(frozen=True)
class Setting:
    """When and where the org is asked.

    Attributes:
        locale: Of the org and its users; says where weeks begin.
        context: What the engine is told.
    """

    locale: str
    context: FilterContext


def setting(now: str, zone: str, locale: str, *, week: int, fiscal: int) -> Setting:
    local = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))
    context = FilterContext(
        now=local.astimezone(UTC),
        time_zone=zone,
        fiscal_year_start_month=fiscal,
        week_starts_on=week,
    )
    return Setting(locale, context)


IN_BERLIN = "an ordinary day in Berlin"
SETTINGS = {
    IN_BERLIN: setting("2027-05-12T12:00", "Europe/Berlin", "de_DE", week=1, fiscal=1),
    "the leap day in Auckland": setting(
        "2028-02-29T23:30", "Pacific/Auckland", "en_US", week=7, fiscal=7
    ),
    "the day on which New York's clocks go forward": setting(
        "2027-03-14T01:30", "America/New_York", "en_US", week=7, fiscal=2
    ),
    "the year's last evening in Kathmandu": setting(
        "2026-12-31T21:00", "Asia/Kathmandu", "ar_EG", week=6, fiscal=10
    ),
}


@pytest.fixture(scope="module")
def own_control() -> Iterator[SandboxControl]:
    """A sandbox whose clock is this module's to move."""
    server = SandboxServer()
    server.start()
    yield SandboxControl(server.base_url)
    server.stop()


def go_to(control: SandboxControl, name: str) -> Setting:
    """Set the sandbox's clock to the moment of a setting."""
    chosen = SETTINGS[name]
    now = datetime.fromisoformat(control.call("POST", "/clock", json={"shift_seconds": 0})["now"])
    control.shift_clock((chosen.context.now - now).total_seconds())
    return chosen


def place_at(control: SandboxControl, name: str) -> Place:
    chosen = go_to(control, name)
    return make(control, "t" + uuid.uuid4().hex[:10], chosen.context, chosen.locale)


@pytest.fixture(scope="module")
def place_in_berlin(own_control: SandboxControl) -> Place:
    return place_at(own_control, IN_BERLIN)


@pytest.fixture
def berlin(own_control: SandboxControl, place_in_berlin: Place) -> Place:
    go_to(own_control, IN_BERLIN)
    return place_in_berlin


def differences(place: Place, clauses: Iterable[Clause]) -> tuple[int, list[str]]:
    """How many pairs of clause and row were held against each other, and where they differ."""
    pairs, found = 0, []
    for clause in clauses:
        condition = as_soql(clause, PATHS[clause.field])
        theirs = place.soql(condition)
        ours = place.engine(RecordFilter(clauses=(clause,)))
        pairs += len(place.rows)
        if isinstance(theirs, str) or isinstance(ours, str):
            if isinstance(theirs, str) is not isinstance(ours, str):
                found.append(f"{condition}: {theirs} but {ours}")
        elif theirs != ours:
            odd = [place.rows[each][clause.field] for each in theirs ^ ours]
            found.append(f"{condition}: differs on {odd}")
    return pairs, found


# ---------------------------------------------------------------------------- the tables


def one_value(
    paths: Iterable[str], operators: Iterable[Operator], values: Iterable[Any]
) -> list[Clause]:
    return [
        Clause(field=path, operator=operator, value=value)
        for path, operator, value in itertools.product(paths, operators, values)
    ]


def several(
    paths: Iterable[str], operators: Iterable[Operator], *values: tuple[Any, ...]
) -> list[Clause]:
    return [
        Clause(field=path, operator=operator, values=chosen)
        for path, operator, chosen in itertools.product(paths, operators, values)
    ]


def of(*kinds: FieldType) -> list[str]:
    return [path for path, kind in PATHS.items() if kind in kinds]


def whole_texts() -> list[str]:
    return [text for text in TEXTS if text]


TEXT_TABLE = [
    *one_value(of(FieldType.TEXT), EQUALITY, [*TEXTS, "guest1@example.COM", None]),
    *one_value(of(FieldType.TEXT), (*ORDER, *SEARCH), [*whole_texts(), "Guest", "xample."]),
    *several(
        of(FieldType.TEXT), CHOICE, ("BANK", "50%"), ("nobody",), ("", "Bank"), ("a_b", "axb")
    ),
    *one_value(of(FieldType.PICKLIST), EQUALITY, [*PICKS, None]),
    *one_value(of(FieldType.PICKLIST), (*ORDER, *SEARCH), [each for each in PICKS if each] + ["o"]),
    *several(of(FieldType.PICKLIST), CHOICE, ("hot", "COLD"), ("Warm",), ("", "Warm")),
]
MULTI_TABLE = [
    *one_value(of(FieldType.MULTI_PICKLIST), EQUALITY, [*MULTIS, None]),
    *several(
        of(FieldType.MULTI_PICKLIST),
        SELECTION,
        *((each,) for each in MULTIS if each),
        ("north;south", "WEST"),
        ("East", "West"),
        ("North;West", "South;East"),
        ("Up", "Down"),
    ),
]
NUMBER_KINDS = (FieldType.NUMBER, FieldType.CURRENCY, FieldType.PERCENT)
NUMBER_TABLE = [
    *one_value(of(*NUMBER_KINDS), (*EQUALITY, *ORDER), NUMBERS),
    *one_value(of(*NUMBER_KINDS), EQUALITY, [None]),
    *several(of(*NUMBER_KINDS), CHOICE, (5, 100), (5.5,), (-1, 0, 1_000_000)),
]
TICK_TABLE = [
    *one_value(of(FieldType.CHECKBOX), EQUALITY, [True, False, None]),
    *several(of(FieldType.CHECKBOX), CHOICE, (True,), (False,), (True, False)),
]
TIME_TABLE = [
    *one_value(of(FieldType.DATE), (*EQUALITY, *ORDER), DAYS),
    *one_value(of(FieldType.DATETIME), (*EQUALITY, *ORDER), TIMES),
    *one_value(of(FieldType.DATE, FieldType.DATETIME), EQUALITY, [None]),
    *several(of(FieldType.DATE), CHOICE, DAYS[:2], ("TODAY", "2027-03-01", "LAST_WEEK")),
    *several(of(FieldType.DATETIME), CHOICE, TIMES[:2], ("NEXT_MONTH", "YESTERDAY")),
]
BLANK_TABLE = [Clause(field=path, operator=each) for path in PATHS for each in BLANK]

#: Each type with an operator that it has not, or a value that is none of its.
WRONG = [
    *one_value(of(FieldType.MULTI_PICKLIST), (*ORDER, *SEARCH), ["North"]),
    *several(of(FieldType.MULTI_PICKLIST), CHOICE, ("North",)),
    *one_value(of(*NUMBER_KINDS, FieldType.CHECKBOX), SEARCH, ["5"]),
    *one_value(of(FieldType.DATE, FieldType.DATETIME), SEARCH, ["2027"]),
    *one_value(of(FieldType.CHECKBOX), ORDER, [True]),
    *one_value(of(FieldType.REFERENCE, FieldType.ID), (*ORDER, *SEARCH), ["a00000000000001AAA"]),
    *several(
        [path for path, kind in PATHS.items() if kind is not FieldType.MULTI_PICKLIST],
        SELECTION,
        ("North",),
    ),
    *one_value(
        of(FieldType.TEXT, FieldType.PICKLIST, FieldType.MULTI_PICKLIST), EQUALITY, [5, True]
    ),
    *one_value(of(*NUMBER_KINDS), (*EQUALITY, *ORDER), ["5", True, ""]),
    *one_value(of(FieldType.CHECKBOX), EQUALITY, ["true", 1]),
    *one_value(of(FieldType.DATE), (*EQUALITY, *ORDER), ["2027-03-01T08:00:00Z", "SOMEDAY", 5]),
    *one_value(
        of(FieldType.DATE), EQUALITY, ["2027-02-29", "1699-12-31", "TODAY:3", "LAST_N_DAYS"]
    ),
    *one_value(
        of(FieldType.DATETIME), (*EQUALITY, *ORDER), ["2027-03-01", "2027-03-01T08:00:00", 5]
    ),
    *one_value(of(FieldType.REFERENCE, FieldType.ID), EQUALITY, ["Banking", "a0000000000000", 5]),
]


def literals() -> list[str]:
    fixed = [name for name in NAMES if not name.endswith(":n")]
    counted = [name.removesuffix("n") for name in NAMES if name.endswith(":n")]
    return [*fixed, *(f"{name}{count}" for name in counted for count in COUNTS)]


@pytest.mark.parametrize(
    ("table", "least"),
    [
        pytest.param(TEXT_TABLE, 54_000, id="texts"),
        pytest.param(MULTI_TABLE, 6_000, id="several values"),
        pytest.param(NUMBER_TABLE, 34_000, id="numbers"),
        pytest.param(TICK_TABLE, 2_000, id="checkboxes"),
        pytest.param(TIME_TABLE, 12_000, id="dates"),
        pytest.param(BLANK_TABLE, 4_000, id="blank"),
        pytest.param(WRONG, 37_000, id="what cannot be compared"),
    ],
)
def test_a_clause_passes_the_rows_that_the_same_query_finds(
    berlin: Place, table: list[Clause], least: int
) -> None:
    pairs, found = differences(berlin, table)

    assert found == []
    assert pairs >= least


def test_ids_of_both_lengths_find_what_the_same_query_finds(berlin: Place) -> None:
    ids = sorted(berlin.rows)
    known = [ids[0], ids[0][:15], ids[1], ids[-1][:15]]
    table = [
        *one_value(of(FieldType.ID, FieldType.REFERENCE), EQUALITY, [*known, None]),
        *several(of(FieldType.ID, FieldType.REFERENCE), CHOICE, tuple(known), (ids[2][:15],)),
    ]

    pairs, found = differences(berlin, table)

    assert found == []
    assert pairs >= 1_500


@pytest.mark.parametrize("name", SETTINGS)
def test_relative_dates_mean_the_days_that_the_same_query_finds(
    own_control: SandboxControl, name: str
) -> None:
    place = place_at(own_control, name)
    table = one_value(["Day__c", "Time__c"], (*EQUALITY, *ORDER), literals())

    pairs, found = differences(place, table)

    assert found == []
    assert pairs >= 95_000


# --------------------------------------------------------------- how clauses go together


def expressions() -> list[str]:
    """Logic over clauses 1 to 3, with every parenthesis that a query needs."""
    pairs = [
        "{0} AND {1}",
        "{0} OR {1}",
        "(NOT {0}) AND {1}",
        "NOT ({0} OR {1})",
        "(NOT {0}) OR (NOT {1})",
    ]
    whole = [
        "({pair}) AND {2}",
        "({pair}) OR {2}",
        "NOT (({pair}) AND {2})",
        "(NOT ({pair})) OR {2}",
    ]
    return [each.replace("{pair}", pair) for pair in pairs for each in whole]


#: Three clauses about fields that some rows lack, so that NOT meets null everywhere.
TRIOS = [
    (
        Clause(field="Text__c", operator=Operator.EQUALS, value="Bank"),
        Clause(field="Number__c", operator=Operator.LESS_THAN, value=5),
        Clause(field="Parent__r.Number__c", operator=Operator.GREATER_OR_EQUAL, value=5),
    ),
    (
        Clause(field="Parent__r.Text__c", operator=Operator.CONTAINS, value="k"),
        Clause(field="Multi__c", operator=Operator.INCLUDES, values=("North;South", "West")),
        Clause(field="Pick__c", operator=Operator.NOT_IN, values=("Hot", "Cold")),
    ),
    (
        Clause(field="Parent__r.Tick__c", operator=Operator.EQUALS, value=False),
        Clause(field="Time__c", operator=Operator.EQUALS, value="THIS_YEAR"),
        Clause(field="Mail__c", operator=Operator.DOES_NOT_CONTAIN, value="1"),
    ),
]


@pytest.mark.parametrize("clauses", TRIOS)
def test_logic_means_what_the_same_query_means(berlin: Place, clauses: tuple[Clause, ...]) -> None:
    conditions = [as_soql(clause, PATHS[clause.field]) for clause in clauses]
    for expression in expressions():
        theirs = berlin.soql(expression.format(*conditions))
        ours = berlin.engine(RecordFilter(clauses=clauses, logic=expression.format(1, 2, 3)))

        assert isinstance(theirs, set), expression
        assert ours == theirs, expression


#: A field of the running user that a clause refers to, its type, and what stands there.
REFERRED: list[tuple[str, FieldType, Value, Operator]] = [
    ("Text__c", FieldType.TEXT, "banking", Operator.EQUALS),
    ("Text__c", FieldType.TEXT, None, Operator.EQUALS),
    ("Text__c", FieldType.TEXT, None, Operator.NOT_EQUALS),
    ("Text__c", FieldType.PICKLIST, "bank", Operator.STARTS_WITH),
    ("Text__c", FieldType.TEXT, "BANK", Operator.DOES_NOT_CONTAIN),
    ("Pick__c", FieldType.TEXT, "HOT", Operator.NOT_EQUALS),
    ("Number__c", FieldType.CURRENCY, 5.5, Operator.GREATER_OR_EQUAL),
    ("Percent__c", FieldType.NUMBER, 50, Operator.LESS_THAN),
    ("Day__c", FieldType.DATE, date(2027, 3, 1), Operator.GREATER_THAN),
    ("Time__c", FieldType.DATETIME, datetime(2027, 5, 1, tzinfo=UTC), Operator.LESS_OR_EQUAL),
    ("Tick__c", FieldType.CHECKBOX, True, Operator.EQUALS),
    ("Tick__c", FieldType.CHECKBOX, None, Operator.EQUALS),
]


@pytest.mark.parametrize(("path", "kind", "value", "operator"), REFERRED)
def test_a_field_of_the_running_user_stands_for_its_value(
    berlin: Place, path: str, kind: FieldType, value: Value, operator: Operator
) -> None:
    spelled: Any = value
    if isinstance(value, datetime):
        spelled = value.strftime("%Y-%m-%dT%H:%M:%SZ")
    elif isinstance(value, date):
        spelled = value.isoformat()
    plain = Clause(field=path, operator=operator, value=spelled)
    own = RecordFilter(clauses=(replace(plain, value="$User.Field__c"),))
    passed = {
        record_id
        for record_id, values in berlin.rows.items()
        if evaluate(
            record_filter=own,
            record=Record(
                record_id=record_id,
                object_name=OBJECT,
                values=values | {"$User.Field__c": value},
                types=PATHS | {"$User.Field__c": kind},
            ),
            context=berlin.context,
        ).passed
    }

    assert passed == berlin.soql(as_soql(plain, PATHS[path]))
