from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from booking_types.errors import InvalidRequestError
from booking_types.filters import ClauseOutcome, evaluate, needed_paths, paths, resolve
from booking_types.model import (
    BookingType,
    Clause,
    FieldType,
    FilterContext,
    FormField,
    HostRule,
    HostRuleKind,
    Operator,
    RecordFilter,
    Value,
)
from tests.booking_types.filtering import NOON, a_clause, a_record, judged, outcome

T = FieldType
MORNING = datetime(2027, 3, 1, 8, tzinfo=UTC)
DAY = date(2026, 11, 20)
USER_ID = "005Hp00000AbCdEIAV"


def a_type(name: str, *clauses: Clause, logic: str = "", kind: str = "Lead") -> BookingType:
    return BookingType(
        key=name.lower(),
        name=name,
        object_name=kind,
        record_filter=RecordFilter(clauses=clauses, logic=logic),
    )


# ------------------------------------------------------------------------ one clause


@pytest.mark.parametrize(
    ("kind", "operator", "actual", "wanted", "expected"),
    [
        # Text ignores case; an empty text is no value.
        (T.TEXT, "equals", "Banking", "bANKING", "passed"),
        (T.TEXT, "equals", "Banking", "Bank", "failed"),
        (T.TEXT, "equals", None, "", "passed"),
        (T.TEXT, "equals", "", None, "passed"),
        (T.TEXT, "equals", None, "Banking", "failed"),
        (T.TEXT, "not_equals", "Banking", "BANKING", "failed"),
        (T.TEXT, "not_equals", None, "Banking", "passed"),
        (T.TEXT, "not_equals", "Banking", None, "passed"),
        (T.TEXT, "greater_than", "beta", "Alpha", "passed"),
        (T.TEXT, "less_than", None, "Alpha", "failed"),
        (T.TEXT, "greater_or_equal", None, "Alpha", "failed"),
        (T.TEXT, "in", "Banking", ("retail", "banking"), "passed"),
        (T.TEXT, "in", None, ("Banking",), "failed"),
        (T.TEXT, "in", None, ("Banking", ""), "passed"),
        (T.TEXT, "not_in", "Banking", ("retail", "banking"), "failed"),
        (T.TEXT, "not_in", None, ("Banking",), "passed"),
        (T.TEXT, "is_blank", "", None, "passed"),
        (T.TEXT, "is_not_blank", "", None, "failed"),
        # What is searched for has no wildcards.
        (T.TEXT, "contains", "Head of Banking", "BANK", "passed"),
        (T.TEXT, "contains", "Head of Sales", "BANK", "failed"),
        (T.TEXT, "contains", "100% owned", "0%", "passed"),
        (T.TEXT, "contains", "100 owned", "0%o", "failed"),
        (T.TEXT, "contains", "a_b", "a_b", "passed"),
        (T.TEXT, "contains", "axb", "a_b", "failed"),
        (T.TEXT, "contains", None, "Bank", "failed"),
        (T.TEXT, "does_not_contain", None, "Bank", "passed"),
        (T.TEXT, "does_not_contain", "Head of Banking", "BANK", "failed"),
        (T.TEXT, "starts_with", "Head of Banking", "head", "passed"),
        (T.TEXT, "starts_with", "Head of Banking", "bank", "failed"),
        (T.PICKLIST, "equals", "Hot", "hot", "passed"),
        (T.PICKLIST, "contains", "Closed Won", "won", "passed"),
        # Several values of a list are a set.
        (T.MULTI_PICKLIST, "equals", "A;B", "b;a", "passed"),
        (T.MULTI_PICKLIST, "equals", "A;B", "A", "failed"),
        (T.MULTI_PICKLIST, "not_equals", "A;B", "A", "passed"),
        (T.MULTI_PICKLIST, "equals", None, None, "passed"),
        (T.MULTI_PICKLIST, "includes", "A;B;D", ("a;b", "c"), "passed"),
        (T.MULTI_PICKLIST, "includes", "A;D", ("a;b", "c"), "failed"),
        (T.MULTI_PICKLIST, "includes", "C;E", ("a;b", "c"), "passed"),
        (T.MULTI_PICKLIST, "includes", None, ("a",), "failed"),
        (T.MULTI_PICKLIST, "excludes", "A;D", ("a;b", "c"), "passed"),
        (T.MULTI_PICKLIST, "excludes", None, ("a",), "passed"),
        (T.MULTI_PICKLIST, "is_blank", None, None, "passed"),
        # Numbers by value.
        (T.NUMBER, "equals", 5.0, 5, "passed"),
        (T.NUMBER, "equals", 0, None, "failed"),
        (T.NUMBER, "is_blank", 0, None, "failed"),
        (T.CURRENCY, "greater_than", 1000000, 1000000, "failed"),
        (T.CURRENCY, "greater_or_equal", 1000000, 1000000, "passed"),
        (T.CURRENCY, "less_or_equal", 1000001, 1000000, "failed"),
        (T.PERCENT, "less_than", None, 50, "failed"),
        (T.PERCENT, "not_in", None, (5, 50), "passed"),
        (T.NUMBER, "in", 5.0, (4, 5), "passed"),
        # Dates are days, times instants, whatever their offset.
        (T.DATE, "equals", DAY, "2026-11-20", "passed"),
        (T.DATE, "greater_than", DAY, "2026-11-20", "failed"),
        (T.DATE, "less_or_equal", None, "2026-11-20", "failed"),
        (T.DATE, "not_equals", None, "TODAY", "passed"),
        (T.DATE, "equals", None, "TODAY", "failed"),
        # Before a range, after it, and inside: 16 to 22 November is this week.
        (T.DATE, "less_than", date(2026, 11, 15), "THIS_WEEK", "passed"),
        (T.DATE, "less_than", date(2026, 11, 16), "THIS_WEEK", "failed"),
        (T.DATE, "less_or_equal", date(2026, 11, 22), "THIS_WEEK", "passed"),
        (T.DATE, "less_or_equal", date(2026, 11, 23), "THIS_WEEK", "failed"),
        (T.DATE, "greater_than", date(2026, 11, 22), "THIS_WEEK", "failed"),
        (T.DATE, "greater_than", date(2026, 11, 23), "THIS_WEEK", "passed"),
        (T.DATE, "greater_or_equal", date(2026, 11, 16), "THIS_WEEK", "passed"),
        (T.DATE, "greater_or_equal", date(2026, 11, 15), "THIS_WEEK", "failed"),
        (T.DATE, "not_equals", date(2026, 11, 16), "THIS_WEEK", "failed"),
        (T.DATE, "greater_than", None, "THIS_WEEK", "failed"),
        # In Berlin the week ends an hour before it does in UTC.
        (
            T.DATETIME,
            "equals",
            datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC),
            "THIS_WEEK",
            "passed",
        ),
        (T.DATETIME, "equals", datetime(2026, 11, 22, 23, tzinfo=UTC), "THIS_WEEK", "failed"),
        (T.DATETIME, "equals", datetime(2026, 11, 15, 23, tzinfo=UTC), "THIS_WEEK", "passed"),
        (T.DATE, "in", DAY, ("2020-01-01", "this_week"), "passed"),
        (T.DATE, "not_in", None, ("TODAY",), "passed"),
        (T.DATETIME, "equals", MORNING, "2027-03-01T09:00:00+01:00", "passed"),
        (T.DATETIME, "less_or_equal", MORNING, "2027-03-01T08:00:00.000Z", "passed"),
        (T.DATETIME, "greater_than", MORNING, "2027-03-01T03:00:00-0500", "failed"),
        # A checkbox is never blank: without a value it is not ticked.
        (T.CHECKBOX, "equals", True, True, "passed"),
        (T.CHECKBOX, "equals", None, False, "passed"),
        (T.CHECKBOX, "not_equals", None, True, "passed"),
        (T.CHECKBOX, "equals", False, None, "passed"),
        (T.CHECKBOX, "is_blank", False, None, "passed"),
        (T.CHECKBOX, "is_not_blank", True, None, "passed"),
        (T.CHECKBOX, "in", None, (False,), "passed"),
        # Ids of 15 and 18 characters are the same; the case of the 15 matters.
        (T.REFERENCE, "equals", USER_ID, USER_ID[:15], "passed"),
        (T.ID, "equals", USER_ID, USER_ID[:15].swapcase(), "failed"),
        (T.ID, "in", USER_ID, ("005Hp00000FgHiJ", USER_ID[:15]), "passed"),
        (T.REFERENCE, "not_equals", None, USER_ID, "passed"),
        (T.REFERENCE, "is_blank", None, None, "passed"),
    ],
)
def test_a_clause_means_what_it_means_in_a_query(
    kind: FieldType, operator: str, actual: Value, wanted: Any, expected: str
) -> None:
    assert outcome(operator, actual, wanted, kind) == expected


