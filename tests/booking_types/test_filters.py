from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from booking_types.filters import (
    ClauseOutcome,
    evaluate,
    needed_paths,
    paths,
    resolve,
)
from booking_types.model import (
    BookingType,
    Clause,
    HostRule,
    HostRuleKind,
    Operator,
    Record,
    RecordFilter,
    Value,
)

RECORD_ID = "00Q000000000001AAA"


def a_record(
    values: dict[str, Value], *, unreadable: dict[str, str] | None = None, kind: str = "Lead"
) -> Record:
    return Record(record_id=RECORD_ID, object_name=kind, values=values, unreadable=unreadable or {})


def a_type(name: str, *clauses: Clause, logic: str = "", kind: str = "Lead") -> BookingType:
    return BookingType(
        key=name.lower(),
        name=name,
        object_name=kind,
        record_filter=RecordFilter(clauses=clauses, logic=logic),
    )


def outcome(operator: str, actual: Value, wanted: Any) -> str:
    """What becomes of one clause; a tuple stands for the choices of ``in``."""
    is_choice = isinstance(wanted, tuple)
    clause = Clause(
        field="Field__c",
        operator=Operator(operator),
        value=None if is_choice else wanted,
        values=wanted if is_choice else (),
    )
    verdict = evaluate(
        record_filter=RecordFilter(clauses=(clause,)), record=a_record({"Field__c": actual})
    )
    assert verdict.passed is (verdict.clauses[0].outcome is ClauseOutcome.PASSED)
    return verdict.clauses[0].outcome


MORNING = datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("operator", "actual", "wanted", "expected"),
    [
        # Text ignores case.
        ("equals", "Banking", "bANKING", "passed"),
        ("equals", "Banking", "Bank", "failed"),
        ("not_equals", "Banking", "BANKING", "failed"),
        ("not_equals", "Banking", "Retail", "passed"),
        ("in", "Banking", ("retail", "banking"), "passed"),
        ("in", "Banking", ("retail", "energy"), "failed"),
        ("in", "Banking", (), "failed"),
        ("not_in", "Banking", ("retail", "banking"), "failed"),
        ("not_in", "Banking", ("retail",), "passed"),
        ("contains", "Head of Banking", "BANK", "passed"),
        ("contains", "Head of Sales", "BANK", "failed"),
        ("starts_with", "Head of Banking", "head", "passed"),
        ("starts_with", "Head of Banking", "bank", "failed"),
        ("greater_than", "beta", "Alpha", "passed"),
        # Empty text and no value are the same.
        ("is_blank", None, None, "passed"),
        ("is_blank", "", None, "passed"),
        ("is_blank", 0, None, "failed"),
        ("is_blank", False, None, "failed"),
        ("is_not_blank", "", None, "failed"),
        ("is_not_blank", 0, None, "passed"),
        ("equals", None, "", "passed"),
        ("equals", "", None, "passed"),
        ("equals", None, "Banking", "failed"),
        ("not_equals", None, "Banking", "passed"),
        ("not_equals", "Banking", None, "passed"),
        ("in", None, ("Banking",), "failed"),
        ("not_in", None, ("Banking",), "passed"),
        ("contains", None, "Bank", "failed"),
        ("greater_than", None, 5, "failed"),
        ("less_than", None, 5, "failed"),
        # Numbers and yes/no by value.
        ("equals", 5.0, 5, "passed"),
        ("equals", 5.5, 5, "failed"),
        ("greater_than", 500000.0, 1000000, "failed"),
        ("greater_than", 1000000, 1000000, "failed"),
        ("greater_than", 1000001, 1000000, "passed"),
        ("greater_or_equal", 1000000, 1000000, "passed"),
        ("greater_or_equal", 999999, 1000000, "failed"),
        ("less_than", 1000000, 1000000, "failed"),
        ("less_than", 1, 1000000, "passed"),
        ("less_or_equal", 1000000, 1000000, "passed"),
        ("less_or_equal", 1000001, 1000000, "failed"),
        ("in", 5.0, (4, 5), "passed"),
        ("equals", True, True, "passed"),
        ("equals", True, False, "failed"),
        # Instants, whatever their offset.
        ("equals", MORNING, "2027-03-01T08:00:00Z", "passed"),
        ("equals", MORNING, "2027-03-01T09:00:00+01:00", "passed"),
        ("greater_than", MORNING, "2027-03-01", "passed"),
        ("less_than", MORNING, "2027-03-01", "failed"),
        ("less_or_equal", MORNING, "2027-03-01T08:00:00.000+0000", "passed"),
        # Two kinds that cannot be compared.
        ("equals", "5", 5, "unreadable"),
        ("equals", 5, "5", "unreadable"),
        ("equals", 1, True, "unreadable"),
        ("equals", True, 1, "unreadable"),
        ("equals", True, "true", "unreadable"),
        ("in", 5, (5, "many"), "unreadable"),
        ("not_equals", "5", 5, "unreadable"),
        ("contains", 5, "5", "unreadable"),
        ("contains", "5", 5, "unreadable"),
        ("starts_with", "abc", "", "unreadable"),
        ("greater_than", True, False, "unreadable"),
        ("greater_than", 5, None, "unreadable"),
        ("greater_than", MORNING, "soon", "unreadable"),
        ("greater_than", MORNING, 5, "unreadable"),
        ("greater_than", MORNING, "2027-03-01T08:00:00", "unreadable"),
        ("equals", MORNING.replace(tzinfo=None), "2027-03-01", "unreadable"),
        ("equals", MORNING, "0001-01-01T00:00:00+14:00", "unreadable"),
    ],
)
def test_values_compare_as_an_admin_expects(
    operator: str, actual: Value, wanted: Any, expected: str
) -> None:
    assert outcome(operator, actual, wanted) == expected


