from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from booking_types.filters import evaluate
from booking_types.model import FieldType, RecordFilter, Value
from tests.booking_types.filtering import NOON, a_clause, a_record, judged

T = FieldType
OCTOBER = date(2026, 10, 1)
MORNING = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "operator", "actual", "wanted", "words"),
    [
        (T.CURRENCY, "greater_than", 500000.0, 1000000, "is 500,000, but must be greater than 1,000,000"),
        (T.NUMBER, "at_most", 1234.5, 1000, "is 1,234.5, but must be at most 1,000"),
        (T.PERCENT, "less_than", 75.0, 50, "is 75 %, but must be less than 50 %"),
        (T.TEXT, "in", "Retail", ("Banking", "Energy"), "is “Retail”, but must be one of “Banking”, “Energy”"),
        (T.TEXT, "not_in", "Retail", ("Retail",), "is “Retail”, but must be none of “Retail”"),
        (T.TEXT, "is_not_blank", None, None, "is blank, but must not be blank"),
        (T.TEXT, "equals", "x", None, "is “x”, but must be blank"),
        (T.TEXT, "starts_with", "Retail", "Ret", "is “Retail”, and must start with “Ret”"),
        (T.TEXT, "does_not_contain", "Retail", "tai", "is “Retail”, but must not contain “tai”"),
        (T.CHECKBOX, "equals", True, False, "is true, but must be false"),
        (T.MULTI_PICKLIST, "includes", "A;D", ("B;C", "E"), "is “A” and “D”, but must include “B” and “C”, or “E”"),
        (T.MULTI_PICKLIST, "excludes", "A", ("A", "E"), "is “A”, but must not include “A” or “E”"),
        (T.DATE, "greater_than", OCTOBER, "2026-10-02", "is 1 October 2026, but must be after 2 October 2026"),
        (T.DATE, "in", OCTOBER, ("2026-10-02", "TODAY"), "is 1 October 2026, but must be one of 2 October 2026, today (20 November 2026)"),
        (
            T.DATETIME, "less_or_equal", MORNING, "2026-10-01T07:00:05Z",
            "is 1 October 2026, 10:30 (Europe/Berlin), but must be 1 October 2026, 09:00:05 (Europe/Berlin) or earlier",
        ),
    ],
)  # fmt: skip
def test_a_verdict_is_said_as_an_admin_reads_it(
    kind: FieldType, operator: str, actual: Value, wanted: Any, words: str
) -> None:
    named = {"at_most": "less_or_equal"}.get(operator, operator)

    verdict = judged(a_clause(named, wanted, field="Some__c"), actual, kind)

    assert verdict.sentence == f"Some__c {words}"
    assert verdict.requirement == f"Some__c must{words.partition('must')[2]}"
    assert verdict.actual == actual


@pytest.mark.parametrize(
    ("operator", "literal", "words"),
    [
        ("equals", "LAST_N_DAYS:30", "must be in the last 30 days (since 21 October 2026)"),
        ("equals", "TODAY", "must be today (20 November 2026)"),
        ("not_equals", "this_week", "must not be this week (16 November 2026 to 22 November 2026)"),
        ("less_than", "LAST_WEEK", "must be before last week (before 9 November 2026)"),
        ("less_or_equal", "THIS_MONTH", "must be this month or earlier (30 November 2026 or earlier)"),
        ("greater_than", "NEXT_N_DAYS:1", "must be after the next day (after 21 November 2026)"),
        ("greater_or_equal", "LAST_N_WEEKS:2", "must be in the last 2 weeks or later (2 November 2026 or later)"),
        ("equals", "N_MONTHS_AGO:1", "must be 1 month ago (1 October 2026 to 31 October 2026)"),
        ("equals", "NEXT_N_QUARTERS:1200", "must be “NEXT_N_QUARTERS:1200”"),
        ("equals", "THIS_FISCAL_YEAR", "must be this fiscal year (1 April 2026 to 31 March 2027)"),
    ],
)  # fmt: skip
def test_a_relative_date_is_said_with_the_days_that_it_means(
    operator: str, literal: str, words: str
) -> None:
    verdict = judged(a_clause(operator, literal), OCTOBER, T.DATE)

    assert verdict.requirement == f"Field__c {words}"


def test_what_a_reference_stands_for_is_said_with_it() -> None:
    verdict = judged(
        a_clause("equals", "$User.Department"),
        "Sales",
        T.TEXT,
        values={"$User.Department": "Support"},
    )

    assert verdict.sentence == "Field__c is “Sales”, but must be $User.Department (“Support”)"


@pytest.mark.parametrize("operator", ["equals", "not_equals", "contains", "is_blank", "less_than"])
@pytest.mark.parametrize("actual", ["Secret", None])
def test_what_one_may_not_see_is_in_no_words(operator: str, actual: Value) -> None:
    wanted = None if operator == "is_blank" else "$User.Own__c"
    clause = a_clause(operator, wanted)

    verdict = judged(
        clause,
        actual,
        T.TEXT,
        values={"$User.Own__c": "Concealed"},
        hidden=frozenset({"Field__c", "$User.Own__c"}),
    )

    assert verdict.sentence.startswith("Field__c holds something you may not see, ")
    assert verdict.actual is None
    assert verdict.is_hidden
    for words in (verdict.sentence, verdict.requirement):
        assert "Secret" not in words
        assert "Concealed" not in words


@pytest.mark.parametrize("kind", [T.NUMBER, T.DATE, T.REFERENCE, T.CHECKBOX])
def test_what_one_may_not_see_is_in_no_reason_why_it_cannot_be_compared(kind: FieldType) -> None:
    verdict = judged(
        a_clause("equals", "$User.Own__c"),
        None,
        kind,
        values={"$User.Own__c": "Concealed"},
        types={"$User.Own__c": T.TEXT},
        hidden=frozenset({"$User.Own__c"}),
    )

    assert verdict.outcome.value == "unreadable"
    assert "Concealed" not in verdict.sentence


def test_words_are_found_when_somebody_reads_them_and_not_before() -> None:
    class Loud(str):
        """A text that says when it is put into words."""

        __slots__ = ()
        said = 0

        def __format__(self, _spec: str) -> str:
            type(self).said += 1
            return str(self)

    verdict = evaluate(
        record_filter=RecordFilter(clauses=(a_clause("equals", "Banking"),)),
        record=a_record({"Field__c": Loud("Retail")}),
        context=NOON,
    )
    assert [each.outcome.value for each in verdict.clauses] == ["failed"]
    assert Loud.said == 0

    assert verdict.clauses[0].sentence == "Field__c is “Retail”, but must be “Banking”"
    assert Loud.said == 1
