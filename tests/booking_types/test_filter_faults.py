from __future__ import annotations

from typing import Any

import pytest

from booking_types.filters import ClauseOutcome, clause_faults, filter_faults
from booking_types.model import Clause, FieldType, Operator, RecordFilter
from tests.booking_types.filtering import a_clause, judged

T = FieldType
USER_ID = "005Hp00000AbCdEIAV"
PLACE = "record_filter.clauses[0]"


def said(found: Any) -> list[tuple[str, str]]:
    return [(fault.path.removeprefix(PLACE + "."), fault.message) for fault in found]


@pytest.mark.parametrize(
    ("clause", "part", "words"),
    [
        (a_clause("equals", "x", field="Account..Name"), "field", "API name, like Industry"),
        (a_clause("equals", "x", field="a.b.c.d.e.f.g"), "field", "API name"),
        (a_clause("equals", "x", field="$User."), "field", "like $User.Department"),
        (a_clause("equals", "x", field="$Org.Name"), "field", "API name"),
        (a_clause("equals", "$User.Näme"), "value", "like $User.Department"),
        (a_clause("in", ("x", "$Organization.a b")), "values[1]", "like $User.Department"),
        (a_clause("is_blank", 5), "value", "“is blank” takes no value; leave it out"),
        (a_clause("is_not_blank", (5,)), "value", "takes no value"),
        (a_clause("in"), "values", "“in” needs values to choose from"),
        (a_clause("includes"), "values", "“includes” needs values"),
        (a_clause("equals", (5,)), "values", "takes one value, not several; use “in”"),
        (a_clause("contains", 5), "value", "“contains” needs a text to look for"),
        (a_clause("does_not_contain", ""), "value", "needs a text to look for"),
        (a_clause("less_than"), "value", "needs a number, date or text"),
        (a_clause("greater_or_equal", wanted=True), "value", "needs a number, date or text"),
        (
            Clause(field="A", operator=Operator.EXCLUDES, value="x", values=("y",)),
            "value",
            "takes values, not a value; move it there",
        ),
    ],
)
def test_the_form_of_a_clause_is_judged_without_the_org(
    clause: Clause, part: str, words: str
) -> None:
    found = said(filter_faults(RecordFilter(clauses=(clause,))))

    assert [path for path, _ in found] == [part]
    assert found[0][1].startswith("clause 1: ")
    assert words in found[0][1]


@pytest.mark.parametrize(
    "clause",
    [
        a_clause("equals", "x", field="Account.Owner.Name"),
        a_clause("equals", "$User.Id", field="OwnerId"),
        a_clause("in", ("DE", "$Organization.Country"), field="$User.Country"),
        a_clause("equals"),
        a_clause("not_equals", ""),
        a_clause("greater_than", "LAST_N_DAYS:30"),
    ],
)
def test_what_can_be_meant_is_no_fault(clause: Clause) -> None:
    assert filter_faults(RecordFilter(clauses=(clause,))) == ()


def test_logic_is_judged_with_the_clauses() -> None:
    wrong = RecordFilter(clauses=(a_clause("is_blank"),), logic="1 AND 2")

    assert [(each.path, each.message) for each in filter_faults(wrong)] == [
        ("record_filter.logic", "the logic names clause 2, but there is 1 clause")
    ]


@pytest.mark.parametrize(
    ("kind", "operator", "wanted", "part", "words"),
    [
        (T.NUMBER, "contains", "5", "operator", "holds a number, which has no “contains”; use one of"),
        (T.CHECKBOX, "less_than", 1, "operator", "is blank"),
        (T.MULTI_PICKLIST, "in", ("A",), "operator", "“includes”"),
        (T.UNFILTERABLE, "equals", "x", "field", "Salesforce cannot filter by; choose another field"),
        (T.NUMBER, "equals", "5", "value", "write digits without quotes"),
        (T.NUMBER, "in", (5, "6", True), "values[1] values[2]", "write digits"),
        (T.TEXT, "in", ("x", 6), "values[1]", "write 6 in quotes"),
        (T.DATE, "less_than", "LAST_30_DAYS", "value", "do you mean LAST_N_DAYS:30?"),
        (T.DATETIME, "less_than", "2027-03-01", "value", "like 2027-03-01T09:00:00Z"),
        (T.REFERENCE, "equals", "Anybody", "value", "copy all 15 or 18 characters"),
        (T.CHECKBOX, "equals", "yes", "value", "write true or false instead of “yes”"),
    ],
)  # fmt: skip
def test_a_clause_is_judged_by_the_type_of_its_field(
    kind: FieldType, operator: str, wanted: Any, part: str, words: str
) -> None:
    found = said(clause_faults(a_clause(operator, wanted), number=1, field_type=kind))

    assert " ".join(path for path, _ in found) == part
    assert all(message.startswith("clause 1: Field__c ") for _, message in found)
    assert words in found[0][1]