@pytest.mark.parametrize(
    ("kind", "operator", "actual", "wanted", "words"),
    [
        (T.TEXT, "equals", "5", 5, "write 5 in quotes"),
        (T.NUMBER, "equals", 5, "5", "write digits without quotes instead of “5”"),
        (T.NUMBER, "equals", 1, True, "instead of true"),
        (T.NUMBER, "less_than", 1, float("inf"), "a number of 18 digits at most"),
        (T.NUMBER, "less_than", 1, float("nan"), "a number of 18 digits at most"),
        (T.CURRENCY, "less_than", 1.5, 10**400, "a number of 18 digits at most"),
        (T.PERCENT, "in", 1, (1, -(10**400)), "a number of 18 digits at most"),
        (T.NUMBER, "equals", 1, "", "use “is blank”"),
        (T.CHECKBOX, "equals", True, 1, "write true or false instead of 1"),
        (T.NUMBER, "in", 5, (5, "many"), "instead of “many”"),
        (T.NUMBER, "not_equals", 5, "5", "digits"),
        (T.NUMBER, "contains", 5, "5", "which has no “contains”; use one of “equals”"),
        (T.CHECKBOX, "less_than", True, False, "which has no “less than”"),
        (T.MULTI_PICKLIST, "in", "A", ("A",), "“includes”"),
        (T.TEXT, "includes", "A", ("A",), "which has no “includes”"),
        (T.REFERENCE, "greater_than", USER_ID, USER_ID, "which has no “greater than”"),
        (T.REFERENCE, "equals", USER_ID, "somebody", "copy all 15 or 18 characters"),
        (T.UNFILTERABLE, "is_blank", None, None, "choose another field"),
        (T.TEXT, "starts_with", "abc", "", "say with what"),
        (T.NUMBER, "greater_than", 5, None, "say with what"),
        (T.TEXT, "in", "abc", (), "name values"),
        (T.MULTI_PICKLIST, "includes", "A", (" ; ",), "a value without a name"),
        (T.DATE, "less_than", DAY, "2026-11-20T00:00:00Z", "is none; write one from 1700"),
        (T.DATE, "equals", DAY, "2026-02-29", "“2026-02-29” is none"),
        (T.DATE, "equals", DAY, 20261120, "20261120 is none"),
        (T.DATE, "equals", DAY, "1699-12-31", "from 1700-01-01 to 4000-12-31"),
        (T.DATETIME, "greater_than", MORNING, "2027-03-01", "with its offset from UTC"),
        (T.DATETIME, "greater_than", MORNING, "2027-03-01T08:00:00", "with its offset from UTC"),
        (T.DATETIME, "equals", MORNING, "4001-01-01T00:00:00Z", "is none"),
        (T.DATETIME, "equals", MORNING, "soon", "is no relative date"),
        # What does not fit its own field's type is not guessed at.
        (T.NUMBER, "equals", "5", 5, "came with something else"),
        (T.DATE, "equals", MORNING, "2027-03-01", "came with something else"),
        (T.DATETIME, "equals", DAY, "TODAY", "came with something else"),
        (T.DATETIME, "equals", MORNING.replace(tzinfo=None), "TODAY", "came with something else"),
        (T.NUMBER, "equals", True, 1, "came with something else"),
    ],
)
def test_what_cannot_be_compared_is_said_and_disables_the_clause(
    kind: FieldType, operator: str, actual: Value, wanted: Any, words: str
) -> None:
    verdict = judged(a_clause(operator, wanted), actual, kind)

    assert verdict.outcome is ClauseOutcome.UNREADABLE
    assert words in verdict.sentence
    assert verdict.sentence.startswith("Field__c ")


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("kind", FieldType)
def test_every_operator_of_every_type_gives_an_answer_and_never_raises(
    kind: FieldType, operator: Operator
) -> None:
    wanted: dict[FieldType, Any] = dict.fromkeys(FieldType, "North") | {
        T.NUMBER: 5,
        T.CURRENCY: 5,
        T.PERCENT: 5,
        T.DATE: "TODAY",
        T.DATETIME: "LAST_N_DAYS:3",
        T.CHECKBOX: True,
        T.ID: USER_ID,
        T.REFERENCE: USER_ID,
    }
    takes_values = operator in (
        Operator.IN,
        Operator.NOT_IN,
        Operator.INCLUDES,
        Operator.EXCLUDES,
    )
    clause = a_clause(operator, (wanted[kind],) if takes_values else wanted[kind])

    assert judged(clause, None, kind).outcome in ClauseOutcome
    assert judged(clause, None, kind).sentence


