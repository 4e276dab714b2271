"""The OpenAPI document: valid, complete, and true of what is really taken and answered."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from jsonschema.exceptions import ValidationError
from jsonschema_path import SchemaPath
from openapi_schema_validator import OAS30ReadValidator
from openapi_spec_validator import OpenAPIV30SpecValidator
from werkzeug.test import TestResponse

from app.callers import Role
from booking_types.errors import SlotUnavailableError
from tests.app.door import (
    BOOKING_ID,
    RECORD_ID,
    TYPE_ID,
    USER_ID,
    DoorWiring,
    bearer,
    booking_view,
    client_of,
    delivery,
    wish,
)

TYPES = f"/v1/records/{RECORD_ID}/booking-types"
TYPES_ROUTE = "/v1/records/{record_id}/booking-types"
EXPLANATION = f"/v1/records/{RECORD_ID}/explanation"
WEEK = "week=2027-W10&time_zone=America/New_York"


@cache
def document() -> dict[str, Any]:
    answer = client_of(DoorWiring()).get("/v1/openapi.json")
    assert answer.status_code == 200
    return cast(dict[str, Any], answer.get_json())


def operations() -> list[tuple[str, str]]:
    return [(path, method) for path, item in document()["paths"].items() for method in item]


def closed(schema: Any) -> Any:
    """The same schemas, in which members that they do not name are faults."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(each) for name, each in schema.items()}
    if "properties" in found and found.get("type") == "object":
        found["additionalProperties"] = False
    return found


def check(value: Any, schema: dict[str, Any]) -> None:
    # References are looked up from the root of the schema that is checked with.
    whole = {"allOf": [schema], "components": document()["components"]}
    OAS30ReadValidator(closed(whole)).validate(value)


def check_answer(answer: TestResponse, *, path: str, method: str = "get") -> None:
    responses = document()["paths"][path][method]["responses"]
    said = responses[str(answer.status_code)]["content"][answer.mimetype]
    check(answer.get_json(), said["schema"])


# ---------------------------------------------------------------------------- by itself


def test_the_document_is_valid_openapi_3_0_3() -> None:
    assert document()["openapi"] == "3.0.3"
    OpenAPIV30SpecValidator(SchemaPath.from_dict(document())).validate()


def test_the_document_needs_no_token_and_names_the_public_address() -> None:
    assert document()["servers"] == [{"url": "https://handover.example"}]


@pytest.mark.parametrize(("path", "method"), operations())
def test_every_operation_says_what_it_is_called_and_does(path: str, method: str) -> None:
    operation = document()["paths"][path][method]

    assert operation["operationId"].isalnum()
    assert operation["summary"]
    assert operation["tags"]


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [document()["paths"][path][method]["operationId"] for path, method in operations()]

    assert len(names) == len(set(names)) == 12


@pytest.mark.parametrize(("path", "method"), operations())
def test_every_operation_shows_examples_that_fit_its_schemas(path: str, method: str) -> None:
    operation = document()["paths"][path][method]

    contents = [each["content"] for each in operation["responses"].values()]
    if "requestBody" in operation:
        contents.append(operation["requestBody"]["content"])
    for content in contents:
        for media in content.values():
            check(media["example"], media["schema"])
    for parameter in operation.get("parameters", []):
        if parameter["name"] not in ("week", "cursor"):
            check(parameter["example"], parameter["schema"])


@pytest.mark.parametrize(("path", "method"), operations())
def test_the_examples_of_parameters_go_together(path: str, method: str) -> None:
    operation = document()["paths"][path][method]
    said = operation.get("parameters", [])
    query = {each["name"]: each["example"] for each in said if "example" in each}
    address = path
    for each in said:
        if each["in"] == "path":
            address = address.replace(f"{{{each['name']}}}", query.pop(each["name"]))
    wiring = DoorWiring()
    wiring.roles.roles = frozenset(Role)

    answer = client_of(wiring).open(
        address,
        method=method,
        headers={**bearer(), "Idempotency-Key": query.pop("Idempotency-Key", "k")},
        query_string={
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in query.items()
        },
        json=wish() if "requestBody" in operation else None,
    )

    assert answer.status_code in (200, 201), answer.get_data(as_text=True)