@pytest.mark.parametrize(
    ("operator", "wanted", "expected"),
    [
        ("equals", "hot", []),
        ("equals", None, []),
        ("not_equals", "", []),
        ("equals", "Hott", ["has no value “Hott”; do you mean “Hot”?"]),
        ("in", ("Warm", "Blue"), ["has no value “Blue”; it has “Hot”, “Warm”, “Cold”"]),
        ("contains", "ol", []),
        ("less_than", "Blue", []),
        ("equals", "$User.Mood__c", []),
    ],
)
def test_a_value_must_be_on_a_restricted_list(
    operator: str, wanted: Any, expected: list[str]
) -> None:
    clause = a_clause(operator, wanted)

    found = said(
        clause_faults(clause, number=1, field_type=T.PICKLIST, choices=("Hot", "Warm", "Cold"))
    )

    assert [message for _, message in found] == [f"clause 1: Field__c {each}" for each in expected]
    assert clause_faults(clause, number=1, field_type=T.PICKLIST) == ()


def test_each_of_several_values_must_be_on_a_restricted_list() -> None:
    clause = a_clause("includes", ("North;Sout", "East"))

    found = clause_faults(
        clause, number=3, field_type=T.MULTI_PICKLIST, choices=["North", "South", "East"]
    )

    assert [(each.path, each.message) for each in found] == [
        (
            "record_filter.clauses[2].values[0]",
            "clause 3: Field__c has no value “Sout”; do you mean “South”?",
        )
    ]


def test_a_long_list_is_not_said_whole() -> None:
    choices = [f"Value {number}" for number in range(30)]

    (found,) = clause_faults(
        a_clause("equals", "zzz"), number=1, field_type=T.PICKLIST, choices=choices
    )

    assert found.message.endswith("“Value 9” and 20 more")


def test_a_reference_must_be_to_a_field_of_the_same_kind() -> None:
    clause = a_clause("less_than", "$User.Budget__c")

    def found(other: FieldType) -> list[tuple[str, str]]:
        types = {"$User.Budget__c": other}
        return said(clause_faults(clause, number=1, field_type=T.NUMBER, reference_types=types))

    assert found(T.CURRENCY) == []
    ((part, message),) = found(T.TEXT)
    assert part == "value"
    assert message.startswith("clause 1: Field__c holds a number, but $User.Budget__c holds text;")
    assert clause_faults(clause, number=1, field_type=T.NUMBER) == ()


def test_a_fault_of_form_is_not_said_twice() -> None:
    clause = a_clause("contains", 5)

    assert len(filter_faults(RecordFilter(clauses=(clause,)))) == 1
    assert clause_faults(clause, number=1, field_type=T.TEXT) == ()


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("kind", FieldType)
def test_a_clause_without_faults_can_be_read(kind: FieldType, operator: Operator) -> None:
    for wanted in ("North", 5, True, "2027-03-01", "TODAY", "2027-03-01T09:00:00Z", USER_ID, None):
        takes_several = operator.value in ("in", "not_in", "includes", "excludes")
        clause = a_clause(operator, (wanted,) if takes_several and wanted is not None else wanted)
        whole = (
            *filter_faults(RecordFilter(clauses=(clause,))),
            *clause_faults(clause, number=1, field_type=kind),
        )
        is_unreadable = judged(clause, None, kind).outcome is ClauseOutcome.UNREADABLE
        # A value that nobody looks at is a fault, but no reason to give up.
        if operator not in (Operator.IS_BLANK, Operator.IS_NOT_BLANK):
            assert bool(whole) is is_unreadable, (clause, whole)