@pytest.mark.parametrize(
    ("operator", "actual", "wanted", "expected"),
    [
        ("equals", "Banking", "BANKING", "passed"),
        ("equals", 5.0, 5, "passed"),
        ("equals", True, True, "passed"),
        ("equals", DAY, "TODAY", "passed"),
        ("less_than", datetime(2026, 1, 1, tzinfo=UTC), "THIS_YEAR", "failed"),
        ("less_than", None, 5, "failed"),
        ("equals", None, False, "passed"),
        ("includes", None, ("A",), "failed"),
        ("is_blank", None, None, "passed"),
        ("contains", None, "x", "failed"),
        ("equals", "5", 5, "unreadable"),
    ],
)
def test_without_a_type_a_values_own_kind_counts(
    operator: str, actual: Value, wanted: Any, expected: str
) -> None:
    assert outcome(operator, actual, wanted) == expected


# -------------------------------------------------------------- the user and the org


def test_a_clause_may_look_at_the_running_user_and_the_org() -> None:
    own = a_clause("equals", "sales", field="$User.Department")
    country = a_clause("in", ("DE", "AT"), field="$Organization.Country")

    assert judged(own, "Sales", T.TEXT).outcome is ClauseOutcome.PASSED
    assert judged(country, "FR", T.TEXT).outcome is ClauseOutcome.FAILED


