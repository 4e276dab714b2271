"""The package's Apex knows every member of the service's answers and requests, by its name.

Apex overlooks what it does not know: a member that is forgotten there is empty on the rep's
screen, and nothing fails.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from marshmallow import Schema, fields

from app.api import answers, requests

_CLASSES = (
    Path(__file__).parents[2] / "salesforce_package" / "force-app" / "main" / "default" / "classes"
)

#: Answers that are classes of their own in Apex; the others are parts of ``BookingAnswers``.
_WHOLE: dict[type[Schema], str] = {
    answers.OfferedTypes: "BookingTypesAnswer",
    answers.Hosts: "BookingHostsAnswer",
    answers.Availability: "BookingTimesAnswer",
    answers.Booking: "BookingAnswer",
    answers.Bookings: "BookingListAnswer",
}
_PARTS: dict[type[Schema], str] = {
    answers.Slot: "Slot",
    answers.GuestOfRecord: "GuestOfRecord",
    answers.PanelRole: "PanelRole",
    answers.FormField: "FormField",
    answers.OfferedType: "OfferedType",
    answers.Clause: "Clause",
    answers.RefusedType: "RefusedType",
    answers.Unavailable: "Unavailable",
    answers.Person: "Person",
    answers.Cells: "Cells",
    answers.Role: "Role",
    answers.Reason: "Reason",
    answers.ExplainedTime: "ExplainedTime",
    answers.BookedType: "BookedType",
    answers.NamedPerson: "NamedPerson",
    answers.Guest: "Guest",
    answers.FormAnswer: "FormAnswer",
    answers.Consent: "Consent",
    answers.BookedBy: "BookedBy",
    answers.TargetState: "Target",
}
_PROPERTY = re.compile(r"@AuraEnabled\s+public (?P<kind>[\w<>, .]+) (?P<name>\w+) \{ get; set; \}")


def _properties(apex: str) -> dict[str, str]:
    return {
        each["name"]: each["kind"].replace("BookingAnswers.", "")
        for each in _PROPERTY.finditer(apex)
    }


def _apex(name: str) -> str:
    return (_CLASSES / f"{name}.cls").read_text(encoding="utf-8")


def _part(name: str) -> str:
    """The text of one inner class of ``BookingAnswers``."""
    match = re.search(
        rf"\n    public class {name} \{{\n(.*?)\n    \}}\n", _apex("BookingAnswers"), re.DOTALL
    )
    assert match, f"BookingAnswers has no class {name}"
    return match[1]


def _kind(field: fields.Field[object]) -> str:
    """What Apex calls what a schema's field holds."""
    if isinstance(field, fields.Nested):
        schema = type(field.schema)
        return _WHOLE.get(schema) or _PARTS[schema]
    if isinstance(field, fields.List):
        return f"List<{_kind(field.inner)}>"
    if isinstance(field, fields.Dict):
        return "Map<String, String>"
    if isinstance(field, fields.Boolean):
        return "Boolean"
    return "Integer" if isinstance(field, fields.Integer) else "String"


def _members(schema: type[Schema]) -> dict[str, str]:
    return {name: _kind(field) for name, field in schema().fields.items()}


@pytest.mark.parametrize("schema", _WHOLE, ids=lambda schema: schema.__name__)
def test_an_answer_has_its_members_in_apex_and_a_problem_beside_them(schema: type[Schema]) -> None:
    properties = _properties(_apex(_WHOLE[schema]))

    assert properties.pop("problem") == "BookingProblem"
    assert properties == _members(schema)


@pytest.mark.parametrize("schema", _PARTS, ids=lambda schema: schema.__name__)
def test_a_part_of_an_answer_has_its_members_in_apex(schema: type[Schema]) -> None:
    assert _properties(_part(_PARTS[schema])) == _members(schema)


def test_what_a_problem_says_reaches_the_component() -> None:
    said = set(_members(answers.Problem)) - {"type", "title", "detail"}

    assert said | {"message"} <= set(_properties(_apex("BookingProblem")))


@pytest.mark.parametrize(
    ("schema", "name"),
    [(requests.BookingRequest, "BookingRequest"), (requests.GuestRequest, "BookingGuestRequest")],
)
def test_a_wish_can_say_everything_that_the_service_takes(schema: type[Schema], name: str) -> None:
    assert set(_properties(_apex(name))) == set(schema().fields)


@pytest.mark.parametrize(
    ("schema", "method"),
    [(requests.AvailabilityQuery, "ask"), (requests.BookingsQuery, "bookings")],
)
def test_only_parameters_that_the_service_knows_are_sent(schema: type[Schema], method: str) -> None:
    text = _apex("BookingController").split(f" {method}(")[-1].split("\n    }\n")[0]
    sent = re.findall(r"\.(?:query|flag)\('(\w+)'", text)

    assert len(sent) > 3
    assert set(sent) <= {field.data_key or name for name, field in schema().fields.items()}