SOUND: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "record_id": (
        (RECORD_ID, RECORD_ID[:15]),
        (RECORD_ID[:14], RECORD_ID[:16], "00QHp00002AbC'E", "", RECORD_ID + "A"),
    ),
    "host_id": ((USER_ID,), (USER_ID[:16],)),
    "start_at": (
        ("2027-03-09T09:30:00-05:00", "2027-03-09T14:30:00.000Z", "2027-03-09T09:30:00"),
        ("2027-03-09", "20270309T093000Z", "2027-03-09T14:30:00.000000001Z", "now"),
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_the_schema_of_a_request_takes_is_taken(name: str) -> None:
    schema = document()["components"]["schemas"]["BookingRequest"]["properties"][name]

    for value in SOUND[name][0]:
        check(value, schema)
        assert booked_with(**{name: value}).status_code == 201
    for value in SOUND[name][1]:
        with pytest.raises(ValidationError):
            check(value, schema)
        assert booked_with(**{name: value}).status_code == 422


def booked_with(key: str = "k", **changes: Any) -> TestResponse:
    return client_of(DoorWiring()).post(
        "/v1/bookings", json=wish(**changes), headers={**bearer(), "Idempotency-Key": key}
    )


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_addresses_and_keys_made_from_their_schemas_are_taken(data: some.DataObject) -> None:
    operation = document()["paths"]["/v1/bookings"]["post"]
    guest = document()["components"]["schemas"]["GuestRequest"]["properties"]["email"]
    key_schema = operation["parameters"][0]["schema"]

    key = data.draw(some.from_regex(key_schema["pattern"], fullmatch=True))
    # Only mail's own limits of length cannot be said by a pattern that people can read.
    email = data.draw(
        some.from_regex(PLAIN_EMAIL, fullmatch=True).filter(lambda text: len(text) < 60)
    )

    check(key, key_schema)
    check(email, guest)
    assert booked_with(key, guests=[{"email": email}]).status_code == 201


#: The part of the schema without punycode, of which few words are a domain.
PLAIN_EMAIL = (
    "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+([.][A-Za-z0-9_+-]+)?"
    "@[A-Za-z0-9]+(-[A-Za-z0-9]+)?[.][A-Za-z0-9]+[.](com|example|de)"
)


@pytest.mark.parametrize(
    "email", ["a@b", "a..b@c.co", "@c.co", "a@b.co, c@d.co", '"a"@b.co', "a@b.1", "a@b\u3002co"]
)
def test_what_is_no_address_does_not_fit_the_schema_either(email: str) -> None:
    schema = document()["components"]["schemas"]["GuestRequest"]["properties"]["email"]

    with pytest.raises(ValidationError):
        check(email, schema)
    assert booked_with(guests=[{"email": email}]).status_code == 422


def test_lengths_of_texts_are_said() -> None:
    said = document()["components"]["schemas"]["BookingRequest"]["properties"]

    assert (said["place"]["maxLength"], said["notes"]["maxLength"]) == (255, 32_000)
    assert said["guests"]["maxItems"] == 20
    assert (said["duration_minutes"]["minimum"], said["duration_minutes"]["maximum"]) == (5, 1440)


@pytest.mark.parametrize(("path", "method"), operations())
def test_every_operation_documents_its_problems(path: str, method: str) -> None:
    operation = document()["paths"][path][method]

    problems = {
        status: said["content"]["application/problem+json"]["schema"]
        for status, said in operation["responses"].items()
        if int(status) >= 400
    }
    needed = {"400", "500"}
    if path.startswith("/v1"):
        needed |= {"401", "403", "502", "503"}
        assert operation["security"] == [{"salesforce": []}]
    assert needed <= set(problems)
    assert all(each == {"$ref": "#/components/schemas/Problem"} for each in problems.values())


def test_a_booking_request_says_what_it_must_hold() -> None:
    said = document()["components"]["schemas"]["BookingRequest"]

    assert set(said["required"]) == {"record_id", "booking_type_id", "start_at", "time_zone"}


# ------------------------------------------------------------------------ of what is so


def test_every_answer_is_the_documented_one() -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset(Role)
    wiring.booking_service.place = (booking_view().booking.start_at, BOOKING_ID)
    wiring.booking_service.view = booking_view(
        join_url="https://zoom.example/j/1",
        deliveries=(
            delivery("conference", state="done", delivered_revision=1, external={"id": "1"}),
            delivery("calendar_event", state="retrying", error_code="unreachable"),
            delivery("notice", subject_id="005Hp00000FgHiJIAV"),
        ),
    )
    client = client_of(wiring)
    for address, path in [
        ("/health", "/health"),
        ("/ready", "/ready"),
        (f"{TYPES}?explain=1", TYPES_ROUTE),
        (f"{TYPES}/{TYPE_ID}/hosts", f"{TYPES_ROUTE}/{{booking_type_id}}/hosts"),
        (
            f"{TYPES}/{TYPE_ID}/availability?{WEEK}&explain=1",
            f"{TYPES_ROUTE}/{{booking_type_id}}/availability",
        ),
        (EXPLANATION, "/v1/records/{record_id}/explanation"),
        (f"/v1/bookings/{BOOKING_ID}", "/v1/bookings/{booking_id}"),
        ("/v1/bookings/by-key/k", "/v1/bookings/by-key/{idempotency_key}"),
        ("/v1/bookings", "/v1/bookings"),
    ]:
        answer = client.get(address, headers=bearer())

        assert answer.status_code == 200
        check_answer(answer, path=path)


def test_a_new_booking_is_the_documented_one_and_so_is_its_refusal() -> None:
    wiring = DoorWiring()
    client = client_of(wiring)

    made = client.post("/v1/bookings", json=wish(), headers=bearer())
    wiring.booking_service.error = SlotUnavailableError("x", field="start_at")
    refused = client.post("/v1/bookings", json=wish(), headers=bearer())
    wrong = client.post("/v1/bookings", json=wish(time_zone="PST"), headers=bearer())

    assert [made.status_code, refused.status_code, wrong.status_code] == [201, 409, 422]
    for answer in (made, refused, wrong):
        check_answer(answer, path="/v1/bookings", method="post")


def test_the_documented_example_of_a_request_is_taken() -> None:
    operation = document()["paths"]["/v1/bookings"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["example"]

    answer = client_of(DoorWiring()).post("/v1/bookings", json=example, headers=bearer())

    assert answer.status_code == 201


def test_a_member_that_the_schemas_do_not_name_would_be_noticed() -> None:
    body = client_of(DoorWiring()).get(TYPES, headers=bearer()).get_json()

    with pytest.raises(Exception, match="surprise"):
        check({**body, "surprise": 1}, {"$ref": "#/components/schemas/OfferedTypes"})


def test_the_document_says_nothing_of_this_machine() -> None:
    text = json.dumps(document())

    assert "localhost" not in text
    assert "/home/" not in text