@pytest.mark.parametrize(
    ("kind", "actual", "operator", "other", "value", "expected"),
    [
        (T.REFERENCE, USER_ID, "equals", T.ID, USER_ID, "passed"),
        (T.REFERENCE, USER_ID, "equals", T.TEXT, USER_ID[:15], "passed"),
        (T.REFERENCE, USER_ID, "equals", T.TEXT, "somebody", "unreadable"),
        (T.TEXT, USER_ID, "equals", T.ID, USER_ID, "passed"),
        (T.TEXT, "sales", "equals", T.PICKLIST, "Sales", "passed"),
        (T.TEXT, None, "equals", T.TEXT, None, "passed"),
        (T.TEXT, "Sales", "contains", T.TEXT, None, "failed"),
        (T.TEXT, "Sales", "does_not_contain", T.TEXT, None, "passed"),
        (T.MULTI_PICKLIST, "A;B", "includes", T.TEXT, "a;b", "passed"),
        (T.MULTI_PICKLIST, "A;B", "excludes", T.TEXT, None, "passed"),
        (T.TEXT, "Sales", "in", T.TEXT, "SALES", "passed"),
        (T.CURRENCY, 5, "less_than", T.NUMBER, 6.5, "passed"),
        (T.CURRENCY, 5, "less_than", T.NUMBER, None, "failed"),
        (T.DATE, DAY, "equals", T.DATE, DAY, "passed"),
        (T.DATE, DAY, "equals", T.DATETIME, MORNING, "unreadable"),
        (T.CHECKBOX, None, "equals", T.CHECKBOX, None, "passed"),
        (T.NUMBER, 5, "equals", T.TEXT, "5", "unreadable"),
    ],
)
def test_a_clause_may_compare_with_a_field_of_the_running_user(
    kind: FieldType,
    actual: Value,
    operator: str,
    other: FieldType,
    value: Value,
    expected: str,
) -> None:
    several = operator in ("in", "includes", "excludes")
    clause = a_clause(operator, ("$User.Own__c",) if several else "$User.Own__c")

    verdict = judged(
        clause, actual, kind, values={"$User.Own__c": value}, types={"$User.Own__c": other}
    )

    assert verdict.outcome.value == expected