@pytest.mark.parametrize(
    ("clause", "actual", "sentence"),
    [
        (
            Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=1000000),
            500000.0,
            "AnnualRevenue is 500000, but must be greater than 1000000",
        ),
        (
            Clause(field="Account.Industry", operator=Operator.IN, values=("Banking", "Energy")),
            "Retail",
            "Account.Industry is “Retail”, but must be one of “Banking”, “Energy”",
        ),
        (
            Clause(field="Email", operator=Operator.IS_NOT_BLANK),
            None,
            "Email is empty, but must not be empty",
        ),
        (
            Clause(field="DoNotCall", operator=Operator.EQUALS, value=False),
            True,
            "DoNotCall is true, but must be false",
        ),
        (
            Clause(field="CreatedDate", operator=Operator.LESS_THAN, value="2027-01-01"),
            MORNING,
            "CreatedDate is 2027-03-01T08:00:00Z, but must be less than “2027-01-01”",
        ),
        (
            Clause(field="Industry", operator=Operator.EQUALS, value=5),
            "Retail",
            "Industry is “Retail”, which is a text and cannot be compared with 5, a number",
        ),
        (
            Clause(field="Industry", operator=Operator.STARTS_WITH, value="Ret"),
            "Retail",
            "Industry is “Retail”, and must start with “Ret”",
        ),
    ],
)
def test_a_verdict_is_said_in_words(clause: Clause, actual: Value, sentence: str) -> None:
    verdict = evaluate(
        record_filter=RecordFilter(clauses=(clause,)), record=a_record({clause.field: actual})
    )

    assert verdict.clauses[0].sentence == sentence
    assert verdict.clauses[0].actual == actual


def test_the_requirement_can_be_said_without_the_records_value() -> None:
    clause = Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=1000000)

    verdict = evaluate(
        record_filter=RecordFilter(clauses=(clause,)), record=a_record({"AnnualRevenue": 123456})
    )

    assert verdict.clauses[0].requirement == "AnnualRevenue must be greater than 1000000"


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

    answer = resolve(booking_types=[both, hot, rich, plain], record=record)

    assert answer.offered == (hot, plain)
    assert [refusal.booking_type for refusal in answer.refused] == [both, rich]
    assert [(verdict.number, verdict.outcome.value) for verdict in answer.refused[0].clauses] == [
        (1, "passed"),
        (2, "failed"),
    ]
    assert answer.refused[0].sentences == ("AnnualRevenue is 10, but must be greater than 1000",)


def test_logic_decides_how_clauses_combine() -> None:
    record = a_record({"Rating": "Hot", "AnnualRevenue": 10})

    answer = resolve(
        booking_types=[a_type("Either", HOT, RICH, logic="1 OR 2"), a_type("Both", HOT, RICH)],
        record=record,
    )

    assert [each.name for each in answer.offered] == ["Either"]


def test_a_field_that_cannot_be_read_disables_only_the_type_that_names_it() -> None:
    record = a_record({"Rating": "Hot"}, unreadable={"AnnualRevenue": "no such field"})

    answer = resolve(
        booking_types=[a_type("Either", HOT, RICH, logic="1 OR 2"), a_type("Hot", HOT)],
        record=record,
    )

    assert [each.name for each in answer.offered] == ["Hot"]
    assert answer.refused[0].sentences == ("AnnualRevenue cannot be read: no such field",)


def test_a_field_that_nobody_read_is_not_taken_for_empty() -> None:
    clause = Clause(field="Rating", operator=Operator.IS_BLANK)

    verdict = evaluate(
        record_filter=RecordFilter(clauses=(clause,)), record=a_record({}), context=CONTEXT
    )

    assert not verdict.passed
    assert verdict.clauses[0].outcome is ClauseOutcome.UNREADABLE


def test_wrong_logic_disables_its_own_type_and_says_what_is_wrong() -> None:
    record = a_record({"Rating": "Hot", "AnnualRevenue": 10000})

    answer = resolve(
        booking_types=[a_type("Wrong", HOT, RICH, logic="1 AND 3"), a_type("Right", HOT)],
        record=record,
    )

    assert [each.name for each in answer.offered] == ["Right"]
    assert answer.refused[0].sentences == (
        "the filter's logic names clause 3, but there are 2 clauses",
    )


def test_a_type_for_another_object_is_refused() -> None:
    answer = resolve(
        booking_types=[a_type("Case", kind="Case")], record=a_record({}), context=CONTEXT
    )

    assert answer.offered == ()
    assert answer.refused[0].sentences == ("it is for Case, not for Lead",)


def test_a_filter_without_clauses_lets_every_record_pass() -> None:
    assert evaluate(record_filter=RecordFilter(), record=a_record({}), context=CONTEXT).passed


def test_the_paths_that_must_be_read_are_those_that_are_looked_at() -> None:
    booking_type = BookingType(
        key="demo",
        name="Demo",
        object_name="Contact",
        record_filter=RecordFilter(clauses=(HOT, RICH)),
        host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("Account.OwnerId",)),
        guest_email_path="Email",
        guest_name_path="Name",
        guest_time_zone_path=None,
    )

    assert paths(booking_type.record_filter) == {"Rating", "AnnualRevenue"}
    assert needed_paths(booking_type) == {
        "Rating",
        "AnnualRevenue",
        "Account.OwnerId",
        "Email",
        "Name",
    }
