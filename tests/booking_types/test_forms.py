"""What is entered in a booking form, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from booking_types.errors import InvalidRequestError
from booking_types.forms import (
    Answer,
    answer_lines,
    answers_as_json,
    field_values,
    parse_answers,
    suggested,
)
from booking_types.model import FormField, FormFieldKind, Value

Kind = FormFieldKind


def a_field(kind: Kind = Kind.TEXT, key: str = "field", **changes: Any) -> FormField:
    values: dict[str, Any] = {"choices": ("Small", "Large")} if kind is Kind.CHOICE else {}
    return FormField(key=key, label=key.title(), kind=kind, **values | changes)


def fault(form: list[FormField], given: dict[str, Any]) -> tuple[str, str | None, str]:
    with pytest.raises(InvalidRequestError) as caught:
        parse_answers(form, given)
    return caught.value.code, caught.value.field, caught.value.message


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [
        (Kind.TEXT, " Two floors ", "Two floors"),
        (Kind.LONG_TEXT, "One\nTwo", "One\nTwo"),
        (Kind.NUMBER, 1200, 1200),
        (Kind.NUMBER, 12.5, 12.5),
        (Kind.NUMBER, 3.0, 3),
        (Kind.NUMBER, 0, 0),
        (Kind.NUMBER, " -12.50 ", -12.5),
        (Kind.CHECKBOX, True, True),
        (Kind.CHECKBOX, False, False),
        (Kind.CHECKBOX, "true", True),
        (Kind.CHECKBOX, "false", False),
        (Kind.CHOICE, "Large", "Large"),
        (Kind.DATE, "2028-02-29", date(2028, 2, 29)),
        (Kind.EMAIL, "guest+one@example.com", "guest+one@example.com"),
        (Kind.PHONE, "+49 (0)30 1234-56", "+49 (0)30 1234-56"),
        (Kind.PHONE, "555-0102 ext. 12", "555-0102 ext. 12"),
    ],
)
def test_an_answer_is_read_by_the_kind_of_its_field(kind: Kind, given: Any, read: Any) -> None:
    found = parse_answers([a_field(kind)], {"field": given})

    assert found == {"field": read}
    assert type(found["field"]) is type(read)


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (Kind.TEXT, "x" * 256, "“Field” must be one line of at most 255 characters."),
        (Kind.TEXT, "One\nTwo", "one line"),
        (Kind.TEXT, 5, "one line"),
        (Kind.TEXT, True, "one line"),
        (Kind.LONG_TEXT, "x" * 32_001, "at most 32,000 characters"),
        (Kind.NUMBER, "1,200", "“Field” must be a number, like 1200 or 12.5."),
        (Kind.NUMBER, "many", "a number"),
        (Kind.NUMBER, True, "a number"),
        (Kind.NUMBER, float("nan"), "a number"),
        (Kind.NUMBER, float("inf"), "a number"),
        (Kind.NUMBER, 10**15, "a number"),
        (Kind.NUMBER, -(10**4000), "a number"),
        (Kind.CHECKBOX, "yes", "“Field” must be yes or no."),
        (Kind.CHECKBOX, 1, "yes or no"),
        (Kind.CHOICE, "large", "“Field” must be one of Small, Large."),
        (Kind.CHOICE, 1, "one of"),
        (Kind.DATE, "2027-02-29", "“Field” must be a date, like 2027-03-01."),
        (Kind.DATE, "20270301", "a date"),
        (Kind.DATE, "1.3.2027", "a date"),
        (Kind.DATE, 20270301, "a date"),
        (Kind.EMAIL, "guest@example", "one plain mail address"),
        (Kind.EMAIL, "Guest <guest@example.com>", "one plain mail address"),
        (Kind.EMAIL, "a@example.com, b@example.com", "one plain mail address"),
        (Kind.PHONE, "call me", "“Field” must be a phone number"),
        (Kind.PHONE, "12", "a phone number"),
        (Kind.PHONE, "1" * 41, "a phone number"),
    ],
)
def test_what_does_not_fit_its_field_is_refused_with_what_would(
    kind: Kind, given: Any, words: str
) -> None:
    code, field, message = fault([a_field(kind)], {"field": given})

    assert (code, field) == ("answer_invalid", "answers.field")
    assert words in message


@pytest.mark.parametrize("given", [{}, {"field": ""}, {"field": " \n"}, {"field": None}])
@pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.CHECKBOX])
def test_what_must_be_answered_is_missed_when_it_is_not(kind: Kind, given: dict[str, Any]) -> None:
    assert parse_answers([a_field(kind)], given) == {}
    assert fault([a_field(kind, is_required=True)], given) == (
        "answer_required",
        "answers.field",
        "“Field” is missing.",
    )


@pytest.mark.parametrize("given", [{}, {"field": False}])
def test_a_checkbox_that_is_required_must_be_ticked(given: dict[str, Any]) -> None:
    field = a_field(Kind.CHECKBOX, is_required=True)

    assert fault([field], given)[0] == "answer_required"
    assert "has to be ticked" in fault([field], given)[2]
    assert parse_answers([field], {"field": True}) == {"field": True}


def test_zero_and_no_are_answers() -> None:
    form = [a_field(Kind.NUMBER, "seats", is_required=True), a_field(Kind.CHECKBOX, "parking")]

    assert parse_answers(form, {"seats": 0, "parking": False}) == {"seats": 0, "parking": False}


def test_an_answer_to_nothing_is_refused_whatever_else_is_wrong() -> None:
    assert fault([a_field(is_required=True)], {"fields": "x"})[:2] == (
        "answer_unknown",
        "answers.fields",
    )


def test_the_first_fault_in_the_forms_order_is_said() -> None:
    form = [a_field(Kind.NUMBER, "seats"), a_field(key="floor", is_required=True)]

    assert fault(form, {"seats": "many"})[1] == "answers.seats"
    assert fault(form, {"seats": 5})[1] == "answers.floor"


@pytest.mark.parametrize(
    ("kind", "value", "stands"),
    [
        (Kind.TEXT, "Two\nfloors", "Two floors"),
        (Kind.TEXT, 1200.0, "1200"),
        (Kind.TEXT, None, None),
        (Kind.TEXT, "x" * 300, None),
        (Kind.LONG_TEXT, "One\nTwo", "One\nTwo"),
        (Kind.NUMBER, 12.5, 12.5),
        (Kind.NUMBER, "many", None),
        (Kind.CHECKBOX, True, True),
        (Kind.CHECKBOX, "true", None),
        (Kind.CHOICE, "LARGE", "Large"),
        (Kind.CHOICE, "Huge", None),
        (Kind.DATE, date(2027, 3, 1), date(2027, 3, 1)),
        (Kind.DATE, "2027-03-01", date(2027, 3, 1)),
        (Kind.DATE, datetime(2027, 3, 1, 23, tzinfo=UTC), None),
        (Kind.TEXT, datetime(2027, 3, 1, 23, tzinfo=UTC), None),
        (Kind.EMAIL, "guest@example.com", "guest@example.com"),
        (Kind.PHONE, "call me", None),
    ],
)
def test_a_field_begins_with_the_records_value_where_that_fits(
    kind: Kind, value: Value, stands: Any
) -> None:
    assert suggested(a_field(kind), value) == stands


def test_answers_are_shown_with_their_labels_and_guests_see_only_what_is_in_the_event() -> None:
    form = [
        a_field(Kind.NUMBER, "seats"),
        a_field(Kind.CHECKBOX, "parking"),
        a_field(Kind.DATE, "deadline"),
        a_field(key="budget", is_in_event=False),
        a_field(key="unanswered"),
    ]
    answers = parse_answers(
        form, {"budget": "tight", "deadline": "2027-03-01", "parking": True, "seats": 12.0}
    )

    for said in (answers, answers_as_json(answers)):
        assert answer_lines(form, said, is_for_guests=True) == (
            "Seats: 12",
            "Parking: Yes",
            "Deadline: 2027-03-01",
        )
        assert answer_lines(form, said, is_for_guests=False)[-1] == "Budget: tight"


@pytest.mark.parametrize("label", ["What is it about?", "Say why:", "Go!"])
def test_a_label_that_ends_by_itself_gets_no_colon(label: str) -> None:
    field = FormField(key="topic", label=label)

    (line,) = answer_lines([field], {"topic": "Audit"}, is_for_guests=True)

    assert line == f"{label} Audit"


def test_answers_in_json_keep_their_kinds() -> None:
    answers: dict[str, Answer] = {
        "seats": 5,
        "share": 0.5,
        "parking": False,
        "deadline": date(2027, 3, 1),
    }

    assert answers_as_json(answers) == {
        "seats": 5,
        "share": 0.5,
        "parking": False,
        "deadline": "2027-03-01",
    }


def test_only_what_was_answered_is_written_on_the_record() -> None:
    form = [
        a_field(Kind.NUMBER, "seats", record_field="NumberOfEmployees"),
        a_field(Kind.CHECKBOX, "parking", record_field="Parking__c"),
        a_field(key="floor", record_field="Floor__c"),
        a_field(key="budget"),
    ]

    found = field_values(form, parse_answers(form, {"seats": 0, "parking": False, "budget": "x"}))

    assert found == {"NumberOfEmployees": 0, "Parking__c": False}