def test_without_a_running_user_a_clause_about_one_cannot_be_read() -> None:
    left = evaluate(
        record_filter=RecordFilter(clauses=(a_clause("is_blank", field="$User.Department"),)),
        record=a_record({}),
        context=NOON,
    ).clauses[0]
    right = judged(a_clause("equals", "$User.Id"), USER_ID, T.REFERENCE)
    among = judged(a_clause("in", ("x", "$User.Name")), "x", T.TEXT)

    assert left.sentence == "$User.Department cannot be read: there is no running user"
    assert (
        right.sentence
        == "Field__c is to be compared with $User.Id, which cannot be read: there is no running user"
    )
    # Also where another choice would do.
    assert among.outcome is ClauseOutcome.UNREADABLE


# ------------------------------------------------------------------------- many types

HOT = Clause(field="Rating", operator=Operator.EQUALS, value="Hot")
RICH = Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=1000)


def test_types_are_offered_and_refused_in_the_order_given() -> None:
    record = a_record({"Rating": "Hot", "AnnualRevenue": 10})
    plain, hot, rich, both = (
        a_type("Plain"),
        a_type("Hot", HOT),
        a_type("Rich", RICH),
        a_type("Both", HOT, RICH),
    )

    answer = resolve(booking_types=[both, hot, rich, plain], record=record, context=NOON)

    assert answer.offered == (hot, plain)
    assert [refusal.booking_type for refusal in answer.refused] == [both, rich]
    assert [(verdict.number, verdict.outcome.value) for verdict in answer.refused[0].clauses] == [
        (1, "passed"),
        (2, "failed"),
    ]
    assert answer.refused[0].sentences == ("AnnualRevenue is 10, but must be greater than 1,000",)


def test_logic_decides_how_clauses_combine() -> None:
    record = a_record({"Rating": "Hot", "AnnualRevenue": 10})

    answer = resolve(
        booking_types=[a_type("Either", HOT, RICH, logic="1 OR 2"), a_type("Both", HOT, RICH)],
        record=record,
        context=NOON,
    )

    assert [each.name for each in answer.offered] == ["Either"]


def test_a_clause_that_cannot_be_read_disables_its_type_whatever_the_logic() -> None:
    record = a_record({"Rating": "Hot"}, unreadable={"AnnualRevenue": "no such field"})

    answer = resolve(
        booking_types=[
            a_type("Either", HOT, RICH, logic="1 OR 2"),
            a_type("Not", HOT, RICH, logic="1 AND NOT 2"),
            a_type("Hot", HOT),
        ],
        record=record,
        context=NOON,
    )

    assert [each.name for each in answer.offered] == ["Hot"]
    assert answer.refused[0].sentences == ("AnnualRevenue cannot be read: no such field",)


def test_filters_that_python_takes_for_equal_are_kept_apart() -> None:
    one, true = a_clause("equals", 1), a_clause("equals", wanted=True)
    record = a_record({"Field__c": 1}, types={"Field__c": T.NUMBER})

    answer = resolve(
        booking_types=[a_type("One", one), a_type("True", true)], record=record, context=NOON
    )

    assert one == true
    assert [each.name for each in answer.offered] == ["One"]


def test_one_filter_is_judged_anew_for_each_record_and_each_moment() -> None:
    today = RecordFilter(clauses=(a_clause("equals", "TODAY"),))
    later = FilterContext(now=datetime(2026, 11, 21, 11, tzinfo=UTC), time_zone="Europe/Berlin")

    answers = [
        evaluate(record_filter=today, record=a_record({"Field__c": day}), context=context).passed
        for day in (DAY, date(2026, 11, 21))
        for context in (NOON, later)
    ]

    assert answers == [True, False, False, True]


def test_a_field_that_nobody_read_is_not_taken_for_blank() -> None:
    clause = Clause(field="Rating", operator=Operator.IS_BLANK)

    verdict = evaluate(
        record_filter=RecordFilter(clauses=(clause,)), record=a_record({}), context=NOON
    )

    assert not verdict.passed
    assert verdict.clauses[0].sentence == "Rating cannot be read: the record came without it"


def test_wrong_logic_disables_its_own_type_and_says_what_is_wrong() -> None:
    record = a_record({"Rating": "Hot", "AnnualRevenue": 10000})

    answer = resolve(
        booking_types=[a_type("Wrong", HOT, RICH, logic="1 AND 3"), a_type("Right", HOT)],
        record=record,
        context=NOON,
    )

    assert [each.name for each in answer.offered] == ["Right"]
    assert answer.refused[0].sentences == (
        "the filter's logic names clause 3, but there are 2 clauses",
    )


def test_a_type_for_another_object_is_refused() -> None:
    answer = resolve(booking_types=[a_type("Case", kind="Case")], record=a_record({}), context=NOON)

    assert answer.offered == ()
    assert answer.refused[0].sentences == ("it is for Case, not for Lead",)


def test_a_filter_without_clauses_lets_every_record_pass() -> None:
    assert evaluate(record_filter=RecordFilter(), record=a_record({}), context=NOON).passed


def test_logic_without_clauses_lets_none_pass() -> None:
    verdict = evaluate(record_filter=RecordFilter(logic="1"), record=a_record({}), context=NOON)

    assert not verdict.passed
    assert "there are 0 clauses" in verdict.problem


def test_an_org_without_a_time_zone_is_an_error_and_no_verdict() -> None:
    context = FilterContext(now=NOON.now, time_zone="Mars/Olympus")

    with pytest.raises(InvalidRequestError, match="Mars"):
        resolve(booking_types=[], record=a_record({}), context=context)


def test_the_paths_that_must_be_read_are_those_that_are_looked_at() -> None:
    mine = Clause(field="OwnerId", operator=Operator.EQUALS, value="$User.Id")
    near = Clause(field="Country", operator=Operator.IN, values=("DE", "$Organization.Country"))
    booking_type = BookingType(
        key="demo",
        name="Demo",
        object_name="Contact",
        record_filter=RecordFilter(clauses=(HOT, mine, near)),
        host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("Account.OwnerId",)),
        guest_email_path="Email",
        guest_name_path="Name",
        guest_time_zone_path=None,
        form=(FormField(key="budget", label="Budget", default_path="Budget__c"),),
    )

    looked_at = {"Rating", "OwnerId", "$User.Id", "Country", "$Organization.Country"}
    assert paths(booking_type.record_filter) == looked_at
    assert needed_paths(booking_type) == {
        *looked_at,
        "Account.OwnerId",
        "Email",
        "Name",
        "Budget__c",
    }
